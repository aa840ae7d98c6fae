"""Where do two editors disagree? What was read, and what each made of it, side by side."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.contrib.auth.models import User

from relations.models import (
    Actor,
    ArticleVersion,
    CountryPair,
    Event,
    Outcome,
    Report,
    ReviewItem,
    ReviewState,
    Verdict,
)
from relations.models.reviews import AGREED_ON, opinions_of
from relations.queries.conflict import seen_of
from relations.queries.correction_words import ActorName, Actors, value_words
from relations.queries.cursors import id_of
from relations.queries.desk import show_reading
from relations.queries.display import EventWords, country_name, date_words, day_words, event_words
from relations.queries.events import ReportWords, report_words
from relations.queries.overview import SIDES

PAGE = 20
_SIDES = ("first_actor", "second_actor")
DECIDE = "relations.decide_verdicts"
LEFT_OUT = "–"
ALWAYS = ("type", "direction", "occurred_on")
OUTCOMES = {
    Outcome.ACCEPTED: "happened, right as read",
    Outcome.CHANGED: "happened, read wrongly in part",
    Outcome.REJECTED: "rejected",
}


@dataclass(frozen=True, slots=True)
class FieldRow:
    """What was read and what each says of a field, in words. differs: whether the two say different things; matters:
    whether they must agree on it."""

    name: str
    read: str
    first: str
    second: str
    differs: bool
    matters: bool


@dataclass(frozen=True, slots=True)
class Opinion:
    verdict_id: int
    title: str
    given: str
    reason: str
    is_own: bool  # of whoever looks


@dataclass(frozen=True, slots=True)
class Disagreement:
    """words: the event as the coder read it. report: the one that says it most surely, if any stands. why_not: why
    whoever looks may not decide, in words; empty where they may."""

    event_id: int
    url: str
    words: EventWords
    report: ReportWords | None
    rows: list[FieldRow]
    opinions: list[Opinion]
    why_not: str
    seen: str


@dataclass(frozen=True, slots=True)
class DisagreementPage:
    rows: list[Disagreement]
    next: str  # cursor of the next page, empty at the end


def disagreements(person: User, after: str = "") -> DisagreementPage:
    """A page in a constant number of queries, those of the events read first on top. after: cursor of the page before;
    ValueError for one that is not."""
    items = ReviewItem.objects.filter(state=ReviewState.SPLIT).order_by("event_id")
    if after:
        items = items.filter(event_id__gt=id_of(after))
    ids = list(items.values_list("event_id", flat=True)[: PAGE + 1])
    return DisagreementPage(_told(ids[:PAGE], person), str(ids[PAGE - 1]) if len(ids) > PAGE else "")


def disagreement(event_id: int, person: User) -> Disagreement | None:
    """One of them; None where nobody disagrees any more."""
    ids = ReviewItem.objects.filter(state=ReviewState.SPLIT, event=event_id).values_list("event_id", flat=True)
    return next(iter(_told(list(ids), person)), None)


def _told(ids: Sequence[int], person: User) -> list[Disagreement]:
    if not ids:
        return []
    events = Event.objects.select_related(*SIDES, "pair__first", "pair__second").in_bulk(ids)
    verdicts: dict[int, list[Verdict]] = {}
    for verdict in Verdict.objects.standing().filter(event__in=ids).order_by("pk"):
        verdicts.setdefault(verdict.event_id, []).append(verdict)
    values = [value for told in verdicts.values() for one in told for value in (one.reading, one.said)]
    actors = Actor.objects.in_bulk({pk for one in values for side in _SIDES if (pk := one.get(side))})
    names = {pk: ActorName(actor.name, actor.country_id) for pk, actor in actors.items()}
    reports = _surest(ids)
    may_decide = person.has_perm(DECIDE)
    found = []
    for pk in ids:
        first, second = opinions_of(verdicts.get(pk, []))
        if first is None or second is None:
            continue  # it was decided while this page was made
        event = events[pk]
        rows = _rows(first, second, event.pair, names)
        seen = seen_of(event.as_edited())
        show_reading(event, first.reading, actors)
        has_spoken = any(one.editor_id == person.pk for one in verdicts[pk])
        found.append(
            Disagreement(
                event_id=pk,
                url=event.get_absolute_url(),
                words=event_words(event),
                report=reports.get(pk),
                rows=rows,
                opinions=[_opinion("First opinion", first, person), _opinion("Second opinion", second, person)],
                why_not=_why_not(may_decide, has_spoken),
                seen=seen,
            )
        )
    return found


def _why_not(may_decide: bool, has_spoken: bool) -> str:
    if not may_decide:
        return "Somebody with the right to decide between two opinions will look at it; an admin can give it."
    return "One of the opinions is yours, so somebody else must decide." if has_spoken else ""


def _opinion(title: str, verdict: Verdict, person: User) -> Opinion:
    return Opinion(
        verdict_id=verdict.pk,
        title=title,
        given=day_words(verdict.given_at.date()),
        reason=verdict.reason,
        is_own=verdict.editor_id == person.pk,
    )


def _rows(first: Verdict, second: Verdict, pair: CountryPair, names: Actors) -> list[FieldRow]:
    """The outcome, the fields of ALWAYS, and those that either sees otherwise than they were read."""
    read = _in_words(first.reading, pair, names)
    told = [_in_words(one.said, pair, names) if one.said else {} for one in (first, second)]
    outcome, other_outcome = (OUTCOMES[Outcome(one.outcome)] for one in (first, second))
    rejected = Outcome.REJECTED in (first.outcome, second.outcome)
    rows = [FieldRow("Verdict", LEFT_OUT, outcome, other_outcome, rejected and outcome != other_outcome, True)]
    for field, name in _names_of_fields(pair).items():
        one, other = (words.get(field, LEFT_OUT) for words in told)
        if field not in ALWAYS and {one, other} <= {read[field], LEFT_OUT}:
            continue
        # Where one says that it is no event, no field of it is what they differ in.
        rows.append(FieldRow(name, read[field], one, other, one != other and not rejected, field in AGREED_ON))
    return rows


def _names_of_fields(pair: CountryPair) -> dict[str, str]:
    return {
        "type": "Type",
        "direction": "Direction",
        "occurred_on": "Date",
        "stage": "Stage",
        "place": "Place",
        "first_actor": f"Actor for {country_name(pair.first_id)}",
        "second_actor": f"Actor for {country_name(pair.second_id)}",
    }


def _in_words(values: Mapping[str, Any], pair: CountryPair, names: Actors) -> dict[str, str]:
    """The values of a reading or an opinion by field; the date as exactly as it is known."""
    fields = [field for field in _names_of_fields(pair) if field != "occurred_on"]
    words = {field: value_words(field, values[field], pair, names) for field in fields}
    return words | {"occurred_on": date_words(dt.date.fromisoformat(values["occurred_on"]), values["precision"])}


def _surest(ids: Iterable[int]) -> dict[int, ReportWords]:
    """Of each event the report that says it most surely, in its context; two queries."""
    reports = list(Report.objects.surest(ids).select_related("article__feed", "marked_by"))
    wanted = [report.article_id for report in reports]
    texts = {
        (version.article_id, version.number): version.text
        for version in ArticleVersion.objects.filter(article__in=wanted)
    }
    return {
        report.event_id or 0: report_words(report, texts.get((report.article_id, report.version), ""))
        for report in reports
    }
