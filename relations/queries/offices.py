"""Who acts for a country: who held which office on a day, its institutions and the names that stories call them."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

from django.db.models import Prefetch, Q

from relations.codebook.precision import last_day
from relations.codebook.tenures import OFFICES
from relations.models import Actor, ActorKind, ActorName, Tenure
from relations.queries.display import day_words, is_coarse, known_date

NAMES = 5  # of an institution that are shown
PERSONS = 60  # without an office


@dataclass(frozen=True, slots=True)
class Holder:
    """Someone who held an office. dates: as exactly as they are known; source: the record where it can be checked."""

    person: str
    title: str
    dates: str
    source: str


@dataclass(frozen=True, slots=True)
class Office:
    """holders: on the day asked for; known: everyone that is known, the latest first."""

    label: str
    holders: list[Holder]
    known: list[Holder]


@dataclass(frozen=True, slots=True)
class ActorWords:
    """names: what stories call it; more: how many names are left out."""

    name: str
    names: str
    more: int


@dataclass(frozen=True, slots=True)
class Actors:
    """offices: on ``day``. as_of: up to when they are known; stale: whether the day lies after that."""

    day: str
    offices: list[Office]
    as_of: str
    stale: bool
    institutions: list[ActorWords]
    persons: list[str]
    more_persons: int


def actors(code: str, day: dt.date) -> Actors:
    """In three queries."""
    tenures = list(Tenure.objects.filter(country=code).select_related("person").order_by("-began", "-pk"))
    as_of = max((tenure.as_of for tenure in tenures), default=None)
    institutions, persons = _others(code)
    return Actors(
        day=day_words(day),
        offices=[office for slug, label in OFFICES.items() if (office := _office(slug, label, tenures, day)).known],
        as_of=day_words(as_of) if as_of else "",
        stale=bool(as_of and day > as_of),
        institutions=institutions,
        persons=persons[:PERSONS],
        more_persons=max(len(persons) - PERSONS, 0),
    )


def _office(slug: str, label: str, tenures: list[Tenure], day: dt.date) -> Office:
    of_office = [tenure for tenure in tenures if tenure.office == slug]
    held = [tenure for tenure in of_office if tenure.began <= day and day <= (_ended_at_latest(tenure) or day)]
    return Office(label, [_holder(tenure) for tenure in held], [_holder(tenure) for tenure in of_office])


def _holder(tenure: Tenure) -> Holder:
    began = known_date(tenure.began, tenure.precision)
    until = f"until {known_date(tenure.ended, tenure.precision)}" if tenure.ended else "on"
    dates = f"from {began} {until}"
    return Holder(tenure.person.name, tenure.title, dates, tenure.source)


def _ended_at_latest(tenure: Tenure) -> dt.date | None:
    """The last day of the month or year where no more is known of the end; as codebook.tenures has it."""
    if tenure.ended and is_coarse(tenure.ended, tenure.precision):
        return last_day(tenure.ended, tenure.precision)
    return tenure.ended


def _others(code: str) -> tuple[list[ActorWords], list[str]]:
    """Institutions, and persons of whom no office is known."""
    names = ActorName.objects.order_by("pk")
    found = (
        Actor.objects.filter(Q(kind=ActorKind.INSTITUTION) | Q(kind=ActorKind.PERSON, tenures=None), country=code)
        .select_related("country")
        .prefetch_related(Prefetch("names", queryset=names))
        .order_by("name")
    )
    institutions, persons = [], []
    for actor in found:
        if actor.kind == ActorKind.PERSON:
            persons.append(actor.name)
            continue
        called = list(dict.fromkeys(name.name for name in actor.names.all()))
        short = actor.name.removesuffix(f" of {actor.country.name}")
        institutions.append(ActorWords(short, ", ".join(called[:NAMES]), max(len(called) - NAMES, 0)))
    return institutions, persons
