"""Why this number?"""

from __future__ import annotations

import datetime as dt

from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect
from django.utils import timezone
from django.views.decorators.http import require_GET

from relations.codebook.weights import DEFAULT, weight_sets
from relations.models import CountryPair
from relations.queries import why as queries
from relations.queries.timelines import find_pair
from relations.views.access import for_readers
from relations.views.htmx import render_page

# Events that the JSON lists at the most, and unless told otherwise.
MOST_LISTED, LISTED = 10_000, 1_000


@require_GET
@for_readers
def why(request: HttpRequest, slug: str, day: str = "") -> HttpResponse:
    """The page. A form may ask for a day by ?day=, which leads to its address."""
    pair = known_pair(slug)
    asked_day = request.GET.get("day") or day
    if not day or asked_day != day:
        query = request.GET.copy()
        query.pop("day", None)
        to = redirect("why", pair.slug, (parse_day(asked_day) if asked_day else today()).isoformat())
        to["Location"] += f"?{query.urlencode()}" if query else ""
        return to
    weights, stretch = choices(request)
    page = queries.why(pair, parse_day(day), weights, stretch)
    context = {
        "pair": pair,
        "page": page,
        "weight_sets": weight_sets().values(),
        "stretches": queries.STRETCHES.items(),
    }
    return render_page(request, "relations/why.html", {"why": "relations/_why.html"}, context)


@require_GET
@for_readers
def why_data(request: HttpRequest, slug: str, day: str) -> HttpResponse:
    """The same as JSON. ?limit=N events are listed, the greatest share first; the rest are added up."""
    pair = known_pair(slug)
    weights, stretch = choices(request)
    limit = request.GET.get("limit", str(LISTED))
    if not limit.isdigit() or int(limit) > MOST_LISTED:
        return JsonResponse({"error": f"limit must be a number from 0 to {MOST_LISTED}."}, status=400)
    page = queries.why(pair, parse_day(day), weights, stretch, shown=0)
    return JsonResponse(queries.as_data(pair, page, int(limit)))


def known_pair(slug: str) -> CountryPair:
    pair = find_pair(slug)
    if pair is None:
        raise Http404("Nothing is known of these two countries yet, so there is no score to explain.")
    return pair


def parse_day(text: str) -> dt.date:
    try:
        day = dt.date.fromisoformat(text)
    except ValueError:
        raise Http404("Write the day as 2017-09-01.") from None
    if not dt.date(1900, 1, 1) <= day <= today():
        raise Http404("There is a score for every day from 1900 until today.")
    return day


def choices(request: HttpRequest) -> tuple[str, str]:
    """The weight set and half-lives that are asked for; what isn't known is left at what scores are made with."""
    weights, stretch = request.GET.get("weights", DEFAULT), request.GET.get("half_lives", "as-is")
    return weights if weights in weight_sets() else DEFAULT, stretch if stretch in queries.STRETCHES else "as-is"


def today() -> dt.date:
    return timezone.now().date()
