"""Writes of ingest: what came of each visit to a feed, and when the next one is."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from typing import Any

from django.db import connection
from django.db.models import Q

from relations.errors import RelationsError
from relations.ingest import schedule
from relations.ingest.addresses import read_address, same_server
from relations.ingest.fetch import Page
from relations.ingest.store import Stored
from relations.ingest.trouble import Blocked, FeedTrouble, Gone, RateLimited
from relations.ingest.visit import Findings
from relations.models import Article, Feed, FeedGap, FeedState, FeedVisit, Host, VisitOutcome, registrable_domain

GONE_AFTER = dt.timedelta(days=1)  # a server that says "gone" only for an hour is being repaired
HOST_PAUSE = dt.timedelta(minutes=10)  # where it does not say for how long
HURRY = dt.timedelta(days=7)  # after a gap
# A permanent redirect is believed after so many visits over so long: some servers send everyone to a page that says
# that they are being repaired, for good.
MOVED_POLLS, MOVED_FOR = 3, dt.timedelta(hours=48)
# What a visit may write; an admin may change the other fields at any time.
VISITED_FIELDS = [
    *("title", "state", "failures", "next_fetch_at", "leased_until", "interval", "hurry_until"),
    *("last_visit_at", "last_outcome", "last_item_at", "noisy_at", "site_url", "language"),
    *("etag", "last_modified", "body_hash", "unconditional_at"),
    *("url", "domain", "moved_to", "moved_since", "moved_polls"),
]


def record_success(feed: Feed, findings: Findings, stored: Stored, now: dt.datetime) -> FeedVisit:
    """The visit, the validators for the next one and when that will be. Needs a page in the findings."""
    page, parsed, errand = findings.page, findings.feed, findings.errand
    assert page is not None  # noqa: S101  a visit without trouble has one
    words = [str(stored)]
    if parsed is not None:
        left_out = f" and {parsed.left_out} older ones that are not looked at" if parsed.left_out else ""
        words = [f"{_items(len(parsed.items))}{left_out}", *words]
        if feed.title in ("", feed.url):
            feed.title = parsed.title or feed.title
        feed.site_url, feed.language = feed.site_url or parsed.site_url[:1000], parsed.language
    words += _note_gap(feed, findings, stored, now)
    if stored.new:
        feed.last_item_at = now
    if stored.noisy:
        feed.noisy_at = now
    if page.status != 304:
        feed.etag, feed.last_modified = _validators(page)
        # What was left must be seen again even if the feed stays as it is.
        feed.body_hash = "" if stored.over or stored.noisy else findings.body_hash
        if stored.over or stored.noisy:
            feed.etag = feed.last_modified = ""
        if not (errand.etag or errand.last_modified):
            feed.unconditional_at = now
    words += _note_move(feed, findings, stored, now)
    feed.failures = 0
    if stored.new or feed.state != FeedState.SILENT:
        feed.state = FeedState.OK
    if parsed is not None:
        quiet_for = now - (feed.last_item_at or feed.created_at)
        usual = schedule.usual_interval(_items_of_a_week(feed, now))
        feed.interval = schedule.interval_now(usual, quiet_for, now - feed.created_at)
    hurried = feed.hurry_until is not None and feed.hurry_until > now
    feed.next_fetch_at = now + schedule.after_success(feed.interval, asked=_asked(findings), hurried=hurried)
    return _record(
        feed,
        findings,
        now,
        outcome=VisitOutcome.ITEMS if stored.changed else VisitOutcome.UNCHANGED,
        words=", ".join(words),
        http_status=page.status,
        items=len(parsed.items) if parsed else 0,
        new_items=stored.new,
    )


def record_failure(feed: Feed, findings: Findings, trouble: FeedTrouble, now: dt.datetime) -> FeedVisit:
    """The visit and when to try again; validators and articles stay as they are."""
    feed.failures += 1
    wait = schedule.after_failure(feed.interval, feed.failures)
    feed.state = FeedState.FAILING
    if isinstance(trouble, RateLimited):
        feed.state = FeedState.LIMITED
        if trouble.retry_after is not None:
            wait = schedule.after_refusal(feed.interval, dt.timedelta(seconds=trouble.retry_after))
        if trouble.status == 429:
            # The feed's own wait grows with its failures; those of the others are not to grow with it.
            pause_host(feed.url, now + (wait if trouble.retry_after is not None else min(wait, HOST_PAUSE)))
    elif isinstance(trouble, Gone) and _was_gone_long_ago(feed, now):
        feed.state = FeedState.GONE
    elif isinstance(trouble, Blocked):
        feed.state = FeedState.BLOCKED
    feed.next_fetch_at = now + wait
    # Whatever stands where the feed is said to have moved to, it is no feed.
    feed.moved_to, feed.moved_since, feed.moved_polls = "", None, 0
    status = trouble.status or (findings.page.status if findings.page else None)
    return _record(
        feed, findings, now, outcome=VisitOutcome.FAILED, words=str(trouble), trouble=trouble.kind, http_status=status
    )


def is_quiet(findings: Findings) -> bool:
    """Whether a visit found everything as it was, so that it can be recorded together with others of its kind."""
    page = findings.page
    is_plain = findings.trouble is None and findings.feed is None and page is not None
    return is_plain and not (page and page.permanent_url) and not findings.errand.moved_to


QUIET_VISITS = """
UPDATE relations_feed feed SET
    state = CASE WHEN state = 'silent' THEN 'silent' ELSE 'ok' END,
    etag = coalesce(visit.new_etag, etag), last_modified = coalesce(visit.new_last_modified, last_modified),
    failures = 0, leased_until = NULL, last_visit_at = %(now)s, last_outcome = %(words)s,
    next_fetch_at = %(now)s + visit.wait, interval = visit.interval,
    unconditional_at = CASE WHEN visit.unconditional THEN %(now)s ELSE unconditional_at END
FROM unnest(%(ids)s::bigint[], %(leases)s::timestamptz[], %(waits)s::interval[], %(intervals)s::interval[],
    %(unconditional)s::boolean[], %(etags)s::text[], %(last_modified)s::text[], %(urls)s::text[])
    visit (id, lease, wait, interval, unconditional, new_etag, new_last_modified, url)
WHERE feed.id = visit.id AND feed.leased_until = visit.lease AND feed.url = visit.url
RETURNING feed.id
"""


def record_quiet(visits: Sequence[Findings], now: dt.datetime) -> None:
    """Record visits for which ``is_quiet`` holds: two statements for all of them. Feeds that are no longer theirs are
    left alone."""
    errands = [visit.errand for visit in visits]
    intervals = [
        schedule.interval_now(errand.interval, now - errand.quiet_since, now - errand.known_since) for errand in errands
    ]
    waits = [
        schedule.after_success(
            interval,
            asked=_asked(visit),
            hurried=visit.errand.hurry_until is not None and visit.errand.hurry_until > now,
        )
        for visit, interval in zip(visits, intervals, strict=True)
    ]
    # A server may change them though the feed stays as it is, and would never find our old ones again.
    validators = [
        _validators(visit.page) if visit.page and visit.page.status != 304 else (None, None) for visit in visits
    ]
    values: dict[str, Any] = {
        "now": now,
        "words": str(Stored()),
        "ids": [errand.feed_id for errand in errands],
        "urls": [errand.url for errand in errands],
        "leases": [errand.lease for errand in errands],
        "waits": waits,
        "intervals": intervals,
        # A server that says "unchanged" though we told it of nothing has not shown the feed.
        "unconditional": [
            not (visit.errand.etag or visit.errand.last_modified)
            and visit.page is not None
            and visit.page.status != 304
            for visit in visits
        ],
        "etags": [etag for etag, _ in validators],
        "last_modified": [last_modified for _, last_modified in validators],
    }
    with connection.cursor() as cursor:
        cursor.execute(QUIET_VISITS, values)
        recorded = {pk for (pk,) in cursor.fetchall()}
    FeedVisit.objects.bulk_create(
        FeedVisit(
            feed_id=visit.errand.feed_id,
            started_at=now - visit.took,
            took=visit.took,
            outcome=VisitOutcome.UNCHANGED,
            words=str(Stored()),
            http_status=visit.page.status if visit.page else None,
        )
        for visit in visits
        if visit.errand.feed_id in recorded
    )


def pause_host(url: str, until: dt.datetime) -> None:
    """A server that counts requests counts those for its other feeds too."""
    Host.objects.hold([registrable_domain(url)])
    later = Q(paused_until=None) | Q(paused_until__lt=until)
    Host.objects.filter(later, domain=registrable_domain(url)).update(paused_until=until)


# -- parts ----------------------------------------------------------------------------------------------------------


def _asked(findings: Findings) -> dt.timedelta:
    """For how long the feed or its server asks not to be visited again."""
    page, parsed = findings.page, findings.feed
    minutes = (parsed.ttl_minutes or 0) if parsed else 0
    seconds = max(page.retry_after or 0, page.max_age or 0) if page else 0
    return dt.timedelta(seconds=min(max(minutes * 60, seconds), schedule.LONGEST.total_seconds()))


def _validators(page: Page) -> tuple[str, str]:
    """Cut short they would match nothing, so those that don't fit are not kept at all."""
    return page.etag if len(page.etag) <= 500 else "", page.last_modified if len(page.last_modified) <= 200 else ""


def _items_of_a_week(feed: Feed, now: dt.datetime) -> int:
    """Also where all that the feed shows was stored in one visit just now."""
    since = now - schedule.WEEK
    return Article.objects.filter(feed=feed, first_seen_at__gt=since, published_at__gt=since).count()


def _note_gap(feed: Feed, findings: Findings, stored: Stored, now: dt.datetime) -> list[str]:
    """No item of the last visit is shown any more: others may have come and gone in between."""
    parsed = findings.feed
    if parsed is None or not stored.new or stored.known or feed.last_item_at is None:
        return []
    oldest = min((item.published_at for item in parsed.items if item.published_at), default=now)
    FeedGap.objects.create(feed=feed, noticed_at=now, since=feed.last_visit_at, until=min(oldest, now))
    feed.hurry_until = now + HURRY
    return ["none of those of the last visit is shown any more, so some may have been missed"]


def _note_move(feed: Feed, findings: Findings, stored: Stored, now: dt.datetime) -> list[str]:
    """Adopt the address that permanent redirects lead to when it has proved to be the same feed."""
    page = findings.page
    target = _spelled(page.permanent_url) if page else ""
    if not target or target == feed.url:
        feed.moved_to, feed.moved_since, feed.moved_polls = "", None, 0
        return []
    # An answer of "unchanged" to our validators, or of the very same bytes, is as good as items that are known.
    is_the_same = findings.feed is None or stored.known > 0
    if target != feed.moved_to:
        # Without a beginning it is not counted: what another feed showed today is known tomorrow.
        feed.moved_to, feed.moved_since, feed.moved_polls = target, now if is_the_same else None, 0
    if is_the_same:
        feed.moved_polls += 1
    if feed.moved_polls < MOVED_POLLS or feed.moved_since is None or now - feed.moved_since < MOVED_FOR:
        return [f"the feed says that it has moved to {target}"]
    if feed.sealed and not same_server(feed.url, target):
        return [f"the feed has moved to {target}, another server, which is not told its password: change it by hand"]
    if Feed.objects.filter(url=target).exclude(pk=feed.pk).exists():
        return [f"the feed has moved to {target}, which is in the list already: one of the two can be deleted"]
    feed.url, feed.domain = target, registrable_domain(target)
    feed.moved_to, feed.moved_since, feed.moved_polls = "", None, 0
    return [f"the feed has moved for good and is now visited at {target}"]


def _spelled(url: str) -> str:
    """As addresses of feeds are kept, so that none is kept twice; empty for what is none."""
    try:
        return read_address(url).url
    except RelationsError:
        return ""


def _items(count: int) -> str:
    return f"{count} item{'' if count == 1 else 's'}"


def _was_gone_long_ago(feed: Feed, now: dt.datetime) -> bool:
    """Whether the feed was gone a day ago already and was not seen since."""
    visits = FeedVisit.objects.filter(feed=feed)
    gone = visits.filter(trouble=Gone.kind, started_at__lte=now - GONE_AFTER)
    last_seen = visits.exclude(outcome=VisitOutcome.FAILED).order_by("-started_at").first()
    return (gone.filter(started_at__gt=last_seen.started_at) if last_seen else gone).exists()


def _record(feed: Feed, findings: Findings, now: dt.datetime, *, words: str, **visit: Any) -> FeedVisit:
    feed.last_visit_at, feed.last_outcome, feed.leased_until = now, words[:500], None
    feed.save(update_fields=VISITED_FIELDS)
    return FeedVisit.objects.create(
        feed=feed, started_at=now - findings.took, took=findings.took, words=words[:500], **visit
    )
