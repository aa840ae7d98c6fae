"""The classes of words that the grammar's rules ask for, from data/grammar.toml. Pure."""

from __future__ import annotations

import tomllib
from functools import cache
from pathlib import Path

FILE = Path(__file__).parent.parent / "data" / "grammar.toml"


@cache
def _table() -> dict[str, list[str]]:
    return tomllib.loads(FILE.read_text("utf-8"))


def words(name: str) -> frozenset[str]:
    """The base forms of one class. Raises KeyError where there is none of that name."""
    return frozenset(_table()[name])
