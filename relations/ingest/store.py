"""Writes of ingest: articles with every text that their feed showed, and what came of each visit."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from django.db import connection
from django.db.models import F, OuterRef, Q, Subquery

from relations.ingest import schedule
from relations.ingest.parse import ParsedItem
from relations.ingest.similar import Copies
from relations.ingest.trouble import FeedTrouble, Gone, RateLimited
from relations.ingest.visit import Findings
from relations.models import Article, ArticleVersion, Feed, FeedState, FeedVisit, VisitOutcome

COPIED_WITHIN = dt.timedelta(days=3)
GONE_AFTER = dt.timedelta(days=1)  # a server that says "gone" only for an hour is being repaired
# What a visit may write; an admin may change the other fields at any time.
VISITED_FIELDS = [
    *("title", "state", "failures", "next_fetch_at", "last_visit_at", "last_outcome", "last_item_at"),
    *("etag", "last_modified", "body_hash", "unconditional_at"),
]
# The lock of those who add articles. Any number will do, as long as nothing else locks it.
ADDING_ARTICLES = 0x44594144


@dataclass(frozen=True, slots=True)
class Stored:
    """How many articles are new, and how many have a new text."""

    new: int = 0
    edited: int = 0

    @property
    def changed(self) -> int:
        return self.new + self.edited

    def __str__(self) -> str:
        counts = ((self.new, "new"), (self.edited, "edited"))
        return ", ".join(f"{count} {word}" for count, word in counts if count) or "nothing new"


def store_articles(feed: Feed, items: Sequence[ParsedItem], now: dt.datetime) -> Stored:
    """Keep items not seen before as articles, and edited ones as new versions of theirs.

    Call it in a transaction that holds the feed. It asks one query where nothing is new, however many items there are.
    """
    newest = ArticleVersion.objects.filter(article=OuterRef("pk"), number=OuterRef("version"))
    known = {
        article.identity: article
        for article in Article.objects.filter(feed=feed, identity__in=[item.identity for item in items])
        .annotate(newest_text=Subquery(newest.values("text")[:1]))
        .order_by()
    }
    new: list[ParsedItem] = []
    edited: list[tuple[Article, ParsedItem]] = []
    for item in items:
        article = known.get(item.identity)
        if article is None:
            new.append(item)
        elif (article.title, article.newest_text) != (item.title, item.text):
            edited.append((article, item))
    if edited:
        _add_versions(edited, now)
    if new:
        _wait_for_others_who_add_articles()
        _link_copies(_add_articles(feed, new, now))
    return Stored(len(new), len(edited))


def _add_articles(feed: Feed, items: Iterable[ParsedItem], now: dt.datetime) -> dict[int, tuple[Article, str]]:
    """The new articles with their texts, by id; older ones have smaller ids."""
    oldest_first = sorted(items, key=lambda item: item.published_at or now)
    articles = Article.objects.bulk_create(
        Article(
            feed=feed,
            identity=item.identity,
            url=item.link,
            title=item.title,
            published_at=min(item.published_at or now, now),
            date_was_given=item.published_at is not None,
            first_seen_at=now,
        )
        for item in oldest_first
    )
    created = list(zip(articles, oldest_first, strict=True))
    ArticleVersion.objects.bulk_create(
        ArticleVersion(article=article, number=article.version, title=item.title, text=item.text, seen_at=now)
        for article, item in created
    )
    return {article.pk: (article, item.text) for article, item in created}


def _add_versions(edited: Iterable[tuple[Article, ParsedItem]], now: dt.datetime) -> None:
    articles, versions = [], []
    for article, item in edited:
        article.version += 1
        article.title = item.title
        article.tagged_at = None  # the coder must read the new text
        articles.append(article)
        versions.append(
            ArticleVersion(article=article, number=article.version, title=item.title, text=item.text, seen_at=now)
        )
    ArticleVersion.objects.bulk_create(versions)
    Article.objects.bulk_update(articles, ["version", "title", "tagged_at"])


def _link_copies(created: dict[int, tuple[Article, str]]) -> None:
    """Point each new article that is a copy at the first article of its story."""
    copies = Copies({pk: text for pk, (_, text) in created.items()})
    texts = (
        ArticleVersion.objects.filter(_published_near(article.published_at for article, _ in created.values()))
        .filter(number=F("article__version"))
        .order_by("article__published_at", "article_id")
        .values_list("article_id", "article__copy_of_id", "article__published_at", "text")
    )
    original_of: dict[int, int] = {}
    story_of: dict[int, int] = {}
    for pk, copy_of, published_at, text in texts.iterator():
        for copy in copies.of(text):
            # Links lead from later to earlier stored articles only, so they can't run in a circle.
            if pk < copy and abs(created[copy][0].published_at - published_at) <= COPIED_WITHIN:
                original_of.setdefault(copy, pk)
                story_of[pk] = copy_of or pk
    # In the order they were stored: the original of a copy may be new too, and a copy itself.
    for copy in sorted(original_of):
        story_of[copy] = created[copy][0].copy_of_id = story_of[original_of[copy]]
    Article.objects.bulk_update([created[copy][0] for copy in original_of], ["copy_of"])


def _wait_for_others_who_add_articles() -> None:
    """Add articles one transaction after the other, so that ids follow the order of commits. Two feeds stored at once
    would not see each other's copies of a story, and agency stories come in many feeds at once."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s)", [ADDING_ARTICLES])


def _published_near(dates: Iterable[dt.datetime]) -> Q:
    """Within 3 days of any of the dates, which may be years apart in a feed that shows its archive."""
    spans: list[tuple[dt.datetime, dt.datetime]] = []
    for date in sorted(dates):
        start, end = date - COPIED_WITHIN, date + COPIED_WITHIN
        if spans and start <= spans[-1][1]:
            start, _ = spans.pop()
        spans.append((start, end))
    near = Q()
    for span in spans:
        near |= Q(article__published_at__range=span)
    return near


def record_success(feed: Feed, findings: Findings, stored: Stored, now: dt.datetime) -> FeedVisit:
    """The visit, the validators for the next one and when that will be. Needs a page in the findings."""
    page, parsed, errand = findings.page, findings.feed, findings.errand
    assert page is not None  # noqa: S101  a visit without trouble has one
    if parsed is not None and feed.title in ("", feed.url):
        feed.title = parsed.title[:200] or feed.title
    if stored.new:
        feed.last_item_at = now
    if page.status != 304:
        # Cut short they would match nothing, so those that don't fit are not kept at all.
        feed.etag = page.etag if len(page.etag) <= 500 else ""
        feed.last_modified = page.last_modified if len(page.last_modified) <= 200 else ""
        feed.body_hash = findings.body_hash
        if not (errand.etag or errand.last_modified):
            feed.unconditional_at = now
    feed.state, feed.failures = FeedState.OK, 0
    asked = max((parsed.ttl_minutes or 0) * 60 if parsed else 0, page.retry_after or 0)
    feed.next_fetch_at = now + schedule.after_success(feed.interval, asked=dt.timedelta(seconds=asked))
    words = f"{_items(len(parsed.items))}, {stored}" if parsed else str(stored)
    if page.permanent_url:
        words += f"; the feed has moved to {page.permanent_url}"
    outcome = VisitOutcome.ITEMS if stored.changed else VisitOutcome.UNCHANGED
    return _record(
        feed,
        findings,
        now,
        outcome=outcome,
        words=words,
        http_status=page.status,
        items=len(parsed.items) if parsed else 0,
        new_items=stored.new,
    )


def record_failure(feed: Feed, findings: Findings, trouble: FeedTrouble, now: dt.datetime) -> FeedVisit:
    """The visit and when to try again; validators and articles stay as they are."""
    feed.failures += 1
    wait = schedule.after_failure(feed.interval, feed.failures)
    feed.state = FeedState.FAILING
    if isinstance(trouble, RateLimited):
        feed.state = FeedState.LIMITED
        if trouble.retry_after is not None:
            wait = schedule.after_refusal(feed.interval, dt.timedelta(seconds=trouble.retry_after))
    elif isinstance(trouble, Gone) and _was_gone_long_ago(feed, now):
        feed.state = FeedState.GONE
    feed.next_fetch_at = now + wait
    status = trouble.status or (findings.page.status if findings.page else None)
    return _record(
        feed, findings, now, outcome=VisitOutcome.FAILED, words=str(trouble), trouble=trouble.kind, http_status=status
    )


def _items(count: int) -> str:
    return f"{count} item{'' if count == 1 else 's'}"


def _was_gone_long_ago(feed: Feed, now: dt.datetime) -> bool:
    """Whether the feed was gone a day ago already and was not seen since."""
    visits = FeedVisit.objects.filter(feed=feed)
    gone = visits.filter(trouble=Gone.kind, started_at__lte=now - GONE_AFTER)
    last_seen = visits.exclude(outcome=VisitOutcome.FAILED).order_by("-started_at").first()
    return (gone.filter(started_at__gt=last_seen.started_at) if last_seen else gone).exists()


def _record(feed: Feed, findings: Findings, now: dt.datetime, *, words: str, **visit: Any) -> FeedVisit:
    feed.last_visit_at, feed.last_outcome = now, words[:500]
    feed.save(update_fields=VISITED_FIELDS)
    return FeedVisit.objects.create(
        feed=feed, started_at=findings.started_at, took=findings.took, words=words[:500], **visit
    )
