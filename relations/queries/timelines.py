"""What happened between these two? One pair's events by day, newest first, filtered and paged by keyset."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Container, Iterable, Sequence
from dataclasses import dataclass
from itertools import groupby
from typing import Any, NamedTuple

from django.contrib.postgres.search import SearchHeadline
from django.db import connection
from django.db.models import F, Q

from relations.models import CountryPair, Dataset, Event, EventFilters, PairStanding, Report, words_query
from relations.models.events import Events
from relations.models.scores import learnt_log_odds
from relations.models.search_texts import LANGUAGE
from relations.queries.display import COLUMNS, EventFacts, EventWords, address, count, day_words, words_of
from relations.queries.scores import share

PAGE = 50
# Marks around the words that were searched for: characters that no text has, from the area for private use.
OPENS, CLOSES = "\ue000", "\ue001"
_MARKED = re.compile(f"{OPENS}([^{CLOSES}]*){CLOSES}")


class Evidence(NamedTuple):
    """The report that says surest that an event happened. pieces: (text, whether it was searched for)."""

    pieces: list[tuple[str, bool]]
    feed: str
    article_url: str

    @property
    def sentence(self) -> str:
        return "".join(text for text, _ in self.pieces)


@dataclass(frozen=True, slots=True)
class TimelineEvent:
    """One event of the list, with the sentence it was read from. share: of today's score, signed. reports: as a link
    to them says."""

    words: EventWords
    share: str
    evidence: Evidence | None
    reports: str


@dataclass(frozen=True, slots=True)
class TimelineDay:
    date: dt.date
    label: str
    events: list[TimelineEvent]


@dataclass(frozen=True, slots=True)
class TimelinePage:
    days: list[TimelineDay]
    next: str  # cursor of the next page, empty at the end


def find_pair(slug: str) -> CountryPair | None:
    if "\0" in slug:  # for this the database can't even be asked
        return None
    return CountryPair.objects.select_related("first", "second").filter(slug=slug).first()


def standing_of(pair: CountryPair) -> PairStanding | None:
    return PairStanding.objects.filter(pair=pair, dataset=Dataset.OWN).first()


def events_of(pair: CountryPair, filters: EventFilters) -> Events:
    """The events of a pair that fit, newest first."""
    return filters.of(Event.objects.filter(pair=pair, dataset=Dataset.OWN)).newest_first()


def beyond(events: Events, day: dt.date, pk: int) -> Events:
    """Those that stand after this one in a list, newest first."""
    # The first half bounds the index scan; the second breaks ties within the day.
    return events.filter(Q(occurred_on__lte=day), Q(occurred_on__lt=day) | Q(pk__lt=pk))


def for_pair(
    pair: CountryPair,
    filters: EventFilters,
    standing: PairStanding | None,
    after: str = "",
    limit: int = PAGE,
    blind: Container[int] = (),
) -> TimelinePage:
    """A page of the pair's events in two queries. after: cursor of the page before; ValueError for one that is not.
    blind: as display.words_of has it."""
    events = events_of(pair, filters)
    went_on = None
    if after:
        day, pk = cursor_of(after)
        went_on = day  # the page before may have ended in the middle of this day
        events = beyond(events, day, pk)
    found = [EventFacts(*row) for row in events.values_list(*COLUMNS)[: limit + 1]]
    page = found[:limit]
    evidence = best_reports([event.id for event in page], filters.words)
    learnt = learnt_log_odds()
    days = [
        TimelineDay(
            day,
            f"{day_words(day)}, continued" if day == went_on else day_words(day),
            [
                TimelineEvent(
                    words=words_of(event, learnt, blind),
                    share="" if event.id in blind else share(event, standing, learnt),
                    evidence=evidence.get(event.id),
                    reports=f"Show {count(event.report_count, 'report')}",
                )
                for event in of_day
            ],
        )
        for day, of_day in groupby(page, key=lambda event: event.occurred_on)
    ]
    return TimelinePage(days, f"{page[-1].occurred_on}_{page[-1].id}" if len(found) > limit else "")


def best_reports(event_ids: Iterable[int], words: str = "") -> dict[int, Evidence]:
    """For each event the report that says it most surely, the first of equals. words: to be marked in its sentence."""
    reports = Report.objects.surest(event_ids)
    if words:
        marked: Any = SearchHeadline(
            *("sentence", words_query(words)),
            config=LANGUAGE,
            start_sel=OPENS,
            stop_sel=CLOSES,
            highlight_all=True,
        )
    else:
        marked = F("sentence")
    rows = reports.annotate(marked=marked).values_list("event_id", "marked", "article__feed__title", "article_id")
    return {
        event_id: Evidence(pieces(text), feed, address("article", article)) for event_id, text, feed, article in rows
    }


def pieces(marked: str) -> list[tuple[str, bool]]:
    """A marked text cut at its marks, as (text, whether it was searched for)."""
    if OPENS not in marked:
        return [(marked, False)]
    parts: Sequence[str] = _MARKED.split(marked)
    return [(text, at % 2 == 1) for at, text in enumerate(parts) if text]


def has_only_common_words(words: str) -> bool:
    """Whether nothing is left of the words to search for, as all of them are in every text ("the", "of")."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT numnode(websearch_to_tsquery(%s, %s)) = 0", [LANGUAGE, words])
        return bool(cursor.fetchone()[0])


def cursor_of(text: str) -> tuple[dt.date, int]:
    """The day and id that a cursor names. Raises ValueError."""
    day, _, pk = text.partition("_")
    return dt.date.fromisoformat(day), int(pk)
