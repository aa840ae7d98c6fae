"""The event types: what each means, its PLOVER and CAMEO codes, its weight and how long it is remembered."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from relations.codebook.tables import DATA, CodebookError, read_table

# Filter groups, in the order in which pages list them, with the name that people read.
GROUPS = {
    "words": "Words",
    "diplomacy": "Diplomacy",
    "cooperation": "Cooperation",
    "threats": "Threats",
    "coercion": "Coercion",
    "force": "Force",
}
PLOVER_CLASSES = {
    *("AGREE", "CONSULT", "SUPPORT", "COOPERATE", "AID", "CONCEDE", "RETREAT", "REQUEST", "ACCUSE", "REJECT"),
    *("THREATEN", "PROTEST", "SANCTION", "MOBILIZE", "COERCE", "ASSAULT", "-"),
}
QUADS = {1: "verbal cooperation", 2: "material cooperation", 3: "verbal conflict", 4: "material conflict"}
# Days. The sums of a pair-day are kept per class, so a type must be in one of them.
HALF_LIFE_CLASSES = (14.0, 30.0, 90.0)
COLUMNS = (
    *("slug", "name", "plover", "mode", "cameo", "goldstein", "quad"),
    *("group", "half_life", "symmetric", "definition", "example"),
)


@dataclass(frozen=True, slots=True)
class EventType:
    """One entry of the codebook.

    goldstein: weight in [-10, 10], conflict negative (Goldstein 1992). half_life: days.
    cameo: text, as ``010`` is not ``10``.
    """

    slug: str
    name: str
    plover: str
    mode: str
    cameo: str
    goldstein: float
    quad: int
    group: str
    half_life: float
    symmetric: bool
    definition: str
    example: str

    @property
    def is_conflict(self) -> bool:
        return self.quad in (3, 4)


def load_event_types(path: Path = DATA / "event_types.csv") -> dict[str, EventType]:
    """All event types by slug, in the file's order. Raises CodebookError for a row that cannot be used."""
    found: dict[str, EventType] = {}
    for row in read_table(path, COLUMNS):
        slug = row.needed("slug")
        if not re.fullmatch(r"[a-z]+(_[a-z]+)*", slug):
            raise row.wrong(f"slug is {slug!r}; it must be small letters and single underscores.")
        if slug in found:
            raise row.wrong(f"the slug {slug} stands twice.")
        if not re.fullmatch(r"\d{3,4}", row.text("cameo")):
            raise row.wrong(f"cameo is {row.text('cameo')!r}; it must be three or four digits, with leading zeros.")
        quad = int(row.one_of("quad", {str(number) for number in QUADS}))
        goldstein = row.number("goldstein", -10, 10)
        if (quad in (1, 2) and goldstein < 0) or (quad in (3, 4) and goldstein > 0):
            raise row.wrong(f"goldstein {goldstein:g} has the wrong sign for quad {quad} ({QUADS[quad]}).")
        half_life = row.number("half_life", 1, 3650)
        if half_life not in HALF_LIFE_CLASSES:
            classes = ", ".join(f"{days:g}" for days in HALF_LIFE_CLASSES)
            raise row.wrong(f"half_life is {half_life:g}; it must be one of {classes} days.")
        found[slug] = EventType(
            slug=slug,
            name=row.needed("name"),
            plover=row.one_of("plover", PLOVER_CLASSES),
            mode=row.needed("mode"),
            cameo=row.text("cameo"),
            goldstein=goldstein,
            quad=quad,
            group=row.one_of("group", set(GROUPS)),
            half_life=half_life,
            symmetric=row.flag("symmetric"),
            definition=row.needed("definition"),
            example=row.needed("example"),
        )
    if not found:
        raise CodebookError(f"{path.name} has no event types.")
    return found


@cache
def event_types() -> dict[str, EventType]:
    """The codebook as installed, read once per process."""
    return load_event_types()


def types_in_group(group: str) -> list[EventType]:
    return [kind for kind in event_types().values() if kind.group == group]
