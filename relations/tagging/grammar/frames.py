"""Frames: which words tell of which event, and where its sides stand. Read from data/frames, data/words.toml. Pure.

docs/coding.md says what each field of a frame means.
"""

from __future__ import annotations

import json
import tomllib
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache, lru_cache
from pathlib import Path
from typing import Any

from relations.codebook.event_types import event_types
from relations.codebook.tables import CodebookError
from relations.tagging.grammar.tree import Word

DATA = Path(__file__).parent.parent / "data"
LEMMAS = Path(__file__).parent.parent / "parser" / "lemmas.json"
KEYS = {
    *("name", "type", "verbs", "nouns", "objects", "not_objects", "subjects", "needs", "targets", "reverse"),
    *("mutual", "clause", "object_party", "stage", "confidence", "speech", "voice", "planned", "context", "place"),
    *("with", "without"),
}
# Where the target is looked for, in this order, unless the frame says so itself.
TARGETS = (
    *("iobj", "object", "against", "on", "upon", "to", "toward", "towards", "with", "at", "into", "onto", "across"),
    *("from", "for", "in", "inside", "over", "of", "between", "about", "as", "clause", "near"),
)
CLAUSES = {"", "to", "that", "any"}
VOICES = {"", "active", "passive"}
DESCRIBING = ("nmod:desc", "appos", "flat", "compound", "nmod:unmarked")


@dataclass(frozen=True, slots=True)
class Frame:
    """One way to tell of an event. Sets hold base forms; a pair of words is "modifier head"."""

    name: str
    group: str
    type: str
    verbs: tuple[str, ...]
    nouns: tuple[str, ...]
    objects: frozenset[str]
    not_objects: frozenset[str]
    subjects: frozenset[str]
    needs: frozenset[str]
    targets: tuple[str, ...]
    reverse: bool
    mutual: bool
    clause: str
    object_party: bool
    stage: str
    confidence: float
    speech: bool
    voice: str
    planned: bool
    context: bool
    place: bool
    with_words: frozenset[str]
    without: frozenset[str]
    order: int

    @property
    def narrowness(self) -> int:
        """How much a frame asks for: of those that fit, the one that asks for most is meant."""
        asked = (self.objects, self.subjects, self.needs, self.clause, self.with_words, self.object_party)
        return 4 * len([one for one in asked if one]) + bool(self.voice)


class Frames:
    """All frames, by the word that calls them."""

    def __init__(self, frames: Sequence[Frame], nominal: dict[str, str]) -> None:
        self.all = tuple(frames)
        self._nominal = nominal
        self._forms: frozenset[str] = frozenset()
        self._verbs: dict[str, list[tuple[Frame, str]]] = defaultdict(list)
        self._nouns: dict[str, list[tuple[Frame, str]]] = defaultdict(list)
        for frame in frames:
            for verb in frame.verbs:
                head, _, particle = verb.partition(" ")
                self._verbs[head].append((frame, particle))
            for noun in frame.nouns:
                self._nouns[noun.split()[-1]].append((frame, noun))
        for index in (self._verbs, self._nouns):
            for found in index.values():
                found.sort(key=lambda one: (-one[0].narrowness - bool(one[1]), one[0].order))

    def of(self, word: Word) -> list[tuple[Frame, str]]:
        """The frames that this word may call, the narrowest first, each with the particle or the whole noun."""
        if word.is_verb:
            found = self._first(self._verbs, word)
            # "Clashes between A and B" is often taken for a verb.
            return found if word.those("nsubj", "obj", "aux", "mark") else [*found, *self._first(self._nouns, word)]
        if not word.is_noun:
            return self._first(self._verbs, word) if word.tag[:2] == "JJ" and word.those("cop", "nsubj") else []
        found = self._first(self._nouns, word)
        verb = next((self._nominal[form] for form in variants(word.lemma) if form in self._nominal), None)
        if verb is not None:
            head, _, particle = verb.partition(" ")
            found = [*found, *(one for one in self._verbs.get(head, ()) if one[1] == particle)]
        return found

    def _first(self, index: dict[str, list[tuple[Frame, str]]], word: Word) -> list[tuple[Frame, str]]:
        return next((index[form] for form in variants(word.lemma) if form in index), [])

    def verbs(self) -> frozenset[str]:
        """The base forms of all verbs that call a frame."""
        return frozenset(self._verbs)

    def forms(self) -> frozenset[str]:
        """All forms, in small letters, of the words that call a frame; some too many."""
        if not self._forms:
            words = {*self._verbs, *self._nouns, *self._nominal}
            self._forms = frozenset(form for word in words for form in inflected(word))
        return self._forms

    def without(self, *, group: str = "", name: str = "") -> Frames:
        """These frames but for a group or one of them: what a test takes away."""
        return Frames([one for one in self.all if one.group != group and one.name != name], self._nominal)


@cache
def frames() -> Frames:
    """The frames as installed, read once per process."""
    words = tomllib.loads((DATA / "words.toml").read_text("utf-8"))
    read: list[Frame] = []
    nominal = dict(words["nominal"])
    for path in sorted((DATA / "frames").glob("*.toml")):
        table = tomllib.loads(path.read_text("utf-8"))
        nominal |= table.get("nominal", {})
        classes = words["classes"] | table.get("classes", {})
        read.extend(frame_of(row, path.stem, classes, len(read) + number) for number, row in enumerate(table["frame"]))
    names = [one.name for one in read]
    if twice := {name for name in names if names.count(name) > 1}:
        raise CodebookError(f"Frames of the same name: {', '.join(sorted(twice))}.")
    return Frames(read, nominal)


def frame_of(row: dict[str, Any], group: str, classes: dict[str, list[str]], order: int) -> Frame:
    """One frame of a file. Raises CodebookError where it can't be used."""

    def wrong(problem: str) -> CodebookError:
        return CodebookError(f"frames/{group}.toml, frame {row.get('name', order)!r}: {problem}")

    def words(key: str) -> list[str]:
        found: list[str] = []
        for word in row.get(key, ()):
            name = word.strip("<>")
            if word.startswith("<"):
                if name not in classes:
                    raise wrong(f"there is no class of words {name!r}.")
                found.extend(classes[name])
            else:
                found.append(word)
        return found

    if unknown := set(row) - KEYS:
        raise wrong(f"unknown fields {', '.join(sorted(unknown))}.")
    if missing := {"name", "type"} - set(row):
        raise wrong(f"{', '.join(sorted(missing))} missing.")
    if row["type"] not in event_types():
        raise wrong(f"there is no event type {row['type']}.")
    if not row.get("verbs") and not row.get("nouns"):
        raise wrong("it has neither verbs nor nouns.")
    if row.get("clause", "") not in CLAUSES:
        raise wrong(f"clause is {row['clause']!r}; it must be one of to, that, any.")
    if row.get("voice", "") not in VOICES:
        raise wrong(f"voice is {row['voice']!r}; it must be active or passive.")
    return Frame(
        name=row["name"],
        group=group,
        type=row["type"],
        verbs=tuple(words("verbs")),
        nouns=tuple(words("nouns")),
        objects=frozenset(words("objects")),
        not_objects=frozenset(words("not_objects")),
        subjects=frozenset(words("subjects")),
        needs=frozenset(row.get("needs", ())),
        targets=tuple(row.get("targets") or TARGETS),
        reverse=row.get("reverse", False),
        mutual=row.get("mutual", False),
        clause=row.get("clause", ""),
        object_party=row.get("object_party", False),
        stage=row.get("stage", "held"),
        confidence=row.get("confidence", 0.7),
        speech=row.get("speech", event_types()[row["type"]].group in ("words", "threats")),
        voice=row.get("voice", ""),
        planned=row.get("planned", False),
        context=row.get("context", True),
        place=row.get("place", False),
        with_words=frozenset(words("with")),
        without=frozenset(words("without")),
        order=order,
    )


def inflected(lemma: str) -> set[str]:
    """The forms of a word by the rules of spelling, of whatever part of speech, and its irregular ones."""
    stem = lemma.removesuffix("e")
    found = {lemma, f"{lemma}s", f"{lemma}es", f"{lemma}d", f"{lemma}ed", f"{lemma}ing", f"{stem}ing", f"{stem}ed"}
    found.update(f"{lemma}{lemma[-1]}{ending}" for ending in ("ed", "ing"))
    if lemma.endswith("y"):
        found.update((f"{lemma[:-1]}ies", f"{lemma[:-1]}ied"))
    return found | irregular_forms().get(lemma, set())


@cache
def irregular_forms() -> dict[str, set[str]]:
    """Of each base form, those that the parser's table of base forms knows: "met" of meet."""
    found: dict[str, set[str]] = defaultdict(set)
    for by_form in json.loads(LEMMAS.read_text("utf-8"))["words"].values():
        for form, lemma in by_form.items():
            found[lemma].add(form)
    return found


@lru_cache(maxsize=20_000)
def variants(lemma: str) -> tuple[str, ...]:
    """A base form and what the table of base forms may have missed: "troops" for troop, "telephon" for telephone."""
    found = [lemma, f"{lemma}e"]
    if lemma.endswith("ies"):
        found.append(f"{lemma[:-3]}y")
    if lemma.endswith("s") and len(lemma) > 3:
        found.append(lemma[:-1])
    if lemma.endswith("ed") and len(lemma) > 4:
        found.extend((lemma[:-2], lemma[:-1]))
    return tuple(found)


def is_one_of(word: Word, kinds: frozenset[str]) -> bool:
    """Whether a noun is one of these, by itself ("embargo"), with a word in front ("diplomatic relation"), or by the
    title that describes a name ("Ambassador Hale")."""
    lemmas = {*variants(word.lemma), word.text.lower()}
    if any(lemma in kinds for lemma in lemmas):
        return True
    in_front = {child.lemma for child in word.children if child.dep in ("amod", "compound", "nmod:poss")}
    if any(child.tag == "HYPH" for child in word.children) and any(
        f"{qualifier}-{lemma}" in kinds for qualifier in in_front for lemma in lemmas
    ):
        return True
    if any(f"{qualifier} {lemma}" in kinds for qualifier in in_front for lemma in lemmas):
        return True
    return any(child.lemma in kinds for child in word.children if child.dep in DESCRIBING and child.dep != "compound")


def has_particle(word: Word, particle: str) -> bool:
    """Whether "off" stands with "called": as its particle or adverb, or right behind it."""
    behind = {below.index: below.text.lower() for below in word.below() if 0 < below.index - word.index < 4}
    if " ".join(behind.get(word.index + step, "") for step in range(1, len(particle.split()) + 1)) == particle:
        return True
    near = {child.text.lower() for child in word.children if child.dep in ("compound:prt", "advmod", "xcomp")}
    if particle == "out" and any(child.preposition == "out of" for child in word.below()):
        return True  # "ordered two envoys out of the capital"
    return all(part in near for part in particle.split())
