"""Undoing corrections among others: any, in any order; what was said since stands, and nothing is lost."""

from __future__ import annotations

import datetime as dt
from itertools import permutations
from typing import Any

import pytest
from django.contrib.auth.models import User

from relations.corrections.run import correct_event
from relations.corrections.run_missed import Mark
from relations.corrections.run_placing import merge_events, split_event
from relations.corrections.run_undo import undo
from relations.merging.run import merge_new_reports
from relations.models import Actor, Correction, Engagement, Event, Report, Status, Verdict
from relations.models.loading import load_codebook
from relations.pipeline import add_missed_event
from tests import making

pytestmark = pytest.mark.django_db


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


@pytest.mark.parametrize("first", ["lower", "upper"])
def test_of_two_merges_either_is_undone_first(editor: User, first: str) -> None:
    a, b, c = clashes(40, 25, 10)
    reports = [event.reports.get().pk for event in (a, b, c)]
    merges = {
        "lower": merge_events(a.pk, b.pk, editor=editor),
        "upper": merge_events(b.pk, c.pk, editor=editor),
    }
    undo(merges.pop(first).pk, editor=editor)
    sound()
    left = b.pk if first == "upper" else c.pk
    assert Event.objects.standing().count() == 2 and Report.objects.get(pk=reports[1]).event_id == left
    undo(merges.popitem()[1].pk, editor=editor)
    sound()
    assert [Report.objects.get(pk=report).event_id for report in reports] == [a.pk, b.pk, c.pk]
    assert Event.objects.standing().count() == 3 and not Report.objects.filter(pinned=True).exists()


def test_a_merge_is_undone_whatever_verdict_came_after_it(editor: User) -> None:
    a, b = clashes(40, 10)
    merge = merge_events(a.pk, b.pk, editor=editor)
    correct_event(b.pk, editor=editor, status=Status.CONFIRMED, note="Both armies say so.")
    undo(merge.pk, editor=editor)
    sound()
    a.refresh_from_db()
    b.refresh_from_db()
    assert (a.status, a.report_count) == (Status.CODED, 1), "the verdict was one on the other event"
    assert (b.status, b.report_count, b.note) == (Status.CONFIRMED, 1, "Both armies say so.")


@pytest.mark.parametrize("of", ["the merged event", "the event it became part of"])
def test_a_verdict_from_before_a_merge_is_undone_under_it(editor: User, of: str) -> None:
    a, b = clashes(40, 10)
    judged = a if of == "the merged event" else b
    verdict = made(correct_event(judged.pk, editor=editor, status=Status.CONFIRMED))
    merge = merge_events(a.pk, b.pk, editor=editor)
    undo(verdict.pk, editor=editor)
    sound()
    undo(merge.pk, editor=editor)
    sound()
    assert set(Event.objects.values_list("status", flat=True)) == {Status.CODED}


def test_a_verdict_is_still_in_force_when_the_merge_after_it_is_undone(editor: User) -> None:
    a, b = clashes(40, 10)
    correct_event(a.pk, editor=editor, status=Status.REJECTED)
    merge = merge_events(a.pk, b.pk, editor=editor)
    undo(merge.pk, editor=editor)
    sound()
    a.refresh_from_db()
    b.refresh_from_db()
    assert (a.status, b.status) == (Status.REJECTED, Status.CODED)


def test_what_was_split_off_a_rejected_event_stays_rejected_when_a_merge_of_it_is_undone(editor: User) -> None:
    a, b = clashes(40, 10)
    report = making.report(type="clash", event=a, occurred_on=ago(40), due=False)
    correct_event(a.pk, editor=editor, status=Status.REJECTED)
    other = split_event(a.pk, [report.pk], editor=editor).other
    assert other
    merge = merge_events(other.pk, b.pk, editor=editor)
    merge_new_reports()
    undo(merge.pk, editor=editor)
    sound()
    other.refresh_from_db()
    assert (other.status, other.corrected_fields) == (Status.REJECTED, ["status"])


@pytest.mark.parametrize("order", [(0, 1), (1, 0)])
def test_verdicts_stand_again_once_no_reopening_since_is_in_force(editor: User, order: tuple[int, int]) -> None:
    (event,) = clashes(40)
    reopenings = []
    for status in (Status.CONFIRMED, Status.REJECTED):
        correct_event(event.pk, editor=editor, status=status)
        reopenings.append(made(correct_event(event.pk, editor=editor, status=Status.CODED)))
    undo(reopenings[order[0]].pk, editor=editor)
    event.refresh_from_db()
    standing = {0: [], 1: ["rejected"]}[order[0]]  # the later one took back all that was said before it
    assert [verdict.outcome for verdict in Verdict.objects.standing()] == standing
    assert event.status == (Status.REJECTED if standing else Status.CODED)
    undo(reopenings[order[1]].pk, editor=editor)
    assert [verdict.outcome for verdict in Verdict.objects.standing().order_by("pk")] == ["accepted", "rejected"]


@pytest.mark.parametrize("first", ["merge", "split"])
def test_what_was_merged_and_split_again_is_undone_in_any_order(editor: User, first: str) -> None:
    a, b = clashes(40, 10)
    moved = a.reports.get().pk
    done = {
        "merge": merge_events(a.pk, b.pk, editor=editor),
        "split": split_event(b.pk, [moved], editor=editor),
    }
    undo(done.pop(first).pk, editor=editor)
    undo(done.popitem()[1].pk, editor=editor)
    sound()
    assert Report.objects.get(pk=moved).event_id == a.pk
    assert set(Event.objects.standing()) == {a, b}


def test_what_was_split_off_and_merged_back_is_undone_without_a_circle(editor: User) -> None:
    for _ in range(2):
        making.report(type="clash")
    merge_new_reports()
    event = Event.objects.get()
    split = split_event(event.pk, list(event.reports.values_list("pk", flat=True)[:1]), editor=editor)
    merge = merge_events(event.pk, split.other_id or 0, editor=editor)
    undo(split.pk, editor=editor)
    merge_new_reports()
    assert Event.objects.standing().get().report_count == 2
    undo(merge.pk, editor=editor)
    sound()
    assert Event.objects.standing().get() == event


def test_a_field_that_was_set_again_since_stays_as_it_was_set(editor: User) -> None:
    (event,) = clashes(10)
    old = made(correct_event(event.pk, editor=editor, type="strike", place="Geneva"))
    correct_event(event.pk, editor=editor, type="apology")
    undo(old.pk, editor=editor)
    sound()
    event.refresh_from_db()
    assert (event.type, event.place) == ("apology", "")
    assert event.corrected_fields == ["stage", "type"]


@pytest.mark.parametrize("order", [*permutations(range(3))], ids=lambda order: "".join(map(str, order)))
def test_a_chain_undone_in_any_order_ends_as_read(editor: User, order: tuple[int, ...]) -> None:
    (event,) = clashes(10)
    chain = [made(correct_event(event.pk, editor=editor, type=type)) for type in ("strike", "apology", "clash")]
    for at in order:
        undo(chain[at].pk, editor=editor)
    event.refresh_from_db()
    assert (event.type, event.corrected_fields) == ("clash", [])


def test_turning_an_event_is_undone_also_where_its_actors_were_named_since(editor: User) -> None:
    load_codebook()
    ministry = Actor.objects.get(key="PAK:foreign_ministry").pk
    (event,) = clashes(10)
    turn = made(correct_event(event.pk, editor=editor, direction=-1))
    named = made(correct_event(event.pk, editor=editor, first_actor=ministry))
    undo(turn.pk, editor=editor)
    event = Event.objects.get(pk=event.pk)
    assert (event.source_id, event.target_actor_id) == ("USA", ministry), "it was seen turned when the actor was named"
    undo(named.pk, editor=editor)
    event = Event.objects.get(pk=event.pk)
    assert (event.source_id, event.target_actor_id, event.corrected_fields) == ("PAK", None, [])


def test_reopening_is_undone_with_the_verdict_that_it_took_back(editor: User) -> None:
    (event,) = clashes(10)
    correct_event(event.pk, editor=editor, status=Status.REJECTED)
    reopened = made(correct_event(event.pk, editor=editor, status=Status.CODED))
    assert not Verdict.objects.standing().exists()
    undo(reopened.pk, editor=editor)
    event.refresh_from_db()
    assert event.status == Status.REJECTED and "status" in event.corrected_fields
    assert Verdict.objects.standing().get().outcome == "rejected"


def test_a_verdict_that_stands_again_outlasts_evidence_that_went_and_came(editor: User) -> None:
    (event,) = clashes(10)
    correct_event(event.pk, editor=editor, status=Status.REJECTED)
    reopened = made(correct_event(event.pk, editor=editor, status=Status.CODED))
    Report.objects.update(withdrawn="edited", due=True)
    merge_new_reports()
    undo(reopened.pk, editor=editor)
    Report.objects.update(withdrawn="", due=True)
    merge_new_reports()
    event.refresh_from_db()
    assert event.status == Status.REJECTED


def add_missed(editor: User, words: str = "Guns were heard near the old fort") -> Correction:
    story = making.article(f"It was a calm week. {words}. Nobody was hurt.")
    making.pair()
    mark = Mark("", 0, (0, 0), 1, "PAK", "USA", False, "clash", "held", making.today(), "day")
    return add_missed_event(story.pk, words, mark, editor=editor)


def test_an_event_that_was_added_is_undone_and_tells_of_nothing(editor: User) -> None:
    added = add_missed(editor)
    event = Event.objects.get()
    assert (event.status, event.report_count) == (Status.CONFIRMED, 1)
    undo(added.pk, editor=editor)
    merge_new_reports()
    event.refresh_from_db()
    assert event.status == Status.WITHDRAWN and event.corrected_fields == []
    assert event.reports.get().withdrawn == "taken_back"


def test_an_event_that_was_added_stands_where_other_stories_tell_of_it(editor: User) -> None:
    added = add_missed(editor)
    making.report(type="clash", sentence="Guns were heard near the old fort.", place="Doha")
    merge_new_reports()
    event = Event.objects.get()
    assert event.report_count == 2 and event.place == ""
    undo(added.pk, editor=editor)
    merge_new_reports()
    event = Event.objects.get()
    assert (event.status, event.report_count, event.place) == (Status.CODED, 1, "Doha"), "as its story tells it"


def test_what_was_said_since_of_an_added_event_stands_without_its_mark(editor: User) -> None:
    added = add_missed(editor)
    correct_event(added.event_id, editor=editor, status=Status.REJECTED)
    undo(added.pk, editor=editor)
    merge_new_reports()
    event = Event.objects.get()
    assert (event.status, event.corrected_fields) == (Status.REJECTED, ["status"])


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
    assert "Tick the reports" in split.content.decode()


def test_on_a_busy_pair_the_same_day_is_listed_and_the_nearest_can_be_chosen(client: Any, editor: User) -> None:
    for number in range(61):
        making.event(type="statement_praise", occurred_on=ago(number % 9))
    event, same = (making.event(type="clash", occurred_on=ago(10)) for _ in range(2))
    client.force_login(editor)
    page = client.get(event.get_absolute_url()).content.decode()
    assert "On the same day" in page and f'<option value="{same.pk}"' in page
