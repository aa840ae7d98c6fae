"""Ingest: due feeds are claimed, visited in threads, and what was found is stored."""

from __future__ import annotations

import datetime as dt
import logging
import math
import time
from dataclasses import replace

from django.conf import settings
from django.db import InterfaceError, OperationalError, transaction
from tenacity import retry, retry_if_exception_type, stop_after_delay, wait_exponential

from relations.errors import RelationsError
from relations.ingest.fetch import Asker
from relations.ingest.rounds import work_through
from relations.ingest.run_hosts import give_back, take_turns
from relations.ingest.store import Stored, database_now, store_articles
from relations.ingest.store_visits import is_quiet, record_failure, record_quiet, record_success
from relations.ingest.trouble import BadSecrets, Bug
from relations.ingest.visit import Errand, Findings, visit
from relations.models import Feed, FeedKind, FeedVisit

LEASE = dt.timedelta(minutes=10)  # when a feed comes up again whose worker died; much longer than a visit can last
THREADS = 16
UNCONDITIONAL_EVERY = dt.timedelta(days=1)  # for servers that keep an ETag for a body that changed
QUIET_TOGETHER = 100  # visits that changed nothing are recorded so many at a time
QUIET_SECONDS = 1.0  # until they are recorded even if they are few, as their hosts are waited for
SOON = dt.timedelta(seconds=3)  # what has to wait for its host for less is waited for

log = logging.getLogger(__name__)

# Where the database went away in the middle, or two transactions stood in each other's way. What was committed after
# all is noticed by the lease, which is gone then. Where it stays away, the lease brings the feed back.
patiently = retry(
    retry=retry_if_exception_type((OperationalError, InterfaceError)),
    wait=wait_exponential(multiplier=0.2, max=3),
    stop=stop_after_delay(15),
    reraise=True,
)


def refresh_due_feeds(limit: int = 128, within: float = math.inf) -> int:
    """Visit all feeds that are due, at most ``limit`` under way at a time; how many articles are new or changed.

    within: seconds after which no further feed is begun. Safe to repeat and to run in parallel.
    """
    quiet: list[Findings] = []
    recorded_at = time.monotonic()

    def conclude(found: list[Findings], under_way: int) -> int:
        nonlocal recorded_at
        quiet.extend(filter(is_quiet, found))
        changed = sum(_conclude_whatever_happens(findings) for findings in found if not is_quiet(findings))
        is_long_ago = time.monotonic() - recorded_at > QUIET_SECONDS
        if quiet and (len(quiet) >= QUIET_TOGETHER or is_long_ago or not under_way):
            _conclude_quiet(quiet)
            quiet.clear()
            recorded_at = time.monotonic()
        return changed

    return work_through(_claim, _visit, conclude, _is_one_due_soon, threads=THREADS, limit=limit, within=within)


def refresh_feed(feed_id: int) -> FeedVisit:
    """Visit one feed now, even if it is paused or not due.

    Raises Feed.DoesNotExist, and RelationsError where it is being visited already, where its articles are added by
    hand, and where it was deleted or changed during the visit.
    """
    with transaction.atomic():
        feed = Feed.objects.select_for_update(no_key=True).get(pk=feed_id)
        now = database_now()
        if feed.kind == FeedKind.MANUAL:
            raise RelationsError("The articles of this source are added by hand; there is nothing to visit.")
        if feed.leased_until and feed.leased_until > now:
            raise RelationsError("The feed is being visited right now.")
        _lease([feed], now)
    concluded = _conclude(_visit(_errand(feed, now, None)))
    if concluded is None:
        raise RelationsError("The feed was deleted or its address changed during the visit. Try again.")
    return concluded[0]


@patiently
@transaction.atomic
def _claim(limit: int) -> list[Errand]:
    """Feeds to be visited now. Those whose host has enough to do are put off until it may be asked."""
    now = database_now()
    feeds = Feed.objects.claim_due(now, limit)
    if not feeds:
        return []
    begun, waiting = take_turns([(feed, feed.domain) for feed in feeds], now)
    for feed, free_at in waiting:
        feed.next_fetch_at = free_at
    Feed.objects.bulk_update([feed for feed, _ in waiting], ["next_fetch_at"])
    _lease([feed for feed, _ in begun], now)
    return [_errand(feed, now, request) for feed, request in begun]


def _lease(feeds: list[Feed], now: dt.datetime) -> None:
    """Nobody else visits them, until what was found is stored or the lease is over."""
    for feed in feeds:
        feed.leased_until = now + LEASE
    Feed.objects.filter(pk__in=[feed.pk for feed in feeds]).update(next_fetch_at=now + LEASE, leased_until=now + LEASE)


def _errand(feed: Feed, now: dt.datetime, request: int | None) -> Errand:
    conditional = feed.unconditional_at is not None and now - feed.unconditional_at < UNCONDITIONAL_EVERY
    agent = feed.user_agent or settings.FETCH_USER_AGENT
    asker, trouble = Asker(agent), None
    try:
        secrets = feed.secrets()
        headers = tuple(secrets.get("headers", {}).items())
        asker = Asker(agent, headers, secrets.get("user", ""), secrets.get("password", ""))
    except RelationsError as unreadable:
        trouble = BadSecrets(str(unreadable))
    return Errand(
        feed_id=feed.pk,
        url=feed.url,
        asker=asker,
        lease=now + LEASE,
        interval=feed.interval,
        quiet_since=feed.last_item_at or feed.created_at,
        known_since=feed.created_at,
        etag=feed.etag if conditional else "",
        last_modified=feed.last_modified if conditional else "",
        body_hash=feed.body_hash,
        hurry_until=feed.hurry_until,
        moved_to=feed.moved_to,
        request=request,
        trouble=trouble,
    )


def _visit(errand: Errand) -> Findings:
    return visit(errand, allowed_hosts=settings.FETCH_ALLOWED_HOSTS)


def _is_one_due_soon() -> bool:
    soon = database_now() + SOON
    return Feed.objects.polled().filter(paused=False, next_fetch_at__lte=soon).exists()


# -- storing what was found -----------------------------------------------------------------------------------------


def _conclude_whatever_happens(findings: Findings) -> int:
    """How many articles are new or changed. What can't be stored is recorded as a fault, so that other feeds go on."""
    try:
        concluded = _conclude(findings)
    except (OperationalError, InterfaceError):
        raise  # the database is away for long; the lease brings the feed back
    except Exception as error:
        log.exception("Storing what feed %s brought failed", findings.errand.feed_id)
        concluded = _conclude(replace(findings, trouble=Bug(error)))
    return concluded[1].changed if concluded else 0


@patiently
@transaction.atomic
def _conclude(findings: Findings) -> tuple[FeedVisit, Stored] | None:
    """Store what a visit found; None where the feed is no longer ours: deleted, moved, or visited by another worker
    because we took so long. The findings are of no use then.

    A feed that was paused meanwhile keeps what it brought, and stays paused.
    """
    errand = findings.errand
    give_back([errand.request])
    mine = Feed.objects.filter(pk=errand.feed_id, url=errand.url, leased_until=errand.lease)
    feed = mine.select_for_update(no_key=True).first()
    if feed is None:
        return None
    now = database_now()
    if findings.trouble is not None:
        return record_failure(feed, findings, findings.trouble, now), Stored()
    parsed = findings.feed
    stored = store_articles(feed, parsed.items if parsed else (), now, deleted=parsed.deleted if parsed else ())
    return record_success(feed, findings, stored, now), stored


@patiently
@transaction.atomic
def _conclude_quiet(visits: list[Findings]) -> None:
    """Record visits that found everything as it was."""
    give_back(findings.errand.request for findings in visits)
    record_quiet(visits, database_now())
