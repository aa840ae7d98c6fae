"""Who is named in a sentence, for which country, and in what part: actor, place, or a thing's origin. Pure."""

from __future__ import annotations

import datetime as dt
import re
from dataclasses import dataclass, field, replace

from relations.codebook.keys import institution_key
from relations.tagging.coded import ActorMention, Span
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
from relations.tagging.sentences import Sentence

PREPOSITION = re.compile(
    r"\b(in|at|near|from|to|into|towards?|with|against|for|of|on|over|between|by|via|through|outside|inside|across|off|"
    r"around|about|than|like|among|versus|under)(\s+(?:the|its|both|his|her|their|neighbou?ring))?\s+$",
    re.IGNORECASE,
)
PLACE_PREPOSITIONS = {"in", "at", "near", "from", "via", "through", "outside", "inside", "across", "off", "around", "into"}
POSSESSIVE = re.compile(r"[’']s?(?=\s)")
# Words that can't stand between "Pakistani" and the noun it qualifies.
FUNCTION_WORDS = {
    *("and", "or", "of", "in", "on", "at", "to", "by", "for", "from", "with", "the", "a", "an", "that", "who", "which", "is"),
    *("was", "has", "had", "have", "will", "would", "are", "were", "be", "said", "as", "but", "after", "against", "over"),
}
JOINED = re.compile(r"(?:[’']s?)?(?:\s*,)?(?:\s+and|\s*,|\s+as well as)\s+(?:the\s+)?", re.IGNORECASE)
TITLE = re.compile(
    r"\b(?:mr|mrs|ms|dr|president|prime minister|premier|minister|chancellor|secretary|king|queen|crown prince|general|"
    r"gen|ambassador|emir|prince|leader|chairman|sheikh|ayatollah)\.?\s+(?:of state\s+)?$",
    re.IGNORECASE,
)
OFFICE = re.compile(
    r"\b(?:ministry|minister|department|officials?|spokes(?:man|woman|person)|authorities|government|embassy|treasury|"
    r"delegation|diplomats?|police|court|judiciary|security adviser|navy|army|leaders?|parliament)\b",
    re.IGNORECASE,
)
# "other governments", "both armies": nobody's in particular.
OTHERS = re.compile(r"\b(?:other|both|two|three|all|some|many|several|foreign|western|neighbou?ring|opposition|each|every|no)\s+$", re.IGNORECASE)
# A person without an entry of his own: "Czech Prime Minister Vladimir Spidla".
NAME_BEHIND = re.compile(r"(?:\s+(?:[A-Z][\w’'-]+|[A-Z]\.|al-\w+|bin|de|van|von)){1,4}")
OPPOSITION = re.compile(r"\bopposition\s+(?:[\w-]+\s+)?(?:(?:in|of)\s+)?(?:the\s+)?$", re.IGNORECASE)
# "the foreign ministry", "a foreign ministry spokesperson", "Officials": an institution that names no country.
BARE = re.compile(r"(?:^|\b(?:the|its|a|an)\s+|[,;]\s+|\band\s+)(?:[\w-]+\s+){0,2}$", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Mention:
    """One naming of a country's actor. core: the name itself, span: with its institution.

    preposition: the word that governs it, in small letters, or "". place: it tells where, not who. origin: an adjective on
    something that does not act ("Turkish towels"). private: a firm, a team, a person without office.
    group: mentions joined by "and" share it.
    """

    country: str
    actor: str
    core: Span
    span: Span
    words: str
    kind: str
    preposition: str = ""
    place: bool = False
    origin: bool = False
    private: bool = False
    bare: bool = False
    group: int = -1

    @property
    def can_act(self) -> bool:
        return not (self.place or self.origin or self.private)

    @property
    def as_actor(self) -> ActorMention:
        return ActorMention(self.country, self.actor, self.span, self.words)


@dataclass(slots=True)
class Memory:
    """What the article has named so far: for titles without a country, surnames and names of several countries."""

    countries: dict[str, int] = field(default_factory=dict)
    persons: set[str] = field(default_factory=set)
    # The country whose institution of a kind was named last: whose "the prime minister" is.
    institutions: dict[str, str] = field(default_factory=dict)
    last_actor: str = ""

    def note(self, mentions: list[Mention]) -> None:
        for mention in mentions:
            self.countries[mention.country] = self.countries.get(mention.country, 0) + 1
            if ":" in mention.actor and not mention.bare:
                self.institutions[mention.actor.split(":")[1]] = mention.country
            if mention.kind == PERSON:
                self.persons.add(mention.actor)
        acting = [mention for mention in mentions if mention.can_act and not mention.preposition]
        if acting:
            self.last_actor = acting[0].country


def find_mentions(sentence: Sentence, lexicon: Lexicon, day: dt.date | None, memory: Memory) -> list[Mention]:
    """All mentions of a sentence in order, without its dateline. day: for names that hold for a time; None for any time."""
    text = sentence.text
    found: list[Mention] = []
    for name in lexicon.find(text):
        if name.start < sentence.body:
            continue
        meaning = _meaning(text, name, day, memory, sentence.body)
        if meaning is not None:
            found.append(_mention(text, name, meaning, lexicon))
    found.extend(_bare_institutions(text, sentence.body, lexicon, found, memory))
    found.sort(key=lambda mention: mention.span.start)
    return _grouped(text, _with_names(text, _merged(text, found)))


def _meaning(text: str, name: Found, day: dt.date | None, memory: Memory, body: int) -> Meaning | None:
    held = [meaning for meaning in name.meanings if meaning.holds_on(day)]
    if not held or held[0].kind == OTHER:
        return None
    before, after = text[body : name.start], text[name.end :]
    lists = name_lists()
    if name.name in lists["also_first_names"] and _beside_a_name(before, after, lists["titles"]):
        return None
    if held[0].kind == SURNAME and _beside_a_name(before, after, lists["titles"]) and not TITLE.search(before):
        return None  # another person of that surname
    usable = [meaning for meaning in held if _usable(meaning, name.name, before, held, memory, day)]
    if len({meaning.country for meaning in usable}) > 1:
        known = [meaning for meaning in usable if meaning.country in memory.countries]
        usable = known or usable
    return usable[0] if usable else None


def _usable(
    meaning: Meaning, name: str, before: str, held: list[Meaning], memory: Memory, day: dt.date | None
) -> bool:
    if meaning.kind == LOCAL:
        # "the Senate" is a country's own only in a text about that country.
        return meaning.country in memory.countries and len(memory.countries) <= 2
    if meaning.kind == SURNAME:
        if meaning.actor in memory.persons or TITLE.search(before):
            return True
        # Without a date any holder since the tables begin could be meant.
        return name not in name_lists()["surname_needs_title"] and len(name) > 3 and (day is not None or len(held) == 1)
    return True


def _beside_a_name(before: str, after: str, titles: list[str]) -> bool:
    """Whether a capitalised word that is no title stands at its side, as in a person's name."""
    left = re.search(r"([^\W\d_]+)\s+$", before)
    if left and left[1][0].isupper() and left[1] not in titles and not left[1].isupper():
        return True
    right = re.match(r"\s+([^\W\d_]+)", after)
    return bool(right and right[1][0].isupper() and right[1] not in titles and not OFFICE.match(right[1]))


def _mention(text: str, name: Found, meaning: Meaning, lexicon: Lexicon) -> Mention:
    core = Span(name.start, name.end)
    preposition = PREPOSITION.search(text, 0, name.start)
    governed = preposition[1].lower() if preposition else ""
    possessive = POSSESSIVE.match(text, name.end)
    end, actor, institution = core.end, meaning.actor, ""
    if meaning.kind in (STATE, ADJECTIVE, NATIONAL, CAPITAL):
        end, institution = _institution_after(text, name.end, lexicon, bool(possessive) or meaning.kind != STATE)
    start = core.start
    if not institution and meaning.kind in (STATE, ADJECTIVE):
        start, institution = _institution_before(text, name.start, lexicon)
        if institution:
            preposition = PREPOSITION.search(text, 0, start)
            governed = preposition[1].lower() if preposition else ""
    if institution:
        actor = institution_key(meaning.country, institution)
    rest = text[end : end + 60]
    following = re.findall(r"[\w-]+", rest.lower())[:3]
    adjectival = meaning.kind == ADJECTIVE or (meaning.kind == STATE and name.name in {"US", "U.S.", "UK", "U.K.", "UAE"})
    thing = (adjectival or bool(possessive)) and not institution and bool(re.match(r"(?:[’']s?)?\s+[a-z]", rest))
    if thing and not possessive and (meaning.kind == STATE) and following and following[0] in _VERBISH:
        thing = False
    private = thing and any(word in name_lists()["private"] for word in following)
    private = private or bool(OPPOSITION.search(text, 0, start))
    is_place = meaning.kind == CAPITAL and (
        governed in PLACE_PREPOSITIONS or name.name in name_lists()["place_only"]
    )
    is_place = is_place or (meaning.kind == STATE and governed in PLACE_PREPOSITIONS - {"from"} and not institution and not possessive)
    return Mention(
        country=meaning.country,
        actor=actor,
        core=core,
        span=Span(start, end),
        words=text[start:end],
        kind=PERSON if meaning.kind == SURNAME else meaning.kind,
        preposition=governed,
        place=is_place,
        origin=thing and not private,
        private=private,
    )


_VERBISH = {
    *("has", "had", "have", "is", "was", "are", "were", "will", "would", "and", "or", "said", "says", "also", "on", "in"),
    *("to", "for", "from", "with", "by", "that", "who", "which", "after", "over", "could", "should", "may", "not", "of"),
}


def _institution_after(text: str, end: int, lexicon: Lexicon, qualifies: bool) -> tuple[int, str]:
    """The end and slug of the institution that the name just read qualifies: "'s foreign ministry", " navy"."""
    gap = POSSESSIVE.match(text, end)
    start = gap.end() if gap else end
    if not text[start : start + 1].isspace():
        return end, ""
    window = text[start : start + 70]
    words = 0
    for noun in lexicon.noun_pattern.finditer(window):
        between = window[: noun.start()].split()
        words = len(between)
        most = 3 if qualifies else 0
        if words > most or any(word.lower().strip(",") in FUNCTION_WORDS or word.endswith((",", ";", ".")) for word in between):
            break
        slug = lexicon.nouns[noun.group().lower()]
        tail = re.match(r"(?:[’']s)?\s+(?:spokes\w+|officials?|minister|ministry|chief|office)\b", window[noun.end() :])
        return start + noun.end() + (tail.end() if tail else 0), slug
    return end, ""


def _institution_before(text: str, start: int, lexicon: Lexicon) -> tuple[int, str]:
    """The start and slug of the institution "of" the name just read: "the foreign minister of Greece"."""
    joint = re.search(r"\s+(?:of|from)\s+(?:the\s+)?$", text[:start])
    if not joint:
        return start, ""
    window_start = max(0, joint.start() - 45)
    window = text[window_start : joint.start()]
    for noun in lexicon.noun_pattern.finditer(window):
        if noun.end() == len(window):
            return window_start + noun.start(), lexicon.nouns[noun.group().lower()]
    return start, ""


def _bare_institutions(
    text: str, body: int, lexicon: Lexicon, found: list[Mention], memory: Memory
) -> list[Mention]:
    """Institutions without a country: that of the capital they are said to be "in", else of the last who acted."""
    bare: list[Mention] = []
    taken = [mention.span for mention in found]
    for noun in lexicon.noun_pattern.finditer(text, body):
        if any(span.start < noun.end() and noun.start() < span.end for span in taken):
            continue
        slug = lexicon.nouns[noun.group().lower()]
        if (slug == "armed_forces" and slug not in memory.institutions) or noun.group().lower() in name_lists()["never_bare"]:
            continue
        if not BARE.search(text, body, noun.start()) or OTHERS.search(text, body, noun.start()):
            continue
        named = _capital_beside(text, noun.start(), noun.end(), found)
        before = [mention for mention in found if mention.span.start < noun.start() and mention.can_act]
        subject = next((mention.country for mention in before if not mention.preposition), "")
        known = memory.institutions.get(slug, "") if slug != "government" else ""
        country = named or known or subject or memory.last_actor
        if not country:
            continue
        tail = re.match(r"(?:[’']s)?\s+(?:spokes\w+|officials?)\b", text[noun.end() :])
        span = Span(noun.start(), noun.end() + (tail.end() if tail else 0))
        taken.append(span)
        preposition = PREPOSITION.search(text, 0, noun.start())
        governed = preposition[1].lower() if preposition else ""
        words = text[span.start : span.end]
        actor = institution_key(country, slug)
        bare.append(
            Mention(country, actor, span, span, words, "bare", "" if governed == "and" else governed, bare=not named)
        )
    return bare


def _capital_beside(text: str, start: int, end: int, found: list[Mention]) -> str:
    """The country of the capital in "the foreign ministry in Athens" and "In Athens, a spokesperson"."""
    for mention in found:
        if mention.kind != CAPITAL:
            continue
        if 0 <= mention.core.start - end < 40:
            between = text[end : mention.core.start]
            if re.fullmatch(r"(?:\s+(?:spokes\w+|officials?|office))?\s+in\s+", between):
                return mention.country
        if 0 <= start - mention.core.end < 40 and mention.preposition == "in":
            if re.fullmatch(r",\s+(?:the|a|an)\s+(?:[\w-]+\s+)?", text[mention.core.end : start]):
                return mention.country
    return ""


def _merged(text: str, found: list[Mention]) -> list[Mention]:
    """One mention for a title and the name behind it: "Secretary of State Rex Tillerson"."""
    merged: list[Mention] = []
    for mention in found:
        last = merged[-1] if merged else None
        if last and last.country == mention.country and mention.kind == PERSON and last.span.end <= mention.span.start:
            between = text[last.span.end : mention.span.start]
            if len(between) < 25 and re.fullmatch(r"(?:[’']s)?,?(?:\s+[\w.-]+){0,2},?\s+", between):
                span = Span(last.span.start, mention.span.end)
                merged[-1] = replace(
                    mention,
                    span=span,
                    core=span,
                    words=text[span.start : span.end],
                    preposition=last.preposition,
                )
                continue
        merged.append(mention)
    return merged


def _with_names(text: str, found: list[Mention]) -> list[Mention]:
    """Let the person's name behind an office belong to it."""
    longer: list[Mention] = []
    for number, mention in enumerate(found):
        end = found[number + 1].span.start if number + 1 < len(found) else len(text)
        name = NAME_BEHIND.match(text, mention.span.end, end) if ":" in mention.actor and mention.kind != PERSON else None
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
        if last and last.country != mention.country and JOINED.fullmatch(text, last.span.end, mention.span.start):
            if last.kind == ADJECTIVE and last.actor == last.country and mention.kind == ADJECTIVE:
                actor = mention.actor.replace(mention.country, last.country, 1)
                grouped[-1] = last = replace(
                    last, actor=actor, origin=mention.origin, private=mention.private, place=mention.place
                )
            preposition = last.preposition or mention.preposition
            grouped.append(replace(mention, group=last.group, preposition=preposition, place=last.place and mention.place))
        else:
            grouped.append(replace(mention, group=number))
    return grouped
