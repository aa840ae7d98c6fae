"""The whole flow on one screen: a feed's bytes become articles, reports, events, scores."""

from __future__ import annotations

from collections.abc import Callable

from relations.ingest.run import refresh_due_feeds
from relations.merging.run import merge_new_reports
from relations.scoring.run import score_stale_days
from relations.tagging.run import tag_new_articles

# Each finds what is due by a query, does it, and returns how much that was.
STAGES: tuple[Callable[[], int], ...] = (refresh_due_feeds, tag_new_articles, merge_new_reports, score_stale_days)
