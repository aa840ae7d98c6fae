"""Is this true? One event with all its reports, and what editors made of it."""

from __future__ import annotations

import datetime as dt
from collections.abc import Container
from dataclasses import dataclass, field

from django.db.models import Q

from relations.models import (
    Article,
    ArticleVersion,
    Correction,
    Event,
    PairStanding,
    Report,
    Status,
    Withdrawal,
)
from relations.models.events import NO_END, Events
from relations.models.scores import learnt_log_odds
from relations.queries.correction_words import RELATED, CorrectionWords, words_of_corrections
from relations.queries.display import EventWords, date_words, day_words, event_words, facts_of
from relations.queries.overview import SIDES
from relations.queries.scores import StandingWords, share, standing_words
from relations.queries.timelines import standing_of

MARKS = ("source", "trigger", "target")
REPORTS_SHOWN = 100
# Events of the pair that could be the same: of so many days before and after, so many of each, the nearest.
NEAR, NEAR_SHOWN = dt.timedelta(days=14), 30
SAME_DAY_SHOWN = 20


@dataclass(frozen=True, slots=True)
class Piece:
    """A stretch of a sentence. mark: source, trigger, target, or empty."""

    text: str
    mark: str


@dataclass(frozen=True, slots=True)
class ReportWords:
    """A report in words: its sentence in pieces, between what stands before and after it in its paragraph.

    withdrawn: why it no longer counts, in words; empty while it does. copies: what copies of its story say.
    """

    report: Report
    article: Article
    before: str
    pieces: list[Piece]
    after: str
    date: str
    date_from: str
    is_copy: bool
    confidence: str
    withdrawn: str
    copies: list[ReportWords] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class EventPage:
    event: Event
    words: EventWords
    definition: str
    share: str
    standing: StandingWords | None
    reports: list[ReportWords]
    report_count: int
    gone: list[ReportWords]
    corrections: list[CorrectionWords]
    same_day: list[EventWords]
    near: list[EventWords]
    in_engagement: list[EventWords]
    counting: str


def find_event(event_id: int) -> Event | None:
    return Event.objects.select_related(*SIDES, "pair__first", "pair__second").filter(pk=event_id).first()


def event_page(event: Event, blind: Container[int] = ()) -> EventPage:
    """Everything the event's page shows, in a constant number of queries. blind: as display.words_of has it."""
    standing: PairStanding | None = standing_of(event.pair)
    others = _others(event)
    same_day = list(others.standing().filter(occurred_on=event.occurred_on).order_by("pk")[:SAME_DAY_SHOWN])
    reports = reports_of(event.pk)
    in_plan = (
        others.standing().filter(engagement=event.engagement_id, engagement__isnull=False).order_by("occurred_on", "pk")
    )
    return EventPage(
        event=event,
        words=event_words(event),
        definition=event.kind.definition,
        share=share(facts_of(event), standing, learnt_log_odds()),
        standing=standing_words(standing) if standing else None,
        reports=_folded([report for report in reports if not report.withdrawn]),
        report_count=sum(not report.withdrawn for report in reports),
        gone=[report for report in reports if report.withdrawn],
        corrections=_corrections(event),
        same_day=[event_words(other, blind) for other in same_day],
        near=near_events(event, blind),
        in_engagement=[event_words(other, blind) for other in in_plan[:20]],
        counting=_counting(event),
    )


def near_events(event: Event, blind: Container[int] = ()) -> list[EventWords]:
    """Events of the pair around its day that could be the same or be told of by the same, the latest first. blind: as
    display.words_of has it."""
    others, day = _others(event), event.occurred_on
    earlier = others.filter(occurred_on__range=(day - NEAR, day)).order_by("-occurred_on", "-pk")[:NEAR_SHOWN]
    later = others.filter(occurred_on__gt=day, occurred_on__lte=day + NEAR).order_by("occurred_on", "pk")[:NEAR_SHOWN]
    return [event_words(other, blind) for other in (*reversed(later), *earlier)]


def _others(event: Event) -> Events:
    """The other events of its pair and dataset, but those that became part of one."""
    others = Event.objects.filter(pair=event.pair, dataset=event.dataset).exclude(pk=event.pk)
    return others.exclude(status=Status.MERGED).select_related(*SIDES)


def _counting(event: Event) -> str:
    """How it counts in the score, where it does not simply fade."""
    if not event.counts:
        return ""
    if event.replaced_on:
        return f"until {day_words(event.replaced_on)}, when later word took its place"
    if event.in_force_until == NO_END:
        return "in full, as a state in force that no event has ended"
    if event.in_force_until:
        return f"in full until {day_words(event.in_force_until)}, when an event ended it; it fades since"
    return ""


def reports_of(event_id: int, most: int = REPORTS_SHOWN) -> list[ReportWords]:
    """The event's first reports, in the order in which they were published; two queries."""
    reports = list(
        Report.objects.filter(event=event_id)
        .select_related("article__feed", "marked_by")
        .order_by("article__published_at", "pk")[:most]
    )
    texts = {
        (version.article_id, version.number): version.text
        for version in ArticleVersion.objects.filter(article_id__in=[report.article_id for report in reports])
    }
    return [report_words(report, texts.get((report.article_id, report.version), "")) for report in reports]


def _folded(reports: list[ReportWords]) -> list[ReportWords]:
    """With the reports of copies under that of the story that they copy, where it tells of the event too."""
    told = {item.article.pk: item for item in reversed(reports) if not item.is_copy}
    found = []
    for item in reports:
        original = told.get(item.article.copy_of_id or 0)
        if original:
            original.copies.append(item)
        else:
            found.append(item)
    return found


def report_words(report: Report, text: str) -> ReportWords:
    """A report in words. text: of the version of its article that was read; it needs article and feed fetched."""
    paragraph = next((part for part in text.split("\n\n") if report.sentence in part), report.sentence)
    before, _, after = paragraph.partition(report.sentence)
    return ReportWords(
        report=report,
        article=report.article,
        before=before,
        pieces=pieces(report.sentence, report.spans),
        after=after,
        date=date_words(report.occurred_on, report.precision),
        date_from=date_from(report),
        is_copy=report.article.copy_of_id is not None,
        confidence=f"{100 * report.confidence:.0f} %",
        withdrawn=str(Withdrawal(report.withdrawn).label) if report.withdrawn else "",
    )


def date_from(report: Report) -> str:
    """What the date of a report was read from."""
    if report.date_words:
        return f"from “{report.date_words}”"
    if report.occurred_on == report.article.published_at.date():
        return "of publication"
    return "of the story, as the sentence names none"


def pieces(sentence: str, spans: dict[str, list[int]]) -> list[Piece]:
    """Cut a sentence at its marked spans, given as {"source": [start, end], ...}; of overlaps the first stands."""
    found: list[Piece] = []
    at = 0
    marked = sorted((tuple(spans[mark]), mark) for mark in MARKS if spans.get(mark))
    for (start, end), mark in marked:
        if start < at or end <= start or end > len(sentence):
            continue
        if start > at:
            found.append(Piece(sentence[at:start], ""))
        found.append(Piece(sentence[start:end], mark))
        at = end
    if at < len(sentence):
        found.append(Piece(sentence[at:], ""))
    return found


def _corrections(event: Event) -> list[CorrectionWords]:
    """Those of the event, and those of others that shared reports with it; newest first."""
    concerned = Correction.objects.filter(Q(event=event) | Q(other=event))
    return words_of_corrections(list(concerned.select_related(*RELATED).order_by("-pk")), event.pk)
