"""Which reports tell of one happening? Pure."""

from __future__ import annotations

import datetime as dt

import pytest

from relations.merging.engagements import OpenEngagement, engagement_of
from relations.merging.match import Happening, best_match, most_specific_actor, same_happening

MONDAY = dt.date(2017, 8, 28)


def happening(days: int = 0, *, type: str = "visit_postponed", direction: int = 1, precision: str = "day", id: int = 0):
    return Happening(type, direction, MONDAY + dt.timedelta(days=days), precision, id)


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [
        (happening(), happening(), True),
        (happening(), happening(2), True),
        (happening(), happening(3), False),
        (happening(), happening(6, precision="week"), True),
        (happening(), happening(8, precision="week"), False),
        (happening(), happening(25, precision="month"), True),
        (happening(), happening(direction=-1), False),
        (happening(type="clash"), happening(type="clash", direction=0), True),
        (happening(), happening(type="visit_cancelled"), False),
    ],
)
def test_same_type_same_direction_near_date(one: Happening, other: Happening, same: bool) -> None:
    assert same_happening(one, other) is same and same_happening(other, one) is same


def test_the_nearest_then_the_oldest_event_is_chosen() -> None:
    events = [happening(2, id=1), happening(1, id=3), happening(-1, id=2)]
    assert best_match(happening(), events) == events[2]
    assert best_match(happening(50), events) is None


def test_the_actor_named_most_often_stands_for_the_side() -> None:
    assert most_specific_actor([(1, True), (7, False), (7, False), (5, False)]) == 7
    assert most_specific_actor([(1, True), (None, False)]) == 1
    assert most_specific_actor([]) is None


def test_an_event_joins_the_open_plan_heard_of_last() -> None:
    old, late = OpenEngagement(1, "visit", "announced", MONDAY), OpenEngagement(2, "visit", "postponed", MONDAY)
    ended = OpenEngagement(3, "visit", "held", MONDAY)
    soon = MONDAY + dt.timedelta(days=10)
    assert engagement_of("visit", soon, [old, late, ended]) == late
    assert engagement_of("talks", soon, [old, late]) is None
    assert engagement_of("visit", MONDAY + dt.timedelta(days=120), [old]) is None
