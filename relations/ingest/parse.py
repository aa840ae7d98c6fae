"""RSS and Atom as plain values. Nothing of a feed is trusted: neither its type, encoding and dates nor its HTML."""

from __future__ import annotations

import calendar
import datetime as dt
import hashlib
import html
import io
import re
import textwrap
import time
from dataclasses import dataclass
from typing import Any
from urllib.parse import urljoin, urlsplit
from xml.sax import SAXException

import feedparser

from relations.ingest.plain import line_of_html, one_line, paragraphs_of_html, paragraphs_of_text, without_illegal
from relations.ingest.trouble import EmptyFeed, NotAFeed, Unreadable

MOST_ITEMS = 500
LONGEST_TITLE = 1000
LONGEST_LINK = 2000
LONGEST_IDENTITY = 1000  # bytes, to fit into an index
# Outside of these a date is a mistake or a placeholder; 1970-01-01 is the zero of a clock.
EARLIEST = dt.datetime(1970, 1, 2, tzinfo=dt.UTC)
LATEST = dt.datetime(2101, 1, 1, tzinfo=dt.UTC)


@dataclass(frozen=True, slots=True)
class ParsedItem:
    identity: str  # guid, else link, else a hash; at most 1000 bytes
    link: str  # absolute http(s) address or empty
    title: str  # one line of plain text
    text: str  # plain text, paragraphs separated by an empty line
    published_at: dt.datetime | None  # aware, UTC


@dataclass(frozen=True, slots=True)
class ParsedFeed:
    title: str
    ttl_minutes: int | None  # for how long the feed may be cached, as it says itself
    items: tuple[ParsedItem, ...]  # the newest 500, each identity once


def parse(body: bytes, content_type: str, base_url: str) -> ParsedFeed:
    """Read a feed. ``base_url`` is where it was found. Raises EmptyFeed, NotAFeed and Unreadable."""
    if not body.strip():
        raise EmptyFeed("The server sent an empty page instead of a feed.")
    feed = feedparser.parse(
        io.BytesIO(body),
        # Only the encoding is passed on. With an address too, feedparser would make guids into links under it, and
        # all items would be new when the feed moves.
        response_headers={"content-type": _encoding_header(body, content_type)},
        sanitize_html=False,
        resolve_relative_uris=False,
    )
    problem = feed.get("bozo_exception")
    # A damaged feed is read as far as it goes, but one that breaks off before its first item is not an empty feed.
    if not feed.entries and (not feed.version or isinstance(problem, SAXException)):
        raise _no_feed(body, problem)
    items: dict[str, ParsedItem] = {}
    for entry in _newest(feed.entries):
        item = _item(entry, base_url)
        items.setdefault(item.identity, item)
    return ParsedFeed(_line(feed.feed, "title"), _ttl(feed.feed.get("ttl")), tuple(items.values()))


def _encoding_header(body: bytes, content_type: str) -> str:
    """What feedparser is told of the encoding: text that is valid UTF-8 is UTF-8, whatever the server says."""
    charset = re.search(r"charset=[\"']?([\w.:-]+)", content_type, re.IGNORECASE)
    if not body.isascii():
        try:
            body.decode()
            return "application/xml; charset=utf-8"
        except UnicodeDecodeError:
            pass
    return f"application/xml; charset={charset[1]}" if charset else "application/xml"


def _no_feed(body: bytes, problem: object) -> NotAFeed | Unreadable:
    start = body[:4096].lower()
    if re.search(rb"<(rss|feed|rdf:rdf)\b", start):
        return Unreadable(f"The feed is damaged: {one_line(str(problem))[:200]}")
    if re.search(rb"<(!doctype html|html|head|body)\b", start):
        return NotAFeed(
            "This address shows a web page, not a feed. Look on the page for a link to its RSS or Atom feed."
        )
    return NotAFeed("What this address shows is not a feed that can be read (RSS or Atom).")


def _newest(entries: list[Any]) -> list[Any]:
    if len(entries) <= MOST_ITEMS:
        return entries
    # Items without a date may be new, so they come first; among equals the feed's own order stands.
    return sorted(entries, key=lambda entry: _published(entry) or LATEST, reverse=True)[:MOST_ITEMS]


def _item(entry: Any, base_url: str) -> ParsedItem:
    link = _link(entry.get("link", ""), base_url)
    text = _text(entry)
    title = _line(entry, "title") or textwrap.shorten(text, 100, placeholder=" …") or link
    identity = without_illegal(entry.get("id", "")).strip() or link
    if not identity or len(identity.encode()) > LONGEST_IDENTITY:
        identity = "sha256:" + hashlib.sha256((identity or f"{title}\n{text}").encode()).hexdigest()
    return ParsedItem(identity, link, title[:LONGEST_TITLE], text, _published(entry))


def _link(link: str, base_url: str) -> str:
    try:
        absolute = urljoin(base_url, without_illegal(link).strip()) if link else ""
        is_web = urlsplit(absolute).scheme in ("http", "https")
    except ValueError:  # such as a bracket that opens no IPv6 address
        return ""
    return absolute if is_web and len(absolute) <= LONGEST_LINK else ""


def _line(source: Any, name: str) -> str:
    detail = source.get(f"{name}_detail") or {}
    value = detail.get("value") or source.get(name) or ""
    return line_of_html(value) if detail.get("type") != "text/plain" else one_line(html.unescape(value))


def _text(entry: Any) -> str:
    """The longest of what the item carries; many feeds have the whole story in one place and a teaser in another."""
    details = [*entry.get("content", ()), entry.get("summary_detail") or {"value": entry.get("summary", "")}]
    texts = (
        (paragraphs_of_text if detail.get("type") == "text/plain" else paragraphs_of_html)(detail.get("value") or "")
        for detail in details
    )
    return max(texts, key=len)


def _published(entry: Any) -> dt.datetime | None:
    # dict's own get: feedparser's answers one date for the other, with a warning.
    moment: time.struct_time | None = dict.get(entry, "published_parsed") or dict.get(entry, "updated_parsed")
    if moment is None:
        return None
    try:
        published = dt.datetime.fromtimestamp(calendar.timegm(moment), dt.UTC)
    except (ValueError, OverflowError, OSError):
        return None
    return published if EARLIEST <= published < LATEST else None


def _ttl(value: object) -> int | None:
    text = str(value or "").strip()
    return int(text) if re.fullmatch(r"[0-9]{1,6}", text) else None
