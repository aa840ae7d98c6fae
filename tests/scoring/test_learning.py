"""What is learnt from verdicts: which count, how much, and as right or wrong."""

from __future__ import annotations

from io import StringIO
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.core.management import call_command

from relations.corrections.run import correct_event
from relations.corrections.run_desk import claim, decide, judge
from relations.corrections.run_missed import Mark, mark_words, take_as_said
from relations.corrections.run_undo import undo
from relations.merging.run import merge_new_reports
from relations.models import DeskFilters, Event, LearntPrecision, Origin, Outcome, ReviewItem, ReviewState, Verdict
from relations.models.judged import deciding, judged
from relations.scoring.run import learn_precision
from tests import making
from tests.scoring.stored import ago

pytestmark = pytest.mark.django_db
STATED = 0.8 * 0.9  # the reading's confidence, and the reliability of its feed


@pytest.fixture
def editor() -> User:
    return making.user("editor")


def told(day: int = 0, type: str = "clash", **values: Any) -> Event:
    report = making.report(type=type, occurred_on=ago(20 * day), **{"confidence": 0.8, **values})
    merge_new_reports()
    report.refresh_from_db()
    assert report.event
    return report.event


def at_the_desk(event: Event, editor: User, status: str = "confirmed", **new: Any) -> None:
    claim(editor, DeskFilters(), 50)
    judge(event.pk, editor=editor, status=status, **new)


def learnt() -> dict[str, list[float]]:
    LearntPrecision.objects.all().delete()
    made = learn_precision()
    return made.verdicts if made else {}


def test_a_verdict_at_the_desk_counts_whole_and_one_in_passing_a_quarter(editor: User) -> None:
    at_the_desk(told(0), editor, "rejected")
    correct_event(told(1).pk, editor=editor, status="rejected")
    assert set(Verdict.objects.values_list("origin", flat=True)) == {Origin.DESK, Origin.PASSING}
    assert learnt() == {"clash": [1.25, 0, pytest.approx(1.25 * STATED)]}


def test_one_on_the_random_sample_counts_whole_wherever_it_was_given(editor: User) -> None:
    event = told()
    ReviewItem.objects.filter(event=event).update(is_audit=True)
    correct_event(event.pk, editor=editor, status="rejected")
    assert Verdict.objects.get().origin == Origin.PASSING
    assert learnt() == {"clash": [1, 0, pytest.approx(STATED)]}


@pytest.mark.parametrize(
    ("new", "right"),
    [
        ({"status": "confirmed"}, 1),
        ({"status": "confirmed", "occurred_on": ago(3)}, 1),
        ({"status": "confirmed", "place": "Kabul"}, 1),
        ({"status": "confirmed", "type": "strike"}, 0),
        ({"status": "confirmed", "direction": -1}, 0),
        ({"status": "rejected"}, 0),
    ],
)
def test_what_was_read_is_right_if_its_type_and_direction_stand(editor: User, new: dict, right: int) -> None:
    at_the_desk(told(), editor, **new)
    found = learnt()
    assert found.keys() <= {"clash"}
    (one,) = judged()
    assert (one.type, one.is_right, one.weight) == ("clash", bool(right), 1.0)
    assert one.is_right == Verdict.objects.get().is_right


def test_it_counts_by_the_type_that_was_read_whatever_the_editor_made_of_it(editor: User) -> None:
    at_the_desk(told(), editor, type="strike")
    assert set(learnt()) == {"clash"}


def test_a_verdict_that_was_taken_back_teaches_nothing(editor: User) -> None:
    correction = correct_event(told().pk, editor=editor, status="rejected")
    assert correction and learnt()
    undo(correction.pk, editor=editor)
    assert not list(judged()) and learnt() == {}


def test_of_two_verdicts_on_an_event_the_newest_counts_and_the_event_once(editor: User) -> None:
    event = told()
    at_the_desk(event, editor, "rejected")
    at_the_desk(event, editor, "confirmed")
    assert Verdict.objects.standing().count() == 2
    assert [(one.event, one.is_right) for one in judged()] == [(event.pk, True)]


def test_second_opinions_do_not_count_and_the_word_between_two_beats_what_was_said_since(editor: User) -> None:
    event, other, chief = told(), making.user("editor"), making.user("admin")
    ReviewItem.objects.filter(event=event).update(is_double=True)
    at_the_desk(event, editor, "confirmed")
    ReviewItem.objects.update(held_until=None, holder=None)
    at_the_desk(event, other, "rejected")
    assert ReviewItem.objects.get().state == ReviewState.SPLIT
    assert [one.is_right for one in judged()] == [True]  # the first; the second measures agreement
    rejection = Verdict.objects.get(origin=Origin.SECOND)
    decide(event.pk, rejection.pk, editor=chief)
    assert [one.is_right for one in judged()] == [False]
    correct_event(event.pk, editor=editor, status="confirmed")
    newest = Verdict.objects.standing().latest("pk")
    assert newest.origin == Origin.PASSING and [one.is_right for one in judged()] == [False]


def test_events_of_other_datasets_and_those_that_only_an_editor_read_are_no_readings(editor: User) -> None:
    foreign = making.event(type="clash", dataset="gdelt", occurred_on=ago(90))
    making.report(type="clash", event=foreign, occurred_on=ago(90))
    correct_event(foreign.pk, editor=editor, status="rejected")
    report = making.report(type="apology")
    mark = Mark(report.sentence, 1, (0, 8), 1, "PAK", "USA", False, "clash", "held", ago(0), "day")
    marked = mark_words(report.article_id, mark, editor=editor)
    merge_new_reports()
    take_as_said(marked.pk, editor=editor)
    marked.refresh_from_db()
    correct_event(marked.event_id or 0, editor=editor, type="strike")
    assert Verdict.objects.count() >= 2 and not deciding().exists() and learnt() == {}


def test_nobody_is_surer_than_certain(editor: User) -> None:
    event = told()
    correct_event(event.pk, editor=editor, status="confirmed")
    Verdict.objects.update(reading=dict(Verdict.objects.get().reading, confidence=1.0))
    assert [one.stated for one in judged()] == [1.0]
    assert learn_precision() is None  # of what is held certain nothing is learnt, and nothing breaks


def test_all_verdicts_are_read_in_one_query(editor: User, django_assert_num_queries: Any) -> None:
    for day in range(4):
        at_the_desk(told(day), editor, "rejected" if day % 2 else "confirmed")
    with django_assert_num_queries(1):
        assert len(list(judged())) == 4


def test_the_command_says_what_was_learnt_with_its_interval(editor: User) -> None:
    correct_event(told().pk, editor=editor, status="rejected")
    out = StringIO()
    call_command("learn_precision", stdout=out)
    said = out.getvalue()
    assert "   0 of 0.25 upheld; said 0.72, learnt 0.70 (" in said and "in passing counts 0.25" in said
    call_command("learn_precision", stdout=out)
    assert "No verdict is new enough" in out.getvalue()


def test_outcomes_are_told_from_what_is_stored_as_from_the_verdict_itself(editor: User) -> None:
    changes: list[dict[str, Any]] = [{"type": "strike"}, {"direction": 0}, {"stage": "announced"}, {}]
    for day, new in enumerate(changes):
        at_the_desk(told(day), editor, **new)
    own = {verdict.pk: verdict.is_right for verdict in Verdict.objects.all()}
    assert {one.verdict: one.is_right for one in judged()} == own
    assert {*Verdict.objects.values_list("outcome", flat=True)} == {Outcome.CHANGED, Outcome.ACCEPTED}
