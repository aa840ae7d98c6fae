"""Who is named in a sentence, for which country, and in what part: actor, place, or a thing's origin. Pure."""

from __future__ import annotations

import datetime as dt
import re
from dataclasses import dataclass, replace

from relations.codebook.keys import institution_key
from relations.tagging.coded import Span
from relations.tagging.lexicon import (
    ADJECTIVE,
    CAPITAL,
    FIRM,
    LOCAL,
    NATIONAL,
    OTHER,
    PERSON,
    PLACE,
    STATE,
    SURNAME,
    Found,
    Lexicon,
    Meaning,
    name_lists,
)
from relations.tagging.mentions import AWAY_FROM_STATES, GEORGIA, Memory, Mention, preposition_before, setting_of
from relations.tagging.offices import (
    FUNCTION_WORDS,
    POSSESSIVE,
    bare_institutions,
    epithets,
    institution_after,
    institution_before,
)
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
RULE_OF = re.compile(r"(?:[’']s)?\s+(?:administration|government|regime)\b", re.IGNORECASE)
OFFICE = re.compile(
    r"(?:ministry|minister|department|officials?|spokes\w+|authorities|government|embassy|treasury|delegation|police|"
    r"diplomats?|court|judiciary|navy|army|leaders?|parliament|administration|regime|cabinet)",
    re.IGNORECASE,
)
OPPOSITION = re.compile(r"\bopposition\s+(?:[\w-]+\s+)?(?:(?:in|of)\s+)?(?:the\s+)?$", re.IGNORECASE)
# "pro-Russian", "anti-American": what follows is not of that country.
PREFIXED = re.compile(r"\b(?:pro|anti|non|ex|post|pre|intra|inter|neo|ethnic)[-\s]$", re.IGNORECASE)
# "a Saudi-owned weekly", "the Australian-born preacher": where a thing or a person comes from.
SUFFIXED = re.compile(
    r"-(?:born|made|built|style|based|language|speaking|educated|trained|owned|registered|flagged|flag|brokered|mediated|"
    r"drafted|sponsored talks|produced|designed|American|Canadian|administered|occupied|held)\b"
)
NUMBERED = re.compile(
    r"\b(?:an?|one|two|three|four|five|six|seven|eight|nine|ten|dozens? of|hundreds of|thousands of|millions of|"
    r"several|some|many|young|elderly|fellow|\d[\d,.]*)\s+(?:[a-z]+\s+)?$",
    re.IGNORECASE,
)
# "speaks Russian and some Greek", "said in French": a language, where no noun follows.
LANGUAGE = re.compile(
    r"(?:\b(?:speak\w*|spoken?|fluent|learn\w*|stud(?:y|ies|ied|ying)|broken|native)\s+(?:\w+\s+){0,4}|\b(?:in|into)\s+)$"
)
NOUNLESS = re.compile(r"\s*(?:[.,;:!?]|$|\s(?:and|or|but)\s)")
# A name within a name: "Santa Rosa de Lima".
WITHIN_A_NAME = re.compile(r"[A-Z]\w+\s+(?:de|del|da|do|di|la|el)\s+$")
KOREA = re.compile(r"\b(?:Koreas?|Korean|Kim Jong|Pyongyang|Seoul|Panmunjom|denuclear\w+)\b")
# Countries whose name is its own adjective: "US firms".
ADJECTIVAL_STATES = {"US", "U.S.", "UK", "U.K.", "UAE", "U.A.E.", "United States"}
# Words behind "US" that show it to be the country and no adjective.
NO_NOUN = re.compile(
    r"has|had|have|is|was|are|were|will|would|and|or|said|says|also|on|in|to|for|from|with|by|that|who|which|after|over|"
    r"could|should|may|must|not|of|as|but|sent|gave|put|told|met|cut|held|began|shut|withdrew|broke|struck|hit|took|made|"
    r"\w+ed"
)
# A person without an entry of his own: "Czech Prime Minister Vladimir Spidla".
NAME_BEHIND = re.compile(
    r"(?=\s+(?:(?:al-|bin |de |van |von )?[A-Z]))(?:\s+(?:[A-Z][\w’'-]+|[A-Z]\.|al-\w+|bin|de|van|von)){1,4}"
)
# Between an office and its holder: "Prime Minister, Sir", but not "arrested" or "with President".
BETWEEN_OFFICE_AND_NAME = re.compile(
    r"(?:[’']s)?,?(?:\s+(?:[A-Z][\w.-]*|president|minister|prime|foreign|defen[cs]e|deputy|vice|acting|interim|secretary|king|"
    r"leader|chief|spokes\w+|envoy|ambassador|general|adviser|advisor|premier|chancellor|official|senior)){0,3},?\s+"
)
# They speak for no country, wherever they are from: "NATO Secretary General Jens Stoltenberg".
INTERNATIONAL = re.compile(
    r"\b(?:NATO|U\.?N\.?|United Nations|E\.?U\.?|European (?:Union|Commission|Council)|IAEA|OSCE|Arab League|"
    r"African Union|OPEC|IMF|World Bank|ASEAN|OAS|Commonwealth)(?:[’']s)?(?:\s+[\w-]+){1,4}\s+$"
)


@dataclass(frozen=True, slots=True)
class _Scene:
    """What settles the meaning of a name: the sentence, and what the text names and is about.

    present: countries named beyond doubt in the sentence or before. headline: most words have capitals.
    """

    text: str
    body: int
    day: dt.date | None
    memory: Memory
    present: frozenset[str]
    setting: frozenset[str]
    headline: bool


def find_mentions(sentence: Sentence, lexicon: Lexicon, day: dt.date | None, memory: Memory) -> list[Mention]:
    """All mentions of a sentence in order, without its dateline.

    day: for names that stand for someone for a time only; None for any time.
    """
    text = sentence.text
    names = [name for name in lexicon.find(text) if name.start >= sentence.body]
    if not names and not memory.countries:
        return []
    scene = _Scene(
        text=text,
        body=sentence.body,
        day=day,
        memory=memory,
        present=frozenset(memory.countries).union(_certain(names, day)),
        setting=setting_of(text) if memory.setting is None else memory.setting,
        headline=_is_headline(text),
    )
    found: list[Mention] = []
    for number, name in enumerate(names):
        meaning = _meaning(name, scene)
        within = found and name.start < found[-1].span.end
        if meaning is not None and not (within and meaning.country == found[-1].country):
            next_start = names[number + 1].start if number + 1 < len(names) else len(text)
            found.append(_mention(scene, name, meaning, lexicon, next_start))
    found.extend(bare_institutions(text, sentence.body, lexicon, found, memory))
    found.extend(epithets(text, sentence.body, found, scene.present))
    found.sort(key=lambda mention: mention.span.start)
    return _grouped(text, _with_names(text, _merged(text, found)))


def _certain(names: list[Found], day: dt.date | None) -> set[str]:
    """The countries of the names that leave no doubt."""
    certain = (STATE, ADJECTIVE, CAPITAL, NATIONAL)
    return {
        meaning.country
        for name in names
        for meaning in name.meanings[:1]
        if meaning.kind in certain and meaning.holds_on(day)
    }


def _is_headline(text: str) -> bool:
    words = re.findall(r"[^\W\d_]{4,}", text)
    return sum(word[0].isupper() for word in words) > 0.6 * len(words)


def _meaning(name: Found, scene: _Scene) -> Meaning | None:
    """What the name stands for here; None where it is no country's actor."""
    text, memory = scene.text, scene.memory
    held = [meaning for meaning in name.meanings if meaning.holds_on(scene.day)]
    if not held or held[0].kind == OTHER or _is_elsewhere(name, held[0], scene):
        return None
    before = text[max(scene.body, name.start - 60) : name.start]
    after = text[name.end : name.end + 60]
    titled = bool(TITLE.search(before) or RULE_OF.match(after))
    if held[0].kind in (PERSON, SURNAME) and INTERNATIONAL.search(before):
        return None
    if held[0].kind == SURNAME and (_name_behind(after) or (not titled and _name_in_front(before))):
        return None
    if name.name in name_lists()["also_first_names"] and not titled and _beside_a_name(before, after):
        return None
    if WITHIN_A_NAME.search(before):
        return None
    usable = [meaning for meaning in held if _usable(meaning, name, titled, held, scene)]
    known = [meaning for meaning in usable if meaning.country in memory.countries]
    return next(iter(known or usable), None)


def _is_elsewhere(name: Found, meaning: Meaning, scene: _Scene) -> bool:
    """Whether the text shows the name to be a place of the same name in the United States."""
    if meaning.country == "GEO" and name.name == "Georgia" and GEORGIA in scene.setting:
        return True
    of_towns = bool(scene.setting - AWAY_FROM_STATES)
    return of_towns and meaning.kind in (STATE, CAPITAL, PLACE) and name.name in name_lists()["us_towns"]


def _usable(meaning: Meaning, name: Found, titled: bool, held: list[Meaning], scene: _Scene) -> bool:
    if meaning.kind == LOCAL:
        return _usable_here(meaning, name, held, scene)
    if meaning.kind != SURNAME or meaning.actor in scene.memory.persons or titled:
        return True
    if name.name in name_lists()["surname_needs_title"] or len(name.name) <= 3:
        return False
    # Without a date, any holder since the tables begin could be meant.
    return scene.day is not None or len({other.country for other in held}) == 1


def _usable_here(meaning: Meaning, name: Found, held: list[Meaning], scene: _Scene) -> bool:
    """Whether "the Senate" or "the North" is this country's: the text is about it, and about no other that has one."""
    if name.name in ("North", "South"):
        alone = scene.text[: name.start].lower().endswith("the ") and not re.match(
            r"-|\s+[A-Z]", scene.text[name.end :]
        )
        return alone and bool({"PRK", "KOR"} & scene.present or KOREA.search(scene.text))
    if name.name == "Congress" and meaning.country == "USA" and "IND" not in scene.present:
        # Alone it is the American one in news in English; India's is a party.
        others = {other.country for other in held if other.country != "USA"} & scene.present
        return not others and not _name_in_front(scene.text[max(0, name.start - 40) : name.start])
    if meaning.country not in scene.present:
        return False
    owners = {other.country for other in held if other.country in scene.present}
    return len(owners) == 1 or len(scene.present) <= 2


def _beside_a_name(before: str, after: str) -> bool:
    """Whether a capitalised word that is no title stands at its side, as in a person's name."""
    return _name_in_front(before) or _name_behind(after)


def _name_in_front(before: str) -> bool:
    left = re.search(r"([^\W\d_]+)\s+$", before)
    return bool(
        left
        and left[1][0].isupper()
        and not left[1].isupper()
        and left[1] not in name_lists()["titles"]
        and len(left[1]) > 1
    )


def _name_behind(after: str) -> bool:
    right = re.match(r"\s+(?:(?:al|el)-|(?:bin|ibn|ben|de|van|von)\s+)?([^\W\d_]+)", after)
    return bool(
        right
        and right[1][0].isupper()
        and right[1] not in name_lists()["titles"]
        and right[1] not in name_lists()["days_and_months"]
        and not OFFICE.match(right[1])
    )


def _mention(scene: _Scene, name: Found, meaning: Meaning, lexicon: Lexicon, next_start: int) -> Mention:
    text = scene.text
    possessive = bool(POSSESSIVE.match(text, name.end))
    adjective = meaning.kind == ADJECTIVE or (meaning.kind == STATE and name.name in ADJECTIVAL_STATES)
    apart = bool(PREFIXED.search(text, max(0, name.start - 12), name.start) or SUFFIXED.match(text, name.end))
    start, end, institution = name.start, name.end, ""
    if meaning.kind in (STATE, ADJECTIVE, NATIONAL, CAPITAL, PLACE) and not apart:
        qualifies = possessive or meaning.kind not in (STATE, PLACE) or adjective
        end, institution = institution_after(text, name.end, lexicon, qualifies=qualifies)
    if not institution and meaning.kind in (STATE, ADJECTIVE) and not apart:
        start, institution = institution_before(text, name.start, lexicon)
    preposition = preposition_before(text, start)
    following = _words_behind(text, end)
    qualifies_a_noun = (adjective or possessive) and not institution and _small_word_behind(text, end)
    if meaning.kind == ADJECTIVE and NOUNLESS.match(text, end) and LANGUAGE.search(text, max(0, start - 50), start):
        apart = True
    if meaning.kind == STATE and not possessive and following and NO_NOUN.fullmatch(following[0]):
        qualifies_a_noun = False
    private = meaning.kind == FIRM or (
        (qualifies_a_noun or meaning.kind == PLACE)
        and not institution
        and any(word in name_lists()["private"] for word in following)
    )
    if scene.setting & AWAY_FROM_STATES and not institution and meaning.kind in (STATE, ADJECTIVE, CAPITAL, NATIONAL):
        private = True
    if meaning.kind == NATIONAL and not institution:
        private = private or bool(NUMBERED.search(text, max(0, start - 40), start)) or apart
    if meaning.kind in (STATE, CAPITAL, PLACE) and not adjective and not institution and not scene.headline:
        private = private or _is_part_of_a_name(text, end, next_start, lexicon)
    return Mention(
        country=meaning.country,
        actor=institution_key(meaning.country, institution) if institution else meaning.actor,
        core=Span(name.start, name.end),
        span=Span(start, end),
        words=text[start:end],
        kind=PERSON if meaning.kind == SURNAME else meaning.kind,
        preposition=preposition,
        place=(
            not private and not institution
            if meaning.kind == PLACE
            else _is_place(name.name, meaning.kind, preposition, bool(institution) or possessive)
        ),
        origin=(qualifies_a_noun or apart) and not private,
        private=(
            private
            or bool(OPPOSITION.search(text, max(0, start - 60), start))
            or " opposition " in text[name.end : end]
        ),
    )


def _words_behind(text: str, end: int) -> list[str]:
    """The three words of its phrase that follow, in small letters."""
    words: list[str] = []
    for word in re.findall(r"[\w-]+|[.,;:!?]", text[end : end + 60].lower())[:3]:
        if words and (word in FUNCTION_WORDS or not word[0].isalnum()):
            break
        words.append(word)
    return words


def _is_part_of_a_name(text: str, end: int, next_start: int, lexicon: Lexicon) -> bool:
    """Whether a capitalised word behind makes it the name of a firm or a college: "China Meridian"."""
    right = re.compile(r"\s+([A-Z][^\W\d_]+)").match(text, end)
    if right is None or right.start(1) >= next_start or right[1].isupper():
        return False
    lists = name_lists()
    if any(right[1] in lists[known] for known in ("titles", "days_and_months", "never_a_firm")):
        return False
    return not (OFFICE.match(right[1]) or _starts_an_office(text[right.start(1) : right.start(1) + 40], lexicon))


def _starts_an_office(text: str, lexicon: Lexicon) -> bool:
    return any(start == 0 for start, _, _ in lexicon.find_nouns(text))


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
        if last and last.country != mention.country and mention.kind == PERSON and " " not in mention.words:
            between = text[last.span.end : mention.span.start]
            if ":" in last.actor and last.kind != PERSON and re.fullmatch(r"(?:\s+[A-Z][\w.-]+){0,2}\s+", between):
                continue  # "Somali President Ali Sharif": whoever he is, he is theirs.
        if last and last.country == mention.country and mention.kind == PERSON:
            between = text[last.span.end : mention.span.start]
            if BETWEEN_OFFICE_AND_NAME.fullmatch(between):
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
