"""Writes of which event a report belongs to, once a merge, a split or a move is taken back.

Where a report belongs is what the newest of these that stands says of it; else where it was before the first of them.
"""

from __future__ import annotations

from collections.abc import Iterable

from django.db.models import QuerySet

from relations.corrections import store
from relations.models import Correction, CorrectionKind, Event, Report, Status

PLACING = (CorrectionKind.MERGE, CorrectionKind.SPLIT, CorrectionKind.MOVE)


def give_back(correction: Correction) -> set[int]:
    """The reports that a correction, taken back by now, had moved, to where they belong; ids of the events concerned.

    What an editor has put elsewhere since stays there.
    """
    giver = goes_on_as(correction.other_id or 0)
    placing = _placing(correction.event_id)
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
            to.setdefault(goes_on_as(_came_from(report, correction, placing)), []).append(report)
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
    other, into = Event.objects.get(pk=split.other_id or 0), goes_on_as(split.event_id)
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


def goes_on_as(event_id: int) -> int:
    """The event that a merged one is part of now; itself for any other."""
    seen: set[int] = set()
    while event_id not in seen:
        seen.add(event_id)
        into = Event.objects.filter(pk=event_id).values_list("merged_into_id", flat=True).first()
        if into is None:
            break
        event_id = into
    return event_id


def _placing(event_id: int) -> list[Correction]:
    """All merges, splits and moves among events of the same pair, oldest first, each with what took it back."""
    pair = Event.objects.only("pair_id").get(pk=event_id).pair_id
    found = Correction.objects.filter(kind__in=PLACING, event__pair=pair)
    return list(found.select_related("undone_by").order_by("pk"))


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
