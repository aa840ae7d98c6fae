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

    institutions: the country whose institution of a kind was named last, for "the prime minister".
    """

    countries: set[str] = field(default_factory=set)
    persons: set[str] = field(default_factory=set)
    institutions: dict[str, str] = field(default_factory=dict)
    last_actor: str = ""

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
