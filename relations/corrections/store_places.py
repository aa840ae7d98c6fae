"""Writes of which event a report belongs to, once a merge, a split or a move is taken back.

Where a report belongs is what the newest of these that stands says of it; else where it was before the first of them.
"""

from __future__ import annotations

from collections.abc import Iterable

from django.db.models import Q, QuerySet

from relations.corrections import store
from relations.models import Correction, CorrectionKind, Event, Report, Status

PLACING = (CorrectionKind.MERGE, CorrectionKind.SPLIT, CorrectionKind.MOVE)


def give_back(correction: Correction) -> set[int]:
    """The reports that a correction, taken back by now, had moved, to where they belong; ids of the events concerned.

    What an editor has put elsewhere since stays there.
    """
    giver = Event.objects.goes_on_as(correction.other_id or 0)
    placing = _placing(correction, giver)
    later = {
        report
        for one in placing
        if one.pk > correction.pk and one.kind != CorrectionKind.MERGE and _stands(one)
        for report in _moved(one)
    }
    here = set(Report.objects.filter(event=giver).values_list("pk", flat=True))
    to: dict[int, list[int]] = {}
    for report in _moved(correction):
        if report in here and report not in later:
            to.setdefault(Event.objects.goes_on_as(_came_from(report, correction, placing)), []).append(report)
    for event_id, reports in sorted(to.items()):
        Report.objects.filter(pk__in=reports).update(event_id=event_id, pinned=True, due=True)
    concerned = {giver, *to}
    for event in Event.objects.filter(pk__in=concerned):
        store.touch(event)
    return concerned


def make_one(split: Correction) -> set[int]:
    """A split taken back: all that the event split off has is the first one's again, and its address leads there.

    Nothing where an editor said since what either is part of. Ids of the events concerned.
    """
    concerned = give_back(split)
    other, into = Event.objects.get(pk=split.other_id or 0), Event.objects.goes_on_as(split.event_id)
    if other.status == Status.MERGED or into == other.pk:
        return concerned
    Report.objects.filter(event=other).update(event_id=into, due=True)  # what came later
    Event.objects.filter(merged_into=other).update(merged_into=into)
    store.touch(other)
    Event.objects.filter(pk=other.pk).become_part_of(into)
    for event in Event.objects.filter(pk=into):
        store.touch(event)
    return concerned | {into}


def splits_taken_back(event_id: int) -> QuerySet[Correction]:
    """Splits of an event, or that made it, that were taken back."""
    splits = Correction.objects.filter(store.of_event(event_id), kind=CorrectionKind.SPLIT)
    return splits.exclude(undone_by=None).order_by("-pk")


def loosen(event_ids: Iterable[int]) -> None:
    """Where no editor's word holds an event or its reports any more, merging may place them again."""
    for event in Event.objects.filter(pk__in=set(event_ids)):
        if not event.corrected_fields and not store.is_placed(event):
            Report.objects.filter(event=event, pinned=True).update(pinned=False, due=True)


def _placing(correction: Correction, giver: int) -> list[Correction]:
    """The merges, splits and moves of reports that a correction moved, oldest first, each with what took it back.

    Found along the events through which these reports went; giver: the event that has them now. A query a step.
    """
    reports = set(_moved(correction))
    found: dict[int, Correction] = {}
    seen: set[int] = set()
    ahead = {correction.event_id, giver, *([correction.other_id] if correction.other_id else [])}
    while ahead:
        seen |= ahead
        concerned = Correction.objects.filter(Q(event__in=ahead) | Q(other__in=ahead), kind__in=PLACING)
        told = [one for one in concerned.select_related("undone_by") if reports.intersection(_moved(one))]
        found |= {one.pk: one for one in told}
        ahead = {pk for one in told for pk in (one.event_id, one.other_id) if pk} - seen
    return [found[pk] for pk in sorted(found)]


def _stands(correction: Correction) -> bool:
    return not hasattr(correction, "undone_by")


def _moved(correction: Correction) -> list[int]:
    """Ids of the reports that a merge, a split or a move took from its event to the other."""
    return [report for report, of_event, _ in correction.placed if of_event == correction.event_id]


def _came_from(report: int, correction: Correction, placing: list[Correction]) -> int:
    """The event that has a report without a correction: the one it was taken from, unless it had come there by another
    that is taken back too."""
    event_id = correction.event_id
    for one in reversed(placing):
        if one.pk < correction.pk and one.other_id == event_id and report in _moved(one):
            if _stands(one):
                break
            event_id = one.event_id
    return event_id
