"""What editors said before there was a desk becomes verdicts, as they would be given now."""

from __future__ import annotations

import importlib
from typing import Any

import pytest
from django.apps import apps
from django.contrib.auth.models import User
from django.core.management import call_command
from django.db import connection

from relations.corrections.run import correct_event
from relations.corrections.run_placing import merge_events, split_event
from relations.corrections.run_undo import undo
from relations.models import Correction, Event, Origin, Outcome, ReviewItem, Verdict
from tests import making
from tests.corrections.saying import make_actors

pytestmark = pytest.mark.django_db
MIGRATION = importlib.import_module("relations.migrations.0015_verdicts_carried_over")


@pytest.fixture
def editor() -> User:
    return making.user("editor")


def read(reports: int = 1, **values: Any) -> Event:
    """An event as the coder read it."""
    event = making.event(type="accusation", coded_as="accusation", **values)
    for _ in range(reports):
        making.report(type="accusation", event=event, due=False)
    return event


def carry_over() -> dict[int, Verdict]:
    """By event the verdict, as if none had been kept."""
    Verdict.objects.all().delete()
    ReviewItem.objects.all().delete()
    with connection.schema_editor() as editor:
        MIGRATION.carry_over(apps, editor)
    return {verdict.event_id: verdict for verdict in Verdict.objects.all()}


def given() -> tuple[Any, ...]:
    """What the only verdict says."""
    one = Verdict.objects.get()
    said = (one.outcome, one.origin, one.reading, one.said, one.rules, one.sources, one.coder, one.reason)
    return one.event_id, one.editor_id, one.correction_id, *said


@pytest.mark.parametrize(
    "new",
    [
        {"status": "confirmed"},
        {"status": "rejected"},
        {"type": "apology"},
        {"direction": -1},
        {"direction": 0},
        {"direction": -1, "status": "confirmed"},
        {"type": "visit_postponed", "occurred_on": making.ago(9), "status": "confirmed"},
    ],
)
def test_it_is_the_verdict_that_would_be_given_now(editor: User, new: dict[str, Any]) -> None:
    ids = make_actors()
    actors = {"source_actor_id": ids["PAK:parliament"], "target_actor_id": ids["USA:foreign_ministry"]}
    event = read(2, **actors)
    correct_event(event.pk, editor=editor, reason="It was so.", **new)
    now = given()
    carry_over()
    assert given() == now
    assert Verdict.objects.get().origin == Origin.PASSING


def test_what_was_read_from_the_second_side_keeps_its_actors(editor: User) -> None:
    ids = make_actors()
    actors: dict[str, Any] = {"source_actor_id": ids["USA:foreign_ministry"], "target_actor_id": ids["PAK:parliament"]}
    event = making.event("USA", "PAK", "accusation", coded_as="accusation", **actors)
    making.report("USA", "PAK", "accusation", event=event, due=False)
    correct_event(event.pk, editor=editor, direction=1)
    verdict = carry_over()[event.pk]
    for told in (verdict.reading, verdict.said):
        assert (told["first_actor"], told["second_actor"]) == (ids["PAK:parliament"], ids["USA:foreign_ministry"])
    assert (verdict.reading["direction"], verdict.said["direction"]) == (-1, 1)


@pytest.mark.parametrize("later", [{"place": "Geneva"}, {"note": "Seen twice."}, {"occurred_on": making.ago(4)}])
def test_a_later_edit_of_a_detail_is_not_the_verdict(editor: User, later: dict[str, Any]) -> None:
    event, other = read(), making.user("editor")
    judged = correct_event(event.pk, editor=editor, status="rejected")
    correct_event(event.pk, editor=other, **later)
    verdict = carry_over()[event.pk]
    assert judged and (verdict.correction_id, verdict.editor) == (judged.pk, editor)
    undo(judged.pk, editor=editor)
    assert not Verdict.objects.standing().exists()


def test_a_split_and_a_merge_are_no_verdicts(editor: User) -> None:
    event, into = read(2), read()
    other = making.user("editor")
    judged = correct_event(event.pk, editor=editor, status="confirmed")
    split_event(event.pk, [event.reports.latest("pk").pk], editor=other)
    merge_events(into.pk, event.pk, editor=other)
    found = carry_over()
    assert judged and [(one.event_id, one.correction_id) for one in found.values()] == [(event.pk, judged.pk)]


def test_the_newest_word_that_stands_decides(editor: User) -> None:
    event, other = read(), making.user("editor")
    correct_event(event.pk, editor=editor, type="apology")
    newest = correct_event(event.pk, editor=other, type="clash")
    undone = correct_event(event.pk, editor=editor, status="rejected")
    assert newest and undone
    undo(undone.pk, editor=editor)
    verdict = carry_over()[event.pk]
    assert (verdict.correction_id, verdict.editor, verdict.outcome) == (newest.pk, other, Outcome.CHANGED)
    assert (verdict.reading["type"], verdict.said["type"]) == ("accusation", "clash")


def test_what_was_reopened_or_never_judged_has_none(editor: User) -> None:
    reopened, moved = read(), read()
    correct_event(reopened.pk, editor=editor, type="apology", status="confirmed")
    correct_event(reopened.pk, editor=editor, status="coded")
    correct_event(moved.pk, editor=editor, occurred_on=making.ago(3))
    read()
    assert carry_over() == {}


def test_an_undone_edit_leaves_what_was_read(editor: User) -> None:
    event = read()
    first = correct_event(event.pk, editor=editor, occurred_on=making.ago(30))
    assert first
    undo(first.pk, editor=editor)
    correct_event(event.pk, editor=editor, occurred_on=making.ago(20), status="confirmed")
    verdict = carry_over()[event.pk]
    assert verdict.reading["occurred_on"] == making.today().isoformat()
    assert verdict.said["occurred_on"] == making.ago(20).isoformat()


def test_corrections_know_their_kind(editor: User) -> None:
    event, into = read(2), read()
    made = correct_event(event.pk, editor=editor, type="apology")
    assert made
    undo(made.pk, editor=editor)
    split_event(event.pk, [event.reports.latest("pk").pk], editor=editor)
    merge_events(event.pk, into.pk, editor=editor)
    kinds = list(Correction.objects.order_by("pk").values_list("kind", flat=True))
    Correction.objects.update(kind="edit")
    carry_over()
    assert list(Correction.objects.order_by("pk").values_list("kind", flat=True)) == kinds


def test_no_event_is_looked_at_again_and_the_queue_is_made_by_command(editor: User) -> None:
    event, judged = read(), read()
    correct_event(judged.pk, editor=editor, status="confirmed")
    Event.objects.update(evidence_changed=False)
    carry_over()
    assert not Event.objects.filter(evidence_changed=True).exists() and not ReviewItem.objects.exists()
    call_command("renew_queue")
    assert [item.event_id for item in ReviewItem.objects.all()] == [event.pk]
