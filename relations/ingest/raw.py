"""A feed as its format gives it, whichever that is, and what we make of it: identities, links, limits, marks."""

from __future__ import annotations

import hashlib
import textwrap
from collections import defaultdict
from dataclasses import dataclass, field
from urllib.parse import urljoin, urlsplit

from relations.ingest.dates import ReadDate
from relations.ingest.items import (
    LONGEST_IDENTITY,
    LONGEST_LINK,
    LONGEST_TEXT,
    LONGEST_TITLE,
    MOST_ITEMS,
    ParsedFeed,
    ParsedItem,
)
from relations.ingest.marks import marked
from relations.ingest.plain import one_line, without_illegal


@dataclass(slots=True)
class RawItem:
    guid: str
    link: str
    title: str  # plain, on one line
    text: str  # plain, in paragraphs
    date: ReadDate
    sections: list[str] = field(default_factory=list)
    language: str = ""


@dataclass(slots=True)
class RawFeed:
    title: str
    site_url: str
    language: str
    ttl_minutes: int | None
    items: list[RawItem]
    left_out: int = 0
    deleted: tuple[str, ...] = ()


def finished(feed: RawFeed, base_url: str) -> ParsedFeed:
    """The feed as the rest of ingest knows it. base_url: where it was found."""
    items = feed.items
    if len(items) > MOST_ITEMS:
        # Items without a date may be new, so they come first; among equals the feed's own order stands.
        items = sorted(items, key=lambda item: -item.date.moment.timestamp() if item.date.moment else -float("inf"))
    shared = _shared(items)
    kept: dict[str, ParsedItem] = {}
    for raw in items[:MOST_ITEMS]:
        item = _item(raw, base_url, is_shared=_known_by(raw) in shared)
        if item.identity not in kept:
            kept[item.identity] = marked(item, raw.language or feed.language, raw.sections)
    return ParsedFeed(
        title=one_line(feed.title)[:200],
        ttl_minutes=feed.ttl_minutes,
        items=tuple(kept.values()),
        site_url=web_address(feed.site_url, base_url),
        language=one_line(feed.language)[:20],
        left_out=feed.left_out + max(0, len(items) - MOST_ITEMS),
        deleted=tuple(identity(guid) for guid in feed.deleted),
    )


def _shared(items: list[RawItem]) -> set[str]:
    """Guids, or links of items without one, that several distinct items claim, as in feeds that give all items the guid
    or the address of the site."""
    meant: dict[str, set[str]] = defaultdict(set)
    for item in items:
        meant[_known_by(item)].add(_told_apart_by(item))
    return {known_by for known_by, items_of in meant.items() if known_by and len(items_of) > 1}


def _known_by(item: RawItem) -> str:
    return item.guid or item.link


def _told_apart_by(item: RawItem) -> str:
    return (item.guid and item.link) or item.title or item.text[:100]


def _item(raw: RawItem, base_url: str, *, is_shared: bool) -> ParsedItem:
    link = web_address(raw.link, base_url)
    title = raw.title or textwrap.shorten(raw.text[:1000], 100, placeholder=" …") or link
    guid = f"{_known_by(raw)} {_told_apart_by(raw)}" if is_shared else raw.guid
    return ParsedItem(
        identity=identity(guid, link or f"{title}\n{raw.text}"),
        link=link,
        title=title[:LONGEST_TITLE],
        text=raw.text[:LONGEST_TEXT],
        published_at=raw.date.moment,
        date_words=raw.date.words,
        zone_assumed=raw.date.zone_assumed,
        shortened=len(title) > LONGEST_TITLE or len(raw.text) > LONGEST_TEXT,
    )


def identity(guid: str, otherwise: str = "") -> str:
    """What an item is known by: its guid as it is, else what it is given otherwise; hashed where it is too long for the
    index or no address."""
    known_by = without_illegal(guid).strip()
    if not known_by and otherwise.startswith(("http://", "https://")) and "\n" not in otherwise:
        known_by = otherwise
    if known_by and len(known_by.encode()) <= LONGEST_IDENTITY:
        return known_by
    return "sha256:" + hashlib.sha256((known_by or otherwise).encode(errors="replace")).hexdigest()


def web_address(link: str, base_url: str) -> str:
    """A link as an absolute http or https address; empty where it is none."""
    try:
        absolute = urljoin(base_url, without_illegal(link).strip()) if link else ""
        is_web = urlsplit(absolute).scheme in ("http", "https")
    except ValueError:  # such as a bracket that opens no IPv6 address
        return ""
    return absolute if is_web and len(absolute) <= LONGEST_LINK else ""
