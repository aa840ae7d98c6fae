"""The score straight from its definition (docs/score.md), without the code that tests try: slow, and plain to read."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
from hypothesis import strategies as st

from relations.codebook.event_types import event_types
from relations.codebook.weights import WeightSet, default_weights, weight_sets
from relations.tension import sums
from relations.tension.sums import Series
from relations.tension.terms import OPEN, STAGES, Occurrence, Term

FIRST = 737425  # 2020-01-01; days are told as numbers from it on
SPAN = 250


class Row(NamedTuple):
    """An event as relations.tension.sums.columns takes it."""

    day: int
    type: str
    stage: str = "held"
    direction: int = 1
    probability: float = 1.0
    holds_until: int | None = None
    replaced_on: int | None = None


class Day(NamedTuple):
    """A day's score; the fields of a Series."""

    score: float
    low: float
    high: float
    known: float
    forward: float
    backward: float
    conflict: float
    cooperation: float


def weighs_as(row: Row) -> str:
    kind = event_types()[row.type]
    if kind.quad == 4 and row.stage == "announced":
        return "threat_force" if kind.group == "force" else "threat_nonforce"
    return row.type


def severity(row: Row, weights: WeightSet) -> float:
    return 50.0 - 5.0 * weights.weights[weighs_as(row)]


def evidence(row: Row, day: int, weights: WeightSet, stretch: float = 1.0) -> float:
    """v(t) = p (0.2 + g^2 / 10) 2^(-(t - t_e) / h), where t_e is the end of what holds, and nothing once replaced."""
    if day < row.day or (row.replaced_on is not None and day >= row.replaced_on):
        return 0.0
    weight, half_life = weights.weights[weighs_as(row)], event_types()[weighs_as(row)].half_life * stretch
    age = max(day - (row.day if row.holds_until is None else row.holds_until), 0)
    return row.probability * (0.2 + weight**2 / 10.0) * 2.0 ** (-age / half_life)


def deviation(row: Row) -> float:
    """Of the two weight sets from each other."""
    one, other = (severity(row, weights) for weights in weight_sets().values())
    return max(2.5, abs(one - other) / 2**0.5)


def on_day(rows: Sequence[Row], day: int, weights: WeightSet | None = None, stretch: float = 1.0) -> Day:
    weights = weights or default_weights()
    told = [(row, evidence(row, day, weights, stretch), severity(row, weights)) for row in rows]
    told = [(row, v, s) for row, v, s in told if v > 0.0]

    def tension(directions: tuple[int, ...]) -> float:
        here = [(v, s) for row, v, s in told if row.direction in directions]
        return (6.0 * 45.0 + sum(v * s for v, s in here)) / (6.0 + sum(v for v, _ in here))

    score, known = tension((1, -1, 0)), sum(v for _, v, _ in told)
    variance = (6.0 * 15.0) ** 2
    for row, v, s in told:
        doubt = (1.0 - row.probability) / row.probability * (s - score) ** 2
        variance += v**2 * (doubt + deviation(row) ** 2)
    half_width = 1.645 * variance**0.5 / (6.0 + known)
    return Day(
        score=score,
        low=max(score - half_width, 0.0),
        high=min(score + half_width, 100.0),
        known=known,
        forward=tension((1, 0)),
        backward=tension((-1, 0)),
        conflict=sum(v for _, v, s in told if s > 50.0),
        cooperation=sum(v for _, v, s in told if s < 50.0),
    )


def series_of(
    rows: Sequence[Row],
    n_days: int = SPAN,
    *,
    first: int = FIRST,
    weights: WeightSet | None = None,
    stretch: float = 1.0,
) -> Series:
    """The series that the code makes of these events: n_days from ``first`` on. Events before are left out."""
    half_lives = stretched(stretch)
    _, days, values = sums.day_sums(sums.columns(rows), weights or default_weights(), half_lives=half_lives)
    here = (days >= first) & (days < first + n_days)
    return sums.series(days[here] - first, values[here], n_days, half_lives)


def windows_of(histories: Sequence[Sequence[Row]], first: int, n_days: int) -> list[Series]:
    """The same for several pairs at once by ``windows``, which is told of what came before."""
    rows = [row for history in histories for row in history]
    group = np.array([at for at, history in enumerate(histories) for _ in history], dtype=np.int64)
    groups, days, values = sums.day_sums(sums.columns(rows), default_weights(), group)
    past = days < first + n_days
    found = sums.windows(groups[past], days[past] - first, values[past], len(histories), n_days)
    return [Series(*(getattr(found, name)[at] for name in Day._fields)) for at in range(len(histories))]


def stretched(stretch: float) -> tuple[float, ...]:
    return tuple(days * stretch for days in sums.HALF_LIFE_CLASSES)


def agree(series: Series, days: Sequence[Day], *, band: float = 1e-6, others: float = 1e-9) -> None:
    """That a series is what was computed by hand; the band to ``band``, as its squares lose digits."""
    for at, name in enumerate(Day._fields):
        tolerance = band if name in ("low", "high") else others
        by_hand = [day[at] for day in days]
        np.testing.assert_allclose(getattr(series, name), by_hand, atol=tolerance, rtol=0, err_msg=name)


def with_terms(rows: Sequence[Row]) -> tuple[list[Occurrence], dict[int, Term]]:
    """The same events as relations.tension.shares takes them."""
    found = [Occurrence(at, *row[:5]) for at, row in enumerate(rows)]
    return found, {at: Term(row.holds_until, row.replaced_on) for at, row in enumerate(rows) if any(row[5:])}


@st.composite
def rows(draw: st.DrawFn, span: int = SPAN) -> Row:
    """An event of any type that counts in any way: fading, holding for some time or for ever, replaced at any time."""
    day = FIRST + draw(st.integers(0, span - 1))
    holds = draw(st.sampled_from([None, None, OPEN, day + draw(st.integers(1, 100))]))
    replaced = draw(st.sampled_from([None, None, day + draw(st.integers(0, 150)), holds if holds != OPEN else day]))
    return Row(
        day=day,
        type=draw(st.sampled_from(sorted(event_types()))),
        stage=draw(st.sampled_from(["held", "held", *STAGES])),
        direction=draw(st.sampled_from([1, -1, 0])),
        probability=draw(st.one_of(st.floats(0.05, 1.0), st.sampled_from([0.0, 1.0]))),
        holds_until=holds,
        replaced_on=replaced,
    )


histories = st.lists(rows(), min_size=1, max_size=12)
