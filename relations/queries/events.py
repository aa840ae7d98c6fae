"""Is this true? One event with all its reports, and what editors made of it. An article with what was read in it."""

from __future__ import annotations

from dataclasses import dataclass

from relations.codebook.event_types import event_types
from relations.models import Article, ArticleVersion, Correction, Direction, Event, PairStanding, Report, Status
from relations.queries.display import EventWords, date_words, event_words
from relations.queries.overview import SIDES
from relations.queries.scores import StandingWords, share, standing_words
from relations.queries.timelines import standing_of

MARKS = ("source", "trigger", "target")
REPORTS_SHOWN = 100


@dataclass(frozen=True, slots=True)
class Piece:
    """A stretch of a sentence. mark: source, trigger, target, or empty."""

    text: str
    mark: str


@dataclass(frozen=True, slots=True)
class ReportWords:
    """A report in words: its sentence in pieces, between what stands before and after it in its paragraph."""

    report: Report
    article: Article
    before: str
    pieces: list[Piece]
    after: str
    date: str
    date_from: str
    is_copy: bool
    confidence: str


@dataclass(frozen=True, slots=True)
class CorrectionWords:
    correction: Correction
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
    corrections: list[CorrectionWords]
    same_day: list[EventWords]
    in_engagement: list[EventWords]


def find_event(event_id: int) -> Event | None:
    return Event.objects.select_related(*SIDES, "pair__first", "pair__second").filter(pk=event_id).first()


def event_page(event: Event) -> EventPage:
    """Everything the event's page shows, in a constant number of queries."""
    standing: PairStanding | None = standing_of(event.pair)
    others = Event.objects.standing().filter(pair=event.pair, dataset=event.dataset).exclude(pk=event.pk)
    others = others.select_related(*SIDES).newest_first()
    return EventPage(
        event=event,
        words=event_words(event),
        definition=event.kind.definition,
        share=share(event, standing),
        standing=standing_words(standing) if standing else None,
        reports=_reports(event),
        corrections=_corrections(event),
        same_day=[event_words(other) for other in others.filter(occurred_on=event.occurred_on)[:20]],
        in_engagement=[
            event_words(other) for other in others.filter(engagement=event.engagement_id, engagement__isnull=False)[:20]
        ],
    )


def _reports(event: Event) -> list[ReportWords]:
    reports = list(
        event.reports.select_related("article__feed").order_by("article__published_at", "pk")[:REPORTS_SHOWN]
    )
    texts = {
        (version.article_id, version.number): version.text
        for version in ArticleVersion.objects.filter(article_id__in=[report.article_id for report in reports])
    }
    return [_report_words(report, texts.get((report.article_id, report.version), "")) for report in reports]


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
    corrections = list(event.corrections.select_related("editor").order_by("-pk"))
    taken_back = {item.undoes_id for item in corrections}
    in_force = [item for item in corrections if item.undoes_id is None and item.pk not in taken_back]
    newest = in_force[0].pk if in_force else None
    return [
        CorrectionWords(item, _change_words(item, event), item.pk == newest, item.pk in taken_back)
        for item in corrections
    ]


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

    names = {"type": "Type", "direction": "Direction", "occurred_on": "Date", "status": "Status"}
    return [
        f"{names[field]}: {words(field, old)} → {words(field, new)}"
        for field, (old, new) in correction.changes.items()
        if field in names
    ]


@dataclass(frozen=True, slots=True)
class ArticlePage:
    """An article's newest text as paragraphs of (text, ids of the events read there), and the events read in it."""

    article: Article
    paragraphs: list[list[tuple[str, list[int]]]]
    events: list[EventWords]


def article_page(article_id: int) -> ArticlePage | None:
    article = Article.objects.select_related("feed", "copy_of").filter(pk=article_id).first()
    if article is None:
        return None
    version = article.versions.get(number=article.version)
    reports = list(article.reports.filter(event__isnull=False))
    events = Event.objects.filter(pk__in=[report.event_id for report in reports]).select_related(*SIDES)
    words = {event.pk: event_words(event) for event in events}
    # What an editor rejected is listed below the text, with its status, but not marked in it.
    read_there: dict[str, list[int]] = {}
    for report in reports:
        if report.event_id and words[report.event_id].status in (Status.CODED, Status.CONFIRMED):
            read_there.setdefault(report.sentence, []).append(report.event_id)
    return ArticlePage(
        article=article,
        paragraphs=[_linked(part, read_there) for part in version.text.split("\n\n")],
        events=list(words.values()),
    )


def _linked(paragraph: str, read_there: dict[str, list[int]]) -> list[tuple[str, list[int]]]:
    found: list[tuple[str, list[int]]] = []
    inside = sorted((paragraph.find(sentence), sentence) for sentence in read_there if sentence in paragraph)
    at = 0
    for start, sentence in inside:
        if start < at:
            continue
        if start > at:
            found.append((paragraph[at:start], []))
        found.append((sentence, read_there[sentence]))
        at = start + len(sentence)
    found.append((paragraph[at:], []))
    return found
