"""A pair on one page, for a meeting in ten minutes."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.db.models import Case, Count, F, FloatField, IntegerField, QuerySet, Sum, Value, When, Window
from django.db.models.functions import RowNumber

from relations.codebook.event_types import event_types
from relations.codebook.weights import default_weights
from relations.models import CountryPair, Dataset, Direction, Engagement, Event, PairMonth, PairStanding, Stage, Status
from relations.models.words import STANDING
from relations.queries.chapters import ChapterWords, for_series
from relations.queries.display import EventWords, count, day_words, event_words
from relations.queries.engagement_words import EngagementWords, engagement_words
from relations.queries.engagements import WITH
from relations.queries.overview import SIDES
from relations.queries.pair_sides import counts_each_way, side_name
from relations.queries.pair_sources import Sources, sources
from relations.queries.scores import ScoreSeries, StandingWords, score_series, standing_words
from relations.queries.timelines import best_reports
from relations.tension.formula import full_evidence

CHAPTERS = 4  # the latest
GRAVEST = 3  # events of each
ENGAGEMENTS = 3  # planned, and as many that were
FEEDS = 4
LONG_AGO = 30  # days without any event that are worth a word
YEAR = dt.timedelta(days=365)


@dataclass(frozen=True, slots=True)
class BriefEvent:
    words: EventWords
    feed: str


@dataclass(frozen=True, slots=True)
class BriefChapter:
    """A chapter with its gravest events, in order of time. more: how many events are left out; until: its last day."""

    words: ChapterWords | None
    dates: str
    since: dt.date
    until: dt.date
    events: list[BriefEvent]
    more: int


@dataclass(frozen=True, slots=True)
class BriefPlans:
    rows: list[EngagementWords]
    more: int


@dataclass(frozen=True, slots=True)
class SideWords:
    """What one side does to the other. acts: of the last year, by group of types."""

    name: str
    score: str
    acts: str


@dataclass(frozen=True, slots=True)
class Brief:
    """turned: since when the score stands where it does, in words. unknown: what is not known, in sentences."""

    made_at: str
    standing: StandingWords | None
    turned: str
    chart: ScoreSeries | None
    chapters: list[ChapterWords]
    sections: list[BriefChapter]
    coming: BriefPlans
    past: BriefPlans
    sides: list[SideWords]
    sources: Sources
    unknown: list[str]


def brief(pair: CountryPair, standing: PairStanding | None, now: dt.datetime, since: dt.date | None = None) -> Brief:
    """In ten queries. since: leaves out what came before."""
    today = now.date()
    chart = score_series(pair.pk, today)
    chapters = for_series(pair, chart) if chart else []
    feeds = sources(pair, FEEDS, since)
    return Brief(
        made_at=f"{day_words(today)}, {now:%H:%M} UTC",
        standing=standing_words(standing) if standing else None,
        turned=_turned(chapters, chart),
        chart=chart,
        chapters=chapters,
        sections=_sections(pair, chapters, chart, since),
        coming=_coming(pair, today),
        past=_past(pair, today, since),
        sides=_sides(pair, standing, today),
        sources=feeds,
        unknown=_unknown(pair, standing, feeds, today, since),
    )


def _turned(chapters: Sequence[ChapterWords], chart: ScoreSeries | None) -> str:
    if chapters:
        newest = chapters[0]
        change = f" ({newest.change} on the time before)" if newest.change else ""
        return f"around {newest.mean} since {day_words(newest.since)}{change}"
    return f"no turning point since the first event, {day_words(chart.first)}" if chart else ""


def _sections(
    pair: CountryPair, chapters: Sequence[ChapterWords], chart: ScoreSeries | None, since: dt.date | None
) -> list[BriefChapter]:
    """The latest chapters, newest first; the whole time where nothing turned."""
    if chart is None:
        return []
    spans: list[tuple[ChapterWords | None, dt.date, dt.date]]
    spans = [(chapter, chapter.since, chapter.until) for chapter in chapters] or [(None, chart.first, chart.last)]
    if since:
        spans = [(chapter, max(first, since), last) for chapter, first, last in spans if last >= since]
    spans = spans[:CHAPTERS]
    found = _gravest(pair, [(first, last) for _, first, last in spans])
    evidence = best_reports(event.pk for events, _ in found for event in events)
    sections = []
    for (chapter, first, last), (events, total) in zip(spans, found, strict=True):
        shown = []
        for event in sorted(events, key=lambda one: (one.occurred_on, one.pk)):
            report = evidence.get(event.pk)
            shown.append(BriefEvent(event_words(event), report.feed if report else ""))
        dates = chapter.dates if chapter and first == chapter.since else f"{day_words(first)} to {day_words(last)}"
        sections.append(BriefChapter(chapter, dates, first, last, shown, total - len(events)))
    return sections


def _gravest(pair: CountryPair, spans: Sequence[tuple[dt.date, dt.date]]) -> list[tuple[list[Event], int]]:
    """Of each time the events of most evidence and how many there are in all; one query."""
    if not spans:
        return []
    numbers = [When(occurred_on__range=span, then=Value(number)) for number, span in enumerate(spans)]
    events = (
        Event.objects.standing()
        .filter(pair=pair, dataset=Dataset.OWN, occurred_on__range=(spans[-1][0], spans[0][1]))
        .annotate(span=Case(*numbers, output_field=IntegerField()), gravity=_gravity())
        .annotate(
            rank=Window(
                RowNumber(),
                partition_by="span",
                order_by=(F("gravity").desc(), F("occurred_on").desc(), F("pk").desc()),
            ),
            total=Window(Count("pk"), partition_by="span"),
        )
        .filter(rank__lte=GRAVEST)
        .select_related(*SIDES)
    )
    found: list[tuple[list[Event], int]] = [([], 0) for _ in spans]
    for event in events:
        events_of, _ = found[event.span]
        events_of.append(event)
        found[event.span] = (events_of, event.total)
    return found


def _gravity() -> Any:
    """The evidence of an event on its day, as relations.tension.formula has it, without what verdicts taught."""
    weights = default_weights().weights
    of_type = [When(type=slug, then=Value(full_evidence(weights[slug]))) for slug in event_types()]
    certainty = Case(When(status=Status.CONFIRMED, then=Value(1.0)), default=F("confidence"))
    return Case(*of_type, default=Value(0.0), output_field=FloatField()) * certainty


def _coming(pair: CountryPair, today: dt.date) -> BriefPlans:
    found = Engagement.objects.filter(pair=pair).coming(today)
    return _plans(found.order_by(F("planned_from").asc(nulls_last=True), "-last_heard_on", "pk"), today)


def _past(pair: CountryPair, today: dt.date, since: dt.date | None) -> BriefPlans:
    """What became of the last plans: held, put off, called off, or no word of it."""
    of_pair = Engagement.objects.filter(pair=pair)
    found = of_pair.standing().filter(state__in=[Stage.HELD, Stage.POSTPONED, Stage.CANCELLED])
    found = found | of_pair.without_word(today)
    if since:
        found = found.filter(last_heard_on__gte=since)
    return _plans(found.order_by("-last_heard_on", "-pk"), today)


def _plans(found: QuerySet[Engagement], today: dt.date) -> BriefPlans:
    rows = list(found.select_related(*WITH).annotate(total=Window(Count("pk")))[:ENGAGEMENTS])
    total = rows[0].total if rows else 0
    return BriefPlans([engagement_words(one, today) for one in rows], total - len(rows))


def _sides(pair: CountryPair, standing: PairStanding | None, today: dt.date) -> list[SideWords]:
    counts = counts_each_way(pair, (today - YEAR).replace(day=1))
    sides = []
    for direction in (Direction.FORWARD, Direction.BACKWARD):
        acts = [f"{number} {group}" for (group, way), number in sorted(counts.items()) if way == direction]
        score = (standing.forward if direction == Direction.FORWARD else standing.backward) if standing else None
        words = ", ".join(acts) or "no act of it alone"
        sides.append(SideWords(side_name(pair, direction), "" if score is None else f"{score:.0f}", words))
    return sides


def _unknown(
    pair: CountryPair, standing: PairStanding | None, feeds: Sources, today: dt.date, since: dt.date | None
) -> list[str]:
    """What a reader must not take for known, in sentences."""
    words = []
    if standing and standing_words(standing).little_known:
        words.append("Little is known of the pair now: its score says little but that nothing recent was read.")
    last = standing.last_event_on if standing else None
    if last and (today - last).days > LONG_AGO:
        words.append(f"The last event that is known of is of {day_words(last)}; silence is not the same as calm.")
    months = PairMonth.objects.filter(pair=pair, dataset=Dataset.OWN, status__in=STANDING)
    if since:
        months = months.filter(month__gte=since.replace(day=1))
    by_status = dict(months.values_list("status").annotate(total=Sum("events")))
    total, confirmed = sum(by_status.values()), by_status.get(Status.CONFIRMED, 0)
    if total:
        share = 100 * (total - confirmed) / total
        words.append(
            f"{share:.0f} % of the {count(total, 'event')} were read by the program alone; "
            f"editors confirmed {confirmed:,}."
        )
    if len(feeds.rows) == 1 and not feeds.more:
        words.append("Everything rests on a single feed.")
    return words
