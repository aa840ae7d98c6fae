"""Writes of corrections: what each change of an event has in common."""

from __future__ import annotations

import copy
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
    Origin,
    Outcome,
    PairDay,
    Report,
    ReviewItem,
    ReviewState,
    Status,
    Verdict,
    rules_of,
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


def pin(event: Event) -> list[list[Any]]:
    """Hold the event's reports where they are, and free others to be compared with them; where they stood before."""
    reports = Report.objects.filter(event=event)
    placed = [[pk, event.pk, pinned] for pk, pinned in reports.order_by("pk").values_list("pk", "pinned")]
    reports.update(pinned=True, due=True)
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


def judge(
    event: Event, reading: Mapping[str, Any], correction: Correction, item: ReviewItem | None, origin: Origin
) -> None:
    """Keep what the editor's change says of the coder's reading. reading: as reading_of gave it before the change."""
    said = _judged(event)
    rejected = event.status == Status.REJECTED
    same = all(said[field] == reading[field] for field in said)
    Verdict.objects.create(
        event=event,
        editor=correction.editor,
        outcome=Outcome.REJECTED if rejected else Outcome.ACCEPTED if same else Outcome.CHANGED,
        origin=origin,
        is_audit=item is not None and item.is_audit,
        reading=dict(reading),
        said={} if rejected else said,
        correction=correction,
        reason=correction.reason,
        **evidence_of(event),
    )


def reading_of(event: Event) -> dict[str, Any]:
    """What the coder reads, as far as it can still be told: what the first verdict on a reading of the same version
    judged; else the event, with what editors set of it as it was before they did, or as a later version reads it."""
    surest = _surest(_read(event))
    verdicts = list(Verdict.objects.standing().filter(event=event).order_by("pk"))
    for verdict in verdicts:
        if verdict.coder == (surest.coder if surest else ""):
            return dict(verdict.reading)
    read = copy.copy(event)
    set_by_editors = _with_their_groups(event.corrected_fields) - {"status", "note"}
    history = history_of(event) if set_by_editors else []
    for field in set_by_editors:
        is_newer = verdicts and surest
        value = getattr(surest, field) if is_newer else from_json(field, before_all(field, event, history))
        setattr(read, field, value)
    return {**_judged(read), "type": event.coded_as or read.type, "confidence": event.confidence}


def _with_their_groups(fields: Iterable[str]) -> set[str]:
    return set(fields).union(*(group for group in TOGETHER if set(group) & set(fields)))


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


def evidence_of(event: Event) -> dict[str, Any]:
    """Which rules and sources a verdict on an event is one on, and which coder."""
    reports = _read(event)
    surest = _surest(reports)
    return {
        "rules": rules_of(reports),
        "sources": sorted({report.article.feed_id for report in reports}),
        "coder": surest.coder if surest else "",
    }


def _read(event: Event) -> list[Report]:
    """The standing reports of an event that the coder read."""
    return list(Report.objects.standing().filter(event=event, marked_by=None).select_related("article"))


def _surest(reports: Iterable[Report]) -> Report | None:
    return max(reports, key=lambda report: (report.confidence, -report.pk), default=None)


def take_back_verdicts(verdicts: Any) -> None:
    verdicts.filter(taken_back_at=None).update(taken_back_at=timezone.now())


def origin_of(item: ReviewItem | None, editor: User) -> Origin:
    """How the editor comes to judge: with the item held at the desk, deciding where two disagree, or in passing."""
    if item is None:
        return Origin.PASSING
    if item.state == ReviewState.SPLIT and may_decide(editor, item.event_id):
        return Origin.DECISION
    if item.holder_id == editor.pk and item.held_until and item.held_until >= timezone.now():
        return Origin.DESK
    return Origin.PASSING


def may_decide(editor: User, event_id: int) -> bool:
    """Whether the editor may decide between two opinions: with the right to, and neither of the two theirs."""
    return editor.has_perm("relations.decide_verdicts") and not has_judged(editor, event_id)


def has_judged(editor: User, event_id: int, *origins: Origin) -> bool:
    """Whether something that the editor said of the event stands; of these origins, if any are given."""
    said = Verdict.objects.standing().filter(event=event_id, editor=editor)
    return (said.filter(origin__in=origins) if origins else said).exists()


def _judged(event: Event) -> dict[str, Any]:
    now = event.as_edited()
    return {field: to_json(now[field]) for field in JUDGED}


def to_json(value: Any) -> Any:
    return value.isoformat() if isinstance(value, dt.date) else value


def from_json(field: str, value: Any) -> Any:
    return dt.date.fromisoformat(value) if field == "occurred_on" and value else value
