"""Tellings: what one story says of one happening, and how likely two of them tell of the same. Pure."""

from __future__ import annotations

import datetime as dt
import re
from dataclasses import dataclass, field
from functools import cache, lru_cache

from relations.codebook.closeness import are_close
from relations.codebook.countries import countries
from relations.codebook.precision import ONE_DAY, last_day

# The institution that stands for whoever acts for a state and has no other; it tells nothing apart.
GOVERNMENT = ":government"
ANNOUNCED, MUTUAL = "announced", 0

# What speaks for one happening adds up, what speaks against it is taken off; from SAME on it is one. Two tellings below
# OTHER are of two happenings, whatever a third that is like both may say. The figures were set on pairs of stories
# (docs/merging.md).
SAME, OTHER = 1.0, 0.2
SAME_TYPE, CLOSE_TYPE = 1.0, 0.6
SAME_STORY = 1.5
# By days apart: where both name the day, and where one of the two has it from the story around.
NAMED_DAYS = {0: 0.6, 1: -0.1, 2: -0.8}
LOOSE_DAYS = {0: 0.6, 1: 0.3, 2: -0.15}
WITHIN = 0.3  # the vaguer date holds the finer
ONE_MUTUAL = -0.2
SAME_ACTOR, OTHER_SOURCE, OTHER_TARGET = 0.4, -0.8, -0.4
SAME_PLACE, OTHER_PLACE = 0.3, -1.0
SAME_PLAN, OTHER_PLAN = 0.5, -1.2
ALIKE, UNALIKE, LEAST_WORDS = 1.6, -0.3, 6
SAME_FIGURE, OTHER_FIGURE = 0.3, -0.3

_WORD = re.compile(r"[^\W\d_]{3,}|\d+")
# Words that tell nothing apart: small words, days, and those that all news of states is made of.
SMALL_WORDS = """
    the and for with that this from has have had was were will would been being are its his her their they said says
    say told over after before into out not but who which also than then more most two both other about between
    against under until since during while when where what all any can could may might must shall should

    monday tuesday wednesday thursday friday saturday sunday january february march april may june july august
    september october november december week month year day today yesterday tomorrow night morning evening

    country countries government governments state states minister ministers ministry foreign official officials
    president prime parliament side sides spokesman spokesperson spokeswoman statement relations ties capital
"""
STOP = frozenset(SMALL_WORDS.split())


@dataclass(frozen=True, slots=True)
class Telling:
    """One report as merging sees it.

    key: of its content, so that it orders reports alike whenever they came. story: copies of one story share it.
    event: the event that it belongs to now, 0 for none. pinned: an editor decided so. date_named: its sentence names
    the date. planned: days of a planned act. names: words of the countries' names, which both sentences hold anyway.
    """

    id: int
    key: tuple
    article: int
    story: int
    feed: int
    type: str
    stage: str
    direction: int
    occurred_on: dt.date
    precision: str
    date_named: bool = True
    source_actor: str = ""  # empty where only the state or its government is named
    target_actor: str = ""
    planned: frozenset[dt.date] = frozenset()
    place: str = ""
    sentence: str = ""
    confidence: float = 1.0
    event: int = 0
    pinned: bool = False
    names: frozenset[str] = field(default=frozenset(), compare=False)

    @property
    def is_plan(self) -> bool:
        return self.stage == ANNOUNCED

    @property
    def last_day(self) -> dt.date:
        """The last day of the time that its date names."""
        return last_day(self.occurred_on, self.precision)


def sameness(one: Telling, other: Telling) -> float | None:
    """How much speaks for two tellings being of one happening: from SAME on it is one. None where it can't be."""
    if one.article == other.article or one.is_plan != other.is_plan:
        return None  # an article tells of a happening once; a plan of an act is not the act
    if one.direction != other.direction and MUTUAL not in (one.direction, other.direction):
        return None
    time = _time(one, other)
    if time is None:
        return None
    if one.type == other.type:
        total = SAME_TYPE
    elif are_close(one.type, other.type):
        total = CLOSE_TYPE
    else:
        return None
    total += time
    if one.direction != other.direction:
        total += ONE_MUTUAL
    if one.story == other.story:
        total += SAME_STORY
    total += _actors(one, other)
    total += _agree(one.place.lower(), other.place.lower(), SAME_PLACE, OTHER_PLACE)
    if one.planned and other.planned:
        total += SAME_PLAN if one.planned & other.planned else OTHER_PLAN
    return total + _words(one, other)


def _time(one: Telling, other: Telling) -> float | None:
    if one.precision == other.precision == "day":
        by_days = NAMED_DAYS if one.date_named and other.date_named else LOOSE_DAYS
        return by_days.get(abs((one.occurred_on - other.occurred_on).days))
    # A day of slack, as a story may count a Sunday to the week that follows it.
    if one.occurred_on <= other.last_day + ONE_DAY and other.occurred_on <= one.last_day + ONE_DAY:
        return WITHIN
    return None


def _actors(one: Telling, other: Telling) -> float:
    """Who acted on whom; a mutual act may name either side first."""
    straight = _agree(one.source_actor, other.source_actor, SAME_ACTOR, OTHER_SOURCE) + _agree(
        one.target_actor, other.target_actor, SAME_ACTOR, OTHER_TARGET
    )
    if MUTUAL not in (one.direction, other.direction):
        return straight
    crossed = _agree(one.source_actor, other.target_actor, SAME_ACTOR, OTHER_SOURCE) + _agree(
        one.target_actor, other.source_actor, SAME_ACTOR, OTHER_TARGET
    )
    return max(straight, crossed)


def _agree(one: str, other: str, same: float, different: float) -> float:
    """Nothing where one of the two isn't known, or one is a person and the other an institution, who may be his."""
    if not one or not other:
        return 0.0
    if one == other:
        return same
    return 0.0 if (":person:" in one) != (":person:" in other) else different


def _words(one: Telling, other: Telling) -> float:
    first, second = tokens(one.sentence) - one.names, tokens(other.sentence) - other.names
    if not first or not second:
        return 0.0
    shared = first & second
    likeness = 2 * len(shared) / (len(first) + len(second))
    total = ALIKE * likeness
    if not shared and min(len(first), len(second)) >= LEAST_WORDS:
        total += UNALIKE
    figures, others = ({word for word in words if word.isdigit()} for words in (first, second))
    if figures and others:
        total += SAME_FIGURE if figures & others else OTHER_FIGURE
    return total


@lru_cache(maxsize=20_000)
def tokens(sentence: str) -> frozenset[str]:
    """The telling words of a sentence, cut to their stems as far as endings go; numbers as they stand."""
    return frozenset(_stem(word) for word in _WORD.findall(sentence.lower()) if word not in STOP)


def _stem(word: str) -> str:
    if word.isdigit():
        return word
    for ending in ("ing", "ed", "es", "s"):
        if word.endswith(ending) and len(word) - len(ending) >= 4:
            return word[: -len(ending)]
    return word


@cache
def words_of(code: str) -> frozenset[str]:
    """Words of a country's names, which stand in every sentence about it and tell nothing apart."""
    country = countries().get(code)
    if country is None:
        return frozenset()
    names = (country.name, *country.names, *country.adjectives, *country.nationals, country.capital, *country.seats)
    return tokens(" ".join(names))
