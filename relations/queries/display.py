"""Words and figures as pages show them, prepared once per row."""

from __future__ import annotations

import datetime as dt
from collections.abc import Container, Mapping
from dataclasses import dataclass
from functools import cache
from typing import NamedTuple

from django.urls import reverse

from relations.codebook.countries import countries
from relations.codebook.event_types import event_types
from relations.models import Direction, Event, Precision, Stage, Status
from relations.models.scores import learnt_log_odds
from relations.models.words import STANDING
from relations.tension.formula import event_probability

MINUS = "\N{MINUS SIGN}"
LITTLE_CHANGE = 0.05
STEADY = 1.0  # a score that moved by less is called steady


def day_words(day: dt.date) -> str:
    return f"{day.day} {day:%B %Y}"


def date_words(day: dt.date, precision: str) -> str:
    """A date as exactly as it is known: "1 September 2017", "week of 28 August 2017", "September 2017", "2017"."""
    if precision == Precision.WEEK:
        return f"week of {day_words(day)}"
    if precision == Precision.MONTH:
        return f"{day:%B %Y}"
    if precision == Precision.YEAR:
        return f"{day:%Y}"
    return day_words(day)


def known_date(day: dt.date, precision: str) -> str:
    """A date of a record that gives some days exactly and of others the month or year, all under one precision."""
    return date_words(day, precision if is_coarse(day, precision) else Precision.DAY)


def is_coarse(day: dt.date, precision: str) -> bool:
    """A month or year that is all that is known stands as its first day; any other day was given as it is."""
    if precision == Precision.YEAR:
        return (day.month, day.day) == (1, 1)
    return precision == Precision.MONTH and day.day == 1


def signed(value: float) -> str:
    """+3.1, −0.4 or 0.0: with a real minus sign, and no sign on what rounds to nothing."""
    if abs(value) < LITTLE_CHANGE:
        return "0.0"
    return f"+{value:.1f}" if value > 0 else f"{MINUS}{abs(value):.1f}"


def trend(change: float) -> str:
    """What a change of the score means, in a word."""
    if abs(change) < STEADY:
        return "steady"
    return "rising" if change > 0 else "easing"


def count(number: int, noun: str, plural: str = "") -> str:
    return f"{number:,} {noun if number == 1 else plural or noun + 's'}"


@dataclass(frozen=True, slots=True)
class Choice:
    """A value that a field of a form offers."""

    value: str
    label: str
    is_chosen: bool


@dataclass(frozen=True, slots=True)
class EventWords:
    """An event in words. tone: conflict, cooperation or neutral, for the sign beside the words."""

    id: int
    url: str
    date: str
    is_vague: bool  # the date is known less exactly than to the day
    type: str
    group: str
    tone: str
    who: str
    whom: str
    link: str  # "→" from source to target, "↔" for both at once
    link_words: str
    actors: str
    stage: str
    status: str
    status_words: str
    confidence: str
    sources: str

    @property
    def basis(self) -> str:
        """What it rests on, and who acted: "2 reports, 1 source · probability 71 % · Foreign ministry of Turkey"."""
        return " · ".join(filter(None, (self.sources, f"probability {self.confidence}", self.actors)))

    @property
    def is_struck(self) -> bool:
        """It does not count: an editor rejected it, or nothing that stands tells of it."""
        return self.status in (Status.REJECTED, Status.WITHDRAWN)


class EventFacts(NamedTuple):
    """The columns of an event that its words are made of, as COLUMNS fetches them: a list needs no model instances."""

    id: int
    occurred_on: dt.date
    precision: str
    type: str
    direction: int
    stage: str
    status: str
    source: str
    target: str
    source_actor: str | None
    source_actor_kind: str | None
    target_actor: str | None
    target_actor_kind: str | None
    confidence: float
    report_count: int
    source_count: int
    corrected_fields: list[str]
    in_force_until: dt.date | None
    replaced_on: dt.date | None


COLUMNS = (
    *("pk", "occurred_on", "precision", "type", "direction", "stage", "status", "source_id", "target_id"),
    *("source_actor__name", "source_actor__kind", "target_actor__name", "target_actor__kind"),
    *("confidence", "report_count", "source_count", "corrected_fields", "in_force_until", "replaced_on"),
)


def event_words(event: Event, blind: Container[int] = ()) -> EventWords:
    """Needs source_actor and target_actor fetched with the event. blind: as words_of has it."""
    return words_of(facts_of(event), blind=blind)


def facts_of(event: Event) -> EventFacts:
    """Needs source_actor and target_actor fetched with the event."""
    by, at = event.source_actor, event.target_actor
    return EventFacts(
        id=event.pk,
        occurred_on=event.occurred_on,
        precision=event.precision,
        type=event.type,
        direction=event.direction,
        stage=event.stage,
        status=event.status,
        source=event.source_id,
        target=event.target_id,
        source_actor=by.name if by else None,
        source_actor_kind=by.kind if by else None,
        target_actor=at.name if at else None,
        target_actor_kind=at.kind if at else None,
        confidence=event.confidence,
        report_count=event.report_count,
        source_count=event.source_count,
        corrected_fields=event.corrected_fields,
        in_force_until=event.in_force_until,
        replaced_on=event.replaced_on,
    )


def words_of(event: EventFacts, learnt: Mapping[str, float] | None = None, blind: Container[int] = ()) -> EventWords:
    """learnt: as learnt_log_odds gives it, where many are put into words. blind: events of which the reader must not
    learn what another editor made of them, as queries.blind has them."""
    if event.id in blind:
        return _unseen(event)
    kind = event_types()[event.type]
    mutual = event.direction == Direction.MUTUAL
    actors = ((event.source_actor, event.source_actor_kind), (event.target_actor, event.target_actor_kind))
    named = [name for name, of_kind in actors if name and of_kind != "state"]
    return EventWords(
        id=event.id,
        url=address("event", event.id),
        date=date_words(event.occurred_on, event.precision),
        is_vague=event.precision != Precision.DAY,
        type=kind.name,
        group=kind.group,
        tone="neutral" if kind.goldstein == 0 else "conflict" if kind.is_conflict else "cooperation",
        who=country_name(event.source),
        whom=country_name(event.target),
        link="↔" if mutual else "→",
        link_words="with" if mutual else "towards",
        actors=" · ".join(named),
        # A stage that the type's name says already (visit postponed) or that needs no word (held) is left out.
        stage="" if event.stage == Stage.HELD or event.stage in event.type else str(Stage(event.stage).label),
        status=event.status,
        status_words=_status_words(event.status, event.corrected_fields),
        confidence=f"{100 * probability_of(event, learnt):.0f} %" if event.status in STANDING else "not counted",
        sources=(
            f"{count(event.report_count, 'report')}, {count(event.source_count, 'source')}"
            if event.report_count
            else "no report"
        ),
    )


def _unseen(event: EventFacts) -> EventWords:
    """An event by its countries, in the order of their codes, and its day alone."""
    who, whom = sorted((event.source, event.target))
    return EventWords(
        id=event.id,
        url=address("event", event.id),
        date=date_words(event.occurred_on, event.precision),
        is_vague=event.precision != Precision.DAY,
        type="Waits for your second opinion",
        group="",
        tone="neutral",
        who=country_name(who),
        whom=country_name(whom),
        link="–",
        link_words="and",
        actors="",
        stage="",
        status=Status.CODED,
        status_words="",
        confidence="not shown",
        sources=count(event.report_count, "report") if event.report_count else "no report",
    )


def address(route: str, pk: int) -> str:
    """The address of a page that is named by a number. A list has hundreds of them, and reverse() is slow."""
    before, after = _around(route)
    return f"{before}{pk}{after}"


@cache
def _around(route: str) -> tuple[str, str]:
    before, _, after = reverse(route, args=[0]).rpartition("0")
    return before, after


def country_name(code: str) -> str:
    known = countries().get(code)
    return known.name if known else code


def probability_of(event: EventFacts, learnt: Mapping[str, float] | None = None) -> float:
    """Chance that it happened as coded, as the score has it."""
    return event_probability(
        confirmed=event.status == Status.CONFIRMED,
        confidence=event.confidence,
        learnt=(learnt_log_odds() if learnt is None else learnt).get(event.type, 0.0),
    )


def _status_words(status: str, corrected_fields: list[str]) -> str:
    if status != Status.CODED:
        return str(Status(status).label)
    return "corrected by an editor" if set(corrected_fields) - {"status"} else ""
