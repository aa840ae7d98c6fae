"""What a look at an event is worth: uncertain x grave x read by many."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as some

from relations.tension.looks import value_of_a_look

chances, weights, readers = some.floats(0.0, 1.0), some.floats(-10.0, 10.0), some.integers(0, 10_000)


@given(chances, chances, weights, readers, readers)
def test_the_more_doubtful_the_more_a_look_is_worth(
    one: float, other: float, weight: float, stories: int, watchers: int
) -> None:
    surer, doubtful = sorted((one, other), key=lambda chance: -abs(chance - 0.5))
    rest: dict[str, Any] = {"weight": weight, "stories": stories, "watchers": watchers}
    assert value_of_a_look(probability=surer, **rest) <= value_of_a_look(probability=doubtful, **rest) + 1e-12
    assert value_of_a_look(probability=one, **rest) == pytest.approx(value_of_a_look(probability=1 - one, **rest))


@given(chances, weights, weights, readers, readers)
def test_the_graver_the_more_a_look_is_worth(
    chance: float, one: float, other: float, stories: int, watchers: int
) -> None:
    milder, graver = sorted((one, other), key=abs)
    rest: dict[str, Any] = {"probability": chance, "stories": stories, "watchers": watchers}
    assert value_of_a_look(weight=milder, **rest) <= value_of_a_look(weight=graver, **rest) + 1e-12


@given(chances, weights, readers, readers, readers)
def test_the_more_read_it_the_more_a_look_is_worth(
    chance: float, weight: float, stories: int, watchers: int, more: int
) -> None:
    worth = value_of_a_look(probability=chance, weight=weight, stories=stories, watchers=watchers)
    for wider in ({"stories": stories + more, "watchers": watchers}, {"stories": stories, "watchers": watchers + more}):
        assert 0.0 <= worth <= value_of_a_look(probability=chance, weight=weight, **wider)


@given(weights, readers, readers)
def test_what_is_certain_is_worth_no_look(weight: float, stories: int, watchers: int) -> None:
    for certain in (0.0, 1.0):
        assert value_of_a_look(probability=certain, weight=weight, stories=stories, watchers=watchers) == 0.0
