"""The parser as the coder uses it: sentences in, trees out. Loaded once per process, on first use.

A process that parses sets OMP_NUM_THREADS and OPENBLAS_NUM_THREADS to 1 before numpy is imported (config/__init__.py).
"""

from __future__ import annotations

import re
import threading
from collections.abc import Sequence
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

from relations.tagging.grammar.mend import mended
from relations.tagging.grammar.tree import Tree, build

if TYPE_CHECKING:
    from spacy.language import Language
    from spacy.tokens import Token

    from relations.tagging.parser.lemmas import Lemmas

FOLDER = Path(__file__).parent
# More sentences at once take more memory and no less time (MODEL_CARD.md).
BATCH = 48
# Words. What is longer is a list or a table; it would cost memory and be parsed badly.
LONGEST = 120

_NAME = r"(?:mon|tues|wednes|thurs|fri|satur|sun)day"
_MONTH = (
    r"(?:january|february|march|april|june|july|august|september|october|november|december"
    r"|jan|feb|aug|sept|oct|nov|dec)"
)
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
# Behind a name, and in front of what a plural noun would not have behind it.
HEADLINE_VERB = re.compile(
    r"(?:\b[A-Z][\w.’'-]*|’s|'s) ([A-Za-z][a-z]+s|cut|put|shut|hit|quit|set|split)"
    r"(?= (?!(?:on|against|over|of|in|between|and|by|at|from|after|as|or)\b))"
)
_lock = threading.Lock()


def parse(sentences: Sequence[tuple[str, int]], verbs: frozenset[str] = frozenset()) -> list[Tree | None]:
    """The trees of sentences, each given with the offset behind its dateline; None for one that is too long.

    verbs: base forms of those that matter; a sentence without a finite verb is tried again as a headline of one.
    """
    shown = [simplified(text, body) for text, body in sentences]
    trees = _trees(shown)
    headlines = [
        (number, again)
        for number, tree in enumerate(trees)
        if tree is not None and not tree.has_finite_verb and (again := as_told(*shown[number], verbs))
    ]
    for (number, _), tree in zip(headlines, _trees([again for _, again in headlines]), strict=True):
        trees[number] = tree
    return trees


def as_told(text: str, offsets: list[int], verbs: frozenset[str]) -> tuple[str, list[int]] | None:
    """A headline told so that the parser sees its verb: of "Norway lifts ban", "Norway did lift ban"."""
    for match in HEADLINE_VERB.finditer(text):
        base = next((form for form in _bases(match[1].lower()) if form in verbs), "")
        if base:
            start, end = match.span(1)
            said = f"did {base}"
            return text[:start] + said + text[end:], [*offsets[:start], *([offsets[start]] * len(said)), *offsets[end:]]
    return None


def _bases(form: str) -> list[str]:
    if not form.endswith("s"):
        return [form]
    found = [form[:-1]]
    if form.endswith("ies"):
        found.insert(0, f"{form[:-3]}y")
    elif form.endswith("es"):
        found.append(form[:-2])
    return found


def _trees(shown: Sequence[tuple[str, list[int]]]) -> list[Tree | None]:
    nlp, lemmas = _pipeline()
    usable = [number for number, (text, _) in enumerate(shown) if text and text.count(" ") < LONGEST]
    trees: list[Tree | None] = [None] * len(shown)
    with _lock:
        for number, doc in zip(
            usable, nlp.pipe([shown[number][0] for number in usable], batch_size=BATCH), strict=True
        ):
            offsets = shown[number][1]
            tags = [_tag(word) for word in doc]
            words = [
                (word.text, lemmas.of(word.text, tag), tag, word.dep_, word.head.i, offsets[word.idx])
                for word, tag in zip(doc, tags, strict=True)
            ]
            trees[number] = mended(build(words))
    return trees


def _tag(word: Token) -> str:
    """Its tag; that of a verb for what was taken for an adjective and has a subject: "Riyadh expelled three envoys"."""
    if word.tag_ != "JJ" or not word.text.endswith("ed"):
        return word.tag_
    if word.i and word.nbor(-1).lower_ in ("have", "has", "had", "having"):
        return "VBN"
    below = {child.dep_.split(":")[0] for child in word.children}
    if "nsubj" not in below:
        return "JJ"
    return "VBN" if below & {"cop", "aux"} else "VBD"


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
    import spacy
    from thinc.api import NumpyOps, set_current_ops

    from relations.tagging.parser.lemmas import Lemmas

    # Layers keep the operations that they are made with; numpy's are twice as fast here as those of blis.
    set_current_ops(NumpyOps(use_blis=False))
    return spacy.load(FOLDER / "model"), Lemmas.read(FOLDER / "lemmas.json")
