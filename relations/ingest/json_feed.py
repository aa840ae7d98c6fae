"""JSON Feed, versions 1 and 1.1 (jsonfeed.org)."""

from __future__ import annotations

import json
from typing import Any

from relations.ingest.dates import read_date
from relations.ingest.items import MOST_ITEMS
from relations.ingest.plain import line_of_html, one_line, paragraphs_of_html, paragraphs_of_text, without_illegal
from relations.ingest.raw import RawFeed, RawItem
from relations.ingest.trimming import moment_of
from relations.ingest.trouble import NotAFeed, Unreadable


def looks_like_json(body: bytes) -> bool:
    return body.lstrip(b"\xef\xbb\xbf \t\r\n")[:1] == b"{"


def parse_json(body: bytes, where: str) -> RawFeed:
    """Raises NotAFeed and Unreadable."""
    try:
        feed = json.loads(body.decode("utf-8-sig", errors="replace"))
    except (ValueError, RecursionError) as error:
        raise Unreadable(f"This looks like a JSON Feed but is damaged: {one_line(str(error))[:200]}") from error
    version = feed.get("version")
    if not (isinstance(version, str) and "jsonfeed.org/version/" in version) or not isinstance(feed.get("items"), list):
        raise NotAFeed("What this address shows is JSON, but not a JSON Feed.")
    items = [item for item in feed["items"] if isinstance(item, dict)]
    left_out = max(0, len(items) - MOST_ITEMS)
    if left_out:
        # To read them all as items takes seconds where a feed shows all that it ever had.
        items = sorted(items, key=lambda item: -moment_of(_date_words(item)))[:MOST_ITEMS]
    return RawFeed(
        title=line_of_html(_text(feed, "title")),
        site_url=_text(feed, "home_page_url"),
        language=_text(feed, "language"),
        ttl_minutes=None,
        items=[_item(item, where) for item in items],
        left_out=left_out,
    )


def _item(item: dict[str, Any], where: str) -> RawItem:
    texts = [paragraphs_of_html(_text(item, "content_html")), paragraphs_of_text(_text(item, "content_text"))]
    tags = item.get("tags")
    return RawItem(
        guid=_text(item, "id"),
        link=_text(item, "url") or _text(item, "external_url"),
        title=one_line(_text(item, "title")),
        text=max([*texts, paragraphs_of_text(_text(item, "summary"))], key=len),
        date=read_date(_date_words(item), where),
        sections=[tag for tag in tags if isinstance(tag, str)] if isinstance(tags, list) else [],
        language=_text(item, "language"),
    )


def _date_words(item: dict[str, Any]) -> str:
    return _text(item, "date_published") or _text(item, "date_modified")


def _text(source: dict[str, Any], name: str) -> str:
    """Some feeds give numbers for ids. Half a character may be written in JSON, but no library takes one."""
    value = source.get(name)
    if isinstance(value, int) and not isinstance(value, bool):
        return str(value)
    return without_illegal(value) if isinstance(value, str) else ""
