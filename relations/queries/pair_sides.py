"""Who does it to whom? Both directions of a pair side by side."""

from __future__ import annotations

import datetime as dt
from collections.abc import Container, Sequence
from dataclasses import dataclass

from django.db.models import Sum

from relations.codebook.event_types import GROUPS, event_types
from relations.models import CountryPair, Dataset, Direction, Event, PairMonth, PairStanding
from relations.models.words import STANDING
from relations.queries.compare import Line
from relations.queries.display import EventWords, count, event_words, signed, trend
from relations.queries.overview import SIDES
from relations.queries.scores import ScoreSeries, score_series
from relations.queries.timelines import Evidence, best_reports
from relations.tension.formula import BASELINE

LATEST = 25  # events of each direction
YEAR = dt.timedelta(days=365)
MONTH = 30
BOTH_WAYS = (Direction.FORWARD, Direction.BACKWARD)


@dataclass(frozen=True, slots=True)
class SideEvent:
    words: EventWords
    evidence: Evidence | None


@dataclass(frozen=True, slots=True)
class Side:
    """What one country does to the other. score: from what it did alone and what both did; empty while unscored."""

    letter: str
    direction: int
    name: str
    score: str
    change: str
    trend: str
    total: str
    events: list[SideEvent]
    has_more: bool


@dataclass(frozen=True, slots=True)
class GroupRow:
    """How many events of a group of types there were: towards the second country, towards the first, of both."""

    label: str
    forward: int
    backward: int
    mutual: int


@dataclass(frozen=True, slots=True)
class Sides:
    """most: the greatest number of ``groups``. lines: of the scores of both sides between ``first`` and ``last``."""

    sides: list[Side]
    groups: list[GroupRow]
    most: int
    mutual: str
    lines: list[Line]
    first: dt.date
    last: dt.date


def both_sides(
    pair: CountryPair,
    standing: PairStanding | None,
    today: dt.date,
    all_time: bool = False,
    blind: Container[int] = (),
) -> Sides:
    """In five queries. all_time: lines from the first event on, else of the last year. blind: as display.words_of has
    it."""
    counts = counts_each_way(pair)
    chart = score_series(pair.pk, today)
    latest = {direction: _latest(pair, direction) for direction in BOTH_WAYS}
    evidence = best_reports(event.pk for events in latest.values() for event in events[:LATEST])
    groups = group_rows(counts)
    return Sides(
        sides=[
            _side(pair, standing, chart, direction, latest[direction], evidence, counts, blind)
            for direction in BOTH_WAYS
        ],
        groups=groups,
        most=max((number for row in groups for number in (row.forward, row.backward, row.mutual)), default=0),
        mutual=count(_total(counts, Direction.MUTUAL), "act"),
        lines=_lines(pair, chart, today, all_time) if chart else [],
        first=max(chart.first, today - YEAR) if chart and not all_time else chart.first if chart else today,
        last=today,
    )


def side_name(pair: CountryPair, direction: int) -> str:
    one, other = (pair.first, pair.second) if direction == Direction.FORWARD else (pair.second, pair.first)
    return f"{one.name} towards {other.in_prose}"


def counts_each_way(pair: CountryPair, since: dt.date | None = None) -> dict[tuple[str, int], int]:
    """How many standing events there were, by group of types and direction. since: a month's first day."""
    months = PairMonth.objects.filter(pair=pair, dataset=Dataset.OWN, status__in=STANDING)
    if since:
        months = months.filter(month__gte=since)
    found: dict[tuple[str, int], int] = {}
    for slug, direction, total in months.values_list("type", "direction").annotate(total=Sum("events")):
        key = (event_types()[slug].group, direction)
        found[key] = found.get(key, 0) + total
    return found


def group_rows(counts: dict[tuple[str, int], int]) -> list[GroupRow]:
    """A row for each group of which there was something, in the order of the codebook."""
    rows = []
    for group, label in GROUPS.items():
        forward, backward, mutual = (counts.get((group, direction), 0) for direction in (1, -1, 0))
        if forward or backward or mutual:
            rows.append(GroupRow(label, forward, backward, mutual))
    return rows


def _total(counts: dict[tuple[str, int], int], direction: int) -> int:
    return sum(number for (_, way), number in counts.items() if way == direction)


def _latest(pair: CountryPair, direction: int) -> list[Event]:
    """One more than is shown."""
    events = Event.objects.standing().filter(pair=pair, dataset=Dataset.OWN, direction=direction)
    return list(events.select_related(*SIDES).newest_first()[: LATEST + 1])


def _side(
    pair: CountryPair,
    standing: PairStanding | None,
    chart: ScoreSeries | None,
    direction: Direction,
    events: Sequence[Event],
    evidence: dict[int, Evidence],
    counts: dict[tuple[str, int], int],
    blind: Container[int],
) -> Side:
    is_forward = direction == Direction.FORWARD
    score, change = "", 0.0
    if standing:
        score = f"{standing.forward if is_forward else standing.backward:.0f}"
    if chart:
        values = chart.series.forward if is_forward else chart.series.backward
        before = float(values[-1 - MONTH]) if len(values) > MONTH else BASELINE
        change = float(values[-1]) - before
    return Side(
        letter="A" if is_forward else "B",
        direction=int(direction),
        name=side_name(pair, direction),
        score=score,
        change=signed(change),
        trend=trend(change),
        total=count(_total(counts, direction), "event"),
        events=[SideEvent(event_words(event, blind), evidence.get(event.pk)) for event in events[:LATEST]],
        has_more=len(events) > LATEST,
    )


def _lines(pair: CountryPair, chart: ScoreSeries, today: dt.date, all_time: bool) -> list[Line]:
    start = 0 if all_time else max((today - YEAR - chart.first).days, 0)
    first, series = chart.first + dt.timedelta(days=start), chart.series
    return [
        Line("A", side_name(pair, Direction.FORWARD), first, series.forward[start:], series.known[start:]),
        Line("B", side_name(pair, Direction.BACKWARD), first, series.backward[start:], series.known[start:]),
    ]
