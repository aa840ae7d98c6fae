"""Are my sources well? The feeds with their last outcome in words."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

from django.db.models import Count, OuterRef, Q, Subquery
from django.utils import timezone
from django.utils.timesince import timesince, timeuntil

from relations.models import Article, Feed, FeedState

PAGE = 100


@dataclass(frozen=True, slots=True)
class FeedRow:
    feed: Feed
    state: str
    tone: str  # well, waiting, trouble or paused
    outcome: str
    last_visit: str
    next_visit: str
    items_a_week: int
    items: int


@dataclass(frozen=True, slots=True)
class FeedPage:
    rows: list[FeedRow]
    next: str


def feeds(after: str = "") -> FeedPage:
    """A page of feeds by title. after: cursor of the page before; ValueError for one that is not."""
    now = timezone.now()
    of_feed = Article.objects.filter(feed=OuterRef("pk")).order_by().values("feed")
    lately = of_feed.filter(first_seen_at__gt=now - dt.timedelta(days=7))
    # Counted for the feeds that are shown only; a join would count for all before it shows some.
    found = Feed.objects.annotate(
        items=Subquery(of_feed.annotate(n=Count("pk")).values("n")),
        items_a_week=Subquery(lately.annotate(n=Count("pk")).values("n")),
    ).order_by("title", "pk")
    if after:
        pk, _, title = after.partition("_")
        if "\x00" in title:
            raise ValueError("no title has this character")
        found = found.filter(Q(title__gt=title) | Q(title=title, pk__gt=int(pk)))
    rows = list(found[: PAGE + 1])
    last = rows[PAGE - 1] if len(rows) > PAGE else None
    return FeedPage([_row(feed, now) for feed in rows[:PAGE]], f"{last.pk}_{last.title}" if last else "")


def _ago(then: dt.datetime | None, now: dt.datetime) -> str:
    if then is None:
        return "never"
    if now - then < dt.timedelta(minutes=1):
        return "just now"
    return f"{timesince(then, now, depth=1)} ago"


def _row(feed: Feed, now: dt.datetime) -> FeedRow:
    if feed.paused:
        state, tone = "paused", "paused"
    else:
        state = FeedState(feed.state).label
        tone = {FeedState.OK: "well", FeedState.NEW: "waiting"}.get(FeedState(feed.state), "trouble")
    if feed.paused:
        next_visit = "when resumed"
    elif feed.next_fetch_at <= now:
        next_visit = "within a minute"
    else:
        next_visit = f"in {timeuntil(feed.next_fetch_at, now, depth=1)}"
    return FeedRow(
        feed=feed,
        state=state,
        tone=tone,
        outcome=feed.last_outcome or "Not visited yet.",
        last_visit=_ago(feed.last_visit_at, now),
        next_visit=next_visit,
        items_a_week=getattr(feed, "items_a_week", 0) or 0,
        items=getattr(feed, "items", 0) or 0,
    )
