"""Merging: pairs with reports that belong to no event are claimed and their reports merged, one transaction a batch."""

from __future__ import annotations

from django.db import transaction

from relations.merging import store
from relations.models import CountryPair, Event


def merge_new_reports(batch: int = 20) -> int:
    """Merge all waiting reports; how many events were made or changed. Safe to repeat and to run in parallel.

    A pair is held while its reports are merged, so that two workers can't make the same event twice.
    """
    changed = 0
    while True:
        with transaction.atomic():
            pairs = list(CountryPair.objects.claim_unmerged(batch))
            for pair in pairs:
                touched = store.merge_reports(pair.pk)
                evidence_changed = Event.objects.filter(pair_id=pair.pk, evidence_changed=True)
                touched |= set(evidence_changed.values_list("pk", flat=True))
                changed += store.derive_events(touched)
                store.link_engagements(touched)
        if not pairs:
            return changed
