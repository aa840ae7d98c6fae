"""Ingest: due feeds are claimed, visited in threads, and what was found is stored, one transaction a feed."""

from __future__ import annotations

import datetime as dt
import logging
from concurrent.futures import ThreadPoolExecutor, as_completed
from dataclasses import replace

from django.conf import settings
from django.db import InterfaceError, OperationalError, transaction
from django.utils import timezone

from relations.errors import RelationsError
from relations.ingest import store
from relations.ingest.trouble import Bug
from relations.ingest.visit import Errand, Findings, visit
from relations.models import Feed, FeedVisit

LEASE = dt.timedelta(minutes=10)  # when a feed comes up again whose worker died; much longer than a visit can last
THREADS = 8
UNCONDITIONAL_EVERY = dt.timedelta(days=1)  # for servers that keep an ETag for a body that changed

log = logging.getLogger(__name__)


def refresh_due_feeds(limit: int = 32) -> int:
    """Visit all feeds that are due now, ``limit`` at a time; how many articles are new or changed.

    Safe to repeat and to run in parallel.
    """
    started_at, changed = timezone.now(), 0
    with ThreadPoolExecutor(THREADS) as pool:
        while errands := _claim(started_at, limit):
            for done in as_completed([pool.submit(_visit, errand) for errand in errands]):
                changed += _conclude_whatever_happens(done.result())
    return changed


def refresh_feed(feed_id: int) -> FeedVisit:
    """Visit one feed now, even if it is paused or not due. Raises Feed.DoesNotExist, and RelationsError where the feed
    was deleted or its address changed during the visit."""
    with transaction.atomic():
        errand = _lease([Feed.objects.select_for_update().get(pk=feed_id)])[0]
    concluded = _conclude(_visit(errand))
    if concluded is None:
        raise RelationsError("The feed was deleted or its address changed during the visit. Try again.")
    return concluded[0]


def _claim(due_at: dt.datetime, limit: int) -> list[Errand]:
    with transaction.atomic():
        return _lease(Feed.objects.claim_due(due_at, limit))


def _lease(feeds: list[Feed]) -> list[Errand]:
    now = timezone.now()
    Feed.objects.filter(pk__in=[feed.pk for feed in feeds]).update(next_fetch_at=now + LEASE)
    return [_errand(feed, now) for feed in feeds]


def _errand(feed: Feed, now: dt.datetime) -> Errand:
    conditional = feed.unconditional_at is not None and now - feed.unconditional_at < UNCONDITIONAL_EVERY
    return Errand(
        feed_id=feed.pk,
        url=feed.url,
        etag=feed.etag if conditional else "",
        last_modified=feed.last_modified if conditional else "",
        body_hash=feed.body_hash,
    )


def _visit(errand: Errand) -> Findings:
    return visit(errand, user_agent=settings.FETCH_USER_AGENT, allowed_hosts=settings.FETCH_ALLOWED_HOSTS)


def _conclude_whatever_happens(findings: Findings) -> int:
    """How many articles are new or changed. What can't be stored is recorded as a fault, so that other feeds go on."""
    try:
        concluded = _conclude(findings)
    except (OperationalError, InterfaceError):
        raise  # the database is away; the lease brings the feed back
    except Exception as error:
        log.exception("Storing what feed %s brought failed", findings.errand.feed_id)
        concluded = _conclude(replace(findings, trouble=Bug(error)))
    return concluded[1].changed if concluded else 0


@transaction.atomic
def _conclude(findings: Findings) -> tuple[FeedVisit, store.Stored] | None:
    """Store what a visit found; None where the feed is not what it was, and the findings are of no use.

    A feed that was paused meanwhile keeps what it brought, and stays paused.
    """
    errand = findings.errand
    feed = Feed.objects.select_for_update(no_key=True).filter(pk=errand.feed_id, url=errand.url).first()
    if feed is None:
        return None
    now = timezone.now()
    if findings.trouble is not None:
        return store.record_failure(feed, findings, findings.trouble, now), store.Stored()
    stored = store.store_articles(feed, findings.feed.items if findings.feed else (), now)
    return store.record_success(feed, findings, stored, now), stored
