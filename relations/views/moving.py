"""A report that turned out to tell of another event is given to it."""

from __future__ import annotations

from django.http import Http404, HttpRequest, HttpResponse
from django.views.decorators.http import require_http_methods
from django_htmx.http import retarget

from relations.models import Event, Report
from relations.pipeline import CorrectionRefused, awaits_second, move_report
from relations.queries.blind import blind_for
from relations.queries.events import find_event, near_events, report_words
from relations.views.access import for_editors, person
from relations.views.events import blind, number, reason, scored
from relations.views.going_on import go_on, next_of
from relations.views.htmx import render_page, target_of

CHOOSE = "Choose the event that it tells of."


@require_http_methods(["GET", "POST"])
@for_editors
def move(request: HttpRequest, report_id: int) -> HttpResponse:
    """The form, then the move: into=ID of an event of the pair, reason, next."""
    report = Report.objects.select_related("article__feed").filter(pk=report_id, event__isnull=False).first()
    found = find_event(report.event_id or 0) if report else None
    if report is None or found is None:
        raise Http404("There is no such report, or it has no event yet.")
    if awaits_second(person(request), found.pk):
        return blind(request, found.pk)
    if request.method != "POST":
        return show(request, report, found)
    into = find_event(number(request.POST.get("into", "")))
    if into is None:
        return show(request, report, found, CHOOSE, status=422)
    try:
        with scored(found) as score:
            move_report(report.pk, into.pk, editor=person(request), reason=reason(request))
    except CorrectionRefused as refusal:
        return show(request, report, found, str(refusal), status=422)
    words = f"The report counts for event {into.pk} now. {score.words}"
    return go_on(request, found.pk, words)


def show(request: HttpRequest, report: Report, found: Event, refusal: str = "", status: int = 200) -> HttpResponse:
    context = {
        "event": found,
        "item": report_words(report, ""),
        "near": near_events(found, blind_for(request.user)),
        "chosen": number(request.POST.get("into", "")),
        "reason": request.POST.get("reason", ""),
        "refusal": refusal,
        "next": next_of(request),
        "in_place": target_of(request) in (f"move-{report.pk}", "event"),
    }
    # Sent from the event's page it is the event that is replaced, unless nothing came of it.
    root, part = f"move-{report.pk}", "relations/_move.html"
    response = render_page(request, "relations/move_report.html", {root: part, "event": part}, context, status=status)
    return retarget(response, f"#{root}") if target_of(request) == "event" else response
