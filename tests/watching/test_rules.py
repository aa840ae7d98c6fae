"""When a watch tells of a score, as values."""

from __future__ import annotations

import datetime as dt

import pytest
from hypothesis import given
from hypothesis import strategies as st

from relations.tension.formula import BASELINE, PRIOR_STRENGTH
from relations.watching import rules
from relations.watching.rules import Mover, Seen

DAY = dt.date(2031, 3, 4)
SCORES = st.floats(0, 100)


def seen(score: float, low: float = 40, high: float = 60, known: float = 5.0, day: dt.date = DAY) -> Seen:
    return Seen(day, score, low, high, known)


@pytest.mark.parametrize(
    ("armed", "score", "without", "tells", "armed_then"),
    [
        (True, 69.9, 60, False, True),
        (True, 70, 60, True, False),
        (True, 80, 69.9, True, False),
        (True, 80, 70, False, False),  # it would have risen anyway
        (True, 80, 80, False, False),  # nothing happened
        (False, 80, 60, False, False),
        (False, 69, 60, False, False),  # hovers
        (False, 68, 60, False, False),
        (False, 67.9, 60, False, True),
    ],
)
def test_a_rise_above_70(armed: bool, score: float, without: float, tells: bool, armed_then: bool) -> None:
    assert rules.rise(armed, 70, score, without) == (tells, armed_then)


@pytest.mark.parametrize(
    ("armed", "score", "without", "tells", "armed_then"),
    [
        (True, 70, 80, False, True),  # on the line it is not below it
        (True, 69.9, 80, True, False),
        (True, 69.9, 70, True, False),
        (True, 60, 69.9, False, False),
        (False, 60, 80, False, False),
        (False, 72, 80, False, False),
        (False, 72.1, 80, False, True),
    ],
)
def test_a_fall_below_70(armed: bool, score: float, without: float, tells: bool, armed_then: bool) -> None:
    assert rules.fall(armed, 70, score, without) == (tells, armed_then)


@given(st.lists(st.floats(68.1, 71.9), max_size=60), st.floats(0, 69.99))
def test_what_hovers_around_the_line_is_told_once_each_way_at_most(scores: list[float], first: float) -> None:
    rise_armed, fall_armed, told = first < 70, first >= 70, []
    for score in scores:
        rose, rise_armed = rules.rise(rise_armed, 70, score, 0)
        fell, fall_armed = rules.fall(fall_armed, 70, score, 100)
        told += ["rose"] * rose + ["fell"] * fell
    assert told.count("rose") <= 1 and told.count("fell") <= 1


@given(st.lists(SCORES, max_size=60))
def test_between_two_rises_the_score_was_well_below_the_line(scores: list[float]) -> None:
    armed, since = True, 0.0
    for score in scores:
        since = min(since, score)
        rose, armed = rules.rise(armed, 50, score, 0)
        if rose:
            assert since < 50 - rules.REARMED_AFTER and score >= 50
            since = 100.0


@given(SCORES, st.lists(SCORES, max_size=30), st.booleans())
def test_what_no_event_did_is_never_told(line: float, scores: list[float], armed: bool) -> None:
    """The score with its events is the score without them: it faded, or the formula is another."""
    rise_armed = fall_armed = armed
    kept = seen(50)
    for score in scores:
        rose, rise_armed = rules.rise(rise_armed, line, score, score)
        fell, fall_armed = rules.fall(fall_armed, line, score, score)
        jumped, kept = rules.jump(kept, seen(score, score - 10, score + 10), score)
        assert not (rose or fell or jumped)


@pytest.mark.parametrize(
    ("score", "without", "days", "tells", "keeps"),
    [
        (60, 50, 0, False, True),
        (60.1, 50, 0, True, False),
        (39.9, 50, 0, True, False),
        (39.9, 39.9, 0, False, False),  # faded out of it: what comes is measured by the band of now
        (80, 61, 0, False, False),
        (50, 50, 6, False, True),
        (50, 50, 7, False, False),
        (60.1, 50, 30, True, False),
    ],
)
def test_a_jump_out_of_the_band_40_to_60(score: float, without: float, days: int, tells: bool, keeps: bool) -> None:
    kept, now = seen(50, day=DAY - dt.timedelta(days=days)), seen(score, 70, 90)
    assert rules.jump(kept, now, without) == (tells, kept if keeps else now)


MOVERS = st.lists(
    st.builds(Mover, event=st.integers(1, 10**6), evidence=st.floats(0.01, 10), severity=SCORES),
    max_size=8,
    unique_by=lambda mover: mover.event,
)


@given(MOVERS, MOVERS)
def test_the_score_without_some_events_is_that_of_the_others(some: list[Mover], others: list[Mover]) -> None:
    def score(movers: list[Mover]) -> Seen:
        known = sum(mover.evidence for mover in movers)
        pulled = sum(mover.evidence * mover.severity for mover in movers)
        return seen((PRIOR_STRENGTH * BASELINE + pulled) / (PRIOR_STRENGTH + known), known=known)

    assert rules.score_without(score(some + others), some) == pytest.approx(score(others).score)
    assert rules.score_without(score([]), []) == BASELINE


def test_causes_are_those_that_moved_the_score_that_way_the_strongest_first() -> None:
    now = seen(60, known=10)
    movers = [Mover(1, 1, 90), Mover(2, 5, 95), Mover(3, 5, 10), Mover(4, 0.001, 90)]
    assert [mover.event for mover, _ in rules.causes(movers, now, True)] == [2, 1]
    assert [mover.event for mover, _ in rules.causes(movers, now, False)] == [3]
