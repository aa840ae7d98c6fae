"""Words and figures as pages show them, prepared once per row."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

from relations.models import Direction, Event, Precision, Stage, Status
from relations.models.scores import learnt_log_odds

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


def event_words(event: Event) -> EventWords:
    """Needs source, target, source_actor and target_actor fetched with the event."""
    kind = event.kind
    mutual = event.direction == Direction.MUTUAL
    named = [
        actor.name for actor in (event.source_actor, event.target_actor) if actor is not None and actor.kind != "state"
    ]
    reports = count(event.report_count, "report")
    counts = event.status in (Status.CODED, Status.CONFIRMED)
    return EventWords(
        id=event.pk,
        url=event.get_absolute_url(),
        date=date_words(event.occurred_on, event.precision),
        is_vague=event.precision != Precision.DAY,
        type=kind.name,
        group=kind.group,
        tone="neutral" if kind.goldstein == 0 else "conflict" if kind.is_conflict else "cooperation",
        who=event.source.name,
        whom=event.target.name,
        link="↔" if mutual else "→",
        link_words="with" if mutual else "towards",
        actors=" · ".join(named),
        # A stage that the type's name says already (visit postponed) or that needs no word (held) is left out.
        stage="" if event.stage == Stage.HELD or event.stage in event.type else Stage(event.stage).label,
        status=event.status,
        status_words=_status_words(event),
        confidence=f"{100 * probability(event):.0f} %" if counts else "not counted",
        sources=f"{reports}, {count(event.source_count, 'source')}" if event.report_count else "no report",
    )


def probability(event: Event) -> float:
    """Chance that it happened as coded, as the score has it."""
    return event.occurrence(learnt_log_odds().get(event.type, 0.0)).probability


def _status_words(event: Event) -> str:
    if event.status != Status.CODED:
        return str(Status(event.status).label)
    return "corrected by an editor" if set(event.corrected_fields) - {"status"} else ""
