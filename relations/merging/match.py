"""Which event does a report tell of? Pure: values in, a choice out."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

# How far the dates of one happening may lie apart in different reports, by the coarser precision of the two.
WINDOW = {"day": 2, "week": 7, "month": 31, "year": 366}
COARSENESS = ("day", "week", "month", "year")


@dataclass(frozen=True, slots=True)
class Happening:
    """What identifies a happening, of a report or an event. direction: 1, -1 or 0 for mutual.

    id: 0 for a report. done: false for an act that is only planned, which is not yet the act.
    """

    type: str
    direction: int
    occurred_on: dt.date
    precision: str
    id: int = 0
    done: bool = True


def same_happening(one: Happening, other: Happening) -> bool:
    """Same type, the same direction or told as mutual by one of the two, done or planned alike, near dates."""
    if (one.type, one.done) != (other.type, other.done) or (
        one.direction != other.direction and 0 not in (one.direction, other.direction)
    ):
        return False
    return days_apart(one, other) <= WINDOW[max(one.precision, other.precision, key=COARSENESS.index)]


def days_apart(one: Happening, other: Happening) -> int:
    return abs((one.occurred_on - other.occurred_on).days)


def best_match(report: Happening, events: Iterable[Happening]) -> Happening | None:
    """The event that the report tells of: the nearest in time, then the oldest; None if it is a new happening."""
    fitting = [event for event in events if same_happening(report, event)]
    return min(fitting, key=lambda event: (days_apart(report, event), event.id), default=None)


@dataclass(frozen=True, slots=True)
class Testimony:
    """What a report adds to its event. story: copies of one story share it; reliability: of its feed, in [0, 1]."""

    happening: Happening
    stage: str
    story: int
    feed: int
    reliability: float
    confidence: float
    place: str
    published_at: dt.datetime


def independent_sources(testimonies: Sequence[Testimony]) -> list[float]:
    """Reliability of each independent source: one per feed, and one per story however many feeds reprint it."""
    by_story: dict[int, Testimony] = {}
    for testimony in testimonies:
        best = by_story.get(testimony.story)
        if best is None or testimony.reliability > best.reliability:
            by_story[testimony.story] = testimony
    by_feed: dict[int, float] = {}
    for testimony in by_story.values():
        by_feed[testimony.feed] = max(testimony.reliability, by_feed.get(testimony.feed, 0.0))
    return sorted(by_feed.values())


def sharpest(testimonies: Sequence[Testimony]) -> Testimony:
    """The report whose date is to be believed: the finest precision, then the surest, then the first published."""
    return min(
        testimonies,
        key=lambda item: (COARSENESS.index(item.happening.precision), -item.confidence, item.published_at),
    )


def most_specific_actor(actors: Iterable[tuple[int | None, bool]]) -> int | None:
    """The actor most often named other than as the state itself; given (actor id, is the state), in any order."""
    counts: dict[int, int] = {}
    state = None
    for actor, is_state in actors:
        if actor is None:
            continue
        if is_state:
            state = actor
        else:
            counts[actor] = counts.get(actor, 0) + 1
    return min(counts, key=lambda actor: (-counts[actor], actor)) if counts else state
