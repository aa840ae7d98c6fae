"""Merging: pairs with reports that belong to no event are claimed and their reports merged, one transaction a batch."""

from __future__ import annotations

import logging

from django.db import DatabaseError, transaction

from relations.merging import store
from relations.models import CountryPair, Event

log = logging.getLogger(__name__)


def merge_new_reports(batch: int = 20) -> int:
    """Merge all waiting reports; how many events were made or changed. Safe to repeat and to run in parallel.

    A pair is held while its reports are merged, so that two workers can't make the same event twice.
    """
    changed, failed = 0, set[int]()
    while True:
        with transaction.atomic():
            pairs = list(CountryPair.objects.exclude(pk__in=failed).claim_unmerged(batch))
            for pair in pairs:
                try:
                    with transaction.atomic():
                        changed += _merge(pair.pk)
                except DatabaseError:
                    raise
                except Exception:
                    # A fault in one pair must not keep all others waiting; it is tried again at the next look.
                    log.exception("Merging the reports of %s failed", pair.slug)
                    failed.add(pair.pk)
        if not pairs:
            return changed


def _merge(pair_id: int) -> int:
    touched, new = store.merge_reports(pair_id)
    touched |= set(Event.objects.filter(pair_id=pair_id, evidence_changed=True).values_list("pk", flat=True))
    changed = store.derive_events(touched, new)
    store.link_engagements(touched)
    return changed
