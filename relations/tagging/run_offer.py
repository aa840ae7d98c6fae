"""What a form for an event that the coder missed may begin with. Read on the spot; nothing is stored."""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection
from dataclasses import dataclass

from relations.tagging.actors import find_mentions
from relations.tagging.coded import Key
from relations.tagging.coder import Given
from relations.tagging.dates import moments
from relations.tagging.mentions import Memory, Mention, setting_of
from relations.tagging.passages import Passage
from relations.tagging.run import current_lexicon, read_texts
from relations.tagging.sentences import Sentence, split


@dataclass(frozen=True, slots=True)
class Offer:
    """What a passage may tell; empty and None where nothing shows it. source, target: codes; the actors: keys."""

    source: str = ""
    target: str = ""
    source_actor: str = ""
    target_actor: str = ""
    mutual: bool = False
    type: str = ""
    stage: str = ""
    occurred_on: dt.date | None = None
    precision: str = "day"
    place: str = ""


def offered(given: Given, passage: Passage, known: Collection[Key] = ()) -> Offer:
    """What the coder reads in a passage that stands alone, but for what is known; else who is named in it, and when."""
    _, title, published_at = given
    for event in read_texts([(passage.text, title, published_at)])[0]:
        if event.key not in known:
            return Offer(
                source=event.source.country,
                target=event.target.country,
                source_actor=event.source.actor,
                target_actor=event.target.actor,
                mutual=event.symmetric,
                type=event.type,
                stage=event.stage,
                occurred_on=event.occurred_on,
                precision=event.precision,
                place=event.place,
            )
    sides: dict[str, str] = {}
    for mention in _named(given, passage):
        sides.setdefault(mention.country, mention.actor)
    countries = [*sides, "", ""][:2]
    day, precision = _day(passage, published_at)
    return Offer(
        source=countries[0],
        target=countries[1],
        source_actor=sides.get(countries[0], ""),
        target_actor=sides.get(countries[1], ""),
        occurred_on=day,
        precision=precision,
    )


def _named(given: Given, passage: Passage) -> list[Mention]:
    """Who may act in the passage, as far as its text has named them until then; those first who are no mere place."""
    text, title, published_at = given
    day, lexicon = published_at.date() if published_at else None, current_lexicon()
    memory = Memory(setting=setting_of(f"{title}\n{text}"))
    memory.note(find_mentions(Sentence(0, 0, 0, title, 0), lexicon, day, memory))
    found: list[Mention] = []
    for sentence in split(text)[: passage.last + 1]:
        mentions = find_mentions(sentence, lexicon, day, memory)
        memory.note(mentions)
        if sentence.number >= passage.number:
            found += mentions
    return sorted(found, key=lambda one: not one.can_act)


def _day(passage: Passage, published_at: dt.datetime | None) -> tuple[dt.date | None, str]:
    """The first day or time that the passage names and that has begun; else that of publication."""
    if published_at is None:
        return None, "day"
    published = published_at.date()
    for moment in moments(passage.text, published):
        if len(moment.days) == 1 and moment.days[0] <= published and not moment.limit and not moment.said:
            return moment.days[0], moment.precision
    return published, "day"
