"""An event that the coder missed: an editor marks the words in the story, and merging finds out whether we have it."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass, replace
from typing import Any

from django.contrib.auth.models import User
from django.db import transaction

from relations.codebook.event_types import event_types
from relations.codebook.precision import period_start
from relations.corrections import store
from relations.corrections.refusals import CorrectionRefused
from relations.corrections.run import STAGE_OF_TYPE, check, check_actor
from relations.models import (
    Article,
    Correction,
    CorrectionKind,
    CountryPair,
    Direction,
    Report,
    ReviewItem,
    Stage,
    Status,
)

# Where an editor's words stand in place of a coder's version.
BY_HAND = "by hand"
# What the editor says of an event that was missed, as columns. Not its status: it counts as long as the words stand.
SAID = (
    *("type", "direction", "occurred_on", "precision", "stage", "place"),
    *("source_id", "target_id", "source_actor_id", "target_actor_id"),
)


@dataclass(frozen=True, slots=True)
class Mark:
    """What an editor marks in a story: the sentence, the words in it that tell (start, end), and what they tell.

    source, target: codes of countries; mutual: both did it at once. source_actor, target_actor: ids or None. stage: ""
    for what the type says. number: of the sentence in the text; version: of the story.
    """

    sentence: str
    number: int
    span: tuple[int, int]
    version: int
    source: str
    target: str
    mutual: bool
    type: str
    stage: str
    occurred_on: dt.date
    precision: str
    place: str = ""
    source_actor: int | None = None
    target_actor: int | None = None


@transaction.atomic
def mark_words(article_id: int, mark: Mark, *, editor: User) -> Report:
    """A report by an editor's hand, due for merging, which finds its event or makes one.

    Raises CorrectionRefused, Article.DoesNotExist.
    """
    article = Article.objects.select_for_update().get(pk=article_id)
    if article.retracted_at is not None:
        raise CorrectionRefused("Its publisher took this story back, so it tells of nothing any more.")
    if mark.source == mark.target:
        raise CorrectionRefused("An event is between two countries. Choose another one on one side.")
    mark = replace(mark, stage=mark.stage or STAGE_OF_TYPE.get(mark.type, Stage.HELD))
    check_all(mark)
    pair = CountryPair.objects.between(mark.source, mark.target)
    CountryPair.objects.hold(pair.pk)
    forward = Direction.FORWARD if mark.source == pair.first_id else Direction.BACKWARD
    start, end = mark.span
    words = mark.sentence[start:end]
    values: dict[str, Any] = {
        "direction": Direction.MUTUAL if mark.mutual else forward,
        "source_actor_id": mark.source_actor,
        "target_actor_id": mark.target_actor,
        "occurred_on": period_start(mark.occurred_on, mark.precision),
        "precision": mark.precision,
        "date_words": "",
        "place": mark.place,
        # What the coder read of a plan there, or an editor decided of its report, is no part of the mark.
        **{"planned_on": [], "planned_from": None, "planned_until": None, "planned_words": "", "pinned": False},
        "sentence": mark.sentence,
        "spans": {"trigger": [start, end]},
        "because": f"marked by an editor: “{words[:200]}”",
        "confidence": 1.0,
        "coder": BY_HAND,
        "marked_by": editor,
        "pair": pair,
        "due": True,
        "withdrawn": "",
    }
    key: dict[str, Any] = {
        "article": article,
        "version": mark.version,
        "sentence_number": min(mark.number, 32767),
        "type": mark.type,
        "source_id": mark.source,
        "target_id": mark.target,
        "stage": mark.stage,
    }
    there = _read_already(article, mark)
    if there is not None:
        event = f"event {there.event_id}" if there.event_id else "its event is found within a minute"
        raise CorrectionRefused(f"That was read in this sentence already: {event}. Correct that one.")
    report, _ = Report.objects.update_or_create(**key, defaults=values)
    return report


def _read_already(article: Article, mark: Mark) -> Report | None:
    """A report that stands and says the same of the same words: that type, between the two, done or still to come.

    Which side is named first is no matter where both do it.
    """
    ways = {(mark.source, mark.target)}
    if mark.mutual or event_types()[mark.type].symmetric:
        ways.add((mark.target, mark.source))
    announced = Stage.ANNOUNCED
    for report in Report.objects.standing().filter(article=article, type=mark.type).order_by("pk"):
        if (report.source_id, report.target_id) not in ways:
            continue
        same_stage = (report.stage == announced) == (mark.stage == announced)
        if same_stage and (report.sentence in mark.sentence or mark.sentence in report.sentence):
            return report
    return None


def check_all(mark: Mark) -> None:
    """Raises CorrectionRefused for what is no type, stage, date, precision, place or actor."""
    for field in ("type", "stage", "occurred_on", "precision", "place"):
        check(field, getattr(mark, field))
    for actor, country in ((mark.source_actor, mark.source), (mark.target_actor, mark.target)):
        if actor:
            check_actor(actor, country)


@transaction.atomic
def take_as_said(report_id: int, *, editor: User, reason: str = "") -> Correction:
    """After merging: the event of a mark is confirmed as the editor marked it; one that we had has more evidence.

    The correction's event is the one that has the mark. Raises CorrectionRefused for one that an editor rejected,
    Report.DoesNotExist.
    """
    report = Report.objects.get(pk=report_id)
    event = store.hold(report.event_id or 0)
    if event.status == Status.REJECTED:
        raise CorrectionRefused(
            f"Event {event.pk} tells of this, and an editor rejected it. Reopen that one if it did happen."
        )
    placed = [[report.pk, event.pk, False]]
    is_new = event.report_count <= 1 and not event.corrected_fields and event.status == Status.CODED
    columns: dict[str, object] = {}
    if is_new:
        Report.objects.filter(pk=report.pk).update(pinned=True)
        columns = {"status": Status.CONFIRMED, "corrected_fields": sorted(SAID)}
    correction = store.apply(event, columns, editor=editor, kind=CorrectionKind.ADD, reason=reason, placed=placed)
    ReviewItem.objects.renew([event.pk])
    return correction
