"""One visit to a feed: fetch and parse. Plain values in and out, so that it can run in a thread without a database."""

from __future__ import annotations

import datetime as dt
import hashlib
import logging
import time
from collections.abc import Collection
from dataclasses import dataclass

from relations.ingest.fetch import Asker, Page, fetch
from relations.ingest.items import ParsedFeed
from relations.ingest.reader import read_feed_bytes
from relations.ingest.trouble import Bug, FeedTrouble

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Errand:
    """What must be known to visit a feed, as it was when it was claimed. Without validators the visit is unconditional.

    lease: until when the feed is ours, by which it is also known whether it still is. request: row that counts as a
    request to its host. interval, quiet_since, known_since, hurry_until: for the next visit, should nothing have
    changed.
    """

    feed_id: int
    url: str
    asker: Asker
    lease: dt.datetime
    interval: dt.timedelta
    quiet_since: dt.datetime
    known_since: dt.datetime
    etag: str = ""
    last_modified: str = ""
    body_hash: str = ""
    hurry_until: dt.datetime | None = None
    moved_to: str = ""
    request: int | None = None
    trouble: FeedTrouble | None = None  # why it can't be visited at all


@dataclass(frozen=True, slots=True)
class Findings:
    """What came of an errand: trouble, or a page, with the feed it holds unless that is what it was the last time."""

    errand: Errand
    took: dt.timedelta
    trouble: FeedTrouble | None = None
    page: Page | None = None
    body_hash: str = ""
    feed: ParsedFeed | None = None


def visit(errand: Errand, *, allowed_hosts: Collection[str]) -> Findings:
    """Never raises: what goes wrong is among the findings, and a fault of ours is in the log as well."""
    clock = time.monotonic()
    trouble = errand.trouble
    page: Page | None = None
    body_hash, feed = errand.body_hash, None
    try:
        if trouble is None:
            page = fetch(
                errand.url,
                asker=errand.asker,
                etag=errand.etag,
                last_modified=errand.last_modified,
                allowed_hosts=allowed_hosts,
            )
            if page.status != 304:
                body_hash = hashlib.sha256(page.body).hexdigest()
                if body_hash != errand.body_hash:
                    feed = read_feed_bytes(page.body, page.content_type, page.url)
    except FeedTrouble as found:
        trouble = found
    except Exception as error:
        log.exception("Visiting feed %s failed", errand.feed_id)
        trouble = Bug(error)
    return Findings(errand, dt.timedelta(seconds=time.monotonic() - clock), trouble, page, body_hash, feed)
