"""Undoing merges and splits among other corrections: nothing is lost, and what was said later is undone first."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest
from django.contrib.auth.models import User

from relations.corrections.refusals import CorrectionRefused
from relations.corrections.run import correct_event
from relations.corrections.run_placing import merge_events, split_event
from relations.corrections.run_undo import undo
from relations.merging.run import merge_new_reports
from relations.models import Correction, Engagement, Event, Report, Status
from tests import making

pytestmark = pytest.mark.django_db
LATER_FIRST = "Undo the later ones first"


def ago(days: int) -> dt.date:
    return making.today() - dt.timedelta(days=days)


@pytest.fixture
def editor() -> User:
    return making.user("editor")


def clashes(*days: int) -> list[Event]:
    """An event of one report for each of the days."""
    for day in days:
        making.report(type="clash", occurred_on=ago(day))
    merge_new_reports()
    return list(Event.objects.order_by("occurred_on"))


def made(correction: Correction | None) -> Correction:
    assert correction is not None
    return correction


def sound() -> None:
    """No report is of a merged event, the others count as many as they have, and merging comes to an end."""
    merge_new_reports()
    for event in Event.objects.all():
        reports = event.reports.standing().count()
        if event.status == Status.MERGED:
            assert not reports, event.pk
        else:
            assert event.report_count == reports > 0, event.pk
    assert merge_new_reports() == 0


def test_the_lower_of_two_merges_waits_for_the_upper(editor: User) -> None:
    a, b, c = clashes(40, 25, 10)
    lower = merge_events(a.pk, b.pk, editor=editor)
    upper = merge_events(b.pk, c.pk, editor=editor)
    with pytest.raises(CorrectionRefused, match=LATER_FIRST):
        undo(lower.pk, editor=editor)
    sound()
    undo(upper.pk, editor=editor)
    undo(lower.pk, editor=editor)
    sound()
    assert Event.objects.standing().count() == 3


def test_a_verdict_on_what_was_merged_is_undone_before_the_merge(editor: User) -> None:
    a, b = clashes(40, 10)
    merge = merge_events(a.pk, b.pk, editor=editor)
    verdict = made(correct_event(b.pk, editor=editor, status=Status.CONFIRMED))
    with pytest.raises(CorrectionRefused, match=LATER_FIRST):
        undo(merge.pk, editor=editor)
    undo(verdict.pk, editor=editor)
    undo(merge.pk, editor=editor)
    sound()
    assert Event.objects.standing().count() == 2


def test_a_verdict_from_before_a_merge_waits_for_it(editor: User) -> None:
    a, b = clashes(40, 10)
    verdict = made(correct_event(b.pk, editor=editor, status=Status.CONFIRMED))
    merge = merge_events(a.pk, b.pk, editor=editor)
    with pytest.raises(CorrectionRefused, match=LATER_FIRST):
        undo(verdict.pk, editor=editor)
    undo(merge.pk, editor=editor)
    undo(verdict.pk, editor=editor)
    sound()


def test_what_was_merged_and_split_again_is_undone_backwards(editor: User) -> None:
    a, b = clashes(40, 10)
    moved = a.reports.get().pk
    merge = merge_events(a.pk, b.pk, editor=editor)
    split = split_event(b.pk, [moved], editor=editor)
    with pytest.raises(CorrectionRefused, match=LATER_FIRST):
        undo(merge.pk, editor=editor)
    undo(split.pk, editor=editor)
    undo(merge.pk, editor=editor)
    sound()
    assert Report.objects.get(pk=moved).event_id == a.pk


@pytest.mark.parametrize("how", ["merge", "split"])
def test_confirming_and_reopening_takes_no_merge_and_no_split_back(editor: User, how: str) -> None:
    if how == "merge":
        a, event = clashes(40, 10)
        merge_events(a.pk, event.pk, editor=editor)
    else:
        for _ in range(2):
            making.report(type="clash")
        merge_new_reports()
        event = Event.objects.get()
        split_event(event.pk, event.reports.values_list("pk", flat=True)[:1], editor=editor)
    merge_new_reports()
    before = dict(Report.objects.values_list("pk", "event_id"))
    correct_event(event.pk, editor=editor, status=Status.CONFIRMED)
    correct_event(event.pk, editor=editor, status=Status.CODED)
    sound()
    assert dict(Report.objects.values_list("pk", "event_id")) == before


def visit(**values: Any) -> Event:
    report = making.report("USA", "PAK", type="visit_announced", stage="announced", **values)
    merge_new_reports()
    report.refresh_from_db()
    assert report.event
    return report.event


def test_a_visit_that_is_rejected_and_taken_back_is_the_same_engagement(editor: User) -> None:
    event = visit()
    engagement = Engagement.objects.get()
    verdict = made(correct_event(event.pk, editor=editor, status=Status.REJECTED))
    merge_new_reports()
    assert not Engagement.objects.standing().exists()
    undo(verdict.pk, editor=editor)
    merge_new_reports()
    again = Engagement.objects.standing().get()
    assert (again.pk, again.uid, again.state) == (engagement.pk, engagement.uid, "announced")
    assert again.sequence > engagement.sequence


def test_a_visit_merged_into_another_leads_to_its_engagement_and_comes_back(editor: User) -> None:
    one, other = visit(occurred_on=ago(200)), visit(occurred_on=ago(5))
    first, second = (Event.objects.get(pk=event.pk).engagement_id or 0 for event in (one, other))
    assert first != second
    merge = merge_events(one.pk, other.pk, editor=editor)
    merge_new_reports()
    assert Engagement.objects.get(pk=first).merged_into_id == second
    undo(merge.pk, editor=editor)
    merge_new_reports()
    assert Engagement.objects.get(pk=first).merged_into_id is None
    assert Engagement.objects.standing().count() == 2 == Engagement.objects.count()


def test_a_plan_merged_into_an_act_of_another_kind_leaves_the_board(editor: User) -> None:
    event = visit()
    clash = making.report(type="clash")
    merge_new_reports()
    clash.refresh_from_db()
    merge_events(event.pk, clash.event_id or 0, editor=editor)
    merge_new_reports()
    assert not Engagement.objects.standing().exists()


def test_an_editors_date_stays_a_day_when_the_reports_know_only_the_month(editor: User) -> None:
    exact = making.report(type="clash", occurred_on=ago(20))
    making.report(type="clash", occurred_on=ago(20).replace(day=1), precision="month")
    merge_new_reports()
    event = Event.objects.get()
    correct_event(event.pk, editor=editor, occurred_on=ago(19))
    Report.objects.filter(pk=exact.pk).update(withdrawn="edited", due=True)
    merge_new_reports()
    event.refresh_from_db()
    assert (event.occurred_on, event.precision) == (ago(19), "day")


def test_a_report_of_what_an_editor_made_of_an_event_joins_it_also_in_another_family(editor: User) -> None:
    sentence = "Guns were heard along the river near the old fort on Monday night."
    making.report(type="clash", sentence=sentence)
    merge_new_reports()
    event = Event.objects.get()
    correct_event(event.pk, editor=editor, type="statement_praise")
    making.report(type="statement_praise", sentence=sentence)
    merge_new_reports()
    event = Event.objects.get()
    assert (event.type, event.report_count) == ("statement_praise", 2)


def test_an_event_of_an_impossible_date_can_be_rejected(editor: User) -> None:
    event = making.event(occurred_on=dt.date(1500, 1, 1))
    same: dict[str, Any] = {"type": event.type, "occurred_on": event.occurred_on}
    assert correct_event(event.pk, editor=editor, status=Status.REJECTED, **same)


@pytest.mark.parametrize("sent", ["²", "9" * 5000, "-1", "x", ""])
def test_what_is_no_number_is_refused_in_words(client: Any, editor: User, sent: str) -> None:
    client.force_login(editor)
    event = making.event(type="clash")
    merged = client.post(f"{event.get_absolute_url()}merge/", {"into": sent, "reason": "a\x00b"}, follow=True)
    assert "Choose the event" in merged.content.decode()
    split = client.post(f"{event.get_absolute_url()}split/", {"report": sent, "reason": "a\x00b"}, follow=True)
    assert "Choose reports of this event" in split.content.decode()


def test_on_a_busy_pair_the_same_day_is_listed_and_the_nearest_can_be_chosen(client: Any, editor: User) -> None:
    for number in range(61):
        making.event(type="statement_praise", occurred_on=ago(number % 9))
    event, same = (making.event(type="clash", occurred_on=ago(10)) for _ in range(2))
    client.force_login(editor)
    page = client.get(event.get_absolute_url()).content.decode()
    assert "On the same day" in page and f'<option value="{same.pk}"' in page
