"""Is this true? One event with all its reports, and what editors made of it."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass, field

from django.db.models import Q

from relations.codebook.event_types import event_types
from relations.models import (
    Article,
    ArticleVersion,
    Correction,
    Direction,
    Event,
    PairStanding,
    Report,
    Status,
    Withdrawal,
)
from relations.models.events import NO_END
from relations.models.scores import learnt_log_odds
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
class CorrectionWords:
    """A correction in words. other_url: of the event it was merged into, split off or merged from."""

    correction: Correction
    other_url: str
    changes: list[str]
    can_be_undone: bool
    is_undone: bool


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


def goes_on_as(event: Event) -> int:
    """The event that a merged one is part of now, through all later merges; its own id for one that isn't."""
    seen = {event.pk}
    pk, into = event.pk, event.merged_into_id
    while into and into not in seen:
        seen.add(into)
        pk = into
        into = Event.objects.filter(pk=into).values_list("merged_into_id", flat=True).first()
    return pk


def event_page(event: Event) -> EventPage:
    """Everything the event's page shows, in a constant number of queries."""
    standing: PairStanding | None = standing_of(event.pair)
    others = Event.objects.filter(pair=event.pair, dataset=event.dataset).exclude(pk=event.pk).exclude(status="merged")
    others = others.select_related(*SIDES)
    same_day = list(others.standing().filter(occurred_on=event.occurred_on).order_by("pk")[:SAME_DAY_SHOWN])
    day = event.occurred_on
    earlier = others.filter(occurred_on__range=(day - NEAR, day)).order_by("-occurred_on", "-pk")[:NEAR_SHOWN]
    later = others.filter(occurred_on__gt=day, occurred_on__lte=day + NEAR).order_by("occurred_on", "pk")[:NEAR_SHOWN]
    near = [*reversed(later), *earlier]
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
        same_day=[event_words(other) for other in same_day],
        near=[event_words(other) for other in near],
        in_engagement=[event_words(other) for other in in_plan[:20]],
        counting=_counting(event),
    )


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
        .select_related("article__feed")
        .order_by("article__published_at", "pk")[:most]
    )
    texts = {
        (version.article_id, version.number): version.text
        for version in ArticleVersion.objects.filter(article_id__in=[report.article_id for report in reports])
    }
    return [_report_words(report, texts.get((report.article_id, report.version), "")) for report in reports]


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


def _report_words(report: Report, text: str) -> ReportWords:
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
    """Those of the event, and those of others that were merged into it or that it was split off; newest first."""
    concerned = Correction.objects.filter(Q(event=event) | Q(other=event))
    corrections = list(concerned.select_related("editor", "event", "other").order_by("-pk"))
    taken_back = {item.undoes_id for item in corrections}
    in_force = [item for item in corrections if item.undoes_id is None and item.pk not in taken_back]
    newest = in_force[0].pk if in_force else None
    found = []
    for item in corrections:
        other = item.other if item.event_id == event.pk else item.event
        found.append(
            CorrectionWords(
                correction=item,
                other_url=other.get_absolute_url() if other else "",
                changes=_change_words(item, event),
                can_be_undone=item.pk == newest,
                is_undone=item.pk in taken_back,
            )
        )
    return found


def _change_words(correction: Correction, event: Event) -> list[str]:
    def words(field: str, value: object) -> str:
        if field == "type":
            kind = event_types().get(str(value))
            return kind.name if kind else str(value)
        if field == "status":
            return str(Status(str(value)).label)
        if field == "direction":
            first, second = event.pair.first.name, event.pair.second.name
            return {
                Direction.FORWARD: f"{first} towards {second}",
                Direction.BACKWARD: f"{second} towards {first}",
                Direction.MUTUAL: "both at once",
            }[Direction(int(str(value)))]
        return str(value)

    if correction.other_id:
        return [_placing_words(correction, event)]
    names = {"type": "Type", "direction": "Direction", "occurred_on": "Date", "status": "Status"}
    return [
        f"{names[field]}: {words(field, old)} → {words(field, new)}"
        for field, (old, new) in correction.changes.items()
        if field in names
    ]


def _placing_words(correction: Correction, event: Event) -> str:
    """What a merge or a split did, as seen from one of its two events."""
    merge = "merged_into_id" in correction.changes
    here = correction.event_id == event.pk
    if merge:
        return (
            f"Merged into event {correction.other_id}" if here else f"Event {correction.event_id} merged into this one"
        )
    return f"Event {correction.other_id} split off" if here else f"Split off from event {correction.event_id}"
