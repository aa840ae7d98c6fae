"""Events as CSV (RFC 4180) in UTF-8, for spreadsheets and statistics programs."""

from __future__ import annotations

import csv
import re
from collections.abc import Callable, Iterable, Iterator
from typing import Any

from relations.exports.rows import COLUMNS, values_of
from relations.queries.event_rows import EventRow

CONTENT_TYPE = "text/csv; charset=utf-8"
# A cell that begins so is taken for a formula by spreadsheets; news texts are strangers' words.
_FORMULA = re.compile(r"[=+\-@\t\r]")


class _Echo:
    """A file whose write gives the line back."""

    def write(self, line: str) -> str:
        return line


def as_csv(rows: Iterable[EventRow], absolute: Callable[[str], str]) -> Iterator[str]:
    """The lines, the first with the columns' names. absolute: makes a whole address of a page's path.

    Lists stand in one cell, separated by "; ". A text that a spreadsheet would take for a formula gets an apostrophe
    before it.
    """
    writer: Any = csv.writer(_Echo())
    yield writer.writerow([*COLUMNS, "url"])
    for row in rows:
        yield writer.writerow([*map(_cell, values_of(row).values()), absolute(row.path)])


def _cell(value: Any) -> Any:
    if isinstance(value, list):
        value = "; ".join(value)
    if isinstance(value, str) and _FORMULA.match(value):
        return f"'{value}"
    return value
