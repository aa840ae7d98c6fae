"""The sample's two feeds, one RSS and one Atom, and the small server that shows them on loopback.

The day of set-up stands in a feed's address (/2026-11-23/courier.rss), so the server remembers nothing.
"""

from __future__ import annotations

import datetime as dt
import hashlib
import re
from email.utils import format_datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

from django.utils.feedgenerator import Atom1Feed, Rss201rev2Feed, SyndicationFeed
from django.utils.html import escape

from relations.sample.stories import Story, stories

TITLES = {"courier": "The Harbour Courier (sample)", "wire": "Meridian Wire (sample)"}
PATHS = {"courier": "courier.rss", "wire": "wire.atom"}
ADDRESS = re.compile(r"/(\d{4}-\d\d-\d\d)/(courier\.rss|wire\.atom)")


def feed_path(feed: str, set_up_on: dt.date) -> str:
    return f"/{set_up_on.isoformat()}/{PATHS[feed]}"


def render(feed: str, set_up_on: dt.date, now: dt.datetime) -> bytes:
    """The feed's bytes: every story of it that is published by ``now``."""
    kind: type[SyndicationFeed] = Rss201rev2Feed if feed == "courier" else Atom1Feed
    document = kind(
        title=TITLES[feed], link=f"https://{feed}.example/", description="Invented stories that show what Dyad does."
    )
    for story in stories(set_up_on):
        if story.feed == feed and story.published_at <= now:
            _add(document, story)
    return document.writeString("utf-8").encode()


def _add(document: SyndicationFeed, story: Story) -> None:
    html = "".join(f"<p>{escape(' '.join(part.split()))}</p>" for part in story.text.split("\n\n"))
    document.add_item(
        title=story.title,
        link=f"https://{story.feed}.example/{story.id}",
        description=html,
        unique_id=f"https://{story.feed}.example/{story.id}",
        pubdate=story.published_at,
        updateddate=story.published_at,
    )


class SampleFeeds(BaseHTTPRequestHandler):
    """Answers GET for the two feeds, with ETag and Last-Modified like any well-kept feed."""

    server_version = "SampleFeeds"

    def do_GET(self) -> None:
        match = ADDRESS.fullmatch(self.path)
        if not match:
            self.send_error(404)
            return
        feed = next(name for name, path in PATHS.items() if path == match[2])
        now = dt.datetime.now(dt.UTC)
        try:
            body = render(feed, dt.date.fromisoformat(match[1]), now)
        except ValueError:
            self.send_error(404)
            return
        etag = f'"{hashlib.sha256(body).hexdigest()[:20]}"'
        unchanged = self.headers.get("If-None-Match") == etag
        self.send_response(304 if unchanged else 200)
        self.send_header("ETag", etag)
        self.send_header("Last-Modified", format_datetime(now.replace(minute=0, second=0, microsecond=0), usegmt=True))
        if not unchanged:
            kind = "rss" if feed == "courier" else "atom"
            self.send_header("Content-Type", f"application/{kind}+xml; charset=utf-8")
            self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        if not unchanged:
            self.wfile.write(body)

    def log_message(self, format: str, *arguments: object) -> None:
        pass  # the feeds' log of visits tells it


def serve(port: int) -> ThreadingHTTPServer:
    """A server of the sample feeds on loopback; the caller runs serve_forever."""
    return ThreadingHTTPServer(("127.0.0.1", port), SampleFeeds)
