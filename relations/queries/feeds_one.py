"""One feed: how it is, what came of its visits, what it brought."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass, field
from typing import Any

from django.db.models import Count, OuterRef, Q, Subquery
from django.utils import timezone
from django.utils.timesince import timesince

from relations.errors import RelationsError
from relations.models import (
    Article,
    Feed,
    FeedAlert,
    FeedGap,
    FeedKind,
    FeedState,
    FeedVisit,
    Host,
    Report,
    VisitOutcome,
)
from relations.queries.feeds import LATELY, Figures, figures_of
from relations.queries.feeds_words import FeedWords, advice, feed_words, moment

VISITS = 50
ARTICLES = 20
FEW = 10  # of gaps and alerts


@dataclass(frozen=True, slots=True)
class VisitRow:
    visit: FeedVisit
    outcome: str
    tone: str  # well, waiting or trouble
    took: str


@dataclass(frozen=True, slots=True)
class VisitPage:
    rows: list[VisitRow]
    next: str  # cursor of the next page, empty at the end


@dataclass(frozen=True, slots=True)
class ArticleRow:
    article: Article
    events: int
    unread: str  # why the coder has taken nothing from it, in words


@dataclass(frozen=True, slots=True)
class Secrets:
    """What is kept encrypted for a feed, as far as it may be told. trouble: why it can't be read, in words."""

    headers: list[str] = field(default_factory=list)  # their names
    password: bool = False  # or a user name
    trouble: str = ""

    @property
    def any(self) -> bool:
        return bool(self.headers or self.password or self.trouble)


@dataclass(frozen=True, slots=True)
class OneFeed:
    words: FeedWords
    advice: str
    notes: list[str]  # what else is to be known, in sentences
    interval: str
    figures: Figures
    stories: int
    secrets: Secrets
    visits: VisitPage
    gaps: list[str]
    alerts: list[str]
    articles: list[ArticleRow]


def one_feed(feed: Feed, after: str = "") -> OneFeed:
    """after: cursor of the page of visits before; ValueError for one that is not."""
    now = timezone.now()
    words = feed_words(feed, now)
    visited = feed.kind == FeedKind.POLLED
    gaps = list(FeedGap.objects.filter(feed=feed)[:FEW]) if visited else []
    return OneFeed(
        words=words,
        advice=advice(words),
        notes=_notes(feed, gaps, now) if visited else [],
        interval=timesince(now - feed.interval, now, depth=2),
        figures=figures_of([feed.pk], now).get(feed.pk, Figures()),
        stories=Article.objects.filter(feed=feed).count(),
        secrets=secrets_of(feed),
        visits=visits(feed, after) if visited else VisitPage([], ""),
        gaps=[_gap_words(gap) for gap in gaps],
        alerts=[_alert_words(alert) for alert in FeedAlert.objects.filter(feed=feed)[:FEW]] if visited else [],
        articles=_articles(feed),
    )


def visits(feed: Feed, after: str = "") -> VisitPage:
    """A page of the log, newest first. after: cursor of the page before; ValueError for one that is not."""
    found = FeedVisit.objects.filter(feed=feed).order_by("-started_at", "-pk")
    if after:
        at, pk = _cursor(after)
        found = found.filter(Q(started_at__lt=at) | Q(started_at=at, pk__lt=pk))
    rows = list(found[: VISITS + 1])
    last = rows[VISITS - 1] if len(rows) > VISITS else None
    return VisitPage(
        [_visit_row(visit) for visit in rows[:VISITS]], f"{last.started_at:%Y%m%dT%H%M%S.%f}_{last.pk}" if last else ""
    )


def secrets_of(feed: Feed) -> Secrets:
    try:
        kept = feed.secrets()
    except RelationsError as trouble:
        return Secrets(trouble=str(trouble))
    return Secrets(sorted(kept.get("headers", {})), bool(kept.get("user") or kept.get("password")))


def _cursor(text: str) -> tuple[dt.datetime, int]:
    at, _, pk = text.partition("_")
    if len(pk) > 18:
        raise ValueError("not a visit")
    return dt.datetime.strptime(at, "%Y%m%dT%H%M%S.%f").replace(tzinfo=dt.UTC), int(pk)


def _visit_row(visit: FeedVisit) -> VisitRow:
    outcome = VisitOutcome(visit.outcome)
    tone = {VisitOutcome.ITEMS: "well", VisitOutcome.FAILED: "trouble"}.get(outcome, "waiting")
    return VisitRow(visit, outcome.label, tone, f"{visit.took.total_seconds():.1f} s")


def _notes(feed: Feed, gaps: list[FeedGap], now: dt.datetime) -> list[str]:
    notes = []
    if gaps and gaps[0].noticed_at > now - LATELY:
        notes.append("Items may have been lost: more came between two visits than the feed shows.")
    if feed.hurry_until and feed.hurry_until > now:
        notes.append(f"It is visited more often until {moment(feed.hurry_until)}, so that the next ones are not.")
    if feed.noisy_at and feed.noisy_at > now - LATELY:
        notes.append("Some of its items change at nearly every visit; of those not every version is kept.")
    if feed.moved_to:
        since = f" since {moment(feed.moved_since)}" if feed.moved_since else ""
        notes.append(
            f"Its server says{since} that it has moved for good to {feed.moved_to}. That address is taken over when it "
            "has proved to be the same feed, in about two days."
        )
    host = Host.objects.filter(pk=feed.domain, paused_until__gt=now).first()
    if host and host.paused_until:
        notes.append(
            f"{host} asked for fewer requests: none of its feeds is visited before {moment(host.paused_until)}."
        )
    return notes


def _gap_words(gap: FeedGap) -> str:
    since = moment(gap.since) if gap.since else "the first visit"
    return f"Noticed {moment(gap.noticed_at)}: what came between {since} and {moment(gap.until)} may be missing."


def _alert_words(alert: FeedAlert) -> str:
    state = FeedState(alert.state).label
    until = f"until {moment(alert.ended_at)}" if alert.ended_at else "to this day"
    return f"{state[:1].upper()}{state[1:]} from {moment(alert.began_at)} {until}: {alert.words}"


def _articles(feed: Feed) -> list[ArticleRow]:
    reports = Report.objects.standing().filter(article=OuterRef("pk"), event__isnull=False).order_by()
    events: Any = Subquery(reports.values("article").annotate(n=Count("event", distinct=True)).values("n"))
    newest = Article.objects.filter(feed=feed).annotate(events=events).order_by("-first_seen_at", "-pk")[:ARTICLES]
    return [ArticleRow(article, getattr(article, "events", 0) or 0, _unread(article)) for article in newest]


def _unread(article: Article) -> str:
    if article.unread_because:
        return f"Not read: {article.unread_because}."
    if article.tagged_at is not None:
        return ""
    return (
        "Not read yet: its page is fetched first." if article.waits_for_page else "Not read yet: the coder is to come."
    )
