"""Writes of scoring: what editors' verdicts teach of the coder, by type."""

from __future__ import annotations

from django.db.models import Q

from relations.models import Dataset, Event, LearntPrecision, Status
from relations.tension.precision import Verdicts

# Log odds that must have moved for scores to be made anew: about a quarter of a point of probability.
FELT = 0.01


def learn() -> LearntPrecision | None:
    """Count all verdicts; a new row where they move the odds of any type, so that every pair is scored again with it.

    An editor's verdict on an event is one on its reading: right if confirmed with the type that was read; wrong if
    rejected or given another type.
    """
    counted: dict[str, list[float]] = {}
    judged = Event.objects.filter(
        Q(status__in=[Status.CONFIRMED, Status.REJECTED]) | Q(corrected_fields__contains=["type"]),
        dataset=Dataset.OWN,
        confidence__gt=0,
    ).exclude(coded_as="")
    for coded_as, kind, status, confidence in judged.values_list("coded_as", "type", "status", "confidence"):
        right = status != Status.REJECTED and kind == coded_as
        row = counted.setdefault(coded_as, [0, 0, 0.0])
        row[0] += 1
        row[1] += right
        row[2] += confidence
    verdicts = {slug: [row[0], row[1], round(row[2], 9)] for slug, row in sorted(counted.items())}
    if not _is_felt(verdicts):
        return None
    return LearntPrecision.objects.create(verdicts=verdicts)


def _is_felt(verdicts: dict[str, list[float]]) -> bool:
    newest = LearntPrecision.objects.first()
    before = newest.log_odds() if newest else {}
    after = {slug: Verdicts(int(n), int(right), expected).log_odds for slug, (n, right, expected) in verdicts.items()}
    return any(abs(after.get(slug, 0.0) - before.get(slug, 0.0)) >= FELT for slug in {*before, *after})
