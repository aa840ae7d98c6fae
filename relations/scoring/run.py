"""Scoring: pairs with stale days are claimed, their days summed and their standing written, one transaction a batch."""

from __future__ import annotations

import datetime as dt
import functools

from django.db import transaction
from django.utils import timezone

from relations.models import CountryPair, LearntPrecision, current_formula
from relations.models.queues import work_through_batches
from relations.scoring import store, store_precision


def score_stale_days(batch: int = 200) -> int:
    """Score all pairs with stale days, or whose standing is of an earlier day or made with another formula.

    How many pairs. Safe to repeat and to run in parallel.
    """
    # The day of a run is that on which it began: over midnight no pair would be done with for both days.
    formula, day = current_formula(), today()
    return work_through_batches(
        lambda pairs: pairs.stale(day, formula.label),
        functools.partial(store.score_pairs, today=day, formula=formula),
        batch,
    )


@transaction.atomic
def score_pair(*pair_ids: int) -> None:
    """Score pairs now, together, waiting for whoever holds one: for a request that changed their events."""
    CountryPair.objects.hold_all(pair_ids)
    store.score_pairs(sorted(set(pair_ids)), today=today(), formula=current_formula())


@transaction.atomic
def learn_precision() -> LearntPrecision | None:
    """Let editors' verdicts bear on probabilities; what was learnt, None where it changes nothing.

    All pairs are then due for scoring, as their standings were made with another precision.
    """
    return store_precision.learn()


def today() -> dt.date:
    """The day scores are of: today in UTC, like all dates of events."""
    return timezone.now().date()
