"""How many events each filter would show, for the combination that is chosen.

A count of a choice holds for all that is chosen in the other fields, so it says what the list would be with it. All of
them are added up from one table of types, statuses, directions and stages: from the months that scoring counts where
that is enough, from the events themselves where they are also chosen by words, source, probability or parts of months.
"""

from __future__ import annotations

import calendar
import datetime as dt
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass

from django.db.models import Count, Q, Sum

from relations.codebook.event_types import GROUPS, event_types
from relations.models import CountryPair, Dataset, Event, EventFilters, Feed, PairMonth, Report, Status
from relations.models.words import STANDING

DIMENSIONS = ("type", "status", "direction", "stage")
CUBE = ("types", "groups", "statuses", "direction", "stages")
FEEDS_SHOWN = 30
Cell = tuple[str, str, int, str]


@dataclass(frozen=True, slots=True)
class Facets:
    """Events by what could be chosen beside the rest that is. total: events that fit all that is chosen.

    statuses: each status alone; the events that count, which are shown where no status is chosen, are ``counting``.
    """

    total: int
    counting: int
    types: dict[str, int]
    groups: dict[str, int]
    directions: dict[int, int]
    stages: dict[str, int]
    statuses: dict[str, int]


def facets(pair: CountryPair, filters: EventFilters) -> Facets:
    """Counts for the filters of a pair's timeline; two queries at the most."""
    cells = _cells(pair, filters.without(*CUBE))
    types, statuses = frozenset(filters.chosen_types), frozenset(filters.chosen_statuses)
    stages, direction = frozenset(filters.stages), filters.direction
    by_type: Counter[str] = Counter()
    by_status: Counter[str] = Counter()
    by_direction: Counter[int] = Counter()
    by_stage: Counter[str] = Counter()
    total = 0
    for (kind, status, way, stage), events in cells.items():
        misses = [
            field
            for field, fits in (
                ("type", not types or kind in types),
                ("status", status in statuses),
                ("direction", direction is None or way == direction),
                ("stage", not stages or stage in stages),
            )
            if not fits
        ]
        if not misses:
            total += events
        if misses in ([], ["type"]):
            by_type[kind] += events
        if misses in ([], ["status"]):
            by_status[status] += events
        if misses in ([], ["direction"]):
            by_direction[way] += events
        if misses in ([], ["stage"]):
            by_stage[stage] += events
    by_group = Counter(dict.fromkeys(GROUPS, 0))
    for kind, events in by_type.items():
        by_group[event_types()[kind].group] += events
    counting = sum(by_status[status] for status in STANDING)
    return Facets(total, counting, dict(by_type), dict(by_group), dict(by_direction), dict(by_stage), dict(by_status))


def _cells(pair: CountryPair, base: EventFilters) -> Counter[Cell]:
    """Events by type, status, direction and stage, of those that fit what else is chosen."""
    if base.words or base.source is not None or base.confidence:
        return _count(pair, base, None)
    months, rest = _whole_months(base.since, base.until)
    found: Counter[Cell] = Counter()
    if months is not None:
        first, last = months
        rows = PairMonth.objects.filter(pair=pair, dataset=Dataset.OWN)
        if first:
            rows = rows.filter(month__gte=first)
        if last:
            rows = rows.filter(month__lte=last)
        for *cell, events in rows.order_by().values_list(*DIMENSIONS).annotate(total=Sum("events")):
            found[tuple(cell)] += events
    if rest:
        found += _count(pair, base, rest)
    return found


def _count(pair: CountryPair, base: EventFilters, spans: list[tuple[dt.date, dt.date]] | None) -> Counter[Cell]:
    """Counted among the events themselves; spans: only these days, from first to last."""
    every = EventFilters(
        statuses=tuple(status for status in Status.values if status != Status.MERGED),
        source=base.source,
        confidence=base.confidence,
        words=base.words,
        since=base.since,
        until=base.until,
    )
    events = every.of(Event.objects.filter(pair=pair, dataset=Dataset.OWN))
    if spans is not None:
        within = Q()
        for first, last in spans:
            within |= Q(occurred_on__range=(first, last))
        events = events.filter(within)
    rows = events.order_by().values_list(*DIMENSIONS).annotate(total=Count("pk"))
    return Counter({tuple(cell): total for *cell, total in rows})


def _whole_months(
    since: dt.date | None, until: dt.date | None
) -> tuple[tuple[dt.date | None, dt.date | None] | None, list[tuple[dt.date, dt.date]]]:
    """First and last of the months that lie wholly within these days (None for an open end, or where there is none),
    and the days at both ends that lie in none of them."""
    rest: list[tuple[dt.date, dt.date]] = []
    if since and until and since > until:
        return None, []
    if since and until and (since.year, since.month) == (until.year, until.month):
        if since.day == 1 and until == _month_end(until):
            return (since, since), []
        return None, [(since, until)]
    first, last = since, until
    if since and since.day > 1:
        rest.append((since, _month_end(since)))
        first = _month_end(since) + dt.timedelta(days=1)
    if until and until != _month_end(until):
        rest.append((until.replace(day=1), until))
        last = until.replace(day=1) - dt.timedelta(days=1)
    if first and last and first > last:
        return None, rest
    return (first, last), rest


def _month_end(day: dt.date) -> dt.date:
    return day.replace(day=calendar.monthrange(day.year, day.month)[1])


@dataclass(frozen=True, slots=True)
class SourceCount:
    feed_id: int
    title: str
    events: int


def sources(pair: CountryPair, filters: EventFilters) -> list[SourceCount]:
    """The feeds that report most of the events that fit all else that is chosen; the one that is chosen among them."""
    fitting = filters.without("source").of(Event.objects.filter(pair=pair, dataset=Dataset.OWN)).order_by()
    reports = Report.objects.standing().filter(event__in=fitting.values("pk")).order_by()
    counted = reports.values("article__feed").annotate(events=Count("event", distinct=True))
    rows = list(counted.order_by("-events", "article__feed").values_list("article__feed", "events"))
    shown = rows[:FEEDS_SHOWN]
    if filters.source is not None and filters.source not in dict(shown):
        shown.append((filters.source, dict(rows).get(filters.source, 0)))
    titles = titles_of(feed for feed, _ in shown)
    return [SourceCount(feed, titles.get(feed, f"source {feed}"), events) for feed, events in shown]


def titles_of(feed_ids: Iterable[int]) -> dict[int, str]:
    return dict(Feed.objects.filter(pk__in=list(feed_ids)).values_list("pk", "title"))
