"""Which events tell the life of one planned act? A function of a pair's events, whenever they came. Pure.

The events of a pair that can belong to a plan are taken in the order of their days. Each joins the act that most speaks
for, by kind, who goes where, participants, place and planned days, or begins one of its own.
"""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Iterable
from dataclasses import dataclass, field

from relations.merging.evidence import Plan

KIND_OF_TYPE = {
    "visit_announced": "visit",
    "visit_postponed": "visit",
    "visit_cancelled": "visit",
    "visit_made": "visit",
    "meeting": "meeting",
    "negotiation": "talks",
    "talks_suspended": "talks",
    "cooperation": "exercise",
}
# What the words of a sentence make of it. A type of its own says enough for some; first match wins.
KINDS_IN_WORDS = (
    ("exchange", re.compile(r"\bexchanges? of (?:\w+ )?visits\b")),
    (
        "exercise",
        re.compile(
            r"\b(?:joint|military|naval|air|annual)(?: \w+)? (?:exercises?|drills?|manoeuvres|maneuvers|war games)\b"
        ),
    ),
    ("summit", re.compile(r"\bsummits?\b")),
    ("talks", re.compile(r"\b(?:talks|negotiations?|round|dialogue|consultations|session|commission)\b")),
    ("meeting", re.compile(r"\bmeet(?:ings?|s)?\b")),
)
VISIT_WORDS = re.compile(r"\b(?:visit|visits|trip|tour|travel|travels|fly|arrive|arrives|arrival|invitation)\b")
STAGE_OF_TYPE = {
    "visit_announced": "announced",
    "visit_postponed": "postponed",
    "visit_cancelled": "cancelled",
    "visit_made": "held",
    "talks_suspended": "postponed",
}
STAGES = ("announced", "postponed", "rescheduled", "cancelled", "held")
ENDED = {"held", "cancelled"}
# Days of silence after which an event is taken to be about another act, unless its planned time is near.
SILENCE, LAPSE = 90, 400
# How far from the planned time an act may be heard of and be the planned one; and be held, where days were named.
NEAR, ON_TIME = dt.timedelta(days=7), dt.timedelta(days=2)

SAME = 1.0
SAME_KIND, OTHER_KIND = 1.0, 0.3
SAME_PEOPLE, SAME_OFFICE, OTHER_PEOPLE = 0.8, 0.2, -0.9
SAME_DAYS, OTHER_DAYS = 1.0, -1.6
SAME_VISITOR, OTHER_VISITOR = 0.3, -0.8
SAME_PLACE, OTHER_PLACE = 0.4, -0.5
JUST_NOW, LATELY, LONG_AGO = 0.5, 0.2, -0.2
AS_PLANNED, TOO_EARLY = 0.8, -1.2


@dataclass(frozen=True, slots=True)
class PlanEvent:
    """An event that can belong to a planned act. people: keys of actors named, without states and governments.

    visitor: who goes to the other, where that is told; empty where both meet. order: of its content, to break ties.
    """

    id: int
    occurred_on: dt.date
    type: str
    stage: str
    kind: str
    visitor: str
    people: frozenset[str]
    place: str
    plan: Plan
    order: tuple = ()

    @property
    def sorting(self) -> tuple:
        return (self.occurred_on, STAGES.index(self.stage), self.type, self.order)


@dataclass(slots=True)
class Life:
    """An engagement as its events tell it, in order."""

    events: list[PlanEvent] = field(default_factory=list)

    @property
    def last(self) -> PlanEvent:
        return self.events[-1]

    @property
    def state(self) -> str:
        """How far it has come: its last event's stage; announced once more after it was put off is rescheduled."""
        put_off = any(event.stage in ("postponed", "rescheduled") for event in self.events)
        return "rescheduled" if self.last.stage == "announced" and put_off else self.last.stage

    @property
    def kind(self) -> str:
        """What it is called most often, the first of equals."""
        kinds = [event.kind for event in self.events]
        return max(kinds, key=lambda kind: (kinds.count(kind), -kinds.index(kind)))

    @property
    def plan(self) -> Plan:
        """The time planned last."""
        return next((event.plan for event in reversed(self.events) if event.plan.is_known), Plan())

    @property
    def people(self) -> frozenset[str]:
        return frozenset().union(*(event.people for event in self.events))

    @property
    def visitor(self) -> str:
        return next((event.visitor for event in self.events if event.visitor), "")

    @property
    def place(self) -> str:
        return next((event.place for event in reversed(self.events) if event.place), "")

    @property
    def held_on(self) -> dt.date | None:
        return next((event.occurred_on for event in self.events if event.stage == "held"), None)


def kind_of(type_slug: str, sentences: Iterable[str]) -> str:
    """What the planned act is called; empty for what is none, like joint work that is no exercise."""
    known = KIND_OF_TYPE.get(type_slug, "")
    text = " ".join(sentences).lower()
    named = next((kind for kind, words in KINDS_IN_WORDS if words.search(text)), "")
    if known == "exercise":
        return "exercise" if named == "exercise" else ""
    if named in ("exchange", "exercise", "summit"):
        return named
    if known == "visit" and named and not VISIT_WORDS.search(text):
        return named  # a postponed meeting has the type of a postponed visit
    return known


def lives(events: Iterable[PlanEvent]) -> list[Life]:
    """The engagements of a pair, each with its events in order."""
    found: list[Life] = []
    current: list[Life] = []  # those that an event of this day may still belong to
    for event in sorted(events, key=lambda one: one.sorting):
        current = [life for life in current if (event.occurred_on - life.last.occurred_on).days <= LAPSE]
        best, most = None, SAME
        for life in current:
            likeness = belongs(event, life)
            if likeness is not None and (likeness > most or (best is None and likeness >= SAME)):
                best, most = life, likeness
        if best is None:
            best = Life()
            found.append(best)
            current.append(best)
        best.events.append(event)
    return found


def belongs(event: PlanEvent, life: Life) -> float | None:
    """How much speaks for an event being of an engagement's life: from SAME on it is. None where it can't be."""
    if (event.kind == "exercise") != (life.kind == "exercise"):
        return None
    silent = (event.occurred_on - life.last.occurred_on).days
    # What was held or cancelled is over; only what is told of the same days still belongs to it.
    if life.state in ENDED and (silent > 3 or event.stage not in ENDED):
        return None
    plan = life.plan
    total = SAME_KIND if event.kind == life.kind else OTHER_KIND
    near = plan.is_known and _first(plan) - NEAR <= event.occurred_on <= _last(plan) + NEAR
    if silent > SILENCE and not near:
        return None
    total += JUST_NOW if silent <= 14 else LATELY if silent <= 45 else LONG_AGO
    total += _people(event.people, life.people)
    if event.visitor and life.visitor and life.kind == "visit":
        total += SAME_VISITOR if event.visitor == life.visitor else OTHER_VISITOR
    if event.place and life.place:
        total += SAME_PLACE if event.place.lower() == life.place.lower() else OTHER_PLACE
    return total + _days(event, plan, put_off=life.state == "postponed")


def _people(some: frozenset[str], others: frozenset[str]) -> float:
    """Who takes part: people tell acts apart, side by side; offices hardly do, as most visits are a ministry's."""
    here, there = _by_country(some), _by_country(others)
    both = here.keys() & there.keys()
    if any(here[country] & there[country] for country in both):
        return SAME_PEOPLE
    if both:
        return OTHER_PEOPLE
    return SAME_OFFICE if some & others else 0.0


def _by_country(actors: frozenset[str]) -> dict[str, set[str]]:
    """The persons among actors, by the country that they act for."""
    found: dict[str, set[str]] = {}
    for actor in actors:
        country, _, who = actor.partition(":")
        if who.startswith("person:"):
            found.setdefault(country, set()).add(actor)
    return found


def _days(event: PlanEvent, plan: Plan, *, put_off: bool) -> float:
    """What the planned time says. plan: of the engagement. put_off: whether that no longer holds."""
    if not plan.is_known:
        return 0.0
    if event.stage == "held":
        slack = ON_TIME if plan.days else NEAR
        if event.occurred_on < _first(plan) - slack:
            return TOO_EARLY
        return AS_PLANNED if event.occurred_on <= _last(plan) + slack else 0.0
    if not event.plan.is_known:
        return 0.0
    if _first(event.plan) <= _last(plan) and _first(plan) <= _last(event.plan):
        return SAME_DAYS
    # A new date is no other act where it was put off, or is said to be a new one.
    return 0.0 if put_off or event.stage in ("rescheduled", "postponed") else OTHER_DAYS


def _first(plan: Plan) -> dt.date:
    return min(plan.days) if plan.days else plan.first or dt.date.max


def _last(plan: Plan) -> dt.date:
    return max(plan.days) if plan.days else plan.last or plan.first or dt.date.min


def state_of(type_slug: str, stage: str) -> str:
    """How far an event says that its act has come."""
    if type_slug == "visit_announced" and stage in ("rescheduled", "postponed"):
        return stage
    return STAGE_OF_TYPE.get(type_slug, stage)
