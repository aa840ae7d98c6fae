"""Feeds that a web page names, and where sites usually have theirs."""

from __future__ import annotations

import re
from dataclasses import dataclass
from urllib.parse import urljoin, urlsplit

from lxml import etree, html

from relations.ingest.plain import one_line
from relations.ingest.raw import web_address

FEED_TYPES = {
    *("application/rss+xml", "application/atom+xml", "application/rdf+xml", "application/feed+json"),
    *("application/json", "application/xml", "text/xml"),
}
FEED_WORD = re.compile(
    r"(?<![a-z])(?:rss|(?:news)?feeds?(?![a-z])|atom(?![a-z])|rdf(?![a-z]))"
)  # but not atomic-agency
# Where the programs that most sites are made with have their feeds.
USUAL_PLACES = ("feed", "rss", "feed.xml", "rss.xml", "atom.xml", "index.xml", "feeds", "feed.json")
MOST = 12


@dataclass(frozen=True, slots=True)
class NamedFeed:
    url: str
    title: str  # as the page names it; empty where it doesn't


def feeds_named_in(page: bytes, base_url: str) -> list[NamedFeed]:
    """Feeds that a page names in its head, then those that it links to by words that mean a feed; at most 12."""
    tree = _tree(page)
    if tree is None:
        return []
    base = next((web_address(href, base_url) for href in tree.xpath("//base/@href")), "") or base_url
    found: dict[str, str] = {}
    for link in tree.iter("link"):
        rel, kind = (link.get("rel") or "").lower().split(), (link.get("type") or "").split(";")[0].strip().lower()
        if ("alternate" in rel and kind in FEED_TYPES) or "feed" in rel:
            _add(found, link.get("href"), link.get("title"), base)
    for link in tree.iter("a"):
        href = link.get("href") or ""
        if FEED_WORD.search(_last_part(href)):
            _add(found, href, link.text_content(), base)
    return [NamedFeed(url, title) for url, title in found.items()][:MOST]


def usual_places(url: str) -> list[str]:
    """Addresses at which the site of this one may have a feed."""
    parts = urlsplit(url)
    root = f"{parts.scheme}://{parts.netloc}/"
    below = url if parts.path.endswith("/") else f"{url.split('?')[0]}/"
    folders = dict.fromkeys((below, root)) if parts.path not in ("", "/") else {root: None}
    return [urljoin(folder, place) for folder in folders for place in USUAL_PLACES[: 8 if folder == root else 2]]


def _tree(page: bytes) -> html.HtmlElement | None:
    try:
        return html.document_fromstring(page)
    except (etree.ParserError, etree.XMLSyntaxError, ValueError):
        return None


def _add(found: dict[str, str], href: str | None, title: str | None, base: str) -> None:
    url = web_address(href or "", base).split("#")[0]
    if url:
        found.setdefault(url, one_line(title or "")[:200])


def _last_part(href: str) -> str:
    """Of a path, that by which a feed is known: /news/rss.xml, /feed/, ?format=feed."""
    try:
        parts = urlsplit(href)
    except ValueError:
        return ""
    return (parts.path.rstrip("/").rpartition("/")[2] + "?" + parts.query).lower()
