"""What is read out of feeds and pages, as plain values. They cross from the reading process as JSON."""

from __future__ import annotations

import datetime as dt
import hashlib
from dataclasses import dataclass

MOST_ITEMS = 500
LONGEST_TITLE = 1000
LONGEST_TEXT = 200_000  # characters; a book of news is no news item
LONGEST_LINK = 2000
LONGEST_IDENTITY = 1000  # bytes, to fit into an index


def fingerprint(text: str) -> str:
    """32 hexadecimal digits, as PostgreSQL's md5() makes them."""
    return hashlib.md5(text.encode(), usedforsecurity=False).hexdigest()


@dataclass(frozen=True, slots=True)
class ParsedItem:
    identity: str  # guid, else link, else a hash; at most 1000 bytes, each once in a feed
    link: str  # absolute http(s) address or empty
    title: str  # one line of plain text, at most 1,000 characters
    text: str  # plain text, paragraphs separated by an empty line, at most 200,000 characters
    published_at: dt.datetime | None  # aware, UTC; it may be to come
    date_words: str = ""  # the date as it was written
    zone_assumed: bool = False  # no zone was named, so UTC was taken
    shortened: bool = False  # title or text was longer
    kind: str = "news"  # news, opinion or live
    language: str = ""  # ISO 639-1; empty where it can't be told
    dateline_on: dt.date | None = None  # the day that the story says it was written
    correction: str = ""  # the words in which it says what was wrong in it
    retraction: str = ""  # the words in which it is taken back
    sketch: bytes = b""  # fingerprints to find copies by; see similar.sketch

    @property
    def digest(self) -> str:
        """Changes when title or text does. 32 hexadecimal digits."""
        return fingerprint(f"{self.title}\n{self.text}")


@dataclass(frozen=True, slots=True)
class ParsedFeed:
    title: str
    ttl_minutes: int | None  # for how long the feed may be cached, as it says itself
    items: tuple[ParsedItem, ...]  # the newest 500, each identity once
    site_url: str = ""
    language: str = ""  # as the feed says
    left_out: int = 0  # older items beyond the newest 500
    deleted: tuple[str, ...] = ()  # identities of items that the feed says were taken back (RFC 6721)


@dataclass(frozen=True, slots=True)
class PageText:
    """What is a story on a web page. Without text where none could be made out; ``wall`` then says what stood there."""

    title: str
    text: str  # plain text, paragraphs separated by an empty line
    published_at: dt.datetime | None  # aware, UTC
    date_words: str = ""
    zone_assumed: bool = False
    shortened: bool = False
    kind: str = "news"
    language: str = ""
    dateline_on: dt.date | None = None
    correction: str = ""
    retraction: str = ""
    sketch: bytes = b""
    wall: str = ""  # in words: a consent form, a check for robots, a demand to subscribe
