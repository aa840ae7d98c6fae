"""Which reports tell of which event: merge, split, and giving a report to another event. One transaction each."""

from __future__ import annotations

from collections.abc import Collection

from django.contrib.auth.models import User
from django.db import transaction

from relations.corrections import store
from relations.corrections.refusals import CorrectionRefused
from relations.models import Correction, CorrectionKind, Event, Report, ReviewItem, Status


@transaction.atomic
def merge_events(event_id: int, into_id: int, *, editor: User, reason: str = "") -> Correction:
    """Two events turned out to be one: the first becomes part of the second, and its address leads there.

    Its reports go along and stay with it, whatever merging thinks. Undoing gives each its own again.
    Raises CorrectionRefused, Event.DoesNotExist.
    """
    event, into = _two(event_id, into_id)
    placed = store.pin(event)
    store.pin(into)
    Report.objects.filter(event=event).update(event=into)
    correction = store.apply(
        event,
        {"status": Status.MERGED, "merged_into_id": into.pk},
        editor=editor,
        kind=CorrectionKind.MERGE,
        reason=reason,
        placed=placed,
        other=into,
    )
    store.touch(into)
    ReviewItem.objects.renew([event.pk, into.pk])
    return correction


@transaction.atomic
def split_event(event_id: int, report_ids: Collection[int], *, editor: User, reason: str = "") -> Correction:
    """One event turned out to be two: these reports get an event of their own, the correction's ``other``.

    What both have stays where it is put, whatever merging thinks. Of an event that an editor rejected, the new one is
    rejected too. Undoing makes them one again. Raises CorrectionRefused, Event.DoesNotExist.
    """
    event = store.hold(event_id)
    if event.status == Status.MERGED:
        raise CorrectionRefused(f"Event {event.pk} is part of event {event.merged_into_id}. Split that one.")
    if not report_ids:
        raise CorrectionRefused("Tick the reports that tell of something else.")
    reports = list(Report.objects.standing().filter(event=event).order_by("pk"))
    chosen = [report for report in reports if report.pk in set(report_ids)]
    if len(chosen) < len(set(report_ids)):
        raise CorrectionRefused(
            "Choose reports of this event; some of those sent belong to another or no longer stand."
        )
    if len(chosen) == len(reports):
        raise CorrectionRefused("All its reports together are the event itself. Leave at least one with it.")
    placed = [row for row in store.pin(event) if row[0] in set(report_ids)]
    other = chosen[0].begin_event()
    if event.status == Status.REJECTED:
        # What did not happen does not begin to count because it is told apart.
        other.status, other.corrected_fields = Status.REJECTED, ["status"]
        other.save(update_fields=["status", "corrected_fields"])
    Report.objects.filter(pk__in=[report.pk for report in chosen]).update(event=other, pinned=True)
    correction = store.apply(
        event, {}, editor=editor, kind=CorrectionKind.SPLIT, reason=reason, placed=placed, other=other
    )
    store.touch(other)
    return correction


@transaction.atomic
def move_report(report_id: int, into_id: int, *, editor: User, reason: str = "") -> Correction:
    """A report turned out to tell of another event, which has it from now on; both keep what they have.

    Undoing gives it back. Raises CorrectionRefused, Report.DoesNotExist, Event.DoesNotExist.
    """
    report = Report.objects.get(pk=report_id)
    if report.event_id is None:
        raise CorrectionRefused("This report has no event yet; it will within a minute.")
    event, into = _two(report.event_id, into_id)
    standing = Report.objects.standing().filter(event=event)
    if not standing.filter(pk=report.pk).exists():
        raise CorrectionRefused("This report no longer stands, or belongs to another event by now. Look at it again.")
    if standing.count() == 1:
        raise CorrectionRefused("It is the only report of its event. Merge the two events, if both are one.")
    placed = [row for row in store.pin(event) if row[0] == report.pk]
    store.pin(into)
    Report.objects.filter(pk=report.pk).update(event=into)
    correction = store.apply(
        event, {}, editor=editor, kind=CorrectionKind.MOVE, reason=reason, placed=placed, other=into
    )
    store.touch(into)
    return correction


def _two(event_id: int, other_id: int) -> tuple[Event, Event]:
    """Both events, locked, if one can have reports of the other."""
    event = store.hold(event_id)
    other = Event.objects.select_for_update(of=("self",)).get(pk=other_id)
    if event.pk == other.pk:
        raise CorrectionRefused("An event is the same as itself already. Choose another one.")
    if event.pair_id != other.pair_id or event.dataset != other.dataset:
        raise CorrectionRefused("Only events of one pair of countries, from one source of data, can be the same.")
    for one in (event, other):
        if one.status == Status.MERGED:
            raise CorrectionRefused(f"Event {one.pk} is part of event {one.merged_into_id} already. Choose that one.")
    return event, other
