"""Writes of ingest: the texts of articles' pages."""

from __future__ import annotations

import datetime as dt
import hashlib
from collections.abc import Iterable
from dataclasses import replace

from relations.ingest.items import PageText
from relations.ingest.robots import Rules
from relations.ingest.store import CHANGED_WITH_TEXT, new_version
from relations.ingest.store_copies import link_copies, wait_for_others_who_add_articles
from relations.ingest.trouble import (
    Bug,
    ConnectionTrouble,
    FeedTrouble,
    HTTPTrouble,
    NoSuchHost,
    RateLimited,
    TLSTrouble,
    TooSlow,
)
from relations.models import Article, ArticleVersion, RobotsFile, TextOrigin, registrable_domain

MOST_TRIES = 3
FIRST_RETRY = dt.timedelta(minutes=15)  # four times as long with each further one
# A site that shows the same text for so many stories shows a notice, not the stories.
SAME_TEXT = 3
# What may be otherwise at the next try.
PASSING = (ConnectionTrouble, TooSlow, NoSuchHost, TLSTrouble, RateLimited, Bug)

WRITTEN = (*CHANGED_WITH_TEXT, "published_at", "date_was_given", "date_words", "dated_at", "zone_assumed", "copy_of")


def record_page(article: Article, page: PageText, now: dt.datetime) -> bool:
    """Keep the page's text where it is longer than what the feed has; whether it is. Call it with the article held."""
    newest = article.versions.order_by("-number").first()
    article.waits_for_page, article.page_due_at, article.page_tries = False, None, 0
    if page.wall or not page.text:
        return _leave(article, page.wall or "No story could be made out on the page.")
    _take_date(article, page)
    digest = hashlib.md5(page.text.encode(), usedforsecurity=False).hexdigest()
    same = _others_with(digest, article)
    if len({article.url, *(other.url for other in same)}) >= SAME_TEXT:
        _forget_text_of(same, now)
        return _leave(article, "The site shows the same text for other stories, so it is no story.")
    article.page_digest = digest
    if newest and len(page.text) <= len(newest.text):
        return _leave(article, "The page has no more text than the feed.")
    wait_for_others_who_add_articles()
    version = new_version(article, replace(page, title=article.title or page.title), now, TextOrigin.PAGE)
    article.page_words = ""
    version.save()
    article.save(update_fields=WRITTEN)
    link_copies([article])
    return True


def record_no_page(article: Article, trouble: FeedTrouble, now: dt.datetime) -> None:
    """The coder reads what the feed has. The page is tried again where that has a chance."""
    article.waits_for_page = False
    may_pass = isinstance(trouble, PASSING) or (isinstance(trouble, HTTPTrouble) and (trouble.status or 0) >= 500)
    again = may_pass and article.page_tries < MOST_TRIES
    wait = FIRST_RETRY * 4 ** (article.page_tries - 1)
    if isinstance(trouble, RateLimited) and trouble.retry_after is not None:
        wait = max(wait, dt.timedelta(seconds=trouble.retry_after))
    article.page_due_at = now + wait if again else None
    _leave(article, str(trouble))


def record_rules(learnt: Iterable[Rules], now: dt.datetime) -> None:
    RobotsFile.objects.bulk_create(
        [RobotsFile(origin=rules.origin, fetched_at=now, rules=rules.text, closed=rules.closed) for rules in learnt],
        update_conflicts=True,
        unique_fields=["origin"],
        update_fields=["fetched_at", "rules", "closed"],
    )


def _leave(article: Article, words: str) -> bool:
    article.page_words = words[:300]
    article.save(update_fields=WRITTEN)
    return False


def _take_date(article: Article, page: PageText) -> None:
    """The page's date, where the feed gave none."""
    if article.date_was_given or page.published_at is None:
        return
    article.published_at = min(page.published_at, article.first_seen_at)
    article.date_was_given, article.dated_at = True, page.published_at
    article.date_words, article.zone_assumed = page.date_words[:100], page.zone_assumed
    article.tagged_at = None


def _others_with(digest: str, article: Article) -> list[Article]:
    """Articles of the same site whose pages had this text."""
    site = registrable_domain(article.url)
    others = Article.objects.filter(page_digest=digest).exclude(pk=article.pk).select_for_update(no_key=True)
    return [other for other in others.order_by("pk") if registrable_domain(other.url) == site]


def _forget_text_of(articles: Iterable[Article], now: dt.datetime) -> None:
    """They go back to the text that their feed has; the notice stays among their versions, as nothing is lost."""
    for article in articles:
        article.page_digest = ""
        article.page_words = "The site shows the same text for other stories, so it is no story."
        shown = article.versions.order_by("-number").first()
        before = article.versions.exclude(origin=TextOrigin.PAGE).order_by("-number").first()
        if shown and before and shown.origin == TextOrigin.PAGE:
            _go_back(article, before, now)
        article.save(update_fields=WRITTEN)


def _go_back(article: Article, before: ArticleVersion, now: dt.datetime) -> None:
    article.version += 1
    article.title, article.tagged_at, article.sketch = before.title, None, b""
    ArticleVersion.objects.create(
        article=article, number=article.version, title=before.title, text=before.text, origin=before.origin, seen_at=now
    )
