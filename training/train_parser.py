"""Trains the parser that the coder reads sentences with, from Universal Dependencies treebanks.

    python -m venv venv && venv/bin/pip install "spacy>=3.8,<3.9"
    OMP_NUM_THREADS=1 venv/bin/python training/train_parser.py --data TREEBANKS --out relations/tagging/parser/model

TREEBANKS holds train.conllu.gz, dev.conllu.gz and any number of NAME-test.conllu.gz. Writes the pipeline to --out, a
table of lemmas beside it (lemmas.json), and prints how well and how fast both do on the test parts.
"""
# ruff: noqa: T201  (a command prints)

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
from spacy.util import compile_infix_regex, load_config, load_model_from_config
from thinc.api import NumpyOps, set_current_ops

HERE = Path(__file__).resolve().parent
sys.path.insert(
    0, str(HERE.parent / "relations" / "tagging" / "parser")
)  # not as part of the application, which needs Django

from lemmas import LONGEST_ENDING, Lemmas  # noqa: E402

# -- Reading ---------------------------------------------------------------------------------------------------------


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
    """A multiword token ("don't") is read as its words, written together. Empty nodes are left out."""
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


# -- Variants: what news has and the treebanks have little of --------------------------------------------------------

APOSTROPHE = re.compile(r"['’]")
DASHES = ("-", "--", "–", "—")
SMALL = {
    "a",
    "an",
    "the",
    "of",
    "in",
    "on",
    "at",
    "to",
    "for",
    "by",
    "and",
    "or",
    "but",
    "as",
    "with",
    "from",
    "'s",
    "n't",
    "’s",
    "n’t",
}


def vary(sentence: Sentence, chance: random.Random, places: list[str]) -> Sentence:
    """The sentence, perhaps with other quotation marks and dashes, as a headline, or after a dateline."""
    words = list(sentence.words)
    if chance.random() < 0.3:  # all curly or all straight
        curly = chance.random() < 0.6
        for i, (word, tag) in enumerate(zip(words, sentence.tags, strict=True)):
            if tag in ("``", "''") and word in '"“”':
                words[i] = '"' if not curly else "“" if tag == "``" else "”"
            elif tag in ("``", "''") and word in "'‘’":
                words[i] = "'" if not curly else "‘" if tag == "``" else "’"
            elif len(word) > 1:
                words[i] = APOSTROPHE.sub("’" if curly else "'", word)
        dash = chance.choice(DASHES)
        words = [
            dash if tag in (":", ",") and word in DASHES else word
            for word, tag in zip(words, sentence.tags, strict=True)
        ]
    draw = chance.random()
    if draw < 0.02:
        words = [word.upper() for word in words]
    elif draw < 0.03:
        words = [word.lower() for word in words]
    elif draw < 0.05:  # A Headline Like This
        words = [word if word in SMALL and i else word[:1].upper() + word[1:] for i, word in enumerate(words)]
    elif draw < 0.07:
        words = [
            word.upper() if tag.startswith("NNP") else word for word, tag in zip(words, sentence.tags, strict=True)
        ]
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
    """ "ANKARA (Reuters) - " and the like: the place hangs on the root, the agency on the place."""
    place = chance.choice(places)
    front = [(place.upper() if chance.random() < 0.7 else place, "NNP", "dep", None, place)]
    agency = chance.choice(("", "", "Reuters", "AP", "AFP", "Xinhua", "UPI"))
    if agency:
        front += [
            ("(", "-LRB-", "punct", 2, "("),
            (agency, "NNP", "parataxis", 0, agency),
            (")", "-RRB-", "punct", 2, ")"),
        ]
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
        tuple(root if head is None else head for _, _, _, head, _ in front)
        + tuple(head + shift for head in sentence.heads),
        tuple(dep for _, _, dep, *_ in front) + sentence.deps,
        tuple(lemma for *_, lemma in front) + sentence.lemmas,
    )


@spacy.registry.readers("dyad.Treebank.v1")
def treebank(path: str, varied: bool, limit: int) -> Callable[[Language], Iterable[Example]]:
    """The reader named in parser.cfg. Varied, each pass is shuffled and varied anew."""
    sentences = list(read_conllu(Path(path)))
    chance = random.Random(7)  # noqa: S311
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


# -- Training --------------------------------------------------------------------------------------------------------

PREFIXES = [
    "e",
    "co",
    "ex",
    "re",
    "un",
    "non",
    "pan",
    "mid",
    "neo",
    "pre",
    "pro",
    "sub",
    "anti",
    "mini",
    "over",
    "post",
    "semi",
    "cross",
    "inter",
    "intra",
    "multi",
    "trans",
    "ultra",
    "counter",
]


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
    overrides: dict[str, object] = {
        "paths.train": str(data / "train.conllu.gz"),
        "paths.dev": str(data / "dev.conllu.gz"),
    }
    if steps:
        overrides["training.max_steps"] = steps
    config = load_config(HERE / "parser.cfg", overrides=overrides, interpolate=False)
    nlp = init_nlp(config)
    set_tokenizer(nlp)
    nlp.config["training"]["max_epochs"] = -1  # from here on each pass is read, and so varied, anew
    train_loop(nlp, work, stdout=sys.stdout, stderr=sys.stderr)
    return work / "model-best"


def write_small(trained: Path, out: Path, figures: dict[str, dict[str, float]]) -> None:
    """Writes the pipeline without what only training needs: paths, and the words of the treebanks (vectors are found by
    hashing a word, so no list of words is kept)."""
    config = load_config(HERE / "parser.cfg", interpolate=False)
    for section in ("corpora", "training", "initialize", "pretraining"):
        config[section] = {}
    config["paths"] = {}
    nlp = load_model_from_config(config, auto_fill=True)
    nlp.from_disk(trained, exclude=["vocab", "config"])
    for name in ("tagger", "parser"):
        for label in nlp.get_pipe(name).labels:  # type: ignore[attr-defined]
            for part in (label, *label.split("||")):
                nlp.vocab.strings.add(part)
    nlp.meta.update(
        name="dyad_news",
        version="1.0.0",
        description="Tagger and parser of English news, in Universal Dependencies.",
        license="CC BY-SA 4.0",
        sources=[
            {
                "name": "UD English EWT",
                "url": "https://universaldependencies.org/treebanks/en_ewt/",
                "license": "CC BY-SA 4.0",
            },
            {
                "name": "UD English GUM",
                "url": "https://universaldependencies.org/treebanks/en_gum/",
                "license": "CC BY",
            },
        ],
    )
    nlp.meta["performance"] = figures
    if out.exists():
        shutil.rmtree(out)
    out.mkdir(parents=True)
    nlp.to_disk(out)


# -- Lemmas ----------------------------------------------------------------------------------------------------------


def edit_between(word: str, lemma: str) -> tuple[int, str]:
    """How many letters to cut from the end of the word, and what to add, to get the lemma."""
    same = 0
    while same < min(len(word), len(lemma)) and word[same] == lemma[same]:
        same += 1
    return len(word) - same, lemma[same:]


def lemma_table(sentences: Iterable[Sentence]) -> dict[str, dict[str, dict]]:
    """Endings that tell the lemma, by tag, learned from the treebanks' forms, and the words that go against them."""
    seen: dict[tuple[str, str], Counter[str]] = defaultdict(Counter)
    for sentence in sentences:
        for word, tag, lemma in zip(sentence.words, sentence.tags, sentence.lemmas, strict=True):
            if tag not in UNFIT and lemma != "_":
                seen[tag, word.lower().replace("’", "'")][lemma.lower().replace("’", "'")] += 1
    forms: dict[str, dict[str, str]] = defaultdict(dict)
    bases: dict[str, Counter[str]] = {"V": Counter(), "N": Counter()}
    for (tag, word), lemmas in sorted(seen.items()):
        lemma = max(sorted(lemmas), key=lemmas.__getitem__)
        forms[tag][word] = lemma
        if tag[0] in bases and tag != "NNPS" and lemma.isalpha() and len(lemma) > 1:
            bases[tag[0]][lemma] += lemmas.total()
    endings = {tag: learn_endings(forms[tag]) for tag in INFLECTED}
    rules = Lemmas({"words": {}, "endings": endings})
    for tag, word, lemma in inflected(bases):  # what the treebanks do not show of the words they have
        forms[tag].setdefault(word, lemma)
    words = {
        tag: {word: lemma for word, lemma in known.items() if rules.of(word, tag) != lemma}
        for tag, known in forms.items()
    }
    return {"words": {tag: known for tag, known in words.items() if known}, "endings": endings}


# Parts of words, addresses, foreign words and the like; and names, which are left as they are.
UNFIT = {"GW", "ADD", "FW", "XX", "NFP", "LS", "_", "NNP"}
INFLECTED = ("VBD", "VBN", "VBG", "VBZ", "NNS", "NNPS", "JJR", "JJS", "RBR", "RBS")


def learn_endings(known: dict[str, str]) -> dict[str, list]:
    """An ending is kept if at least three forms bear it, two in three of them agree (half will do where no shorter one
    is kept), and a shorter ending would say otherwise."""
    edits: dict[str, Counter[tuple[int, str]]] = defaultdict(Counter)
    for word, lemma in known.items():
        if word.isalpha():
            for length in range(min(LONGEST_ENDING, len(word) - 1) + 1):
                edits[word[len(word) - length :]][edit_between(word, lemma)] += 1
    kept: dict[str, list] = {}
    for ending in sorted(edits, key=lambda ending: (len(ending), ending)):
        (edit, count), total = edits[ending].most_common(1)[0], edits[ending].total()
        shorter = next((kept[ending[i:]] for i in range(1, len(ending) + 1) if ending[i:] in kept), None)
        agree = count * 3 >= total * 2 or (shorter is None and count * 2 >= total)
        if edit[0] <= len(ending) and count >= 3 and agree and list(edit) != shorter:
            kept[ending] = list(edit)
    return kept


def inflected(bases: dict[str, Counter[str]]) -> Iterator[tuple[str, str, str]]:
    """Regular forms of verbs and nouns: the likelier first, the commoner word first."""
    for base in sorted(bases["N"], key=lambda base: (-bases["N"][base], base)):
        yield "NNS", with_s(base), base
    verbs = sorted(bases["V"], key=lambda base: (-bases["V"][base], base))
    for base in verbs:
        yield "VBZ", with_s(base), base
    for sure in (True, False):
        for base in verbs:
            short = re.fullmatch(r"[^aeiou]*[aeiou][^aeiouwxy]", base)
            doubles = re.fullmatch(r".*[^aeiou](?:[aeiou]|ui)[^aeiouwxy]", base)
            if base.endswith("e"):
                stems = [(base[:-1], base if base.endswith(("ee", "oe", "ye")) else base[:-1], True)]
            elif re.search(r"[^aeiou]y$", base):
                stems = [(base[:-1] + "i", base, True)]
            else:
                stems = [(base, base, not short)]
                if doubles:
                    stems.append((base + base[-1], base + base[-1], bool(short)))
            for past, present, certain in stems:
                if certain == sure:
                    yield "VBD", past + "ed", base
                    yield "VBN", past + "ed", base
                    yield "VBG", present + "ing", base


def with_s(base: str) -> str:
    if re.search(r"[^aeiou]y$", base):
        return base[:-1] + "ies"
    return base + ("es" if re.search(r"(?:s|x|z|ch|sh|[^aeiou]o)$", base) else "s")


# -- Measuring -------------------------------------------------------------------------------------------------------


def measure(nlp: Language, lemmas: Lemmas, sentences: list[Sentence]) -> dict[str, float]:
    """In percent. Attachment leaves out punctuation. The pipeline splits the words itself: what it splits otherwise is
    wrong. Lemmas are asked, with the tags found, in the sentences split alike, and compared in lower case."""
    scores = nlp.evaluate([Example(nlp.make_doc(sentence.text), sentence.doc(nlp)) for sentence in sentences])
    figures = {name: round(100 * scores[key], 2) for name, key in SCORES.items()}
    right = []
    for doc, sentence in zip(nlp.pipe(sentence.text for sentence in sentences), sentences, strict=True):
        if [token.text for token in doc] == list(sentence.words):
            for token, lemma in zip(doc, sentence.lemmas, strict=True):
                right.append(lemmas.of(token.text, token.tag_) == lemma.lower().replace("’", "'"))
    return figures | {"lemma": round(100 * sum(right) / max(len(right), 1), 2)}


SCORES = {"UAS": "dep_uas", "LAS": "dep_las", "tag": "tag_acc", "token": "token_acc"}


def words_per_second(nlp: Language, sentences: list[Sentence], rounds: int = 5) -> int:
    """Of one core's time: the best of some rounds over the texts."""
    texts = [sentence.text for sentence in sentences]
    best = float("inf")
    for _ in range(rounds):
        before = time.process_time()
        words = sum(len(doc) for doc in nlp.pipe(texts))
        best = min(best, time.process_time() - before)
    return round(words / best)


# -- The command -----------------------------------------------------------------------------------------------------


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data", type=Path, required=True, metavar="FOLDER", help="the treebanks")
    parser.add_argument(
        "--out", type=Path, required=True, metavar="FOLDER", help="where to write the model; what it holds is lost"
    )
    parser.add_argument("--steps", type=int, metavar="N", help="train for so many steps (else as parser.cfg says)")
    parser.add_argument("--work", type=Path, metavar="FOLDER", help="keep the states of training here")
    parser.add_argument(
        "--trained", type=Path, metavar="FOLDER", help="train nothing: measure this state of training and write it"
    )
    given = parser.parse_args()
    # numpy's own BLAS multiplies matrices of this size some three times as fast as blis, which thinc takes by default.
    set_current_ops(NumpyOps(use_blis=False))
    with tempfile.TemporaryDirectory() as folder:
        work = given.work or Path(folder)
        work.mkdir(parents=True, exist_ok=True)
        trained = given.trained or train(given.data, given.steps, work)
        table = lemma_table(read_conllu(given.data / "train.conllu.gz"))
        tests = {
            path.name.split("-test")[0]: list(read_conllu(path)) for path in sorted(given.data.glob("*-test.conllu.gz"))
        }
        nlp, lemmas = spacy.load(trained), Lemmas(table)
        figures = {name: measure(nlp, lemmas, sentences) for name, sentences in tests.items()}
        write_small(trained, given.out, figures)
    given.out.with_name("lemmas.json").write_text(
        json.dumps(table, ensure_ascii=False, separators=(",", ":"), sort_keys=True) + "\n", encoding="utf-8"
    )
    before = time.perf_counter()
    nlp = spacy.load(given.out)
    print(f"loaded in {time.perf_counter() - before:.2f} s")
    for name, sentences in tests.items():
        print(name, figures[name], f"{words_per_second(nlp, sentences)} words/s")
        again = measure(nlp, lemmas, sentences)
        if again != figures[name]:
            raise SystemExit(f"The model written does otherwise than the one trained: {again}")
    size = sum(path.stat().st_size for path in given.out.rglob("*") if path.is_file())
    print(
        f"{size / 1e6:.1f} MB; this process at most {resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024:.0f} MB"
    )


if __name__ == "__main__":
    main()
