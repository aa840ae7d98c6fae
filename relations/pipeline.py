"""The whole flow on one screen: a feed's bytes become articles, reports, events, scores."""

from __future__ import annotations

from collections.abc import Callable

from django.db import transaction

from relations.ingest.run import refresh_due_feeds
from relations.merging.run import merge_new_reports, merge_pair
from relations.models import CountryPair
from relations.scoring.run import learn_precision, score_pair, score_stale_days
from relations.tagging.run import tag_new_articles

__all__ = ["STAGES", "bring_up_to_date", "learn_precision"]

# Each finds what is due by a query, does it, and returns how much that was.
STAGES: tuple[Callable[[], int], ...] = (refresh_due_feeds, tag_new_articles, merge_new_reports, score_stale_days)


@transaction.atomic
def bring_up_to_date(pair_id: int) -> None:
    """Merge and score one pair now, for a request that changed its events: what follows shows in its answer."""
    CountryPair.objects.hold(pair_id)
    merge_pair(pair_id)
    score_pair(pair_id)
