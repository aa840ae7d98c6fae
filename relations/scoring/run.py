"""Scoring: pairs with stale days are claimed, their days summed and scored, in one transaction each batch."""

from __future__ import annotations

import datetime as dt
import logging

from django.db import DatabaseError, transaction
from django.utils import timezone

from relations.models import CountryPair, PairDay, PairStanding
from relations.scoring import store

log = logging.getLogger(__name__)


def score_stale_days(batch: int = 20) -> int:
    """Score all pairs with stale days or an old standing; how many pairs. Safe to repeat and to run in parallel."""
    scored, failed = 0, set[int]()
    while True:
        with transaction.atomic():
            pairs = list(CountryPair.objects.exclude(pk__in=failed).claim_stale(today(), batch))
            for pair in pairs:
                try:
                    with transaction.atomic():
                        _score(pair.pk)
                    scored += 1
                except DatabaseError:
                    raise
                except Exception:
                    # A fault in one pair must not keep all others waiting; it is tried again at the next look.
                    log.exception("Scoring %s failed", pair.slug)
                    failed.add(pair.pk)
        if not pairs:
            return scored


@transaction.atomic
def score_pair(pair_id: int) -> None:
    """Score one pair now, waiting for whoever holds it: for a request that changed its events."""
    CountryPair.objects.hold(pair_id)
    _score(pair_id)


def _score(pair_id: int) -> None:
    known = PairDay.objects.filter(pair_id=pair_id).values_list("dataset", flat=True)
    standing = PairStanding.objects.filter(pair_id=pair_id).values_list("dataset", flat=True)
    for dataset in sorted({*known, *standing}):
        store.sum_stale_days(pair_id, dataset)
        store.score_days(pair_id, dataset, today())


def today() -> dt.date:
    """The day scores are of: today in UTC, like all dates of events."""
    return timezone.now().date()
