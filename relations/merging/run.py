"""Merging: pairs with reports that it must look at are claimed and their reports merged, one transaction a batch."""

from __future__ import annotations

from relations.merging import store, store_engagements
from relations.models import Event
from relations.models.queues import work_through_pairs


def merge_new_reports(batch: int = 20) -> int:
    """Merge all waiting reports; how many events were made or changed. Safe to repeat and to run in parallel.

    A pair is held while its reports are merged, so that two workers can't make the same event twice.
    """
    return work_through_pairs(lambda pairs: pairs.unmerged(), merge_pairs, batch)


def merge_pairs(*pair_ids: int) -> int:
    """Merge waiting reports of pairs that the caller holds; how many events were made or changed."""
    touched = store.merge_reports(pair_ids)
    touched |= set(Event.objects.filter(pair_id__in=pair_ids, evidence_changed=True).values_list("pk", flat=True))
    changed = store.derive_events(touched)
    store_engagements.link_engagements(touched)
    return changed
