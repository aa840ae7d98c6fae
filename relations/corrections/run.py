"""One transaction: change, audit, mark stale. The score follows when the caller scores the pair."""

from __future__ import annotations

import datetime as dt
from typing import Any

from django.contrib.auth.models import User
from django.db import transaction
from django.utils import timezone

from relations.codebook.event_types import event_types
from relations.errors import RelationsError
from relations.models import Correction, CountryPair, Direction, Event, PairDay, Status

# What an editor may set, and which columns each of them writes.
FIELDS = ("type", "direction", "occurred_on", "status")
EARLIEST = dt.date(1900, 1, 1)


class CorrectionRefused(RelationsError):
    """The change cannot be made; the message says why."""


@transaction.atomic
def correct_event(event_id: int, *, editor: User, reason: str = "", **new: Any) -> Correction | None:
    """Set fields (type, direction, occurred_on, status) of an event by an editor's word.

    Returns the Correction, or None where nothing differs. A field that was set stays as set: no stage writes it again.
    Raises CorrectionRefused, Event.DoesNotExist.
    """
    event = _hold(event_id)
    for field, value in new.items():
        _check(field, value)
    new = {field: value for field, value in new.items() if getattr(event, field) != value}
    if "type" in new or "direction" in new:
        new = _with_sides(event, new)
    if not new:
        return None
    # A verdict alone (confirm, reject) says nothing about the other fields; the coder may still sharpen them.
    new["corrected_fields"] = sorted({*event.corrected_fields, *new})
    return _apply(event, new, editor=editor, reason=reason)


@transaction.atomic
def undo(correction_id: int, *, editor: User) -> Correction:
    """Take the newest correction of an event back, by a correction of its own. Raises CorrectionRefused."""
    correction = Correction.objects.select_related("event").get(pk=correction_id)
    event = _hold(correction.event_id)
    newest = _newest_in_force(event)
    if newest is None or newest.pk != correction.pk:
        raise CorrectionRefused(
            "Only the newest correction that still stands can be undone. Undo the later ones first."
        )
    before = {field: _from_json(field, change[0]) for field, change in correction.changes.items()}
    return _apply(event, before, editor=editor, reason="", undoes=correction)


def _newest_in_force(event: Event) -> Correction | None:
    return event.corrections.filter(undoes=None, undone_by=None).order_by("-pk").first()


def _hold(event_id: int) -> Event:
    """The event, locked; its pair first, as every stage locks in that order."""
    CountryPair.objects.hold(Event.objects.only("pair_id").get(pk=event_id).pair_id)
    return Event.objects.select_for_update(of=("self",)).get(pk=event_id)


def _check(field: str, value: Any) -> None:
    if field not in FIELDS:
        raise CorrectionRefused(f"{field} cannot be corrected.")
    if field == "type" and value not in event_types():
        raise CorrectionRefused(f"There is no event type {value!r} in the codebook.")
    if field == "direction" and value not in Direction.values:
        raise CorrectionRefused("The direction must be one side acting on the other, or both at once.")
    if field == "status" and value not in (Status.CODED, Status.CONFIRMED, Status.REJECTED):
        raise CorrectionRefused("An editor can confirm or reject an event, or reopen it.")
    if field == "occurred_on" and not EARLIEST <= value <= timezone.now().date():
        raise CorrectionRefused(f"The date must lie between {EARLIEST} and today; a plan is dated by its announcement.")


def _with_sides(event: Event, new: dict[str, Any]) -> dict[str, Any]:
    """Source and target follow the direction."""
    direction = new.get("direction", event.direction)
    first, second = event.pair.first_id, event.pair.second_id
    source, target = (second, first) if direction == Direction.BACKWARD else (first, second)
    if direction == Direction.MUTUAL or source == event.source_id:
        return new
    return new | {
        "source_id": source,
        "target_id": target,
        "source_actor_id": event.target_actor_id,
        "target_actor_id": event.source_actor_id,
    }


def _apply(
    event: Event, new: dict[str, Any], *, editor: User, reason: str, undoes: Correction | None = None
) -> Correction:
    days = {event.occurred_on, new.get("occurred_on", event.occurred_on)}
    changes = {field: [_to_json(getattr(event, field)), _to_json(value)] for field, value in new.items()}
    for field, value in new.items():
        setattr(event, field, value)
    event.save(update_fields=[*new, "updated_at"])
    PairDay.objects.mark_stale((event.pair_id, event.dataset, day) for day in days)
    return Correction.objects.create(event=event, editor=editor, changes=changes, reason=reason, undoes=undoes)


def _to_json(value: Any) -> Any:
    return value.isoformat() if isinstance(value, dt.date) else value


def _from_json(field: str, value: Any) -> Any:
    return dt.date.fromisoformat(value) if field == "occurred_on" else value
