"""Pruning: what piles up and nobody asks for any more is removed. docs/operations.md states how long each is kept."""

from __future__ import annotations

import datetime as dt
from typing import Any

from django.db import connection, transaction
from django.db.models import QuerySet
from django.utils import timezone

from relations.models import FeedAlert, FeedGap, FeedVisit, ImportPiece, RobotsFile

VISITS_KEPT_FOR = dt.timedelta(days=60)
VISITS_KEPT_OF_EACH_FEED = 50
TROUBLES_KEPT_FOR = dt.timedelta(days=365)
PIECES_KEPT_FOR = dt.timedelta(days=90)
ROBOTS_KEPT_FOR = dt.timedelta(days=2)  # it is fetched anew after a day
BATCH = 10_000  # rows of a transaction, so that none holds its locks for long

# Feed by feed along the index of their visits; a window over all of them would sort the whole log.
OLD_VISITS = """
SELECT feed.id, visit.id
FROM relations_feed feed
CROSS JOIN LATERAL (
    SELECT started_at FROM relations_feedvisit WHERE feed_id = feed.id
    ORDER BY started_at DESC OFFSET %(kept)s - 1 LIMIT 1
) oldest_kept
CROSS JOIN LATERAL (
    SELECT id FROM relations_feedvisit
    WHERE feed_id = feed.id AND started_at < LEAST(oldest_kept.started_at, %(before)s)
    LIMIT %(batch)s
) visit
WHERE feed.id >= %(feed)s
ORDER BY feed.id LIMIT %(batch)s
"""


def prune(now: dt.datetime | None = None) -> int:
    """Remove what is older than it is kept; how many rows. Safe to stop, to repeat and to run in parallel."""
    now = now or timezone.now()
    old: tuple[QuerySet[Any], ...] = (
        FeedAlert.objects.filter(ended_at__lt=now - TROUBLES_KEPT_FOR),
        FeedGap.objects.filter(noticed_at__lt=now - TROUBLES_KEPT_FOR),
        # A refused piece tells a person what to mend, for as long as the upload stands in the list.
        ImportPiece.objects.filter(upload__finished_at__lt=now - PIECES_KEPT_FOR, refused=False),
        RobotsFile.objects.filter(fetched_at__lt=now - ROBOTS_KEPT_FOR),
    )
    return _prune_visits(now - VISITS_KEPT_FOR) + sum(map(_prune, old))


def _prune(rows: QuerySet[Any]) -> int:
    removed = 0
    while batch := _remove(rows.order_by()[:BATCH]):
        removed += batch
    return removed


def _prune_visits(before: dt.datetime) -> int:
    removed, feed = 0, 0
    while True:
        with connection.cursor() as cursor:
            cursor.execute(
                OLD_VISITS, {"kept": VISITS_KEPT_OF_EACH_FEED, "before": before, "batch": BATCH, "feed": feed}
            )
            found = cursor.fetchall()
        batch = _remove(FeedVisit.objects.filter(pk__in=[visit for _, visit in found]))
        removed += batch
        # With more to come of the last feed, or of those after it; none removed: another worker is at these.
        if len(found) < BATCH or not batch:
            return removed
        feed = found[-1][0]


@transaction.atomic
def _remove(rows: QuerySet[Any]) -> int:
    """In one transaction, without those that another worker removes at this moment; how many."""
    held = rows.select_for_update(skip_locked=True, of=("self",)).values_list("pk", flat=True)
    return rows.model._default_manager.filter(pk__in=list(held)).delete()[0]
