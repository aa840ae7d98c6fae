"""States in force: acts that bring about what lasts, and the acts that end it."""

from __future__ import annotations

from functools import cache
from pathlib import Path

from relations.codebook.event_types import event_types
from relations.codebook.tables import DATA, read_table


def load_states(path: Path = DATA / "states.csv") -> dict[str, frozenset[str]]:
    """By slug of the type that begins a state, the types that end it. Raises CodebookError for an unknown type."""
    found: dict[str, frozenset[str]] = {}
    known = set(event_types())
    for row in read_table(path, ("type", "ended_by", "why")):
        ends = row.list("ended_by")
        if not ends or set(ends) - known:
            raise row.wrong(f"ended_by is {'|'.join(ends)!r}; it must name types of the codebook.")
        begins = row.one_of("type", known)
        if begins in found:
            raise row.wrong(f"the type {begins} stands twice. Name all that ends it in one row.")
        found[begins] = frozenset(ends)
    return found


@cache
def states() -> dict[str, frozenset[str]]:
    """The states as installed, read once per process."""
    return load_states()


@cache
def state_types() -> frozenset[str]:
    """All types that begin or end a state."""
    return frozenset(states()).union(*states().values())
