"""Recalibration: the line that makes the coder's figures probabilities is fitted anew on what editors judged."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from django.conf import settings
from django.db import transaction
from django.db.models import F
from django.utils import timezone

from relations.errors import RelationsError
from relations.models import Article, Calibration, CountryPair, Event, Report, Verdict
from relations.models.calibrations import lines_of
from relations.models.judged import JudgedReading, judged
from relations.tagging.calibration import Fit, fit
from relations.tagging.registry import coder
from relations.tension.lines import Line, Lines, restated
from relations.tension.precision import IN_PASSING

# What the verdicts must be worth together, those given in passing with their weight.
ENOUGH = 100.0
# By how much the error must fall: half a point of probability, on the mean, is not worth reading all stories again.
FELT = 0.005


@dataclass(frozen=True, slots=True)
class Recalibration:
    """readings: how many were judged and taken; left: how many were judged and can't be; coder: the version. saved:
    the line in the database, None where none was to be kept; refused: why the line is not to be taken, in words."""

    coder: str
    readings: int
    left: int
    before: Line
    fit: Fit
    refused: str
    saved: Calibration | None


@transaction.atomic
def recalibrate(*, save: bool = True) -> Recalibration:
    """Fit the line on verdicts; kept if it states better what it was not fitted on, and ``save``.

    From the next batch on articles are read with it; restate_figures lets those that are stored follow.
    Raises RelationsError where there is too little to go by.
    """
    reader = coder(settings.CODER)
    if reader.line is None:
        raise RelationsError(f"The coder {reader.version} states no figures that a line could be fitted to.")
    lines = lines_of(reader.version, reader.line)
    in_force = lines.in_force
    figures = _figures(reader.version, lines)
    found = [(figures.get((one.event, one.type)), one) for one in judged()]
    taken: list[tuple[float, JudgedReading]] = [(raw, one) for raw, one in found if raw is not None]
    left = len(found) - len(taken)
    worth = sum(one.weight for _, one in taken)
    if worth < ENOUGH:
        raise RelationsError(_too_few(worth, left, reader.version))
    raw, right, weights = (
        np.array(column, dtype=float)
        for column in zip(*((figure, one.is_right, one.weight) for figure, one in taken), strict=True)
    )
    fitted = fit(raw, right, weights, in_force)
    refused = _refusal(fitted)
    saved = None
    if save and not refused:
        saved = Calibration.objects.create(
            coder=reader.version,
            slope=fitted.line.slope,
            offset=fitted.line.offset,
            judged=len(taken),
            error_before=fitted.error_before,
            error_after=fitted.error_after,
            line_before=[*in_force],
        )
    return Recalibration(reader.version, len(taken), left, in_force, fitted, refused, saved)


def restate_figures(batch: int = 1000) -> int:
    """Let the stored figures of the coder be stated by the line in force; how many changed, of ``batch`` articles a
    transaction. Events follow as merging looks at them.

    Until when an article's figures are by which line is told by its tagged_at, which moves with them: so what is due
    is found by a query, and it is safe to repeat, also after it was cut off. Left as they are: editors' marks, what
    another version read, and stories of which a later reading failed.
    """
    reader = coder(settings.CODER)
    if reader.line is None:
        return 0
    lines = lines_of(reader.version, reader.line)
    if not lines.times:
        return 0
    due = Article.objects.filter(coder=reader.version, tagged_at__lt=lines.times[-1]).order_by("pk")
    done = last = 0
    while True:
        with transaction.atomic():
            # What another worker has locked is being read again, or is found by the next look.
            articles = list(due.filter(pk__gt=last).select_for_update(skip_locked=True, no_key=True)[:batch])
            if not articles:
                return done
            done += _restate(articles, lines)
        last = articles[-1].pk


def _restate(articles: list[Article], lines: Lines) -> int:
    then = {article.pk: lines.at(article.tagged_at) for article in articles if article.tagged_at}
    of_them = Report.objects.filter(article__in=list(then), coder=articles[0].coder, marked_by=None)
    CountryPair.objects.hold_all(of_them.order_by().values_list("pair_id", flat=True))
    changed = []
    for report in of_them.only("pk", "article_id", "event_id", "confidence", "withdrawn").order_by("pk"):
        confidence = restated(report.confidence, then[report.article_id], lines.in_force)
        if confidence != report.confidence:
            report.confidence = confidence
            changed.append(report)
    Report.objects.bulk_update(changed, ["confidence"], batch_size=500)
    told_of = {report.event_id for report in changed if report.event_id and not report.withdrawn}
    Event.objects.filter(pk__in=told_of).update(evidence_changed=True)
    Article.objects.filter(pk__in=list(then)).update(tagged_at=timezone.now())
    return len(changed)


def _figures(version: str, lines: Lines) -> dict[tuple[int, str], float]:
    """The raw figure of the surest report of each judged event, by event and type, told from its confidence.

    Only of what this version read and is not to be read again: of that it is known with which line. An article of
    which a later reading failed still has the reports of the one before.
    """
    reports = Report.objects.standing().filter(
        coder=version,
        article__coder=F("coder"),
        article__tagged_at__isnull=False,
        marked_by=None,
        event__in=Verdict.objects.standing().values("event"),
    )
    found: dict[tuple[int, str], float] = {}
    columns = ("event", "type", "confidence", "article__tagged_at")
    for event, slug, confidence, read_at in reports.order_by().values_list(*columns).iterator(2000):
        raw = lines.at(read_at).raw(confidence)
        found[event, slug] = max(raw, found.get((event, slug), -math.inf))
    return found


def _too_few(worth: float, left: int, version: str) -> str:
    words = f"The verdicts are worth {worth:g}, and a line takes {ENOUGH:g}: judge more at the desk. "
    if left:
        words += left_words(left, version) + " "
    return words + f"A verdict that was given in passing counts {IN_PASSING:g}."


def left_words(left: int, version: str) -> str:
    return (
        f"{left:,} more are left out: {version} has not read their stories, reads the event there no more, or is to "
        "read them again."
    )


def _refusal(found: Fit) -> str:
    """Why a line is not to be taken; empty where it is."""
    if found.line.slope <= 0:
        return (
            "The surer readings were not right more often, which no line can mend. Look for the rules at fault on the "
            "desk's page Precision."
        )
    if found.error_after > found.error_before - FELT:
        return (
            f"On verdicts that it was not fitted on, the new line would err no less, or by less than {FELT:g}. The one "
            "in force stays."
        )
    return ""
