"""Taking back a correction, also an old one: what was said since stands. One transaction each.

Of each field the newest correction that stands has the last word. Taking one back leaves the field as a later one set
it; else as an earlier one did; else the coder has the word again.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.contrib.auth.models import User
from django.db import transaction

from relations.corrections import store
from relations.corrections.refusals import CorrectionRefused
from relations.models import Actor, Correction, CorrectionKind, Event, Report, ReviewItem, Status, Verdict, Withdrawal

# What goes together: who acts on whom through whom, and the date with its precision.
TOGETHER = (
    ("direction", "source_id", "target_id", "source_actor_id", "target_actor_id"),
    ("occurred_on", "precision"),
)
NO_FIELDS = {"corrected_fields", "merged_into_id"}


@transaction.atomic
def undo(correction_id: int, *, editor: User, reason: str = "") -> Correction:
    """Take a correction back, by a correction of its own. What others said since of the same stands.

    A merge or a move gives back the reports that it moved, from wherever they are now; a split makes both one again; an
    event that was added is rejected and its mark withdrawn. Raises CorrectionRefused, Correction.DoesNotExist.
    """
    correction = Correction.objects.get(pk=correction_id)
    event = store.hold(correction.event_id)
    correction.refresh_from_db()  # as it is now that nobody else is at it
    if correction.kind == CorrectionKind.UNDO:
        raise CorrectionRefused("This takes a correction back. Make that correction again where it was right.")
    if Correction.objects.filter(undoes=correction).exists():
        raise CorrectionRefused("This correction is taken back already.")
    other = Event.objects.filter(pk=correction.other_id).first() if correction.other_id else None
    new: dict[str, Any] = {}
    if correction.kind == CorrectionKind.MERGE:
        new = _give_back_event(event, correction)
    elif correction.kind == CorrectionKind.SPLIT and other is not None:
        _make_one(event, other, correction)
    elif correction.kind == CorrectionKind.MOVE:
        _give_back(correction, from_event=correction.other_id, to_event=_goes_on_as(event.pk))
    elif correction.kind == CorrectionKind.ADD:
        new = _take_back_mark(event, correction)
    else:
        new = _fields_without(event, correction)
    undone = store.apply(
        event, new, editor=editor, kind=CorrectionKind.UNDO, reason=reason, undoes=correction, other=other
    )
    if correction.kind == CorrectionKind.EDIT and not event.corrected_fields and not store.is_placed(event):
        Report.objects.filter(event=event, pinned=True).update(pinned=False, due=True)
    store.take_back_verdicts(Verdict.objects.filter(correction=correction))
    concerned = {event.pk, *([other.pk] if other else [])}
    ReviewItem.objects.renew(concerned)
    return undone


def _fields_without(event: Event, correction: Correction) -> dict[str, Any]:
    """The columns as they are without one correction's word."""
    others = Correction.objects.filter(store.in_force(), event=event).exclude(pk=correction.pk)
    told = list(others.filter(kind__in=[CorrectionKind.EDIT, CorrectionKind.ADD]).order_by("pk"))
    new: dict[str, Any] = {}
    corrected = set(event.corrected_fields)
    said_of: set[str] = set()
    for other in told:
        said_of |= _said(other)
    for field in _said(correction):
        group = next((group for group in TOGETHER if field in group), (field,))
        if any(other.pk > correction.pk and set(group) & _said(other) for other in told):
            continue  # what was said since stands
        if field in correction.changes:
            earlier = [other for other in told if other.pk < correction.pk and field in other.changes]
            value = earlier[-1].changes[field][1] if earlier else _before(event, field, correction)
            new[field] = store.from_json(field, value)
        if field not in said_of:
            corrected.discard(field)
    if correction.changes.get("status", ["", ""])[1] == Status.CODED and new.get("status") not in (None, Status.CODED):
        corrected.add("status")  # a verdict that was reopened stands again
    if event.status in (Status.MERGED, Status.WITHDRAWN):
        # What has become of its evidence is no editor's word; the status is worked out when it comes back.
        new.pop("status", None)
    new = {field: value for field, value in new.items() if getattr(event, field) != value}
    return _with_fitting_actors(event, new) | {"corrected_fields": sorted(corrected)}


def _said(correction: Correction) -> set[str]:
    """The fields that a correction set, also those that were as it set them."""
    before, after = correction.changes.get("corrected_fields", [[], []])
    return (set(correction.changes) | (set(after) - set(before))) - NO_FIELDS


def _before(event: Event, field: str, correction: Correction) -> Any:
    """What the coder had: the value before this correction, or before those taken back that led to that value."""
    value = correction.changes[field][0]
    earlier = Correction.objects.filter(event=event, pk__lt=correction.pk).exclude(kind=CorrectionKind.UNDO)
    for other in earlier.order_by("-pk"):
        if field in other.changes and other.changes[field][1] == value:
            value = other.changes[field][0]
    return value


def _with_fitting_actors(event: Event, new: dict[str, Any]) -> dict[str, Any]:
    """Actors that act for the side on which they stand."""
    if not set(TOGETHER[0]) & set(new):
        return new
    sides = {side: new.get(f"{side}_id", getattr(event, f"{side}_id")) for side in ("source", "target")}
    actors = {side: new.get(f"{side}_actor_id", getattr(event, f"{side}_actor_id")) for side in sides}
    country_of = dict(Actor.objects.filter(pk__in=[*filter(None, actors.values())]).values_list("pk", "country_id"))
    by_country = {country_of[actor]: actor for actor in actors.values() if actor in country_of}
    fitting = {f"{side}_actor_id": by_country.get(country) for side, country in sides.items()}
    return new | {field: actor for field, actor in fitting.items() if getattr(event, field) != actor}


def _give_back_event(event: Event, correction: Correction) -> dict[str, Any]:
    """A merge taken back: the event with those of its reports that are where the merge led them."""
    if event.status != Status.MERGED:
        raise CorrectionRefused("The event is not part of another one any more.")
    _give_back(correction, from_event=correction.other_id, to_event=event.pk)
    return {"status": correction.changes["status"][0], "merged_into_id": None}


def _make_one(event: Event, other: Event, correction: Correction) -> None:
    """A split taken back: all that the other event has is this one's again, and its address leads here."""
    into = _goes_on_as(event.pk)
    _give_back(correction, from_event=other.pk, to_event=into)
    if other.status == Status.MERGED:
        return  # an editor said since what it is part of
    came_later = Report.objects.filter(event=other)
    came_later.update(event_id=into, pinned=False, due=True)
    Event.objects.filter(merged_into=other).update(merged_into=into)
    store.touch(other)
    Event.objects.filter(pk=other.pk).become_part_of(into)


def _give_back(correction: Correction, *, from_event: int | None, to_event: int) -> None:
    """The reports that a correction moved, from the event that goes on as the one it gave them to, to another.

    What an editor has put elsewhere since stays there. Where no other decision holds the two events' reports they are
    as free as they were.
    """
    giver = _goes_on_as(from_event or 0)
    here = set(Report.objects.filter(event=giver).values_list("pk", flat=True))
    stays = to_event if correction.kind == CorrectionKind.SPLIT else giver
    free = not any(map(_is_decided_otherwise(correction), (giver, to_event)))
    rows = [
        [report, to_event, pinned if free else True]
        for report, of_event, pinned in correction.placed
        if report in here and (of_event == correction.event_id)
    ]
    for event in Event.objects.filter(pk__in=[giver, to_event]):
        store.touch(event)
    store.put_back(rows)
    if free:
        moved = {row[0] for row in rows}
        rest = [row for row in correction.placed if row[0] not in moved]
        still = set(Report.objects.filter(event__in=[giver, stays]).values_list("pk", flat=True))
        for report, _, pinned in rest:
            if report in still:
                Report.objects.filter(pk=report).update(pinned=pinned, due=True)


def _is_decided_otherwise(correction: Correction) -> Callable[[int], bool]:
    """Whether an editor's word on an event, beside this correction, holds its reports where they are."""

    def is_decided(event_id: int) -> bool:
        others = Correction.objects.filter(store.of_event(event_id), store.in_force()).exclude(pk=correction.pk)
        return others.exists()

    return is_decided


def _take_back_mark(event: Event, correction: Correction) -> dict[str, Any]:
    """An event that was added is none: it is rejected, and what was marked no longer tells of it."""
    marks = Report.objects.filter(pk__in=[row[0] for row in correction.placed], withdrawn="")
    marks.update(withdrawn=Withdrawal.TAKEN_BACK, due=True)
    if event.status == Status.MERGED or Report.objects.standing().filter(event=event).exists():
        return {}  # other stories tell of it by now
    return {"status": Status.REJECTED}


def _goes_on_as(event_id: int) -> int:
    """The event that a merged one is part of now."""
    seen: set[int] = set()
    while event_id not in seen:
        seen.add(event_id)
        into = Event.objects.filter(pk=event_id).values_list("merged_into_id", flat=True).first()
        if into is None:
            break
        event_id = into
    return event_id
