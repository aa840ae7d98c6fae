"""What needs an editor? The queue, with all that is done to an item of it in place."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from relations.models import Correction, Status, Verdict
from relations.pipeline import (
    ChangedMeanwhile,
    CorrectionRefused,
    bring_up_to_date,
    claim,
    hold_again,
    judge,
    let_go,
    merge_at_desk,
    pass_on,
    take_back_opinion,
    undo,
)
from relations.queries import desk as queries
from relations.queries.events import find_event
from relations.views.access import for_editors, person
from relations.views.correction_forms import CorrectionForm, VerdictForm, seen_of
from relations.views.desk_forms import DeskFilterForm
from relations.views.events import both_versions, find, number, reason, scored
from relations.views.going_on import next_of
from relations.views.htmx import render_page, target_of

AT_ONCE = 10
VERDICTS = {"accept": Status.CONFIRMED, "reject": Status.REJECTED}
DONE = {"accept": "Accepted", "reject": "Rejected", "save": "Corrected and accepted"}
# The forms of an item: key, name, label.
PARTS = (("r", "reject", "Reject…"), ("e", "edit", "Edit"), ("m", "merge", "Merge…"))


@require_GET
@for_editors
def desk(request: HttpRequest) -> HttpResponse:
    """The queue; to htmx also only the items that are not on the page yet (#more-items, shown=ID ...).

    did=ID: a correction or, as vID, a second opinion that the person has just given by a plain form, to be taken back.
    """
    form = DeskFilterForm(request.GET)
    filters = form.filters
    shown = {number(text) for text in request.GET.getlist("shown")}
    held = claim(person(request), filters, AT_ONCE)
    cards = [_card(item) for item in queries.items([pk for pk in held if pk not in shown])]
    context: dict[str, Any] = {"cards": cards, "query": form.query, "here": _here(form.query)}
    if target_of(request) != "more-items":
        context |= {
            "panel": queries.panel(filters),
            "filters": filters,
            "trouble": form.error_words,
            "waiting": queries.waiting_words(filters),
            "judged": queries.judged_today(person(request).pk),
            "did": _did(request),
        }
    return render_page(request, "relations/desk.html", {"more-items": "relations/_desk_more.html"}, context)


@require_http_methods(["GET", "POST"])
@for_editors
def item(request: HttpRequest, event_id: int) -> HttpResponse:
    """One item: to look at (part=edit, reject or merge opens its form), or judged: verdict=accept, reject or save."""
    if request.method != "POST":
        part = request.GET.get("part", "")
        asked = VerdictForm(request.GET)
        seen = asked.cleaned_data["seen"] if asked.is_valid() else None
        return _show(request, event_id, part=part if part in {name for _, name, _ in PARTS} else "", seen=seen)
    verdict = request.POST.get("verdict", "")
    if verdict == "merge":
        return _merge(request, event_id)
    if verdict not in DONE:
        return _show(request, event_id, trouble="Accept, reject or correct it.", status=422)
    found = find(event_id)
    values = queries.as_shown(found)
    what = queries.in_words(found)
    form: CorrectionForm | VerdictForm
    form = CorrectionForm(request.POST, event=found, values=values) if verdict == "save" else VerdictForm(request.POST)
    if not form.is_valid():
        words = "" if verdict == "save" else " ".join(str(error) for errors in form.errors.values() for error in errors)
        part = "edit" if verdict == "save" else "reject"
        return _show(request, event_id, form=form, part=part, trouble=words, status=422)
    new = form.changed if isinstance(form, CorrectionForm) else {}
    given = form.cleaned_data
    status = VERDICTS.get(verdict, Status.CONFIRMED)
    try:
        with scored(found) as score:
            made = judge(
                event_id, editor=person(request), status=status, reason=given["reason"], seen=given["seen"], **new
            )
    except ChangedMeanwhile:
        both = both_versions(find(event_id), given["seen"], new | {"status": status}, given["reason"])
        return _show(request, event_id, part="edit", status=409, **both)
    except CorrectionRefused as refusal:
        part = {"save": "edit", "reject": "reject"}.get(verdict, "")
        return _show(request, event_id, form=form, part=part, trouble=str(refusal), status=422)
    if isinstance(made, Verdict):
        words = f"{DONE[verdict]}, as a second opinion: {what}. It changes nothing by itself."
        return _done(request, event_id, words, verdict=made.pk)
    if made is None:
        return _done(request, event_id, f"It was so already, and nothing was saved: {what}.")
    return _done(request, event_id, f"{DONE[verdict]}: {what}. {score.words}", correction=made.pk)


def _merge(request: HttpRequest, event_id: int) -> HttpResponse:
    found = find(event_id)
    what = queries.in_words(found)
    into = find_event(number(request.POST.get("into", "")))
    if into is None:
        words = "Choose the event that this one is the same as."
        return _show(request, event_id, part="merge", trouble=words, status=422)
    try:
        with scored(found) as score:
            made = merge_at_desk(event_id, into.pk, editor=person(request), reason=reason(request))
    except CorrectionRefused as refusal:
        return _show(request, event_id, part="merge", trouble=str(refusal), status=422)
    words = f"Merged into event {into.pk}: {what}. {score.words}"
    return _done(request, event_id, words, correction=made.pk)


@require_POST
@for_editors
def take_back(request: HttpRequest, event_id: int) -> HttpResponse:
    """Undo what was just done to an item: correction=ID or verdict=ID. It is on the desk again."""
    found = find(event_id)
    editor = person(request)
    correction, verdict = (number(request.POST.get(name, "")) for name in ("correction", "verdict"))
    try:
        with transaction.atomic():
            if verdict:
                take_back_opinion(verdict, editor=editor)
            elif Correction.objects.filter(pk=correction, event=found, editor=editor).exists():
                undo(correction, editor=editor)
                bring_up_to_date(found.pair_id)
                hold_again(editor, event_id)
            else:
                raise CorrectionRefused("This is no change of yours. Its event's history has all of them.")
    except CorrectionRefused as refusal:
        return _show(request, event_id, trouble=str(refusal), status=422)
    if request.htmx:  # type: ignore[attr-defined]
        return _show(request, event_id, said=f"Undone: {queries.in_words(find(event_id))}.")
    messages.success(request, "Undone. It is on your desk again.")
    return redirect(next_page(request))


@require_POST
@for_editors
def leave(request: HttpRequest) -> HttpResponse:
    """Leave an item to others (event=ID ...), or give all back that is held (all=1)."""
    if request.POST.get("all"):
        let_go(person(request))
        messages.success(request, "Nothing is on your desk any more; others can take it.")
        return redirect("overview")
    ids = [pk for text in request.POST.getlist("event") if (pk := number(text))]
    pass_on(person(request), ids)
    if request.htmx:  # type: ignore[attr-defined]
        context = {"event_id": ids[0] if ids else 0, "words": "Left to others."}
        return render(request, "relations/_desk_done.html", context)
    messages.success(request, "Left to others.")
    return redirect(next_page(request))


def _card(item: queries.Item, **more: Any) -> dict[str, Any]:
    """What the item's template needs: see there."""
    parts = [one for one in PARTS if one[1] != "merge" or not item.is_second]
    return {"item": item, "seen": seen_of(item.event.as_edited()), "part": "", "parts": parts, **more}


def _show(
    request: HttpRequest,
    event_id: int,
    *,
    part: str = "",
    form: Any = None,
    versions: Any = None,
    trouble: str = "",
    said: str = "",
    seen: dict[str, Any] | None = None,
    status: int = 200,
) -> HttpResponse:
    """The item alone. part: which of its forms is open. seen: what the person saw of it before, if that is known."""
    found = queries.items([event_id])
    if not found:
        find(event_id)
        return redirect("event", event_id)
    event = found[0].event
    now = event.as_edited()
    if seen and any(now[field] != value for field, value in seen.items()):
        trouble = trouble or "Someone changed this since you saw it. It is shown as it is now."
    if part == "edit" and not isinstance(form, CorrectionForm):
        form = CorrectionForm(event=event, values=now)
    card = _card(found[0], part=part, form=form, versions=versions, trouble=trouble, said=said)
    if part == "reject" and seen:
        # A reason is typed blindly: what was seen before the form opened is what is rejected.
        card["seen"] = seen_of(seen)
    card["near"] = queries.near(event) if part == "merge" else []
    context = {"card": card, "here": next_page(request)}
    return render_page(
        request, "relations/desk_item.html", {f"item-{event_id}": "relations/_desk_item.html"}, context, status=status
    )


def _done(request: HttpRequest, event_id: int, words: str, **undone: int) -> HttpResponse:
    """After a verdict: a line in the item's place to htmx; to a plain form the desk, which shows the line first."""
    if request.htmx:  # type: ignore[attr-defined]
        context = {"event_id": event_id, "words": words, "here": next_page(request), **undone}
        return render(request, "relations/_desk_done.html", context)
    messages.success(request, words)
    there = next_page(request)
    did = f"v{undone['verdict']}" if "verdict" in undone else str(undone.get("correction", ""))
    return redirect(f"{there}{'&' if '?' in there else '?'}did={did}" if did else there)


def _did(request: HttpRequest) -> dict[str, Any] | None:
    """What the person did last by a plain form, if it can be taken back."""
    asked = request.GET.get("did", "")
    pk = number(asked.removeprefix("v"))
    mine: Any = Verdict.objects.standing() if asked.startswith("v") else Correction.objects.filter(undone_by=None)
    found = mine.filter(pk=pk, editor=person(request)).first() if pk else None
    if found is None:
        return None
    name = "verdict" if isinstance(found, Verdict) else "correction"
    return {"event_id": found.event_id, name: found.pk}


def _here(query: str) -> str:
    return reverse("desk") + (f"?{query}" if query else "")


def next_page(request: HttpRequest) -> str:
    """Where the form came from, if it is a page of this site; else the desk."""
    return next_of(request) or reverse("desk")
