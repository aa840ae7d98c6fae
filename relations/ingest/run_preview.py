"""What feeds a site has, before one is added: those named on its page, else where sites usually have them."""

from __future__ import annotations

import datetime as dt
import time
from collections.abc import Iterable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

from django.conf import settings

from relations.ingest.addresses import read_address
from relations.ingest.discover import usual_places
from relations.ingest.fetch import Asker, Limits, Page, fetch
from relations.ingest.items import ParsedFeed, ParsedItem
from relations.ingest.previews import FeedOffer, OfferedItem
from relations.ingest.reader import ReadingFault, feeds_named_on, read_feed_bytes
from relations.ingest.trouble import FeedTrouble, NotAFeed
from relations.models import Article

SECONDS = 20.0  # for all that is looked at
EACH = 8.0  # for one address
AT_ONCE = 6
MOST_ITEMS = 10
LEAST_DATED = 3  # items, to say how many come in a week


@dataclass(frozen=True, slots=True)
class Found:
    """A feed at an address, with the newest items of which a preview shows something."""

    url: str
    feed: ParsedFeed
    newest: tuple[ParsedItem, ...]

    def offer(self, events: Iterable[tuple[str, ...]]) -> FeedOffer:
        """events: what the coder finds in each of the newest items, in words."""
        return FeedOffer(
            url=self.url,
            title=self.feed.title,
            site_url=self.feed.site_url,
            language=self.feed.language,
            items_a_week=items_a_week(self.feed.items),
            items=tuple(
                OfferedItem(
                    title=item.title,
                    link=item.link,
                    published_at=item.published_at,
                    kind=item.kind,
                    language=item.language,
                    unread_because=unread_because(item),
                    events=found,
                )
                for item, found in zip(self.newest, events, strict=True)
            ),
        )


def look_at_site(address: str) -> tuple[str, list[Found], str]:
    """The address in one spelling, the feeds found there, and in words what was found or why nothing was.

    Raises RelationsError where the address is none or can't be fetched.
    """
    until = time.monotonic() + SECONDS
    url = read_address(address).url
    page = _fetch(url, until)
    try:
        return url, [_found(page.url, _read(page))], "This is the address of a feed."
    except NotAFeed:
        named = feeds_named_on(page.body, page.content_type, page.url)
    found = _read_all([address for address, _ in named], until)
    if found:
        return url, found, f"The page names {_feeds(len(found))}."
    found = _read_all(usual_places(page.url), until)
    if found:
        return url, found, f"The page names no feed that can be read, but the site has {_feeds(len(found))}."
    return (
        url,
        [],
        (
            "No feed was found: the page names none that can be read, and none is where sites usually have theirs. "
            "Look on the site for a link called RSS or Feed, and give its address."
        ),
    )


def items_a_week(items: Iterable[ParsedItem], now: dt.datetime | None = None) -> float | None:
    """How many items come, by the dates of those shown; None where too few have one."""
    now = now or dt.datetime.now(dt.UTC)
    dates = sorted(item.published_at for item in items if item.published_at and item.published_at <= now)
    if len(dates) < LEAST_DATED:
        return None
    span = max(now - dates[0], dt.timedelta(days=1))
    lately = [date for date in dates if now - date <= dt.timedelta(days=7)]
    return (
        float(len(lately)) if span >= dt.timedelta(days=7) else round(len(dates) * 7 * 86400 / span.total_seconds(), 1)
    )


def unread_because(item: ParsedItem) -> str:
    return Article(kind=item.kind, language=item.language).unread_because


def _fetch(url: str, until: float) -> Page:
    limits = Limits(connect=5, total=max(0.1, min(EACH, until - time.monotonic())))
    asker = Asker(settings.FETCH_USER_AGENT)
    return fetch(url, asker=asker, allowed_hosts=settings.FETCH_ALLOWED_HOSTS, limits=limits)


def _read(page: Page) -> ParsedFeed:
    return read_feed_bytes(page.body, page.content_type, page.url)


def _read_all(urls: list[str], until: float) -> list[Found]:
    """Those of the addresses at which there is a feed, in their order; a feed that has several of them once."""

    def read(url: str) -> Found | None:
        try:
            page = _fetch(url, until)
            return _found(page.permanent_url or url, _read(page))
        except (FeedTrouble, ReadingFault):
            return None

    with ThreadPoolExecutor(AT_ONCE) as pool:
        found = [one for one in pool.map(read, urls) if one]
    once: dict[object, Found] = {}
    for one in found:
        once.setdefault(tuple(item.identity for item in one.feed.items) or one.url, one)
    return list(once.values())


def _found(url: str, feed: ParsedFeed) -> Found:
    oldest = dt.datetime.min.replace(tzinfo=dt.UTC)
    newest = sorted(feed.items, key=lambda item: item.published_at or oldest, reverse=True)[:MOST_ITEMS]
    return Found(url, feed, tuple(newest))


def _feeds(count: int) -> str:
    return "one feed" if count == 1 else f"{count} feeds"
