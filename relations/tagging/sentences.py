"""A text's sentences, with where they stand. Pure."""

from __future__ import annotations

import re
from dataclasses import dataclass

ABBREVIATIONS = {
    *("mr", "mrs", "ms", "dr", "gen", "lt", "col", "maj", "capt", "adm", "sgt", "cmdr", "sen", "rep", "gov", "prof"),
    *("st", "rev", "hon", "pres", "amb", "vs", "etc", "no", "inc", "ltd", "co", "corp", "jr", "sr", "brig", "sec"),
    *("jan", "feb", "mar", "apr", "jun", "jul", "aug", "sep", "sept", "oct", "nov", "dec", "approx", "dept", "min"),
}
# After "U.S." a new sentence starts only with a word that can't go on the old one.
STARTERS = {"The", "It", "He", "She", "They", "But", "In", "On", "A", "An", "This", "That", "However", "We", "I", "At"}
PARAGRAPH = re.compile(r"\S[^\n]*(?:\n[^\S\n]*\S[^\n]*)*")
END = re.compile(r"[.!?]+[\"'”’)\]]*(?=\s+[\"'“‘(\[]?[^\W_a-z])")
LAST_WORD = re.compile(r"[\w.]+$")
# ISLAMABAD: / SEOUL (Meridian Wire) - / KABUL, Afghanistan (AP) --
# Or the hour of an entry of a live page: 14:45
DATELINE = re.compile(
    r"(?:[0-2]?\d[:.][0-5]\d(?:\s?(?:am|pm|GMT|UTC|CET|h))?(?::|\s[-–—])?\s+(?=[^\W\d_a-z]))|"
    r"[\"“]?[^\W\d_a-z]{2}(?:[^\W\d_a-z]|(?: / |[ .'’/-])(?=[^\W\d_a-z]))*(?:,\s?[^\W\d_][\w. ]{1,30}?)?"
    r"(?:,\s?(?:Jan|Feb|Mar|Apr|May|Jun|Jul|Aug|Sep|Oct|Nov|Dec)\w*\.?\s\d{1,2})?"
    r"(?:,?\s*\([^)\n]{1,40}\)\.?)?\s*(?::|\.?--?|–|—)\s+"
)


@dataclass(frozen=True, slots=True)
class Sentence:
    """number: from 0. start: offset in the text. body: offset in the sentence behind a dateline, 0 without one."""

    number: int
    paragraph: int
    start: int
    text: str
    body: int


def split(text: str) -> list[Sentence]:
    """The sentences of a text whose paragraphs are separated by empty lines; ``text[start:]`` begins with each."""
    found: list[Sentence] = []
    for number, paragraph in enumerate(PARAGRAPH.finditer(text)):
        for start, end in _sentence_bounds(paragraph.group()):
            words = paragraph.group()[start:end]
            dateline = DATELINE.match(words) if start == 0 else None
            body = dateline.end() if dateline else 0
            found.append(Sentence(len(found), number, paragraph.start() + start, words, body))
    return found


def _sentence_bounds(paragraph: str) -> list[tuple[int, int]]:
    bounds, start = [], 0
    for match in END.finditer(paragraph):
        if _is_abbreviation(paragraph, match):
            continue
        bounds.append((start, match.end()))
        rest = paragraph[match.end() :]
        start = match.end() + len(rest) - len(rest.lstrip())
    if paragraph[start:].strip():
        bounds.append((start, len(paragraph.rstrip())))
    return bounds


def _is_abbreviation(paragraph: str, end: re.Match[str]) -> bool:
    if not end.group().startswith(".") or len(end.group()) > 1:
        return False
    before = LAST_WORD.search(paragraph, max(0, end.start() - 30), end.start())
    word = before.group() if before else ""
    if word.lower() in ABBREVIATIONS:
        return True
    if len(word) == 1 and word.isupper():  # an initial
        return True
    if "." in word and all(len(part) <= 1 for part in word.split(".")):
        follower = re.match(r"\s+(\w+)", paragraph[end.end() :])
        return follower is not None and follower[1] not in STARTERS
    return False
