"""Someone changed an event while an editor was at it: both versions side by side."""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from relations.models import Correction, Event
from relations.queries.correction_words import FIELD_NAMES, NOTHING, actor_names, value_words
from relations.queries.display import country_name

SIDES = ("first_actor", "second_actor")


@dataclass(frozen=True, slots=True)
class FieldVersions:
    """One field: as the editor saw it, as it is now, and as the editor wants it. both: each side changed it."""

    name: str
    seen: str
    now: str
    yours: str
    changed_now: bool
    changed_by_you: bool
    both: bool


@dataclass(frozen=True, slots=True)
class Versions:
    """fields: those that anybody changed. who: who changed the event since, and when, in words."""

    fields: list[FieldVersions]
    who: str


def seen_of(values: Mapping[str, Any]) -> str:
    """What a form remembers of the event that it was made from. values: as Event.as_edited has them."""
    return json.dumps({field: v.isoformat() if isinstance(v, dt.date) else v for field, v in values.items()})


def versions(event: Event, seen: Mapping[str, Any], wanted: Mapping[str, Any]) -> Versions:
    """seen: the event as the editor saw it, by the names of Event.as_edited; wanted: what the editor changed."""
    now = event.as_edited()
    ids = [values.get(side) for values in (seen, now, wanted) for side in SIDES]
    actors = actor_names(ids)
    names = dict(FIELD_NAMES) | {
        "first_actor": f"Actor for {country_name(event.pair.first_id)}",
        "second_actor": f"Actor for {country_name(event.pair.second_id)}",
    }

    def words(field: str, value: Any) -> str:
        plain = value.isoformat() if isinstance(value, dt.date) else value
        return value_words(field, plain, event.pair, actors) if plain not in (None, "") else NOTHING

    fields = []
    for field, name in names.items():
        before, current = seen.get(field, now[field]), now[field]
        mine = wanted.get(field, before)
        if before != current or mine != before:
            fields.append(
                FieldVersions(
                    name=name,
                    seen=words(field, before),
                    now=words(field, current),
                    yours=words(field, mine),
                    changed_now=before != current,
                    changed_by_you=mine != before,
                    both=before != current and mine != before and mine != current,
                )
            )
    return Versions(fields, _who(event))


def _who(event: Event) -> str:
    last = Correction.objects.filter(event=event).select_related("editor").order_by("-pk").first()
    if last is None:
        return "A new reading of its stories changed it"
    reason = f" ({last.reason})" if last.reason else ""
    return f"{last.editor.get_username()} changed it last, {last.made_at:%-d %B %Y, %H:%M} UTC{reason}"
