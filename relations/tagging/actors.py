"""Who is named in a sentence, for which country, and in what part: actor, place, or a thing's origin. Pure."""

from __future__ import annotations

import datetime as dt
import re
from dataclasses import replace

from relations.codebook.keys import institution_key
from relations.tagging.coded import Span
from relations.tagging.lexicon import (
    ADJECTIVE,
    CAPITAL,
    LOCAL,
    NATIONAL,
    OTHER,
    PERSON,
    STATE,
    SURNAME,
    Found,
    Lexicon,
    Meaning,
    name_lists,
)
from relations.tagging.mentions import Memory, Mention, preposition_before
from relations.tagging.offices import POSSESSIVE, bare_institutions, institution_after, institution_before
from relations.tagging.sentences import Sentence

PLACE_PREPOSITIONS = {
    *("in", "at", "near", "from", "via", "through", "outside", "inside", "across", "off", "around", "into"),
}
JOINED = re.compile(r"(?:[’']s?)?(?:\s*,)?(?:\s+and|\s*,|\s+as well as)\s+(?:the\s+)?", re.IGNORECASE)
TITLE = re.compile(
    r"\b(?:mr|mrs|ms|dr|president|prime minister|premier|minister|chancellor|secretary|king|queen|crown prince|general|"
    r"gen|ambassador|emir|prince|leader|chairman|sheikh|ayatollah)\.?\s+(?:of state\s+)?$",
    re.IGNORECASE,
)
RULE_OF = re.compile(r"(?:[’']s)?\s+(?:administration|government|regime)\b")
OFFICE = re.compile(
    r"(?:ministry|minister|department|officials?|spokes\w+|authorities|government|embassy|treasury|delegation|police|"
    r"diplomats?|court|judiciary|navy|army|leaders?|parliament)",
    re.IGNORECASE,
)
OPPOSITION = re.compile(r"\bopposition\s+(?:[\w-]+\s+)?(?:(?:in|of)\s+)?(?:the\s+)?$", re.IGNORECASE)
# Countries whose name is its own adjective: "US firms".
ADJECTIVAL_STATES = {"US", "U.S.", "UK", "U.K.", "UAE", "U.A.E.", "United States"}
# Words behind "US" that show it to be the country and no adjective.
NO_NOUN = re.compile(
    r"has|had|have|is|was|are|were|will|would|and|or|said|says|also|on|in|to|for|from|with|by|that|who|which|after|over|"
    r"could|should|may|must|not|of|as|but|sent|gave|put|told|met|cut|held|began|shut|withdrew|broke|struck|hit|took|made|"
    r"\w+ed"
)
# A person without an entry of his own: "Czech Prime Minister Vladimir Spidla".
NAME_BEHIND = re.compile(r"(?:\s+(?:[A-Z][\w’'-]+|[A-Z]\.|al-\w+|bin|de|van|von)){1,4}")


def find_mentions(sentence: Sentence, lexicon: Lexicon, day: dt.date | None, memory: Memory) -> list[Mention]:
    """All mentions of a sentence in order, without its dateline.

    day: for names that stand for someone for a time only; None for any time.
    """
    text = sentence.text
    found: list[Mention] = []
    for name in lexicon.find(text):
        meaning = _meaning(text, name, day, memory, sentence.body) if name.start >= sentence.body else None
        if meaning is not None:
            found.append(_mention(text, name, meaning, lexicon))
    found.extend(bare_institutions(text, sentence.body, lexicon, found, memory))
    found.sort(key=lambda mention: mention.span.start)
    return _grouped(text, _with_names(text, _merged(text, found)))


def _meaning(text: str, name: Found, day: dt.date | None, memory: Memory, body: int) -> Meaning | None:
    """What the name stands for here; None where it is no country's actor."""
    held = [meaning for meaning in name.meanings if meaning.holds_on(day)]
    if not held or held[0].kind == OTHER:
        return None
    before, after = text[max(body, name.start - 60) : name.start], text[name.end : name.end + 60]
    titled = bool(TITLE.search(before) or RULE_OF.match(after))
    may_be_a_person = held[0].kind == SURNAME or name.name in name_lists()["also_first_names"]
    if may_be_a_person and not titled and _beside_a_name(before, after):
        return None
    usable = [meaning for meaning in held if _usable(meaning, name.name, titled, held, memory, day)]
    known = [meaning for meaning in usable if meaning.country in memory.countries]
    return next(iter(known or usable), None)


def _usable(
    meaning: Meaning, name: str, titled: bool, held: list[Meaning], memory: Memory, day: dt.date | None
) -> bool:
    if meaning.kind == LOCAL:
        # "the Senate" is a country's own only in a text about that country.
        return meaning.country in memory.countries and len(memory.countries) <= 2
    if meaning.kind != SURNAME or meaning.actor in memory.persons or titled:
        return True
    if name in name_lists()["surname_needs_title"] or len(name) <= 3:
        return False
    # Without a date, any holder since the tables begin could be meant.
    return day is not None or len({other.actor for other in held}) == 1


def _beside_a_name(before: str, after: str) -> bool:
    """Whether a capitalised word that is no title stands at its side, as in a person's name."""
    titles = name_lists()["titles"]
    left = re.search(r"([^\W\d_]+)\s+$", before)
    if left and left[1][0].isupper() and left[1] not in titles and not left[1].isupper():
        return True
    right = re.match(r"\s+([^\W\d_]+)", after)
    return bool(right and right[1][0].isupper() and right[1] not in titles and not OFFICE.match(right[1]))


def _mention(text: str, name: Found, meaning: Meaning, lexicon: Lexicon) -> Mention:
    possessive = bool(POSSESSIVE.match(text, name.end))
    adjective = meaning.kind == ADJECTIVE or (meaning.kind == STATE and name.name in ADJECTIVAL_STATES)
    start, end, institution = name.start, name.end, ""
    if meaning.kind in (STATE, ADJECTIVE, NATIONAL, CAPITAL):
        qualifies = possessive or meaning.kind != STATE or adjective
        end, institution = institution_after(text, name.end, lexicon, qualifies=qualifies)
    if not institution and meaning.kind in (STATE, ADJECTIVE):
        start, institution = institution_before(text, name.start, lexicon)
    preposition = preposition_before(text, start)
    following = re.findall(r"[\w-]+", text[end : end + 60].lower())[:3]
    qualifies_a_noun = (adjective or possessive) and not institution and _small_word_behind(text, end)
    if meaning.kind == STATE and not possessive and following and NO_NOUN.fullmatch(following[0]):
        qualifies_a_noun = False
    private = qualifies_a_noun and any(word in name_lists()["private"] for word in following)
    return Mention(
        country=meaning.country,
        actor=institution_key(meaning.country, institution) if institution else meaning.actor,
        core=Span(name.start, name.end),
        span=Span(start, end),
        words=text[start:end],
        kind=PERSON if meaning.kind == SURNAME else meaning.kind,
        preposition=preposition,
        place=_is_place(name.name, meaning.kind, preposition, bool(institution) or possessive),
        origin=qualifies_a_noun and not private,
        private=private or bool(OPPOSITION.search(text, max(0, start - 60), start)),
    )


def _small_word_behind(text: str, end: int) -> bool:
    return bool(re.compile(r"(?:[’']s?)?\s+[a-z]").match(text, end))


def _is_place(name: str, kind: str, preposition: str, qualifies: bool) -> bool:
    """Whether a capital or state tells where: behind "in", but not in "in Greece's view"."""
    if kind == CAPITAL:
        return preposition in PLACE_PREPOSITIONS or name in name_lists()["place_only"]
    return kind == STATE and preposition in PLACE_PREPOSITIONS - {"from"} and not qualifies


def _merged(text: str, found: list[Mention]) -> list[Mention]:
    """One mention for a title and the name behind it: "Secretary of State Rex Tillerson"."""
    merged: list[Mention] = []
    for mention in found:
        last = merged[-1] if merged else None
        if last and last.country == mention.country and mention.kind == PERSON:
            between = text[last.span.end : mention.span.start]
            if len(between) < 25 and re.fullmatch(r"(?:[’']s)?,?(?:\s+[\w.-]+){0,2},?\s+", between):
                span = Span(last.span.start, mention.span.end)
                words = text[span.start : span.end]
                merged[-1] = replace(mention, span=span, core=span, words=words, preposition=last.preposition)
                continue
        merged.append(mention)
    return merged


def _with_names(text: str, found: list[Mention]) -> list[Mention]:
    """Let the person's name behind an office belong to it."""
    longer: list[Mention] = []
    for number, mention in enumerate(found):
        end = found[number + 1].span.start if number + 1 < len(found) else len(text)
        is_office = ":" in mention.actor and mention.kind != PERSON
        name = NAME_BEHIND.match(text, mention.span.end, end) if is_office else None
        if name:
            span = Span(mention.span.start, name.end())
            mention = replace(mention, span=span, words=text[span.start : span.end])
        longer.append(mention)
    return longer


def _grouped(text: str, found: list[Mention]) -> list[Mention]:
    """Number those joined by "and" or commas alike, and let a first adjective share its noun's part."""
    grouped: list[Mention] = []
    for number, mention in enumerate(found):
        last = grouped[-1] if grouped else None
        if not last or last.country == mention.country or not _joined(text, last, mention):
            grouped.append(replace(mention, group=number))
            continue
        if last.kind == ADJECTIVE and last.actor == last.country and mention.kind == ADJECTIVE:
            # "Iranian and Saudi patrol boats"
            actor = mention.actor.replace(mention.country, last.country, 1)
            grouped[-1] = last = replace(
                last, actor=actor, origin=mention.origin, private=mention.private, place=mention.place
            )
        preposition = last.preposition or mention.preposition
        place = last.place and mention.place
        grouped.append(replace(mention, group=last.group, preposition=preposition, place=place))
    return grouped


def _joined(text: str, one: Mention, other: Mention) -> bool:
    return bool(JOINED.fullmatch(text, one.span.end, other.span.start)) if one.span.end < other.span.start else False
