"""A pair's days as sums, and the daily series that follows from them. Vectorised; pure.

Discounting is multiplication and the half-lives fall into few classes, so a day's sums ("moments") per class carry its
events to any later day. What holds without fading is a class of its own. An event adds its moments on its day; where
its term ends, the same moments, discounted until then, are taken away or moved on. So days can be summed alone, in any
order, and a series is one pass over them.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from relations.codebook.event_types import HALF_LIFE_CLASSES
from relations.codebook.weights import WeightSet
from relations.tension.formula import (
    BAND,
    BASELINE,
    BASELINE_DEVIATION,
    PRIOR_STRENGTH,
    figures,
)
from relations.tension.terms import OPEN

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]

# Classes: the half-lives, and last what holds. Moments: v and v s of each direction; v of conflict and of cooperation;
# and for the band q v^2, q v^2 s, q v^2 s^2 and v^2 sigma^2 with q = (1 - p) / p.
DIRECTIONS = (1, -1, 0)
CONFLICT, COOPERATION, DOUBT = 6, 7, 8
MOMENTS = 12
CLASSES = len(HALF_LIFE_CLASSES) + 1
SHAPE = (CLASSES, MOMENTS)
HOLDING = CLASSES - 1


@dataclass(frozen=True, slots=True)
class Events:
    """Events as columns, arrays of shape (n,).

    days: proleptic ordinals. kinds: index into ``names``, which are (type, stage). directions: 1, -1, 0.
    probabilities: in [0, 1]. holds_until, replaced_on: as in a Term; 0 for None.
    """

    days: Ints
    kinds: Ints
    names: Sequence[tuple[str, str]]
    directions: Ints
    probabilities: Floats
    holds_until: Ints
    replaced_on: Ints


@dataclass(frozen=True, slots=True)
class Series:
    """Daily arrays of shape (n_days,): tension 0..100, its 90 % band, and the evidence it rests on.

    forward, backward: tension from what each side alone did, acts of both included. conflict, cooperation: evidence.
    """

    score: Floats
    low: Floats
    high: Floats
    known: Floats
    forward: Floats
    backward: Floats
    conflict: Floats
    cooperation: Floats


def columns(rows: Sequence[tuple[int, str, str, int, float, int | None, int | None]]) -> Events:
    """Events from rows of (day, type, stage, direction, probability, holds_until, replaced_on)."""
    names: dict[tuple[str, str], int] = {}
    kinds = [names.setdefault((row[1], row[2]), len(names)) for row in rows]
    days, _, _, directions, probabilities, holds, replaced = zip(*rows, strict=True) if rows else ((),) * 7
    return Events(
        days=np.array(days, dtype=np.int64),
        kinds=np.array(kinds, dtype=np.int64),
        names=list(names),
        directions=np.array(directions, dtype=np.int64),
        probabilities=np.array(probabilities, dtype=np.float64),
        holds_until=np.array([value or 0 for value in holds], dtype=np.int64),
        replaced_on=np.array([value or 0 for value in replaced], dtype=np.int64),
    )


def day_sums(
    events: Events, weights: WeightSet, group: Ints | None = None, half_lives: Sequence[float] = HALF_LIFE_CLASSES
) -> tuple[Ints, Ints, Floats]:
    """Sums of each (group, day) that the events touch: (groups, days, sums of shape (n, *SHAPE)), in their order.

    group: shape (n,), for events of several pairs at once. half_lives: of the classes, where they are stretched.
    """
    count = len(events.days)
    group = np.zeros(count, dtype=np.int64) if group is None else group
    if not count:
        return group, events.days, np.zeros((0, *SHAPE))
    of_kind = [figures(type_slug, stage, weights) for type_slug, stage in events.names]
    classes = np.array([HALF_LIFE_CLASSES.index(one.half_life) for one in of_kind])[events.kinds]
    moments = _moments(events, of_kind)
    day, hold, gone = events.days, events.holds_until, events.replaced_on
    replaced, holds = gone > 0, hold > day
    first, second = _factors(half_lives)
    counts = ~replaced | (gone > day)  # what was replaced on its own day never counted
    # Each a row of: which events, on which day, into which class, how old it is by then, and with which sign.
    steps = [
        (counts, day, np.where(holds, HOLDING, classes), None, 1.0),
        # A state ends: from then on it fades.
        (
            ends := counts & holds & (hold < OPEN) & (~replaced | (gone > hold)),
            hold,
            np.full(count, HOLDING),
            None,
            -1.0,
        ),
        (ends, hold, classes, None, 1.0),
        # Something else stands for it from then on.
        (counts & replaced & ~ends & holds, gone, np.full(count, HOLDING), None, -1.0),
        (counts & replaced & ~holds, gone, classes, gone - day, -1.0),
        (counts & replaced & ends, gone, classes, gone - hold, -1.0),
    ]
    groups, days, into, parts = [], [], [], []
    for which, on, klass, age, sign in steps:
        if not which.any():
            continue
        part = sign * moments[which]
        if age is not None:
            at, ages = klass[which], age[which][:, None]
            part[:, :DOUBT] *= first[at][:, None] ** ages
            part[:, DOUBT:] *= second[at][:, None] ** ages
        groups.append(group[which])
        days.append(on[which])
        into.append(klass[which])
        parts.append(part)
    if not groups:
        return np.zeros(0, dtype=np.int64), np.zeros(0, dtype=np.int64), np.zeros((0, *SHAPE))
    return _summed(np.concatenate(groups), np.concatenate(days), np.concatenate(into), np.concatenate(parts))


def pack(sums: Floats) -> list[bytes]:
    """Sums of shape (n, *SHAPE) as bytes to store, a row each: which of the moments are not nought, then these.

    A day with one event has 7 of 48. Six bytes of bits, the first moment of the first class foremost; float64 as the
    machine has them, little-endian on all that this runs on.
    """
    flat = sums.reshape(len(sums), CLASSES * MOMENTS)
    kept = flat != 0.0
    bits = np.packbits(kept, axis=1).tobytes()
    values = flat[kept].tobytes()
    width = len(bits) // len(flat) if len(flat) else 0
    ends = (np.cumsum(kept.sum(axis=1)) * 8).tolist()
    starts = [0, *ends][: len(ends)]
    return [
        bits[at * width : (at + 1) * width] + values[start:end]
        for at, (start, end) in enumerate(zip(starts, ends, strict=True))
    ]


def unpack(rows: Sequence[bytes | memoryview]) -> Floats:
    """Sums of shape (n, *SHAPE) from what pack gave."""
    cells = CLASSES * MOMENTS
    width = -(-cells // 8)
    bits = np.frombuffer(b"".join(row[:width] for row in rows), dtype=np.uint8).reshape(len(rows), width)
    flat = np.zeros((len(rows), cells))
    flat[np.unpackbits(bits, axis=1, count=cells).astype(bool)] = np.frombuffer(b"".join(row[width:] for row in rows))
    return flat.reshape(len(rows), *SHAPE)


def _moments(events: Events, of_kind: Sequence) -> Floats:
    """Each event's moments on its day, shape (n, MOMENTS)."""
    weight, severity, evidence, deviation = (
        np.array([getattr(one, name) for one in of_kind])[events.kinds]
        for name in ("weight", "severity", "evidence", "deviation")
    )
    p = events.probabilities
    v = p * evidence
    moments = np.zeros((len(p), MOMENTS))
    for at, direction in enumerate(DIRECTIONS):
        moments[:, 2 * at] = np.where(events.directions == direction, v, 0.0)
        moments[:, 2 * at + 1] = moments[:, 2 * at] * severity
    moments[:, CONFLICT] = np.where(weight < 0, v, 0.0)
    moments[:, COOPERATION] = np.where(weight > 0, v, 0.0)
    # q v^2 as (1 - p) p (v / p)^2, which needs no division by a p that may be next to nothing.
    doubt = (1.0 - p) * p * evidence**2
    moments[:, DOUBT] = doubt
    moments[:, DOUBT + 1] = doubt * severity
    moments[:, DOUBT + 2] = doubt * severity**2
    moments[:, DOUBT + 3] = (v * deviation) ** 2
    return moments


def _summed(groups: Ints, days: Ints, into: Ints, parts: Floats) -> tuple[Ints, Ints, Floats]:
    """Rows added up by group and day; sorted by both."""
    span = int(days.max()) + 1
    keys, place = np.unique(groups * span + days, return_inverse=True)
    flat = np.zeros((len(keys) * CLASSES, MOMENTS))
    cell = place * CLASSES + into
    for moment in range(MOMENTS):
        flat[:, moment] = np.bincount(cell, weights=parts[:, moment], minlength=len(flat))
    return keys // span, keys % span, flat.reshape(len(keys), *SHAPE)


def _factors(half_lives: Sequence[float]) -> tuple[Floats, Floats]:
    """What is left after a day, of each class: of first moments, and of those of squared evidence."""
    left = np.array([*(2.0 ** (-1.0 / days) for days in half_lives), 1.0])
    return left, left**2


def series(offsets: Ints, sums: Floats, n_days: int, half_lives: Sequence[float] = HALF_LIFE_CLASSES) -> Series:
    """Tension of each of ``n_days`` consecutive days.

    offsets: shape (n,), day numbers in 0..n_days-1, each once. sums: shape (n, *SHAPE), from day_sums.
    Raises ValueError where the shapes differ.
    """
    if sums.shape != (len(offsets), *SHAPE):
        raise ValueError(f"sums must have the shape {(len(offsets), *SHAPE)}, not {sums.shape}.")
    return tension(_discounted(offsets, sums, n_days, half_lives))


def windows(groups: Ints, offsets: Ints, sums: Floats, n_groups: int, n_days: int) -> Series:
    """The last days of the series of many pairs at once, without those before: arrays of shape (n_groups, n_days).

    groups: whose each row is, in 0..n_groups-1, in order. offsets: day numbers below n_days; below 0: before.
    """
    first, second = _factors(HALF_LIFE_CLASSES)
    days = np.zeros((n_groups, n_days, *SHAPE))
    now = offsets >= 0
    days[groups[now], offsets[now]] = sums[now]
    old = ~now
    if old.any():
        age = -offsets[old][:, None]
        carried = sums[old]
        carried[:, :, :DOUBT] *= (first**age)[:, :, None]
        carried[:, :, DOUBT:] *= (second**age)[:, :, None]
        whose, starts = np.unique(groups[old], return_index=True)
        days[whose, 0] += np.add.reduceat(carried, starts, axis=0)
    left = _left(HALF_LIFE_CLASSES)
    moments = np.empty((n_groups, n_days, MOMENTS))
    state = np.zeros((n_groups, *SHAPE))
    for day in range(n_days):
        state = state * left + days[:, day]
        moments[:, day] = state.sum(axis=1)
    return tension(moments)


def _left(half_lives: Sequence[float]) -> Floats:
    """What a day leaves of each class's moments, of SHAPE; those of squared evidence fade twice as fast."""
    left = np.empty(SHAPE)
    left[:, :DOUBT], left[:, DOUBT:] = (factors[:, None] for factors in _factors(half_lives))
    return left


# Days that one step carries; the triangle of powers has its square many entries.
STRIDE = 32


def _discounted(offsets: Ints, sums: Floats, n_days: int, half_lives: Sequence[float]) -> Floats:
    """Each day's moments plus all earlier days' discounted, all classes together: shape (n_days, MOMENTS).

    By blocks of STRIDE days: within one, a multiplication by the triangle of powers; from block to block, a carry.
    Scaling all by 2^(t/h) instead would overflow over decades of short half-lives.
    """
    blocks = -(-n_days // STRIDE)
    left = _left(half_lives)
    age = np.arange(STRIDE)[:, None] - np.arange(STRIDE)[None, :]
    total = np.zeros((blocks, STRIDE, MOMENTS))
    ends = np.zeros((blocks, *SHAPE))
    for klass in np.flatnonzero(sums.any(axis=(0, 2))):
        days = np.zeros((blocks * STRIDE, MOMENTS))
        days[offsets] = sums[:, klass]
        for moments in (slice(0, DOUBT), slice(DOUBT, MOMENTS)):
            triangle = np.where(age >= 0, left[klass, moments.start] ** np.maximum(age, 0), 0.0)
            inside = np.matmul(triangle, days[:, moments].reshape(blocks, STRIDE, -1))
            total[:, :, moments] += inside
            ends[:, klass, moments] = inside[:, -1]
    carried = np.zeros((blocks, *SHAPE))  # into each block
    whole = left**STRIDE
    for block in range(1, blocks):
        carried[block] = whole * carried[block - 1] + ends[block - 1]
    fading = left[None] ** np.arange(1, STRIDE + 1)[:, None, None]
    total += np.einsum("bkm,ikm->bim", carried, fading)
    return total.reshape(-1, MOMENTS)[:n_days]


def tension(moments: Floats) -> Series:
    """Score and band from discounted moments of shape (..., MOMENTS); arrays of shape (...)."""
    # Terms that ended leave rounding behind; less than nothing is nothing.
    total = np.where(np.abs(moments) < 1e-12, 0.0, moments)
    v = np.maximum(total[..., 0:6:2], 0.0)
    vs = np.maximum(total[..., 1:6:2], 0.0)
    known = v.sum(axis=-1)
    weight = PRIOR_STRENGTH + known
    score = (PRIOR_STRENGTH * BASELINE + vs.sum(axis=-1)) / weight
    qv2, qv2s, qv2s2, v2sigma2 = (total[..., DOUBT + at] for at in range(4))
    doubt = qv2s2 - 2.0 * score * qv2s + score**2 * qv2
    prior = (PRIOR_STRENGTH * BASELINE_DEVIATION) ** 2
    half_width = BAND * np.sqrt(np.maximum(doubt, 0.0) + np.maximum(v2sigma2, 0.0) + prior) / weight

    def one_way(at: int) -> Floats:
        known_here = v[..., at] + v[..., 2]
        return (PRIOR_STRENGTH * BASELINE + vs[..., at] + vs[..., 2]) / (PRIOR_STRENGTH + known_here)

    return Series(
        score=score,
        low=np.maximum(score - half_width, 0.0),
        high=np.minimum(score + half_width, 100.0),
        known=known,
        forward=one_way(0),
        backward=one_way(1),
        conflict=np.maximum(total[..., CONFLICT], 0.0),
        cooperation=np.maximum(total[..., COOPERATION], 0.0),
    )
