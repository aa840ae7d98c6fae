"""Events as JSON lines: one object a line, UTF-8, for programs."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Iterator

from relations.exports.rows import values_of
from relations.queries.event_rows import EventRow

CONTENT_TYPE = "application/x-ndjson; charset=utf-8"


def as_jsonl(rows: Iterable[EventRow], absolute: Callable[[str], str]) -> Iterator[str]:
    """The lines. absolute: makes a whole address of a page's path."""
    for row in rows:
        yield json.dumps({**values_of(row), "url": absolute(row.path)}, ensure_ascii=False) + "\n"
