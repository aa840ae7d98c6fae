"""One transaction: change, audit, mark stale. The score follows when the caller scores the pair."""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection
from typing import Any

from django.contrib.auth.models import User
from django.db import transaction
from django.db.models import Q
from django.utils import timezone

from relations.codebook.event_types import event_types
from relations.errors import RelationsError
from relations.models import Correction, CountryPair, Direction, Event, PairDay, Precision, Report, Stage, Status

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
    if event.status == Status.MERGED:
        raise CorrectionRefused(f"This event is part of event {event.merged_into_id} by now. Correct that one.")
    new = {field: value for field, value in new.items() if getattr(event, field, None) != value}
    for field, value in new.items():
        _check(field, value)
    if not new:
        return None
    said = _with_what_follows(event, new)
    # A verdict alone (confirm, reject) says nothing about the other fields; the coder may still sharpen them. What goes
    # with a field that was set is set with it, also where it is as it was.
    corrected = {*event.corrected_fields, *said}
    new = {field: value for field, value in said.items() if getattr(event, field) != value}
    if new.get("status") == Status.CODED:  # reopened: it stands and falls with its evidence again
        corrected.discard("status")
    new["corrected_fields"] = sorted(corrected)
    placed = _pin(event)
    if not new["corrected_fields"] and not _is_placed(event):
        Report.objects.filter(event=event).update(pinned=False)
    return _apply(event, new, editor=editor, reason=reason, placed=placed)


@transaction.atomic
def merge_events(event_id: int, into_id: int, *, editor: User, reason: str = "") -> Correction:
    """Two events turned out to be one: the first becomes part of the second, and its address leads there.

    Its reports go along and stay with it, whatever merging thinks. Undoing gives each its own again.
    Raises CorrectionRefused, Event.DoesNotExist.
    """
    event = _hold(event_id)
    into = Event.objects.select_for_update(of=("self",)).get(pk=into_id)
    if event.pk == into.pk:
        raise CorrectionRefused("An event is the same as itself already. Choose another one.")
    if event.pair_id != into.pair_id or event.dataset != into.dataset:
        raise CorrectionRefused("Only events of one pair of countries, from one source of data, can be the same.")
    for one in (event, into):
        if one.status == Status.MERGED:
            raise CorrectionRefused(f"Event {one.pk} is part of event {one.merged_into_id} already. Choose that one.")
    placed = _pin(event) + _pin(into)
    Report.objects.filter(event=event).update(event=into)
    new = {"status": Status.MERGED, "merged_into_id": into.pk}
    correction = _apply(event, new, editor=editor, reason=reason, placed=placed, other=into)
    _touch(into)
    return correction


@transaction.atomic
def split_event(event_id: int, report_ids: Collection[int], *, editor: User, reason: str = "") -> Correction:
    """One event turned out to be two: these reports get an event of their own, the correction's ``other``.

    What both have stays where it is put, whatever merging thinks. Undoing makes them one again.
    Raises CorrectionRefused, Event.DoesNotExist.
    """
    event = _hold(event_id)
    if event.status == Status.MERGED:
        raise CorrectionRefused(f"Event {event.pk} is part of event {event.merged_into_id}. Split that one.")
    reports = list(Report.objects.standing().filter(event=event).order_by("pk"))
    chosen = [report for report in reports if report.pk in set(report_ids)]
    if len(chosen) < len(set(report_ids)) or not chosen:
        raise CorrectionRefused(
            "Choose reports of this event; some of those sent belong to another or no longer stand."
        )
    if len(chosen) == len(reports):
        raise CorrectionRefused("All its reports together are the event itself. Leave at least one with it.")
    placed = _pin(event)
    other = chosen[0].begin_event()
    Report.objects.filter(pk__in=[report.pk for report in chosen]).update(event=other, pinned=True)
    correction = _apply(event, {}, editor=editor, reason=reason, placed=placed, other=other)
    _touch(other)
    return correction


def _touch(event: Event) -> None:
    """Its evidence changed: merging derives it anew, and its day is scored again."""
    standing = Event.objects.filter(pk=event.pk).exclude(status=Status.MERGED)
    standing.update(evidence_changed=True, updated_at=timezone.now())
    PairDay.objects.mark_stale([(event.pair_id, event.dataset, event.occurred_on)])


def _pin(event: Event) -> list[list[Any]]:
    """Hold the event's reports where they are, and free others to be compared with them; where they stood before."""
    reports = Report.objects.filter(event=event)
    placed = [[pk, event.pk, pinned] for pk, pinned in reports.order_by("pk").values_list("pk", "pinned")]
    reports.update(pinned=True, due=True)
    return placed


@transaction.atomic
def undo(correction_id: int, *, editor: User) -> Correction:
    """Take the newest correction of an event back, by a correction of its own. Raises CorrectionRefused."""
    correction = Correction.objects.select_related("event").get(pk=correction_id)
    event = _hold(correction.event_id)
    # Of a merge or a split in both events: what was said since of either is said of it as it is now.
    concerned = [pk for pk in (correction.event_id, correction.other_id) if pk]
    if any(newest is None or newest.pk != correction.pk for newest in map(_newest_in_force, concerned)):
        raise CorrectionRefused(
            "Only the newest correction that still stands can be undone. Undo the later ones first."
        )
    before = {field: _from_json(field, change[0]) for field, change in correction.changes.items()}
    if correction.other_id:
        _take_apart(event, correction)
    _put_back(correction.placed)
    if not correction.placed and before.get("corrected_fields") == [] and not _is_placed(event):
        # A correction from before it was noted where the reports stood.
        Report.objects.filter(event=event).update(pinned=False)
    return _apply(event, before, editor=editor, reason="", undoes=correction, other=correction.other)


def _take_apart(event: Event, correction: Correction) -> None:
    """Undo a merge or a split: the reports that came later than it stay with the event that goes on."""
    assert correction.other_id is not None  # noqa: S101  the caller asks for those that have one
    other = Event.objects.select_for_update(of=("self",)).get(pk=correction.other_id)
    if "merged_into_id" in correction.changes:
        _touch(other)
        return
    Report.objects.filter(event=other).update(event=event, due=True)
    Event.objects.filter(merged_into=other).update(merged_into=event)
    _touch(other)
    Event.objects.filter(pk=other.pk).become_part_of(event.pk)


def _put_back(placed: list[list[Any]]) -> None:
    """Reports to the events where they stood, pinned or not as then."""
    moved = Report.objects.filter(pk__in=[report for report, *_ in placed], event__isnull=False)
    Event.objects.filter(pk__in=moved.values("event")).exclude(status=Status.MERGED).update(evidence_changed=True)
    for event_id, pinned in sorted({(event_id, pinned) for _, event_id, pinned in placed}):
        ids = [report for report, of_event, was in placed if (of_event, was) == (event_id, pinned)]
        Report.objects.filter(pk__in=ids).update(event_id=event_id, pinned=pinned, due=True)


def _newest_in_force(event_id: int) -> Correction | None:
    """The last correction of an event that stands, its merges and splits with others included."""
    concerned = Q(event=event_id) | Q(other=event_id)
    return Correction.objects.filter(concerned, undoes=None, undone_by=None).order_by("-pk").first()


def _is_placed(event: Event) -> bool:
    """Whether an editor decided which reports are the event's."""
    concerned = Q(event=event) | Q(other=event)
    return Correction.objects.filter(concerned, other__isnull=False, undoes=None, undone_by=None).exists()


def _hold(event_id: int) -> Event:
    """The event, locked; its pair first, as every stage locks in that order. So nobody else moves its reports."""
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
    return new


def _apply(
    event: Event,
    new: dict[str, Any],
    *,
    editor: User,
    reason: str,
    undoes: Correction | None = None,
    placed: list[list[Any]] | None = None,
    other: Event | None = None,
) -> Correction:
    days = {event.occurred_on, new.get("occurred_on", event.occurred_on)}
    changes = {field: [_to_json(getattr(event, field)), _to_json(value)] for field, value in new.items()}
    for field, value in new.items():
        setattr(event, field, value)
    # The evidence may have changed since, and the engagement follows its events: merging looks at both again.
    event.evidence_changed = event.status != Status.MERGED
    event.save(update_fields=[*new, "evidence_changed", "updated_at"])
    PairDay.objects.mark_stale((event.pair_id, event.dataset, day) for day in days)
    return Correction.objects.create(
        event=event, editor=editor, changes=changes, reason=reason, undoes=undoes, placed=placed or [], other=other
    )


def _to_json(value: Any) -> Any:
    return value.isoformat() if isinstance(value, dt.date) else value


def _from_json(field: str, value: Any) -> Any:
    return dt.date.fromisoformat(value) if field == "occurred_on" else value
