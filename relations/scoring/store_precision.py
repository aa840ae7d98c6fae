"""Writes of scoring: what editors' verdicts teach of the coder, by type."""

from __future__ import annotations

from collections import defaultdict

from relations.models import LearntPrecision
from relations.models.judged import judged_alike
from relations.tension.precision import Tally, Verdicts

# Log odds that must have moved for scores to be made anew: about a quarter of a point of probability.
FELT = 0.01


def learn() -> LearntPrecision | None:
    """Count all verdicts that stand, by the type that was read; a new row where they move the odds of any type, so that
    every pair is scored again with it.

    Of each event the verdict that decides counts. Second opinions, which are there to measure agreement, don't.
    """
    counted: dict[str, Tally] = defaultdict(Tally)
    for one in judged_alike():
        counted[one.type].add(one.weight * one.number, one.is_right, one.stated / one.number)
    found = {slug: tally.verdicts for slug, tally in sorted(counted.items())}
    if not _is_felt(found):
        return None
    verdicts = {slug: [one.judged, one.right, one.expected] for slug, one in found.items()}
    return LearntPrecision.objects.create(verdicts=verdicts)


def _is_felt(found: dict[str, Verdicts]) -> bool:
    newest = LearntPrecision.objects.first()
    before = newest.log_odds() if newest else {}
    after = {slug: one.log_odds for slug, one in found.items()}
    return any(abs(after.get(slug, 0.0) - before.get(slug, 0.0)) >= FELT for slug in {*before, *after})
