"""The formula: what it promises, and agreement with a computation by hand."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from relations import tension
from relations.codebook.event_types import HALF_LIFE_CLASSES
from relations.tension import BASELINE, PRIOR_STRENGTH, ScoredEvent

events = st.builds(
    ScoredEvent,
    weight=st.floats(-10, 10),
    probability=st.floats(0, 1),
    half_life=st.sampled_from(HALF_LIFE_CLASSES),
)
dated = st.lists(st.tuples(st.integers(0, 400), events), min_size=1, max_size=30)


def series_of(dated_events: list[tuple[int, ScoredEvent]], n_days: int = 401) -> tension.Series:
    days = sorted({day for day, _ in dated_events})
    sums = np.array([tension.day_sums(event for at, event in dated_events if at == day) for day in days])
    return tension.series(np.array(days), sums, n_days)


def by_hand(dated_events: list[tuple[int, ScoredEvent]], day: int) -> float:
    evidence = [(event.evidence(day - at), event.severity) for at, event in dated_events]
    total = PRIOR_STRENGTH + sum(v for v, _ in evidence)
    return (PRIOR_STRENGTH * BASELINE + sum(v * s for v, s in evidence)) / total


def test_one_clash_by_hand() -> None:
    clash = ScoredEvent(weight=-10, probability=0.8, half_life=90)
    series = series_of([(0, clash)])
    # v = .8 * 10.2 = 8.16, s = 100: (6 * 45 + 816) / 14.16
    assert series.score[0] == pytest.approx(1086 / 14.16)
    # After a half-life half the evidence is left.
    assert series.score[90] == pytest.approx((270 + 408) / 10.08)
    assert series.known[90] == pytest.approx(4.08)


def test_a_pair_of_which_nothing_is_known_stands_at_the_baseline_with_the_widest_band() -> None:
    series = series_of([(0, ScoredEvent(-10, 0.0, 90))])
    assert series.score[0] == BASELINE
    assert series.high[0] - series.low[0] == pytest.approx(2 * 1.645 * 15)


def test_mild_words_never_add_up_to_war() -> None:
    criticism = ScoredEvent(-2, 0.9, 14)
    assert series_of([(0, criticism)] * 1000).score[0] < criticism.severity


def test_a_grave_act_in_a_busy_pair_shows_at_once() -> None:
    talks = [(day, ScoredEvent(1, 0.9, 30)) for day in range(0, 100)]
    before = series_of(talks).score[99]
    assert series_of([*talks, (99, ScoredEvent(-10, 0.9, 90))]).score[99] > before + 10


@given(dated, st.integers(0, 400))
def test_the_series_agrees_with_the_definition_on_every_day(dated_events: list, day: int) -> None:
    assert series_of(dated_events).score[day] == pytest.approx(by_hand(dated_events, day), abs=1e-9)


@given(dated)
def test_scores_are_bounded_and_lie_in_their_band(dated_events: list) -> None:
    series = series_of(dated_events)
    assert (series.low >= 0).all() and (series.high <= 100).all()
    assert (series.low <= series.score).all() and (series.score <= series.high).all()


@given(dated, st.integers(0, 400))
def test_the_band_agrees_with_its_definition_on_every_day(dated_events: list, day: int) -> None:
    score = by_hand(dated_events, day)
    total, variance = PRIOR_STRENGTH, (PRIOR_STRENGTH * 15.0) ** 2
    for at, event in dated_events:
        v, p = event.evidence(day - at), event.probability
        total += v
        doubt = (1 - p) / p * (event.severity - score) ** 2 if p > 1e-6 else 0.0
        variance += v * v * (doubt + 2.5**2)
    half_width = 1.645 * variance**0.5 / total
    series = series_of(dated_events)
    assert series.high[day] == pytest.approx(min(100.0, score + half_width), abs=1e-3)
    assert series.low[day] == pytest.approx(max(0.0, score - half_width), abs=1e-3)


@given(dated, st.randoms())
def test_the_order_of_arrival_does_not_matter(dated_events: list, random: object) -> None:
    shuffled = list(dated_events)
    random.shuffle(shuffled)  # type: ignore[attr-defined]
    np.testing.assert_allclose(series_of(shuffled).score, series_of(dated_events).score, atol=1e-9, rtol=0)
    np.testing.assert_allclose(series_of(shuffled).high, series_of(dated_events).high, atol=1e-7, rtol=0)


@given(dated)
def test_a_contribution_is_the_score_less_the_score_without_the_event(dated_events: list) -> None:
    day = max(at for at, _ in dated_events)
    (at, event), *others = dated_events
    score = by_hand(dated_events, day)
    known = sum(event.evidence(day - at) for at, event in dated_events)
    share = tension.contribution(event, day - at, score, known)
    assert share == pytest.approx(score - by_hand(others, day), abs=1e-9)


@given(dated, st.floats(0.05, 0.95))
def test_less_certain_events_leave_a_wider_band_around_an_equal_evidence(dated_events: list, p: float) -> None:
    """Of two events with the same evidence the doubtful one gives the wider band."""
    sure, doubtful = ScoredEvent(-8, 1.0, 90), ScoredEvent(-8, p, 90)
    v_sure, v_doubtful = tension.day_sums([sure]), tension.day_sums([doubtful])
    scaled = v_doubtful.copy()
    scaled[:, :2] /= p  # the same v and v s
    scaled[:, 2:] /= p * p
    assert tension.tension(scaled[None]).high[0] >= tension.tension(v_sure[None]).high[0]


def test_forty_five_years_of_daily_events_stay_finite() -> None:
    n = 45 * 365
    series = series_of([(day, ScoredEvent(-2, 0.9, 14)) for day in range(0, n, 7)], n)
    assert np.isfinite(series.score).all() and np.isfinite(series.high).all()


def test_sums_of_another_shape_are_refused() -> None:
    with pytest.raises(ValueError, match="shape"):
        tension.series(np.array([0]), np.zeros((1, 2, 2)), 3)


def test_independent_sources_make_an_event_surer() -> None:
    assert tension.independent_confidence([]) == 0
    assert tension.independent_confidence([0.9]) == pytest.approx(0.9)
    assert tension.independent_confidence([0.9, 0.9]) == pytest.approx(0.99)
