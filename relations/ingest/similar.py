"""Copies of a story: agency text that several outlets print, with other headlines and a few words changed."""

from __future__ import annotations

import re
import zlib
from collections.abc import Hashable, Mapping, Sequence, Set
from typing import TypeVar

import numpy as np

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


# -- sketches -------------------------------------------------------------------------------------------------------
#
# Comparing a text with all others of three days means reading megabytes of text for each poll. A sketch is a sample of
# a text's shingles, the same shingles in every text that has them, so that likely copies are found by a few hundred
# bytes; only those are then compared word for word.

SAMPLED = 4  # one shingle of so many is in the sketch
LIKELY_FROM = 0.35  # of the smaller sketch; well under COPY_FROM, as a sample errs
_FACTORS = np.array([1, 31, 961, 29791, 923521], dtype=np.uint32)


def sketch(text: str) -> bytes:
    """The fingerprints, 32 bits each, in ascending order; empty for a text that is too short to be a copy."""
    words = _WORD.findall(text.lower())
    if len(words) < SHORTEST:
        return b""
    hashes = np.fromiter((zlib.crc32(word.encode()) for word in words), dtype=np.uint32, count=len(words))
    runs = np.lib.stride_tricks.sliding_window_view(hashes, SHINGLE)
    mixed = (runs * _FACTORS).sum(axis=1, dtype=np.uint32)
    # Neighbouring bits of a sum are alike, so they are mixed before some are chosen by them.
    mixed = (mixed ^ (mixed >> np.uint32(15))) * np.uint32(0x2C1B3C6D)
    mixed ^= mixed >> np.uint32(12)
    return np.unique(mixed[mixed % SAMPLED == 0]).astype("<u4").tobytes()


def likely_copies(new: Mapping[Key, bytes], others: Sequence[tuple[Key, bytes]]) -> list[tuple[Key, Key]]:
    """Pairs (new, other) whose texts may be copies by their sketches. A text is not compared with itself."""
    new = {key: one for key, one in new.items() if one}
    others = [(key, one) for key, one in others if one]
    if not new or not others:
        return []
    sizes = np.array([len(one) // 4 for _, one in others])
    joined = np.frombuffer(b"".join(one for _, one in others), dtype="<u4")
    starts = np.concatenate([[0], np.cumsum(sizes)[:-1]])
    # Most other texts share nothing with any of the new ones.
    wanted = np.unique(np.concatenate([np.frombuffer(one, dtype="<u4") for one in new.values()]))
    shared_with_any = np.add.reduceat(_among(joined, wanted), starts)
    near: list[int] = np.flatnonzero(shared_with_any).tolist()
    found = []
    for key, one in new.items():
        mine = np.frombuffer(one, dtype="<u4")
        for at in near:
            other, theirs = others[at][0], joined[starts[at] : starts[at] + sizes[at]]
            smaller = min(len(mine), len(theirs))
            if other != key and shared_with_any[at] >= LIKELY_FROM * smaller:
                shared = len(np.intersect1d(mine, theirs, assume_unique=True))
                if shared >= LIKELY_FROM * smaller:
                    found.append((key, other))
    return found


def _among(values: np.ndarray, wanted: np.ndarray) -> np.ndarray:
    """1 for each of the values that is one of the wanted (ascending) ones, else 0."""
    at = np.searchsorted(wanted, values)
    at[at == len(wanted)] = 0
    return (wanted[at] == values).astype(np.int64)
