"""Is this true? And what an editor says of it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from django.contrib import messages
from django.db import transaction
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_GET, require_POST
from django_htmx.http import HttpResponseClientRedirect

from relations.models import Event, Status
from relations.pipeline import (
    ChangedMeanwhile,
    CorrectionRefused,
    awaits_second,
    bring_up_to_date,
    correct_event,
    merge_events,
    split_event,
)
from relations.queries import events as queries
from relations.queries.blind import blind_for
from relations.queries.conflict import Versions, versions
from relations.queries.score_changes import score_went
from relations.queries.timelines import standing_of
from relations.views.access import CORRECT_EVENTS, for_editors, for_readers, person
from relations.views.correction_forms import CorrectionForm, seen_of
from relations.views.htmx import render_page

REPORTS_IN_PLACE = 10
VERDICTS = {"confirm": Status.CONFIRMED, "reject": Status.REJECTED, "reopen": Status.CODED}


@require_GET
@for_readers
def event(request: HttpRequest, event_id: int) -> HttpResponse:
    found = find(event_id)
    if found.merged_into_id:
        messages.info(request, f"Event {event_id} turned out to be the same as this one, and is part of it.")
        return redirect("event", Event.objects.goes_on_as(found.pk))
    if request.user.is_authenticated and awaits_second(person(request), event_id):
        return blind(request, event_id)
    return show(request, found)


@require_GET
@for_readers
def reports(request: HttpRequest, event_id: int) -> HttpResponse:
    """The event's reports alone, for a list that opens an event in place; a browser that comes by itself gets all."""
    if not request.htmx:  # type: ignore[attr-defined]
        return redirect(f"{reverse('event', args=[event_id])}#reports")
    context = {"event": find(event_id), "reports": queries.reports_of(event_id, most=REPORTS_IN_PLACE)}
    return render(request, "relations/_event_reports.html", context)


@require_POST
@for_editors
def correct(request: HttpRequest, event_id: int) -> HttpResponse:
    """Save the form, or give a verdict (verdict=confirm, reject, reopen); the score follows in the same transaction."""
    found = find(event_id)
    if awaits_second(person(request), event_id):
        return blind(request, event_id)
    form = CorrectionForm(request.POST, event=found, values=found.as_edited())
    verdict = request.POST.get("verdict", "")
    if verdict and verdict not in VERDICTS:
        form.add_error(None, "An editor can confirm, reject or reopen an event.")
    if not form.is_valid():
        return show(request, found, form, status=422)
    new = form.changed
    if verdict in VERDICTS:
        new["status"] = VERDICTS[verdict]
    values = form.cleaned_data
    try:
        with scored(found) as score:
            correction = correct_event(
                event_id, editor=person(request), reason=values["reason"], seen=values["seen"], **new
            )
    except ChangedMeanwhile:
        return show_both(request, find(event_id), values["seen"], new, values["reason"])
    except CorrectionRefused as refusal:
        form.add_error(None, str(refusal))
        return show(request, found, form, status=422)
    if correction is None:
        return done(request, event_id, "Nothing was different, so nothing was saved, the reason neither.")
    return done(request, event_id, f"Saved. {score.words}")


def both_versions(found: Event, seen: dict[str, Any], wanted: dict[str, Any], reason: str) -> dict[str, Any]:
    """For a template: what anybody changed side by side, and a form that holds what the editor wanted over what is."""
    now = found.as_edited()
    form = CorrectionForm(event=found, values={**now, **wanted, "reason": reason}, seen=seen_of(now))
    return {"versions": versions(found, seen, wanted), "form": form}


def show_both(
    request: HttpRequest, found: Event, seen: dict[str, Any], wanted: dict[str, Any], reason: str
) -> HttpResponse:
    """Someone changed the event meanwhile: nothing is saved, and nothing that was typed is lost."""
    both = both_versions(found, seen, wanted, reason)
    return show(request, found, both["form"], status=409, versions=both["versions"])


@require_POST
@for_editors
def merge(request: HttpRequest, event_id: int) -> HttpResponse:
    """The event turned out to be the same as another one: into=ID, reason."""
    found = find(event_id)
    if awaits_second(person(request), event_id):
        return blind(request, event_id)
    into = number(request.POST.get("into", ""))
    other = queries.find_event(into) if into else None
    if other is None:
        return done(request, event_id, "Choose the event that this one is the same as.", messages.WARNING)

    def change() -> object:
        return merge_events(found.pk, other.pk, editor=person(request), reason=reason(request))

    return rearrange(request, found, change, other.pk, f"Event {found.pk} is part of this one now.")


@require_POST
@for_editors
def split(request: HttpRequest, event_id: int) -> HttpResponse:
    """Some of the event's reports tell of something else: report=ID ..., reason."""
    found = find(event_id)
    if awaits_second(person(request), event_id):
        return blind(request, event_id)
    chosen = {pk for text in request.POST.getlist("report") if (pk := number(text))}

    def change() -> object:
        return split_event(found.pk, chosen, editor=person(request), reason=reason(request))

    return rearrange(request, found, change, found.pk, "The chosen reports have an event of their own now.")


def number(text: str) -> int:
    """An id as a form sends it; 0 for what is none."""
    return int(text) if text.isascii() and text.isdigit() and len(text) <= 18 else 0


def reason(request: HttpRequest) -> str:
    """As far as the column holds it, without NUL, which PostgreSQL refuses."""
    return request.POST.get("reason", "").replace("\x00", "")[:500]


def rearrange(
    request: HttpRequest, found: Event, change: Callable[[], object], show_id: int, words: str
) -> HttpResponse:
    """Merge or split, bring the pair's score up to date, and show where it led."""
    try:
        with scored(found) as score:
            change()
    except CorrectionRefused as refusal:
        return done(request, found.pk, str(refusal), messages.WARNING)
    return done(request, show_id, f"{words} {score.words}")


@dataclass(slots=True)
class Scored:
    """words: what a change did to the pair's score; empty until it is done."""

    words: str = ""


@contextmanager
def scored(event: Event) -> Iterator[Scored]:
    """A change and what follows from it, in one transaction: the pair is merged and scored after the block."""
    told = Scored()
    with transaction.atomic():
        before = score_now(event)
        yield told
        bring_up_to_date(event.pair_id)
    told.words = score_went(before, score_now(event))


def score_now(event: Event) -> float | None:
    standing = standing_of(event.pair)
    return standing.score if standing else None


def find(event_id: int) -> Event:
    found = queries.find_event(event_id)
    if found is None:
        raise Http404("There is no such event.")
    return found


def show(
    request: HttpRequest,
    found: Event,
    form: CorrectionForm | None = None,
    *,
    versions: Versions | None = None,
    status: int = 200,
) -> HttpResponse:
    may_correct = request.user.has_perm(CORRECT_EVENTS)
    form = form or (CorrectionForm(event=found, values=found.as_edited()) if may_correct else None)
    page = queries.event_page(found, blind_for(request.user))
    context = {"page": page, "event": found, "form": form, "versions": versions}
    fragments = {"event": "relations/_event.html"}
    return render_page(request, "relations/event.html", fragments, context, status=status)


def blind(request: HttpRequest, event_id: int) -> HttpResponse:
    """Who is asked for a second opinion does not see the first."""
    if request.htmx:  # type: ignore[attr-defined]
        return HttpResponseClientRedirect(reverse("event", args=[event_id]))
    return render_page(request, "relations/event_blind.html", {}, {"event_id": event_id}, status=409)


def done(request: HttpRequest, event_id: int, words: str, level: int = messages.SUCCESS) -> HttpResponse:
    """After a change: the event anew to htmx, a redirect to it for a plain form."""
    messages.add_message(request, level, words)
    found = find(event_id)
    if request.htmx and not found.merged_into_id:  # type: ignore[attr-defined]
        response = show(request, found)
        # A merge leads to another event, and its address with it.
        response["HX-Push-Url"] = found.get_absolute_url()
        return response
    return redirect("event", event_id=Event.objects.goes_on_as(found.pk))
