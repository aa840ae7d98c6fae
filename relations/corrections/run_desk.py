"""The queue of the desk: who looks at what, second opinions given blind, and the word between two of them.

An item is claimed with a lease, as a feed is by its worker: two editors never get the same one, and what an editor left
lying comes up again by itself.
"""

from __future__ import annotations

import datetime as dt
import math
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Any

from django.contrib.auth.models import User
from django.db import transaction
from django.db.models import Exists, F, Func, OuterRef, Value
from django.db.models.functions import Now
from django.utils import timezone

from relations.corrections import store
from relations.corrections.refusals import CorrectionRefused
from relations.corrections.run import correct_event, judged_as
from relations.models import Correction, Event, Origin, Outcome, Report, ReviewItem, ReviewState, Status, Verdict
from relations.models.reviews import LEASE, ReviewItems

# Of what an editor is given, one in so many is of the random sample, as long as there is any.
AUDIT_EACH = 5
MOST_AT_ONCE = 50


@dataclass(frozen=True, slots=True)
class DeskFilters:
    """What an editor wants to look at. pair: id; type: slug; source: id of a feed; days: age of the event at most."""

    pair: int | None = None
    type: str = ""
    source: int | None = None
    days: int | None = None

    @property
    def any(self) -> bool:
        return self != DeskFilters()

    def of(self, items: ReviewItems) -> ReviewItems:
        if self.pair is not None:
            items = items.filter(pair=self.pair)
        if self.type:
            items = items.filter(type=self.type)
        if self.days is not None:
            items = items.filter(event__occurred_on__gte=timezone.now().date() - dt.timedelta(days=self.days))
        if self.source is not None:
            told = Report.objects.standing().filter(event=OuterRef("event"), article__feed=self.source)
            items = items.filter(Exists(told))
        return items


@transaction.atomic
def claim(editor: User, filters: DeskFilters, most: int) -> list[int]:
    """The events that the editor has on the desk now, up to ``most``, those held already first; ids, best first.

    Beside what a look is worth most, one in AUDIT_EACH is of the random sample, and what waits for a second opinion of
    somebody else comes first. What the editor holds that doesn't fit the filters is let go.
    """
    most = min(most, MOST_AT_ONCE)
    mine = ReviewItem.objects.held_by(editor.pk).exclude(state__in=[ReviewState.DONE, ReviewState.SPLIT])
    held = list(filters.of(mine).order_by("-value", "event_id").values_list("event_id", flat=True)[:most])
    mine.exclude(event__in=held).update(holder=None, held_until=None)
    ReviewItem.objects.filter(event__in=held).update(held_until=Now() + LEASE)
    taken: list[int] = []
    free = filters.of(ReviewItem.objects.free()).exclude(passed_by__contains=[editor.pk])
    judged = Verdict.objects.standing().filter(editor=editor).values("event")
    second = free.filter(state=ReviewState.SECOND).exclude(event__in=judged)
    waiting = free.filter(state=ReviewState.WAITING)
    room = most - len(held)
    shares = (
        (second.order_by("event"), room),
        (waiting.filter(is_audit=True).order_by("event"), math.ceil(room / AUDIT_EACH)),
        (waiting.filter(is_audit=False).order_by("-value", "event"), room),
        (waiting.filter(is_audit=True).order_by("event"), room),
    )
    for items, share in shares:
        wanted = min(share, room - len(taken))
        if wanted > 0:
            found = items.exclude(event__in=taken).select_for_update(skip_locked=True, of=("self",))[:wanted]
            taken += [item.event_id for item in found]
    ReviewItem.objects.filter(event__in=taken).update(holder=editor, held_until=Now() + LEASE)
    return held + taken


def waiting(filters: DeskFilters) -> int:
    """How many items wait, whoever holds them."""
    return filters.of(ReviewItem.objects.filter(state=ReviewState.WAITING)).count()


@transaction.atomic
def pass_on(editor: User, event_ids: Collection[int]) -> int:
    """Leave items to others: they are free again, and this editor isn't given them any more. How many."""
    held = ReviewItem.objects.held_by(editor.pk).filter(event__in=event_ids)
    column = ReviewItem._meta.get_field("passed_by")
    passed = Func(F("passed_by"), Value(editor.pk), function="array_append", output_field=column)
    return held.update(holder=None, held_until=None, passed_by=passed)


def let_go(editor: User) -> int:
    """Give back all that the editor holds, to be looked at by whoever comes first. How many."""
    return ReviewItem.objects.filter(holder=editor).update(holder=None, held_until=None)


def hold_again(editor: User, event_id: int) -> None:
    """After an undo: the item is the editor's to look at, unless another has it by now."""
    ReviewItem.objects.free().filter(event=event_id).exclude(state=ReviewState.DONE).update(
        holder=editor, held_until=Now() + LEASE
    )


@transaction.atomic
def judge(
    event_id: int, *, editor: User, status: str, reason: str = "", seen: Mapping[str, Any] | None = None, **new: Any
) -> Correction | Verdict | None:
    """An editor's verdict at the desk: a correction, or a second opinion where the item waits for one, which changes
    nothing. None where nothing differs.

    Raises CorrectionRefused where another editor holds the item, and what correct_event raises.
    """
    event = store.hold(event_id)
    item = ReviewItem.objects.filter(event=event).select_related("holder").first()
    if item and item.holder_id not in (None, editor.pk) and item.held_until and item.held_until >= timezone.now():
        raise CorrectionRefused(f"{item.holder} has this on the desk now. Take another one.")
    if item and item.state == ReviewState.SECOND and not _has_judged(editor, event.pk):
        return _second_opinion(event, item, editor=editor, status=status, reason=reason, new=new)
    if item:
        # What is done at the desk is held by whom does it, also where the lease ran out meanwhile.
        ReviewItem.objects.filter(event=event).update(holder=editor, held_until=Now() + LEASE)
    return correct_event(event_id, editor=editor, reason=reason, seen=seen, status=status, **new)


def awaits_second(editor: User, event_id: int) -> bool:
    """Whether the editor is asked for a second opinion of this event, and so must not see the first."""
    asked = ReviewItem.objects.held_by(editor.pk).filter(event=event_id, state=ReviewState.SECOND)
    return asked.exists() and not _has_judged(editor, event_id)


def _has_judged(editor: User, event_id: int) -> bool:
    return Verdict.objects.standing().filter(event=event_id, editor=editor).exists()


def _second_opinion(
    event: Event, item: ReviewItem, *, editor: User, status: str, reason: str, new: Mapping[str, Any]
) -> Verdict:
    """Of what the coder read, not of what the first editor made of it."""
    reading = store.reading_of(event)
    if status == Status.REJECTED:
        said: dict[str, Any] = {}
        outcome = Outcome.REJECTED
    else:
        said = judged_as(reading, new)
        outcome = Outcome.ACCEPTED if all(reading[field] == value for field, value in said.items()) else Outcome.CHANGED
    verdict = Verdict.objects.create(
        event=event,
        editor=editor,
        outcome=outcome,
        origin=Origin.SECOND,
        is_audit=item.is_audit,
        reading=reading,
        said=said,
        reason=reason,
        **store.evidence_of(event),
    )
    ReviewItem.objects.renew([event.pk])
    return verdict


@transaction.atomic
def take_back_opinion(verdict_id: int, *, editor: User) -> Verdict:
    """Take one's own second opinion back; the event waits for one again. Raises CorrectionRefused."""
    verdict = Verdict.objects.standing().filter(pk=verdict_id, editor=editor, origin=Origin.SECOND).first()
    if verdict is None:
        raise CorrectionRefused("This is no second opinion of yours that stands.")
    event = store.hold(verdict.event_id)
    store.take_back_verdicts(Verdict.objects.filter(pk=verdict.pk))
    ReviewItem.objects.renew([event.pk])
    ReviewItem.objects.filter(event=event, holder=None).update(holder=editor, held_until=Now() + LEASE)
    return verdict


@transaction.atomic
def decide(event_id: int, verdict_id: int, *, editor: User, reason: str = "") -> Verdict:
    """Between two opinions, say which is right; the event becomes what it says.

    Raises CorrectionRefused where the editor may not decide, or nobody disagrees any more.
    """
    event = store.hold(event_id)
    item = ReviewItem.objects.filter(event=event, state=ReviewState.SPLIT).first()
    chosen = Verdict.objects.standing().filter(pk=verdict_id, event=event).first()
    if item is None or chosen is None:
        raise CorrectionRefused("Nobody disagrees on this event any more.")
    if not store.may_decide(editor, event.pk):
        raise CorrectionRefused("Somebody must decide who has the right to and gave neither of the two opinions.")
    correction = correct_event(event_id, editor=editor, reason=reason, **_as_said(chosen))
    verdict = Verdict.objects.filter(correction=correction).first() if correction else None
    if verdict is None:  # the event is as the chosen opinion has it
        verdict = Verdict.objects.create(
            event=event,
            editor=editor,
            outcome=chosen.outcome,
            origin=Origin.DECISION,
            is_audit=item.is_audit,
            reading=chosen.reading,
            said=chosen.said,
            reason=reason,
            correction=correction,
            rules=chosen.rules,
            sources=chosen.sources,
            coder=chosen.coder,
        )
    ReviewItem.objects.renew([event.pk])
    return verdict


def _as_said(verdict: Verdict) -> dict[str, Any]:
    """What a verdict says, as correct_event takes it."""
    if verdict.outcome == Outcome.REJECTED:
        return {"status": Status.REJECTED}
    said = {field: store.from_json(field, value) for field, value in verdict.said.items()}
    return said | {"status": Status.CONFIRMED}
