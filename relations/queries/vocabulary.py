"""The names that people may type into the search box, and what each may mean. From the codebook alone."""

from __future__ import annotations

import datetime as dt
import re
import unicodedata
from bisect import bisect_left
from collections.abc import Iterator
from dataclasses import dataclass
from difflib import get_close_matches
from functools import cache

from relations.codebook.countries import Country, countries
from relations.codebook.event_types import event_types
from relations.codebook.institutions import institution_names
from relations.codebook.keys import person_key
from relations.codebook.tenures import OFFICES, Tenure, tenures

# Names that readers use for more than the one country that the codebook gives them to, likeliest first. The second
# Georgia is the American state, and the other Ireland a part of the United Kingdom.
SHARED = {
    **dict.fromkeys(("korea", "korean", "koreans"), ("KOR", "PRK")),
    "congo": ("COD", "COG"),
    **dict.fromkeys(("guinea", "guinean", "guineans"), ("GIN", "GNQ", "GNB", "PNG")),
    "georgia": ("GEO", "USA"),
    "ireland": ("IRL", "GBR"),
}
# Where the first word of a name is the family's.
FAMILY_FIRST = frozenset(("CHN", "HKG", "KOR", "MAC", "PRK", "TWN", "VNM"))
LONGEST_NAME = 8  # words
LEAST_PREFIX = 2  # letters
COMPLETIONS = 12
CLOSE = 0.8  # of 1, as difflib has it
LEAST_CLOSE = 5  # letters; a shorter word is close to too many names


@dataclass(frozen=True, slots=True)
class Meaning:
    """What a name may mean, likeliest first. countries: codes. persons: keys. offices, types: slugs.

    is_name: whether a country is meant by its name, and not by its people, its capital or a house in it.
    """

    countries: tuple[str, ...] = ()
    persons: tuple[str, ...] = ()
    offices: tuple[str, ...] = ()
    types: tuple[str, ...] = ()
    is_name: bool = False


@dataclass(frozen=True, slots=True)
class Person:
    """Someone who held an office. tenures: the latest first."""

    key: str
    name: str
    country: str
    tenures: tuple[Tenure, ...]


def plain_words(text: str) -> list[str]:
    """The words of a text as names are compared: small letters without accents, dots and apostrophes."""
    folded = unicodedata.normalize("NFKD", text.casefold())
    bare = "".join(letter for letter in folded if not unicodedata.combining(letter))
    return re.findall(r"[^\W_]+", re.sub(r"['’`]|(?<=\b\w)\.", "", bare))


def plain(text: str) -> str:
    return " ".join(plain_words(text))


@cache
def codes() -> dict[str, str]:
    """The code of each country by its codes of two and three letters, in small letters."""
    found = {country.alpha2.lower(): code for code, country in countries().items() if country.alpha2}
    return found | {code.lower(): code for code in countries()}


@cache
def persons() -> dict[str, Person]:
    """Everyone who held an office, by key."""
    held: dict[str, list[Tenure]] = {}
    for tenure in tenures():
        held.setdefault(person_key(tenure.country, tenure.person), []).append(tenure)
    return {
        key: Person(
            key, theirs[0].person, theirs[0].country, tuple(sorted(theirs, key=lambda one: one.began, reverse=True))
        )
        for key, theirs in held.items()
    }


@cache
def vocabulary() -> dict[str, Meaning]:
    """Every name that the codebook knows, as plain words, with what it may mean."""
    places, people, offices, types = _places(), _people(), _offices(), _types()
    return {
        name: Meaning(
            countries=places[name][0] if name in places else (),
            persons=people.get(name, ()),
            offices=offices.get(name, ()),
            types=types.get(name, ()),
            is_name=name in places and places[name][1],
        )
        for name in places.keys() | people.keys() | offices.keys() | types.keys()
        if name
    }


def meaning_of(name: str) -> Meaning | None:
    """What plain words mean; types of events also in the plural."""
    if found := vocabulary().get(name):
        return found
    one = vocabulary().get(_singular(name))
    return one if one and one.types else None


def completions(beginning: str, kind: str) -> list[str]:
    """Names that begin so, countries' own first, then the shortest: at most COMPLETIONS of them.

    kind: what they must mean: countries, persons, offices or types.
    """
    if len(beginning) < LEAST_PREFIX:
        return []
    names, known = _in_order(), vocabulary()
    found = []
    for name in names[bisect_left(names, beginning) :]:
        if not name.startswith(beginning):
            break
        if getattr(known[name], kind):
            found.append(name)
    return sorted(found, key=lambda name: (not known[name].is_name, len(name), name))[:COMPLETIONS]


def close_names(word: str, limit: int = 2) -> list[str]:
    """Names of countries, capitals and persons that are written nearly so, the closest first."""
    if len(word) < LEAST_CLOSE:
        return []
    alike = [name for name in _by_letter().get(word[0], ()) if abs(len(name) - len(word)) <= 2]
    return get_close_matches(word, alike, n=limit, cutoff=CLOSE)


@cache
def _in_order() -> list[str]:
    return sorted(vocabulary())


@cache
def _by_letter() -> dict[str, list[str]]:
    """Names of countries and persons by their first letter, which slips of typing seldom change."""
    found: dict[str, list[str]] = {}
    for name, meaning in vocabulary().items():
        if (meaning.countries or meaning.persons) and len(name) >= LEAST_CLOSE:
            found.setdefault(name[0], []).append(name)
    return found


def _places() -> dict[str, tuple[tuple[str, ...], bool]]:
    """Codes by name, and whether it is a name of theirs. A country's own name is no other's capital or people, and past
    states come last."""
    ranks: dict[str, dict[str, int]] = {}
    for name, code, rank in _place_names():
        known = ranks.setdefault(plain(name), {})
        known[code] = min(rank, known.get(code, rank))
    found = {}
    for name, known in ranks.items():
        best = [code for code, rank in known.items() if rank == min(known.values())]
        best.sort(key=lambda code: (countries()[code].kind == "past", code))
        shared = SHARED.get(name)
        found[name] = (shared or tuple(best), shared is not None or min(known.values()) <= 1)
    return found | {name: (shared, True) for name, shared in SHARED.items()}


def _place_names() -> Iterator[tuple[str, str, int]]:
    """(name, code, rank): 0 the country's names, 1 its codes, 2 its people, 3 its capital, 4 houses known by name."""
    for code, country in countries().items():
        yield from ((name, code, rank) for rank, names in enumerate(_names_of(country)) for name in names)
    for one in institution_names():
        if one.kind != "local":
            yield one.name, one.country, 4


def _names_of(country: Country) -> tuple[tuple[str, ...], ...]:
    return (
        (country.name, *country.names),
        (country.code, country.alpha2),
        (*country.adjectives, *country.nationals),
        (country.capital, *country.seats),
    )


def _people() -> dict[str, tuple[str, ...]]:
    """Keys by full name, other name and family name, whoever held office last first."""
    found: dict[str, dict[str, dt.date]] = {}
    for key, person in persons().items():
        latest = person.tenures[0].ended or dt.date.max
        names = {person.name, *(alias for tenure in person.tenures for alias in tenure.aliases)}
        words = plain_words(person.name)
        family = words[0] if person.country in FAMILY_FIRST else words[-1]
        for name in {family, *map(plain, names)}:
            found.setdefault(name, {})[key] = latest
    return {name: tuple(sorted(keys, key=lambda key: keys[key], reverse=True)) for name, keys in found.items()}


def _offices() -> dict[str, tuple[str, ...]]:
    """Slugs by what the office is called anywhere."""
    found: dict[str, dict[str, None]] = {plain(label): {slug: None} for slug, label in OFFICES.items()}
    for tenure in tenures():
        found.setdefault(plain(tenure.title), {})[tenure.office] = None
    return {title: tuple(slugs) for title, slugs in found.items()}


def _types() -> dict[str, tuple[str, ...]]:
    found: dict[str, tuple[str, ...]] = {}
    for slug, kind in event_types().items():
        for name in (plain(slug), plain(kind.name)):
            found[name] = found[_singular(name)] = (slug,)
    return found


def _singular(name: str) -> str:
    """Without the s of a plural: "visits postponed" is "visit postponed", and "clashes" is "clash"."""
    return re.sub(r"(?<=ch|sh|ss)es\b|(?<=\w[^s\W])s\b", "", name)
