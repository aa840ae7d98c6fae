"""Two events that turn out to be one, and one that is two: merged, split, taken back, and holding against merging."""

from __future__ import annotations

import datetime as dt

import pytest
from django.contrib.auth.models import User

from relations.corrections.refusals import CorrectionRefused
from relations.corrections.run import correct_event
from relations.corrections.run_placing import merge_events, split_event
from relations.corrections.run_undo import undo
from relations.merging.run import merge_new_reports
from relations.models import Correction, Event, PairStanding, Report, Status
from relations.pipeline import bring_up_to_date
from tests import making

pytestmark = pytest.mark.django_db
VOLATILE = {"updated_at": None, "evidence_changed": None}


def ago(days: int) -> dt.date:
    return making.today() - dt.timedelta(days=days)


@pytest.fixture
def editor() -> User:
    return making.user("editor")


@pytest.fixture
def two_events() -> tuple[Event, Event]:
    making.report(type="clash", occurred_on=ago(20), confidence=0.6)
    making.report(type="clash", occurred_on=ago(9), confidence=0.7)
    merge_new_reports()
    first, second = Event.objects.order_by("occurred_on")
    bring_up_to_date(first.pair_id)
    return first, second


def state() -> list[dict]:
    return [{**row, **VOLATILE} for row in Event.objects.order_by("pk").values()]


def places() -> dict[int, int | None]:
    return dict(Report.objects.order_by("pk").values_list("pk", "event_id"))


def score() -> float:
    return PairStanding.objects.get().score


def test_merged_events_are_one_with_all_reports_and_the_score_follows(editor: User, two_events: tuple) -> None:
    first, second = two_events
    before = score()
    merge_events(first.pk, second.pk, editor=editor, reason="one raid")
    bring_up_to_date(first.pair_id)
    gone, stays = Event.objects.get(pk=first.pk), Event.objects.get(pk=second.pk)
    assert gone.status == Status.MERGED and Event.objects.goes_on_as(gone.pk) == stays.pk
    assert stays.report_count == 2 and set(places().values()) == {stays.pk}
    assert stays.confidence == pytest.approx(1 - (1 - 0.54) * (1 - 0.63))
    assert score() != before


def test_a_merge_is_undone_to_the_letter(editor: User, two_events: tuple) -> None:
    first, second = two_events
    before, where, then = state(), places(), score()
    merge = merge_events(first.pk, second.pk, editor=editor)
    bring_up_to_date(first.pair_id)
    undo(merge.pk, editor=editor)
    bring_up_to_date(first.pair_id)
    assert state() == before and places() == where
    assert score() == pytest.approx(then, abs=1e-9)
    assert not Report.objects.filter(pinned=True).exists()


def test_merging_does_not_part_what_an_editor_put_together(editor: User, two_events: tuple) -> None:
    first, second = two_events
    merge_events(first.pk, second.pk, editor=editor)
    Report.objects.update(due=True)
    merge_new_reports()
    making.report(type="clash", occurred_on=ago(20))
    merge_new_reports()
    assert Event.objects.standing().count() == 1
    assert Event.objects.get(pk=second.pk).report_count == 3, "what tells of the merged event joins the other"


def test_a_report_split_off_has_an_event_of_its_own_that_lasts(editor: User) -> None:
    reports = [making.report(type="clash") for _ in range(3)]
    merge_new_reports()
    event = Event.objects.get()
    before, then = state(), places()
    split = split_event(event.pk, [reports[0].pk], editor=editor)
    bring_up_to_date(event.pair_id)
    other = Event.objects.exclude(pk=event.pk).get()
    assert split.other == other and other.report_count == 1 and other.status == Status.CODED
    assert Event.objects.get(pk=event.pk).report_count == 2
    Report.objects.update(due=True)
    merge_new_reports()
    assert Event.objects.standing().count() == 2, "alike as they are, they stay two"
    undo(split.pk, editor=editor)
    bring_up_to_date(event.pair_id)
    assert state()[:1] == before and places() == then
    gone = Event.objects.get(pk=other.pk)
    assert gone.status == Status.MERGED and Event.objects.goes_on_as(gone.pk) == event.pk


@pytest.mark.parametrize("first", ["the split", "what was said since"])
def test_what_was_split_wrongly_and_corrected_since_is_undone_in_any_order(editor: User, first: str) -> None:
    reports = [making.report(type="clash") for _ in range(2)]
    merge_new_reports()
    event = Event.objects.get()
    split = split_event(event.pk, [reports[0].pk], editor=editor)
    merge_new_reports()
    assert split.other_id
    later = correct_event(split.other_id, editor=editor, type="apology")
    assert later
    undo(split.pk if first == "the split" else later.pk, editor=editor)
    undo(later.pk if first == "the split" else split.pk, editor=editor)
    merge_new_reports()
    stands = Event.objects.standing().get()
    assert (stands.pk, stands.type, stands.report_count) == (event.pk, "clash", 2)
    assert not Report.objects.filter(pinned=True).exists()


def test_a_split_is_undone_whatever_was_said_of_the_first_event_since(editor: User) -> None:
    reports = [making.report(type="clash") for _ in range(3)]
    merge_new_reports()
    event = Event.objects.get()
    split = split_event(event.pk, [reports[0].pk], editor=editor)
    correct_event(event.pk, editor=editor, type="strike", status=Status.CONFIRMED)
    undo(split.pk, editor=editor)
    Report.objects.update(due=True)
    merge_new_reports()
    stands = Event.objects.standing().get()
    assert (stands.type, stands.status, stands.report_count) == ("strike", Status.CONFIRMED, 3)


@pytest.mark.parametrize("case", ["itself", "another pair", "part of another already"])
def test_what_can_not_be_one_is_refused_and_nothing_changes(editor: User, two_events: tuple, case: str) -> None:
    first, second = two_events
    other = {"itself": first, "another pair": making.event("FRA", "DEU"), "part of another already": second}[case]
    if case == "part of another already":
        third = making.event(type="clash", occurred_on=ago(40))
        merge_events(second.pk, third.pk, editor=editor)
    before = state()
    with pytest.raises(CorrectionRefused):
        merge_events(first.pk, other.pk, editor=editor)
    assert state() == before


@pytest.mark.parametrize("chosen", ["none", "all", "another's"])
def test_a_split_needs_some_but_not_all_of_the_events_reports(editor: User, two_events: tuple, chosen: str) -> None:
    first, second = two_events
    own, others = (list(event.reports.values_list("pk", flat=True)) for event in (first, second))
    with pytest.raises(CorrectionRefused):
        split_event(first.pk, {"none": [], "all": own, "another's": others}[chosen], editor=editor)
    assert not Correction.objects.exists()


def test_a_merged_event_takes_no_correction_of_its_own(editor: User, two_events: tuple) -> None:
    first, second = two_events
    merge_events(first.pk, second.pk, editor=editor)
    with pytest.raises(CorrectionRefused, match="part of event"):
        correct_event(first.pk, editor=editor, type="apology")
    with pytest.raises(CorrectionRefused, match="part of event"):
        split_event(first.pk, [1], editor=editor)


def test_addresses_lead_on_through_several_merges(editor: User, two_events: tuple) -> None:
    first, second = two_events
    third = making.event(type="clash", occurred_on=ago(3))
    merge_events(first.pk, second.pk, editor=editor)
    merge_events(second.pk, third.pk, editor=editor)
    assert Event.objects.goes_on_as(first.pk) == third.pk
    assert Event.objects.get(pk=third.pk).reports.count() == 2


def test_events_that_reports_join_lead_on_by_themselves_and_come_back_when_parted(editor: User) -> None:
    early = making.report(type="clash", occurred_on=ago(12), date_words="on Monday", sentence="A raid near Uri.")
    late = making.report(type="clash", occurred_on=ago(9), date_words="on Thursday", sentence="A raid near Uri.")
    merge_new_reports()
    assert Event.objects.standing().count() == 2
    Report.objects.filter(pk=late.pk).update(occurred_on=early.occurred_on, due=True)
    merge_new_reports()
    stays = Event.objects.standing().get()
    gone = Event.objects.get(status=Status.MERGED)
    assert stays.report_count == 2 and Event.objects.goes_on_as(gone.pk) == stays.pk
    Report.objects.filter(pk=late.pk).update(occurred_on=ago(9), due=True)
    merge_new_reports()
    assert Event.objects.standing().count() == 2


def test_an_edited_story_supersedes_and_a_retracted_one_withdraws(editor: User) -> None:
    report = making.report(type="clash")
    merge_new_reports()
    event = Event.objects.get()
    bring_up_to_date(event.pair_id)
    assert score() > 45
    Report.objects.filter(pk=report.pk).update(withdrawn="edited", due=True)
    merge_new_reports()
    bring_up_to_date(event.pair_id)
    event.refresh_from_db()
    assert event.status == Status.WITHDRAWN and not PairStanding.objects.exists()
