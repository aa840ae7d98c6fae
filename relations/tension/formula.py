"""The formula for one event at one time.

An event of weight g in [-10, 10] (a weight set), probability p and half-life h has, a >= 0 days after it,

    severity   s = 50 - 5 g
    evidence   v(t) = p (0.2 + g^2 / 10) 2^(-a/h)
    tension    T(t) = (k B + sum v s) / (k + sum v)
"""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import dataclass

from relations.codebook.event_types import EventType, event_types
from relations.codebook.weights import WeightSet, weight_sets

BASELINE = 45.0
PRIOR_STRENGTH = 6.0
# Deviation of the baseline itself, and the least of a severity.
BASELINE_DEVIATION = 15.0
LEAST_DEVIATION = 2.5
BAND = 1.645  # standard deviations on either side: 90 %
LITTLE_KNOWN = 0.5  # evidence below which a day is marked "little known"
# Later word replaces earlier word, or ends a state, where it is as likely as not, or likelier than what it replaces.
LIKELY = 0.5

MATERIAL_CONFLICT = 4  # the quad
FORCE, ANNOUNCED = "force", "announced"


def severity(weight: float) -> float:
    """0 for the closest cooperation, 100 for war."""
    return 50.0 - 5.0 * weight


def full_evidence(weight: float) -> float:
    """Evidence of an event on its day, were it certain."""
    return 0.2 + weight**2 / 10.0


def weighs_as(type_slug: str, stage: str) -> EventType:
    """The type whose weight and half-life an event has: material conflict that is only announced weighs as a threat."""
    kind = event_types()[type_slug]
    if kind.quad == MATERIAL_CONFLICT and stage == ANNOUNCED:
        return event_types()["threat_force" if kind.group == FORCE else "threat_nonforce"]
    return kind


def severity_deviation(type_slug: str) -> float:
    """Standard deviation of a type's severity: that of the expert scales from each other, at least LEAST_DEVIATION."""
    severities = [severity(one.weights[type_slug]) for one in weight_sets().values()]
    mean = sum(severities) / len(severities)
    spread = sum((value - mean) ** 2 for value in severities) / max(len(severities) - 1, 1)
    return max(LEAST_DEVIATION, math.sqrt(spread))


@dataclass(frozen=True, slots=True)
class Figures:
    """What a weight set says of a type at a stage: weight, severity, evidence were it certain, deviation, half-life."""

    weight: float
    severity: float
    evidence: float
    deviation: float
    half_life: float


def figures(type_slug: str, stage: str, weights: WeightSet) -> Figures:
    kind = weighs_as(type_slug, stage)
    weight = weights.weights[kind.slug]
    return Figures(weight, severity(weight), full_evidence(weight), severity_deviation(kind.slug), kind.half_life)


def independent_confidence(chances: Iterable[float]) -> float:
    """1 - prod(1 - c) over independent sources: more reports make an event surer, never graver."""
    return 1.0 - math.prod(1.0 - chance for chance in chances)


def event_probability(*, confirmed: bool, confidence: float, learnt: float = 0.0) -> float:
    """Chance that it happened as coded.

    confirmed: an editor said so, then 1. confidence: what sources and coder give it, in [0, 1]. learnt: log odds by
    which editors' verdicts move events of its type, see relations.tension.precision.
    """
    if confirmed:
        return 1.0
    if confidence <= 0.0 or learnt == 0.0:
        return confidence
    if confidence >= 1.0:
        return 1.0
    return 1.0 / (1.0 + (1.0 - confidence) / confidence * math.exp(-learnt))
