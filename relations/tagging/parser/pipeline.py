"""The parser as the coder uses it: sentences in, trees out. Loaded once per process, on first use."""

from __future__ import annotations

import os
import re
import threading
from collections.abc import Sequence
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

from relations.tagging.grammar.tree import Tree, build

if TYPE_CHECKING:
    from spacy.language import Language

    from relations.tagging.parser.lemmas import Lemmas

FOLDER = Path(__file__).parent
# More sentences at once take more memory and no less time (MODEL_CARD.md).
BATCH = 48
# Words. What is longer is a list or a table; it would cost memory and be parsed badly.
LONGEST = 120

_NAME = r"(?:mon|tues|wednes|thurs|fri|satur|sun)day"
_MONTH = r"(?:january|february|march|april|june|july|august|september|october|november|december|sept|oct|nov|dec|jan|feb|aug)"
# Day names and what belongs to them, not where they qualify a noun ("Monday's talks", "the Friday prayers").
DAY = re.compile(
    rf"""(?<=[\w,”"’)])\s+
    (?: (?:(?:late|early|earlier|later)\s+)?(?:on|last|this|next)?\s*(?:late\s+|early\s+)?\b{_NAME}
          (?:\s+(?:morning|afternoon|evening|night))?
      | (?:on\s+)?\b{_MONTH}\.?\s+\d{{1,2}}(?:,?\s+(?:19|20)\d\d,?)?
      | \b(?:yesterday|today|tonight|overnight)
      | \b(?:last|this)\s+(?:week|month|year|weekend)
    )
    (?=\s+[a-z]|[,.;:]|$) (?!\s+(?:and|or|to)\s+(?:{_NAME}|\d))""",
    re.IGNORECASE | re.VERBOSE,
)
_lock = threading.Lock()


def parse(sentences: Sequence[tuple[str, int]]) -> list[Tree | None]:
    """The trees of sentences, each given with the offset behind its dateline; None for one that is too long."""
    nlp, lemmas = _pipeline()
    simpler = [simplified(text, body) for text, body in sentences]
    shown = [text for text, _ in simpler]
    usable = [number for number, text in enumerate(shown) if text and text.count(" ") < LONGEST]
    trees: list[Tree | None] = [None] * len(sentences)
    with _lock:
        for number, doc in zip(usable, nlp.pipe([shown[number] for number in usable], batch_size=BATCH), strict=True):
            text, _ = sentences[number]
            offsets = simpler[number][1]
            trees[number] = build(
                [
                    (word.text, lemmas.of(word.text, word.tag_), word.tag_, word.dep_, word.head.i, offsets[word.idx])
                    for word in doc
                ]
            )
    return trees


def simplified(text: str, body: int) -> tuple[str, list[int]]:
    """The sentence as it is parsed, and for each of its characters where it stands in the text.

    Without the dateline, with single blanks, and without the days that news puts between a subject and its verb ("Japan
    on Friday lifted"): the treebanks hardly know them there, and the parser stumbles.
    """
    kept: list[int] = []
    left_out = {at for match in DAY.finditer(text, body) for at in range(match.start(), match.end())}
    for at in range(body, len(text)):
        if at in left_out:
            continue
        if text[at].isspace() and (not kept or text[kept[-1]].isspace()):
            continue
        kept.append(at)
    while kept and text[kept[-1]].isspace():
        kept.pop()
    return "".join(" " if text[at].isspace() else text[at] for at in kept), kept


def _pipeline() -> tuple[Language, Lemmas]:
    with _lock:
        return _loaded()


@cache
def _loaded() -> tuple[Language, Lemmas]:
    # A second thread of the linear algebra doubles the time on the processor and saves none; to be said before numpy
    # is imported, so that where it is already, the process must say it.
    for name in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS"):
        os.environ.setdefault(name, "1")
    import spacy
    from thinc.api import NumpyOps, set_current_ops

    from relations.tagging.parser.lemmas import Lemmas

    # Layers keep the operations that they are made with; numpy's are twice as fast here as those of blis.
    set_current_ops(NumpyOps(use_blis=False))
    return spacy.load(FOLDER / "model"), Lemmas.read(FOLDER / "lemmas.json")
