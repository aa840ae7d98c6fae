"""The queue of the desk: who looks at what, second opinions given blind, and the word between two of them.

An item is claimed with a lease, as a feed is by its worker: two editors never get the same one, and what an editor left
lying comes up again by itself.
"""

from __future__ import annotations

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
from relations.corrections.run import check, correct_event, correct_held, judged_as
from relations.corrections.run_placing import merge_events
from relations.corrections.store_held import Held, hold, hold_all
from relations.models import Correction, CountryPair, Event, Origin, Outcome, ReviewItem, ReviewState, Status, Verdict
from relations.models.reviews import AGREED_ON, LEASE, DeskFilters, ReviewItems, opinions_of

# Of what an editor is given, one in so many is of the random sample, as long as there is any.
AUDIT_EACH = 5
MOST_AT_ONCE = 50


@transaction.atomic
def claim(editor: User, filters: DeskFilters, most: int) -> list[int]:
    """The events that the editor has on the desk now, up to ``most`` of them; ids, in the order in which to look.

    First what waits for a second opinion on somebody else's, then what a look is worth most; one in AUDIT_EACH is of
    the random sample, counted on from the editor's last verdicts. What the editor holds stays, unless it does not fit
    the filters, or the desk is full: of that up to half makes room for second opinions.
    """
    most = min(most, MOST_AT_ONCE)
    held, at_hand = _keep(editor, filters, most)
    free = filters.of(ReviewItem.objects.free()).exclude(passed_by__contains=[editor.pk])
    # Nobody is asked again what they have said, be it a second opinion whose first was taken back.
    free = free.exclude(Exists(Verdict.objects.standing().filter(event=OuterRef("event"), editor=editor)))
    waiting = free.filter(state=ReviewState.WAITING)
    audited = waiting.filter(is_audit=True).order_by("event_id")
    places = range(_audit_is_due_after(editor), most, AUDIT_EACH)
    seconds = _lock(free.filter(state=ReviewState.SECOND).order_by("event_id"), _room_for_seconds(held, at_hand, most))
    give_way = _lowest(held, at_hand)[: max(0, len(held) + len(seconds) - most)]
    held = [item for item in held if item not in give_way]
    taken = seconds
    shares = (
        (audited, len(places) - sum(_is_sample(item) for item in held)),
        (waiting.filter(is_audit=False).order_by("-value", "event_id"), most),
        (audited, most),
    )
    for items, share in shares:
        wanted = min(share, most - len(held) - len(taken))
        taken = taken + _lock(items.exclude(event__in=[item.pk for item in taken]), wanted)
    ReviewItem.objects.filter(event__in=[item.pk for item in give_way]).update(holder=None, held_until=None)
    ReviewItem.objects.filter(event__in=[item.pk for item in taken]).update(holder=editor, held_until=Now() + LEASE)
    return _in_order(held + taken, places)


def _lock(items: ReviewItems, most: int) -> list[ReviewItem]:
    """The first of these items that nobody else has locked. Nobody is waited for, so in whatever order."""
    return list(items.select_for_update(skip_locked=True, of=("self",))[:most]) if most > 0 else []


def _room_for_seconds(held: Collection[ReviewItem], at_hand: Collection[int], most: int) -> int:
    """How many second opinions can be added: what is free of the desk, and of a full one up to half."""
    there = sum(item.state == ReviewState.SECOND for item in held)
    free = most - len(held)
    return max(free, min(most // 2 - there, free + len(_lowest(held, at_hand))))


def _lowest(held: Collection[ReviewItem], at_hand: Collection[int]) -> list[ReviewItem]:
    """What can give way to second opinions, first what a look is worth least, and the random sample last."""
    waiting = (item for item in held if item.state == ReviewState.WAITING and item.pk in at_hand)
    return sorted(waiting, key=lambda item: (item.is_audit, item.value, -item.pk))


def _keep(editor: User, filters: DeskFilters, most: int) -> tuple[list[ReviewItem], set[int]]:
    """What the editor holds that fits, with a new lease, and the ids of those that are locked now; the rest is let
    go."""
    mine = ReviewItem.objects.held_by(editor.pk)
    # What merging has locked is not waited for: its lease runs on.
    at_hand = set(mine.select_for_update(skip_locked=True).values_list("event_id", flat=True))
    fitting = filters.of(mine.filter(state__in=[ReviewState.WAITING, ReviewState.SECOND]))
    held = list(fitting.order_by("-value", "event_id")[:most])
    stays = {item.pk for item in held}
    ReviewItem.objects.filter(event__in=at_hand & stays).update(held_until=Now() + LEASE)
    ReviewItem.objects.filter(event__in=at_hand - stays).update(holder=None, held_until=None)
    return held, at_hand


def _audit_is_due_after(editor: User) -> int:
    """So many other looks are due before the next one of the random sample."""
    latest = Verdict.objects.filter(editor=editor, origin=Origin.DESK).order_by("-pk")
    since = list(latest.values_list("is_audit", flat=True)[: AUDIT_EACH - 1])
    return AUDIT_EACH - 1 - (since.index(True) if True in since else len(since))


def _in_order(items: Collection[ReviewItem], places: Collection[int]) -> list[int]:
    """Ids of events, in the order in which to look at them: the random sample at its places, as long as there is any,
    so that neither looking from the top nor a desk that fills up again passes it over."""
    sample = sorted(item.pk for item in items if _is_sample(item))
    others = sorted(
        (item for item in items if not _is_sample(item)),
        key=lambda item: (item.state != ReviewState.SECOND, -item.value, item.pk),
    )
    rest = [item.pk for item in others]
    for place in places:
        if sample:
            rest.insert(place, sample.pop(0))
    return rest + sample


def _is_sample(item: ReviewItem) -> bool:
    return item.is_audit and item.state == ReviewState.WAITING


@transaction.atomic
def pass_on(editor: User, event_ids: Collection[int]) -> int:
    """Leave items to others: they are free again, and this editor isn't given them any more. How many."""
    held = _in_lock(ReviewItem.objects.held_by(editor.pk).filter(event__in=event_ids))
    return held.update(holder=None, held_until=None, passed_by=_passed_by(editor))


def _in_lock(items: ReviewItems) -> ReviewItems:
    """These items, locked; as everywhere where locks are waited for, their pairs first, and each kind in one order."""
    CountryPair.objects.hold_all(items.order_by().values_list("pair", flat=True))
    return ReviewItem.objects.filter(pk__in=list(items.order_by("pk").select_for_update().values_list("pk", flat=True)))


def _passed_by(editor: User) -> Func:
    """Those who left an item to others, with this editor."""
    column = ReviewItem._meta.get_field("passed_by")
    others = Func(F("passed_by"), Value(editor.pk), function="array_remove", output_field=column)
    return Func(others, Value(editor.pk), function="array_append", output_field=column)


def renew_queue(batch: int = 500) -> int:
    """What a look at each waiting event is worth, worked out anew; one transaction a batch. How many.

    Done at night, after what verdicts taught has changed: between two nights an event's place follows the event alone.
    """
    done = 0
    for ids in ReviewItem.objects.due_for_renewal(batch):
        with transaction.atomic():
            CountryPair.objects.hold_all(Event.objects.filter(pk__in=ids).values_list("pair_id", flat=True))
            ReviewItem.objects.renew(ids)
        done += len(ids)
    return done


@transaction.atomic
def let_go(editor: User) -> int:
    """Give back all that the editor holds, to be looked at by whoever comes first. How many."""
    return _in_lock(ReviewItem.objects.filter(holder=editor)).update(holder=None, held_until=None)


@transaction.atomic
def hold_again(editor: User, event_id: int) -> None:
    """After an undo: the item is the editor's to look at, unless another has it by now, or is asked for a second
    opinion, which is not for who has seen the first."""
    item = _in_lock(ReviewItem.objects.free().filter(event=event_id, state=ReviewState.WAITING))
    item.update(holder=editor, held_until=Now() + LEASE)


@transaction.atomic
def judge(
    event_id: int, *, editor: User, status: str, reason: str = "", seen: Mapping[str, Any] | None = None, **new: Any
) -> Correction | Verdict | None:
    """An editor's verdict at the desk: a correction, or a second opinion where the item waits for one, which changes
    nothing. None where nothing differs.

    Raises CorrectionRefused where another editor holds the item, and what correct_event raises.
    """
    made = _judge_held(hold(event_id), editor=editor, status=status, reason=reason, seen=seen, new=new)
    if made is not None:
        ReviewItem.objects.renew([event_id])
    return made


def _judge_held(
    held: Held, *, editor: User, status: str, reason: str, seen: Mapping[str, Any] | None, new: Mapping[str, Any]
) -> Correction | Verdict | None:
    """The same of an event that the caller holds, whose item the caller renews."""
    _refuse_unless_theirs(held, editor)
    item = held.item
    if held.is_asked(editor):
        return _second_opinion(held, editor=editor, status=status, reason=reason, new=new)
    if item and held.has_judged(editor, Origin.SECOND):  # sent twice, as by a second press of the button
        raise CorrectionRefused(
            "You have given your second opinion on this. Take it back to give another one, or correct the event on its "
            "page."
        )
    if item and item.state == ReviewState.WAITING:
        # What is done at the desk is held by whom does it, also where the lease ran out meanwhile.
        item.holder, item.held_until = editor, timezone.now() + LEASE
    return correct_held(held, editor=editor, reason=reason, seen=seen, new={**new, "status": status})


def _refuse_unless_theirs(held: Held, editor: User) -> None:
    """Raises CorrectionRefused where what is done at the desk is another's to do."""
    item = held.item
    if item is None:
        return
    if item.holder_id not in (None, editor.pk) and item.held_until and item.held_until >= timezone.now():
        raise CorrectionRefused(f"{item.holder} has this on the desk now. Take another one.")
    # Only who was given it there, or has judged it already, was kept from seeing the first opinion, or may see it.
    if item.holder_id != editor.pk and held.is_asked(editor):
        raise CorrectionRefused("This waits for a second opinion, which is given blind. Take it at the desk first.")


@transaction.atomic
def merge_at_desk(event_id: int, into_id: int, *, editor: User, reason: str = "") -> Correction:
    """The same as merge_events, of an item of the desk: refused too where another editor holds the first of the two, or
    where a second opinion is asked for.

    Raises CorrectionRefused, Event.DoesNotExist.
    """
    held = hold(event_id)
    _refuse_unless_theirs(held, editor)
    if held.is_asked(editor):
        raise CorrectionRefused(
            "You are asked what you make of it as it was read. Accept, correct or reject it; others may merge it."
        )
    return merge_events(event_id, into_id, editor=editor, reason=reason)


@dataclass(frozen=True, slots=True)
class Judged:
    """What came of judging many: ids of events, of corrections and of second opinions (verdicts) of those that were,
    reasons by event of the others."""

    events: list[int]
    corrections: list[int]
    opinions: list[int]
    refused: dict[int, str]


@transaction.atomic
def judge_all(seen: Mapping[int, Mapping[str, Any] | None], *, editor: User, status: str, reason: str = "") -> Judged:
    """One verdict on many events, each as judge has it; what can't be judged is left out, with the reason.

    seen: by event, what the editor saw of it. Pairs are locked in order, so that two such calls can't block each other.
    """
    events = hold_all(list(seen))
    done = Judged([], [], [], {pk: "There is no such event any more." for pk in seen if pk not in events})
    for pk, held in events.items():
        try:  # refused before anything of it is written
            made = _judge_held(held, editor=editor, status=status, reason=reason, seen=seen[pk], new={})
        except CorrectionRefused as refusal:
            done.refused[pk] = str(refusal)
            continue
        if made is None:
            done.refused[pk] = "It was so already."
            continue
        done.events.append(pk)
        (done.corrections if isinstance(made, Correction) else done.opinions).append(made.pk)
    ReviewItem.objects.renew(done.events)
    return done


def awaits_second(editor: User, event_id: int) -> bool:
    """Whether the editor is asked for a second opinion of this event, and so must not see the first."""
    return ReviewItem.objects.asked_blind(editor.pk).filter(event=event_id).exists()


def _second_opinion(held: Held, *, editor: User, status: str, reason: str, new: Mapping[str, Any]) -> Verdict:
    """Of what the coder read, not of what the first editor made of it: of the reading that the first verdict judged, as
    the desk shows it, also where the coder has read it again since."""
    first = held.verdicts[0]
    reading = dict(first.reading)
    if status == Status.REJECTED:
        said: dict[str, Any] = {}
        outcome = Outcome.REJECTED
    else:
        said = judged_as(reading, new)
        outcome = Outcome.ACCEPTED if all(reading[field] == value for field, value in said.items()) else Outcome.CHANGED
        if note := new.get("note"):
            check("note", note)
            said["note"] = note  # for readers, if the opinion is chosen
    return Verdict.objects.create(
        event=held.event,
        editor=editor,
        outcome=outcome,
        origin=Origin.SECOND,
        is_audit=held.item is not None and held.item.is_audit,
        reading=reading,
        said=said,
        reason=reason,
        rules=first.rules,
        sources=first.sources,
        coder=first.coder,
    )


@transaction.atomic
def take_back_opinion(verdict_id: int, *, editor: User) -> Verdict:
    """Take one's own second opinion back; the event waits for one again, of the same editor while they hold it, and
    then of others: who gave it may have seen the first meanwhile. Raises CorrectionRefused.
    """
    verdict = Verdict.objects.standing().filter(pk=verdict_id, editor=editor, origin=Origin.SECOND).first()
    if verdict is None:
        raise CorrectionRefused("This is no second opinion of yours that stands.")
    event = store.hold(verdict.event_id)
    store.take_back_verdicts(Verdict.objects.filter(pk=verdict.pk))
    ReviewItem.objects.renew([event.pk])
    item = ReviewItem.objects.filter(event=event)
    item.filter(state=ReviewState.SECOND).update(passed_by=_passed_by(editor))
    item.filter(holder=None).update(holder=editor, held_until=Now() + LEASE)
    return verdict


@transaction.atomic
def decide(
    event_id: int, verdict_id: int, *, editor: User, reason: str = "", seen: Mapping[str, Any] | None = None
) -> Verdict:
    """Between two opinions, say which is right; the event becomes what it says. What it leaves as it was read stays as
    others have set it since, unless the two had to agree on it.

    seen: what the editor saw of the event, as correct_event has it. Raises CorrectionRefused where the editor may not
    decide, or nobody disagrees any more; ChangedMeanwhile.
    """
    held = hold(event_id)
    event, item = held.event, held.item
    chosen = next((one for one in opinions_of(held.verdicts) if one and one.pk == verdict_id), None)
    if item is None or item.state != ReviewState.SPLIT or chosen is None:
        raise CorrectionRefused("Nobody disagrees on this event any more.")
    if not held.may_decide(editor):
        raise CorrectionRefused("Somebody must decide who has the right to and gave neither of the two opinions.")
    correction = correct_event(event_id, editor=editor, reason=reason, seen=seen, **_as_said(chosen))
    if correction is not None:
        verdict = Verdict.objects.get(correction=correction)
    else:  # the event is as the chosen opinion has it; that it was decided so is told, and can be undone
        verdict = Verdict.objects.create(
            event=event,
            editor=editor,
            outcome=chosen.outcome,
            origin=Origin.DECISION,
            is_audit=item.is_audit,
            reading=chosen.reading,
            said=chosen.said,
            reason=reason,
            correction=Correction.objects.create(event=event, editor=editor, changes={}, reason=reason),
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
    always = {*AGREED_ON, "precision"}
    said = {
        field: store.from_json(field, value)
        for field, value in verdict.said.items()
        if field in always or value != verdict.reading.get(field)
    }
    return said | {"status": Status.CONFIRMED}
