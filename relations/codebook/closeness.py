"""Which event types are told of one happening by different writers, and the families that they form."""

from __future__ import annotations

from functools import cache
from pathlib import Path

from relations.codebook.event_types import event_types
from relations.codebook.tables import DATA, read_table


def load_close_types(path: Path = DATA / "close_types.csv") -> frozenset[frozenset[str]]:
    """Pairs of slugs. Raises CodebookError for an unknown type or one with itself."""
    found: set[frozenset[str]] = set()
    known = set(event_types())
    for row in read_table(path, ("one", "other", "why")):
        pair = frozenset({row.one_of("one", known), row.one_of("other", known)})
        if len(pair) == 1:
            raise row.wrong("a type is always close to itself.")
        found.add(pair)
    return frozenset(found)


@cache
def close_types() -> frozenset[frozenset[str]]:
    """The pairs as installed, read once per process."""
    return load_close_types()


def are_close(one: str, other: str) -> bool:
    return frozenset({one, other}) in close_types()


@cache
def families() -> dict[str, str]:
    """For each type the name of its family: types that chains of close ones connect. Named by its first type."""
    family = {slug: slug for slug in event_types()}
    for pair in close_types():
        one, other = (family[slug] for slug in pair)
        keep, drop = sorted((one, other))
        family = {slug: keep if name == drop else name for slug, name in family.items()}
    return family


@cache
def family_of(slug: str) -> frozenset[str]:
    """All types of a type's family."""
    return frozenset(other for other, name in families().items() if name == families()[slug])
