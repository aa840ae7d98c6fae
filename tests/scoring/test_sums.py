"""Sums of days: made in any order and for several pairs at once, they carry every event to every later day."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from relations.codebook.weights import default_weights
from relations.tension import sums
from relations.tension.sums import Series
from relations.tension.terms import OPEN
from tests.scoring import by_hand
from tests.scoring.by_hand import FIRST, SPAN, Day, Row, histories, series_of, windows_of

CELLS = sums.CLASSES * sums.MOMENTS


def scores(*rows: Row, n_days: int = SPAN) -> np.ndarray:
    return series_of(rows, n_days).score


def assert_alike(one: Series, other: Series) -> None:
    """To 1e-9; the band to 1e-6, as its squares lose digits."""
    for name in Day._fields:
        tolerance = 1e-6 if name in ("low", "high") else 1e-9
        np.testing.assert_allclose(getattr(one, name), getattr(other, name), atol=tolerance, rtol=0, err_msg=name)


@given(st.lists(histories, min_size=1, max_size=3), st.integers(0, SPAN - 1))
def test_a_window_is_the_tail_of_the_series_for_each_of_several_pairs(pairs: list[list[Row]], start: int) -> None:
    for history, tail in zip(pairs, windows_of(pairs, FIRST + start, SPAN - start), strict=True):
        whole = series_of(history)
        assert_alike(tail, Series(*(getattr(whole, name)[start:] for name in Day._fields)))


@given(histories, st.integers(1, 60))
def test_a_window_long_after_the_events_agrees_with_the_definition(history: list[Row], n_days: int) -> None:
    start = FIRST + SPAN // 2
    (window,) = windows_of([history], start, n_days)
    by_hand.agree(window, [by_hand.on_day(history, start + at) for at in range(n_days)])


def test_a_window_before_which_nothing_happened_or_in_which_nothing_did_is_a_series_too() -> None:
    late, early = Row(FIRST + 10, "clash"), Row(FIRST - 180, "sanctions_imposed", holds_until=OPEN)
    first, second = windows_of([[late], [early]], FIRST, 20)
    assert first.score == pytest.approx(scores(late, n_days=20), abs=1e-9)
    assert second.score == pytest.approx(scores(early._replace(day=FIRST), n_days=20), abs=1e-9)


@given(histories)
def test_sums_come_back_from_what_is_stored_as_they_were(history: list[Row]) -> None:
    _, _, values = sums.day_sums(sums.columns(history), default_weights())
    np.testing.assert_array_equal(sums.unpack(sums.pack(values)), values)


@given(st.lists(st.dictionaries(st.integers(0, CELLS - 1), st.floats(allow_nan=False)), max_size=5))
def test_so_do_any_sums_in_any_cells(rows: list[dict[int, float]]) -> None:
    values = np.zeros((len(rows), *sums.SHAPE))
    for at, row in enumerate(rows):
        values[at].flat[list(row)] = list(row.values())
    np.testing.assert_array_equal(sums.unpack(sums.pack(values)), values)


@given(histories, st.randoms())
def test_the_order_of_events_does_not_matter(history: list[Row], random: object) -> None:
    shuffled = list(history)
    random.shuffle(shuffled)  # type: ignore[attr-defined]
    assert_alike(series_of(history), series_of(shuffled))


@given(histories, histories)
def test_days_can_be_summed_alone(history: list[Row], others: list[Row]) -> None:
    """A day's sums are those of its events, however many other events are summed with it."""
    columns = sums.columns([*history, *others])
    group = np.array([0] * len(history) + [1] * len(others))
    groups, days, values = sums.day_sums(columns, default_weights(), group)
    for number, rows in enumerate((history, others)):
        _, alone_days, alone = sums.day_sums(sums.columns(rows), default_weights())
        np.testing.assert_array_equal(days[groups == number], alone_days)
        np.testing.assert_allclose(values[groups == number], alone, atol=1e-9, rtol=0)
    assert sorted(set(zip(groups.tolist(), days.tolist(), strict=True))) == list(
        zip(groups.tolist(), days.tolist(), strict=True)
    )


@given(histories)
def test_an_event_touches_its_day_and_the_days_on_which_its_term_ends_and_no_others(history: list[Row]) -> None:
    _, days, values = sums.day_sums(sums.columns(history), default_weights())
    ends = {day for row in history for day in (row.day, row.holds_until, row.replaced_on) if day} - {OPEN}
    assert set(days.tolist()) <= ends and values.shape == (len(days), *sums.SHAPE)


def test_what_holds_stays_in_full_until_its_day_and_then_fades() -> None:
    closed = Row(FIRST, "border_closed", holds_until=FIRST + 100)
    score = scores(closed)
    assert np.ptp(score[:101]) == pytest.approx(0, abs=1e-9)
    assert score[100:] == pytest.approx(scores(Row(FIRST, "border_closed"))[: SPAN - 100], abs=1e-9)


def test_what_nothing_ends_holds_for_ever() -> None:
    closed = Row(FIRST, "border_closed", holds_until=OPEN)
    score = scores(closed, n_days=40 * 365)
    assert np.ptp(score) == pytest.approx(0, abs=1e-9) and score[0] > 50


@pytest.mark.parametrize("holds_until", [None, FIRST + 30, FIRST + 80, OPEN])
def test_what_is_replaced_is_gone_without_a_trace(holds_until: int | None) -> None:
    history = [Row(FIRST, "border_closed", holds_until=holds_until, replaced_on=FIRST + 50)]
    series = series_of(history)
    assert series.score[49] > 46 and series.score[50:] == pytest.approx(45, abs=1e-12)
    assert series.known[50:] == pytest.approx(0, abs=1e-12) and series.conflict[50:] == pytest.approx(0, abs=1e-12)
    assert (series.high - series.low)[50:] == pytest.approx(2 * 1.645 * 15)


def test_what_was_replaced_on_its_own_day_never_counted() -> None:
    replaced = Row(FIRST, "visit_announced", replaced_on=FIRST)
    with_it, without = series_of([replaced, Row(FIRST, "clash")]), series_of([Row(FIRST, "clash")])
    np.testing.assert_array_equal(with_it.score, without.score)


def test_nothing_that_counts_sums_to_nothing() -> None:
    for rows in ([], [Row(FIRST, "visit_announced", replaced_on=FIRST)]):
        groups, days, values = sums.day_sums(sums.columns(rows), default_weights())
        assert len(groups) == len(days) == 0 and values.shape == (0, *sums.SHAPE)


def test_each_direction_alone_takes_its_own_acts_and_those_of_both() -> None:
    forward, backward, mutual = (Row(FIRST, "clash", direction=side) for side in (1, -1, 0))
    one = series_of([forward, mutual], 1)
    assert one.forward[0] == one.score[0] > one.backward[0] == series_of([mutual], 1).score[0] > 45
    other = series_of([backward], 1)
    assert other.backward[0] == other.score[0] and other.forward[0] == 45


def test_conflict_and_cooperation_are_the_evidence_of_each_and_what_is_neither_is_known_all_the_same() -> None:
    series = series_of([Row(FIRST, slug) for slug in ("clash", "agreement_signed", "statement_neutral")], 1)
    assert (series.conflict[0], series.cooperation[0]) == pytest.approx((10.2, 6.6))
    assert series.known[0] == pytest.approx(10.2 + 6.6 + 0.2)


@pytest.mark.parametrize("shape", [(1, 2, 2), (2, *sums.SHAPE), (1, sums.CLASSES, sums.MOMENTS - 1)])
def test_sums_of_another_shape_are_refused(shape: tuple[int, ...]) -> None:
    with pytest.raises(ValueError, match="shape"):
        sums.series(np.array([0]), np.zeros(shape), 3)


def test_long_series_do_not_depend_on_where_their_blocks_begin() -> None:
    """Days are carried in blocks; the same events a few days later give the same scores a few days later."""
    history = [
        Row(FIRST + day, slug) for day, slug in ((0, "clash"), (63, "apology"), (64, "strike"), (130, "meeting"))
    ]
    score = scores(*history, n_days=400)
    for shift in (1, 31, 63, 64, 65):
        later = [row._replace(day=row.day + shift) for row in history]
        assert scores(*later, n_days=400 + shift)[shift:] == pytest.approx(score, abs=1e-9)
