"""What a site offers to be added, as plain values: its feeds, with what they bring and what the coder finds in it."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class OfferedItem:
    title: str
    link: str
    published_at: dt.datetime | None  # aware, UTC
    kind: str  # news, opinion or live
    language: str  # ISO 639-1; empty where it can't be told
    unread_because: str  # in words, why the coder would take nothing from it; empty where it would read it
    events: tuple[str, ...] = ()  # what the coder would find: "Pakistan → United States: Visit postponed"


@dataclass(frozen=True, slots=True)
class FeedOffer:
    url: str
    title: str
    site_url: str
    language: str  # as the feed says
    items_a_week: float | None  # None where too little is known
    items: tuple[OfferedItem, ...] = ()  # the newest 10


@dataclass(frozen=True, slots=True)
class SitePreview:
    address: str
    offers: tuple[FeedOffer, ...]
    words: str  # what was found, or why nothing was
