"""Articles whose pages are due, and the pages of a site. Every happening is invented."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from django.utils import timezone

from relations.ingest.items import PageText, ParsedItem
from relations.ingest.marks import marked
from relations.ingest.store import database_now, store_articles
from relations.models import Article, Feed
from tests.ingest.texts import BRIDGE, FERRY, TEASER

STORY = f"{FERRY}\n\n{BRIDGE}"


def html(text: str = STORY, title: str = "Ferry sails again", head: str = "") -> bytes:
    """A page of the courier."""
    paragraphs = "".join(f"<p>{paragraph}</p>" for paragraph in text.split("\n\n"))
    return (
        f'<!doctype html><html lang="en"><head><title>{title} | The Courier</title>{head}</head><body>'
        f'<nav><a href="/">Home</a></nav><article><h1>{title}</h1>{paragraphs}</article></body></html>'
    ).encode()


def teaser(
    link: str, identity: str = "", text: str = TEASER, title: str = "Ferry sails again", **values: Any
) -> ParsedItem:
    """An item of a feed."""
    values = {"published_at": timezone.now() - timedelta(hours=1), **values}
    return marked(ParsedItem(identity or link, link, title, text, **values), "en")


def stored(feed: Feed, *items: ParsedItem) -> Article:
    """The article of the first of the items, which the feed shows now."""
    store_articles(feed, items, database_now())
    return Article.objects.get(feed=feed, identity=items[0].identity)


def page_text(text: str = STORY, title: str = "Ferry sails again", **values: Any) -> PageText:
    """What is read on a page."""
    return marked(PageText(title, text, **{"published_at": None, **values}), "en")


def texts(article: Article) -> list[tuple[str, str]]:
    """Origin and text of each version, oldest first."""
    return list(article.versions.order_by("number").values_list("origin", "text"))
