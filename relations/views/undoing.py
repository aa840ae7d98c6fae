"""What taking a correction back would do, and taking it back."""

from __future__ import annotations

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.views.decorators.http import require_http_methods

from relations.models import Correction
from relations.pipeline import CorrectionRefused, awaits_second, rehearse, undo
from relations.queries import undo_words as queries
from relations.views.access import for_editors, person
from relations.views.events import blind, reason, scored
from relations.views.going_on import go_on, next_of
from relations.views.htmx import render_page, target_of


@require_http_methods(["GET", "POST"])
@for_editors
def undo_correction(request: HttpRequest, correction_id: int) -> HttpResponse:
    """The consequences, which are tried and rolled back; then the undo itself: reason, next."""
    correction = queries.find_correction(correction_id)
    if correction is None:
        raise Http404("There is no such correction.")
    if awaits_second(person(request), correction.event_id):
        return blind(request, correction.event_id)
    if request.method == "POST":
        return take_back(request, correction)
    return preview(request, correction)


def preview(request: HttpRequest, correction: Correction) -> HttpResponse:
    pair = correction.event.pair_id

    def change() -> object:
        return undo(correction.pk, editor=person(request))

    try:
        tried = rehearse([pair], queries.touched_by(correction), change)
        page = queries.undo_page(correction, tried.events, tried.reports, tried.scores[pair])
    except CorrectionRefused as refusal:
        page = queries.refused(correction, str(refusal))
    root = f"undo-{correction.pk}"
    context = {"page": page, "next": next_of(request), "in_place": target_of(request) == root}
    return render_page(request, "relations/undo.html", {root: "relations/_undo.html"}, context)


def take_back(request: HttpRequest, correction: Correction) -> HttpResponse:
    try:
        with scored(correction.event) as score:
            undo(correction.pk, editor=person(request), reason=reason(request))
    except CorrectionRefused as refusal:
        return go_on(request, correction.event_id, str(refusal), messages.WARNING)
    return go_on(request, correction.event_id, f"Undone. {score.words}")
