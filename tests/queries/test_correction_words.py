"""What corrections changed, in words."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from relations.corrections.run import correct_event
from relations.corrections.run_missed import BY_HAND
from relations.corrections.run_placing import merge_events, move_report, split_event
from relations.corrections.run_undo import undo
from relations.models import Actor, Correction, CorrectionKind, Event, Status
from relations.queries.correction_words import (
    RELATED,
    CorrectionWords,
    actors_in,
    change_words,
    words_of_corrections,
)
from relations.queries.events import event_page, find_event
from tests import making

pytestmark = pytest.mark.django_db
DAY = dt.date(2017, 9, 4)


@pytest.fixture
def editor() -> User:
    return making.user("editor")


def actor(country: str, name: str) -> Actor:
    making.country(country)
    return Actor.objects.create(
        country_id=country, name=name, kind="institution", sector="GOV", key=f"{country}:{name}"
    )


def told(correction: Correction | None, here: int | None = None) -> list[str]:
    assert correction
    fetched = Correction.objects.select_related(*RELATED).get(pk=correction.pk)
    return change_words(fetched, actors_in([fetched]), here=correction.event_id if here is None else here)


def entries(here: int | None = None) -> list[CorrectionWords]:
    """All corrections in words, the newest first."""
    return words_of_corrections(list(Correction.objects.select_related(*RELATED).order_by("-pk")), here)


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"type": "apology"}, ["Type: Accused → Apology"]),
        ({"direction": -1}, ["Direction: Pakistan towards the United States → United States towards Pakistan"]),
        ({"direction": 0}, ["Direction: Pakistan towards the United States → both at once"]),
        ({"occurred_on": dt.date(2017, 9, 1)}, ["Date: 4 September 2017 → 1 September 2017"]),
        ({"occurred_on": DAY, "precision": "month"}, ["Date: 4 September 2017 → September 2017"]),
        ({"occurred_on": DAY, "precision": "week"}, ["Date known to the: day → week"]),
        ({"stage": "announced"}, ["Stage: held → announced"]),
        ({"place": "Doha"}, ["Place: none → “Doha”"]),
        ({"note": "See the other story."}, ["Note: none → “See the other story.”"]),
        ({"status": "confirmed"}, ["Status: coded, not reviewed → confirmed by an editor"]),
        (
            {"type": "apology", "status": "confirmed"},
            ["Type: Accused → Apology", "Status: coded, not reviewed → confirmed by an editor"],
        ),
    ],
)
def test_each_field_is_told_from_what_to_what(editor: User, change: dict[str, Any], words: list[str]) -> None:
    event = making.event(type="accusation", occurred_on=DAY)
    assert told(correct_event(event.pk, editor=editor, **change)) == words


def test_actors_are_told_by_name_and_by_the_country_for_which_they_act(editor: User) -> None:
    ministry, army = actor("PAK", "Foreign Ministry of Pakistan"), actor("PAK", "Army of Pakistan")
    event = making.event(source_actor=ministry)
    assert told(correct_event(event.pk, editor=editor, first_actor=army.pk)) == [
        "Actor for Pakistan: Foreign Ministry of Pakistan → Army of Pakistan"
    ]
    # Turning the direction moves them to the other side, and changes neither.
    turned = correct_event(event.pk, editor=editor, direction=-1)
    assert told(turned) == ["Direction: Pakistan towards the United States → United States towards Pakistan"]
    assert told(correct_event(event.pk, editor=editor, first_actor=None)) == [
        "Actor for Pakistan: Army of Pakistan → none"
    ]
    army.delete()
    assert told(Correction.objects.get(undoes=None, pk=turned.pk)) == [  # type: ignore[union-attr]
        "Direction: Pakistan towards the United States → United States towards Pakistan"
    ]
    gone = Correction.objects.order_by("-pk")[0]
    assert told(gone) == ["Actor: an actor that is deleted by now"]


def two(editor: User) -> tuple[Event, Event]:
    one, other = making.event(type="accusation"), making.event(type="accusation")
    for _ in range(2):
        making.report(event=one), making.report(event=other)
    return one, other


def test_what_was_placed_elsewhere_is_told_from_either_side(editor: User) -> None:
    one, other = two(editor)
    moved = move_report(one.reports.order_by("pk")[0].pk, other.pk, editor=editor)
    assert told(moved) == [f"A report given to event {other.pk}"]
    assert told(moved, other.pk) == [f"A report taken over from event {one.pk}"]
    split = split_event(other.pk, [other.reports.order_by("pk")[0].pk], editor=editor)
    assert told(split) == [f"Event {split.other_id} split off"]
    assert told(split, split.other_id) == [f"Split off from event {other.pk}"]
    merged = merge_events(one.pk, other.pk, editor=editor)
    assert told(merged) == [f"Merged into event {other.pk}"]
    assert told(merged, other.pk) == [f"Event {one.pk} merged into this one"]
    undone = undo(merged.pk, editor=editor)
    assert told(undone) == [f"Taken back: merged into event {other.pk}"]


def test_an_undo_tells_what_became_of_the_fields(editor: User) -> None:
    event = making.event(type="accusation")
    first = correct_event(event.pk, editor=editor, type="apology")
    correct_event(event.pk, editor=editor, type="clash")
    assert first
    assert told(undo(first.pk, editor=editor)) == ["No field changed, as other corrections say the same"]
    assert told(undo(Correction.objects.get(changes__type__1="clash").pk, editor=editor)) == [
        "Type: Armed clash → Accused"
    ]


def test_events_that_editors_added_are_told_as_such(editor: User) -> None:
    event = making.event()
    changes = {"status": ["coded", "confirmed"]}
    added = Correction.objects.create(event=event, editor=editor, kind=CorrectionKind.ADD, changes=changes)
    assert told(added) == ["Added, as the coder had missed it"]
    marked = Correction.objects.create(event=event, editor=editor, kind=CorrectionKind.ADD, changes={})
    assert told(marked) == ["Words marked in a story that tell of it too"]
    assert BY_HAND  # the reports of both are by an editor's hand
    assert told(undo(marked.pk, editor=editor)) == ["Taken back: words marked in a story that tell of it too"]


def test_every_kind_of_correction_has_words(editor: User) -> None:
    event = making.event()
    for kind in CorrectionKind:
        made = Correction(
            event=event, editor=editor, kind=kind, changes={}, other=making.event(), made_at=timezone.now()
        )
        words = words_of_corrections([made])[0]
        assert words.verb and all(one.shown for one in words.changes), kind


def test_the_events_page_tells_them_and_any_that_stands_can_be_undone(editor: User) -> None:
    one, other = two(editor)
    edit = correct_event(other.pk, editor=editor, status=Status.CONFIRMED)
    merged = merge_events(one.pk, other.pk, editor=editor)
    assert edit
    undone = undo(edit.pk, editor=editor)
    found = find_event(other.pk)
    assert found
    history = {row.correction.pk: row for row in event_page(found).corrections}
    assert list(history) == [edit.pk, merged.pk], "what was undone stands where it was undone"
    assert [words.shown for words in history[merged.pk].changes] == [f"Event {one.pk} merged into this one"]
    assert history[merged.pk].other_url == one.get_absolute_url()
    assert [history[pk].can_be_undone for pk in history] == [False, True]
    assert history[merged.pk].taken_back is None
    taken_back = history[edit.pk].taken_back
    assert taken_back and taken_back.by == undone.editor.get_username()


@pytest.mark.parametrize(
    ("begins", "change", "verb", "changes"),
    [
        ("coded", {"status": "confirmed"}, "Accepted", []),
        ("coded", {"status": "rejected"}, "Rejected", []),
        ("rejected", {"status": "coded"}, "Reopened", ["Status: rejected by an editor → coded, not reviewed"]),
        ("rejected", {"status": "confirmed"}, "Accepted", ["Status: rejected by an editor → confirmed by an editor"]),
        ("coded", {"type": "apology"}, "Corrected", ["Type: Accused → Apology"]),
        (
            "coded",
            {"type": "apology", "status": "confirmed"},
            "Corrected",
            ["Type: Accused → Apology", "Status: coded, not reviewed → confirmed by an editor"],
        ),
    ],
)
def test_the_head_says_what_was_done_and_leaves_out_what_goes_without_saying(
    editor: User, begins: str, change: dict[str, Any], verb: str, changes: list[str]
) -> None:
    event = making.event(type="accusation", status=begins)
    correct_event(event.pk, editor=editor, **change)
    (entry,) = entries()
    assert (entry.verb, [words.shown for words in entry.changes]) == (verb, changes)


def test_what_was_placed_elsewhere_has_a_head_from_either_side(editor: User) -> None:
    one, other = two(editor)
    move_report(one.reports.order_by("pk")[0].pk, other.pk, editor=editor)
    split = split_event(other.pk, [other.reports.order_by("pk")[0].pk], editor=editor)
    merge_events(one.pk, other.pk, editor=editor)
    assert [entry.verb for entry in entries()] == ["Merged", "Split", "Report given away"]
    assert [entry.verb for entry in entries(other.pk)] == ["Merged", "Split", "Report taken over"]
    assert entries(split.other_id)[1].verb == "Split off"


def test_an_undo_and_what_it_undid_are_one_entry(editor: User) -> None:
    event = making.event(type="accusation")
    first = correct_event(event.pk, editor=editor, type="apology", reason="misread")
    correct_event(event.pk, editor=editor, type="clash")
    other = making.user("editor")
    assert first
    undo(first.pk, editor=other, reason="r" * 200)
    undone, standing = entries()
    assert (undone.correction.pk, undone.verb, undone.by) == (first.pk, "Corrected", editor.username)
    assert [words.shown for words in undone.changes] == ["Type: Accused → Apology"] and undone.reason.shown == "misread"
    assert undone.taken_back and undone.taken_back.by == other.username and not undone.can_be_undone
    assert undone.taken_back.outcome == "no field changed, as other corrections say the same"
    assert undone.taken_back.reason.shown == "r" * 119 + "…" and undone.taken_back.reason.whole == "r" * 200
    assert standing.taken_back is None and standing.can_be_undone


def test_a_long_note_is_cut_and_kept_whole_beside(editor: User) -> None:
    event = making.event(note="short")
    correct_event(event.pk, editor=editor, note="n" * 400)
    (words,) = entries()[0].changes
    assert words.shown == f"Note: “short” → “{'n' * 119}…”"
    assert words.whole == f"Note: “short” → “{'n' * 400}”"


def test_names_of_actors_are_asked_once(editor: User) -> None:
    made = [actor("PAK", f"Office {number}").pk for number in range(6)]
    event = making.event()
    for pk in made:
        correct_event(event.pk, editor=editor, first_actor=pk)
    corrections = list(Correction.objects.select_related(*RELATED))
    with CaptureQueriesContext(connection) as asked:
        words_of_corrections(corrections)
    assert len(asked) == 1
