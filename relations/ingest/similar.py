"""Copies of a story: agency text that several outlets print, with other headlines and a few words changed."""

from __future__ import annotations

import re
import zlib
from collections.abc import Hashable, Iterator, Mapping, Sequence, Set
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
    return not (is_short(text) or is_short(other)) and are_copies(shingles(text), shingles(other))


def are_copies(a: Shingles | None, b: Shingles | None) -> bool:
    """The same for texts that are not short, by their shingles; never for None."""
    return a is not None and b is not None and containment(a, b) >= COPY_FROM


def is_short(text: str) -> bool:
    return len(_WORD.findall(text)) < SHORTEST


# -- sketches -------------------------------------------------------------------------------------------------------
#
# Comparing a text with all others of three days means reading megabytes of text for each poll. A sketch is a sample of
# a text's shingles, the same shingles in every text that has them, so that likely copies are found by a few hundred
# bytes; only those are then compared word for word.

SAMPLED = 4  # one shingle of so many is in the sketch
LIKELY_FROM = 0.35  # of the smaller sketch; well under COPY_FROM, as a sample errs
MOST_PAIRS = 20_000_000
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
    ours = [(key, one) for key, one in new.items() if one]
    theirs = [(key, one) for key, one in others if one]
    if not ours or not theirs:
        return []
    hashes, owners = _joined([one for _, one in theirs])
    sizes = np.bincount(owners)
    found: list[tuple[Key, Key]] = []
    # So few at a time that even where all texts are the same the pairs fit into the memory.
    step = max(1, MOST_PAIRS // max(1, len(hashes)))
    for start in range(0, len(ours), step):
        some = ours[start : start + step]
        for mine, other, shared in _sharing(_joined([one for _, one in some]), (hashes, owners)):
            smaller = min(len(some[mine][1]) // 4, sizes[other])
            if shared >= LIKELY_FROM * smaller and some[mine][0] != theirs[other][0]:
                found.append((some[mine][0], theirs[other][0]))
    return found


Hashes = tuple[np.ndarray, np.ndarray]


def _joined(sketches: Sequence[bytes]) -> Hashes:
    """All hashes in one row, and at which place in the sequence stands the sketch that each is of."""
    counts = [len(sketch) // 4 for sketch in sketches]
    return np.frombuffer(b"".join(sketches), dtype="<u4"), np.repeat(np.arange(len(sketches)), counts)


def _sharing(new: Hashes, others: Hashes) -> Iterator[tuple[int, int, int]]:
    """Places of two sketches that share hashes, and how many."""
    order = np.argsort(new[0], kind="stable")
    hashes, owners = new[0][order], new[1][order]
    first = np.searchsorted(hashes, others[0], side="left")
    times = np.searchsorted(hashes, others[0], side="right") - first
    # Each hash of the others as often as it stands among the new ones, with the places at which it does.
    places = np.repeat(first - np.cumsum(times) + times, times) + np.arange(times.sum())
    many = int(others[1][-1]) + 1
    shared = np.bincount(owners[places] * many + np.repeat(others[1], times))
    for pair in np.flatnonzero(shared).tolist():
        yield pair // many, pair % many, int(shared[pair])
