"""Where words that somebody marked stand in a text: whole sentences, and the words' place in them. Pure."""

from __future__ import annotations

import re
from dataclasses import dataclass

from relations.tagging.sentences import split


@dataclass(frozen=True, slots=True)
class Passage:
    """The sentences that hold marked words. number: of the first, last: of the last, from 0; at: the words' first
    character in the text; span: their [start, end) in the sentences, words that were cut made whole; one_paragraph:
    whether all stand in one."""

    text: str
    number: int
    last: int
    at: int
    span: tuple[int, int]
    one_paragraph: bool

    @property
    def words(self) -> str:
        return self.text[slice(*self.span)]


def passage_of(text: str, words: str, near: int = 0) -> Passage | None:
    """Where these words stand; None where they don't. What lies between them counts as space, however much it is.

    near: of several places the one that starts at this character, else the nearest of those that cut no word, else the
    nearest.
    """
    wanted = r"\s+".join(map(re.escape, words.split()))
    found = [one.span() for one in re.finditer(wanted, text)] if wanted else []
    if not found:
        return None
    place = min(found, key=lambda one: (one[0] != near and _whole(text, *one) != one, abs(one[0] - near)))
    start, end = _whole(text, *place)
    inside = [one for one in split(text) if one.start < end and one.start + len(one.text) > start]
    if not inside:
        return None
    first, last = inside[0], inside[-1]
    sentences = text[first.start : last.start + len(last.text)]
    span = (max(0, start - first.start), min(len(sentences), end - first.start))
    return Passage(sentences, first.number, last.number, start, span, first.paragraph == last.paragraph)


def _whole(text: str, start: int, end: int) -> tuple[int, int]:
    """A stretch widened to the words that it cuts, in scripts that put spaces between words and have capitals."""
    while start > 0 and _of_word(text[start - 1]) and _of_word(text[start]):
        start -= 1
    while end < len(text) and _of_word(text[end - 1]) and _of_word(text[end]):
        end += 1
    return start, end


def _of_word(character: str) -> bool:
    return character.isdigit() or character.lower() != character.upper()
