"""Institutions beside the names of countries: "Pakistan's foreign ministry", "the foreign minister of Greece". Pure."""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import cache

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
    for noun_start, noun_end, noun in lexicon.find_nouns(window):
        between = window[:noun_start].split()
        if len(between) > (MOST_BETWEEN if qualifies else 0):
            break
        if any(word.lower() in FUNCTION_WORDS or word[-1] in ",;.:)-–—" for word in between):
            break
        tail = SPEAKER.match(window, noun_end)
        return start + (tail.end() if tail else noun_end), lexicon.nouns[noun]
    return end, ""


def institution_before(text: str, start: int, lexicon: Lexicon) -> tuple[int, str]:
    """The start and slug of the institution that is "of" the name; ``start`` and "" where there is none."""
    joint = re.search(r"\s+(?:of|from)\s+(?:the\s+)?$", text[max(0, start - 20) : start])
    if not joint:
        return start, ""
    joint_at = max(0, start - 20) + joint.start()
    window_start = max(0, joint_at - 45)
    for noun_start, noun_end, noun in lexicon.find_nouns(text[window_start:joint_at]):
        if window_start + noun_end == joint_at:
            return window_start + noun_start, lexicon.nouns[noun]
    return start, ""


def epithets(text: str, body: int, named: Sequence[Mention], present: frozenset[str]) -> list[Mention]:
    """Words for a country named elsewhere, where they can mean just one: "the kingdom", "the island"."""
    found = []
    for word in _epithet_pattern().finditer(text, body):
        meant = present.intersection(name_lists()["epithets"][" ".join(word[1].lower().split())])
        span = Span(word.start(1), word.end(1))
        if len(meant) != 1 or any(one.span.start < span.end and span.start < one.span.end for one in named):
            continue
        (country,) = meant
        preposition = preposition_before(text, span.start)
        place = preposition in ("in", "on", "at", "near", "off", "around", "across", "outside", "inside")
        found.append(
            Mention(
                country, country, span, span, word[1], BARE, preposition, place=place and word[2] is None, guessed=True
            )
        )
    return found


@cache
def _epithet_pattern() -> re.Pattern[str]:
    longest_first = sorted(name_lists()["epithets"], key=len, reverse=True)
    words = "|".join(re.escape(word).replace(r"\ ", r"\s+") for word in longest_first)
    return re.compile(rf"\b(?:the|this)\s+(?:[a-z-]+\s+)?({words})\b([’']s)?(?!\s+of\b)", re.IGNORECASE)


def bare_institutions(
    text: str, body: int, lexicon: Lexicon, named: Sequence[Mention], memory: Memory
) -> list[Mention]:
    """Institutions without a country: that of the capital they are said to be in, else of who had one or acted last."""
    bare: list[Mention] = []
    taken = [mention.span for mention in named]
    for start, end, noun in lexicon.find_nouns(text):
        slug = lexicon.nouns[noun]
        if start < body or any(span.start < end and start < span.end for span in taken):
            continue
        if slug == "armed_forces" and slug not in memory.institutions:
            continue
        if noun in name_lists()["never_bare"] or OTHERS.search(text, body, start):
            continue
        if not BARE_START.search(text, max(body, start - 60), start):
            continue
        # An embassy in a capital is any country's but that one's.
        sent = noun in name_lists()["diplomats"]
        at_a_capital = "" if sent else _capital_beside(text, start, end, named)
        country = at_a_capital or _whose(slug, start, named, memory)
        if not country:
            continue
        tail = SPEAKER.match(text, end)
        span = Span(start, tail.end() if tail else end)
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


# A sentence that opens with "In Madrid" speaks of Madrid's government.
OPENING = re.compile(r"(?:.{0,60}[:–—-]\s+)?In\s+")


def _capital_beside(text: str, start: int, end: int, named: Sequence[Mention]) -> str:
    """The country of the capital in "the foreign ministry in Athens" and "In Athens, a spokesperson"."""
    for mention in named:
        if mention.kind != CAPITAL:
            continue
        if mention.preposition == "in" and OPENING.fullmatch(text[: mention.core.start]):
            return mention.country
        behind = text[end : mention.core.start] if 0 <= mention.core.start - end < 40 else ""
        if re.fullmatch(r"(?:\s+(?:spokes\w+|officials?|office))?\s+in\s+", behind):
            return mention.country
        front = text[mention.core.end : start] if 0 <= start - mention.core.end < 40 else ""
        if mention.preposition == "in" and re.fullmatch(r",\s+(?:the|a|an)\s+(?:[\w-]+\s+)?", front):
            return mention.country
    return ""
