"""JSON Feed, versions 1 and 1.1 (jsonfeed.org)."""

from __future__ import annotations

import json
from typing import Any

from relations.ingest.dates import read_date
from relations.ingest.plain import line_of_html, one_line, paragraphs_of_html, paragraphs_of_text
from relations.ingest.raw import RawFeed, RawItem
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
    return RawFeed(
        title=line_of_html(_text(feed, "title")),
        site_url=_text(feed, "home_page_url"),
        language=_text(feed, "language"),
        ttl_minutes=None,
        items=[_item(item, where) for item in feed["items"] if isinstance(item, dict)],
    )


def _item(item: dict[str, Any], where: str) -> RawItem:
    words = _text(item, "date_published") or _text(item, "date_modified")
    texts = [paragraphs_of_html(_text(item, "content_html")), paragraphs_of_text(_text(item, "content_text"))]
    tags = item.get("tags")
    return RawItem(
        guid=_text(item, "id"),
        link=_text(item, "url") or _text(item, "external_url"),
        title=one_line(_text(item, "title")),
        text=max([*texts, paragraphs_of_text(_text(item, "summary"))], key=len),
        date=read_date(words, where),
        sections=[tag for tag in tags if isinstance(tag, str)] if isinstance(tags, list) else [],
        language=_text(item, "language"),
    )


def _text(source: dict[str, Any], name: str) -> str:
    """Some feeds give numbers for ids."""
    value = source.get(name)
    if isinstance(value, int) and not isinstance(value, bool):
        return str(value)
    return value if isinstance(value, str) else ""
