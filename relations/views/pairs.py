"""What happened between these two?"""

from __future__ import annotations

from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils import timezone
from django.views.decorators.http import require_GET

from relations.codebook.countries import countries
from relations.models import CountryPair
from relations.queries import chapters, scores, timelines
from relations.views.access import for_readers
from relations.views.forms import TimelineForm
from relations.views.htmx import render_page


@require_GET
@for_readers
def pair_timeline(request: HttpRequest, slug: str) -> HttpResponse:
    pair = timelines.find_pair(slug)
    if pair is None:
        return unknown_pair(request, slug)
    form = TimelineForm(request.GET, pair=pair, counts=timelines.counts_by_group(pair))
    filters = form.filters()
    standing = timelines.standing_of(pair)
    try:
        page = timelines.for_pair(pair, filters, standing, request.GET.get("after", ""))
    except ValueError:
        page = timelines.for_pair(pair, filters, standing)
    here = request.GET.copy()
    here.pop("after", None)
    context: dict[str, Any] = {
        "pair": pair,
        "form": form,
        "filters": filters,
        "page": page,
        "query": here.urlencode(),
        "later": bool(request.GET.get("after")),
        "standing": scores.standing_words(standing) if standing else None,
    }
    fragments = {"timeline": "relations/_timeline.html", "more": "relations/_days.html"}
    if request.htmx.target != "more":  # type: ignore[attr-defined]
        chart = context["chart"] = scores.score_series(pair.pk, timezone.now().date())
        context["chapters"] = chapters.for_series(pair, chart) if chart else []
    return render_page(request, "relations/pair_timeline.html", fragments, context)


def unknown_pair(request: HttpRequest, slug: str) -> HttpResponse:
    """A pair of two known countries has a page before anything is known of it; any other slug is a 404."""
    first, second = slug.upper().split("-")
    known = countries()
    if first not in known or second not in known:
        raise Http404(f"There is no country with the code {first if first not in known else second}.")
    if first == second:
        raise Http404("A pair needs two countries.")
    if first > second:
        return redirect("pair-timeline", CountryPair.slug_of(second, first), permanent=True)
    names = (known[first].name, known[second].name)
    return render_page(request, "relations/pair_unknown.html", {}, {"names": names})
