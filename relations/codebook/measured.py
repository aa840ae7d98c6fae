"""How well reading, merging and scoring did where people had coded the same: figures to show beside the method."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from pathlib import Path

from relations.codebook.tables import DATA, read_table

COLUMNS = ("part", "question", "value", "basis")
PARTS = {"reading": "Reading stories", "merging": "Merging reports", "scoring": "Probabilities"}


@dataclass(frozen=True, slots=True)
class Measured:
    """One figure. value: 0..1. basis: on what it was measured. How is told in docs/coding.md and docs/merging.md."""

    part: str
    question: str
    value: float
    basis: str


def load_measured(path: Path = DATA / "measured.csv") -> list[Measured]:
    """All figures in the file's order. Raises CodebookError for a row that can't be used."""
    return [
        Measured(
            part=row.one_of("part", set(PARTS)),
            question=row.needed("question"),
            value=row.number("value", 0, 1),
            basis=row.needed("basis"),
        )
        for row in read_table(path, COLUMNS)
    ]


@cache
def measured() -> list[Measured]:
    """The figures as installed, read once per process."""
    return load_measured()
