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
        return [
            child
            for child in self.children
            if child.dep in deps or (":" in child.dep and child.dep.partition(":")[0] in deps)
        ]

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

    @property
    def depth(self) -> int:
        """How many words govern it, one over the other."""
        return sum(1 for _ in self.above())

    def hang_on(self, governor: Word, dep: str) -> None:
        """Let another word govern it; itself, to make it the root."""
        if not self.is_root:
            self.head.children.remove(self)
        self.head, self.dep = governor, dep
        if governor is not self:
            governor.children.append(self)

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
            word.tag in ("MD", "VBD", "VBP", "VBZ") or (word.is_verb and word.that("nsubj") and word.that("obj"))
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
    return Tree(words)


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
