"""Where a line from the search box may lead: pairs, countries, people, types and events, as links in words."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass

from django.http import QueryDict
from django.urls import reverse

from relations.codebook.countries import countries
from relations.codebook.event_types import event_types
from relations.codebook.tenures import AS_OF, Tenure
from relations.models import (
    ActorKind,
    ActorName,
    CountryPair,
    Dataset,
    Event,
    EventFilters,
    PairStanding,
    Precision,
)
from relations.queries.display import address, country_name, date_words, day_words, known_date
from relations.queries.scores import standing_words
from relations.queries.understanding import Named, Understanding, countries_of_persons
from relations.queries.vocabulary import Meaning, Person, persons, plain

PAIRS = 6
PEOPLE = 5
OFFICES_SHOWN = 4  # of one person
COMPARED = 6  # pairs on one page of comparison


@dataclass(frozen=True, slots=True)
class Offer:
    """A page that may be meant. detail: what is known of it, in words; may be empty."""

    label: str
    detail: str
    url: str


@dataclass(frozen=True, slots=True)
class PersonOffer:
    """Someone who may be meant. country: where they acted for it in the time asked for; empty where it is named anyhow.

    offices: those held in that time, else all, the latest first. note: what else must be known of them.
    """

    name: str
    country: str
    country_url: str
    offices: list[str]
    more_offices: int
    note: str
    events_url: str


@dataclass(frozen=True, slots=True)
class Offers:
    """All that a line may mean. more_people: how many are left out. missing: what was named and isn't there."""

    pairs: list[Offer]
    compare: str
    countries: list[Offer]
    people: list[PersonOffer]
    more_people: int
    types: list[Offer]
    event: Offer | None
    missing: str

    @property
    def any(self) -> bool:
        return bool(self.pairs or self.countries or self.people or self.types or self.event or self.missing)


def added_names() -> dict[str, Meaning]:
    """What the names mean that people added beside the codebook's, by plain words; one query."""
    found: dict[str, Meaning] = {}
    for name in ActorName.objects.added().select_related("actor"):
        actor = name.actor
        if actor.kind != ActorKind.PERSON and actor.country_id in countries():
            found[plain(name.name)] = Meaning(countries=(actor.country_id,), is_name=actor.kind == ActorKind.STATE)
        elif actor.key in persons():
            found[plain(name.name)] = Meaning(persons=(actor.key,))
    found.pop("", None)
    return found


def straight(understood: Understanding) -> str:
    """The address of the one page that is meant, where nothing in the line is left over; else empty."""
    if understood.event is not None:
        found = Event.objects.filter(pk=understood.event, dataset=Dataset.OWN).exists()
        return address("event", understood.event) if found else ""
    if understood.is_one_pair:
        return pair_url(understood.pairs[0], understood)
    return country_url(understood.countries[0]) if understood.is_one_country else ""


def offers(understood: Understanding, today: dt.date) -> Offers:
    """Two queries at most."""
    event = None
    if understood.event is not None and (url := straight(understood)):
        event = Offer(f"Event {understood.event}", "", url)
    pairs = list(_pairs_meant(understood))
    people = _people(understood, today)
    slugs = [CountryPair.slug_of(*codes) for codes in pairs]
    known = standings(slugs[:PAIRS])
    return Offers(
        pairs=[pair_offer(codes, understood, known) for codes in pairs[:PAIRS]],
        compare=_compare(slugs) if len(understood.places) > 2 else "",
        countries=[country_offer(code) for code in understood.countries],
        people=[_person_offer(person, understood) for person in people[:PEOPLE]],
        more_people=max(len(people) - PEOPLE, 0),
        types=[type_offer(slug) for one in understood.types for slug in one.of],
        event=event,
        missing=f"There is no event {understood.event}." if understood.event is not None and event is None else "",
    )


def standings(slugs: Iterable[str]) -> dict[str, PairStanding]:
    """Where these pairs stand, by slug; one query."""
    found = PairStanding.objects.filter(dataset=Dataset.OWN, pair__slug__in=list(slugs)).select_related("pair")
    return {standing.pair.slug: standing for standing in found}


def pair_offer(codes: tuple[str, str], understood: Understanding, known: dict[str, PairStanding]) -> Offer:
    first, second = codes
    standing = known.get(CountryPair.slug_of(first, second))
    parts = [*_chosen(understood), _standing(standing)]
    label = f"{country_name(first)} – {country_name(second)}"
    return Offer(label, ", ".join(parts), pair_url(codes, understood))


def pair_url(codes: tuple[str, str], understood: Understanding) -> str:
    words = " ".join(part for part in (*(one.typed for one in understood.persons), understood.words) if part)
    filters = EventFilters(
        types=tuple(slug for one in understood.types for slug in one.of),
        since=understood.since,
        until=understood.until,
        words=words,
    )
    path = reverse("pair-timeline", args=[CountryPair.slug_of(*codes)])
    return f"{path}?{filters.query}" if filters.query else path


def country_offer(code: str) -> Offer:
    country = countries()[code]
    until = f"until {day_words(country.valid_until)}" if country.valid_until else ""
    return Offer(country.name, until, country_url(code))


def country_url(code: str) -> str:
    return reverse("country", args=[code.lower()])


def type_offer(slug: str) -> Offer:
    kind = event_types()[slug]
    return Offer(kind.name, kind.definition, search_url(f'"{kind.name}"'))


def search_url(words: str, since: dt.date | None = None, until: dt.date | None = None, **more: str) -> str:
    query = QueryDict(mutable=True)
    query.update(EventFilters(words=words, since=since, until=until).as_dict() | more)
    return f"{reverse('search')}?{query.urlencode()}"


def office_words(person: Person, day: dt.date) -> str:
    """What someone is on a day, else was at last: "Foreign Minister, Pakistan since 11 March 2024"."""
    held = [tenure for tenure in person.tenures if tenure.held_on(day)]
    tenure = (held or person.tenures)[0]
    since = f" since {known_date(tenure.began, tenure.precision)}"
    return f"{tenure.title}, {country_name(tenure.country)}{since if held else _until(tenure)}"


def _until(tenure: Tenure) -> str:
    return f" until {known_date(tenure.ended, tenure.precision)}" if tenure.ended else ""


def _standing(standing: PairStanding | None) -> str:
    if standing is None:
        return "no score yet"
    words = standing_words(standing)
    little = ", little known" if words.little_known else ""
    return f"tension {words.score}, band {words.band}{little}"


def _chosen(understood: Understanding) -> list[str]:
    """What a timeline will be filtered by, in words."""
    chosen = [event_types()[slug].name for one in understood.types for slug in one.of]
    chosen += [f"“{one.typed}”" for one in understood.persons]
    if understood.words:
        chosen.append(f"“{understood.words}”")
    return [*chosen, *([dates] if (dates := dates_words(understood.since, understood.until)) else [])]


def dates_words(since: dt.date | None, until: dt.date | None) -> str:
    """A time in words, the shorter the better: "in 2017", "since 1 May 2016"; empty for all time."""
    if since and until:
        if (since.month, since.day, until.month, until.day) == (1, 1, 12, 31):
            return f"in {since.year}" if since.year == until.year else f"from {since.year} to {until.year}"
        if since.day == 1 and until.year == since.year and until.month == since.month and _is_last(until):
            return f"in {date_words(since, Precision.MONTH)}"
        return f"on {day_words(since)}" if since == until else f"from {day_words(since)} to {day_words(until)}"
    if since:
        return f"since {day_words(since)}"
    return f"until {day_words(until)}" if until else ""


def _is_last(day: dt.date) -> bool:
    return (day + dt.timedelta(days=1)).day == 1


def _pairs_meant(understood: Understanding) -> Iterable[tuple[str, str]]:
    """Pairs of the countries that were named, else of one country and those that the persons acted for."""
    if understood.pairs:
        return understood.pairs
    places: tuple[Named, ...] = (*understood.places, *countries_of_persons(understood))
    return Understanding("", places=places).pairs


def _compare(slugs: list[str]) -> str:
    query = QueryDict(mutable=True)
    query.setlist("pair", slugs[:COMPARED])
    return f"{reverse('compare')}?{query.urlencode()}"


def _people(understood: Understanding, today: dt.date) -> list[Person]:
    """Who was named, and who held the offices that were named, in that time, else today or else at last."""
    named = [persons()[key] for one in understood.persons for key in one.of]
    # Where one of several of a name held an office in the time asked for, it is that one.
    named = [person for person in named if _held(person, understood)] or named
    holders = []
    for slug in (slug for one in understood.offices for slug in one.of):
        of_office = [
            (tenure, person)
            for person in persons().values()
            for tenure in person.tenures
            if tenure.office == slug and tenure.country in understood.countries
        ]
        of_office.sort(key=lambda one: one[0].began, reverse=True)
        if understood.since or understood.until:
            holders += [person for tenure, person in of_office if _within(tenure, understood)]
        else:
            now = [person for tenure, person in of_office if tenure.held_on(today)]
            holders += [*now, *(person for _, person in of_office)]
    return list({person.key: person for person in (*named, *holders)}.values())


def _held(person: Person, understood: Understanding) -> list[Tenure]:
    return [tenure for tenure in person.tenures if _within(tenure, understood)]


def _within(tenure: Tenure, understood: Understanding) -> bool:
    ended = tenure.ended_at_latest or dt.date.max
    return tenure.began <= (understood.until or dt.date.max) and ended >= (understood.since or dt.date.min)


def _person_offer(person: Person, understood: Understanding) -> PersonOffer:
    held = _held(person, understood)
    shown = held or person.tenures
    time = dates_words(understood.since, understood.until)
    country = country_name(person.country)
    country_then = search_url(f'"{country}"', understood.since, understood.until)
    named = person.country in understood.countries
    return PersonOffer(
        name=person.name,
        country=f"{country} {time}" if time else "" if named else country,
        country_url=country_then if time else country_url(person.country),
        offices=[_tenure_words(tenure) for tenure in shown[:OFFICES_SHOWN]],
        more_offices=max(len(shown) - OFFICES_SHOWN, 0),
        note="" if held else f"No office is known {time}; these were held at another time.",
        events_url=search_url(f'"{person.name}"', understood.since, understood.until),
    )


def _tenure_words(tenure: Tenure) -> str:
    began = known_date(tenure.began, tenure.precision)
    ended = _until(tenure) or f", known to {day_words(max(AS_OF, tenure.began))}"
    return f"{tenure.title} from {began}{ended}"
