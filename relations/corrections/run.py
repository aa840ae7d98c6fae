"""An editor's word on an event. One transaction: change, audit, verdict, what is due. The caller scores the pair."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from typing import Any

from django.contrib.auth.models import User
from django.db import transaction
from django.utils import timezone

from relations.codebook.event_types import event_types
from relations.codebook.precision import period_start
from relations.corrections import store
from relations.corrections.refusals import ChangedMeanwhile, CorrectionRefused
from relations.corrections.store_held import Held, hold
from relations.models import (
    Actor,
    Correction,
    Direction,
    Event,
    Origin,
    Precision,
    Report,
    ReviewItem,
    ReviewState,
    Stage,
    Status,
    Verdict,
)
from relations.models.reviews import AGREED_ON

FIELDS = (*store.JUDGED, "note", "status")
EARLIEST = dt.date(1900, 1, 1)
LONGEST = {"place": 120, "note": 500}
# Types that say themselves how far a planned act has come; the others are acts that happened.
STAGE_OF_TYPE = {
    "visit_announced": Stage.ANNOUNCED,
    "visit_postponed": Stage.POSTPONED,
    "visit_cancelled": Stage.CANCELLED,
}


@transaction.atomic
def correct_event(
    event_id: int, *, editor: User, reason: str = "", seen: Mapping[str, Any] | None = None, **new: Any
) -> Correction | None:
    """Set FIELDS of an event by an editor's word; status confirmed or rejected is a verdict, coded reopens it.

    seen: what of FIELDS the editor saw; ChangedMeanwhile if any is another now, unless all of ``new`` is so already.
    Returns the Correction, or None where nothing differs. A field that was set stays as set: no stage writes it again.
    A date without a precision is a day; a stage that isn't given follows the type.
    Raises CorrectionRefused, Event.DoesNotExist.
    """
    correction = correct_held(hold(event_id), editor=editor, reason=reason, seen=seen, new=new)
    if correction is not None:
        ReviewItem.objects.renew([event_id])
    return correction


def correct_held(
    held: Held, *, editor: User, reason: str, seen: Mapping[str, Any] | None, new: Mapping[str, Any]
) -> Correction | None:
    """The same of an event that the caller holds, whose item of the queue the caller renews."""
    event, item = held.event, held.item
    if event.status == Status.MERGED:
        raise CorrectionRefused(f"This event is part of event {event.merged_into_id} by now. Correct that one.")
    if item and item.state == ReviewState.SECOND and item.holder_id == editor.pk:
        raise CorrectionRefused("You are asked for a second opinion on this event. Give it at the desk.")
    now = event.as_edited()
    changed = {field: value for field, value in new.items() if now.get(field) != value}
    for field, value in changed.items():
        check(field, value)
    if not changed:
        return None
    if seen is not None and (differing := [field for field in FIELDS if field in seen and seen[field] != now[field]]):
        raise ChangedMeanwhile(differing)
    reading = held.reading()
    said = _with_what_follows(event, changed, given=new)
    # A verdict alone (confirm, reject) says nothing about the other fields; the coder may still sharpen them. What goes
    # with a field that was set is set with it, also where it is as it was.
    corrected = {*event.corrected_fields, *said}
    columns = {field: value for field, value in said.items() if getattr(event, field) != value}
    if columns.get("status") == Status.CODED:  # reopened: it stands and falls with its evidence again
        corrected.discard("status")
    columns["corrected_fields"] = sorted(corrected)
    placed = store.pin(event, held.reports)
    if not columns["corrected_fields"] and not store.is_placed(event):
        Report.objects.filter(event=event).update(pinned=False)
    correction = store.apply(event, columns, editor=editor, reason=reason, placed=placed)
    if columns.get("status") == Status.CODED:
        store.take_back_verdicts(Verdict.objects.filter(event=event))
        return correction
    origin = held.origin(editor)
    # Where two disagree on the stage or the date, setting these decides, or concedes.
    is_disputed = item is not None and item.state == ReviewState.SPLIT and held.has_judged(editor)
    judged = {"status", "type", "direction", *(AGREED_ON if is_disputed else ())}
    if origin == Origin.DECISION or judged & set(columns):
        held.judge(reading, correction, origin)
    return correction


def judged_as(reading: Mapping[str, Any], given: Mapping[str, Any]) -> dict[str, Any]:
    """What an editor makes of a reading, in its form, without touching the event. Raises CorrectionRefused."""
    said = {field: store.from_json(field, reading[field]) for field in store.JUDGED}
    changed = {field: value for field, value in given.items() if field in said and value != said[field]}
    for field, value in changed.items():
        check(field, value)
    if {"occurred_on", "precision"} & set(changed):
        day, precision = changed.get("occurred_on", said["occurred_on"]), said["precision"]
        changed |= _date(day, precision, changed, given)
    if "type" in changed and "stage" not in changed:
        changed["stage"] = STAGE_OF_TYPE.get(changed["type"], Stage.HELD)
    return {field: store.to_json(value) for field, value in (said | changed).items()}


def check(field: str, value: Any) -> None:
    """Raises CorrectionRefused for what a field can't be."""
    if field not in FIELDS:
        raise CorrectionRefused(f"{field} cannot be corrected.")
    if field == "type" and value not in event_types():
        raise CorrectionRefused(f"There is no event type {value!r} in the codebook.")
    if field == "direction" and value not in Direction.values:
        raise CorrectionRefused("The direction must be one side acting on the other, or both at once.")
    if field == "stage" and value not in Stage.values:
        raise CorrectionRefused("The stage must be announced, postponed, rescheduled, cancelled or held.")
    if field == "precision" and value not in Precision.values:
        raise CorrectionRefused("A date is known to the day, the week, the month or the year.")
    if field == "status" and value not in (Status.CODED, Status.CONFIRMED, Status.REJECTED):
        raise CorrectionRefused("An editor can confirm or reject an event, or reopen it.")
    if field == "occurred_on" and not EARLIEST <= value <= timezone.now().date():
        raise CorrectionRefused(f"The date must lie between {EARLIEST} and today; a plan is dated by its announcement.")
    if field in LONGEST and len(value) > LONGEST[field]:
        raise CorrectionRefused(f"The {field} can have {LONGEST[field]} characters, not {len(value)}. Shorten it.")


def _with_what_follows(event: Event, changed: Mapping[str, Any], given: Mapping[str, Any]) -> dict[str, Any]:
    """The columns that go with what an editor set: sides with direction, precision with date, stage with type."""
    new = {field: value for field, value in changed.items() if field not in ("first_actor", "second_actor")}
    if {"occurred_on", "precision"} & set(new):
        new |= _date(new.get("occurred_on", event.occurred_on), event.precision, new, given)
    if "type" in new and "stage" not in new:
        new["stage"] = STAGE_OF_TYPE.get(new["type"], Stage.HELD)
    return new | _sides(event, changed)


def _date(
    day: dt.date, precision_now: str, new: Mapping[str, Any], given: Mapping[str, Any]
) -> dict[str, dt.date | str]:
    """Date and precision together: a week stands as its Monday, a month and a year as their first day.

    Where the editor chose a day and left a coarser precision as it was, that is the day meant.
    """
    precision = new.get("precision") or (given.get("precision") and precision_now) or Precision.DAY
    if "precision" not in new and day != period_start(day, precision):
        precision = Precision.DAY
    return {"occurred_on": period_start(day, precision), "precision": precision}


def _sides(event: Event, changed: Mapping[str, Any]) -> dict[str, Any]:
    """Who acts on whom, and through whom; both actors go with the direction."""
    if not {"direction", "first_actor", "second_actor"} & set(changed):
        return {}
    first, second = event.pair.first_id, event.pair.second_id
    direction = changed.get("direction", event.direction)
    now = event.as_edited()
    actor_of = {
        first: changed.get("first_actor", now["first_actor"]),
        second: changed.get("second_actor", now["second_actor"]),
    }
    for country, actor in actor_of.items():
        if actor and actor not in (now["first_actor"], now["second_actor"]):
            check_actor(actor, country)
    source = event.source_id if direction == Direction.MUTUAL else first if direction == Direction.FORWARD else second
    target = second if source == first else first
    # Said with its actors also where it is as it was: else reports that turn it would leave them on the wrong side.
    columns: dict[str, Any] = {"direction": direction}
    if source != event.source_id:
        columns |= {"source_id": source, "target_id": target}
    if source != event.source_id or {"first_actor", "second_actor"} & set(changed):
        columns |= {"source_actor_id": actor_of[source], "target_actor_id": actor_of[target]}
    return columns


def check_actor(actor_id: int, country: str) -> None:
    """Raises CorrectionRefused where the actor does not act for the country."""
    actor = Actor.objects.filter(pk=actor_id).first()
    if actor is None or actor.country_id != country:
        raise CorrectionRefused("The chosen actor does not act for that country. Choose one of its own.")
