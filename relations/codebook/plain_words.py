"""Words that name nobody in particular: pronouns, common nouns, and what a country and its people are called."""

from __future__ import annotations

import re
from functools import cache
from pathlib import Path

from relations.codebook.countries import countries
from relations.codebook.institutions import institution_names, institutions
from relations.codebook.tables import DATA, read_table

KINDS = {"pronoun", "article", "number", "people", "office", "body", "force"}
POSSESSIVE = re.compile(r"['\u2019]s?$")
MARKS = ".,;:()\u201c\u201d\"'"


def load_plain_words(path: Path = DATA / "plain_words.csv") -> frozenset[str]:
    """In small letters. Raises CodebookError for a row that can't be used."""
    found: set[str] = set()
    for row in read_table(path, ("word", "kind")):
        word = row.needed("word")
        row.one_of("kind", KINDS)
        if not word.islower() or word in found:
            raise row.wrong(f"{word!r} must be written small, and once.")
        found.add(word)
    return frozenset(found)


def stands_for_many(name: str) -> bool:
    """Whether a text that says this may mean anybody: "They", "officials", "the Pakistani government", "Pakistan".

    Without a capital letter, or of nothing but plain words, names and adjectives of countries, their people and
    capitals, and nouns of institutions. A name of one country's institution ("Foreign Office") is none.
    """
    words = _split(name)
    own = words[1:] if words[:1] == ("the",) else words
    return name == name.lower() or (own not in _own_names() and _are_plain(words))


def _are_plain(words: tuple[str, ...]) -> bool:
    phrases, longest = _phrases()
    at = 0
    while at < len(words):
        step = next((n for n in range(longest, 0, -1) if words[at : at + n] in phrases and at + n <= len(words)), 0)
        if not step:
            return False
        at += step
    return True


def _split(text: str) -> tuple[str, ...]:
    """Words in small letters, without the marks around them."""
    words = (POSSESSIVE.sub("", word.strip(MARKS)) for word in text.lower().replace("-", " ").split())
    return tuple(word for word in words if word)


@cache
def _own_names() -> frozenset[tuple[str, ...]]:
    """Names of one country's institution, of two words at least."""
    return frozenset(words for one in institution_names() if len(words := _split(one.name)) > 1)


@cache
def _phrases() -> tuple[frozenset[tuple[str, ...]], int]:
    """What stands for many, each as its words, and how many the longest has."""
    of_countries = (
        word
        for one in countries().values()
        for word in (one.name, one.capital, *one.names, *one.adjectives, *one.nationals, *one.seats)
    )
    nouns = (noun for one in institutions().values() for noun in one.nouns)
    phrases = {_split(text) for text in (*load_plain_words(), *of_countries, *nouns)} - {()}
    return frozenset(phrases), max(map(len, phrases))
