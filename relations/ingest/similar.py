"""Copies of a story: agency text that several outlets print, with other headlines and a few words changed."""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Hashable, Mapping, Set
from typing import Generic, TypeVar

SHINGLE = 5  # words
COPY_FROM = 0.6  # of the smaller text's shingles
SHORTEST = 40  # words; short notices on the same thing read alike without being copied

Shingles = frozenset[tuple[str, ...]]
Key = TypeVar("Key", bound=Hashable)
_WORD = re.compile(r"\w+")


def shingles(text: str) -> Shingles:
    """All runs of five words, whatever their case and punctuation."""
    words = _WORD.findall(text.lower())
    return frozenset(zip(*(words[start:] for start in range(SHINGLE)), strict=False))


def containment(a: Set[tuple[str, ...]], b: Set[tuple[str, ...]]) -> float:
    """Share of the smaller set that is in the other too, 0 to 1; 0 where one is empty."""
    return len(a & b) / min(len(a), len(b)) if a and b else 0.0


def is_copy(text: str, other: str) -> bool:
    """Whether one text is mostly the other. Never for texts under 40 words."""
    return not (is_short(text) or is_short(other)) and containment(shingles(text), shingles(other)) >= COPY_FROM


def is_short(text: str) -> bool:
    return len(_WORD.findall(text)) < SHORTEST


class Copies(Generic[Key]):
    """Finds which of many texts are copies of another, looking at each shingle once instead of at each pair of texts.

    >>> Copies({1: story}).of(reprint)
    {1}
    """

    def __init__(self, texts: Mapping[Key, str]) -> None:
        self._sizes: dict[Key, int] = {}
        self._with_shingle: dict[tuple[str, ...], list[Key]] = defaultdict(list)
        for key, text in texts.items():
            if is_short(text):
                continue
            found = shingles(text)
            self._sizes[key] = len(found)
            for shingle in found:
                self._with_shingle[shingle].append(key)

    def of(self, text: str) -> set[Key]:
        """Keys of the texts for which ``is_copy`` holds."""
        if is_short(text):
            return set()
        found = shingles(text)
        shared = Counter(key for shingle in found for key in self._with_shingle.get(shingle, ()))
        return {key for key, count in shared.items() if count / min(self._sizes[key], len(found)) >= COPY_FROM}
