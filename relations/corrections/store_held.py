"""What a correction needs to know of an event before it changes it, fetched for many at once."""

from __future__ import annotations

import copy
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from typing import Any

from django.contrib.auth.models import User
from django.utils import timezone

from relations.corrections import store
from relations.models import (
    Correction,
    CountryPair,
    Event,
    Origin,
    Outcome,
    Report,
    ReviewItem,
    ReviewState,
    Status,
    Verdict,
    rules_of,
)
from relations.models.corrections import TOGETHER


@dataclass(frozen=True, slots=True)
class Held:
    """An event that the caller has locked. item: its place in the queue, with its holder; reports: all of it, with
    their articles; verdicts: those that stand, oldest first."""

    event: Event
    item: ReviewItem | None
    reports: list[Report]
    verdicts: list[Verdict]

    @property
    def read(self) -> list[Report]:
        """Its standing reports that the coder read."""
        return [report for report in self.reports if not report.withdrawn and report.marked_by_id is None]

    @property
    def surest(self) -> Report | None:
        return max(self.read, key=lambda report: (report.confidence, -report.pk), default=None)

    def has_judged(self, editor: User, *origins: Origin) -> bool:
        """Whether something that the editor said of the event stands; of these origins, if any are given."""
        return any(
            verdict.editor_id == editor.pk and (not origins or verdict.origin in origins) for verdict in self.verdicts
        )

    def may_decide(self, editor: User) -> bool:
        """Whether the editor may decide between two opinions: with the right to, and neither of the two theirs."""
        return editor.has_perm("relations.decide_verdicts") and not self.has_judged(editor)

    def is_asked(self, editor: User) -> bool:
        """Whether a second opinion is what the editor can say of it."""
        return self.item is not None and self.item.state == ReviewState.SECOND and not self.has_judged(editor)

    def origin(self, editor: User) -> Origin:
        """How the editor comes to judge: with the item held at the desk, deciding where two disagree, or in passing."""
        if self.item is None:
            return Origin.PASSING
        if self.item.state == ReviewState.SPLIT and self.may_decide(editor):
            return Origin.DECISION
        if self.item.holder_id == editor.pk and self.item.held_until and self.item.held_until >= timezone.now():
            return Origin.DESK
        return Origin.PASSING

    def reading(self) -> dict[str, Any]:
        """What the coder reads, as far as it can still be told: what the first verdict on a reading of the same version
        judged; else the event, with what editors set of it as it was before they did, or as a later version reads it.
        """
        surest = self.surest
        for verdict in self.verdicts:
            if verdict.coder == (surest.coder if surest else ""):
                return dict(verdict.reading)
        read = copy.copy(self.event)
        set_by_editors = _with_their_groups(self.event.corrected_fields) - {"status", "note"}
        history = store.history_of(self.event) if set_by_editors else []
        for field in set_by_editors:
            is_newer = self.verdicts and surest
            found = store.before_all(field, self.event, history)
            setattr(read, field, getattr(surest, field) if is_newer else store.from_json(field, found))
        return {**_judged(read), "type": self.event.coded_as or read.type, "confidence": self.event.confidence}

    def judge(self, reading: dict[str, Any], correction: Correction, origin: Origin) -> None:
        """Keep what the editor's change says of the coder's reading, which is given as it was before the change."""
        said = _judged(self.event)
        rejected = self.event.status == Status.REJECTED
        same = all(said[field] == reading[field] for field in said)
        surest = self.surest
        Verdict.objects.create(
            event=self.event,
            editor=correction.editor,
            outcome=Outcome.REJECTED if rejected else Outcome.ACCEPTED if same else Outcome.CHANGED,
            origin=origin,
            is_audit=self.item is not None and self.item.is_audit,
            reading=reading,
            said={} if rejected else said,
            correction=correction,
            reason=correction.reason,
            rules=rules_of(self.read),
            sources=sorted({report.article.feed_id for report in self.read}),
            coder=surest.coder if surest else "",
        )


def hold_all(event_ids: Collection[int]) -> dict[int, Held]:
    """Those of these events that there are, by id in order, locked; their pairs first, as every stage locks them. A
    constant number of queries."""
    wanted = Event.objects.filter(pk__in=event_ids)
    CountryPair.objects.hold_all(wanted.order_by().values_list("pair_id", flat=True))
    events = list(wanted.select_related("pair").select_for_update(of=("self",)).order_by("pk"))
    ids = [event.pk for event in events]
    items = {item.event_id: item for item in ReviewItem.objects.filter(event__in=ids).select_related("holder")}
    reports: dict[int, list[Report]] = {pk: [] for pk in ids}
    for report in Report.objects.filter(event__in=ids).select_related("article").order_by("pk"):
        reports[report.event_id or 0].append(report)
    verdicts: dict[int, list[Verdict]] = {pk: [] for pk in ids}
    for verdict in Verdict.objects.standing().filter(event__in=ids).order_by("pk"):
        verdicts[verdict.event_id].append(verdict)
    return {event.pk: Held(event, items.get(event.pk), reports[event.pk], verdicts[event.pk]) for event in events}


def hold(event_id: int) -> Held:
    """One of them. Raises Event.DoesNotExist."""
    held = hold_all([event_id])
    if not held:
        raise Event.DoesNotExist(f"There is no event {event_id}.")
    return held[event_id]


def _with_their_groups(fields: Iterable[str]) -> set[str]:
    return set(fields).union(*(group for group in TOGETHER if set(group) & set(fields)))


def _judged(event: Event) -> dict[str, Any]:
    now = event.as_edited()
    return {field: store.to_json(now[field]) for field in store.JUDGED}
