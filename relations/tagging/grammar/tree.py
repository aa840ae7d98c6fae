"""A parsed sentence: its words, each with its governor and what depends on it. Values only, no spaCy.

Relations are those of Universal Dependencies, tags those of the Penn Treebank, base forms in small letters.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

# (text, base form, tag, relation, index of the governor, which is the word's own for the root, first character)
ParsedWord = tuple[str, str, str, str, int, int]
PREPOSITION_WORDS = {"case", "mark"}


@dataclass(slots=True, eq=False)
class Word:
    """One word. start, end: characters in the sentence. head: itself for the root."""

    index: int
    text: str
    lemma: str
    tag: str
    dep: str
    start: int
    end: int
    head: Word = field(init=False, repr=False)
    children: list[Word] = field(default_factory=list, repr=False)

    @property
    def is_root(self) -> bool:
        return self.head is self

    @property
    def is_verb(self) -> bool:
        return self.tag[:2] == "VB"

    @property
    def is_noun(self) -> bool:
        return self.tag[:2] == "NN"

    def those(self, *deps: str) -> list[Word]:
        """Dependents with one of these relations; "obl" stands for "obl:agent" and the like too."""
        return [child for child in self.children if child.dep in deps or child.dep.split(":")[0] in deps]

    def that(self, *deps: str) -> Word | None:
        found = self.those(*deps)
        return found[0] if found else None

    @property
    def preposition(self) -> str:
        """The preposition in front, in small letters: "to", "out of"; "" without one."""
        found = [child for child in self.children if child.dep in ("case", "case:of") and child.tag != "POS"]
        words: list[str] = []
        for child in found:
            words.append(child.text.lower())
            words.extend(part.text.lower() for part in child.children if part.dep == "fixed")
        return " ".join(words)

    @property
    def mark(self) -> str:
        """The word that opens the clause: "to", "if", "because"; "" without one."""
        found = self.that("mark")
        return found.lemma if found else ""

    def below(self) -> Iterator[Word]:
        """This word and all that depend on it, in no particular order."""
        yield self
        for child in self.children:
            yield from child.below()

    def above(self) -> Iterator[Word]:
        """Its governors, nearest first."""
        word = self
        while not word.is_root:
            word = word.head
            yield word


@dataclass(frozen=True, slots=True)
class Tree:
    words: Sequence[Word]

    @property
    def has_finite_verb(self) -> bool:
        return any(
            word.tag == "MD"
            or (word.is_verb and word.tag not in ("VBG", "VBN", "VB") and word.those("nsubj", "aux:pass"))
            for word in self.words
        )

    def heading(self, start: int, end: int) -> Word | None:
        """The word that governs the others of these characters; None where no word stands there."""
        inside = [word for word in self.words if word.start < end and start < word.end]
        for word in inside:
            if word.is_root or word.head not in inside:
                return word
        return None


def build(parsed: Sequence[ParsedWord]) -> Tree:
    words = [
        Word(index, form, lemma, tag, dep, start, start + len(form))
        for index, (form, lemma, tag, dep, _, start) in enumerate(parsed)
    ]
    for word, (*_, governor, _) in zip(words, parsed, strict=True):
        word.head = words[governor]
        if governor != word.index:
            words[governor].children.append(word)
    for word in words:
        _as_verb(words, word)
    return Tree(words)


def _as_verb(words: list[Word], word: Word) -> None:
    """Mend "tanks shelled positions" where it was read as one noun phrase: a participle right behind a noun, in front
    of the noun that it was hung on, is a verb between its subject and its object."""
    thing = word.head
    if word.dep != "amod" or word.tag not in ("VBN", "VBD") or thing.index < word.index or not word.index:
        return
    doer = words[word.index - 1]
    if doer.lemma == "have" and doer.is_verb:
        _as_perfect(doer, word, thing)
        return
    if not doer.is_noun or doer.dep == "nmod:poss":
        return
    while not doer.head.is_root and doer.head.index < word.index and doer.head.is_noun and doer.head is not thing:
        doer = doer.head
    if doer.head.is_root and doer.head.is_noun and doer.head.index < word.index:
        doer = doer.head
    thing.children.remove(word)
    governor, relation = (thing.head, thing.dep) if doer.head is thing or thing.is_root else (doer.head, doer.dep)
    if doer.is_root or (governor is thing):
        governor, relation = word, "ROOT"
    for part in (doer, thing):
        if part.head is not part and part in part.head.children:
            part.head.children.remove(part)
    doer.dep, doer.head = "nsubj", word
    thing.dep, thing.head = "obj", word
    word.children.extend([doer, thing])
    word.dep, word.head = relation, governor
    if governor is not word:
        governor.children.append(word)


def _as_perfect(have: Word, word: Word, thing: Word) -> None:
    """Mend "has lifted sanctions" where "lifted" was hung on the sanctions and "has" governs them."""
    if thing.head is not have:
        return
    thing.children.remove(word)
    word.children.extend(child for child in have.children if child is not word)
    for child in word.children:
        child.head = word
    thing.dep = "obj"
    word.dep, word.head = (have.dep, word) if have.is_root else (have.dep, have.head)
    if not have.is_root:
        have.head.children.remove(have)
        have.head.children.append(word)
    have.children, have.dep, have.head = [], "aux", word
    word.children.append(have)


def drawn(tree: Tree) -> str:
    """The tree as lines, each dependent further in than its governor."""
    lines: list[str] = []

    def draw(word: Word, depth: int) -> None:
        lines.append(f"{'  ' * depth}{word.dep}: {word.text} ({word.lemma}, {word.tag})")
        for child in word.children:
            draw(child, depth + 1)

    for word in tree.words:
        if word.is_root:
            draw(word, 0)
    return "\n".join(lines)
