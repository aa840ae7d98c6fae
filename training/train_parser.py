"""Trains the parser that the coder reads sentences with, from Universal Dependencies treebanks.

    python -m venv venv && venv/bin/pip install "spacy>=3.8,<3.9"
    OMP_NUM_THREADS=1 venv/bin/python training/train_parser.py --data TREEBANKS --out relations/tagging/parser/model

TREEBANKS holds train.conllu.gz, dev.conllu.gz and any number of NAME-test.conllu.gz. Writes the pipeline to --out, a table of
lemmas beside it (lemmas.json), and prints how well and how fast both do on the test parts.
"""

from __future__ import annotations

import argparse
import gzip
import json
import random
import re
import resource
import shutil
import sys
import tempfile
import time
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, replace
from pathlib import Path

import spacy
from spacy.lang.char_classes import ALPHA, HYPHENS
from spacy.language import Language
from spacy.tokens import Doc
from spacy.training import Example
from spacy.training.initialize import init_nlp
from spacy.training.loop import train as train_loop
from thinc.api import NumpyOps, set_current_ops
from spacy.util import compile_infix_regex, load_config, load_model_from_config

HERE = Path(__file__).resolve().parent


# -- Reading ----------------------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Sentence:
    words: tuple[str, ...]
    spaces: tuple[bool, ...]
    tags: tuple[str, ...]
    heads: tuple[int, ...]  # of each word, counted from 0; the root is its own head
    deps: tuple[str, ...]
    lemmas: tuple[str, ...]

    @property
    def text(self) -> str:
        return "".join(word + " " * space for word, space in zip(self.words, self.spaces, strict=True)).rstrip()

    def doc(self, nlp: Language) -> Doc:
        return Doc(
            nlp.vocab,
            words=list(self.words),
            spaces=list(self.spaces),
            tags=list(self.tags),
            heads=list(self.heads),
            deps=list(self.deps),
            lemmas=list(self.lemmas),
        )


def read_conllu(path: Path) -> Iterator[Sentence]:
    rows: list[list[str]] = []
    with gzip.open(path, "rt", encoding="utf-8") as lines:
        for line in lines:
            if line.startswith("#"):
                continue
            if line.strip():
                rows.append(line.rstrip("\n").split("\t"))
            elif rows:
                yield sentence_of(rows)
                rows = []
    if rows:
        yield sentence_of(rows)


def sentence_of(rows: list[list[str]]) -> Sentence:
    """Words of a sentence. A multiword token ("don't") is read as its words, written together; empty nodes are left out."""
    words: list[str] = []
    spaces, tags, heads, deps, lemmas = [], [], [], [], []
    joined_until, space_after_joined = 0, True
    for number, word, lemma, _, tag, _, head, dep, _, misc in rows:
        if "." in number:
            continue
        space = "SpaceAfter=No" not in misc
        if "-" in number:
            joined_until, space_after_joined = int(number.split("-")[1]), space
            continue
        here = int(number)
        if here < joined_until:
            space = False
        elif here == joined_until:
            space = space_after_joined
        words.append(word)
        spaces.append(space)
        tags.append(tag)
        heads.append(int(head) - 1 if head != "0" else here - 1)
        deps.append("ROOT" if head == "0" else dep)
        lemmas.append(lemma)
    return Sentence(tuple(words), tuple(spaces), tuple(tags), tuple(heads), tuple(deps), tuple(lemmas))


# -- Variants: what news has and the treebanks have little of -----------------------------------------------------------------

APOSTROPHE = re.compile(r"['’]")
DASHES = ("-", "--", "–", "—")
SMALL = {"a", "an", "the", "of", "in", "on", "at", "to", "for", "by", "and", "or", "but", "as", "with", "from", "'s", "n't", "’s", "n’t"}


def vary(sentence: Sentence, chance: random.Random, places: list[str]) -> Sentence:
    """The sentence, perhaps with other quotation marks and dashes, as a headline, or after a dateline."""
    words = list(sentence.words)
    if chance.random() < 0.3:  # all curly or all straight
        curly = chance.random() < 0.6
        for i, (word, tag) in enumerate(zip(words, sentence.tags, strict=True)):
            if tag in ("``", "''") and word in '"“”':
                words[i] = ('"' if not curly else "“" if tag == "``" else "”")
            elif tag in ("``", "''") and word in "'‘’":
                words[i] = ("'" if not curly else "‘" if tag == "``" else "’")
            elif len(word) > 1:
                words[i] = APOSTROPHE.sub("’" if curly else "'", word)
        dash = chance.choice(DASHES)
        words = [dash if tag in (":", ",") and word in DASHES else word for word, tag in zip(words, sentence.tags, strict=True)]
    draw = chance.random()
    if draw < 0.02:
        words = [word.upper() for word in words]
    elif draw < 0.03:
        words = [word.lower() for word in words]
    elif draw < 0.05:  # A Headline Like This
        words = [word if word in SMALL and i else word[:1].upper() + word[1:] for i, word in enumerate(words)]
    elif draw < 0.07:
        words = [word.upper() if tag.startswith("NNP") else word for word, tag in zip(words, sentence.tags, strict=True)]
    sentence = replace(sentence, words=tuple(words))
    draw = chance.random()
    if draw < 0.02:
        return with_dateline(sentence, chance, places)
    if draw < 0.05 and len(words) > 4 and words[-1] == ".":
        return without_last(sentence)
    return sentence


def without_last(sentence: Sentence) -> Sentence:
    """The sentence without its full stop, as headlines are written."""
    if len(sentence.words) - 1 in sentence.heads:
        return sentence
    return Sentence(*(part[:-1] for part in vars(sentence).values()))


def with_dateline(sentence: Sentence, chance: random.Random, places: list[str]) -> Sentence:
    """"ANKARA (Reuters) - " and the like: the place hangs on the root, the agency on the place."""
    place = chance.choice(places)
    front = [(place.upper() if chance.random() < 0.7 else place, "NNP", "dep", None, place)]
    agency = chance.choice(("", "", "Reuters", "AP", "AFP", "Xinhua", "UPI"))
    if agency:
        front += [("(", "-LRB-", "punct", 2, "("), (agency, "NNP", "parataxis", 0, agency), (")", "-RRB-", "punct", 2, ")")]
    dash = chance.choice(DASHES)
    front.append((dash, ":", "punct", 0, dash))
    shift = len(front)
    root = sentence.deps.index("ROOT") + shift
    spaces = [True] * shift
    if agency:
        spaces[1] = spaces[2] = False
    return Sentence(
        tuple(word for word, *_ in front) + sentence.words,
        tuple(spaces) + sentence.spaces,
        tuple(tag for _, tag, *_ in front) + sentence.tags,
        tuple(root if head is None else head for _, _, _, head, _ in front) + tuple(head + shift for head in sentence.heads),
        tuple(dep for _, _, dep, *_ in front) + sentence.deps,
        tuple(lemma for *_, lemma in front) + sentence.lemmas,
    )


@spacy.registry.readers("dyad.Treebank.v1")
def treebank(path: str, varied: bool, limit: int) -> Callable[[Language], Iterable[Example]]:
    """The reader named in parser.cfg. Varied, each pass is shuffled and varied anew."""
    sentences = list(read_conllu(Path(path)))
    chance = random.Random(7)
    if limit and limit < len(sentences):
        sentences = chance.sample(sentences, limit)
    names = {
        word
        for sentence in sentences
        for word, tag in zip(sentence.words, sentence.tags, strict=True)
        if tag == "NNP" and word.isalpha() and word.istitle() and len(word) > 3
    }
    places = sorted(names)

    def examples(nlp: Language) -> Iterator[Example]:
        order = list(sentences)
        if varied:
            chance.shuffle(order)
        for sentence in order:
            if varied:
                sentence = vary(sentence, chance, places)
            yield Example(nlp.make_doc(sentence.text), sentence.doc(nlp))

    return examples


# -- Training ---------------------------------------------------------------------------------------------------------------

PREFIXES = "e co ex re un non pan mid neo pre pro sub anti mini over post semi cross inter intra multi trans ultra counter".split()


def set_tokenizer(nlp: Language) -> None:
    """Keeps a word with a hyphen after a prefix whole ("pro-Beijing"), as the treebanks do."""
    hyphen = rf"(?<=[{ALPHA}0-9])(?:{HYPHENS})(?=[{ALPHA}])"
    not_after = "".join(
        rf"(?<!\b(?i:{'|'.join(prefix for prefix in PREFIXES if len(prefix) == length)}))"
        for length in sorted({len(prefix) for prefix in PREFIXES})
    )
    infixes = [not_after + infix if infix == hyphen else infix for infix in nlp.Defaults.infixes]
    if infixes == nlp.Defaults.infixes:
        raise SystemExit("This spaCy splits words at hyphens in another way: see set_tokenizer.")
    nlp.tokenizer.infix_finditer = compile_infix_regex(infixes).finditer


def train(data: Path, steps: int | None, work: Path) -> Path:
    overrides: dict[str, object] = {"paths.train": str(data / "train.conllu.gz"), "paths.dev": str(data / "dev.conllu.gz")}
    if steps:
        overrides["training.max_steps"] = steps
    # numpy's own BLAS multiplies small matrices some three times as fast as blis, which thinc takes by default.
    set_current_ops(NumpyOps(use_blis=False))
    config = load_config(HERE / "parser.cfg", overrides=overrides, interpolate=False)
    nlp = init_nlp(config)
    set_tokenizer(nlp)
    nlp.config["training"]["max_epochs"] = -1  # from here on each pass is read, and so varied, anew
    train_loop(nlp, work, stdout=sys.stdout, stderr=sys.stderr)
    return work / "model-best"


if __name__ == "__main__":
    a = argparse.ArgumentParser(); a.add_argument("--data"); a.add_argument("--out"); a.add_argument("--steps", type=int)
    o = a.parse_args()
    print(train(Path(o.data), o.steps, Path(o.out)))
