"""Coders by name. Another way of coding joins here, behind the same interface; the setting CODER chooses one."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from functools import partial
from typing import Protocol

from relations.errors import RelationsError
from relations.tagging import coder as grammar
from relations.tagging.coded import CodedEvent
from relations.tagging.coder import Given
from relations.tagging.confidence import shipped_line
from relations.tagging.grammar.reading import Trace, no_trace
from relations.tagging.lexicon import Lexicon
from relations.tension.lines import Line

DEFAULT = "grammar"


class Code(Protocol):
    """Reads articles, each given as (text, title, published_at); a list of events for each, in their order.

    trace: told line by line how; a coder that can't explain itself tells it nothing.
    """

    def __call__(
        self, articles: Sequence[Given], lexicon: Lexicon, trace: Trace = no_trace
    ) -> list[list[CodedEvent]]: ...


@dataclass(frozen=True, slots=True)
class Coder:
    """version: name and version, as reports carry it.

    line: that makes its figures probabilities; with_line: its code with another one. None for a coder without.
    """

    version: str
    code: Code
    line: Line | None = None
    with_line: Callable[[Line], Code] | None = None

    def along(self, line: Line | None) -> Coder:
        """The coder with this line; as it is for None, and where it has none that could be changed."""
        if line is None or self.with_line is None:
            return self
        return replace(self, code=self.with_line(line), line=line)


def _grammar() -> Coder:
    def with_line(line: Line) -> Code:
        return partial(grammar.code_articles, line=line)

    return Coder(grammar.CODER, grammar.code_articles, shipped_line(), with_line)


CODERS: dict[str, Callable[[], Coder]] = {"grammar": _grammar}


def coder(name: str = DEFAULT) -> Coder:
    """The coder of that name. Raises RelationsError where there is none."""
    if name not in CODERS:
        raise RelationsError(f"There is no coder {name!r}; there are: {', '.join(sorted(CODERS))}.")
    return CODERS[name]()
