"""Feeds, a page and a list of feeds with script in all that strangers may write, told as stories that become events."""

from __future__ import annotations

import html
import json
from collections.abc import Callable
from email.utils import format_datetime
from xml.sax.saxutils import escape, quoteattr

from django.utils import timezone

from relations.models import Feed, FullText
from relations.models.loading import load_codebook
from relations.pipeline import STAGES
from tests.ingest.servers import FeedServer

CALL = "pwned()"  # what all of it wants to call
LINK = f"javascript:{CALL}"
MARKUP = (
    f'<script>{CALL}</script><svg onload="{CALL}"><script>{CALL}</script></svg><img src="x" onerror="{CALL}">'
    f'<a href="{LINK}" onclick="{CALL}">more</a><iframe srcdoc="&lt;script>parent.{CALL}&lt;/script>"></iframe>'
    f'<form action="{LINK}"><button>Go</button></form></title></script></textarea>"\'--><b onmouseover={CALL}>bold</b>'
)
# As markup, and as what is markup once more when whoever takes the markup away has read it.
BOTH = f"{html.escape(MARKUP)} {MARKUP}"
SVG = (
    f'<div xmlns="http://www.w3.org/1999/xhtml"><p>TEXT</p><svg xmlns="http://www.w3.org/2000/svg" onload="{CALL}">'
    f'<script>{CALL}</script><a href="{LINK}"><text>{escape(MARKUP)}</text></a></svg><p>{escape(MARKUP)}</p></div>'
)
SUMMONED = "Sweden summoned the Hungarian ambassador on Monday over a customs dispute"
VISIT = "Kenya's president will visit Ghana next week, his office said in a statement on the trip"


def serve_all(server: FeedServer) -> list[str]:
    """Addresses of the feeds: a page that is none, RSS, Atom, JSON Feed, and one whose stories are on their pages."""
    now = format_datetime(timezone.now().replace(microsecond=0))
    title, text = f"Envoy called in {BOTH}", f"<p>{SUMMONED} {BOTH}.</p><p>{VISIT} {BOTH}.</p>"
    names = f'<link href="{LINK}"/><title type="xhtml">{SVG.replace("TEXT", "Envoy")}</title>'
    content = f'<content type="xhtml">{SVG.replace("TEXT", f"{SUMMONED}.")}</content>'
    entry = f"<entry><id>{LINK}</id>{names}{content}</entry>"
    atom = f'<feed xmlns="http://www.w3.org/2005/Atom">{names}{entry}</feed>'
    story = {"title": title, "content_html": text, "content_text": f"{SUMMONED} {MARKUP}.", "id": LINK, "url": LINK}
    as_json = {"version": "https://jsonfeed.org/version/1.1", "title": MARKUP, "home_page_url": LINK, "items": [story]}
    page = (
        f"<html><head><title>{escape(title)}</title><meta property='og:title' content={quoteattr(title)}></head>"
        f"<body><article><h1>{escape(title)}</h1>{text}<p>{VISIT}.</p></article></body></html>"
    )
    server.serve(page, "/story", Content_Type="text/html")
    return [
        site(server),
        server.serve(_rss(title, text, LINK, now), "/rss"),
        server.serve(atom, "/atom"),
        server.serve(json.dumps(as_json), "/json"),
        server.serve(_rss(title, "Envoy called in.", server.url("/story"), now), "/pages"),
    ]


def _rss(title: str, text: str, link: str, date: str) -> str:
    parts = {"guid": LINK, "link": link, "title": title, "description": text, "category": MARKUP, "pubDate": date}
    items = "".join(f"<{name}>{escape(value)}</{name}>" for name, value in parts.items())
    channel = {"title": BOTH, "link": LINK, "description": BOTH, "language": MARKUP}
    head = "".join(f"<{name}>{escape(value)}</{name}>" for name, value in channel.items())
    return f'<rss version="2.0"><channel>{head}<item>{items}</item></channel></rss>'


def opml(server: FeedServer) -> bytes:
    """Two feeds in a folder, of which one has no address that can be fetched."""
    told = f"text={quoteattr(MARKUP)} title={quoteattr(MARKUP)} htmlUrl={quoteattr(LINK)}"
    urls = (server.url("/listed"), LINK, MARKUP)
    rows = "".join(f"<outline {told} xmlUrl={quoteattr(url)}/>" for url in urls)
    return f'<opml version="2.0"><body><outline text={quoteattr(MARKUP)}>{rows}</outline></body></opml>'.encode()


def site(server: FeedServer) -> str:
    """Address of a page that names feeds."""
    links = "".join(
        f"<link rel=alternate type=application/rss+xml title={quoteattr(MARKUP)} href={quoteattr(url)}>"
        for url in ("/rss", MARKUP, LINK)
    )
    return server.serve(f"<html><head>{links}</head><body>{MARKUP}</body></html>", "/site", Content_Type="text/html")


def read_all(server: FeedServer, add_feed: Callable[..., Feed]) -> None:
    """Let the feeds be read and all that follows be done."""
    load_codebook()
    for url in serve_all(server):
        pages = FullText.ALWAYS if url.endswith("/pages") else FullText.NEVER
        add_feed(url, full_text=pages)
    for stage in STAGES:
        stage()
