"""Turning points: a series turns where it truly turns, and chapters leave no day out."""

from __future__ import annotations

from itertools import pairwise

import numpy as np
import pytest
import ruptures  # noqa: F401  its first import takes seconds, which no example should be charged for
from hypothesis import given, settings
from hypothesis import strategies as st

from relations.tension.chapters import LEAST_WEEKS, WEEK, chapters

# Of 20 weeks that stray by 2.5 points from a level no cut saves 128, what a chapter costs: 20 * 2.5^2 = 125.
NOISE, NOISY_DAYS = 2.5, 20 * WEEK
LEAST = LEAST_WEEKS * WEEK


def stepped(before: int, after: int, height: float, noise: float = 0.0, seed: int = 0) -> np.ndarray:
    score = np.concatenate([np.full(before, 45.0), np.full(after, 45.0 + height)])
    return score + np.random.default_rng(seed).uniform(-noise, noise, before + after)


@given(st.floats(0, 100), st.integers(1, 800))
def test_a_flat_series_is_one_chapter(level: float, n_days: int) -> None:
    (only,) = chapters(np.full(n_days, level))
    assert (only.start, only.stop) == (0, n_days) and only.mean == pytest.approx(level)


def test_a_series_without_days_has_no_chapters() -> None:
    assert chapters(np.zeros(0)) == []


@given(st.integers(1, 2 * LEAST - 1), st.integers(0, 2**32 - 1))
def test_what_is_too_short_for_two_chapters_is_one(n_days: int, seed: int) -> None:
    (only,) = chapters(np.random.default_rng(seed).uniform(0, 100, n_days))
    assert (only.start, only.stop) == (0, n_days)


@given(st.integers(5 * WEEK, 400), st.integers(5 * WEEK, 400), st.sampled_from([-30.0, -12.0, 12.0, 30.0]))
def test_a_step_begins_a_chapter_on_its_day(before: int, after: int, height: float) -> None:
    first, second = chapters(stepped(before, after, height))
    assert (first.start, first.stop, second.start, second.stop) == (0, before, before, before + after)
    assert (first.mean, second.mean) == pytest.approx((45, 45 + height))


@given(st.integers(6 * WEEK, 300), st.integers(6 * WEEK, 300), st.integers(0, 2**32 - 1))
def test_a_step_in_noise_begins_a_chapter_within_a_week(before: int, after: int, seed: int) -> None:
    cuts = [chapter.start for chapter in chapters(stepped(before, after, 20.0, noise=3.0, seed=seed))][1:]
    assert len(cuts) == 1 and abs(cuts[0] - before) <= WEEK


def test_what_is_told_by_less_than_the_penalty_is_no_turn() -> None:
    weeks = LEAST_WEEKS * WEEK
    assert len(chapters(stepped(weeks, weeks, 7.5))) == 1
    assert len(chapters(stepped(weeks, weeks, 8.5))) == 2


@settings(max_examples=200)
@given(st.lists(st.floats(-NOISE, NOISE), min_size=NOISY_DAYS, max_size=NOISY_DAYS))
def test_noise_below_the_penalty_turns_nothing(noise: list[float]) -> None:
    assert len(chapters(50.0 + np.array(noise))) == 1


@given(st.lists(st.sampled_from([-NOISE, NOISE]), min_size=20, max_size=20))
def test_nor_does_noise_that_lasts_for_weeks(weeks: list[float]) -> None:
    assert len(chapters(np.repeat(50.0 + np.array(weeks), WEEK))) == 1


def test_a_shock_of_some_days_in_a_calm_year_is_no_chapter() -> None:
    score = np.full(365, 45.0)
    score[200:203] += 10.0
    assert len(chapters(score)) == 1


def test_each_lasting_level_is_a_chapter_of_its_own() -> None:
    levels, length = [40.0, 70.0, 55.0, 30.0], 90
    found = chapters(np.repeat(levels, length))
    assert [chapter.start for chapter in found] == [0, 90, 180, 270]
    assert [chapter.mean for chapter in found] == pytest.approx(levels)


@given(st.lists(st.tuples(st.floats(0, 100), st.integers(1, 150)), min_size=1, max_size=8), st.integers(0, 2**32 - 1))
def test_chapters_tile_all_days_and_mean_what_they_say(levels: list[tuple[float, int]], seed: int) -> None:
    score = np.concatenate([np.full(days, level) for level, days in levels])
    score += np.random.default_rng(seed).uniform(-2, 2, len(score))
    found = chapters(score)
    assert found[0].start == 0 and found[-1].stop == len(score)
    assert all(one.stop == other.start for one, other in pairwise(found))
    for one in found:
        assert one.stop > one.start and one.mean == pytest.approx(score[one.start : one.stop].mean())


@given(st.integers(0, 6))
def test_older_days_do_not_move_where_the_newest_chapter_begins(more: int) -> None:
    found = chapters(stepped(100 + more, 80, 25.0))
    assert len(found[-1:]) == 1 and found[-1].start == 100 + more
