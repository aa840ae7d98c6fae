"""Writes of ingest: the texts of articles' pages."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Sequence
from dataclasses import replace

from django.db.models import F

from relations.ingest.items import PageText, fingerprint
from relations.ingest.marks import dateline_of, marked
from relations.ingest.robots import Rules
from relations.ingest.store import CHANGED_WITH_TEXT, may_bring, new_version
from relations.ingest.store_copies import link_copies
from relations.ingest.trouble import (
    Bug,
    ConnectionTrouble,
    FeedTrouble,
    HTTPTrouble,
    NoSuchHost,
    RateLimited,
    TLSTrouble,
    TooHard,
    TooSlow,
)
from relations.models import Article, ArticleVersion, RobotsFile, TextOrigin, registrable_domain

MOST_TRIES = 3
LONGEST_KEPT = 64 * 1024  # characters; a longer robots.txt is fetched anew each time, as thousands would fill the disk
FIRST_RETRY = dt.timedelta(minutes=15)  # four times as long with each further one
# A site that shows the same text for so many stories shows a notice, not the stories.
SAME_TEXT = 3
MOST_ALIKE = 20  # articles that are looked at for it
MOST_HOLDING_UP = 3
HELD_UP = "Not fetched: other pages of this feed were built so that reading them took too long."
NOTICE = "The site shows the same text for other stories, so it is no story."
# What may be otherwise at the next try.
PASSING = (ConnectionTrouble, TooSlow, NoSuchHost, TLSTrouble, RateLimited, Bug)

WRITTEN = (*CHANGED_WITH_TEXT, "published_at", "date_was_given", "date_words", "dated_at", "zone_assumed", "copy_of")


def record_page(article: Article, page: PageText, now: dt.datetime) -> bool:
    """Keep the page's text where it is longer than what the feed has; whether it is.

    Call it with the article held and, before that, its feed, and under wait_for_others_who_add_articles.
    """
    article.waits_for_page, article.page_due_at, article.page_tries = False, None, 0
    if page.wall or not page.text:
        return _leave(article, page.wall or "No story could be made out on the page.")
    digest = fingerprint(page.text)
    same = _others_with(digest, article)
    # Kept in any case, so that a notice is known at every further story for which it is shown.
    article.page_digest = digest
    if _is_notice([article, *same]):
        _forget_text_of(same, now)
        return _leave(article, NOTICE)
    _take_date(article, page)
    if words := _no_news_in(page, article):
        return _leave(article, words)
    if not may_bring(article.feed, len(page.text), now):
        return _leave(article, "Its feed brought more text today than is stored in a day.")
    # The feed's date counts, so the dateline is the one near to it.
    text = replace(page, title=article.title or page.title, dateline_on=dateline_of(page.text, article.published_at))
    version = new_version(article, text, now, TextOrigin.PAGE)
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
    wait = FIRST_RETRY * 4 ** (min(article.page_tries, MOST_TRIES) - 1)
    if isinstance(trouble, RateLimited) and trouble.retry_after is not None:
        wait = max(wait, dt.timedelta(seconds=trouble.retry_after))
    article.page_due_at = now + wait if again else None
    _leave(article, str(trouble))
    if isinstance(trouble, TooHard):
        _spare_the_readers(article, now)


def _spare_the_readers(article: Article, now: dt.datetime) -> None:
    """Whoever builds pages that hold us up will have built the others too: after three in a day the pages of the feed
    that still wait are not fetched."""
    of_feed = Article.objects.filter(feed=article.feed_id)
    same = of_feed.filter(first_seen_at__gt=now - dt.timedelta(days=1), page_words=article.page_words)
    if same.count() >= MOST_HOLDING_UP:
        waiting = of_feed.filter(page_due_at__isnull=False)
        waiting.update(page_due_at=None, waits_for_page=False, page_words=HELD_UP)


def record_rules(learnt: Iterable[Rules], now: dt.datetime) -> None:
    RobotsFile.objects.bulk_create(
        [
            RobotsFile(origin=rules.origin, fetched_at=now, rules=rules.text, closed=rules.closed)
            for rules in sorted(learnt, key=lambda rules: rules.origin)
            if len(rules.text) <= LONGEST_KEPT
        ],
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


def _no_news_in(page: PageText, article: Article) -> str:
    """Why the page gives the article no text, in words; empty where it does."""
    newest = article.versions.order_by("-number").first()
    if newest is None or (page.retraction and page.retraction != article.retraction):
        return ""
    if newest.origin == TextOrigin.PAGE and (page.text, article.title) == (newest.text, newest.title):
        return "The page shows what it showed before."
    # Of a page that is seen again: it may have become shorter, but not as short as what the feed has.
    feeds = article.versions.exclude(origin=TextOrigin.PAGE).order_by("-number").first()
    return "The page has no more text than the feed." if feeds and len(page.text) <= len(feeds.text) else ""


def _others_with(digest: str, article: Article) -> list[Article]:
    """Articles of the same site whose pages had this text: the newest, as older ones were looked at before."""
    site = registrable_domain(article.url)
    alike = Article.objects.filter(page_digest=digest).exclude(pk=article.pk).order_by("-pk").values_list("pk", "url")
    return list(
        Article.objects.filter(pk__in=[pk for pk, url in alike[:MOST_ALIKE] if registrable_domain(url) == site])
    )


def _is_notice(articles: Sequence[Article]) -> bool:
    """One story may be in several feeds of its site, under addresses that tell by which of them a reader came."""
    return min(len({article.url for article in articles}), len({article.title for article in articles})) >= SAME_TEXT


def _forget_text_of(articles: Iterable[Article], now: dt.datetime) -> None:
    """They go back to the text that their feed has; the notice stays among their versions, as nothing is lost."""
    shown = ArticleVersion.objects.filter(
        article__in=list(articles), number=F("article__version"), origin=TextOrigin.PAGE
    )
    pks = shown.order_by("article_id").values_list("article_id", flat=True)
    back = [
        article
        for article in Article.objects.filter(pk__in=list(pks)).order_by("pk").select_for_update(no_key=True)
        if _go_back(article, now)
    ]
    # They were copies of one another by the notice.
    link_copies(back)


def _go_back(article: Article, now: dt.datetime) -> bool:
    before = article.versions.exclude(origin=TextOrigin.PAGE).order_by("-number").first()
    if before is None:
        return False
    text = PageText(title=before.title, text=before.text, published_at=article.published_at)
    version = new_version(
        article, marked(text, article.feed.language, link=article.url), now, TextOrigin(before.origin)
    )
    article.page_words, article.copy_of = NOTICE, None
    version.save()
    article.save(update_fields=WRITTEN)
    return True
