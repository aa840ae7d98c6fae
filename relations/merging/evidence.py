"""What an event is, by all its reports together: each question is put to the vote of the stories. Pure."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Hashable, Iterable, Sequence
from dataclasses import dataclass
from typing import TypeVar

from relations.codebook.precision import COARSENESS
from relations.tension.formula import independent_confidence

Choice = TypeVar("Choice", bound=Hashable)
# A day that a story names says more than one that stands for a day that it doesn't name.
UNNAMED = 0.3


@dataclass(frozen=True, slots=True)
class Plan:
    """When a planned act is to be. days: named as alternatives or a range; else first and last of the time named."""

    days: tuple[dt.date, ...] = ()
    first: dt.date | None = None
    last: dt.date | None = None
    words: str = ""

    @property
    def is_known(self) -> bool:
        return bool(self.days or self.first)


@dataclass(frozen=True, slots=True)
class Testimony:
    """What a report says of its event. story: copies of one story share it. reliability: of its feed, in [0, 1].

    actors: of both sides, as (country, actor's id, key, whether it is the state itself).
    """

    type: str
    stage: str
    direction: int
    source: str
    target: str
    occurred_on: dt.date
    precision: str
    date_named: bool
    place: str
    plan: Plan
    story: int
    feed: int
    reliability: float
    confidence: float
    published_at: dt.datetime
    actors: tuple[tuple[str, int, str, bool], ...] = ()


@dataclass(frozen=True, slots=True)
class Evidence:
    """What the reports of one event say together. confidence: 1 - prod(1 - c r) over independent sources."""

    type: str
    stage: str
    direction: int
    source: str
    target: str
    occurred_on: dt.date
    precision: str
    place: str
    plan: Plan
    confidence: float
    source_count: int


def weigh(testimonies: Sequence[Testimony]) -> Evidence:
    """Raises ValueError where there are none."""
    if not testimonies:
        raise ValueError("An event without reports says nothing.")
    kind = vote(testimonies, lambda one: one.type)
    of_kind = [one for one in testimonies if one.type == kind]
    direction = vote(of_kind, lambda one: one.direction)
    one_way = [one for one in of_kind if one.direction == direction]
    source, target = vote(one_way, lambda one: (one.source, one.target))
    finest = min(testimonies, key=lambda one: COARSENESS.index(one.precision)).precision
    chances = independent_sources(testimonies)
    return Evidence(
        type=kind,
        stage=vote(of_kind, lambda one: one.stage),
        direction=direction,
        source=source,
        target=target,
        occurred_on=vote(
            [one for one in testimonies if one.precision == finest],
            lambda one: one.occurred_on,
            lambda one: 1.0 if one.date_named else UNNAMED,
        ),
        precision=finest,
        place=vote([one for one in testimonies if one.place] or testimonies, lambda one: one.place),
        plan=_plan(testimonies),
        confidence=independent_confidence(chances),
        source_count=len(chances),
    )


def vote(
    testimonies: Sequence[Testimony],
    choice: Callable[[Testimony], Choice],
    worth: Callable[[Testimony], float] = lambda one: 1.0,
) -> Choice:
    """What most stories say, each by its surest report; of equals the choice that comes first in order."""
    said: dict[tuple[Choice, int], float] = {}
    for one in testimonies:
        place = (choice(one), one.story)
        said[place] = max(said.get(place, 0.0), one.confidence * worth(one))
    votes: dict[Choice, float] = {}
    for (chosen, _), weight in sorted(said.items(), key=lambda item: (item[1], item[0][1])):
        votes[chosen] = votes.get(chosen, 0.0) + weight
    # Rounded, as sums of the same figures in another order may differ in their last digit.
    return min(votes, key=lambda chosen: (-round(votes[chosen], 9), chosen))


def independent_sources(testimonies: Iterable[Testimony]) -> list[float]:
    """What each independent source gives: one per feed, and one per story however many feeds reprint it.

    The confidence of its surest reading times its reliability, in [0, 1], sorted.
    """
    by_story: dict[int, tuple[float, int]] = {}
    for one in testimonies:
        gives = (one.confidence * one.reliability, -one.feed)
        by_story[one.story] = max(gives, by_story.get(one.story, (0.0, 0)))
    by_feed: dict[int, float] = {}
    for chance, feed in by_story.values():
        by_feed[feed] = max(chance, by_feed.get(feed, 0.0))
    return sorted(by_feed.values())


def _plan(testimonies: Sequence[Testimony]) -> Plan:
    """The plan that most give, days before weeks and months."""
    known = [one for one in testimonies if one.plan.days] or [one for one in testimonies if one.plan.first]
    if not known:
        return Plan()
    days, first, last = vote(
        known, lambda one: (one.plan.days, one.plan.first or dt.date.min, one.plan.last or dt.date.min)
    )
    words = vote(
        [one for one in known if (one.plan.days, one.plan.first or dt.date.min) == (days, first)],
        lambda one: one.plan.words,
    )
    return Plan(days, None if first == dt.date.min else first, None if last == dt.date.min else last, words)


def most_specific_actor(testimonies: Iterable[Testimony], country: str) -> int | None:
    """The actor of a country that is named most often, other than as the state itself; else the state."""
    counts: dict[tuple[str, int], int] = {}
    state = None
    for one in testimonies:
        for of_country, actor, key, is_state in one.actors:
            if of_country != country:
                continue
            if is_state:
                state = actor
            else:
                counts[key, actor] = counts.get((key, actor), 0) + 1
    return min(counts, key=lambda named: (-counts[named], named))[1] if counts else state
