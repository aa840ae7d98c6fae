"""Where words that somebody marked stand in a text: whole sentences, and the words' place in them. Pure."""

from __future__ import annotations

import re
from dataclasses import dataclass

from relations.tagging.sentences import split


@dataclass(frozen=True, slots=True)
class Passage:
    """The sentences that hold marked words. number: of the first, last: of the last, from 0; at: the words' first
    character in the text; span: their [start, end) in the sentences; one_paragraph: whether all stand in one."""

    text: str
    number: int
    last: int
    at: int
    span: tuple[int, int]
    one_paragraph: bool


def passage_of(text: str, words: str, near: int = 0) -> Passage | None:
    """Where these words stand; None where they don't. What lies between them counts as space, however much it is.

    near: of several places the one whose start is nearest to this character.
    """
    wanted = r"\s+".join(map(re.escape, words.split()))
    found = list(re.finditer(wanted, text)) if wanted else []
    if not found:
        return None
    at = min(found, key=lambda one: abs(one.start() - near))
    inside = [one for one in split(text) if one.start < at.end() and one.start + len(one.text) > at.start()]
    if not inside:
        return None
    first, last = inside[0], inside[-1]
    sentences = text[first.start : last.start + len(last.text)]
    span = (max(0, at.start() - first.start), min(len(sentences), at.end() - first.start))
    return Passage(sentences, first.number, last.number, at.start(), span, first.paragraph == last.paragraph)
