"""What happened between these two?"""

from __future__ import annotations

from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_GET

from relations.codebook.countries import countries
from relations.models import CountryPair, EventFilters
from relations.queries import chapters, facets, scores, timelines
from relations.queries.blind import blind_for
from relations.queries.filter_panel import filter_panel
from relations.views.access import for_readers
from relations.views.calendar_keys import key_of
from relations.views.filter_forms import EventFilterForm
from relations.views.htmx import render_page, target_of
from relations.views.timeline_files import FORMATS


@require_GET
@for_readers
def pair_timeline(request: HttpRequest, slug: str) -> HttpResponse:
    """The page; to htmx also only its further events (#more), or only the sources to choose from (#sources)."""
    pair = timelines.find_pair(slug)
    if pair is None:
        return unknown_pair(request, slug)
    form = EventFilterForm(request.GET)
    filters = form.filters()
    target = target_of(request)
    context: dict[str, Any] = {"pair": pair, "form": form, "filters": filters, "query": filters.query}
    if target == "sources":
        context["sources"] = facets.sources(pair, filters)
    else:
        context |= _list(request, pair, filters)
        if target != "more":
            context |= _beside_the_list(request, pair, filters)
    fragments = {
        "timeline": "relations/_timeline.html",
        "more": "relations/_days.html",
        "sources": "relations/_sources.html",
    }
    return render_page(request, "relations/pair_timeline.html", fragments, context)


def _list(request: HttpRequest, pair: CountryPair, filters: EventFilters) -> dict[str, Any]:
    standing = timelines.standing_of(pair)
    after = request.GET.get("after", "")
    blind = blind_for(request.user)
    try:
        page = timelines.for_pair(pair, filters, standing, after, blind=blind)
    except ValueError:
        page = timelines.for_pair(pair, filters, standing, blind=blind)
    return {
        "page": page,
        "later": bool(after),
        "standing": scores.standing_words(standing) if standing else None,
        "too_common": bool(filters.words) and not page.days and timelines.has_only_common_words(filters.words),
    }


def _beside_the_list(request: HttpRequest, pair: CountryPair, filters: EventFilters) -> dict[str, Any]:
    chart = scores.score_series(pair.pk, timezone.now().date())
    return {
        "panel": filter_panel(pair, filters, facets.facets(pair, filters)),
        "chart": chart,
        "chapters": chapters.for_series(pair, chart) if chart else [],
        "files": _files(request, pair, filters),
    }


def _files(request: HttpRequest, pair: CountryPair, filters: EventFilters) -> list[dict[str, str]]:
    """The view as files; key: what a program that can't sign in brings, with the address it subscribes to."""
    key = key_of(request.user)
    found = []
    for suffix, about in FORMATS.items():
        path = reverse("pair-events", args=[pair.slug, suffix])
        private = "&".join(filter(None, [filters.query, f"key={key}" if key else ""]))
        found.append(
            {
                "label": about.label,
                "path": f"{path}?{filters.query}" if filters.query else path,
                "private": f"{path}?{private}" if private and about.is_subscribed else "",
            }
        )
    return found


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


def no_such_pair(request: HttpRequest, slug: str, name: str) -> HttpResponse:
    """To the same tab of the pair in code order; else the page of a pair of which nothing is known, or a 404."""
    first, second = slug.upper().split("-")
    if first > second:
        return redirect(name, CountryPair.slug_of(second, first), permanent=True)
    return unknown_pair(request, slug)
