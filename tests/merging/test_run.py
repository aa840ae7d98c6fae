"""Merging in the database."""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection

import pytest

from relations.merging import run
from relations.merging.run import merge_new_reports
from relations.models import Engagement, Event, PairDay, Report, Status
from tests import making

pytestmark = pytest.mark.django_db


def ago(days: int) -> dt.date:
    return making.today() - dt.timedelta(days=days)


def test_two_reports_of_one_happening_are_one_event_and_surer() -> None:
    making.report()
    merge_new_reports()
    alone = Event.objects.get().confidence
    making.report(occurred_on=ago(1))
    merge_new_reports()
    event = Event.objects.get()
    assert (event.report_count, event.source_count) == (2, 2)
    assert event.confidence > alone
    assert Report.objects.filter(event=event).count() == 2


def test_the_other_direction_another_type_and_a_far_date_are_other_events() -> None:
    making.report()
    making.report("USA", "PAK")
    making.report(type="statement_praise")
    making.report(occurred_on=ago(9))
    merge_new_reports()
    assert Event.objects.count() == 4


def test_a_mutual_event_is_one_whoever_is_named_first() -> None:
    making.report("PAK", "USA", "meeting", mutual=True)
    making.report("USA", "PAK", "meeting", mutual=True)
    merge_new_reports()
    assert Event.objects.count() == 1


def test_copies_of_one_story_count_as_one_source() -> None:
    original = making.report()
    making.report(article=making.article("x", copy_of=original.article))
    merge_new_reports()
    event = Event.objects.get()
    assert (event.report_count, event.source_count) == (2, 1)


def test_two_stories_of_one_feed_are_one_source() -> None:
    feed = making.feed()
    for _ in range(2):
        making.report(article=making.article("x", feed=feed))
    merge_new_reports()
    assert Event.objects.get().source_count == 1


def test_running_again_changes_nothing() -> None:
    making.report()
    assert merge_new_reports() == 1
    before = Event.objects.values().get()
    assert merge_new_reports() == 0
    assert Event.objects.values().get() == before


def test_a_more_exact_report_sharpens_the_date() -> None:
    making.report(occurred_on=ago(5).replace(day=1), precision="month")
    merge_new_reports()
    exact = ago(5)
    making.report(occurred_on=exact)
    merge_new_reports()
    event = Event.objects.get()
    assert (event.occurred_on, event.precision) == (exact, "day")


def test_merging_marks_the_days_it_touched() -> None:
    making.report(occurred_on=ago(2))
    merge_new_reports()
    assert list(PairDay.objects.filter(stale=True).values_list("day", flat=True)) == [ago(2)]


def test_what_an_editor_set_stays_and_another_telling_joins_it() -> None:
    making.report(type="visit_cancelled", stage="cancelled")
    merge_new_reports()
    Event.objects.update(type="visit_postponed", corrected_fields=["type"])
    making.report(type="visit_cancelled", stage="cancelled")
    merge_new_reports()
    event = Event.objects.get()
    assert event.type == "visit_postponed" and event.report_count == 2


def test_a_rejected_event_does_not_come_back_with_the_next_copy() -> None:
    making.report()
    merge_new_reports()
    Event.objects.update(status=Status.REJECTED, corrected_fields=["status"])
    making.report()
    merge_new_reports()
    event = Event.objects.get()
    assert event.status == Status.REJECTED and event.report_count == 2


def withdraw(why: str = "edited") -> None:
    Report.objects.update(withdrawn=why, due=True)
    merge_new_reports()


def test_an_event_whose_reports_are_gone_is_withdrawn_and_comes_back_with_one() -> None:
    making.report()
    merge_new_reports()
    withdraw()
    event = Event.objects.get()
    assert event.status == Status.WITHDRAWN and event.report_count == 0
    assert event.reports.count() == 1, "what was once said keeps its place"
    making.report()
    merge_new_reports()
    again = Event.objects.get()
    assert again.pk == event.pk and again.status == Status.CODED and not again.evidence_changed
    assert again.report_count == 1


def test_an_event_stands_on_what_is_left() -> None:
    retracted = making.report()
    making.report(confidence=0.5)
    merge_new_reports()
    surer = Event.objects.get().confidence
    Report.objects.filter(pk=retracted.pk).update(withdrawn="retracted", due=True)
    merge_new_reports()
    event = Event.objects.get()
    assert event.status == Status.CODED and event.report_count == 1
    assert event.confidence == pytest.approx(0.9 * 0.5) and event.confidence < surer


def test_a_postponed_visit_belongs_to_the_visit_that_was_announced() -> None:
    planned = making.today() + dt.timedelta(days=9)
    making.report(type="visit_announced", stage="announced", occurred_on=ago(20), planned_on=[planned])
    making.report("USA", "PAK", type="visit_postponed", stage="postponed", occurred_on=ago(5))
    making.report(type="visit_made", stage="held", occurred_on=ago(200))
    merge_new_reports()
    engagement, another = Engagement.objects.all()
    assert another.state == "held" and another.held_on == ago(200)
    assert engagement.state == "postponed" and engagement.planned_from == planned
    assert engagement.events.count() == 2


def test_a_plan_of_an_act_is_not_the_act() -> None:
    making.report(type="sanctions_imposed", stage="announced", occurred_on=ago(2))
    making.report(type="sanctions_imposed", stage="held", occurred_on=ago(1))
    merge_new_reports()
    assert set(Event.objects.values_list("stage", flat=True)) == {"announced", "held"}


@pytest.mark.parametrize("one_batch", [True, False])
def test_two_happenings_of_a_month_stay_two_beside_a_vague_report(one_batch: bool) -> None:
    month = (ago(40)).replace(day=1)
    for values in (
        {"occurred_on": month, "precision": "month"},
        {"occurred_on": month.replace(day=2)},
        {"occurred_on": month.replace(day=22)},
    ):
        making.report(type="clash", **values)
        if not one_batch:
            merge_new_reports()
    merge_new_reports()
    assert Event.objects.count() == 2


def test_a_day_joins_a_year_known_before() -> None:
    day = dt.date(making.today().year - 1, 8, 1)
    making.report(type="treaty_exited", occurred_on=day.replace(month=1, day=1), precision="year")
    merge_new_reports()
    making.report(type="treaty_exited", occurred_on=day)
    merge_new_reports()
    assert Event.objects.get().occurred_on == day


def test_an_announcement_told_late_joins_the_postponement_that_came_first() -> None:
    making.report("USA", "PAK", type="visit_postponed", stage="postponed", occurred_on=ago(5))
    merge_new_reports()
    making.report(type="visit_announced", stage="announced", occurred_on=ago(20))
    merge_new_reports()
    engagement = Engagement.objects.get()
    assert engagement.state == "postponed" and engagement.events.count() == 2


def test_reading_again_what_says_the_same_leaves_the_event_as_it_was() -> None:
    making.report()
    merge_new_reports()
    before = Event.objects.get().updated_at
    Event.objects.update(evidence_changed=True)
    assert merge_new_reports() == 0
    assert Event.objects.get().updated_at == before


def test_a_sharpened_date_marks_the_day_it_left_too() -> None:
    making.report(occurred_on=ago(40).replace(day=1), precision="month")
    merge_new_reports()
    PairDay.objects.update(stale=False)
    making.report(occurred_on=ago(40))
    merge_new_reports()
    assert set(PairDay.objects.filter(stale=True).values_list("day", flat=True)) == {ago(40).replace(day=1), ago(40)}


def test_what_the_coder_doubts_lends_an_event_less() -> None:
    making.report(confidence=0.4)
    merge_new_reports()
    assert Event.objects.get().confidence == pytest.approx(0.9 * 0.4)


def test_two_independent_readings_make_it_surer_than_either() -> None:
    making.report(confidence=0.5)
    making.report(confidence=0.6)
    merge_new_reports()
    assert Event.objects.get().confidence == pytest.approx(1 - (1 - 0.45) * (1 - 0.54))


def test_a_fault_in_one_pair_does_not_keep_the_others_waiting(monkeypatch: pytest.MonkeyPatch) -> None:
    broken = making.report("PAK", "AFG").pair_id
    making.report("PAK", "USA")
    real = run.store.merge_reports

    def merge(pair_ids: Collection[int]) -> set[int]:
        if broken in pair_ids:
            raise KeyError("a fault")
        return real(pair_ids)

    monkeypatch.setattr(run.store, "merge_reports", merge)
    merge_new_reports()
    assert [event.pair.slug for event in Event.objects.all()] == ["pak-usa"]
