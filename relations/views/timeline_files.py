"""A pair's timeline as files: the rows of the view that is chosen, for other programs."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase, StreamingHttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.cache import patch_cache_control
from django.views.decorators.http import conditional_page, require_safe

from relations.exports import as_csv, as_jsonl
from relations.exports.as_ical import CONTENT_TYPE as ICAL
from relations.exports.events_as_atom import CONTENT_TYPE as ATOM
from relations.exports.events_as_atom import events_as_atom
from relations.exports.events_as_ical import events_as_ical
from relations.models import CountryPair, EventFilters
from relations.queries.event_rows import event_rows
from relations.queries.filter_panel import in_words
from relations.queries.timelines import find_pair
from relations.views.calendar_keys import for_subscribers
from relations.views.filter_forms import EventFilterForm


@dataclass(frozen=True, slots=True)
class Format:
    """label: what a link to it says. most: events that a file of it holds, the newest; None for all.
    is_subscribed: whether programs fetch it by themselves, again and again."""

    label: str
    most: int | None
    is_subscribed: bool


# Programs that subscribe read a file anew each hour, and want what is new.
FORMATS = {
    "csv": Format("CSV", None, False),
    "jsonl": Format("JSON lines", None, False),
    "atom": Format("Atom", 500, True),
    "ics": Format("Calendar (.ics)", 2000, True),
}


@require_safe
@for_subscribers
def pair_events(request: HttpRequest, slug: str, suffix: str) -> HttpResponseBase:
    """The events that the filters choose, newest first, all of them or as many as the format holds."""
    about = FORMATS.get(suffix)
    if about is None:
        raise Http404(f"There is no file .{suffix}. There are {', '.join(f'.{each}' for each in FORMATS)}.")
    pair = find_pair(slug)
    if pair is None:
        first, second = slug.split("-")
        if first > second:
            to = redirect("pair-events", f"{second}-{first}", suffix, permanent=True)
            to["Location"] += f"?{request.GET.urlencode()}" if request.GET else ""
            return to
        raise Http404("Nothing is known of these two countries yet, so there is no event to take away.")
    form = EventFilterForm(request.GET)
    filters = form.filters()
    if form.errors:
        # A program would never show that a filter was left out.
        raise Http404(" ".join(form.error_words))
    absolute = request.build_absolute_uri
    if about.most is None:
        lines = {"csv": as_csv.as_csv, "jsonl": as_jsonl.as_jsonl}[suffix](event_rows(pair, filters), absolute)
        kind = {"csv": as_csv.CONTENT_TYPE, "jsonl": as_jsonl.CONTENT_TYPE}[suffix]
        response: HttpResponseBase = StreamingHttpResponse(in_blocks(lines), content_type=kind)
        response["Content-Disposition"] = f'attachment; filename="dyad-{pair.slug}.{suffix}"'
    else:
        response = _whole(request, pair, filters, suffix, about.most)
    patch_cache_control(response, private=True)
    return response


@conditional_page
def _whole(request: HttpRequest, pair: CountryPair, filters: EventFilters, suffix: str, most: int) -> HttpResponse:
    chosen = in_words(pair, filters)
    title = f"Dyad: {pair.first.name} and {pair.second.name}" + (f" ({chosen})" if chosen else "")
    about = f"What happened between the two, as news tells of it; the newest {most:,} events at most."
    rows, absolute = event_rows(pair, filters, most), request.build_absolute_uri
    if suffix == "ics":
        content, kind = events_as_ical(rows, title, about, absolute), ICAL
    else:
        query = f"?{filters.query}" if filters.query else ""
        page, own = reverse("pair-timeline", args=[pair.slug]) + query, request.path + query
        content, kind = events_as_atom(rows, title, page, own, absolute), ATOM
    response = HttpResponse(content, content_type=kind)
    response["Content-Disposition"] = f'inline; filename="dyad-{pair.slug}.{suffix}"'
    return response


def in_blocks(lines: Iterable[str], size: int = 200) -> Iterator[str]:
    """Lines by the hundred: each piece that is sent costs more than a line."""
    block: list[str] = []
    for line in lines:
        block.append(line)
        if len(block) == size:
            yield "".join(block)
            block.clear()
    if block:
        yield "".join(block)
