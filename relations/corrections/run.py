"""One transaction: change, audit, mark stale. The score follows when the caller scores the pair."""

from __future__ import annotations

import datetime as dt
from typing import Any

from django.contrib.auth.models import User
from django.db import transaction
from django.utils import timezone

from relations.codebook.event_types import event_types
from relations.errors import RelationsError
from relations.models import Correction, CountryPair, Direction, Event, PairDay, Precision, Stage, Status

# What an editor may set, and which columns each of them writes.
FIELDS = ("type", "direction", "occurred_on", "status")
EARLIEST = dt.date(1900, 1, 1)
# Types that say themselves how far a planned act has come; the others are acts that happened.
STAGE_OF_TYPE = {
    "visit_announced": Stage.ANNOUNCED,
    "visit_postponed": Stage.POSTPONED,
    "visit_cancelled": Stage.CANCELLED,
}


class CorrectionRefused(RelationsError):
    """The change cannot be made; the message says why."""


class ChangedMeanwhile(CorrectionRefused):
    """The event is not what the editor saw."""


@transaction.atomic
def correct_event(
    event_id: int, *, editor: User, reason: str = "", seen: dt.datetime | None = None, **new: Any
) -> Correction | None:
    """Set fields (type, direction, occurred_on, status) of an event by an editor's word.

    seen: the event's updated_at when the editor saw it; ChangedMeanwhile if it is another now.
    Returns the Correction, or None where nothing differs. A field that was set stays as set: no stage writes it again.
    Raises CorrectionRefused, Event.DoesNotExist.
    """
    event = _hold(event_id)
    if seen is not None and seen != event.updated_at:
        raise ChangedMeanwhile("Someone changed this event meanwhile. It is shown as it is; make your change again.")
    for field, value in new.items():
        _check(field, value)
    new = {field: value for field, value in new.items() if getattr(event, field) != value}
    if not new:
        return None
    new = _with_what_follows(event, new)
    # A verdict alone (confirm, reject) says nothing about the other fields; the coder may still sharpen them.
    corrected = {*event.corrected_fields, *new}
    if new.get("status") == Status.CODED:  # reopened: it stands and falls with its evidence again
        corrected.discard("status")
    new["corrected_fields"] = sorted(corrected)
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


def _with_what_follows(event: Event, new: dict[str, Any]) -> dict[str, Any]:
    """The columns that go with what an editor set: sides with direction, precision with date, stage with type."""
    new = dict(new)
    if "occurred_on" in new:
        new["precision"] = Precision.DAY
    if "type" in new:
        new["stage"] = STAGE_OF_TYPE.get(new["type"], Stage.HELD)
    first, second = event.pair.first_id, event.pair.second_id
    if "direction" in new and new["direction"] != Direction.MUTUAL:
        source, target = (second, first) if new["direction"] == Direction.BACKWARD else (first, second)
        if source != event.source_id:
            new |= {
                "source_id": source,
                "target_id": target,
                "source_actor_id": event.target_actor_id,
                "target_actor_id": event.source_actor_id,
            }
    return {field: value for field, value in new.items() if field in FIELDS or getattr(event, field) != value}


def _apply(
    event: Event, new: dict[str, Any], *, editor: User, reason: str, undoes: Correction | None = None
) -> Correction:
    days = {event.occurred_on, new.get("occurred_on", event.occurred_on)}
    changes = {field: [_to_json(getattr(event, field)), _to_json(value)] for field, value in new.items()}
    for field, value in new.items():
        setattr(event, field, value)
    # The evidence may have changed since, and the engagement follows its events: merging looks at both again.
    event.evidence_changed = True
    event.save(update_fields=[*new, "evidence_changed", "updated_at"])
    PairDay.objects.mark_stale((event.pair_id, event.dataset, day) for day in days)
    return Correction.objects.create(event=event, editor=editor, changes=changes, reason=reason, undoes=undoes)


def _to_json(value: Any) -> Any:
    return value.isoformat() if isinstance(value, dt.date) else value


def _from_json(field: str, value: Any) -> Any:
    return dt.date.fromisoformat(value) if field == "occurred_on" else value
