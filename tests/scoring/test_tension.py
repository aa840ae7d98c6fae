"""The formula: what it promises, and agreement with a computation by hand."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from relations.codebook.event_types import event_types
from relations.codebook.weights import WeightSet, default_weights, weight_sets
from relations.tension import sums
from relations.tension.formula import (
    BASELINE,
    event_probability,
    figures,
    independent_confidence,
    severity_deviation,
)
from tests.scoring import by_hand
from tests.scoring.by_hand import FIRST, SPAN, Row, histories, series_of, stretched

sets = st.sampled_from(sorted(weight_sets().values(), key=lambda one: one.name))
YEAR = 365


def clash(day: int = 0, **values: object) -> Row:
    return Row(FIRST + day, "clash", **values)  # type: ignore[arg-type]


def test_one_clash_by_hand() -> None:
    series = series_of([clash(probability=0.8)], 91)
    # v = .8 * 10.2 = 8.16, s = 100: (6 * 45 + 816) / 14.16
    assert series.score[0] == pytest.approx(1086 / 14.16, abs=1e-9)
    # After a half-life half the evidence is left.
    assert series.score[90] == pytest.approx((270 + 408) / 10.08, abs=1e-9)
    assert series.known[90] == pytest.approx(4.08, abs=1e-9)


def test_a_pair_of_which_nothing_is_known_stands_at_the_baseline_with_the_widest_band() -> None:
    series = series_of([clash(probability=0.0)], 1)
    assert series.score[0] == BASELINE and series.known[0] == 0
    assert series.high[0] - series.low[0] == pytest.approx(2 * 1.645 * 15)


@given(histories, sets)
def test_the_series_agrees_with_the_definition_on_every_day(history: list[Row], weights: WeightSet) -> None:
    days = [by_hand.on_day(history, FIRST + at, weights) for at in range(SPAN)]
    by_hand.agree(series_of(history, weights=weights), days)


@given(histories, st.sampled_from([0.5, 2.0, 3.7]))
def test_so_it_does_with_half_lives_stretched(history: list[Row], stretch: float) -> None:
    n_days = SPAN if stretch > 1 else SPAN // 2
    days = [by_hand.on_day(history, FIRST + at, stretch=stretch) for at in range(n_days)]
    by_hand.agree(series_of(history, n_days, stretch=stretch), days)


@pytest.mark.parametrize("type_slug", ["statement_criticism", "clash", "agreement_signed"])
def test_what_time_has_left_of_an_old_event_agrees_with_the_definition_however_little_it_is(type_slug: str) -> None:
    """Each side's remainder goes below any threshold at another time; the score must not feel it."""
    history = [Row(FIRST, type_slug, direction=side, probability=p) for side, p in ((1, 0.9), (-1, 0.4), (0, 0.1))]
    n_days = int(45 * event_types()[type_slug].half_life)
    series = series_of(history, n_days)
    days = [by_hand.on_day(history, FIRST + at).score for at in range(n_days)]
    np.testing.assert_allclose(series.score, days, atol=1e-9, rtol=0)


@given(histories)
def test_scores_are_bounded_by_the_severities_behind_them(history: list[Row]) -> None:
    series = series_of(history)
    severities = [BASELINE, *(by_hand.severity(row, default_weights()) for row in history)]
    for scores in (series.score, series.forward, series.backward):
        assert scores.min() >= min(severities) - 1e-9 and scores.max() <= max(severities) + 1e-9


@given(histories)
def test_scores_lie_in_their_band_and_the_band_between_0_and_100(history: list[Row]) -> None:
    series = series_of(history)
    assert (series.low >= 0).all() and (series.high <= 100).all()
    assert (series.low <= series.score).all() and (series.score <= series.high).all()


@given(st.integers(1, 3000), st.sampled_from(["statement_criticism", "accusation", "request", "demarche"]))
def test_mild_words_never_add_up_to_war(times: int, type_slug: str) -> None:
    word = Row(FIRST, type_slug, probability=0.9)
    assert series_of([word] * times, 1).score[0] < by_hand.severity(word, default_weights()) <= 60


def test_ten_years_of_daily_criticism_approach_its_severity_and_no_more() -> None:
    words = [Row(FIRST + day, "statement_criticism") for day in range(10 * YEAR)]
    score = series_of(words, 10 * YEAR).score
    assert 50 < score[-1] < 60 and (score < 60).all()


def test_a_grave_act_in_a_busy_pair_shows_at_once() -> None:
    talks = [Row(FIRST + day, "meeting", direction=0, probability=0.9) for day in range(100)]
    before = series_of(talks, 100).score
    after = series_of([*talks, clash(99, probability=0.9)], 100).score
    assert after[99] > before[99] + 10
    np.testing.assert_array_equal(after[:99], before[:99])


@given(st.floats(0.05, 0.95))
def test_of_two_events_with_the_same_evidence_the_doubtful_one_gives_the_wider_band(p: float) -> None:
    _, _, sure = sums.day_sums(sums.columns([clash()]), default_weights())
    _, _, doubtful = sums.day_sums(sums.columns([clash(probability=p)]), default_weights())
    doubtful[..., : sums.DOUBT] /= p
    doubtful[..., sums.DOUBT :] /= p * p
    wide, narrow = (sums.series(np.array([0]), values, 1) for values in (doubtful, sure))
    assert wide.score[0] == pytest.approx(narrow.score[0]) and wide.low[0] < narrow.low[0]


def test_forty_five_years_of_events_stay_finite_and_right() -> None:
    n_days = 45 * YEAR
    types = sorted(event_types())
    history = [Row(FIRST + day, types[day % len(types)], probability=0.9) for day in range(0, n_days, 7)]
    series = series_of(history, n_days)
    for name in by_hand.Day._fields:
        assert np.isfinite(getattr(series, name)).all(), name
    for day in (0, 1, YEAR, n_days // 2, n_days - 1):
        assert series.score[day] == pytest.approx(by_hand.on_day(history, FIRST + day).score, abs=1e-9)


def test_figures_of_a_type_are_those_of_the_definition() -> None:
    for weights in weight_sets().values():
        for slug in event_types():
            for stage in ("held", "announced"):
                row, found = Row(FIRST, slug, stage), figures(slug, stage, weights)
                assert found.severity == by_hand.severity(row, weights)
                assert found.evidence == pytest.approx(by_hand.evidence(row, FIRST, weights))
                assert found.deviation == pytest.approx(by_hand.deviation(row))
                assert stretched(1)[0] <= found.half_life <= stretched(1)[-1]


def test_only_material_conflict_weighs_as_a_threat_while_it_is_announced() -> None:
    weights = default_weights()
    threat = figures("threat_nonforce", "held", weights)
    assert figures("sanctions_imposed", "announced", weights) == threat != figures("sanctions_imposed", "held", weights)
    assert figures("strike", "announced", weights) == figures("threat_force", "held", weights)
    for slug in ("visit_announced", "agreement_signed", "statement_criticism"):
        assert figures(slug, "announced", weights) == figures(slug, "held", weights)


def test_the_expert_scales_disagreement_is_a_types_deviation_but_some_doubt_is_always_left() -> None:
    # Goldstein -10, PLOVER -9.5: severities 100 and 97.5; sanctions -8 and -4: 90 and 70.
    assert severity_deviation("clash") == 2.5
    assert severity_deviation("sanctions_imposed") == pytest.approx(20 / 2**0.5)


def test_independent_sources_make_an_event_surer() -> None:
    assert independent_confidence([]) == 0
    assert independent_confidence([0.9]) == pytest.approx(0.9)
    assert independent_confidence([0.9, 0.9]) == pytest.approx(0.99)


@given(st.lists(st.floats(0, 1), max_size=8), st.floats(0, 1))
def test_another_source_never_makes_it_less_sure(chances: list[float], one: float) -> None:
    assert 0 <= independent_confidence(chances) <= independent_confidence([*chances, one]) + 1e-12 <= 1 + 1e-12


def test_what_an_editor_confirmed_is_certain_and_the_rest_is_as_sure_as_its_evidence() -> None:
    assert event_probability(confirmed=True, confidence=0.3) == 1
    assert event_probability(confirmed=False, confidence=0.3) == 0.3
    assert event_probability(confirmed=False, confidence=0.0, learnt=2.0) == 0
    assert event_probability(confirmed=False, confidence=1.0, learnt=-2.0) == 1
