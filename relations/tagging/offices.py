"""Institutions beside the names of countries: "Pakistan's foreign ministry", "the foreign minister of Greece". Pure."""

from __future__ import annotations

import re
from collections.abc import Sequence

from relations.codebook.keys import institution_key
from relations.tagging.coded import Span
from relations.tagging.lexicon import CAPITAL, Lexicon, name_lists
from relations.tagging.mentions import BARE, Memory, Mention, preposition_before

POSSESSIVE = re.compile(r"[’']s?(?=\s)")
# Words that can't stand between "Pakistani" and the noun that it qualifies.
FUNCTION_WORDS = {
    *("and", "or", "of", "in", "on", "at", "to", "by", "for", "from", "with", "the", "a", "an", "that", "who", "which"),
    *("is", "was", "has", "had", "have", "will", "would", "are", "were", "be", "said", "as", "but", "after", "against"),
    "over",
}
# As many words may stand between, as in "Turkey's deputy foreign minister".
MOST_BETWEEN = 3
SPEAKER = re.compile(r"(?:[’']s)?\s+(?:spokes\w+|officials?|minister|ministry|chief|office)\b")
# "the foreign ministry", "a foreign ministry spokesperson", "Officials": an institution that names no country.
BARE_START = re.compile(r"(?:^|\b(?:the|its|a|an)\s+|[,;]\s+|\band\s+)(?:[\w-]+\s+){0,2}$", re.IGNORECASE)
# "other governments", "both armies": nobody's in particular.
OTHERS = re.compile(
    r"\b(?:other|both|two|three|all|some|many|several|foreign|western|neighbou?ring|opposition|each|every|no)\s+$",
    re.IGNORECASE,
)


def institution_after(text: str, end: int, lexicon: Lexicon, *, qualifies: bool) -> tuple[int, str]:
    """The end and slug of the institution behind a name: "'s foreign ministry". ``end`` and "" where there is none.

    qualifies: the name is an adjective or possessive, so that other words may come between.
    """
    possessive = POSSESSIVE.match(text, end)
    start = possessive.end() if possessive else end
    if not text[start : start + 1].isspace():
        return end, ""
    window = text[start : start + 70]
    for noun in lexicon.noun_pattern.finditer(window):
        between = window[: noun.start()].split()
        if len(between) > (MOST_BETWEEN if qualifies else 0):
            break
        if any(word.lower() in FUNCTION_WORDS or word[-1] in ",;." for word in between):
            break
        tail = SPEAKER.match(window, noun.end())
        return start + (tail.end() if tail else noun.end()), lexicon.nouns[noun.group().lower()]
    return end, ""


def institution_before(text: str, start: int, lexicon: Lexicon) -> tuple[int, str]:
    """The start and slug of the institution that is "of" the name; ``start`` and "" where there is none."""
    joint = re.search(r"\s+(?:of|from)\s+(?:the\s+)?$", text[max(0, start - 20) : start])
    if not joint:
        return start, ""
    joint_at = max(0, start - 20) + joint.start()
    window_start = max(0, joint_at - 45)
    for noun in lexicon.noun_pattern.finditer(text, window_start, joint_at):
        if noun.end() == joint_at:
            return noun.start(), lexicon.nouns[noun.group().lower()]
    return start, ""


def bare_institutions(
    text: str, body: int, lexicon: Lexicon, named: Sequence[Mention], memory: Memory
) -> list[Mention]:
    """Institutions without a country: that of the capital they are said to be in, else of who had one or acted last."""
    bare: list[Mention] = []
    taken = [mention.span for mention in named]
    for noun in lexicon.noun_pattern.finditer(text, body):
        slug = lexicon.nouns[noun.group().lower()]
        if any(span.start < noun.end() and noun.start() < span.end for span in taken):
            continue
        if slug == "armed_forces" and slug not in memory.institutions:
            continue
        if noun.group().lower() in name_lists()["never_bare"] or OTHERS.search(text, body, noun.start()):
            continue
        if not BARE_START.search(text, max(body, noun.start() - 60), noun.start()):
            continue
        at_a_capital = _capital_beside(text, noun.start(), noun.end(), named)
        country = at_a_capital or _whose(slug, noun.start(), named, memory)
        if not country:
            continue
        tail = SPEAKER.match(text, noun.end())
        span = Span(noun.start(), tail.end() if tail else noun.end())
        taken.append(span)
        bare.append(
            Mention(
                country=country,
                actor=institution_key(country, slug),
                core=span,
                span=span,
                words=text[span.start : span.end],
                kind=BARE,
                preposition=preposition_before(text, span.start),
                guessed=not at_a_capital,
            )
        )
    return bare


def _whose(slug: str, position: int, named: Sequence[Mention], memory: Memory) -> str:
    """The country of "the prime minister": of the last one named, else of the sentence's subject or the last actor."""
    if slug != "government" and slug in memory.institutions:
        return memory.institutions[slug]
    subjects = (
        mention.country
        for mention in named
        if mention.span.start < position and mention.can_act and not mention.preposition
    )
    return next(subjects, memory.last_actor)


def _capital_beside(text: str, start: int, end: int, named: Sequence[Mention]) -> str:
    """The country of the capital in "the foreign ministry in Athens" and "In Athens, a spokesperson"."""
    for mention in named:
        if mention.kind != CAPITAL:
            continue
        behind = text[end : mention.core.start] if 0 <= mention.core.start - end < 40 else ""
        if re.fullmatch(r"(?:\s+(?:spokes\w+|officials?|office))?\s+in\s+", behind):
            return mention.country
        front = text[mention.core.end : start] if 0 <= start - mention.core.end < 40 else ""
        if mention.preposition == "in" and re.fullmatch(r",\s+(?:the|a|an)\s+(?:[\w-]+\s+)?", front):
            return mention.country
    return ""
