"""The parser as the coder uses it: sentences in, trees out. Loaded once per process, on first use."""

from __future__ import annotations

import os
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

_lock = threading.Lock()


def parse(sentences: Sequence[tuple[str, int]]) -> list[Tree | None]:
    """The trees of sentences, each given with the offset behind its dateline; None for one that is too long."""
    nlp, lemmas = _pipeline()
    shown = [" ".join(text[body:].split()) for text, body in sentences]
    usable = [number for number, text in enumerate(shown) if text and text.count(" ") < LONGEST]
    trees: list[Tree | None] = [None] * len(sentences)
    with _lock:
        for number, doc in zip(usable, nlp.pipe([shown[number] for number in usable], batch_size=BATCH), strict=True):
            words = [(word.text, lemmas.of(word.text, word.tag_), word.tag_, word.dep_, word.head.i) for word in doc]
            text, body = sentences[number]
            trees[number] = build(text, words, body)
    return trees


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
