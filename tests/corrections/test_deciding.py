"""Where two opinions differ: deciding between them, and taking back what was said."""

from __future__ import annotations

import datetime as dt

import pytest
from django.contrib.auth.models import User

from relations.corrections.refusals import ChangedMeanwhile, CorrectionRefused
from relations.corrections.run import correct_event
from relations.corrections.run_desk import (
    awaits_second,
    claim,
    decide,
    hold_again,
    judge,
    let_go,
    take_back_opinion,
)
from relations.corrections.run_undo import undo
from relations.models import (
    Correction,
    Event,
    Origin,
    Outcome,
    ReviewState,
    Status,
    Verdict,
)
from relations.queries.correction_words import field_changes
from tests import making
from tests.corrections.waiting import ACCEPT, ALL, REJECT, accept, queued, says, split, state

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("all_are_judged_twice")]
LATELY = making.today() - dt.timedelta(days=2)


@pytest.fixture
def adjudicator() -> User:
    return making.user("admin")


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
    verdict = decide(event.pk, one.pk, editor=adjudicator, reason="as it says")
    assert verdict.origin == Origin.DECISION and verdict.outcome == Outcome.ACCEPTED
    assert Event.objects.values().get(pk=event.pk) == before
    assert state(event) == ReviewState.DONE
    correction = Correction.objects.get(editor=adjudicator)
    assert verdict.correction == correction and (correction.changes, correction.reason) == ({}, "as it says")
    assert field_changes(correction, {}) == ["Decided: stays as it is"]
    undo(correction.pk, editor=adjudicator)
    assert state(event) == ReviewState.SPLIT
    event.refresh_from_db()
    assert (event.status, event.corrected_fields) == (before["status"], before["corrected_fields"])


def test_a_decision_leaves_details_that_the_opinion_said_nothing_of(
    first: User, second: User, adjudicator: User
) -> None:
    event, _, other = split(first, second)
    correct_event(event.pk, editor=making.user("editor"), place="Geneva")
    decide(event.pk, other.pk, editor=adjudicator)
    event.refresh_from_db()
    assert (event.type, event.place) == ("apology", "Geneva")


def test_a_decision_sets_the_details_and_the_note_of_the_opinion(first: User, second: User, adjudicator: User) -> None:
    event = queued()
    says(first, event, ACCEPT)
    other = says(second, event, accept(type="clash", place="Doha", note="Two villages."))
    decide(event.pk, other.pk, editor=adjudicator)
    event.refresh_from_db()
    assert (event.type, event.place, event.note) == ("clash", "Doha", "Two villages.")


def test_who_decides_is_told_where_the_event_changed_meanwhile(first: User, second: User, adjudicator: User) -> None:
    event, _, other = split(first, second)
    event.refresh_from_db()
    seen = event.as_edited()
    correct_event(event.pk, editor=making.user("editor"), type="clash")
    with pytest.raises(ChangedMeanwhile):
        decide(event.pk, other.pk, editor=adjudicator, seen=seen)
    assert state(event) == ReviewState.SPLIT
    event.refresh_from_db()
    decide(event.pk, other.pk, editor=adjudicator, seen=event.as_edited())


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


def test_who_took_their_opinion_back_is_blind_while_they_hold_it_and_never_asked_again(
    first: User, second: User
) -> None:
    event = queued()
    says(first, event, ACCEPT)
    made = says(second, event, REJECT)
    take_back_opinion(made.pk, editor=second)
    assert awaits_second(second, event.pk) and claim(second, ALL, 10) == [event.pk]
    let_go(second)  # and now they may look at the event's page
    assert not awaits_second(second, event.pk) and claim(second, ALL, 10) == []
    with pytest.raises(CorrectionRefused, match="at the desk first"):
        judge(event.pk, editor=second, **ACCEPT)
    assert claim(making.user("editor"), ALL, 10) == [event.pk]


def test_an_undo_gives_nobody_the_second_opinion_on_what_they_know(first: User, second: User) -> None:
    event = queued()
    says(first, event, ACCEPT)
    changed = correct_event(event.pk, editor=first, place="Doha")
    assert changed
    undo(changed.pk, editor=first)
    hold_again(first, event.pk)
    assert claim(second, ALL, 10) == [event.pk]


def test_reopening_takes_all_verdicts_back(first: User, second: User) -> None:
    event, _, _ = split(first, second)
    correct_event(event.pk, editor=first, status=Status.CODED)
    assert not Verdict.objects.standing().exists()
    assert state(event) == ReviewState.WAITING
    assert event.pk in claim(second, ALL, 10)
