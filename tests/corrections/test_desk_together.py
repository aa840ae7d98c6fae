"""Several editors at the desk at once, and merging beside them: nobody gets what another has, and nobody waits."""

from __future__ import annotations

import threading
import time
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.db import connection, transaction

from relations.corrections.refusals import CorrectionRefused
from relations.corrections.run_desk import claim, judge, let_go, pass_on
from relations.models import Correction, DeskFilters, ReviewItem, ReviewState, Status, reviews
from tests import making
from tests.corrections.waiting import queued
from tests.test_parallel import at_once

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.timeout(120)]
ALL = DeskFilters()


def test_six_editors_at_once_never_get_the_same_item() -> None:
    for number in range(60):
        event = queued(confidence=0.5 + number / 200)
        ReviewItem.objects.filter(event=event).update(is_audit=number % 4 == 0)
    editors = [making.user("editor") for _ in range(6)]
    got: dict[int, list[int]] = {}
    start = threading.Barrier(len(editors))

    def take(editor: User) -> None:
        start.wait(20)
        with transaction.atomic():
            got[editor.pk] = claim(editor, ALL, 10)
            start.wait(20)  # nobody has written anything yet

    at_once(*[lambda editor=editor: take(editor) for editor in editors])
    given_out = [event for events in got.values() for event in events]
    assert len(given_out) == len(set(given_out)) == 60
    for editor in editors:
        held = ReviewItem.objects.filter(holder=editor).values_list("event", flat=True)
        assert set(held) == set(got[editor.pk])


def test_merging_that_looks_at_an_event_does_not_take_its_item_from_who_claims_it_meanwhile(monkeypatch: Any) -> None:
    """Merging reads the items, then writes them; in between an editor may have got one."""
    event = queued()
    editor, other = making.user("editor"), making.user("editor")
    read, claimed = threading.Event(), threading.Event()
    value = reviews._value

    def slow(*arguments: Any) -> float:
        read.set()
        assert claimed.wait(20)
        return value(*arguments)

    def renew() -> None:
        monkeypatch.setattr(reviews, "_value", slow)
        with transaction.atomic():
            ReviewItem.objects.renew([event.pk])

    def take() -> None:
        assert read.wait(20)
        assert claim(editor, ALL, 1) == [event.pk]
        claimed.set()

    at_once(renew, take)
    assert claim(other, ALL, 1) == [] and claim(editor, ALL, 1) == [event.pk]


def test_an_item_that_merging_has_locked_stays_on_the_desk_and_keeps_nobody_waiting() -> None:
    event, editor = queued(), making.user("editor")
    claim(editor, ALL, 1)
    got: list[list[int]] = []
    with transaction.atomic():
        ReviewItem.objects.select_for_update().get(event=event)
        at_once(lambda: got.append(claim(editor, ALL, 1)), lambda: got.append(claim(editor, ALL, 1)))
    assert got == [[event.pk]] * 2
    assert claim(making.user("editor"), ALL, 1) == []


@pytest.mark.parametrize(
    "give_back", [let_go, lambda editor: pass_on(editor, [*ReviewItem.objects.values_list("pk", flat=True)])]
)
def test_giving_back_what_merging_renews_meanwhile_ends_without_a_deadlock(give_back: Any) -> None:
    """Whatever the order in which an index has the items: here that of what a look is worth."""
    events = [queued(confidence=confidence) for confidence in (0.95, 0.5)]
    editor = making.user("editor")
    claim(editor, ALL, 10)
    begun = threading.Event()

    def merging() -> None:
        with transaction.atomic():
            ReviewItem.objects.renew([events[0].pk])
            begun.set()
            time.sleep(0.5)
            ReviewItem.objects.renew([events[1].pk])

    def giving_back() -> None:
        assert begun.wait(20)
        with connection.cursor() as cursor:
            cursor.execute("SET enable_seqscan = off; SET enable_bitmapscan = off")
        assert give_back(editor) == 2

    at_once(merging, giving_back)
    assert not ReviewItem.objects.held_by(editor.pk).exists()


def test_of_two_who_judge_the_same_event_at_once_one_is_refused() -> None:
    event = queued()
    editors = [making.user("editor"), making.user("editor")]
    told: list[str] = []
    start = threading.Barrier(2)

    def decide(editor: User) -> None:
        start.wait(20)
        try:
            judge(event.pk, editor=editor, status=Status.REJECTED, seen={"status": "coded"})
        except CorrectionRefused as refusal:
            told.append(str(refusal))

    at_once(*[lambda editor=editor: decide(editor) for editor in editors])
    assert Correction.objects.count() == 1 and Correction.objects.get().editor in editors
    assert ReviewItem.objects.get().state == ReviewState.DONE
    assert len(told) <= 1
