"""Writes of corrections: what each change of an event has in common."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from django.contrib.auth.models import User
from django.db.models import Q
from django.utils import timezone

from relations.models import (
    Correction,
    CorrectionKind,
    CountryPair,
    Event,
    PairDay,
    Report,
    Status,
)
from relations.models.corrections import TOGETHER

# What is judged of a reading, beside how sure it was; the names are those of Event.as_edited.
JUDGED = ("type", "direction", "occurred_on", "precision", "stage", "place", "first_actor", "second_actor")


def hold(event_id: int) -> Event:
    """The event, locked; its pair first, as every stage locks in that order. So nobody else moves its reports."""
    CountryPair.objects.hold(Event.objects.only("pair_id").get(pk=event_id).pair_id)
    return Event.objects.select_for_update(of=("self",)).get(pk=event_id)


def apply(
    event: Event,
    new: Mapping[str, Any],
    *,
    editor: User,
    kind: CorrectionKind = CorrectionKind.EDIT,
    reason: str = "",
    undoes: Correction | None = None,
    placed: list[list[Any]] | None = None,
    other: Event | None = None,
) -> Correction:
    """Set columns of an event, keep who did it and why, and mark what follows from it as due."""
    days = {event.occurred_on, new.get("occurred_on", event.occurred_on)}
    changes = {field: [to_json(getattr(event, field)), to_json(value)] for field, value in new.items()}
    for field, value in new.items():
        setattr(event, field, value)
    # The evidence may have changed since, and the engagement follows its events: merging looks at both again.
    event.evidence_changed = event.status != Status.MERGED
    event.save(update_fields=[*new, "evidence_changed", "updated_at"])
    PairDay.objects.mark_stale((event.pair_id, event.dataset, day) for day in days)
    return Correction.objects.create(
        event=event,
        editor=editor,
        kind=kind,
        changes=changes,
        reason=reason,
        undoes=undoes,
        placed=placed or [],
        other=other,
    )


def touch(event: Event) -> None:
    """Its evidence changed: merging derives it anew, and its day is scored again."""
    standing = Event.objects.filter(pk=event.pk).exclude(status=Status.MERGED)
    standing.update(evidence_changed=True, updated_at=timezone.now())
    PairDay.objects.mark_stale([(event.pair_id, event.dataset, event.occurred_on)])


def pin(event: Event, reports: Iterable[Report] | None = None) -> list[list[Any]]:
    """Hold the event's reports where they are, and free others to be compared with them; where they stood before.

    reports: all of the event in the order of their ids, if the caller has them.
    """
    theirs = Report.objects.filter(event=event)
    stood = theirs.order_by("pk").only("pinned") if reports is None else reports
    placed = [[report.pk, event.pk, report.pinned] for report in stood]
    theirs.update(pinned=True, due=True)
    return placed


def of_event(event_id: int) -> Q:
    """Corrections of an event, its merges and splits with others included."""
    return Q(event=event_id) | Q(other=event_id)


def in_force() -> Q:
    """Corrections that stand: not taken back, and no taking back themselves."""
    return Q(undone_by=None) & ~Q(kind=CorrectionKind.UNDO)


def is_placed(event: Event) -> bool:
    """Whether an editor decided which reports are the event's."""
    placing = [CorrectionKind.MERGE, CorrectionKind.SPLIT, CorrectionKind.MOVE]
    return Correction.objects.filter(of_event(event.pk), in_force(), kind__in=placing).exists()


def history_of(event: Event) -> list[Correction]:
    """All corrections of an event, oldest first, each with the one that took it back."""
    return list(Correction.objects.filter(event=event).select_related("undone_by").order_by("pk"))


def before_all(field: str, event: Event, history: Sequence[Correction]) -> Any:
    """What the coder had before editors spoke of a field, the last time that they began to, as JSON has it."""
    group = next((set(group) for group in TOGETHER if field in group), {field})
    began = 0
    for at, one in enumerate(history):
        before, after = one.changes.get("corrected_fields", [[], []])
        if group & set(after) and not group & set(before):
            began = at
    return as_found(field, event, history[began:])


def as_found(field: str, event: Event, later: Iterable[Correction]) -> Any:
    """The value that the next change of a field found there, as JSON has it; the event's where there is none."""
    found = next((one.changes[field][0] for one in later if field in one.changes), getattr(event, field))
    return to_json(found)


def take_back_verdicts(verdicts: Any) -> None:
    verdicts.filter(taken_back_at=None).update(taken_back_at=timezone.now())


def to_json(value: Any) -> Any:
    return value.isoformat() if isinstance(value, dt.date) else value


def from_json(field: str, value: Any) -> Any:
    return dt.date.fromisoformat(value) if field == "occurred_on" and value else value
