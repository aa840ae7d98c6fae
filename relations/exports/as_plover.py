"""Verdicts as PLOVER JSON lines: what an editor said of an event, and, if wanted, what was judged."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from typing import Any

from relations.codebook.event_types import event_types
from relations.codebook.precision import last_day
from relations.models import Actor
from relations.queries.verdict_rows import Coding, VerdictRow
from relations.tagging.coded import plover_class

CONTENT_TYPE = "application/x-ndjson; charset=utf-8"
NONE = "-"  # the codebook's word for no class and no mode
# What is still to come is a word, whatever the act will be: PLOVER has it as agreement or as a threat.
QUAD_OF_PLAN = {"AGREE": 1, "THREATEN": 3}


def as_plover(rows: Iterable[VerdictRow], *, readings: bool = False) -> Iterator[str]:
    """The lines. readings: each verdict's line is followed by one of the reading that it was given on, whose coder is
    dyad and its version; both have the same link and text."""
    for row in rows:
        yield _line(_said(row))
        if readings:
            yield _line(_read(row))


def _line(record: dict[str, Any]) -> str:
    return json.dumps(record, ensure_ascii=False) + "\n"


def _said(row: VerdictRow) -> dict[str, Any]:
    told = _told(row.said) if row.said else {"date": row.read.day.isoformat(), "actor": [], "event": []}
    return {
        "id": f"verdict-{row.id}",
        "has_event": row.said is not None,
        **told,
        **_evidence(row),
        "coder": row.editor,
        "coded_date": row.given_at.date().isoformat(),
        "coded_time": row.given_at.strftime("%H:%M:%S"),
        "comment": _comment(row),
    }


def _read(row: VerdictRow) -> dict[str, Any]:
    comment = f"Read as {row.read.type} ({row.read.stage}); event {row.event}, judged in verdict-{row.id}."
    return {
        "id": f"reading-{row.id}",
        "has_event": True,
        **_told(row.read),
        **_evidence(row),
        "coder": f"dyad:{row.coder or 'unknown'}",
        "comment": comment,
    }


def _told(coding: Coding) -> dict[str, Any]:
    kind = event_types()[coding.type]
    of_class = plover_class(kind, coding.stage)
    end = last_day(coding.day, coding.precision)
    quad = QUAD_OF_PLAN.get(of_class, kind.quad) if of_class != kind.plover else kind.quad
    return {
        "date": coding.day.isoformat(),
        **({"enddate": end.isoformat()} if end != coding.day else {}),
        "actor": [_code(coding.source, coding.source_actor)],
        "recipient": [_code(coding.target, coding.target_actor)],
        "event": [] if of_class == NONE else [of_class],
        "mode": [] if kind.mode == NONE or of_class != kind.plover else [kind.mode],
        "quad_code": quad,
        **({"event_loc": coding.place} if coding.place else {}),
    }


def _code(country: str, actor: Actor | None) -> str:
    """The country with the sector of who acts for it: "PAK GOV"."""
    return f"{country} {actor.sector}" if actor else country


def _evidence(row: VerdictRow) -> dict[str, Any]:
    given = {"event_text": [row.trigger] if row.trigger else [], "link": row.link, "text": row.sentence}
    return {name: value for name, value in given.items() if value}


def _comment(row: VerdictRow) -> str:
    """Outcome and all that PLOVER has no field for, as sentences."""
    said = row.said
    if said is None:
        words = [f"Rejected: it was read as {row.read.type}, {row.read.source} towards {row.read.target}."]
    else:
        words = ["Accepted as read." if not row.changed else f"Changed: {', '.join(row.changed)}."]
        both = ", both at once" if said.is_mutual else ""
        words.append(f"Type {said.type}, stage {said.stage}, date to the {said.precision}{both}.")
    words.append(f"Event {row.event}; origin {row.origin}{'; random sample' if row.is_audit else ''}.")
    if row.reason:
        words.append(f"Reason: {row.reason}")
    return " ".join(words)
