"""One thin task per stage. A message only says "look now": what is due stands in PostgreSQL."""

from __future__ import annotations

from contextlib import suppress

from celery import shared_task
from django.db import OperationalError

from relations import pipeline
from relations.errors import RelationsError
from relations.ingest.run import refresh_feed
from relations.models import Feed

# The database may be restarting; the next look comes in a minute anyway.
PATIENT = {
    "ignore_result": True,
    "acks_late": True,
    "autoretry_for": (OperationalError,),
    "retry_backoff": True,
    "max_retries": 3,
}
# Seconds that a stage keeps a worker before the others have their turn; the beat's next message goes on.
TURN = 40


@shared_task(**PATIENT)
def refresh_due_feeds() -> None:
    if pipeline.refresh_due_feeds(within=TURN):
        fetch_article_pages.delay()
        tag_new_articles.delay()


@shared_task(**PATIENT)
def fetch_article_pages() -> None:
    # Also those articles that have no longer text by it are for the coder now.
    pipeline.fetch_article_pages(within=TURN)
    tag_new_articles.delay()


@shared_task(**PATIENT)
def import_waiting() -> None:
    if pipeline.import_waiting(within=TURN):
        tag_new_articles.delay()


@shared_task(**PATIENT)
def tag_new_articles() -> None:
    if pipeline.tag_new_articles(within=TURN):
        merge_new_reports.delay()


@shared_task(**PATIENT)
def merge_new_reports() -> None:
    if pipeline.merge_new_reports():
        score_stale_days.delay()


@shared_task(**PATIENT)
def score_stale_days() -> None:
    if pipeline.score_stale_days():
        watch_pairs.delay()


@shared_task(**PATIENT)
def watch_pairs() -> None:
    pipeline.watch_pairs()


@shared_task(**PATIENT)
def learn_precision() -> None:
    pipeline.restate_figures()
    if pipeline.learn_precision():
        score_stale_days.delay()
    pipeline.renew_queue()


@shared_task(**PATIENT)
def watch_feeds() -> None:
    pipeline.watch_feeds()


@shared_task(**PATIENT)
def prune() -> None:
    pipeline.prune()
    pipeline.prune_alerts()


@shared_task(**PATIENT)
def fetch_now(feed_id: int) -> None:
    """An admin asked for one feed. Where a worker is at it already, or it was deleted since, there is nothing to do."""
    with suppress(RelationsError, Feed.DoesNotExist):
        refresh_feed(feed_id)
    fetch_article_pages.delay()
    tag_new_articles.delay()
