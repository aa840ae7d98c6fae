"""What a coder gives: events with the words that they were read from. Values only."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

from relations.codebook.event_types import EventType, event_types


@dataclass(frozen=True, slots=True)
class Span:
    """Characters [start, end) of a sentence."""

    start: int
    end: int


@dataclass(frozen=True, slots=True)
class ActorMention:
    """Words that stand for someone who acts for a country.

    country: alpha-3. actor: key as in codebook.keys. span: None where the words stand in another sentence.
    """

    country: str
    actor: str
    span: Span | None
    words: str


@dataclass(frozen=True, slots=True)
class CodedEvent:
    """One event as one sentence tells it.

    type: slug of the codebook. occurred_on: None only where the day of publication is unknown. date_words: empty
    where the day of publication stands in. planned_on: days named for a planned act; where no day was, planned_span is
    the first and last of the time that was; planned_words: the words for it. confidence: in [0, 1].
    sentence_number: counted from 0 in the text. symmetric: both did it; a type that can be mutual may be told of one
    side alone ("shelled"). because: the rule that fired and how the two sides were found.
    """

    source: ActorMention
    target: ActorMention
    type: str
    stage: str
    occurred_on: dt.date | None
    precision: str
    date_words: str
    planned_on: tuple[dt.date, ...]
    place: str
    confidence: float
    sentence_number: int
    sentence: str
    trigger: Span
    because: str
    symmetric: bool
    planned_span: tuple[dt.date, dt.date] | None = None
    planned_words: str = ""

    @property
    def key(self) -> Key:
        return happening_key(self.type, self.source.country, self.target.country, self.stage)


# Type, the two sides, and whether it is still to come.
Key = tuple[str, str, str, bool]


def happening_key(type_slug: str, source: str, target: str, stage: str) -> Key:
    """The same for every mention of one happening in one article, whichever side of a mutual act is named first.

    What is announced is another happening than what was done: "they met on Monday and will meet again".
    """
    if event_types()[type_slug].symmetric and target < source:
        source, target = target, source
    return (type_slug, source, target, stage == "announced")


def plover_class(kind: EventType, stage: str) -> str:
    """PLOVER's class. It counts any act that is still to come as AGREE or, if hostile, as THREATEN."""
    if stage != "announced" or kind.plover == "-":
        return kind.plover
    return "AGREE" if kind.quad in (1, 2) else "THREATEN" if kind.quad == 4 else kind.plover
