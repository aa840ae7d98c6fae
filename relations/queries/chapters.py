"""The chapters of a pair's timeline, each named by the events that turned the score."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass

from django.db.models import Q

from relations.codebook.weights import default_weights
from relations.models import CountryPair, Dataset, Event
from relations.models.scores import learnt_log_odds
from relations.queries.display import EventWords, date_words, day_words, event_words, facts_of, signed
from relations.queries.overview import SIDES
from relations.queries.scores import ScoreSeries, evidence_on
from relations.tension.chapters import Chapter, chapters
from relations.tension.formula import figures

# Days around a turning point whose events may have made it; and how many of them name it.
AROUND = dt.timedelta(days=4)
NAMED_BY = 2
# Chapters on a page: the latest ones.
SHOWN = 24


@dataclass(frozen=True, slots=True)
class ChapterWords:
    """A chapter in words. offset: its first day within the series. change: of the mean from the chapter before."""

    number: int
    offset: int
    since: dt.date
    until: dt.date
    dates: str
    began: str
    mean: str
    change: str
    tone: str  # rising or easing; empty for the first
    events: list[EventWords]


def for_series(pair: CountryPair, chart: ScoreSeries) -> list[ChapterWords]:
    """The latest chapters of a pair's series, the newest first, in one query."""
    found = chapters(chart.series.score)
    if len(found) < 2:
        return []
    numbered = list(enumerate(found, 1))[-SHOWN:]
    turns = {number: _day(chart, chapter.start) for number, chapter in numbered if number > 1}
    near = _events_near(pair, list(turns.values()))
    words = []
    for number, chapter in numbered:
        change = chapter.mean - found[number - 2].mean if number > 1 else 0.0
        turn = turns.get(number)
        words.append(
            ChapterWords(
                number=number,
                offset=chapter.start,
                since=_day(chart, chapter.start),
                until=_day(chart, chapter.stop - 1),
                dates=_dates(chart, chapter),
                began=day_words(_day(chart, chapter.start)),
                mean=f"{chapter.mean:.0f}",
                change=signed(change) if turn else "",
                tone=("rising" if change > 0 else "easing") if turn else "",
                events=[event_words(event) for event in _makers(near, turn, change, found[number - 2].mean)]
                if turn
                else [],
            )
        )
    return words[::-1]


def _day(chart: ScoreSeries, offset: int) -> dt.date:
    return chart.first + dt.timedelta(days=offset)


def _dates(chart: ScoreSeries, chapter: Chapter) -> str:
    last = _day(chart, chapter.stop - 1)
    until = "now" if last == chart.last else date_words(last, "month")
    return f"{date_words(_day(chart, chapter.start), 'day')} to {until}"


def _events_near(pair: CountryPair, days: Sequence[dt.date]) -> list[Event]:
    near = Q()
    for day in days:
        near |= Q(occurred_on__range=(day - AROUND, day + AROUND))
    events = Event.objects.standing().filter(near, pair=pair, dataset=Dataset.OWN)
    return list(events.select_related(*SIDES).order_by("occurred_on", "pk"))


def _makers(events: Sequence[Event], turn: dt.date, change: float, before: float) -> list[Event]:
    """The events around a turning point that pulled most the way the score went."""
    weights, learnt = default_weights(), learnt_log_odds()

    def pull(event: Event) -> float:
        severity = figures(event.type, event.stage, weights).severity
        return evidence_on(facts_of(event), event.occurred_on, learnt) * (severity - before) * (1 if change > 0 else -1)

    close = [event for event in events if abs(event.occurred_on - turn) <= AROUND]
    strongest = sorted(close, key=lambda event: (-pull(event), event.pk))[:NAMED_BY]
    return sorted((event for event in strongest if pull(event) > 0), key=lambda event: (event.occurred_on, event.pk))
