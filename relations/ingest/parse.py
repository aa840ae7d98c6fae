"""RSS, Atom and JSON Feed as plain values. Nothing of a feed is trusted: neither its type, encoding and dates nor its
HTML. To be called in the reading process (reader.py), which can be killed."""

from __future__ import annotations

import html
import io
import re
import time
from typing import Any
from xml.sax import SAXException

import feedparser

from relations.ingest.dates import ReadDate, read_date
from relations.ingest.discover import feeds_named_in
from relations.ingest.items import ParsedFeed
from relations.ingest.json_feed import looks_like_json, parse_json
from relations.ingest.plain import line_of_html, one_line, paragraphs_of_html, paragraphs_of_text, without_illegal
from relations.ingest.raw import RawFeed, RawItem, finished
from relations.ingest.trimming import newest_only, readable
from relations.ingest.trouble import EmptyFeed, NotAFeed, Unreadable

_PERIODS = {"hourly": 60, "daily": 1440, "weekly": 10_080, "monthly": 43_200, "yearly": 525_600}  # minutes
_ITEM_EDGE = re.compile(rb"<(/?)(?:\w+:)?(?:item|entry)(?=[\s>])")
_DELETED = re.compile(r"<(?:\w+:)?deleted-entry\b[^<>]*?\bref\s*=\s*([\"'])([^<]*?)\1")


def parse(body: bytes, content_type: str, base_url: str) -> ParsedFeed:
    """Read a feed. ``base_url`` is where it was found. Raises EmptyFeed, NotAFeed and Unreadable."""
    body, encoding = readable(body, content_type)
    if not body.strip():
        raise EmptyFeed("The server sent an empty page instead of a feed.")
    if looks_like_json(body):
        return finished(parse_json(body, base_url), base_url)
    return finished(_parse_xml(body, encoding, base_url), base_url)


def _parse_xml(body: bytes, encoding: str, base_url: str) -> RawFeed:
    trimmed, left_out = newest_only(body)
    try:
        feed = feedparser.parse(
            io.BytesIO(trimmed),
            # Only the encoding is passed on. With an address too, feedparser would make guids into links under it, and
            # all items would be new when the feed moves.
            response_headers={"content-type": f"application/xml; charset={encoding}"},
            sanitize_html=False,
            resolve_relative_uris=False,
        )
    except (ArithmeticError, AssertionError, AttributeError, LookupError, TypeError, ValueError) as error:
        # feedparser stumbles over some tags that stand where they should not.
        raise Unreadable("The feed is damaged: its tags stand where no reader of feeds expects them.") from error
    problem = feed.get("bozo_exception")
    # A damaged feed is read as far as it goes, but one that breaks off before its first item is not an empty feed.
    if not feed.entries and (not feed.version or isinstance(problem, SAXException)):
        raise _no_feed(body, problem, base_url)
    # Half an item would look like an edit of the whole one. Not every server says how long its answer is, so the feed
    # alone may show that the connection was lost.
    if isinstance(problem, SAXException) and _breaks_off(body):
        raise Unreadable("The feed breaks off in the middle of an item, as when a connection is lost.")
    return RawFeed(
        title=_line(feed.feed, "title"),
        site_url=feed.feed.get("link") or "",
        language=feed.feed.get("language") or "",
        ttl_minutes=_ttl(feed.feed),
        items=[_item(entry, base_url) for entry in feed.entries],
        left_out=left_out,
        deleted=_deleted(body, encoding),
    )


def _breaks_off(body: bytes) -> bool:
    edges: list[bytes] = _ITEM_EDGE.findall(body)  # a slash for each end of an item
    return bool(edges) and not edges[-1]


def _no_feed(body: bytes, problem: object, base_url: str) -> NotAFeed | Unreadable:
    start = body[:4096].lower()
    if re.search(rb"<(rss|feed|rdf:rdf)\b", start):
        return Unreadable(f"The feed is damaged: {one_line(str(problem))[:200]}")
    if not re.search(rb"<(!doctype html|html|head|body)\b", start):
        return NotAFeed("What this address shows is not a feed that can be read (RSS, Atom or JSON Feed).")
    named = [feed.url for feed in feeds_named_in(body, base_url)][:3]
    hint = f"It names these feeds: {', '.join(named)}" if named else "It names no feed."
    return NotAFeed(f"This address shows a web page, not a feed. {hint}")


def _item(entry: Any, base_url: str) -> RawItem:
    return RawItem(
        guid=without_illegal(entry.get("id") or "").strip(),
        link=without_illegal(entry.get("link") or "").strip(),
        title=_line(entry, "title"),
        text=_text(entry),
        date=_date(entry, base_url),
        sections=[tag.get("term") or "" for tag in entry.get("tags", ())],
        language=entry.get("language") or "",
    )


def _line(source: Any, name: str) -> str:
    # Not the detail's value: the title of an image inside the item takes its place.
    value = source.get(name) or ""
    is_plain = (source.get(f"{name}_detail") or {}).get("type") == "text/plain"
    return one_line(html.unescape(value)) if is_plain else line_of_html(value)


def _text(entry: Any) -> str:
    """The longest of what the item carries; many feeds have the whole story in one place and a teaser in another."""
    details = [*entry.get("content", ()), entry.get("summary_detail") or {"value": entry.get("summary", "")}]
    texts = (
        (paragraphs_of_text if detail.get("type") == "text/plain" else paragraphs_of_html)(detail.get("value") or "")
        for detail in details
    )
    return max(texts, key=len)


def _date(entry: Any, base_url: str) -> ReadDate:
    for name in ("published", "updated"):
        # dict's own get: feedparser's answers one date for the other, with a warning.
        words: str | None = dict.get(entry, name)
        already: time.struct_time | None = dict.get(entry, f"{name}_parsed")
        if words or already:
            return read_date(without_illegal(words or ""), base_url, already)
    return ReadDate("", None, zone_assumed=False)


def _ttl(feed: Any) -> int | None:
    """Minutes for which the feed asks not to be fetched again, by <ttl> or by the syndication module."""
    asked = []
    ttl = str(feed.get("ttl") or "").strip()
    if re.fullmatch(r"[0-9]{1,6}", ttl):
        asked.append(int(ttl))
    period = _PERIODS.get(str(feed.get("sy_updateperiod") or "").strip().lower())
    if period:
        frequency = str(feed.get("sy_updatefrequency") or "").strip()
        asked.append(period // max(1, int(frequency)) if re.fullmatch(r"[0-9]{1,4}", frequency) else period)
    return max(asked, default=None)


def _deleted(body: bytes, encoding: str) -> tuple[str, ...]:
    if b"deleted-entry" not in body:
        return ()
    text = body.decode(encoding, errors="replace")
    return tuple(html.unescape(found[2]) for found in _DELETED.finditer(text))
