"""Taking back a correction, also an old one: what was said since stands. One transaction each.

Of each field the newest correction that stands has the last word. Taking one back leaves the field as a later one set
it; else as an earlier one did; else the coder has the word again. So it is with the event that a report belongs to: see
relations.corrections.store_places.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.contrib.auth.models import User
from django.db import transaction

from relations.corrections import store, store_places
from relations.corrections.refusals import CorrectionRefused
from relations.models import Actor, Correction, CorrectionKind, Event, Report, ReviewItem, Status, Verdict, Withdrawal
from relations.models.corrections import SIDES


@transaction.atomic
def undo(correction_id: int, *, editor: User, reason: str = "") -> Correction:
    """Take a correction back, by a correction of its own. What others said since of the same stands.

    A merge or a move gives back the reports that it moved, from wherever they are now; a split makes both one again; an
    event that was added loses its mark, and is withdrawn where nothing else tells of it.
    Raises CorrectionRefused, Correction.DoesNotExist.
    """
    correction = Correction.objects.get(pk=correction_id)
    event = store.hold(correction.event_id)
    correction.refresh_from_db()  # as it is now that nobody else is at it
    if correction.kind == CorrectionKind.UNDO:
        raise CorrectionRefused("This takes a correction back. Make that correction again where it was right.")
    if Correction.objects.filter(undoes=correction).exists():
        raise CorrectionRefused("This correction is taken back already.")
    new: dict[str, Any] = {}
    if correction.kind == CorrectionKind.MERGE:
        new = _without_merge(event)
    elif correction.kind in (CorrectionKind.EDIT, CorrectionKind.ADD):
        new = _fields_without(event, correction)
    undone = store.apply(
        event,
        new,
        editor=editor,
        kind=CorrectionKind.UNDO,
        reason=reason,
        undoes=correction,
        other=Event.objects.filter(pk=correction.other_id or 0).first(),
    )
    concerned = {event.pk, Event.objects.goes_on_as(event.pk), *([correction.other_id] if correction.other_id else [])}
    concerned |= _place_without(event, correction)
    store_places.loosen(concerned)
    _stand_again(event, correction)
    store.take_back_verdicts(Verdict.objects.filter(correction=correction))
    ReviewItem.objects.renew(concerned)
    return undone


def _without_merge(event: Event) -> dict[str, Any]:
    """The columns of an event that stands for itself again."""
    if event.status != Status.MERGED:
        raise CorrectionRefused("The event is not part of another one any more.")
    history = store.history_of(event)
    verdict = _last_word("status", [one for one in history if _stands(one)])
    if verdict is not None:
        status = _value_of("status", verdict, event, history)
    else:
        is_born_so = "status" in _born_with(event, history)
        status = store.before_all("status", event, history) if is_born_so else Status.CODED
    return {"status": status, "merged_into_id": None}


def _place_without(event: Event, correction: Correction) -> set[int]:
    """Let reports be where they belong without a correction that is taken back by now; ids of the events concerned."""
    if correction.kind == CorrectionKind.MOVE:
        return store_places.give_back(correction)
    if correction.kind == CorrectionKind.SPLIT:
        return store_places.make_one(correction)
    if correction.kind == CorrectionKind.ADD:
        marks = Report.objects.filter(pk__in=[row[0] for row in correction.placed], withdrawn="")
        found = set(marks.values_list("event_id", flat=True))
        marks.update(withdrawn=Withdrawal.TAKEN_BACK, due=True)
        for holder in Event.objects.filter(pk__in=found - {None}):
            store.touch(holder)
        return found - {None}
    if correction.kind == CorrectionKind.MERGE:
        concerned = store_places.give_back(correction)
        # What was one with the event through a split that is taken back is so again.
        for split in store_places.splits_taken_back(event.pk):
            concerned |= store_places.make_one(split)
        return concerned
    return set()


def _fields_without(event: Event, correction: Correction) -> dict[str, Any]:
    """The columns as they are without one correction's word."""
    history = store.history_of(event)
    told = [one for one in history if _stands(one) and one.pk != correction.pk]
    new: dict[str, Any] = {}
    for field in sorted(correction.said_fields):
        last = _last_word(field, told)
        if last is not None and last.pk > correction.pk:
            continue  # what was said since stands
        value = _value_of(field, last, event, history) if last else store.before_all(field, event, history)
        new[field] = store.from_json(field, value)
    verdict, born_with = _last_word("status", told), _born_with(event, history)
    if verdict is not None:
        is_judged = _value_of("status", verdict, event, history) != Status.CODED
    else:
        is_judged = "status" in born_with
    if event.status == Status.MERGED or (event.status == Status.WITHDRAWN and not is_judged):
        # What has become of its evidence is no editor's word; the status is worked out when it comes back.
        new.pop("status", None)
    said_now = born_with.union(*(one.said_fields for one in told))
    corrected = said_now & set(event.corrected_fields) - {"status"}
    if is_judged:
        corrected.add("status")
    new = {field: value for field, value in new.items() if getattr(event, field) != value}
    return _with_fitting_actors(event, new) | {"corrected_fields": sorted(corrected)}


def _stands(correction: Correction) -> bool:
    """Whether it is a word on the event's fields that nobody took back."""
    return correction.kind in (CorrectionKind.EDIT, CorrectionKind.ADD) and not hasattr(correction, "undone_by")


def _last_word(field: str, told: Sequence[Correction]) -> Correction | None:
    return next((one for one in reversed(told) if field in one.said_fields), None)


def _value_of(field: str, correction: Correction, event: Event, history: Sequence[Correction]) -> Any:
    """What a correction set a field to, as JSON has it; where that was so already, as the next change found it."""
    if field in correction.changes:
        return correction.changes[field][1]
    return store.as_found(field, event, [one for one in history if one.pk > correction.pk])


def _born_with(event: Event, history: Sequence[Correction]) -> set[str]:
    """Fields that were an editor's word from the event's beginning, as with what is split off a rejected one."""
    at_first = (one.changes["corrected_fields"][0] for one in history if "corrected_fields" in one.changes)
    return set(next(at_first, event.corrected_fields))


def _with_fitting_actors(event: Event, new: dict[str, Any]) -> dict[str, Any]:
    """Actors that act for the side on which they stand."""
    if not set(SIDES) & set(new):
        return new
    sides = {side: new.get(f"{side}_id", getattr(event, f"{side}_id")) for side in ("source", "target")}
    actors = {side: new.get(f"{side}_actor_id", getattr(event, f"{side}_actor_id")) for side in sides}
    country_of = dict(Actor.objects.filter(pk__in=[*filter(None, actors.values())]).values_list("pk", "country_id"))
    by_country = {country_of[actor]: actor for actor in actors.values() if actor in country_of}
    fitting = {f"{side}_actor_id": by_country.get(country) for side, country in sides.items()}
    others = {field: value for field, value in new.items() if field not in fitting}
    return others | {field: actor for field, actor in fitting.items() if getattr(event, field) != actor}


def _stand_again(event: Event, correction: Correction) -> None:
    """Reopening an event took its verdicts back; without it those stand whose corrections do, unless it was reopened
    again since."""
    if not _reopens(correction):
        return
    reopened = [one for one in store.history_of(event) if _reopens(one)]
    in_force = [one.made_at for one in reopened if _stands(one)]
    gone = Verdict.objects.filter(event=event, correction__undone_by=None)
    again = [
        verdict.pk
        for verdict in gone
        if verdict.taken_back_at  # and by a reopening, not by who gave it
        and any(verdict.given_at < one.made_at <= verdict.taken_back_at for one in reopened)
        and not any(verdict.given_at < at for at in in_force)
    ]
    Verdict.objects.filter(pk__in=again).update(taken_back_at=None)


def _reopens(correction: Correction) -> bool:
    status = correction.changes.get("status", ["", ""])
    return correction.kind == CorrectionKind.EDIT and status[1] == Status.CODED
