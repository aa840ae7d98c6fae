"""A pair's tabs beside its timeline: both directions, the sources, the attention."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from django.views.decorators.http import require_GET

from relations.queries.attention import FEW, UNITS, attention
from relations.queries.blind import blind_for
from relations.queries.pair_sides import both_sides
from relations.queries.pair_sources import sources
from relations.queries.timelines import find_pair, standing_of
from relations.views.access import for_readers
from relations.views.htmx import render_page
from relations.views.pairs import no_such_pair


@require_GET
@for_readers
def pair_directions(request: HttpRequest, slug: str) -> HttpResponse:
    pair = find_pair(slug)
    if pair is None:
        return no_such_pair(request, slug, "pair-directions")
    all_time = request.GET.get("time") == "all"
    page = both_sides(pair, standing_of(pair), timezone.now().date(), all_time, blind_for(request.user))
    context = {"pair": pair, "page": page, "all_time": all_time}
    return render_page(request, "relations/pair_directions.html", {}, context)


@require_GET
@for_readers
def pair_sources(request: HttpRequest, slug: str) -> HttpResponse:
    pair = find_pair(slug)
    if pair is None:
        return no_such_pair(request, slug, "pair-sources")
    return render_page(request, "relations/pair_sources.html", {}, {"pair": pair, "page": sources(pair)})


@require_GET
@for_readers
def pair_attention(request: HttpRequest, slug: str) -> HttpResponse:
    pair = find_pair(slug)
    if pair is None:
        return no_such_pair(request, slug, "pair-attention")
    unit = request.GET.get("by", "")
    page = attention(pair, unit if unit in UNITS else "week", timezone.now().date())
    context = {"pair": pair, "page": page, "units": UNITS.items(), "few": FEW}
    return render_page(request, "relations/pair_attention.html", {}, context)
