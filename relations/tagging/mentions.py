"""A name in a sentence and its part there, and what an article has named so far. Values only."""

from __future__ import annotations

import re
from dataclasses import dataclass, field

from relations.tagging.coded import ActorMention, Span
from relations.tagging.lexicon import PERSON

PREPOSITION = re.compile(
    r"\b(in|at|near|from|to|into|towards?|with|against|for|of|on|over|between|by|via|through|outside|inside|across|off|"
    r"around|about|than|like|among|versus|under)(?:\s+(?:the|its|both|his|her|their|neighbou?ring))?\s+$",
    re.IGNORECASE,
)
GEORGIA_STATE = re.compile(
    r"\b(?:Atlanta|Savannah|Augusta|Macon|Fulton|Ga|Alabama|Florida|Tennessee|Carolinas?|county|counties|statewide|"
    r"statehouse|Republicans?|Democrats?|senate race|runoff|gov|governor|growers?|peach(?:es)?|peanuts?|poultry)\b",
    re.IGNORECASE,
)
CAUCASUS = re.compile(
    r"\b(?:Tbilisi|Saakashvili|Shevardnadze|Abkhaz\w*|South Ossetia\w*|Georgians?|Caucasus|Russian?s?|Moscow|Armenian?|"
    r"Azerbaijan\w*|Kremlin|foreign minist\w+|ambassador|embassy)\b"
)
TOWN_TALK = re.compile(
    r"\b(?:count(?:y|ies)|townships?|city council|sheriff(?:['’]s)?|commissioners?|school district|state highway|"
    r"turnpike|mayors?|county seat|statehouse|state senator|drawbridge|levee|zoning|road district|selectmen)\b",
    re.IGNORECASE,
)
STATECRAFT = re.compile(
    r"\b(?:foreign minist\w+|embass\w+|ambassadors?|troops|sanctions|ceasefire|treaty|diplomats?|prime minister|"
    r"envoys?|armed forces|summit|warships?)\b",
    re.IGNORECASE,
)
PLAYED = re.compile(
    r"\b(?:beat(?:en)?|defeat\w*|thrash\w*|trounc\w*|edged|drew|w[io]n|lost|scored?|qualif\w+|play\w*)\b", re.IGNORECASE
)
MATCH = re.compile(
    r"\b(?:wickets?|innings|semi-?finals?|quarter-?finals?|world cup|qualifiers?|cricket|football|soccer|rugby|hockey|"
    r"tennis|test match|goalless|shootout|medals?|championships?|tournament|straight sets|extra time)\b",
    re.IGNORECASE,
)
KITCHEN = re.compile(
    r"\b(?:recipes?|tablespoons?|teaspoons?|simmer\w*|saut[eé]\w*|diced|chopped|marinat\w+|oven|skillet|garnish\w*|"
    r"stir in|bake[ds]?|baking|roast(?:ed|ing)?|dish(?:es)?|flavou?rs?|chefs?|cuisine|cloves? of garlic|olive oil)\b",
    re.IGNORECASE,
)
# What a text is about that gives names of countries another meaning.
GEORGIA, TOWNS, SPORT, FOOD = "Georgia, the American state", "American towns", "a match", "food"
# There a country's name stands for a team or a taste.
AWAY_FROM_STATES = frozenset({SPORT, FOOD})
# An office whose name is not the country's own: read from "the foreign ministry".
BARE = "bare"


@dataclass(frozen=True, slots=True)
class Mention:
    """One naming of a country's actor. core: the name itself, span: with its institution.

    kind: of the lexicon, or BARE. preposition: the word that governs it, in small letters, or "". place: it tells
    where, not who. origin: an adjective on something that does not act ("Turkish towels"). private: a firm, a team, a
    person without office. guessed: a bare office whose country was read from elsewhere. group: names joined by "and"
    share it.
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
    guessed: bool = False
    group: int = -1

    @property
    def can_act(self) -> bool:
        return not (self.place or self.origin or self.private)

    @property
    def as_actor(self) -> ActorMention:
        return ActorMention(self.country, self.actor, self.span, self.words)


@dataclass(slots=True)
class Memory:
    """What the article has named so far: for titles without a country, surnames and names of several countries.

    institutions: the country whose institution of a kind was named last, for "the prime minister". setting: what
    ``setting_of`` read from the whole text; without it each sentence is read for itself.
    """

    countries: set[str] = field(default_factory=set)
    persons: set[str] = field(default_factory=set)
    institutions: dict[str, str] = field(default_factory=dict)
    last_actor: str = ""
    setting: frozenset[str] | None = None

    def note(self, mentions: list[Mention]) -> None:
        for mention in mentions:
            self.countries.add(mention.country)
            if mention.kind == PERSON:
                self.persons.add(mention.actor)
            elif ":" in mention.actor and not mention.guessed:
                self.institutions[mention.actor.split(":")[1]] = mention.country
        acting = [mention for mention in mentions if mention.can_act and not mention.preposition]
        if acting:
            self.last_actor = acting[0].country


def preposition_before(text: str, position: int) -> str:
    """The preposition that governs what stands at this position, in small letters; "" where none does."""
    found = PREPOSITION.search(text, max(0, position - 40), position)
    return found[1].lower() if found else ""


def setting_of(text: str) -> frozenset[str]:
    """What a text is about that gives names of countries another meaning, for ``Memory.setting``."""
    found = set()
    if "Georgia" in text and len(GEORGIA_STATE.findall(text)) > len(CAUCASUS.findall(text)):
        found.add(GEORGIA)
    if len(TOWN_TALK.findall(text)) > max(1, len(STATECRAFT.findall(text))):
        found.add(TOWNS)
    if MATCH.search(text) and PLAYED.search(text) and not STATECRAFT.search(text):
        found.add(SPORT)
    if len({word.lower() for word in KITCHEN.findall(text)}) > 2 and not STATECRAFT.search(text):
        found.add(FOOD)
    return frozenset(found)
