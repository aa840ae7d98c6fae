"""Second opinions: asked of somebody else, blind, compared, and decided between where they differ."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest
from django.contrib.auth.models import User

from relations.corrections.refusals import CorrectionRefused
from relations.corrections.run import correct_event
from relations.corrections.run_desk import awaits_second, claim, decide, judge, take_back_opinion
from relations.corrections.run_undo import undo
from relations.models import Correction, DeskFilters, Event, Origin, Outcome, ReviewItem, ReviewState, Status, Verdict
from relations.models.reviews import opinions_of
from tests import making
from tests.corrections.waiting import queued, run_out, state

pytestmark = pytest.mark.django_db
ALL = DeskFilters()
ACCEPT: dict[str, Any] = {"status": Status.CONFIRMED}
REJECT: dict[str, Any] = {"status": Status.REJECTED}


@pytest.fixture(autouse=True)
def all_are_judged_twice(settings: Any) -> None:
    settings.SECOND_OPINION_SHARE = 1.0


@pytest.fixture
def first() -> User:
    return making.user("editor")


@pytest.fixture
def second() -> User:
    return making.user("editor")


@pytest.fixture
def adjudicator() -> User:
    return making.user("admin")


def says(editor: User, event: Event, said: dict[str, Any]) -> Correction | Verdict:
    """An editor's verdict at the desk, on what the desk offered."""
    assert event.pk in claim(editor, ALL, 50)
    made = judge(event.pk, editor=editor, **said)
    assert made
    event.refresh_from_db()
    return made


def accept(**corrected: Any) -> dict[str, Any]:
    return ACCEPT | corrected


def split(first: User, second: User) -> tuple[Event, Verdict, Verdict]:
    """An event on which two disagree, with both opinions: accepted, and read as an apology."""
    event = queued()
    says(first, event, ACCEPT)
    says(second, event, accept(type="apology"))
    told = opinions_of(list(Verdict.objects.order_by("pk")))
    assert state(event) == ReviewState.SPLIT and told[0] and told[1]
    return event, told[0], told[1]


# -- asking ---------------------------------------------------------------------------------------------------------


def test_after_the_first_verdict_somebody_else_is_asked(first: User, second: User) -> None:
    event = queued()
    says(first, event, REJECT)
    assert event.status == Status.REJECTED  # the first verdict is in force meanwhile
    assert state(event) == ReviewState.SECOND
    assert claim(first, ALL, 10) == []
    queued(type="clash", confidence=0.5)
    assert claim(second, ALL, 10)[0] == event.pk  # before whatever a look is worth more


def test_it_is_judged_blind_on_what_the_coder_read(first: User, second: User) -> None:
    event = queued(type="accusation")
    says(first, event, accept(type="apology", occurred_on=making.today() - dt.timedelta(days=3)))
    before = Event.objects.values().get(pk=event.pk)
    claim(second, ALL, 10)
    assert awaits_second(second, event.pk) and not awaits_second(first, event.pk)
    verdict = says(second, event, ACCEPT)
    assert isinstance(verdict, Verdict) and verdict.origin == Origin.SECOND
    assert verdict.outcome == Outcome.ACCEPTED and verdict.is_right
    assert verdict.reading["type"] == verdict.said["type"] == "accusation"
    assert verdict.said["occurred_on"] == making.today().isoformat()
    assert Event.objects.values().get(pk=event.pk) == before
    assert Correction.objects.count() == 1
    assert not awaits_second(second, event.pk)


def test_who_is_asked_stays_blind_also_when_the_lease_ran_out_until_another_has_it(first: User, second: User) -> None:
    event, third = queued(), making.user("editor")
    says(first, event, ACCEPT)
    claim(second, ALL, 10)
    run_out(second)
    assert awaits_second(second, event.pk)
    claim(third, ALL, 10)
    assert awaits_second(third, event.pk) and not awaits_second(second, event.pk)


def test_who_is_asked_cannot_correct_the_event_past_the_desk(first: User, second: User) -> None:
    event = queued()
    says(first, event, ACCEPT)
    claim(second, ALL, 10)
    with pytest.raises(CorrectionRefused, match="second opinion"):
        correct_event(event.pk, editor=second, type="apology")


def test_the_first_editor_may_change_their_mind_and_the_second_is_still_asked(first: User, second: User) -> None:
    event = queued()
    says(first, event, ACCEPT)
    correct_event(event.pk, editor=first, type="apology")
    assert state(event) == ReviewState.SECOND
    judge(event.pk, editor=first, status=Status.REJECTED)
    assert state(event) == ReviewState.SECOND
    says(second, event, REJECT)
    assert state(event) == ReviewState.DONE


def test_a_second_opinion_that_makes_no_sense_is_refused(first: User, second: User) -> None:
    event = queued()
    says(first, event, ACCEPT)
    with pytest.raises(CorrectionRefused, match="codebook"):
        says(second, event, accept(type="no_such_type"))
    assert state(event) == ReviewState.SECOND


def test_what_was_judged_in_passing_is_not_sent_to_a_second(first: User, second: User) -> None:
    event = queued()
    correct_event(event.pk, editor=first, status=Status.CONFIRMED)
    assert state(event) == ReviewState.DONE


def test_where_only_one_may_correct_nothing_waits_for_a_second(first: User) -> None:
    making.user("analyst")
    gone = making.user("editor")
    gone.is_active = False
    gone.save()
    event, later = queued(), queued()
    says(first, event, ACCEPT)
    assert state(event) == ReviewState.DONE
    other = making.user("editor")
    says(first, later, ACCEPT)
    assert state(later) == ReviewState.SECOND
    other.delete()  # the account was closed: what waited is done as soon as anything looks at it
    ReviewItem.objects.renew([later.pk])
    assert state(later) == ReviewState.DONE


# -- comparing ------------------------------------------------------------------------------------------------------

LATELY = making.today() - dt.timedelta(days=2)


@pytest.mark.parametrize(
    ("one", "other", "agree"),
    [
        (ACCEPT, ACCEPT, True),
        (REJECT, REJECT, True),
        (ACCEPT, REJECT, False),
        (REJECT, ACCEPT, False),
        (ACCEPT, accept(type="apology"), False),
        (accept(type="apology"), accept(type="apology"), True),
        (accept(type="apology"), accept(type="clash"), False),
        (ACCEPT, accept(direction=-1), False),
        (accept(direction=-1), accept(direction=-1), True),
        (ACCEPT, accept(stage="announced"), False),
        (accept(occurred_on=LATELY), ACCEPT, False),
        (accept(occurred_on=LATELY), accept(occurred_on=LATELY), True),
        (ACCEPT, accept(place="Doha"), True),
    ],
)
def test_two_agree_where_both_reject_or_say_the_same_type_direction_stage_and_date(
    first: User, second: User, one: dict, other: dict, agree: bool
) -> None:
    event = queued()
    says(first, event, one)
    says(second, event, other)
    assert state(event) == (ReviewState.DONE if agree else ReviewState.SPLIT)
    third = making.user("editor")
    assert claim(third, ALL, 10) == [] == claim(first, ALL, 10)


def test_what_the_first_corrected_in_passing_before_counts_as_their_word(first: User, second: User) -> None:
    event = queued()
    says(first, event, ACCEPT)
    says(second, event, REJECT)
    correct_event(event.pk, editor=first, status=Status.REJECTED)  # the other has convinced them
    assert state(event) == ReviewState.DONE


def test_nobody_agrees_with_themselves(first: User, second: User) -> None:
    event, _, _ = split(first, second)
    correct_event(event.pk, editor=second, type="apology")  # the event is as they have it, and still two disagree
    assert state(event) == ReviewState.SPLIT


# -- deciding -------------------------------------------------------------------------------------------------------


def test_the_event_becomes_what_the_chosen_opinion_says(first: User, second: User, adjudicator: User) -> None:
    event, _, other = split(first, second)
    verdict = decide(event.pk, other.pk, editor=adjudicator, reason="they say sorry")
    event.refresh_from_db()
    assert event.type == "apology" and event.status == Status.CONFIRMED
    assert verdict.origin == Origin.DECISION and verdict.outcome == Outcome.CHANGED and verdict.reason
    assert verdict.reading["type"] == "accusation" and verdict.correction == Correction.objects.first()
    assert state(event) == ReviewState.DONE
    undo(verdict.correction_id, editor=adjudicator)  # type: ignore[arg-type]
    event.refresh_from_db()
    assert event.type == "accusation" and state(event) == ReviewState.SPLIT


def test_where_the_first_was_right_the_event_stays_and_the_decision_is_kept(
    first: User, second: User, adjudicator: User
) -> None:
    event, one, _ = split(first, second)
    before = Event.objects.values().get(pk=event.pk)
    verdict = decide(event.pk, one.pk, editor=adjudicator)
    assert verdict.origin == Origin.DECISION and verdict.outcome == Outcome.ACCEPTED
    assert Event.objects.values().get(pk=event.pk) == before
    assert state(event) == ReviewState.DONE


@pytest.mark.parametrize("rejected_first", [True, False])
def test_a_rejection_can_be_decided_for_or_against(
    first: User, second: User, adjudicator: User, rejected_first: bool
) -> None:
    event = queued()
    says(first, event, REJECT if rejected_first else ACCEPT)
    made = says(second, event, ACCEPT if rejected_first else REJECT)
    decide(event.pk, made.pk, editor=adjudicator)
    event.refresh_from_db()
    assert event.status == (Status.CONFIRMED if rejected_first else Status.REJECTED)
    assert state(event) == ReviewState.DONE


@pytest.mark.parametrize("detail", [{"stage": "announced"}, {"occurred_on": LATELY}])
def test_a_decision_on_a_detail_ends_the_matter_too(first: User, second: User, adjudicator: User, detail: dict) -> None:
    event = queued()
    says(first, event, ACCEPT)
    made = says(second, event, accept(**detail))
    verdict = decide(event.pk, made.pk, editor=adjudicator)
    event.refresh_from_db()
    assert {field: getattr(event, field) for field in detail} == detail
    assert verdict.correction and state(event) == ReviewState.DONE


def test_only_who_has_the_right_and_gave_neither_opinion_decides(first: User, second: User, adjudicator: User) -> None:
    event, one, other = split(first, second)
    for editor in (first, second, making.user("editor")):
        with pytest.raises(CorrectionRefused, match="neither"):
            decide(event.pk, one.pk, editor=editor)
    with_the_right = making.user("admin")
    twice, _, _ = split(with_the_right, second)
    with pytest.raises(CorrectionRefused, match="neither"):
        decide(twice.pk, twice.verdicts.order_by("pk")[0].pk, editor=with_the_right)
    with pytest.raises(CorrectionRefused):
        decide(event.pk, twice.verdicts.order_by("pk")[0].pk, editor=adjudicator)  # an opinion of another event
    decide(event.pk, other.pk, editor=adjudicator)
    with pytest.raises(CorrectionRefused, match="any more"):
        decide(event.pk, one.pk, editor=making.user("admin"))


def test_an_adjudicator_who_corrects_the_event_decides_against_both(
    first: User, second: User, adjudicator: User
) -> None:
    event, _, _ = split(first, second)
    correct_event(event.pk, editor=adjudicator, type="clash")
    assert state(event) == ReviewState.DONE
    assert Verdict.objects.get(editor=adjudicator).origin == Origin.DECISION


# -- taking back ----------------------------------------------------------------------------------------------------


def test_a_first_verdict_that_is_undone_leaves_the_event_waiting(first: User, second: User) -> None:
    event = queued()
    made = says(first, event, REJECT)
    undo(made.pk, editor=first)
    assert state(event) == ReviewState.WAITING
    assert claim(second, ALL, 10) == [event.pk]
    assert not awaits_second(second, event.pk)


def test_a_first_verdict_undone_after_the_second_is_asked_of_neither_the_second_again(
    first: User, second: User
) -> None:
    event = queued()
    made = says(first, event, REJECT)
    says(second, event, REJECT)
    undo(made.pk, editor=first)
    assert state(event) == ReviewState.WAITING and claim(second, ALL, 10) == []
    says(making.user("editor"), event, ACCEPT)
    assert state(event) == ReviewState.SPLIT  # the second opinion stands, and is compared at once


def test_who_holds_an_item_for_a_second_opinion_may_judge_it_first_when_the_first_is_undone(
    first: User, second: User
) -> None:
    event = queued()
    made = says(first, event, REJECT)
    claim(second, ALL, 10)
    undo(made.pk, editor=first)
    judged = judge(event.pk, editor=second, **ACCEPT)
    assert isinstance(judged, Correction) and Verdict.objects.standing().get().origin == Origin.DESK
    assert state(event) == ReviewState.SECOND


@pytest.mark.parametrize("opinion", [ACCEPT, REJECT])
def test_a_second_opinion_can_be_taken_back_and_given_anew(first: User, second: User, opinion: dict) -> None:
    event = queued()
    says(first, event, ACCEPT)
    made = says(second, event, opinion)
    with pytest.raises(CorrectionRefused):
        take_back_opinion(made.pk, editor=first)
    take_back_opinion(made.pk, editor=second)
    assert state(event) == ReviewState.SECOND and awaits_second(second, event.pk)
    with pytest.raises(CorrectionRefused):
        take_back_opinion(made.pk, editor=second)
    says(second, event, accept(type="apology"))
    assert state(event) == ReviewState.SPLIT


def test_reopening_takes_all_verdicts_back(first: User, second: User) -> None:
    event, _, _ = split(first, second)
    correct_event(event.pk, editor=first, status=Status.CODED)
    assert not Verdict.objects.standing().exists()
    assert state(event) == ReviewState.WAITING
    assert event.pk in claim(second, ALL, 10)
