"""Why a score is what it is: shares add up to it, effects are what it would be without."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from relations.codebook.weights import default_weights, weight_sets
from relations.tension.formula import BASELINE
from relations.tension.shares import Explanation, explain
from relations.tension.terms import OPEN, Occurrence, Term
from tests.scoring import by_hand
from tests.scoring.by_hand import FIRST, SPAN, Row, histories, series_of, with_terms

offsets = st.integers(0, SPAN - 1)


def explained(rows: list[Row], day: int, stretch: float = 1.0) -> Explanation:
    return explain(*with_terms(rows), day, default_weights(), stretch)


@given(histories, offsets, st.sampled_from([0.5, 1.0, 2.0]))
def test_a_day_is_explained_with_the_score_that_the_series_has(history: list[Row], at: int, stretch: float) -> None:
    series, found = series_of(history, stretch=stretch), explained(history, FIRST + at, stretch=stretch)
    assert (found.score, found.known) == pytest.approx((series.score[at], series.known[at]), abs=1e-9)
    assert (found.low, found.high) == pytest.approx((series.low[at], series.high[at]), abs=1e-6)


@given(histories, offsets)
def test_it_agrees_with_the_definition_under_every_weight_set(history: list[Row], at: int) -> None:
    for weights in weight_sets().values():
        found, day = (
            explain(*with_terms(history), FIRST + at, weights),
            by_hand.on_day(history, FIRST + at, weights),
        )
        assert (found.score, found.known, found.low, found.high) == pytest.approx(
            (day.score, day.known, day.low, day.high), abs=1e-9
        )


@given(histories, offsets)
def test_shares_add_up_to_what_parts_the_score_from_the_baseline(history: list[Row], at: int) -> None:
    found = explained(history, FIRST + at)
    assert found.total_share == pytest.approx(found.score - BASELINE, abs=1e-9)
    assert sum(part.evidence for part in found.parts) == pytest.approx(found.known, abs=1e-9)


@given(histories, offsets)
def test_an_effect_is_the_score_less_the_score_without_the_event(history: list[Row], at: int) -> None:
    occurrences, terms = with_terms(history)
    found = explain(occurrences, terms, FIRST + at, default_weights())
    for part in found.parts:
        others = [one for one in occurrences if one.id != part.occurrence.id]
        without = explain(others, terms, FIRST + at, default_weights())
        assert part.effect == pytest.approx(found.score - without.score, abs=1e-9)


@given(histories, offsets)
def test_the_greatest_share_comes_first_and_only_what_counts_is_listed(history: list[Row], at: int) -> None:
    found = explained(history, FIRST + at)
    sizes = [abs(part.share) for part in found.parts]
    assert sizes == sorted(sizes, reverse=True)
    listed = {part.occurrence.id for part in found.parts}
    assert listed == {
        number for number, row in enumerate(history) if by_hand.evidence(row, FIRST + at, default_weights()) > 0
    }
    assert all(0 < part.left <= 1 and part.age >= 0 and part.evidence > 0 for part in found.parts)


def test_a_day_before_anything_happened_is_the_baseline_without_parts() -> None:
    found = explained([Row(FIRST, "clash")], FIRST - 1)
    assert (found.score, found.known, found.parts, found.total_share) == (BASELINE, 0, [], 0)
    assert (found.low, found.high) == pytest.approx((45 - 1.645 * 15, 45 + 1.645 * 15))


def test_a_part_says_how_old_it_is_and_what_is_left_of_it() -> None:
    closed = Occurrence(1, FIRST, "border_closed", "held", 1, 1.0)
    found = explain([closed], {1: Term(OPEN)}, FIRST + 400, default_weights()).parts[0]
    assert (found.age, found.left, found.term) == (400, 1.0, Term(OPEN))
    faded = explain([closed], {1: Term(FIRST + 310)}, FIRST + 400, default_weights()).parts[0]
    assert (faded.age, faded.left) == (400, pytest.approx(0.5))
    assert faded.evidence == pytest.approx(0.5 * (0.2 + 2.5))


def test_shares_have_the_sign_of_what_pulls_the_score_and_effects_too() -> None:
    found = explained([Row(FIRST, "clash"), Row(FIRST, "agreement_signed")], FIRST)
    clash, accord = found.parts
    assert clash.share > 0 > accord.share and clash.effect > 0 > accord.effect
    assert clash.occurrence.type == "clash"


def test_a_mild_word_in_a_war_lowers_the_score_though_its_share_raises_it() -> None:
    """Criticism (60) lies above the baseline and below the war: shares add up, effects tell what would be without."""
    found = explained([*[Row(FIRST, "clash")] * 5, Row(FIRST, "statement_criticism")], FIRST)
    word = next(part for part in found.parts if part.occurrence.type == "statement_criticism")
    assert word.share > 0 > word.effect
