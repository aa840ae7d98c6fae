"""An editor's word: change, audit, undo, and the score that follows."""

from __future__ import annotations

import datetime as dt

import pytest
from django.contrib.auth.models import User

from relations.corrections.refusals import ChangedMeanwhile, CorrectionRefused
from relations.corrections.run import correct_event
from relations.corrections.run_undo import undo
from relations.merging.run import merge_new_reports
from relations.models import Actor, Correction, Engagement, Event, PairDay, PairStanding, Report, Status
from relations.models.loading import load_codebook
from relations.scoring.run import score_pair, score_stale_days
from tests import making

pytestmark = pytest.mark.django_db


@pytest.fixture
def editor() -> User:
    return making.user("editor")


def test_a_correction_changes_the_event_and_is_kept_with_who_what_and_why(editor: User) -> None:
    event = making.event(type="visit_cancelled")
    correction = correct_event(event.pk, editor=editor, reason="a new date was named", type="visit_postponed")
    event.refresh_from_db()
    assert event.type == "visit_postponed" and event.corrected_fields == ["stage", "type"]
    assert correction and correction.editor == editor and correction.reason == "a new date was named"
    assert correction.changes["type"] == ["visit_cancelled", "visit_postponed"]


def test_turning_the_direction_swaps_the_sides(editor: User) -> None:
    event = making.event("PAK", "USA")
    correct_event(event.pk, editor=editor, direction=-1)
    event.refresh_from_db()
    assert (event.source_id, event.target_id) == ("USA", "PAK")


def test_moving_the_date_marks_both_days(editor: User) -> None:
    event = making.event()
    score_stale_days()
    other = event.occurred_on - dt.timedelta(days=4)
    correct_event(event.pk, editor=editor, occurred_on=other)
    assert set(PairDay.objects.filter(stale=True).values_list("day", flat=True)) == {event.occurred_on, other}


def test_nothing_different_is_no_correction(editor: User) -> None:
    event = making.event()
    assert correct_event(event.pk, editor=editor, type=event.type) is None
    assert not Correction.objects.exists()


def test_undo_gives_back_the_event_and_the_score_exactly(editor: User) -> None:
    event = making.event(type="clash")
    making.event(type="meeting", mutual=True)
    score_stale_days()
    before = Event.objects.values().get(pk=event.pk)
    score = PairStanding.objects.get().score
    correction = correct_event(event.pk, editor=editor, type="apology", status=Status.CONFIRMED, direction=-1)
    score_pair(event.pair_id)
    assert PairStanding.objects.get().score != score
    assert correction is not None
    undo(correction.pk, editor=editor)
    score_pair(event.pair_id)
    after = Event.objects.values().get(pk=event.pk)
    volatile = {"updated_at": None, "evidence_changed": None}
    assert {**after, **volatile} == {**before, **volatile}
    assert PairStanding.objects.get().score == pytest.approx(score, abs=1e-12)
    assert Correction.objects.count() == 2  # the undo is a correction of its own


def test_a_correction_is_undone_once_and_an_undo_not_at_all(editor: User) -> None:
    event = making.event()
    correction = correct_event(event.pk, editor=editor, type="accusation")
    assert correction
    undone = undo(correction.pk, editor=editor)
    with pytest.raises(CorrectionRefused, match="taken back already"):
        undo(correction.pk, editor=editor)
    with pytest.raises(CorrectionRefused, match="Make that correction again"):
        undo(undone.pk, editor=editor)
    event.refresh_from_db()
    assert event.type == "statement_criticism" and event.corrected_fields == []


@pytest.mark.parametrize(
    "change",
    [
        {"type": "no_such_type"},
        {"direction": 7},
        {"status": "withdrawn"},
        {"occurred_on": dt.date(2999, 1, 1)},
        {"confidence": 1.0},
    ],
)
def test_what_makes_no_sense_is_refused_and_changes_nothing(editor: User, change: dict) -> None:
    event = making.event()
    before = Event.objects.values().get()
    with pytest.raises(CorrectionRefused):
        correct_event(event.pk, editor=editor, **change)
    assert Event.objects.values().get() == before


def withdrawn(event: Event) -> None:
    event.reports.all().delete()
    Event.objects.filter(pk=event.pk).update(evidence_changed=True)
    merge_new_reports()
    event.refresh_from_db()


def test_undo_after_the_evidence_is_gone_brings_no_phantom_back(editor: User) -> None:
    making.report(type="clash")
    merge_new_reports()
    event = Event.objects.get()
    rejection = correct_event(event.pk, editor=editor, status=Status.REJECTED)
    assert rejection
    withdrawn(event)
    assert event.status == Status.REJECTED
    undo(rejection.pk, editor=editor)
    merge_new_reports()
    event = Event.objects.get()
    assert event.status == Status.WITHDRAWN and event.confidence == 0


def test_a_reopened_event_stands_and_falls_with_its_evidence_again(editor: User) -> None:
    making.report(type="clash")
    merge_new_reports()
    event = Event.objects.get()
    correct_event(event.pk, editor=editor, status=Status.REJECTED)
    correct_event(event.pk, editor=editor, status=Status.CODED)
    withdrawn(event)
    assert event.status == Status.WITHDRAWN


def test_a_corrected_date_is_a_day_and_no_report_moves_it(editor: User) -> None:
    making.report(occurred_on=making.today().replace(day=1), precision="month")
    merge_new_reports()
    event = Event.objects.get()
    day = making.today() - dt.timedelta(days=1)
    correct_event(event.pk, editor=editor, occurred_on=day)
    making.report(occurred_on=making.today().replace(day=1), precision="month")
    merge_new_reports()
    event.refresh_from_db()
    assert (event.occurred_on, event.precision, event.report_count) == (day, "day", 2)


def test_the_sides_an_editor_turned_stay_turned_with_their_actors(editor: User) -> None:
    load_codebook()
    ministry = Actor.objects.get(key="PAK:foreign_ministry")
    making.report(source_actor=ministry)
    merge_new_reports()
    event = Event.objects.get()
    assert event.source_actor == ministry
    correct_event(event.pk, editor=editor, direction=-1)
    making.report()
    merge_new_reports()
    event = Event.objects.get()
    assert event.target_actor == ministry and event.source_actor is None and event.report_count == 2


def test_a_corrected_type_takes_its_stage_and_the_plan_follows(editor: User) -> None:
    making.report(type="visit_cancelled", stage="cancelled")
    merge_new_reports()
    event = Event.objects.get()
    correct_event(event.pk, editor=editor, type="visit_postponed")
    merge_new_reports()
    event.refresh_from_db()
    assert event.stage == "postponed" and Engagement.objects.get().state == "postponed"
    correct_event(event.pk, editor=editor, status=Status.REJECTED)
    merge_new_reports()
    assert not Engagement.objects.standing().exists()


def test_what_was_seen_before_another_changed_it_is_refused(editor: User) -> None:
    event = making.event()
    seen = event.as_edited()
    correct_event(event.pk, editor=making.user("editor"), place="Geneva", note="Seen twice.")
    with pytest.raises(ChangedMeanwhile) as refusal:
        correct_event(event.pk, editor=editor, seen=seen, type="apology")
    assert set(refusal.value.fields) == {"place", "note"}
    event.refresh_from_db()
    assert event.type == "statement_criticism"
    assert correct_event(event.pk, editor=editor, seen=event.as_edited(), type="apology")


def test_what_another_set_meanwhile_just_so_is_no_conflict(editor: User) -> None:
    event = making.event()
    seen = event.as_edited()
    correct_event(event.pk, editor=making.user("editor"), type="apology")
    assert correct_event(event.pk, editor=editor, seen=seen, type="apology") is None


def test_an_actor_that_an_editor_named_stays_with_its_country_when_reports_turn_the_event(editor: User) -> None:
    load_codebook()
    ministry = Actor.objects.get(key="PAK:foreign_ministry")
    report = making.report("PAK", "USA", "clash", sentence="Guns were heard along the river near the old fort.")
    merge_new_reports()
    event = Event.objects.get()
    correct_event(event.pk, editor=editor, first_actor=ministry.pk)
    Report.objects.filter(pk=report.pk).update(direction=-1, source="USA", target="PAK", due=True)
    merge_new_reports()
    event = Event.objects.get(pk=event.pk)
    assert event.as_edited()["first_actor"] == ministry.pk and event.source_id == "PAK"
