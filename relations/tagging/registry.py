"""Coders by name. Another way of coding joins here, behind the same interface."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from dataclasses import dataclass

from relations.errors import RelationsError
from relations.tagging import coder as grammar
from relations.tagging import phrase_coder as phrases
from relations.tagging.coded import CodedEvent
from relations.tagging.lexicon import Lexicon


@dataclass(frozen=True, slots=True)
class Coder:
    """version: name and version, as reports carry it. code: (text, title, published_at, lexicon) to events."""

    version: str
    code: Callable[[str, str, dt.datetime | None, Lexicon], list[CodedEvent]]


CODERS = {
    "grammar": Coder(grammar.CODER, grammar.code_article),
    "phrases": Coder(phrases.CODER, phrases.code_article),
}


def coder(name: str = "phrases") -> Coder:
    """The coder of that name. Raises RelationsError where there is none."""
    if name not in CODERS:
        raise RelationsError(f"There is no coder {name!r}; there are: {', '.join(sorted(CODERS))}.")
    return CODERS[name]
