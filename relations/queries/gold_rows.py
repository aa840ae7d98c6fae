"""Stories whose events editors judged, as rows for a file on which a coder can be measured; fetched piece by piece."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Any

from django.db.models import BooleanField, Case, Exists, F, OuterRef, Q, QuerySet, Value, When

from relations.codebook.precision import last_day
from relations.models import (
    Article,
    ArticleVersion,
    Correction,
    CorrectionKind,
    Dataset,
    Direction,
    Event,
    Origin,
    Outcome,
    Report,
    ReviewItem,
    ReviewState,
    Status,
    Verdict,
)
from relations.queries.verdict_rows import Coding, VerdictFilters, chosen, decided

PIECE = 200


@dataclass(frozen=True, slots=True)
class GoldEvent:
    """An event that an editor let stand. coding: with the date as this story gives it, where no editor set it.
    sentence: stands in the story's text; trigger: its words that tell, as (start, end) in it. alternatives: types that
    another editor, or this story, gave it. is_added: by an editor's hand, where the coder read nothing."""

    id: int
    coding: Coding
    alternatives: list[str]
    sentence: str
    trigger: tuple[int, int]
    confidence: float
    is_added: bool


@dataclass(frozen=True, slots=True)
class GoldArticle:
    """A story. pairs: slugs of all that were judged in it, also of events that were rejected. ignored: slugs of those
    that tell of something not judged. judged, rejected, unjudged: how many events; copy_of: id of a story that it is a
    copy of, None for others. coder: that read it last."""

    id: int
    publisher: str
    published_at: dt.datetime
    written_at: dt.datetime
    title: str
    text: str
    events: list[GoldEvent]
    pairs: list[str]
    ignored: list[str]
    judged: int
    rejected: int
    unjudged: int
    copy_of: int | None
    version: int
    coder: str

    @property
    def is_complete(self) -> bool:
        return not self.unjudged


@dataclass(frozen=True, slots=True)
class GoldCounts:
    """How many verdicts and stories fit. complete: stories of which every event was judged; partly: the others."""

    verdicts: int
    complete: int
    partly: int

    @property
    def stories(self) -> int:
        return self.complete + self.partly


def gold_counts(filters: VerdictFilters) -> GoldCounts:
    """Two queries."""
    stories = _stories(filters)
    complete = stories.filter(is_partly=False).count()
    return GoldCounts(chosen(filters).count(), complete, stories.count() - complete)


def gold_articles(filters: VerdictFilters) -> Iterator[GoldArticle]:
    """Stories that tell of an event whose verdict fits, oldest first; six queries for two hundred of them.

    A story comes whole: with all its events that were judged, also those whose verdicts don't fit the filters.
    """
    stories = _stories(filters).select_related("feed").order_by("pk")
    if filters.complete:
        stories = stories.filter(is_partly=False)
    last = 0
    while piece := list(stories.filter(pk__gt=last)[:PIECE]):
        found = _rows(piece)
        yield from (row for row in found if row.is_complete or not filters.complete)
        last = piece[-1].pk


def _stories(filters: VerdictFilters) -> QuerySet[Any]:
    """Articles that tell of an event that was judged so, with ``is_partly``."""
    fitting = Q(event__in=chosen(filters).exclude(origin=Origin.SECOND).values("event"))
    if not filters.audit:  # what the coder missed is in no sample of what it read
        fitting |= Q(event__in=filters.of(_added(), "made_at").values("event"))
    told = Report.objects.standing().filter(article=OuterRef("pk"))
    unjudged = told.filter(Q(event=None) | ~_is_judged() | ~Q(version=OuterRef("version")))
    partly = Case(When(Exists(unjudged), then=Value(True)), default=Value(False), output_field=BooleanField())
    return Article.objects.filter(Exists(told.filter(fitting))).annotate(is_partly=partly)


def _added() -> QuerySet[Correction]:
    """Events that editors added, as far as nobody took that back."""
    return Correction.objects.filter(kind=CorrectionKind.ADD, undone_by=None).exclude(changes={})


def _is_judged() -> Q:
    """Of a report: whether its event was, and no two editors disagree on it still."""
    split = ReviewItem.objects.filter(event=OuterRef("event"), state=ReviewState.SPLIT)
    judged = decided().exclude(origin=Origin.SECOND).filter(event=OuterRef("event"))
    return (Q(Exists(judged)) | Q(Exists(_added().filter(event=OuterRef("event"))))) & ~Q(Exists(split))


def _rows(articles: list[Article]) -> list[GoldArticle]:
    related = ("event__pair", "event__source_actor", "event__target_actor", "pair")
    reports = Report.objects.standing().filter(article__in=articles).select_related(*related)
    judged = set(reports.filter(_is_judged()).values_list("pk", flat=True))
    by_article: dict[int, list[Report]] = {}
    for report in reports.order_by("-confidence", "pk"):
        by_article.setdefault(report.article_id, []).append(report)
    events = {report.event_id for of_article in by_article.values() for report in of_article} - {None}
    added = set(_added().filter(event__in=events).values_list("event", flat=True))
    others: dict[int, list[str]] = {}
    for verdict in _overruled(events):
        others.setdefault(verdict.event_id, []).append(verdict.said.get("type", ""))
    newest = ArticleVersion.objects.filter(article__in=articles, number=F("article__version"))
    texts = {version.article_id: version for version in newest}
    return [
        _row(article, texts[article.pk], by_article.get(article.pk, []), judged, added, others)
        for article in articles
        if article.pk in texts
    ]


def _overruled(events: set[Any]) -> QuerySet[Verdict]:
    """Opinions between which somebody decided, but for rejections."""
    decision = Verdict.objects.standing().filter(event=OuterRef("event"), origin=Origin.DECISION)
    opinions = Verdict.objects.standing().filter(Exists(decision), event__in=events).exclude(origin=Origin.DECISION)
    return opinions.exclude(outcome=Outcome.REJECTED).order_by("pk")


def _row(
    article: Article,
    version: ArticleVersion,
    reports: list[Report],
    judged: set[int],
    added: set[int],
    others: dict[int, list[str]],
) -> GoldArticle:
    """reports: those of the article that stand, the surest first."""
    kept: dict[int, GoldEvent] = {}
    rejected: set[int] = set()
    pairs: set[str] = set()
    open_pairs: list[str] = []
    for report in reports:
        event = report.event
        if event is None or report.pk not in judged or event.dataset != Dataset.OWN:
            open_pairs.append(report.pair.slug)
            continue
        pairs.add(event.pair.slug)
        if event.status == Status.REJECTED:
            rejected.add(event.pk)
        elif report.sentence not in version.text:
            open_pairs.append(event.pair.slug)  # the text changed, and no coder has read it since
        else:
            kept.setdefault(event.pk, _event(event, report, event.pk in added, others.get(event.pk, [])))
    return GoldArticle(
        id=article.pk,
        publisher=article.feed.title,
        published_at=article.published_at.astimezone(dt.UTC),
        written_at=article.written_at.astimezone(dt.UTC),
        title=version.title,
        text=version.text,
        events=sorted(kept.values(), key=lambda one: (version.text.find(one.sentence), -one.confidence, one.id)),
        pairs=sorted(pairs),
        ignored=sorted(set(open_pairs)),
        judged=len(kept) + len(rejected),
        rejected=len(rejected),
        unjudged=len(open_pairs),
        copy_of=article.copy_of_id,
        version=version.number,
        coder=article.coder,
    )


def _event(event: Event, report: Report, is_added: bool, others: list[str]) -> GoldEvent:
    coding = Coding(
        type=event.type,
        source=event.source_id,
        target=event.target_id,
        is_mutual=event.direction == Direction.MUTUAL,
        source_actor=event.source_actor,
        target_actor=event.target_actor,
        day=event.occurred_on,
        precision=event.precision,
        stage=event.stage,
        place=event.place,
    )
    corrected = set(event.corrected_fields)
    in_this_story = report.occurred_on <= event.occurred_on <= last_day(report.occurred_on, report.precision)
    if "occurred_on" not in corrected and in_this_story:
        # Another story may name the day where this one knows the month.
        coding = replace(coding, day=report.occurred_on, precision=report.precision)
    alternatives = [*others, *([] if "type" in corrected else [report.type])]
    start, end = report.spans.get("trigger", [0, 0])
    return GoldEvent(
        id=event.pk,
        coding=coding,
        alternatives=sorted({each for each in alternatives if each} - {event.type}),
        sentence=report.sentence,
        trigger=(start, end),
        confidence=report.confidence,
        is_added=is_added,
    )
