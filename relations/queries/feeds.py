"""Are my sources well? The feeds by how much they need someone, with what came of their stories."""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection
from dataclasses import dataclass, replace
from typing import Any
from urllib.parse import urlencode

from django.db.models import Case, Count, Exists, IntegerField, OuterRef, Q, QuerySet, Value, When, Window
from django.utils import timezone

from relations.models import READ_LANGUAGES, Article, ArticleKind, Feed, FeedAlert, FeedGap, FeedKind, FeedState, Report
from relations.queries.display import count
from relations.queries.feeds_words import LATELY, STATES, TROUBLES, FeedWords, feed_words, moment, name_of

PAGE = 50
TROUBLE = "trouble"  # as a filter: any of TROUBLES
NO_FOLDER = "/"  # as a filter; no folder is called so
MONTH = dt.timedelta(days=30)
# Articles from which the coder takes what it finds: Article.unread_because, in SQL.
READ = Q(tagged_at__isnull=False, retracted_at=None, language__in=["", *READ_LANGUAGES]) & ~Q(kind=ArticleKind.OPINION)


@dataclass(frozen=True, slots=True)
class FeedFilters:
    """What to show. Empty means everything; state: a key of STATES or TROUBLE; words: all in title or address."""

    state: str = ""
    words: str = ""
    folder: str = ""  # with the folders in it; or NO_FOLDER

    @property
    def query(self) -> str:
        """For an address, without a question mark."""
        given = {"state": self.state, "q": self.words, "folder": self.folder}
        return urlencode({name: value for name, value in given.items() if value})

    def choose(self, feeds: QuerySet[Any]) -> QuerySet[Any]:
        feeds = self.choose_but_state(feeds)
        if self.state == FeedKind.MANUAL:
            return feeds.filter(kind=FeedKind.MANUAL)
        if self.state:
            feeds = feeds.filter(kind=FeedKind.POLLED, paused=self.state == "paused")
        if self.state in FeedState.values:
            feeds = feeds.filter(state=self.state)
        return feeds.filter(state__in=TROUBLES) if self.state == TROUBLE else feeds

    def choose_but_state(self, feeds: QuerySet[Any]) -> QuerySet[Any]:
        for word in self.words.split():
            feeds = feeds.filter(Q(title__icontains=word) | Q(url__icontains=word))
        if self.folder == NO_FOLDER:
            return feeds.filter(folder="")
        if self.folder:
            feeds = feeds.filter(Q(folder=self.folder) | Q(folder__startswith=f"{self.folder}/"))
        return feeds


@dataclass(frozen=True, slots=True)
class Figures:
    """What a feed brought, and what the coder made of it."""

    week: int = 0  # items first seen in the last 7 days
    read: int = 0  # articles of the last 30 days that the coder read
    told: int = 0  # those of them that became part of an event

    @property
    def share(self) -> str:
        return f"{100 * self.told / self.read:.0f} %" if self.read else "–"

    @property
    def share_words(self) -> str:
        if not self.read:
            return "The coder read none of its stories in the last 30 days."
        return f"{self.told:,} of {count(self.read, 'story', 'stories')} read in the last 30 days"


@dataclass(frozen=True, slots=True)
class FeedRow:
    words: FeedWords
    figures: Figures
    flags: list[str]


@dataclass(frozen=True, slots=True)
class StateCount:
    """A state and how many feeds are in it; key: as FeedFilters.state has it."""

    key: str
    label: str
    tone: str
    number: int
    query: str  # that chooses them, with the other filters as they are


@dataclass(frozen=True, slots=True)
class FeedPage:
    rows: list[FeedRow]
    next: str  # cursor of the next page, empty at the end
    counts: list[StateCount]


def feeds(filters: FeedFilters | None = None, after: str = "") -> FeedPage:
    """A page of feeds, the most troubled first. after: cursor of the page before; ValueError for one that is not."""
    filters, now = filters or FeedFilters(), timezone.now()
    found = filters.choose(_ranked()).annotate(has_gap=_gap_since(now - LATELY)).order_by("rank", "title", "pk")
    if after:
        rank, pk, title = _cursor(after)
        later = Q(title__gt=title) | Q(title=title, pk__gt=pk)
        found = found.filter(Q(rank__gt=rank) | Q(later, rank=rank))
    rows = list(found[: PAGE + 1])
    last = rows[PAGE - 1] if len(rows) > PAGE else None
    shown = rows[:PAGE]
    figures = figures_of([feed.pk for feed in shown], now)
    return FeedPage(
        [FeedRow(feed_words(feed, now), figures.get(feed.pk, Figures()), flags(feed, now)) for feed in shown],
        f"{last.rank}_{last.pk}_{last.title}" if last else "",
        _counts(filters),
    )


def chosen(filters: FeedFilters) -> QuerySet[Feed]:
    """The feeds with an address that these filters choose, by folder and title."""
    return filters.choose(Feed.objects.polled()).order_by("folder", "title", "pk")


def known_at(addresses: Collection[str]) -> dict[str, Feed]:
    """The feeds that have these addresses, by address."""
    return {feed.url: feed for feed in Feed.objects.filter(url__in=addresses)}


def folders() -> list[str]:
    """All names, those of folders that hold others too."""
    used = Feed.objects.exclude(folder="").order_by().values_list("folder", flat=True).distinct()
    parts = [folder.split("/") for folder in used]
    return sorted({"/".join(names[:depth]) for names in parts for depth in range(1, len(names) + 1)})


def figures_of(ids: Collection[int], now: dt.datetime) -> dict[int, Figures]:
    """By feed; without those that brought nothing in 30 days."""
    in_event = Exists(Report.objects.standing().filter(article=OuterRef("pk"), event__isnull=False))
    found = (
        Article.objects.filter(feed__in=ids, first_seen_at__gt=now - MONTH)
        .order_by()
        .values("feed")
        .annotate(
            week=Count("pk", filter=Q(first_seen_at__gt=now - dt.timedelta(days=7))),
            read=Count("pk", filter=READ),
            told=Count("pk", filter=READ & Q(in_event)),
        )
    )
    return {row["feed"]: Figures(row["week"], row["read"], row["told"]) for row in found}


def flags(feed: Feed, now: dt.datetime) -> list[str]:
    """What is to be known besides the state, in a few words each. Needs ``has_gap`` annotated."""
    return [
        *(["items may have been lost"] if getattr(feed, "has_gap", False) else []),
        *(["noisy"] if feed.noisy_at and feed.noisy_at > now - LATELY else []),
        *(["moved"] if feed.moved_to else []),
    ]


# -- alerts ---------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Alerts:
    """number: of feeds that need someone. named: those longest in trouble, as "Post (failing since ...)"."""

    number: int
    named: list[str]

    @property
    def more(self) -> int:
        return self.number - len(self.named)


def open_alerts(named: int = 3) -> Alerts:
    alerts = (
        FeedAlert.objects.filter(ended_at=None, feed__paused=False)
        .select_related("feed")
        .annotate(number=Window(Count("pk")))
        .order_by("began_at", "pk")[:named]
    )
    words = [
        f"{name_of(alert.feed)} ({FeedState(alert.state).label} since {moment(alert.began_at)})" for alert in alerts
    ]
    return Alerts(alerts[0].number if words else 0, words)


# -- parts ----------------------------------------------------------------------------------------------------------


def _ranked() -> QuerySet[Any]:
    """With ``rank``: the place of the state in STATES."""
    places = {state: Value(place) for place, state in enumerate(STATES)}
    by_state = [When(state=state, then=places[state]) for state in FeedState.values]
    rank = Case(
        When(kind=FeedKind.MANUAL, then=places[FeedKind.MANUAL.value]),
        When(paused=True, then=places["paused"]),
        *by_state,
        output_field=IntegerField(),
    )
    return Feed.objects.annotate(rank=rank)


def _gap_since(then: dt.datetime) -> Exists:
    return Exists(FeedGap.objects.filter(feed=OuterRef("pk"), noticed_at__gt=then))


def _cursor(text: str) -> tuple[int, int, str]:
    rank, pk, title = text.split("_", 2)
    if "\x00" in title or len(rank) > 2 or len(pk) > 18:
        raise ValueError("not a place in this list")
    return int(rank), int(pk), title


def _counts(filters: FeedFilters) -> list[StateCount]:
    """Of all states that some feed is in or that is asked for, and of all troubles together."""
    found = filters.choose_but_state(_ranked()).order_by().values("rank").annotate(number=Count("pk"))
    by_rank = {row["rank"]: row["number"] for row in found}
    by_state = {state: by_rank.get(place, 0) for place, state in enumerate(STATES)}
    rows = [
        ("", "all", "", sum(by_state.values())),
        (TROUBLE, "in trouble", "", sum(by_state[state] for state in TROUBLES)),
        *((state, label, tone, by_state[state]) for state, (label, tone) in STATES.items()),
    ]
    return [
        StateCount(key, label, tone, number, replace(filters, state=key).query)
        for key, label, tone, number in rows
        if number or key in ("", filters.state)
    ]
