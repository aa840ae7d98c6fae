"""Writes of ingest: which articles are copies of one story."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Sequence

from django.db import connection
from django.db.models import F, Q

from relations.ingest.similar import are_copies, is_short, likely_copies, shingles
from relations.models import Article, ArticleVersion, Event, Report

COPIED_WITHIN = dt.timedelta(days=3)
# The lock of those who add articles. Any number will do, as long as nothing else locks it.
ADDING_ARTICLES = 0x44594144


def wait_for_others_who_add_articles() -> None:
    """Add articles one transaction after the other, so that ids follow the order of commits. Two feeds stored at once
    would not see each other's copies of a story, and agency stories come in many feeds at once."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s)", [ADDING_ARTICLES])


def link_copies(articles: Sequence[Article]) -> None:
    """Point each of these articles that is a copy at the first article of its story, and those stored later that are
    copies of these: the text of a page often comes after its reprints.

    Call it under wait_for_others_who_add_articles, with all articles saved. Their sketches say which others may be
    copies; only the texts of those are compared.
    """
    given = {article.pk: article for article in articles if article.sketch and article.copy_of_id is None}
    if not given:
        return
    others = {
        pk: (copy_of, published_at, bytes(sketch))
        for pk, copy_of, published_at, sketch in Article.objects.filter(
            published_near(article.published_at for article in given.values()), ~Q(sketch=b"")
        )
        .order_by("published_at", "pk")
        .values_list("pk", "copy_of_id", "published_at", "sketch")
    }
    likely = {
        # Links lead from later to earlier stored articles only, so they can't run in a circle.
        (max(pk, other), min(pk, other))
        for pk, other in likely_copies(
            {pk: bytes(article.sketch) for pk, article in given.items()},
            [(pk, sketch) for pk, (_, _, sketch) in others.items()],
        )
        if abs(given[pk].published_at - others[other][1]) <= COPIED_WITHIN
        and (other < pk or other in given or others[other][0] is None)
    }
    if not likely:
        return
    found = {pk: shingles(text) for pk, text in _texts({pk for pair in likely for pk in pair}) if not is_short(text)}
    earliest = {pk: rank for rank, pk in enumerate(others)}
    story_of: dict[int, int] = {}
    # In the order they were stored: the original of a copy may be new too, and a copy itself.
    for copy, original in sorted(likely, key=lambda pair: (pair[0], earliest[pair[1]])):
        if copy not in story_of and are_copies(found.get(copy), found.get(original)):
            story_of[copy] = story_of.get(original) or others[original][0] or original
            if copy in given:
                given[copy].copy_of_id = story_of[copy]
    if story_of:
        _write(story_of, known_before=story_of.keys() - given.keys())


def _write(story_of: dict[int, int], known_before: Iterable[int]) -> None:
    """known_before: those of the copies that the coder may have read as stories of their own."""
    # What was a copy of an article that has turned out to be one itself, is a copy of that one's original.
    followers = Article.objects.filter(copy_of__in=story_of).values_list("pk", "copy_of_id")
    moved = {pk: story_of[copy_of or 0] for pk, copy_of in followers} | story_of
    Article.objects.bulk_update([Article(pk=pk, copy_of_id=story) for pk, story in moved.items()], ["copy_of"])
    recounted = {*(moved.keys() - story_of.keys()), *known_before}
    if recounted:
        # Sources are counted by stories.
        told = Report.objects.filter(article__in=recounted, event__isnull=False).values("event")
        Event.objects.filter(pk__in=told).update(evidence_changed=True)


def _texts(pks: Iterable[int]) -> Iterable[tuple[int, str]]:
    newest = ArticleVersion.objects.filter(article__in=list(pks), number=F("article__version"))
    return newest.order_by().values_list("article_id", "text")


def published_near(dates: Iterable[dt.datetime]) -> Q:
    """Within 3 days of any of the dates, which may be years apart in a feed that shows its archive."""
    spans: list[tuple[dt.datetime, dt.datetime]] = []
    for date in sorted(dates):
        start, end = date - COPIED_WITHIN, date + COPIED_WITHIN
        if spans and start <= spans[-1][1]:
            start, _ = spans.pop()
        spans.append((start, end))
    near = Q()
    for span in spans:
        near |= Q(published_at__range=span)
    return near
