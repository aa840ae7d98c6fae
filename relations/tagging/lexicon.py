"""All names by which countries and those who act for them are found in a text, in one automaton. Pure."""

from __future__ import annotations

import datetime as dt
import re
import tomllib
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from ahocorasick_rs import AhoCorasick, MatchKind

from relations.codebook.countries import Country, countries
from relations.codebook.institutions import Institution, institution_names, institutions
from relations.codebook.keys import institution_key, person_key, state_key
from relations.codebook.tenures import Tenure, tenures

DATA = Path(__file__).parent / "data"
# (actor key, country, name, valid from, valid until)
ExtraName = tuple[str, str, str, dt.date | None, dt.date | None]
# Earlier kinds win where one name means several things.
STATE, ADJECTIVE, NATIONAL, CAPITAL, INSTITUTION, LOCAL, PERSON, SURNAME, OTHER = (
    *("state", "adjective", "national", "capital", "institution", "local", "person", "surname", "other"),
)
KINDS = (OTHER, INSTITUTION, PERSON, STATE, ADJECTIVE, CAPITAL, NATIONAL, LOCAL, SURNAME)


@dataclass(frozen=True, slots=True)
class Meaning:
    """What a name stands for. until: the last day on which it does, None for ever."""

    kind: str
    country: str
    actor: str
    since: dt.date | None = None
    until: dt.date | None = None
    of_the_past: bool = False

    def holds_on(self, day: dt.date | None) -> bool:
        if day is None:
            return True
        return (self.since is None or self.since <= day) and (self.until is None or day <= self.until)


@dataclass(frozen=True, slots=True)
class Found:
    """A name in a text, at [start, end), and all that it may mean."""

    start: int
    end: int
    name: str
    meanings: tuple[Meaning, ...]


@cache
def name_lists() -> dict[str, Any]:
    return tomllib.loads((DATA / "names.toml").read_text("utf-8"))


class Lexicon:
    """Names, with their meanings, and the nouns of institutions."""

    def __init__(self, meanings: dict[str, list[Meaning]], nouns: dict[str, str]) -> None:
        """meanings: by name. nouns: institution slug by noun in small letters."""
        self._names = list(meanings)
        self._meanings = [tuple(sorted(meanings[name], key=_precedence)) for name in self._names]
        self._automaton = AhoCorasick(self._names, matchkind=MatchKind.Standard, store_patterns=False)
        self.nouns = nouns
        longest_first = sorted(nouns, key=len, reverse=True)
        self.noun_pattern = re.compile(rf"\b(?:{'|'.join(map(re.escape, longest_first))})\b", re.IGNORECASE)

    def __len__(self) -> int:
        return len(self._names)

    def find(self, text: str) -> list[Found]:
        """Names that stand as whole words, leftmost first and then longest, without overlap."""
        hits = []
        for index, start, end in self._automaton.find_matches_as_indexes(text, overlapping=True):
            if start and (text[start - 1].isalnum() or text[start - 1] == "_"):
                continue
            if end < len(text) and (text[end].isalnum() or text[end] == "_") and text[end - 1] != ".":
                continue
            hits.append((start, -end, index))
        found: list[Found] = []
        free_from = 0
        for start, minus_end, index in sorted(hits):
            if start >= free_from:
                found.append(Found(start, -minus_end, self._names[index], self._meanings[index]))
                free_from = -minus_end
        return found


def compile_lexicon(
    extra_names: Iterable[ExtraName] = (),
    *,
    tenure_table: Sequence[Tenure] | None = None,
    country_table: dict[str, Country] | None = None,
) -> Lexicon:
    """The lexicon of the codebook and of names added by people. Takes about a tenth of a second."""
    known = countries() if country_table is None else country_table
    meanings: dict[str, list[Meaning]] = defaultdict(list)
    for country in known.values():
        _add_country(meanings, country)
    for given in institution_names():
        kind = LOCAL if given.kind == "local" else INSTITUTION
        meanings[given.name].append(Meaning(kind, given.country, institution_key(given.country, given.institution)))
    for tenure in tenures() if tenure_table is None else tenure_table:
        _add_tenure(meanings, tenure)
    for actor, country_code, name, since, until in extra_names:
        if name.strip():
            kind = PERSON if ":person:" in actor else INSTITUTION if ":" in actor else STATE
            meanings[name.strip()].append(Meaning(kind, country_code, actor, since, until))
    for country_code, names in name_lists()["more_names"].items():
        for name in names:
            meanings[name].append(Meaning(STATE, country_code, state_key(country_code)))
    for name in name_lists()["not_countries"]:
        meanings[name] = [Meaning(OTHER, "", "")]
    return Lexicon(meanings, _nouns(institutions()))


def _precedence(meaning: Meaning) -> tuple[int, bool, dt.date]:
    # Without a date at hand the state of today and the last holder of an office are the best guess.
    newest_first = dt.date.max - (meaning.since - dt.date.min) if meaning.since else dt.date.max
    return (KINDS.index(meaning.kind), meaning.of_the_past, newest_first)


def _add_country(meanings: dict[str, list[Meaning]], country: Country) -> None:
    key = state_key(country.code)
    past = country.kind == "past"
    # A new state's name is read in texts of before too ("Croatia" in 1990); a gone one's is not read in later ones.
    since = country.valid_from if past else None
    named: dict[str, str] = {}
    for kind, names in (
        (NATIONAL, country.nationals),
        (CAPITAL, (country.capital, *country.seats)),
        (ADJECTIVE, country.adjectives),
        (STATE, (country.name, *country.names)),
    ):
        named.update(dict.fromkeys(names, kind))
    for name, kind in named.items():
        if name:
            meanings[name].append(Meaning(kind, country.code, key, since, country.valid_until, past))


def _add_tenure(meanings: dict[str, list[Meaning]], tenure: Tenure) -> None:
    key = person_key(tenure.country, tenure.person)
    surname = tenure.person.split()[-1]
    for name, kind in {surname: SURNAME, **dict.fromkeys((tenure.person, *tenure.aliases), PERSON)}.items():
        kind_of_name = SURNAME if " " not in name else kind
        if len(name) > 1:
            meanings[name].append(Meaning(kind_of_name, tenure.country, key, tenure.began, tenure.ended_at_latest))


def _nouns(known: dict[str, Institution]) -> dict[str, str]:
    found: dict[str, str] = {}
    for institution in known.values():
        for noun in institution.nouns:
            found.setdefault(noun.lower(), institution.slug)
            if not noun.endswith("s"):
                found.setdefault(f"{noun.lower()}s", institution.slug)
    for noun in name_lists()["public_bodies"]:
        found.setdefault(noun, "government")
    return found
