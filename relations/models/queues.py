"""Working through the pairs that a stage finds due."""

from __future__ import annotations

import logging
from collections.abc import Callable

from django.db import InterfaceError, OperationalError, transaction

from relations.models.countries import CountryPair, CountryPairs

log = logging.getLogger(__name__)


def work_through_pairs(claim: Callable[[CountryPairs], CountryPairs], work: Callable[[int], int]) -> int:
    """Claim pairs and work on each until none is due; the sum of what ``work`` returns.

    claim: narrows a queryset to some due pairs and locks them. work: takes a pair's id. One transaction a batch. A
    fault in one pair is logged and does not keep the others waiting; that pair is tried again at the next look.
    """
    done, failed = 0, set[int]()
    while True:
        with transaction.atomic():
            pairs = list(claim(CountryPair.objects.exclude(pk__in=failed)))
            for pair in pairs:
                try:
                    with transaction.atomic():
                        done += work(pair.pk)
                except (OperationalError, InterfaceError):
                    raise  # the database is away or wants the batch again
                except Exception:
                    log.exception("%s failed for %s", work.__module__, pair.slug)
                    failed.add(pair.pk)
        if not pairs:
            return done
