"""The tension score: a discounted, intensity-weighted mean of severities with a prior. See docs/score.md.

An event of weight g in [-10, 10] (codebook), probability p and half-life h has, a = t - t_e >= 0 days after it,

    severity   s = 50 - 5 g
    evidence   v(t) = p (0.2 + g^2 / 10) 2^(-a/h)
    tension    T(t) = (k B + sum v s) / (k + sum v)

Discounting is multiplication and the half-lives fall into few classes, so six sums ("moments") per class carry a day's
events to any later day. Events of one day can be added and taken away in any order.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from relations.codebook.event_types import HALF_LIFE_CLASSES

BASELINE = 45.0
PRIOR_STRENGTH = 6.0
# Deviation of the baseline itself, and of a severity: the least that two expert scales disagree by.
BASELINE_DEVIATION = 15.0
SEVERITY_DEVIATION = 2.5
BAND = 1.645  # standard deviations on either side: 90 %
LITTLE_KNOWN = 0.5  # evidence below which a day is marked "little known"
# Chance that a type was coded rightly before any editor has judged it: the mean of Beta(8, 2).
PRIOR_PRECISION = 0.8

# Per half-life class: v, v s, and for the band q v^2, q v^2 s, q v^2 s^2 and v^2 sigma^2 with q = (1 - p) / p.
MOMENTS = 6
SHAPE = (len(HALF_LIFE_CLASSES), MOMENTS)
Floats = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class ScoredEvent:
    """What the formula needs of an event. weight: in [-10, 10]; probability: in [0, 1]; half_life: days, of a class."""

    weight: float
    probability: float
    half_life: float

    @property
    def severity(self) -> float:
        return 50.0 - 5.0 * self.weight

    @property
    def full_evidence(self) -> float:
        """Evidence on the day of the event if it were certain."""
        return 0.2 + self.weight**2 / 10.0

    def evidence(self, age: float = 0.0) -> float:
        """Evidence left ``age`` days after the event; nothing before it."""
        if age < 0:
            return 0.0
        return self.probability * self.full_evidence * 2.0 ** (-age / self.half_life)


@dataclass(frozen=True, slots=True)
class Series:
    """Daily arrays of shape (n_days,): tension 0..100, its 90 % band, and the evidence it rests on."""

    score: Floats
    low: Floats
    high: Floats
    known: Floats


def event_probability(*, confirmed: bool, confidence: float) -> float:
    """Chance that it happened as coded: 1 once an editor confirmed it, else type precision x sources' confidence."""
    return 1.0 if confirmed else PRIOR_PRECISION * confidence


def independent_confidence(reliabilities: Iterable[float]) -> float:
    """1 - prod(1 - r) over independent sources: more reports make an event surer, never graver."""
    return 1.0 - float(np.prod([1.0 - reliability for reliability in reliabilities]))


def day_sums(events: Iterable[ScoredEvent]) -> Floats:
    """The moments of one day's events, of shape (half-life classes, MOMENTS)."""
    sums = np.zeros(SHAPE)
    for event in events:
        if event.probability <= 0:
            continue
        v, s = event.evidence(), event.severity
        # q v^2 as (1 - p) p (v / p)^2, which needs no division by a p that may be next to nothing.
        doubt = (1.0 - event.probability) * event.probability * event.full_evidence**2
        row = (v, v * s, doubt, doubt * s, doubt * s * s, v * v * SEVERITY_DEVIATION**2)
        sums[HALF_LIFE_CLASSES.index(event.half_life)] += row
    return sums


def series(offsets: NDArray[np.int64], sums: Floats, n_days: int) -> Series:
    """Tension of each of ``n_days`` consecutive days.

    offsets: shape (n,), day numbers in 0..n_days-1, each once. sums: shape (n, *SHAPE), from day_sums.
    Raises ValueError where the shapes differ.
    """
    if sums.shape != (len(offsets), *SHAPE):
        raise ValueError(f"sums must have the shape {(len(offsets), *SHAPE)}, not {sums.shape}.")
    totals = np.zeros((n_days, *SHAPE))
    totals[offsets] = sums
    return tension(_discounted(totals))


def _discounted(totals: Floats) -> Floats:
    """Each day's moments plus all earlier days' discounted, by a doubling scan: log2(n_days) whole-array steps.

    Stepping keeps every factor at most 1; scaling by 2^(t/h) instead would overflow over decades of short half-lives.
    """
    decay = np.repeat(2.0 ** (-1.0 / np.array(HALF_LIFE_CLASSES))[:, None], MOMENTS, axis=1)
    decay[:, 2:] **= 2  # moments of squared evidence fade twice as fast
    shift = 1
    while shift < len(totals):
        totals[shift:] = totals[shift:] + decay**shift * totals[:-shift]
        shift *= 2
    return totals


def tension(moments: Floats) -> Series:
    """Score and band from discounted moments of shape (n_days, *SHAPE)."""
    v, vs, qv2, qv2s, qv2s2, v2sigma2 = moments.sum(axis=1).T
    total = PRIOR_STRENGTH + v
    score = (PRIOR_STRENGTH * BASELINE + vs) / total
    doubt = qv2s2 - 2.0 * score * qv2s + score**2 * qv2
    variance = (np.maximum(doubt, 0.0) + v2sigma2 + (PRIOR_STRENGTH * BASELINE_DEVIATION) ** 2) / total**2
    half_width = BAND * np.sqrt(variance)
    return Series(score, np.maximum(score - half_width, 0.0), np.minimum(score + half_width, 100.0), v)


def contribution(event: ScoredEvent, age: float, score: float, known: float) -> float:
    """Exact share of one event in a day's tension: the score less the score without it.

    score, known: the day's tension and evidence, with the event in them.
    """
    v = event.evidence(age)
    without = ((PRIOR_STRENGTH + known) * score - v * event.severity) / (PRIOR_STRENGTH + known - v)
    return score - without
