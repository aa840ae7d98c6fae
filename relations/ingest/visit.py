"""One visit to a feed: fetch and parse. Plain values in and out, so that it can run in a thread without a database."""

from __future__ import annotations

import datetime as dt
import hashlib
import logging
import time
from collections.abc import Collection
from dataclasses import dataclass

from relations.ingest.fetch import Page, fetch
from relations.ingest.parse import ParsedFeed, parse
from relations.ingest.trouble import Bug, FeedTrouble

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Errand:
    """What must be known to visit a feed. Without validators the visit is unconditional."""

    feed_id: int
    url: str
    etag: str
    last_modified: str
    body_hash: str


@dataclass(frozen=True, slots=True)
class Findings:
    """What came of an errand: trouble, or a page, with the feed it holds unless that is what it was the last time."""

    errand: Errand
    started_at: dt.datetime
    took: dt.timedelta
    trouble: FeedTrouble | None = None
    page: Page | None = None
    body_hash: str = ""
    feed: ParsedFeed | None = None


def visit(errand: Errand, *, user_agent: str, allowed_hosts: Collection[str]) -> Findings:
    """Never raises: what goes wrong is among the findings, and a fault of ours is in the log as well."""
    started_at, clock = dt.datetime.now(dt.UTC), time.monotonic()
    trouble: FeedTrouble | None = None
    page: Page | None = None
    body_hash, feed = errand.body_hash, None
    try:
        page = fetch(
            errand.url,
            user_agent=user_agent,
            etag=errand.etag,
            last_modified=errand.last_modified,
            allowed_hosts=allowed_hosts,
        )
        if page.status != 304:
            body_hash = hashlib.sha256(page.body).hexdigest()
            if body_hash != errand.body_hash:
                feed = parse(page.body, page.content_type, page.url)
    except FeedTrouble as found:
        trouble = found
    except Exception as error:
        log.exception("Visiting feed %s failed", errand.feed_id)
        trouble = Bug(error)
    took = dt.timedelta(seconds=time.monotonic() - clock)
    return Findings(errand, started_at, took, trouble, page, body_hash, feed)
