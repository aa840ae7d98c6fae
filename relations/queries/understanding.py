"""What did they mean? A line from the search box, read as countries, persons, offices, types of events and dates."""

from __future__ import annotations

import datetime as dt
import re
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass
from itertools import combinations, product

from relations.codebook.countries import countries
from relations.queries.search_dates import FROM, TO, Period, period_at, period_written, together
from relations.queries.vocabulary import LONGEST_NAME, Meaning, codes, meaning_of, persons, plain_words

LONGEST = 200  # characters
# Words between names, which say nothing of their own.
BETWEEN = {
    *("and", "vs", "v", "versus", "with", "between", "the", "of", "in", "relations", "ties", "towards", "dyad"),
}
# Codes that are English words, too: in "can us help" they are none. They count beside other countries only.
WORDS = {
    *("us", "am", "an", "are", "as", "at", "be", "ben", "by", "can", "cod", "cub", "do", "dom", "fin", "ant", "gin"),
    *("go", "guy", "ham", "her", "in", "is", "it", "jam", "ken", "la", "lie", "ma", "mac", "mar", "me", "mo", "mus"),
    *("my", "no", "nor", "ago", "pa", "pan", "per", "pol", "so", "sun", "sur", "tan", "to", "ton", "tun", "and", "al"),
    *("de", "el", "et", "hm", "id", "ie", "la", "li", "tv", "va", "vs"),
}
# Of these, what stands so often before or after a country's name that even there it is the word.
ALWAYS_WORDS = WORDS - {"us", "ben", "cod", "cub", "dom", "fin", "guy", "ken", "mar", "pol", "tun", "sun", "mus"}
_TOKEN = re.compile(r'-?"[^"]*"?|\S+')
_PAIR = re.compile(r"([a-z]{3})[-–]([a-z]{3})")
_EVENT = re.compile(r"(?:event\s*)?#\s*(\d{1,18})|event\s+(\d{1,18})", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Named:
    """Something that was named. typed: in their words. of: what it may mean, likeliest first: codes of countries, keys
    of persons, slugs of offices or types."""

    typed: str
    of: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Understanding:
    """A line as it was understood. words: what is left, as it was typed. since, until: days. event: an id."""

    text: str
    places: tuple[Named, ...] = ()
    persons: tuple[Named, ...] = ()
    offices: tuple[Named, ...] = ()
    types: tuple[Named, ...] = ()
    since: dt.date | None = None
    until: dt.date | None = None
    event: int | None = None
    words: str = ""

    @property
    def any(self) -> bool:
        """Whether anything was understood but words."""
        return bool(self.places or self.persons or self.offices or self.types or self.event)

    @property
    def countries(self) -> tuple[str, ...]:
        """All that may be meant, likeliest first."""
        return tuple(dict.fromkeys(code for place in self.places for code in place.of))

    @property
    def pairs(self) -> tuple[tuple[str, str], ...]:
        """Pairs that may be meant, in code order, likeliest first: of each two countries that were named."""
        found: dict[tuple[str, str], None] = {}
        for one, other in combinations(self.places, 2):
            for first, second in product(one.of, other.of):
                if first != second:
                    found[(first, second) if first < second else (second, first)] = None
        return tuple(found)

    @property
    def is_one_pair(self) -> bool:
        """Whether it names one pair and nothing that its timeline could not be filtered by."""
        return len(self.pairs) == 1 and len(self.places) == 2 and not (self.persons or self.offices or self.words)

    @property
    def is_one_country(self) -> bool:
        named = not (self.persons or self.offices or self.types or self.since or self.until or self.words)
        return len(self.countries) == 1 and named


@dataclass(slots=True)
class _Word:
    """A word or more of the line. meaning: None where it is just words; weak: an English word, too."""

    typed: str
    plain: str
    literal: bool = False  # a phrase in quotes or a word with a minus, which are left as they are
    written: Period | None = None
    meaning: Meaning | None = None
    weak: bool = False


def tidy(text: str) -> str:
    """A line without control characters and with single spaces."""
    return " ".join("".join(" " if unicodedata.category(one)[0] == "C" else one for one in text).split())


def understand(text: str, added: Mapping[str, Meaning] | None = None) -> Understanding:
    """What a line means, as far as it is understood. added: meanings of names beside the codebook's, by plain words.

    Pure and quick, whatever is typed. What is not understood stays as words; with "or" between words all of it does.
    """
    text = tidy(text)[:LONGEST]
    if match := _EVENT.fullmatch(text):
        return Understanding(text, event=int(match[1] or match[2]))
    line = _words_of(text)
    if any(word.plain == "or" for word in line):
        return Understanding(text, words=text)
    pieces, periods = _read(line, added or {})
    _drop_weak(pieces)
    places = tuple(Named(one.typed, one.meaning.countries) for one in pieces if one.meaning and one.meaning.countries)
    since, until = together(periods)
    places = tuple(Named(place.typed, _existing(place.of, since, until)) for place in _once(places))
    offices = tuple(_named(pieces, "offices")) if places else ()
    understood = bool(places or _named(pieces, "persons") or _named(pieces, "types"))
    if not understood:
        return Understanding(text, words=text)
    left = [one for one in pieces if one.meaning is None or (one.meaning.offices and not places)]
    telling = [one for one in left if one.literal or one.plain not in BETWEEN]
    return Understanding(
        text=text,
        places=places,
        persons=tuple(_named(pieces, "persons")),
        offices=offices,
        types=tuple(_named(pieces, "types")),
        since=since,
        until=until,
        words=" ".join(one.typed for one in telling),
    )


def _words_of(text: str) -> list[_Word]:
    found: list[_Word] = []
    for token in _TOKEN.findall(text):
        if '"' in token or (token.startswith("-") and len(token) > 1):
            found.append(_Word(token, "", literal=True))
            continue
        bare = token.strip(",;:.?!()")
        if written := period_written(bare):
            found.append(_Word(token, bare, written=written))
            continue
        pair = _PAIR.fullmatch(bare.lower())
        parts = plain_words(token)
        if pair and all(code in codes() for code in pair.groups()):
            places = (Meaning(countries=(codes()[code],), is_name=True) for code in pair.groups())
            found += [_Word(part, part, meaning=place) for part, place in zip(pair.groups(), places, strict=True)]
        elif len(parts) == 1:
            found.append(_Word(token, parts[0]))
        else:
            found += [_Word(part, part) for part in parts]
    return found


def _read(line: list[_Word], added: Mapping[str, Meaning]) -> tuple[list[_Word], list[Period]]:
    """The line in pieces, each the longest that has a meaning, and the dates in it."""
    pieces: list[_Word] = []
    periods: list[Period] = []
    plain = [word.plain for word in line]
    written = [word.written for word in line]
    at = 0
    while at < len(line):
        if line[at].literal or line[at].meaning:
            taken, piece = 1, line[at]
        elif dated := period_at(plain, at, written):
            taken, period = dated
            periods.append(period)
            at += taken
            continue
        else:
            taken, piece = _longest(line, at, added)
        pieces.append(piece)
        at += taken
    return pieces, periods


def _longest(line: list[_Word], at: int, added: Mapping[str, Meaning]) -> tuple[int, _Word]:
    for taken in range(min(LONGEST_NAME, len(line) - at), 0, -1):
        some = line[at : at + taken]
        if any(word.literal or word.meaning or word.written for word in some):
            continue
        name = " ".join(word.plain for word in some)
        if taken == 1 and (name in BETWEEN or name in FROM | TO):
            break
        if meaning := added.get(name) or meaning_of(name):
            typed = " ".join(word.typed for word in some)
            return taken, _Word(typed, name, meaning=meaning, weak=_is_weak(typed, name, line))
    return 1, line[at]


def _is_weak(typed: str, name: str, line: list[_Word]) -> bool:
    """Whether it may be no country at all. A word, but for US among small letters, or a code of two small letters."""
    if name == "us" and typed.rstrip(",;:?!") in ("US", "U.S.", "U.S"):
        return all(word.typed.isupper() for word in line)
    return name in WORDS or (len(name) == 2 and name in codes() and not typed.isupper())


def _drop_weak(pieces: list[_Word]) -> None:
    """Let what is an English word, too, be that word, where nothing shows that a country is meant.

    "us" is one beside a country or where all the rest is understood; "can" only among codes: can usa.
    """
    pieces_with_words = [one for one in pieces if one.plain not in BETWEEN]
    all_codes = all(one.plain in codes() for one in pieces) and any(one.plain not in WORDS for one in pieces)
    all_known = all(one.meaning for one in pieces_with_words) and any(
        one.plain not in WORDS or one.plain == "us" for one in pieces
    )
    capitals = all(one.typed.isupper() for one in pieces)
    for at, one in enumerate(pieces_with_words):
        if not one.weak or all_codes or (capitals and all_known):
            continue
        around = (*pieces_with_words[max(at - 1, 0) : at], *pieces_with_words[at + 1 : at + 2])
        beside = any(other.meaning and other.meaning.countries and not other.weak for other in around)
        if one.plain in ALWAYS_WORDS or not (all_known or beside):
            one.meaning = None


def _named(pieces: list[_Word], kind: str) -> list[Named]:
    """What was named of a kind. Who names a country, an office or a type names no person by the same word."""
    found = []
    for one in pieces:
        meaning = one.meaning
        if meaning is None or meaning.countries:
            continue
        if kind == "types" and meaning.offices:
            continue
        if kind == "persons" and (meaning.offices or meaning.types):
            continue
        if of := getattr(meaning, kind):
            found.append(Named(one.typed, of))
    return found


def _once(places: tuple[Named, ...]) -> list[Named]:
    """Each country once, however often it was named."""
    return list({place.of: place for place in reversed(places)}.values())[::-1]


def _existing(of: tuple[str, ...], since: dt.date | None, until: dt.date | None) -> tuple[str, ...]:
    """The countries that there were in that time, today where none was given; all, where there were none of them."""
    first, last = since or until or dt.date.max, until or dt.date.max
    there = []
    for code in of:
        country = countries()[code]
        gone = country.valid_until and country.valid_until < first
        to_come = country.valid_from and country.valid_from > last
        if not gone and not to_come:
            there.append(code)
    return tuple(there) or of


def countries_of_persons(understood: Understanding) -> tuple[Named, ...]:
    """For each person that was named, the countries they may have acted for."""
    return tuple(
        Named(one.typed, tuple(dict.fromkeys(persons()[key].country for key in one.of))) for one in understood.persons
    )
