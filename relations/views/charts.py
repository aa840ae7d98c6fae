"""The figures of a pair's chart, for the script that draws it and for programs."""

from __future__ import annotations

from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.utils import timezone
from django.utils.cache import patch_cache_control
from django.views.decorators.gzip import gzip_page
from django.views.decorators.http import conditional_page, require_GET

from relations.queries.chart import for_pair
from relations.queries.timelines import find_pair
from relations.views.access import for_readers


@require_GET
@for_readers
@gzip_page  # nothing in it is secret to who may read it, nor does it repeat what the request says
@conditional_page
def pair_chart(request: HttpRequest, slug: str) -> HttpResponse:
    """As relations.queries.chart.for_pair has it. Asked again each time, answered with 304 where nothing changed."""
    pair = find_pair(slug)
    if pair is None:
        raise Http404("Nothing is known of these two countries yet, so there is no score to draw.")
    response = JsonResponse(for_pair(pair, timezone.now().date()), json_dumps_params={"separators": (",", ":")})
    patch_cache_control(response, private=True, no_cache=True)
    return response
