"""What a verdict is one on: what the coder read, not what editors had made of it by then."""

from __future__ import annotations

from typing import Any

import pytest
from django.contrib.auth.models import User

from relations.corrections.run import correct_event
from relations.corrections.run_undo import undo
from relations.corrections.store_held import hold
from relations.models import Event, Outcome, Report, Status, Verdict
from tests import making
from tests.corrections.saying import make_actors
from tests.corrections.waiting import queued

pytestmark = pytest.mark.django_db


@pytest.fixture
def editor() -> User:
    return making.user("editor")


def last() -> Verdict:
    return Verdict.objects.order_by("pk")[Verdict.objects.count() - 1]


def test_what_was_set_without_a_verdict_is_not_what_was_read(editor: User) -> None:
    actors = make_actors()
    event = queued(source_actor_id=actors["PAK:parliament"])
    first = correct_event(
        event.pk,
        editor=editor,
        occurred_on=making.ago(9),
        stage="announced",
        place="Doha",
        first_actor=actors["PAK:foreign_ministry"],
    )
    assert first and not Verdict.objects.exists()
    correct_event(event.pk, editor=editor, place="Geneva")
    correct_event(event.pk, editor=making.user("editor"), status=Status.CONFIRMED)
    verdict = last()
    assert verdict.outcome == Outcome.CHANGED and verdict.is_right
    read: dict[str, Any] = {"occurred_on": making.today().isoformat(), "precision": "day", "stage": "held", "place": ""}
    read |= {"type": "accusation", "direction": 1, "first_actor": actors["PAK:parliament"], "second_actor": None}
    assert verdict.reading == read | {"confidence": 0.9}
    assert (verdict.said["place"], verdict.said["first_actor"]) == ("Geneva", actors["PAK:foreign_ministry"])


def test_what_was_set_and_taken_back_is_read_as_it_is(editor: User) -> None:
    event = queued()
    first = correct_event(event.pk, editor=editor, place="Doha")
    assert first
    undo(first.pk, editor=editor)
    Event.objects.filter(pk=event.pk).update(place="Muscat")  # as later reports have it
    correct_event(event.pk, editor=editor, place="Geneva")
    assert hold(event.pk).reading()["place"] == "Muscat"


def test_a_verdict_on_the_same_reading_is_one_on_the_same(editor: User) -> None:
    event = queued(confidence=0.6)
    correct_event(event.pk, editor=editor, type="clash", direction=-1)
    Event.objects.filter(pk=event.pk).update(confidence=0.8)  # another report came
    correct_event(event.pk, editor=making.user("editor"), status=Status.CONFIRMED)
    one, other = Verdict.objects.order_by("pk")
    assert one.reading == other.reading and other.reading["confidence"] == 0.6 and not other.is_right


@pytest.mark.parametrize("reads_now", [1, -1])
def test_what_another_version_of_the_coder_reads_is_another_reading(editor: User, reads_now: int) -> None:
    event = queued(confidence=0.6)
    correct_event(event.pk, editor=editor, direction=-1)
    report = Report.objects.filter(event=event)
    report.update(coder="test-2", because="another rule: x", confidence=0.95)
    if reads_now == -1:
        report.update(direction=-1, source="USA", target="PAK")
    Event.objects.filter(pk=event.pk).update(confidence=0.95)
    correct_event(event.pk, editor=making.user("editor"), status=Status.CONFIRMED)
    verdict = last()
    assert (verdict.coder, verdict.rules, verdict.reading["confidence"]) == ("test-2", ["another rule"], 0.95)
    assert verdict.reading["direction"] == reads_now and verdict.is_right == (reads_now == -1)
