"""What needs an editor? Items of the queue, each with its sentence in context and what was read there."""

from __future__ import annotations

import datetime as dt
from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

from django.db.models import Count, F, Window
from django.db.models.functions import RowNumber
from django.urls import reverse
from django.utils import timezone

from relations.codebook.event_types import event_types
from relations.codebook.plain_words import stands_for_many
from relations.models import (
    Actor,
    ArticleVersion,
    CountryPair,
    DeskFilters,
    Direction,
    Event,
    Feed,
    Report,
    ReviewItem,
    ReviewState,
    Status,
    Verdict,
)
from relations.queries.display import MINUS, Choice, EventWords, count, country_name, event_words
from relations.queries.events import ReportWords, near_events, report_words
from relations.queries.overview import SIDES
from relations.tension.formula import weighs_as

# Of the reports of an item that are shown beside the surest; the event's page has all.
OTHERS_SHOWN = 4
CHOICES_SHOWN = 300
LONGEST_NAME = 120
AGES = {7: "of the last 7 days", 30: "of the last 30 days", 90: "of the last 90 days", 365: "of the last year"}


@dataclass(frozen=True, slots=True)
class NameOffer:
    """Words that stand for a country in a sentence, with where they can be made a name of one of its actors."""

    words: str
    country: str
    url: str


@dataclass(frozen=True, slots=True)
class Item:
    """An item of the queue. event: as the coder read it, also where another editor has judged it already.

    surest: the report that says it most surely; others: further ones; total: of all others, where not all are shown.
    worth: why a look is worth it, in words. is_second: a second opinion is asked for. names: words of the
    sentence that stand for a side and could be taught as a name of one of its actors.
    """

    event: Event
    words: EventWords
    definition: str
    worth: str
    surest: ReportWords | None
    others: list[ReportWords]
    more: bool
    total: int
    is_second: bool
    names: list[NameOffer]


@dataclass(frozen=True, slots=True)
class Panel:
    """What can be chosen at the desk: pairs and types with how many items wait, sources, ages."""

    pairs: list[Choice]
    types: list[Choice]
    sources: list[Choice]
    ages: list[Choice]


def items(event_ids: Sequence[int]) -> list[Item]:
    """These items in the order given, in six queries; those whose event has none any more are left out."""
    of_queue = {item.event_id: item for item in ReviewItem.objects.filter(event__in=event_ids).select_related("holder")}
    events = Event.objects.filter(pk__in=list(of_queue)).select_related(*SIDES, "pair__first", "pair__second")
    found = {event.pk: event for event in events}
    _show_as_read(found, of_queue)
    reports, totals = _reports(found)
    return [
        _item(found[pk], of_queue[pk], reports.get(pk, []), totals.get(pk, 0))
        for pk in event_ids
        if pk in found and pk in of_queue
    ]


def _item(event: Event, item: ReviewItem, reports: list[ReportWords], total: int) -> Item:
    return Item(
        event=event,
        words=event_words(event),
        definition=event.kind.definition,
        worth=_worth(event),
        surest=reports[0] if reports else None,
        others=reports[1:],
        more=total > len(reports),
        total=max(0, total - 1),
        is_second=item.state == ReviewState.SECOND,
        names=_names(event, reports[0]) if reports else [],
    )


def _names(event: Event, surest: ReportWords) -> list[NameOffer]:
    sides = {"source": surest.report.source_id, "target": surest.report.target_id}
    found = {}
    for piece in surest.pieces:
        country = sides.get(piece.mark, "")
        if country and len(piece.text) <= LONGEST_NAME and not stands_for_many(piece.text):
            query = urlencode({"name": piece.text, "country": country.lower()})
            found[piece.text] = NameOffer(piece.text, country_name(country), f"{reverse('desk-add-name')}?{query}")
    return list(found.values())


def _worth(event: Event) -> str:
    weight = weighs_as(event.type, event.stage).goldstein
    signed = f"{weight:+g}".replace("-", MINUS)
    told = f"told {count(event.report_count, 'time')} by {count(event.source_count, 'source')}"
    return f"weight {signed} of {MINUS}10 to +10, {told}"


def _show_as_read(events: dict[int, Event], of_queue: dict[int, ReviewItem]) -> None:
    """Items that wait for a second opinion as the coder read them: the first opinion must not be seen."""
    waiting = (pk for pk, item in of_queue.items() if item.state == ReviewState.SECOND)
    show_as_read({pk: events[pk] for pk in waiting if pk in events})


def show_as_read(events: Mapping[int, Event]) -> None:
    """Let events, which are not saved, say what the coder read, where an editor judged it; two queries. Needs pair with
    its countries fetched with each."""
    if not events:
        return
    verdicts = Verdict.objects.standing().filter(event__in=list(events)).order_by("event_id", "pk").distinct("event_id")
    readings = {verdict.event_id: verdict.reading for verdict in verdicts}
    wanted = {reading[side] for reading in readings.values() for side in ("first_actor", "second_actor")}
    actors = Actor.objects.in_bulk([pk for pk in wanted if pk])
    for pk, reading in readings.items():
        show_reading(events[pk], reading, actors)


def show_reading(event: Event, reading: dict, actors: dict[int, Actor]) -> None:
    """Let an event, which is not saved, say what was read; actors: those of the reading by id."""
    for field in ("type", "direction", "precision", "stage", "place", "confidence"):
        setattr(event, field, reading[field])
    event.occurred_on = dt.date.fromisoformat(reading["occurred_on"])
    event.status, event.corrected_fields, event.note = Status.CODED, [], ""
    first, second = event.pair.first, event.pair.second
    turned = event.direction == Direction.BACKWARD
    if event.direction != Direction.MUTUAL:
        event.source, event.target = (second, first) if turned else (first, second)
    of = {first.pk: actors.get(reading["first_actor"]), second.pk: actors.get(reading["second_actor"])}
    event.source_actor, event.target_actor = of[event.source_id], of[event.target_id]


def _reports(events: Collection[int]) -> tuple[dict[int, list[ReportWords]], dict[int, int]]:
    """By event its standing reports in words, the surest first and OTHERS_SHOWN more, and how many it has; two
    queries, of no more reports than are shown."""
    surest_first = (F("confidence").desc(), F("article__copy_of").asc(nulls_first=True), F("pk").asc())
    ranked = Report.objects.standing().filter(event__in=list(events)).select_related("article__feed")
    ranked = ranked.annotate(
        rank=Window(RowNumber(), partition_by=F("event"), order_by=surest_first),
        total=Window(Count("pk"), partition_by=F("event")),
    )
    reports = list(ranked.filter(rank__lte=1 + OTHERS_SHOWN).order_by("event", "rank"))
    texts = {
        (version.article_id, version.number): version.text
        for version in ArticleVersion.objects.filter(article__in=[report.article_id for report in reports])
    }
    found: dict[int, list[ReportWords]] = {}
    totals: dict[int, int] = {}
    for report in reports:
        event_id = report.event_id or 0
        totals[event_id] = report.total
        words = report_words(report, texts.get((report.article_id, report.version), ""))
        found.setdefault(event_id, []).append(words)
    return found, totals


def panel(filters: DeskFilters) -> Panel:
    """The choices, in three queries. A choice that has nothing waiting any more is offered while it is chosen."""
    waiting = ReviewItem.objects.filter(state=ReviewState.WAITING).order_by()
    by_pair: Counter[int] = Counter()
    by_type: Counter[str] = Counter()
    for of_pair, slug, number in waiting.values_list("pair", "type").annotate(number=Count("pk")):
        by_pair[of_pair] += number
        by_type[slug] += number
    ids = [pk for pk, _ in by_pair.most_common(CHOICES_SHOWN)] + ([filters.pair] if filters.pair else [])
    pairs = CountryPair.objects.filter(pk__in=ids).select_related("first", "second")
    named = sorted((f"{pair.first.name} – {pair.second.name}", pair.slug, pair.pk) for pair in pairs)
    kinds = event_types()
    slugs = sorted(
        {*by_type, *([filters.type] if filters.type else [])} & set(kinds), key=lambda slug: kinds[slug].name
    )
    feeds = Feed.objects.order_by("title").values_list("pk", "title")[:CHOICES_SHOWN]
    return Panel(
        pairs=[Choice(slug, f"{name} ({by_pair[pk]:,})", pk == filters.pair) for name, slug, pk in named],
        types=[Choice(slug, f"{kinds[slug].name} ({by_type[slug]:,})", slug == filters.type) for slug in slugs],
        sources=[Choice(str(pk), title, pk == filters.source) for pk, title in feeds],
        ages=[Choice(str(number), label, number == filters.days) for number, label in AGES.items()],
    )


def waiting_words(filters: DeskFilters) -> str:
    """How many items wait that fit, in words; one query."""
    return count(filters.of(ReviewItem.objects.filter(state=ReviewState.WAITING)).count(), "event")


def as_shown(event: Event) -> dict[str, Any]:
    """The event by the names of Event.as_edited as the desk shows it: as read, where a second opinion is asked for."""
    item = ReviewItem.objects.filter(event=event).first()
    if item is not None:
        _show_as_read({event.pk: event}, {event.pk: item})
    return event.as_edited()


def judged_today(editor_id: int) -> int:
    """How many verdicts an editor has given today (UTC) that stand."""
    midnight = dt.datetime.combine(timezone.now().date(), dt.time(), dt.UTC)
    return Verdict.objects.standing().filter(editor=editor_id, given_at__gte=midnight).count()


def in_words(event: Event) -> str:
    """An event in one line: "Armed clash, India ↔ Pakistan, 1 September 2026"."""
    words = event_words(event)
    return f"{words.type}, {words.who} {words.link} {words.whom}, {words.date}"


def lines(event_ids: Sequence[int]) -> list[EventWords]:
    """Events in words, in the order given; one query."""
    events = Event.objects.select_related(*SIDES).in_bulk(list(event_ids))
    return [event_words(events[pk]) for pk in event_ids if pk in events]


def near(event: Event) -> list[EventWords]:
    """Events of the pair that could be the same: NEAR around, the latest first, at most NEAR_SHOWN before and after."""
    return near_events(event)
