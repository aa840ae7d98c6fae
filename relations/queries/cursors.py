"""Where a page of a list begins that is ordered by ids."""

from __future__ import annotations

LONGEST = 18  # digits that a column of ids can hold


def id_of(cursor: str) -> int:
    """The id that a cursor names. Raises ValueError."""
    if not (cursor.isascii() and cursor.isdigit() and len(cursor) <= LONGEST):
        raise ValueError("not an id")
    return int(cursor)
