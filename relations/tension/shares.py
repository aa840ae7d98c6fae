"""Why a score is what it is: each event's part in it on one day. Pure.

The score is the baseline plus what pulls it away: T - B = sum of v (s - B) / (k + V). That part of an event is its
**share**; shares add up exactly. What the score would be without an event is another question, its **effect**
T - (T without it); effects don't add up, as a mean is not a sum.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from relations.codebook.weights import WeightSet
from relations.tension.formula import BAND, BASELINE, BASELINE_DEVIATION, PRIOR_STRENGTH, Figures, figures
from relations.tension.terms import FADING, Occurrence, Term


@dataclass(frozen=True, slots=True)
class Part:
    """One event's part in a day's score. age: days. left: share of its full evidence that time has left, 0 to 1.

    evidence: v(t). share: of T - B. effect: T less T without its evidence.
    """

    occurrence: Occurrence
    term: Term
    figures: Figures
    age: int
    left: float
    evidence: float
    share: float
    effect: float


@dataclass(frozen=True, slots=True)
class Explanation:
    """A day's score with its band, the evidence behind it, and its parts, the greatest share first."""

    day: int
    score: float
    low: float
    high: float
    known: float
    parts: list[Part]

    @property
    def total_share(self) -> float:
        """What the shares add up to: score - BASELINE."""
        return math.fsum(part.share for part in self.parts)


def explain(
    occurrences: Iterable[Occurrence], terms: Mapping[int, Term], day: int, weights: WeightSet, stretch: float = 1.0
) -> Explanation:
    """The score of a day from its events, straight from the definition.

    terms: of the events that don't simply fade, by id. stretch: what half-lives are multiplied by.
    """
    alive: list[tuple[Occurrence, Term, Figures, float, float]] = []
    of_kind: dict[tuple[str, str], Figures] = {}
    for one in occurrences:
        term = terms.get(one.id, FADING)
        about = of_kind.get((one.type, one.stage)) or of_kind.setdefault(
            (one.type, one.stage), figures(one.type, one.stage, weights)
        )
        share_left = term.decay(one.day, day, about.half_life * stretch)
        evidence = one.probability * about.evidence * share_left
        if evidence > 0.0:
            alive.append((one, term, about, share_left, evidence))
    known = math.fsum(evidence for *_, evidence in alive)
    weight = PRIOR_STRENGTH + known
    score = (PRIOR_STRENGTH * BASELINE + math.fsum(v * about.severity for _, _, about, _, v in alive)) / weight
    variance = (PRIOR_STRENGTH * BASELINE_DEVIATION) ** 2 + math.fsum(
        # (1 - p) / p v^2 without a division by a p that may be next to nothing.
        (1 - one.probability) * one.probability * (about.evidence * left * (about.severity - score)) ** 2
        + (v * about.deviation) ** 2
        for one, _, about, left, v in alive
    )
    half_width = BAND * math.sqrt(variance) / weight
    parts = [
        Part(
            occurrence=one,
            term=term,
            figures=about,
            age=day - one.day,
            left=share_left,
            evidence=v,
            share=v * (about.severity - BASELINE) / weight,
            effect=effect(v, about.severity, score, known),
        )
        for one, term, about, share_left, v in alive
    ]
    parts.sort(key=lambda part: (-abs(part.share), part.occurrence.id))
    return Explanation(day, score, max(score - half_width, 0.0), min(score + half_width, 100.0), known, parts)


def evidence_on(day: int, one: Occurrence, term: Term, about: Figures) -> float:
    """What is left of an event's evidence on a day."""
    return one.probability * about.evidence * term.decay(one.day, day, about.half_life)


def effect(evidence: float, severity: float, score: float, known: float) -> float:
    """What an event does to a score: the score less the score without its evidence. score, known: with it."""
    return evidence * (severity - score) / (PRIOR_STRENGTH + known - evidence)
