"""Weight sets: how much each event type speaks for conflict or cooperation. Named, versioned data.

Published tables disagree, so a score always says which set made it.
"""

from __future__ import annotations

import tomllib
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from relations.codebook.event_types import PLOVER_CLASSES, EventType, event_types
from relations.codebook.tables import DATA, CodebookError

# The set that scores are made with; the others answer "what if".
DEFAULT = "goldstein"


@dataclass(frozen=True, slots=True)
class WeightSet:
    """weights: by slug of the type, in [-10, 10], conflict negative. source: where the figures come from."""

    name: str
    version: int
    title: str
    source: str
    weights: dict[str, float]

    @property
    def label(self) -> str:
        """Name and version, as a score bears it."""
        return f"{self.name}/{self.version}"


def load_weight_sets(folder: Path = DATA / "weights") -> dict[str, WeightSet]:
    """All sets by name. Raises CodebookError for a file that leaves a type without a weight in [-10, 10]."""
    found: dict[str, WeightSet] = {}
    for path in sorted(folder.glob("*.toml")):
        try:
            table = tomllib.loads(path.read_text("utf-8"))
            weights = {slug: _weight(kind, table, path) for slug, kind in event_types().items()}
            one = WeightSet(table["name"], int(table["version"]), table["title"], table["source"], weights)
        except KeyError as missing:
            raise CodebookError(f"{path.name}: {missing} is missing.") from None
        except ValueError as wrong:  # no TOML, or a version that is no number
            raise CodebookError(f"{path.name}: {wrong}. It must be TOML with a number as its version.") from None
        if one.name in found:
            raise CodebookError(f"{path.name}: the name {one.name} stands twice.")
        found[one.name] = one
    if DEFAULT not in found:
        raise CodebookError(f"{folder.name} has no weight set named {DEFAULT}.")
    return found


def _weight(kind: EventType, table: dict[str, Any], path: Path) -> float:
    if "column" in table:
        if table["column"] != "goldstein":
            raise CodebookError(f"{path.name}: column is {table['column']!r}; the codebook has the column goldstein.")
        return kind.goldstein
    if unknown := set(table["by_class"]) - PLOVER_CLASSES:
        raise CodebookError(f"{path.name}: {', '.join(sorted(unknown))} is no PLOVER class.")
    weight = table["by_class"].get(kind.plover)
    if isinstance(weight, bool) or not isinstance(weight, int | float) or not -10 <= weight <= 10:
        raise CodebookError(f"{path.name}: the class {kind.plover} needs a weight between -10 and 10, not {weight!r}.")
    return float(weight)


@cache
def weight_sets() -> dict[str, WeightSet]:
    """The sets as installed, read once per process."""
    return load_weight_sets()


def default_weights() -> WeightSet:
    return weight_sets()[DEFAULT]
