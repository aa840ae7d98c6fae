"""What happened between these two? One pair's events by day, newest first, filtered and paged by keyset."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass, field
from itertools import groupby

from django.db.models import Q, Sum

from relations.codebook.event_types import event_types, types_in_group
from relations.models import Article, CountryPair, Dataset, Event, PairMonth, PairStanding, Report, Status
from relations.queries.display import EventWords, day_words, event_words
from relations.queries.overview import SIDES
from relations.queries.scores import share

PAGE = 50


@dataclass(frozen=True, slots=True)
class TimelineFilters:
    """What to show. Empty means everything; direction is one of Direction's values."""

    groups: tuple[str, ...] = ()
    direction: int | None = None
    since: dt.date | None = None
    until: dt.date | None = None
    with_rejected: bool = False

    @property
    def any(self) -> bool:
        return bool(self.groups or self.direction is not None or self.since or self.until or self.with_rejected)


@dataclass(frozen=True, slots=True)
class TimelineEvent:
    """One event of the list, with the sentence it was read from. share: of today's score, signed."""

    words: EventWords
    share: str
    sentence: str
    feed: str
    article: Article | None


@dataclass(frozen=True, slots=True)
class TimelineDay:
    date: dt.date
    label: str
    events: list[TimelineEvent] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class TimelinePage:
    days: list[TimelineDay]
    next: str  # cursor of the next page, empty at the end


def find_pair(slug: str) -> CountryPair | None:
    return CountryPair.objects.select_related("first", "second").filter(slug=slug).first()


def counts_by_group(pair: CountryPair) -> dict[str, int]:
    """How many standing events the pair has in each group of types, from the monthly counts."""
    counts = (
        PairMonth.objects.filter(pair=pair, dataset=Dataset.OWN, status__in=[Status.CODED, Status.CONFIRMED])
        .values_list("type")
        .annotate(total=Sum("events"))
    )
    groups: dict[str, int] = {}
    for slug, total in counts:
        group = event_types()[slug].group
        groups[group] = groups.get(group, 0) + total
    return groups


def standing_of(pair: CountryPair) -> PairStanding | None:
    return PairStanding.objects.filter(pair=pair, dataset=Dataset.OWN).first()


def for_pair(
    pair: CountryPair, filters: TimelineFilters, standing: PairStanding | None, after: str = "", limit: int = PAGE
) -> TimelinePage:
    """A page of the pair's events in two queries. after: cursor of the page before; ValueError for one that is not."""
    events = Event.objects.filter(pair=pair, dataset=Dataset.OWN).select_related(*SIDES).newest_first()
    events = events.exclude(status=Status.MERGED) if filters.with_rejected else events.standing()
    if filters.groups:
        events = events.filter(type__in=[kind.slug for group in filters.groups for kind in types_in_group(group)])
    if filters.direction is not None:
        events = events.filter(direction=filters.direction)
    if filters.since:
        events = events.filter(occurred_on__gte=filters.since)
    if filters.until:
        events = events.filter(occurred_on__lte=filters.until)
    went_on = None
    if after:
        day, pk = _cursor(after)
        went_on = day  # the page before may have ended in the middle of this day
        # The first half bounds the index scan; the second breaks ties within the day.
        events = events.filter(Q(occurred_on__lte=day), Q(occurred_on__lt=day) | Q(pk__lt=pk))
    found = list(events[: limit + 1])
    page = found[:limit]
    evidence = best_reports(event.pk for event in page)
    days = [
        TimelineDay(day, _heading(day, went_on), [_row(event, standing, evidence.get(event.pk)) for event in of_day])
        for day, of_day in groupby(page, key=lambda event: event.occurred_on)
    ]
    more = f"{page[-1].occurred_on}_{page[-1].pk}" if len(found) > limit else ""
    return TimelinePage(days, more)


def _heading(day: dt.date, went_on: dt.date | None) -> str:
    return f"{day_words(day)}, continued" if day == went_on else day_words(day)


def best_reports(event_ids: Iterable[int]) -> dict[int, Report]:
    """For each event the report that says it most surely, the first of equals."""
    reports = (
        Report.objects.standing()
        .filter(event_id__in=list(event_ids))
        .select_related("article__feed")
        .order_by("event_id", "-confidence", "pk")
        .distinct("event_id")
    )
    return {report.event_id: report for report in reports if report.event_id}


def _row(event: Event, standing: PairStanding | None, report: Report | None) -> TimelineEvent:
    return TimelineEvent(
        words=event_words(event),
        share=share(event, standing),
        sentence=report.sentence if report else "",
        feed=report.article.feed.title if report else "",
        article=report.article if report else None,
    )


def _cursor(text: str) -> tuple[dt.date, int]:
    day, _, pk = text.partition("_")
    return dt.date.fromisoformat(day), int(pk)
