"""Events as rows for files: all that fit, in the order of the page that shows them, fetched piece by piece."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from dataclasses import dataclass

from relations.codebook.event_types import event_types
from relations.models import CountryPair, Event, EventFilters, Report
from relations.models.scores import learnt_log_odds
from relations.models.words import STANDING
from relations.queries.display import EventWords, address, facts_of, probability_of, words_of
from relations.queries.overview import SIDES
from relations.queries.timelines import beyond, events_of

PIECE = 1000


@dataclass(frozen=True, slots=True)
class EventRow:
    """One event. source, target: codes; of what both did at once in the pair's order. probability: 0..1, None for
    events that don't count. planned: days named for a planned act. sentence, feed, article, article_path: of the
    report that says it surest; empty where no report stands. article: the address at its source."""

    id: int
    date: dt.date
    precision: str
    type: str
    type_name: str
    cameo: str
    plover: str
    source: str
    source_name: str
    source_actor: str
    direction: int
    target: str
    target_name: str
    target_actor: str
    stage: str
    status: str
    probability: float | None
    reports: int
    sources: int
    place: str
    planned: list[dt.date]
    planned_words: str
    engagement: int | None
    corrected_fields: list[str]
    sentence: str
    feed: str
    article: str
    article_path: str
    path: str
    words: EventWords
    created_at: dt.datetime
    updated_at: dt.datetime


def event_rows(pair: CountryPair, filters: EventFilters, limit: int | None = None) -> Iterator[EventRow]:
    """The events of a pair that fit, newest first, at most ``limit``; two queries for a thousand of them."""
    events = events_of(pair, filters).select_related(*SIDES)
    last: Event | None = None
    given = 0
    while True:
        size = PIECE if limit is None else min(PIECE, limit - given)
        piece = list((beyond(events, last.occurred_on, last.pk) if last else events)[:size]) if size > 0 else []
        if not piece:
            return
        evidence = _evidence([event.pk for event in piece])
        learnt = learnt_log_odds()
        for event in piece:
            yield _row(event, learnt, *evidence.get(event.pk, ("", "", "", "")))
        given += len(piece)
        if len(piece) < size:
            return
        last = piece[-1]


def _evidence(event_ids: list[int]) -> dict[int, tuple[str, str, str, str]]:
    """Of each event its surest report: sentence, title of the feed, address of the article and of its page here."""
    rows = Report.objects.surest(event_ids).values_list(
        "event_id", "sentence", "article__feed__title", "article__url", "article_id"
    )
    return {event: (sentence, feed, url, address("article", article)) for event, sentence, feed, url, article in rows}


def _row(event: Event, learnt: dict[str, float], sentence: str, feed: str, article: str, article_path: str) -> EventRow:
    kind, facts = event_types()[event.type], facts_of(event)
    words = words_of(facts, learnt)
    return EventRow(
        id=event.pk,
        date=event.occurred_on,
        precision=event.precision,
        type=event.type,
        type_name=kind.name,
        cameo=kind.cameo,
        plover=kind.plover,
        source=event.source_id,
        source_name=words.who,
        source_actor=event.source_actor.name if event.source_actor else "",
        direction=event.direction,
        target=event.target_id,
        target_name=words.whom,
        target_actor=event.target_actor.name if event.target_actor else "",
        stage=event.stage,
        status=event.status,
        probability=round(probability_of(facts, learnt), 4) if event.status in STANDING else None,
        reports=event.report_count,
        sources=event.source_count,
        place=event.place,
        planned=event.planned_on,
        planned_words=event.planned_words,
        engagement=event.engagement_id,
        corrected_fields=event.corrected_fields,
        sentence=sentence,
        feed=feed,
        article=article,
        article_path=article_path,
        path=words.url,
        words=words,
        created_at=event.created_at,
        updated_at=event.updated_at,
    )
