"""The rules of data/triggers.toml, compiled, and where their phrases stand in a sentence. Pure."""

from __future__ import annotations

import re
import tomllib
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from relations.codebook.event_types import event_types
from relations.codebook.tables import CodebookError

FILE = Path(__file__).parent / "data" / "triggers.toml"
# Stands in a sentence for each character of a name, so that phrases may say "A" and offsets stay right.
NAME = "\x01"
BLANKS = r"\s+"
GAP = r"(?:[^\s,;:]+\s+){0,7}?"
WORD = re.compile(r"[^\W_]+(?:[’'-][^\W_]+)*")
KINDS = {"act", "mutual"}
KEYS = {"name", "type", "kind", "reverse", "governs", "weak", "stage", "planned", "confidence", "phrases"}
# Groups of the codebook whose acts are words: what stands behind them in the clause is said, not done.
SPOKEN = {"words", "threats"}


@dataclass(frozen=True, slots=True)
class Rule:
    """One rule of the file; see its head for what the fields mean. order: place in the file."""

    name: str
    type: str
    kind: str
    reverse: bool
    governs: bool
    weak: bool
    stage: str
    planned: bool
    confidence: float
    order: int


@dataclass(frozen=True, slots=True)
class Phrase:
    rule: Rule
    words: str
    pattern: re.Pattern[str]


@dataclass(frozen=True, slots=True)
class Trigger:
    """A phrase in a sentence, at [start, end). head_end: the end of its first word, the verb where it is one."""

    rule: Rule
    phrase: str
    start: int
    end: int
    head: str
    head_end: int


class Phrasebook:
    """All phrases, found by a word that they can't be without."""

    def __init__(self, phrases: Iterable[tuple[Phrase, set[str]]]) -> None:
        self._by_word: dict[str, list[Phrase]] = defaultdict(list)
        for phrase, anchors in phrases:
            for word in anchors:
                self._by_word[word].append(phrase)

    def __len__(self) -> int:
        return len({id(phrase) for phrases in self._by_word.values() for phrase in phrases})

    def triggers(self, masked: str, body: int = 0) -> list[Trigger]:
        """The phrases of a sentence whose names are masked, in order and without overlap.

        Of phrases that overlap, one of a rule that is not weak wins, then the longest, then the first in the file.
        """
        wanted: dict[int, Phrase] = {}
        for word in set(WORD.findall(masked.lower())):
            for phrase in self._by_word.get(word, ()):
                wanted[id(phrase)] = phrase
        hits = []
        for phrase in wanted.values():
            for match in phrase.pattern.finditer(masked, body):
                head = WORD.match(match[0])
                head_end = match.start() + (head.end() if head else 0)
                words = match[0].lower()
                hits.append(
                    Trigger(
                        phrase.rule,
                        phrase.words,
                        match.start(),
                        match.end(),
                        words[: head_end - match.start()],
                        head_end,
                    )
                )
        hits.sort(key=lambda hit: (hit.rule.weak, -(hit.end - hit.start), hit.rule.order, hit.start))
        chosen: list[Trigger] = []
        for hit in hits:
            if all(hit.end <= other.start or other.end <= hit.start for other in chosen):
                chosen.append(hit)
        return sorted(chosen, key=lambda hit: hit.start)


def load_phrasebook(path: Path = FILE) -> Phrasebook:
    """The rules of a file. Raises CodebookError for a rule that can't be used."""
    table = tomllib.loads(path.read_text("utf-8"))
    compiled = []
    for order, row in enumerate(table["rule"]):
        rule = _rule(row, order)
        for words in row["phrases"]:
            pattern, anchors = _compile(words, table["words"], table["irregular"])
            compiled.append((Phrase(rule, words, pattern), anchors))
    return Phrasebook(compiled)


@cache
def phrasebook() -> Phrasebook:
    """The rules as installed, read once per process."""
    return load_phrasebook()


def forms(verb: str, irregular: dict[str, list[str]]) -> list[str]:
    """All forms of a verb given by its infinitive."""
    if verb in irregular:
        return [verb, *irregular[verb]]
    if verb.endswith("e"):
        return [verb, f"{verb}s", f"{verb}d", f"{verb[:-1]}ing"]
    if re.search(r"[^aeiou]y$", verb):
        return [verb, f"{verb[:-1]}ies", f"{verb[:-1]}ied", f"{verb}ing"]
    third = f"{verb}es" if re.search(r"(?:s|sh|ch|x|z|o)$", verb) else f"{verb}s"
    return [verb, third, f"{verb}ed", f"{verb}ing"]


def _rule(row: dict[str, Any], order: int) -> Rule:
    def wrong(problem: str) -> CodebookError:
        return CodebookError(f"{FILE.name}, rule {row.get('name', order)!r}: {problem}")

    if unknown := set(row) - KEYS:
        raise wrong(f"unknown keys {', '.join(sorted(unknown))}.")
    if row["type"] not in event_types():
        raise wrong(f"there is no event type {row['type']}.")
    kind = row.get("kind", "act")
    if kind not in KINDS:
        raise wrong(f"kind is {kind!r}; it must be one of {', '.join(sorted(KINDS))}.")
    return Rule(
        name=row["name"],
        type=row["type"],
        kind=kind,
        reverse=row.get("reverse", False),
        governs=row.get("governs", event_types()[row["type"]].group in SPOKEN),
        weak=row.get("weak", False),
        stage=row.get("stage", "held"),
        planned=row.get("planned", False),
        confidence=row.get("confidence", 0.7),
        order=order,
    )


def _compile(
    words: str, classes: dict[str, list[str]], irregular: dict[str, list[str]]
) -> tuple[re.Pattern[str], set[str]]:
    """The pattern of a phrase and words of which one must stand in the sentence."""
    pattern, anchors = "", set[str]()
    for part in words.removesuffix(" ...").split():
        alternatives = _alternatives(part, classes, irregular)
        longest_first = "|".join(sorted(map(re.escape, alternatives), key=len, reverse=True))
        if part == "...":
            pattern += GAP
        elif "A" in part.split("|"):
            pattern += rf"(?:(?:the\s+)?{NAME}+(?:[’']s?)?{'|' + longest_first if alternatives else ''})(?!\w)\s+"
        elif part.startswith("?"):
            pattern += rf"(?:{re.escape(part[1:])}\s+)?"
        else:
            anchors = anchors or {WORD.match(word)[0].lower() for word in alternatives}  # type: ignore[index]
            pattern += rf"(?:{longest_first})(?:[’']s)?(?!\w)\s+"
    return re.compile(rf"(?<![\w-]){pattern.removesuffix(BLANKS)}", re.IGNORECASE), anchors


def _alternatives(token: str, classes: dict[str, list[str]], irregular: dict[str, list[str]]) -> list[str]:
    found: list[str] = []
    for part in token.split("|"):
        if part.startswith("<"):
            found.extend(classes[part.strip("<>")])
        elif part.endswith("~"):
            found.extend(forms(part[:-1], irregular))
        elif part not in ("...", "A", "A's") and not part.startswith("?"):
            found.append(part)
    return found
