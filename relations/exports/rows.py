"""What a file tells of an event, in every format that has columns: names and plain values, in one order."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from typing import Any

from relations.queries.event_rows import EventRow

COLUMNS: dict[str, Callable[[EventRow], Any]] = {
    "id": lambda row: row.id,
    "date": lambda row: row.date.isoformat(),
    "precision": lambda row: row.precision,
    "type": lambda row: row.type,
    "type_name": lambda row: row.type_name,
    "cameo": lambda row: row.cameo,
    "plover": lambda row: row.plover,
    "source": lambda row: row.source,
    "source_name": lambda row: row.source_name,
    "source_actor": lambda row: row.source_actor,
    "direction": lambda row: "both" if row.direction == 0 else "source to target",
    "target": lambda row: row.target,
    "target_name": lambda row: row.target_name,
    "target_actor": lambda row: row.target_actor,
    "stage": lambda row: row.stage,
    "status": lambda row: row.status,
    "probability": lambda row: row.probability,
    "reports": lambda row: row.reports,
    "independent_sources": lambda row: row.sources,
    "place": lambda row: row.place,
    "planned": lambda row: [day.isoformat() for day in row.planned],
    "planned_words": lambda row: row.planned_words,
    "engagement": lambda row: row.engagement,
    "corrected_fields": lambda row: row.corrected_fields,
    "sentence": lambda row: row.sentence,
    "feed": lambda row: row.feed,
    "article": lambda row: row.article,
    "updated_at": lambda row: row.updated_at.astimezone(dt.UTC).isoformat(timespec="seconds"),
}


def values_of(row: EventRow) -> dict[str, Any]:
    """Text, numbers, lists of text, or None, by column."""
    return {name: value(row) for name, value in COLUMNS.items()}
