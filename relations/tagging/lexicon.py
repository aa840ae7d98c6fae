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
PERSON_ENTRY = re.compile(r"(?P<names>.+?) (?P<since>\d{4})(?: (?P<until>\d{4}))?")
# (actor key, country, name, valid from, valid until)
ExtraName = tuple[str, str, str, dt.date | None, dt.date | None]
# Earlier kinds win where one name means several things.
STATE, ADJECTIVE, NATIONAL, CAPITAL, PLACE, INSTITUTION, GROUP, LOCAL, PERSON, SURNAME, FIRM, OTHER = (
    *("state", "adjective", "national", "capital", "place", "institution", "group", "local", "person", "surname"),
    *("firm", "other"),
)
KINDS = (OTHER, FIRM, GROUP, INSTITUTION, PERSON, STATE, ADJECTIVE, CAPITAL, NATIONAL, PLACE, LOCAL, SURNAME)
# The tables of names that hold a list of names by country, and what those are.
KINDS_OF_TABLES = {
    "more_names": STATE,
    "more_adjectives": ADJECTIVE,
    "more_nationals": NATIONAL,
    "groups": GROUP,
    "private_bodies": FIRM,
    "places": PLACE,
    "halves": LOCAL,
}

# The lists that are only asked whether they hold a word.
SETS = (
    *("place_only", "also_first_names", "titles", "private", "never_bare", "surname_needs_title", "days_and_months"),
    *("diplomats", "us_towns", "never_a_firm"),
)


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
    """What the coder must know of names beyond the codebook: names.toml, and names/*.toml put together by country."""
    lists = tomllib.loads((DATA / "names.toml").read_text("utf-8"))
    for path in sorted((DATA / "names").glob("*.toml")):
        for table, held in tomllib.loads(path.read_text("utf-8")).items():
            if isinstance(held, dict):
                lists.setdefault(table, {}).update(held)
            else:
                lists[table] = held
    for name in SETS:
        lists[name] = frozenset(lists[name])
    return lists


class Lexicon:
    """Names, with their meanings, and the nouns of institutions."""

    def __init__(self, meanings: dict[str, list[Meaning]], nouns: dict[str, str]) -> None:
        """meanings: by name. nouns: institution slug by noun in small letters."""
        self._names = list(meanings)
        self._meanings = [tuple(sorted(meanings[name], key=_precedence)) for name in self._names]
        self._automaton = AhoCorasick(self._names, matchkind=MatchKind.Standard, store_patterns=False)
        self.nouns = nouns
        self._nouns = list(nouns)
        # An alternation of hundreds of words would take a hundred times as long as the names of a sentence do.
        self._noun_automaton = AhoCorasick(self._nouns, matchkind=MatchKind.Standard, store_patterns=False)

    def __len__(self) -> int:
        return len(self._names)

    def find(self, text: str) -> list[Found]:
        """Names that stand as whole words, leftmost first and then longest, without overlap."""
        hits = _whole_words(self._automaton, text)
        return [Found(start, end, self._names[index], self._meanings[index]) for start, end, index in hits]

    def find_nouns(self, text: str) -> list[tuple[int, int, str]]:
        """The nouns of institutions, whatever their case: start, end and the noun in small letters."""
        return [
            (start, end, self._nouns[index]) for start, end, index in _whole_words(self._noun_automaton, _lower(text))
        ]


def _whole_words(automaton: AhoCorasick, text: str) -> list[tuple[int, int, int]]:
    """Start, end and index of what is found as whole words, leftmost first and then longest, without overlap."""
    hits = []
    for index, start, end in automaton.find_matches_as_indexes(text, overlapping=True):
        if start and (text[start - 1].isalnum() or text[start - 1] == "_"):
            continue
        if end < len(text) and (text[end].isalnum() or text[end] == "_") and text[end - 1] != ".":
            continue
        hits.append((start, -end, index))
    found = []
    free_from = 0
    for start, minus_end, index in sorted(hits):
        if start >= free_from:
            found.append((start, -minus_end, index))
            free_from = -minus_end
    return found


def _lower(text: str) -> str:
    """In small letters, each at its place ("İ" has two small letters)."""
    lower = text.lower()
    if len(lower) == len(text):
        return lower
    return "".join(letter.lower() if len(letter.lower()) == 1 else letter for letter in text)


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
    for table, kind in KINDS_OF_TABLES.items():
        for country_code, names in name_lists()[table].items():
            _add_names(meanings, names, kind, known[country_code])
    if tenure_table is None:
        for country_code, persons in name_lists()["persons"].items():
            for entry in persons:
                _add_person(meanings, country_code, entry)
    for name, other in name_lists()["dated"].items():
        meanings[name].append(
            Meaning(STATE, other["country"], state_key(other["country"]), other["since"], other["until"], True)
        )
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


def _add_names(meanings: dict[str, list[Meaning]], names: Iterable[str], kind: str, country: Country) -> None:
    since = country.valid_from if country.kind == "past" else None
    for name in names:
        if not any(known.country == country.code and known.kind == kind for known in meanings[name]):
            # Where a group is named in the codebook too, its entry there is the better one.
            meanings[name].append(Meaning(kind, country.code, state_key(country.code), since, country.valid_until))


def _add_person(meanings: dict[str, list[Meaning]], country: str, entry: str) -> None:
    """entry: "Name|Other name 1999 2004", without a last year for one who still acts."""
    written = PERSON_ENTRY.fullmatch(entry)
    if written is None:
        raise ValueError(f"{entry!r} among the persons of {country} must be names, a year and a year or none.")
    names = written["names"].split("|")
    since = dt.date(int(written["since"]), 1, 1)
    until = dt.date(int(written["until"]), 12, 31) if written["until"] else None
    key = person_key(country, names[0])
    for name in names:
        meanings[name].append(Meaning(PERSON if " " in name else SURNAME, country, key, since, until))


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
