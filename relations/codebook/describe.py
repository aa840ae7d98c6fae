"""The codebook as a page for people: docs/codebook.md."""

from __future__ import annotations

from relations.codebook.event_types import GROUPS, QUADS, event_types, types_in_group

HEAD = """# The codebook

What each event type means. This page is made from `relations/codebook/data/event_types.csv` by `make docs`;
a test fails when the two differ.

An event is something that one country's state actors (government, parliament, forces, ministers, diplomats, leaders)
do or say to another country, or that both do together.
**PLOVER** and **CAMEO** are the field's two code systems. **Weight** is
the intensity of the act in [-10, 10], conflict negative, after Goldstein (1992), *Journal of Conflict Resolution* 36.
**Half-life** is the number of days after which the act counts half in the score. Types marked ↔ are acts of both sides
at once. The examples are invented.
"""


def as_markdown() -> str:
    """The whole page."""
    parts = [HEAD, f"There are {len(event_types())} types in {len(GROUPS)} groups.\n"]
    for group, label in GROUPS.items():
        parts.append(f"## {label}\n")
        for kind in types_in_group(group):
            mark = " ↔" if kind.symmetric else ""
            mode = "" if kind.mode == "-" else f" ({kind.mode})"
            plover = "no class" if kind.plover == "-" else kind.plover + mode
            parts.append(
                f"### {kind.name}{mark}\n\n`{kind.slug}` · PLOVER {plover} · CAMEO {kind.cameo} · {QUADS[kind.quad]} · "
                f"weight {kind.goldstein:+g} · half-life {kind.half_life:g} days\n\n{kind.definition}\n\n"
                f"> {kind.example}\n"
            )
    return "\n".join(parts).rstrip() + "\n"
