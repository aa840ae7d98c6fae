"""Second opinions: asked of somebody else, blind, and compared."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest
from django.contrib.auth.models import User

from relations.corrections.refusals import CorrectionRefused
from relations.corrections.run import correct_event
from relations.corrections.run_desk import (
    awaits_second,
    claim,
    judge,
    judge_all,
    merge_at_desk,
)
from relations.models import (
    Correction,
    Event,
    Origin,
    Outcome,
    Report,
    ReviewItem,
    ReviewState,
    Status,
    Verdict,
)
from relations.models.reviews import opinions_of
from relations.queries.desk import items
from tests import making
from tests.corrections.waiting import ACCEPT, ALL, REJECT, accept, queued, run_out, says, split, state

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("all_are_judged_twice")]
LATELY = making.today() - dt.timedelta(days=2)


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


def test_only_who_was_given_it_at_the_desk_gives_a_second_opinion(first: User, second: User) -> None:
    event, other = queued(), queued()
    says(first, event, accept(type="apology"))
    with pytest.raises(CorrectionRefused, match="Take it at the desk first"):
        judge(event.pk, editor=second, **ACCEPT)  # from a page that shows the first
    told = judge_all({event.pk: None}, editor=second, status=Status.CONFIRMED)
    assert "at the desk first" in told.refused[event.pk] and not told.events
    with pytest.raises(CorrectionRefused, match="Take it at the desk first"):
        merge_at_desk(event.pk, other.pk, editor=second)
    assert Verdict.objects.get().editor == first and state(event) == ReviewState.SECOND
    claim(second, ALL, 10)
    run_out(second)
    assert isinstance(judge(event.pk, editor=second, **ACCEPT), Verdict)  # they saw no more than the desk showed


def test_a_second_opinion_that_is_sent_twice_changes_nothing(first: User, second: User) -> None:
    event = queued()
    says(first, event, ACCEPT)
    says(second, event, REJECT)
    with pytest.raises(CorrectionRefused, match="You have given your second opinion"):
        judge(event.pk, editor=second, **REJECT)
    event.refresh_from_db()
    assert event.status == Status.CONFIRMED and state(event) == ReviewState.SPLIT


def test_second_opinions_among_many_verdicts_are_told_apart(first: User, second: User) -> None:
    judged = queued()
    says(first, judged, ACCEPT)
    waiting = queued()
    claim(second, ALL, 10)
    done = judge_all({judged.pk: None, waiting.pk: None}, editor=second, status=Status.CONFIRMED)
    assert done.events == [judged.pk, waiting.pk] and not done.refused
    assert done.opinions == [Verdict.objects.get(event=judged, editor=second).pk]
    assert done.corrections == [Correction.objects.get(event=waiting).pk]


def test_what_was_set_before_it_was_judged_is_not_given_out_as_read(first: User, second: User) -> None:
    event, day = queued(), making.ago(9)
    correct_event(event.pk, editor=first, occurred_on=day, stage="announced", place="Doha")
    says(first, event, ACCEPT)
    shown = items([event.pk])[0].event
    assert (shown.occurred_on, shown.stage, shown.place) == (making.today(), "held", "")
    made = says(second, event, ACCEPT)
    assert isinstance(made, Verdict) and made.said["occurred_on"] == making.today().isoformat()
    assert state(event) == ReviewState.SPLIT


def test_the_second_is_judged_on_what_is_shown_also_where_the_coder_reads_it_otherwise_by_now(
    first: User, second: User
) -> None:
    event = queued()
    says(first, event, ACCEPT)
    Report.objects.filter(event=event).update(coder="test-2")
    Event.objects.filter(pk=event.pk).update(confidence=0.3)
    made = says(second, event, ACCEPT)
    assert isinstance(made, Verdict) and (made.reading["confidence"], made.coder) == (0.9, "test")


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


def test_editors_are_found_whatever_other_ways_to_sign_in_there_are(settings: Any, first: User, second: User) -> None:
    settings.AUTHENTICATION_BACKENDS = [
        "django.contrib.auth.backends.ModelBackend",
        "django.contrib.auth.backends.RemoteUserBackend",
    ]
    event = queued()
    says(first, event, ACCEPT)
    assert state(event) == ReviewState.SECOND


# -- comparing ------------------------------------------------------------------------------------------------------


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


@pytest.mark.parametrize("of_the_second", [REJECT, accept(type="clash"), accept(stage="announced")])
def test_the_first_editor_may_concede_by_changing_the_event(first: User, second: User, of_the_second: dict) -> None:
    event = queued()
    says(first, event, ACCEPT)
    says(second, event, of_the_second)
    correct_event(event.pk, editor=first, place="Doha")
    assert state(event) == ReviewState.SPLIT
    correct_event(event.pk, editor=first, **of_the_second)  # the other has convinced them
    assert state(event) == ReviewState.DONE


def test_what_a_third_says_in_passing_is_neither_opinion(first: User, second: User) -> None:
    third = making.user("editor")
    event, one, other = split(first, second)
    correct_event(event.pk, editor=third, type="apology")
    assert state(event) == ReviewState.SPLIT
    assert opinions_of(list(Verdict.objects.filter(event=event).order_by("pk"))) == (one, other)
    agreed = queued()
    for editor in (first, second):
        says(editor, agreed, ACCEPT)
    correct_event(agreed.pk, editor=third, status=Status.REJECTED)
    assert state(agreed) == ReviewState.DONE


def test_a_note_and_a_place_are_no_matter_of_agreement(first: User, second: User) -> None:
    event = queued()
    says(first, event, ACCEPT)
    made = says(second, event, accept(note="Only one side says so."))
    assert isinstance(made, Verdict) and made.said["note"] == "Only one side says so."
    assert made.outcome == Outcome.ACCEPTED and made.is_right and state(event) == ReviewState.DONE


def test_nobody_agrees_with_themselves(first: User, second: User) -> None:
    event, _, _ = split(first, second)
    correct_event(event.pk, editor=second, type="apology")  # the event is as they have it, and still two disagree
    assert state(event) == ReviewState.SPLIT
