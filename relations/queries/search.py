"""Where was that? Events and articles by their words, newest or best first, paged by keyset."""

from __future__ import annotations

import datetime as dt
import math
from collections.abc import Container, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from typing import Any

from django.contrib.postgres.search import SearchHeadline, SearchQuery, SearchRank, SearchVector
from django.db import OperationalError, connection, transaction
from django.db.models import F, FloatField, Func, Q, QuerySet, TextField, Value
from django.db.models.functions import Cast, Left
from psycopg.errors import QueryCanceled

from relations.codebook.event_types import event_types
from relations.errors import RelationsError
from relations.models import (
    Article,
    ArticleKind,
    ArticleText,
    ArticleVersion,
    CountryPair,
    Dataset,
    Event,
    EventFilters,
    EventText,
    Report,
    words_query,
)
from relations.models.events import Events
from relations.models.scores import learnt_log_odds
from relations.models.search_texts import LANGUAGE
from relations.queries.display import COLUMNS, EventFacts, EventWords, address, count, country_name, day_words, words_of
from relations.queries.timelines import CLOSES, OPENS, beyond, cursor_of, has_only_common_words, pieces
from relations.queries.understanding import Understanding
from relations.queries.vocabulary import persons

PAGE = 20
COUNTED = 1000  # more are not counted
RANKED = 1000  # best first looks at no more than the newest of these
NEWEST, BEST = "newest", "best"
ORDERS = {NEWEST: "Newest first", BEST: "Best first"}
# Fewer texts with the words than this are all fetched, and then put in order. Of more, the newest are looked for day by
# day. Left to itself PostgreSQL is often wrong about which it is: it can't tell how many texts have a rare word or a
# phrase. The best are chosen among many of the newest, which takes longer day by day.
FEW = {NEWEST: 5_000, BEST: 20_000}
SECONDS = 10  # longer no query may take
SNIPPET_FROM = 20_000  # characters of an article that its snippet is taken from

# Text cut at what was searched for: (text, whether it was).
Pieces = list[tuple[str, bool]]


@dataclass(frozen=True, slots=True)
class Asked:
    """What to look for. pairs: slugs; events of these pairs only, of all pairs where there are none. query: the words,
    None for any event of the pairs. article_query: the words of articles. nothing: all words are too common.
    few_events, few_articles: whether fewer than FEW texts have the words.
    """

    pairs: tuple[str, ...]
    query: Any
    article_query: Any
    since: dt.date | None
    until: dt.date | None
    order: str = NEWEST
    nothing: bool = False
    few_events: bool = True
    few_articles: bool = True


@dataclass(frozen=True, slots=True)
class FoundEvent:
    words: EventWords
    pieces: Pieces
    feed: str
    article_url: str


@dataclass(frozen=True, slots=True)
class FoundArticle:
    title: Pieces
    url: str
    feed: str
    date: str
    pieces: Pieces
    tag: str


@dataclass(frozen=True, slots=True)
class FoundEvents:
    """A page of events. next: cursor of the next page, empty at the end."""

    rows: list[FoundEvent]
    next: str


@dataclass(frozen=True, slots=True)
class FoundArticles:
    """A page of articles. next: cursor of the next page, empty at the end."""

    rows: list[FoundArticle]
    next: str


class SearchTooSlow(RelationsError):
    """A query took longer than SECONDS; the message says what to do."""


@contextmanager
def bounded() -> Iterator[None]:
    """No query in here takes longer than SECONDS. Raises SearchTooSlow."""
    try:
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute("SELECT set_config('statement_timeout', %s, true)", [str(round(1000 * SECONDS))])
            yield
    except OperationalError as trouble:
        if not isinstance(trouble.__cause__, QueryCanceled):
            raise
        raise SearchTooSlow(
            f"This search took more than {SECONDS} seconds and was given up. Name a country or choose dates."
        ) from trouble


def asked(understood: Understanding, order: str = NEWEST) -> Asked:
    """What to look for; three queries at most."""
    since, until = understood.since, understood.until
    if not understood.any or understood.event is not None:
        text = understood.text
        wanted = Asked((), words_query(text), words_query(text), since, until, order, has_only_common_words(text))
        return wanted if wanted.nothing else _counted(wanted)
    places = [_called(one.typed, [country_name(code) for code in one.of]) for one in understood.places]
    others = [_called(one.typed, [persons()[key].name for key in one.of]) for one in understood.persons]
    others += [_called(one.typed, []) for one in understood.offices]
    others += [_called(one.typed, [event_types()[slug].name for slug in one.of]) for one in understood.types]
    if understood.words:
        others.append(words_query(understood.words))
    pairs = tuple(CountryPair.slug_of(*codes) for codes in understood.pairs)
    wanted = Asked(
        pairs=pairs,
        query=_all(others if pairs else [*places, *others]),
        article_query=_all([*places, *others]),
        since=since,
        until=until,
        order=order,
    )
    return _counted(wanted)


def events(wanted: Asked, after: str = "", limit: int = PAGE, blind: Container[int] = ()) -> FoundEvents:
    """A page of events that count, of our own coding, in three queries at most. after: cursor of the page before;
    ValueError for one that is not. blind: as display.words_of has it."""
    found = _events(wanted)
    best = wanted.order == BEST and wanted.query is not None
    if best:
        newest = found.values("pk")[:RANKED]
        found = Event.objects.filter(pk__in=newest).annotate(rank=_rank("search_text__words", wanted.query))
        found = found.order_by("-rank", "-pk")
        if after:
            found = found.filter(_ranked_after(after))
    elif after:
        found = beyond(found, *cursor_of(after))
    rows = list(found.values_list(*COLUMNS, *(["rank"] if best else []))[: limit + 1])
    facts = [EventFacts(*row[: len(COLUMNS)]) for row in rows[:limit]]
    evidence = _evidence([event.id for event in facts], wanted.query)
    learnt = learnt_log_odds()
    more = ""
    if len(rows) > limit:
        last = facts[-1]
        more = f"{rows[limit - 1][-1]!r}_{last.id}" if best else f"{last.occurred_on}_{last.id}"
    nothing: tuple[Pieces, str, str] = ([], "", "")
    told = [FoundEvent(words_of(one, learnt, blind), *evidence.get(one.id, nothing)) for one in facts]
    return FoundEvents(told, more)


def count_events(wanted: Asked) -> int:
    """How many there are, up to COUNTED."""
    return _events(wanted).order_by().values("pk")[:COUNTED].count()


def articles(wanted: Asked, after: str = "", limit: int = PAGE) -> FoundArticles:
    """A page of articles, in two queries. after: cursor of the page before; ValueError for one that is not."""
    found = _articles(wanted)
    if wanted.order == BEST:
        newest = found.order_by("-published_at", "-pk").values("pk")[:RANKED]
        found = Article.objects.filter(pk__in=newest).annotate(rank=_rank("search_text__words", wanted.article_query))
        found = found.order_by("-rank", "-pk")
        if after:
            found = found.filter(_ranked_after(after))
    else:
        found = found.order_by("-published_at", "-pk")
        if after:
            moment, pk = _article_cursor(after)
            found = found.filter(Q(published_at__lte=moment), Q(published_at__lt=moment) | Q(pk__lt=pk))
    rows = list(found.select_related("feed").defer("sketch")[: limit + 1])
    texts = _snippets([article.pk for article in rows[:limit]], wanted.article_query)
    more = ""
    if len(rows) > limit:
        last: Any = rows[limit - 1]
        more = f"{last.rank!r}_{last.pk}" if wanted.order == BEST else f"{_moment_words(last.published_at)}_{last.pk}"
    return FoundArticles([_article_row(article, texts) for article in rows[:limit]], more)


def count_articles(wanted: Asked) -> int:
    """How many there are, up to COUNTED."""
    return _articles(wanted).order_by().values("pk")[:COUNTED].count()


def count_words(number: int, noun: str) -> str:
    return f"{COUNTED:,} {noun}s or more" if number >= COUNTED else count(number, noun)


def _events(wanted: Asked) -> Events:
    """All that fit, newest first."""
    newest_first: Events = Event.objects.filter(dataset=Dataset.OWN).newest_first()
    found = EventFilters(since=wanted.since, until=wanted.until).of(newest_first)
    if wanted.pairs:
        found = found.filter(pair__in=_pair_ids(wanted))
    if wanted.query is None:
        return found
    if wanted.few_events:
        return found.filter(pk__in=_event_texts(wanted).values("event")[: FEW[wanted.order]])
    return found.filter(search_text__words=wanted.query)


def _articles(wanted: Asked) -> QuerySet[Article]:
    if wanted.few_articles:
        found = Article.objects.filter(pk__in=_article_texts(wanted).values("article")[: FEW[wanted.order]])
    else:
        found = Article.objects.filter(search_text__words=wanted.article_query)
    if wanted.since:
        found = found.filter(published_at__gte=dt.datetime.combine(wanted.since, dt.time(), dt.UTC))
    if wanted.until:
        found = found.filter(published_at__lte=dt.datetime.combine(wanted.until, dt.time.max, dt.UTC))
    return found


def _counted(wanted: Asked) -> Asked:
    """Two queries."""
    few_events = (
        wanted.query is None or _event_texts(wanted).values("pk")[: FEW[wanted.order]].count() < FEW[wanted.order]
    )
    return replace(
        wanted,
        few_events=few_events,
        few_articles=_article_texts(wanted).values("pk")[: FEW[wanted.order]].count() < FEW[wanted.order],
    )


def _event_texts(wanted: Asked) -> QuerySet[EventText]:
    texts = EventText.objects.filter(words=wanted.query)
    return texts.filter(pair__in=_pair_ids(wanted)) if wanted.pairs else texts


def _article_texts(wanted: Asked) -> QuerySet[ArticleText]:
    return ArticleText.objects.filter(words=wanted.article_query)


def _pair_ids(wanted: Asked) -> QuerySet[CountryPair, int]:
    return CountryPair.objects.filter(slug__in=wanted.pairs).values_list("pk", flat=True)


def _evidence(event_ids: list[int], query: Any) -> dict[int, tuple[Pieces, str, str]]:
    """Of each event the report whose sentence says it best, and among equals most surely: with its feed and article."""
    reports = Report.objects.standing().filter(event_id__in=event_ids)
    if query is None:
        reports = reports.order_by("event_id", "-confidence", "pk").annotate(marked=F("sentence"))
    else:
        reports = reports.annotate(
            rank=SearchRank(SearchVector("sentence", config=LANGUAGE), query), marked=_marked("sentence", query)
        ).order_by("event_id", "-rank", "-confidence", "pk")
    rows = reports.distinct("event_id").values_list("event_id", "marked", "article__feed__title", "article_id")
    return {event: (pieces(text), feed, address("article", article)) for event, text, feed, article in rows}


def _snippets(article_ids: list[int], query: Any) -> dict[int, tuple[str, str]]:
    """The marked title of each article's newest version, and passages of its text with what was searched for."""
    passages = SearchHeadline(
        *(_without_marks(Left("text", SNIPPET_FROM)), query),
        config=LANGUAGE,
        start_sel=OPENS,
        stop_sel=CLOSES,
        max_words=30,
        min_words=12,
        max_fragments=2,
        fragment_delimiter=" … ",
    )
    newest = ArticleVersion.objects.filter(article_id__in=article_ids, number=F("article__version"))
    rows = newest.annotate(marked=_marked("title", query), passages=passages)
    return {article: (title, text) for article, title, text in rows.values_list("article_id", "marked", "passages")}


def _article_row(article: Article, texts: dict[int, tuple[str, str]]) -> FoundArticle:
    title, text = texts.get(article.pk, (article.title, ""))
    kind = "" if article.kind == ArticleKind.NEWS else str(ArticleKind(article.kind).label)
    return FoundArticle(
        title=pieces(title),
        url=address("article", article.pk),
        feed=article.feed.title,
        date=day_words(article.published_at.date()),
        pieces=pieces(text),
        tag="taken back by its publisher" if article.retracted_at else kind,
    )


def _marked(field: str, query: Any) -> SearchHeadline:
    """A text with marks around what was searched for."""
    return SearchHeadline(
        _without_marks(F(field)), query, config=LANGUAGE, start_sel=OPENS, stop_sel=CLOSES, highlight_all=True
    )


def _without_marks(text: Any) -> Any:
    """Whatever the text itself has of the characters that are used as marks."""
    return Func(text, Value(OPENS + CLOSES), Value(""), function="translate", output_field=TextField())


def _rank(field: str, query: Any) -> Cast:
    # As a double, which comes back from a cursor as it went into it.
    return Cast(SearchRank(F(field), query), FloatField())


def _called(typed: str, names: list[str]) -> Any:
    """What is told under the name that they typed, or under the one that it has here."""
    query = SearchQuery(typed, config=LANGUAGE)
    # Of several that may be meant, it is told by the word that they share.
    return query | SearchQuery(names[0], search_type="phrase", config=LANGUAGE) if len(names) == 1 else query


def _all(queries: list[Any]) -> Any:
    found = None
    for query in queries:
        found = query if found is None else found & query
    return found


def _ranked_after(cursor: str) -> Q:
    rank, _, pk = cursor.rpartition("_")
    if not math.isfinite(value := float(rank)):
        raise ValueError("not a rank")
    return Q(rank__lt=value) | Q(rank=value, pk__lt=int(pk))


def _article_cursor(text: str) -> tuple[dt.datetime, int]:
    moment, _, pk = text.partition("_")
    when = dt.datetime.fromisoformat(moment)
    if when.utcoffset() != dt.timedelta():  # in another zone the first and last moments of all are none in this one
        raise ValueError("a moment that is not of UTC")
    return when, int(pk)


def _moment_words(moment: dt.datetime) -> str:
    """Without a plus sign, which means a space in an address."""
    return moment.astimezone(dt.UTC).isoformat().replace("+00:00", "Z")
