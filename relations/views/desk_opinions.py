"""What several editors say of one event: how far they agree, where they don't, and who changed what."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_GET, require_POST

from relations.pipeline import ChangedMeanwhile, CorrectionRefused, decide
from relations.queries import disagreements as queries
from relations.queries.agreement import agreement_page
from relations.queries.history import history as history_page
from relations.views.access import for_editors, person
from relations.views.correction_forms import VerdictForm
from relations.views.events import find, number, reason, scored
from relations.views.htmx import render_page


@require_GET
@for_editors
def agreement(request: HttpRequest) -> HttpResponse:
    return render_page(request, "relations/desk_agreement.html", {}, {"page": agreement_page()})


@require_GET
@for_editors
def disagreements(request: HttpRequest) -> HttpResponse:
    try:
        page = queries.disagreements(person(request), request.GET.get("after", ""))
    except ValueError:
        page = queries.disagreements(person(request))
    context = {"page": page, "may_decide": request.user.has_perm(queries.DECIDE)}
    fragments = {"more-disagreements": "relations/_disagreements.html"}
    return render_page(request, "relations/desk_disagreements.html", fragments, context)


@require_POST
@for_editors
def decide_opinions(request: HttpRequest, event_id: int) -> HttpResponse:
    """Between two opinions one is right: verdict=ID, reason. The score follows in the same transaction."""
    found = find(event_id)
    form = VerdictForm({"seen": request.POST.get("seen", "")})
    try:
        with scored(found) as score:
            decide(
                event_id,
                number(request.POST.get("verdict", "")),
                editor=person(request),
                reason=reason(request),
                seen=form.cleaned_data["seen"] if form.is_valid() else None,
            )
    except ChangedMeanwhile:
        return _refused(request, event_id, "Someone changed the event meanwhile. Look at it again, then decide.")
    except CorrectionRefused as refusal:
        return _refused(request, event_id, str(refusal))
    words = f"Decided. {score.words}"
    if request.htmx:  # type: ignore[attr-defined]
        return render(request, "relations/_disagreement_done.html", {"event_id": event_id, "words": words})
    messages.success(request, f"Event {event_id}: {words}")
    return redirect("desk-disagreements")


def _refused(request: HttpRequest, event_id: int, words: str) -> HttpResponse:
    """The disagreement as it is now, with why nothing was decided."""
    one = queries.disagreement(event_id, person(request))
    if request.htmx:  # type: ignore[attr-defined]
        template = "relations/_disagreement.html" if one else "relations/_disagreement_done.html"
        return render(request, template, {"item": one, "event_id": event_id, "words": words}, status=422)
    messages.warning(request, words)
    page = queries.disagreements(person(request))
    context = {"page": page, "may_decide": request.user.has_perm(queries.DECIDE)}
    return render(request, "relations/desk_disagreements.html", context, status=422)


@require_GET
@for_editors
def history(request: HttpRequest) -> HttpResponse:
    """All corrections: editor=NAME, kind=edit, merge, split, move, add or undo; after=cursor."""
    editor, kind = (request.GET.get(name, "").replace("\x00", "") for name in ("editor", "kind"))
    try:
        page = history_page(person(request), editor=editor, kind=kind, after=request.GET.get("after", ""))
    except ValueError:
        page = history_page(person(request), editor=editor, kind=kind)
    return render_page(
        request,
        "relations/desk_history.html",
        {"history": "relations/_desk_history.html", "more-history": "relations/_history_rows.html"},
        {"page": page, "earlier": _earlier(editor, kind, page.next)},
    )


def _earlier(editor: str, kind: str, cursor: str) -> str:
    """The address of the page after this one; empty at the end."""
    given = {name: value for name, value in (("editor", editor), ("kind", kind), ("after", cursor)) if value}
    return reverse("desk-history", query=given) if cursor else ""
