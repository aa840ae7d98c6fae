"""One article that a person adds: a text, or what was read at an address."""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection
from dataclasses import dataclass

from django.contrib.auth.models import User
from django.db import transaction
from django.db.models import F
from django.db.models.functions import MD5

from relations.errors import RelationsError
from relations.ingest import store_imports
from relations.ingest.dates import ReadDate
from relations.ingest.items import PageText, ParsedItem, fingerprint
from relations.ingest.pieces import NO_DATE, item_of_page, item_of_text
from relations.ingest.store import database_now
from relations.models import Article, ArticleVersion, TextOrigin


@dataclass(frozen=True, slots=True)
class Added:
    """is_new: otherwise it was there already, and nothing was stored."""

    article: Article
    is_new: bool


def article_at(addresses: Collection[str]) -> Article | None:
    """The first article of any source that has one of these addresses."""
    wanted = [address for address in addresses if address]
    digests = [fingerprint(address) for address in wanted]
    found = Article.objects.alias(digest=MD5("url")).filter(digest__in=digests, url__in=wanted)
    return found.order_by("pk").first() if wanted else None


def add_text(
    text: str, *, title: str, url: str, published_at: dt.datetime | None, source: str, added_by: User
) -> Added:
    """Store a text that a person pasted, unless its address or its words are there already.

    url: its address in one spelling, or empty. source: name of a source whose articles people add, made where it is
    new. Raises RelationsError for what is no article.
    """
    date = ReadDate(f"{published_at:%Y-%m-%d %H:%M}", published_at, False) if published_at else NO_DATE
    item = item_of_text(text, title=title, link=url, date=date)
    return _add(item, source, added_by, TextOrigin.HAND)


def add_page(page: PageText, *, url: str, source: str, added_by: User) -> Added:
    """The same for what was read on the page at an address."""
    return _add(item_of_page(page, link=url), source, added_by, TextOrigin.PAGE)


@transaction.atomic
def _add(item: ParsedItem, source: str, added_by: User, origin: TextOrigin) -> Added:
    there = article_at([item.link]) or _with_text(item.text)
    if there is not None:
        return Added(there, is_new=False)
    now = database_now()
    feed = store_imports.manual_source(source, added_by, now)
    outcome = store_imports.store_each(feed, [item], now, origin)[0]
    if outcome.refused or outcome.article_id is None:
        raise RelationsError(outcome.words)
    return Added(Article.objects.get(pk=outcome.article_id), is_new=outcome.words != store_imports.KNOWN)


def _with_text(text: str) -> Article | None:
    """The first article of any source whose newest text is exactly this."""
    digest = fingerprint(text)
    newest = ArticleVersion.objects.alias(digest=MD5("text")).filter(number=F("article__version"))
    same = newest.filter(digest=digest, text=text).select_related("article").order_by("article_id").first()
    return same.article if same else None
