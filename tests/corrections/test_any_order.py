"""Any corrections taken back in any order: what is left is as the others, in their order, have it."""

from __future__ import annotations

import datetime as dt
from itertools import permutations
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.db import transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from relations.corrections.refusals import CorrectionRefused
from relations.corrections.run import correct_event
from relations.corrections.run_placing import merge_events, move_report, split_event
from relations.corrections.run_undo import undo
from relations.merging.run import merge_new_reports
from relations.models import Correction, Event, Report, Status, Verdict
from relations.models.words import STANDING
from tests import making
from tests.corrections.saying import columns_of, make_actors, spoken, words

TRIALS: dict[str, Any] = {"deadline": None, "suppress_health_check": [HealthCheck.function_scoped_fixture]}


class Undone(Exception):
    """Ends a trial; what it wrote is rolled back."""


@pytest.fixture
def editor(db: None) -> User:
    return making.user("editor")


@pytest.fixture
def actors(db: None) -> dict[str, int]:
    return make_actors()


def fields_trial(said: list[dict[str, Any]], data: Any, editor: User, actors: dict[str, int]) -> None:
    report = making.report(
        "PAK", "USA", "visit_postponed", stage="postponed", place="Doha", source_actor_id=actors["PAK:parliament"]
    )
    merge_new_reports()
    report.refresh_from_db()
    event_id = report.event_id or 0
    as_read = columns_of(event_id)
    told: list[tuple[Correction, dict[str, Any]]] = []
    for new in said:
        by_id: dict[str, Any] = {
            field: actors.get(value) if field.endswith("_actor") else value for field, value in new.items()
        }
        said_now = spoken(event_id, by_id)
        correction = correct_event(event_id, editor=editor, **by_id)
        assert (correction is not None) == bool(said_now)
        if correction:
            after = columns_of(event_id)
            told.append((correction, {column: after[column] for column in said_now}))
    for correction, _ in data.draw(st.permutations(told), label="taken back"):
        undo(correction.pk, editor=editor)
        told = [one for one in told if one[0].pk != correction.pk]
        expected = {**as_read}
        for _, columns in told:
            expected |= columns
        assert columns_of(event_id) == expected
        merge_new_reports()
        assert columns_of(event_id) == expected, "merging keeps what editors said, and derives the rest as before"
    event = Event.objects.get(pk=event_id)
    assert event.corrected_fields == [] and not event.reports.filter(pinned=True).exists()
    assert not Verdict.objects.standing().exists()


@pytest.mark.django_db
@settings(max_examples=15, **TRIALS)
@given(said=st.lists(words(), min_size=1, max_size=5), data=st.data())
def test_fields_are_as_the_newest_word_that_stands_has_them(
    said: list, data: Any, editor: User, actors: dict[str, int]
) -> None:
    try:
        with transaction.atomic():
            fields_trial(said, data, editor, actors)
            raise Undone
    except Undone:
        pass


def placing_trial(data: Any, editor: User) -> None:
    """Seven reports of four events, told apart by their days; merges, splits and moves among them, and rejections, then
    taken back. An event that is split off a rejected one is born rejected, and stays so.

    Merging looks again at the end alone: while some of it stands, it rightly puts what is alike to what editors placed.
    """
    days = [60, 60, 60, 40, 40, 20, 5]
    for number, day in enumerate(days):
        sentence = f"Shells fell near village {day} on the line, witness {number} said."
        making.report(type="clash", occurred_on=making.today() - dt.timedelta(days=day), sentence=sentence)
    merge_new_reports()
    at_first = dict(Report.objects.values_list("pk", "event_id"))
    events = sorted(set(at_first.values()))
    assert len(events) == 4
    told: list[Correction] = []
    born_rejected: set[int] = set()
    if data.draw(st.booleans(), label="begin with a part of a rejected one"):
        rejected = correct_event(events[0], editor=editor, status=Status.REJECTED)
        told += [rejected] if rejected else []
        part = min(report for report, event_id in at_first.items() if event_id == events[0])
        told.append(split_event(events[0], [part], editor=editor))
        born_rejected.add(told[-1].other_id or 0)
    for _ in range(data.draw(st.integers(1, 6), label="how many")):
        there = [*STANDING, Status.REJECTED]
        standing = sorted(Event.objects.filter(status__in=there).values_list("pk", flat=True))
        how = data.draw(st.sampled_from(["merge", "split", "move", "reject", "undo"]))
        if how == "undo":
            if told:
                undo(told.pop(data.draw(st.integers(0, len(told) - 1))).pk, editor=editor)
                is_sound(born_rejected)
            continue
        one = data.draw(st.sampled_from(standing))
        other = data.draw(st.sampled_from(standing))
        reports = sorted(Report.objects.filter(event=one).values_list("pk", flat=True))
        chosen = data.draw(st.sampled_from(reports))
        try:
            with transaction.atomic():
                if how == "merge":
                    told.append(merge_events(one, other, editor=editor))
                elif how == "split":
                    told.append(split_event(one, [chosen], editor=editor))
                    if Event.objects.get(pk=one).status == Status.REJECTED:
                        born_rejected.add(told[-1].other_id or 0)
                elif how == "reject":
                    rejected = correct_event(one, editor=editor, status=Status.REJECTED)
                    told += [rejected] if rejected else []
                else:
                    told.append(move_report(chosen, other, editor=editor))
        except CorrectionRefused:
            continue
    for correction in data.draw(st.permutations(told), label="taken back"):
        undo(correction.pk, editor=editor)
        is_sound(born_rejected)
    merge_new_reports()
    assert dict(Report.objects.values_list("pk", "event_id")) == at_first
    assert sorted(Event.objects.standing().values_list("pk", flat=True)) == events
    assert not Report.objects.filter(pinned=True).exists()


def is_sound(born_rejected: set[int]) -> None:
    """Merged events have no reports and lead to one that isn't merged; what was born rejected does not come to life."""
    assert not Event.objects.standing().filter(pk__in=born_rejected).exists()
    into = dict(Event.objects.values_list("pk", "merged_into_id"))
    assert not Report.objects.filter(event__status=Status.MERGED).exists()
    for at in into:
        steps = 0
        while into[at] is not None:
            at, steps = into[at], steps + 1
            assert steps <= len(into), "merged events lead in a circle"


@pytest.mark.django_db
@settings(max_examples=15, **TRIALS)
@given(data=st.data())
def test_all_merges_splits_and_moves_taken_back_leave_each_report_where_it_was(data: Any, editor: User) -> None:
    try:
        with transaction.atomic():
            placing_trial(data, editor)
            raise Undone
    except Undone:
        pass


@pytest.mark.django_db
@pytest.mark.parametrize("order", list(permutations(range(3))))
def test_what_was_split_off_a_rejected_event_and_merged_is_never_alive(order: tuple[int, ...], editor: User) -> None:
    for day in (60, 60, 10):
        making.report(type="clash", occurred_on=making.ago(day), sentence="Shells fell near the line.")
    merge_new_reports()
    at_first = dict(Report.objects.values_list("pk", "event_id"))
    one, other = sorted(set(at_first.values()))
    rejected = correct_event(one, editor=editor, status=Status.REJECTED)
    split = split_event(one, [min(at_first)], editor=editor)
    assert rejected and split.other_id
    told = [rejected, split, merge_events(split.other_id, other, editor=editor)]
    for at in order:
        undo(told[at].pk, editor=editor)
        is_sound({split.other_id})
    merge_new_reports()
    is_sound({split.other_id})
    assert dict(Report.objects.values_list("pk", "event_id")) == at_first
    assert set(Event.objects.standing().values_list("pk", flat=True)) == {one, other}
