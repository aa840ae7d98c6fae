"""Scoring: pairs with stale days are claimed, their days summed and scored, in one transaction each batch."""

from __future__ import annotations

import datetime as dt

from django.db import transaction
from django.utils import timezone

from relations.models import CountryPair, PairDay, PairStanding
from relations.models.queues import work_through_pairs
from relations.scoring import store


def score_stale_days(batch: int = 20) -> int:
    """Score all pairs with stale days or an old standing; how many pairs. Safe to repeat and to run in parallel."""
    return work_through_pairs(lambda pairs: pairs.claim_stale(today(), batch), _score)


@transaction.atomic
def score_pair(pair_id: int) -> None:
    """Score one pair now, waiting for whoever holds it: for a request that changed its events."""
    CountryPair.objects.hold(pair_id)
    _score(pair_id)


def _score(pair_id: int) -> int:
    known = PairDay.objects.filter(pair_id=pair_id).values_list("dataset", flat=True)
    standing = PairStanding.objects.filter(pair_id=pair_id).values_list("dataset", flat=True)
    for dataset in sorted({*known, *standing}):
        store.sum_stale_days(pair_id, dataset)
        store.score_days(pair_id, dataset, today())
    return 1


def today() -> dt.date:
    """The day scores are of: today in UTC, like all dates of events."""
    return timezone.now().date()
