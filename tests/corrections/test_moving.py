"""A report that tells of another event than its own is given to it, and given back."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.test import Client

from relations.corrections.refusals import CorrectionRefused
from relations.corrections.run import correct_event
from relations.corrections.run_placing import merge_events, move_report
from relations.corrections.run_undo import undo
from relations.merging.run import merge_new_reports
from relations.models import Correction, CorrectionKind, Event, Report, Status
from relations.pipeline import bring_up_to_date
from tests import making

pytestmark = pytest.mark.django_db
FIRST = "Shells fell on the mill by the river."
SECOND = "Shells fell on the mill by the river at dusk."
THIRD = "Rockets hit a bridge in the hills."


def ago(days: int) -> dt.date:
    return making.today() - dt.timedelta(days=days)


@pytest.fixture
def editor() -> User:
    return making.user("editor")


@pytest.fixture
def events() -> tuple[Event, Event]:
    """One event of two reports, and one of one, ten days later."""
    making.report(type="clash", occurred_on=ago(20), sentence=FIRST, confidence=0.6)
    making.report(type="clash", occurred_on=ago(20), sentence=SECOND, confidence=0.6)
    making.report(type="clash", occurred_on=ago(10), sentence=THIRD, confidence=0.6)
    merge_new_reports()
    first, second = Event.objects.order_by("occurred_on")
    bring_up_to_date(first.pair_id)
    first.refresh_from_db()
    assert (first.report_count, second.report_count) == (2, 1)
    return first, second


def counts() -> list[tuple[str, int]]:
    merge_new_reports()
    return list(Event.objects.order_by("pk").values_list("status", "report_count"))


def places() -> dict[str, int | None]:
    return dict(Report.objects.values_list("sentence", "event"))


def test_a_report_counts_for_the_event_that_it_is_given_to(editor: User, events: tuple[Event, Event]) -> None:
    first, second = events
    moved = move_report(Report.objects.get(sentence=SECOND).pk, second.pk, editor=editor, reason="of another day")
    assert (moved.kind, moved.event_id, moved.other_id) == (CorrectionKind.MOVE, first.pk, second.pk)
    assert counts() == [("coded", 1), ("coded", 2)]
    assert places() == {FIRST: first.pk, SECOND: second.pk, THIRD: second.pk}


def test_what_is_given_stays_whatever_else_is_told(editor: User, events: tuple[Event, Event]) -> None:
    _, second = events
    move_report(Report.objects.get(sentence=SECOND).pk, second.pk, editor=editor)
    making.report(type="clash", occurred_on=ago(20), sentence="Shells fell on the mill by the river, it was said.")
    merge_new_reports()
    assert places()[SECOND] == second.pk


def test_it_is_given_back_and_both_are_as_they_were(editor: User, events: tuple[Event, Event]) -> None:
    _, second = events
    before = counts(), places()
    moved = move_report(Report.objects.get(sentence=SECOND).pk, second.pk, editor=editor)
    merge_new_reports()
    undo(moved.pk, editor=editor)
    assert (counts(), places()) == before
    assert not Report.objects.filter(pinned=True).exists()


def test_an_old_move_is_taken_back_under_what_was_said_since(editor: User, events: tuple[Event, Event]) -> None:
    first, second = events
    moved = move_report(Report.objects.get(sentence=SECOND).pk, second.pk, editor=editor)
    bring_up_to_date(first.pair_id)
    correct_event(second.pk, editor=editor, status=Status.CONFIRMED)
    undo(moved.pk, editor=editor)
    assert counts() == [("coded", 2), ("confirmed", 1)]


@pytest.mark.parametrize(
    ("sentence", "into", "refusal"),
    [
        (THIRD, "first", "only report of its event"),
        (SECOND, "first", "Choose another one"),
        (SECOND, "another pair", "one pair of countries"),
        (SECOND, "merged", "part of event"),
    ],
)
def test_what_cannot_be_given_is_refused(
    editor: User, events: tuple[Event, Event], sentence: str, into: str, refusal: str
) -> None:
    first, second = events
    target = {"first": first, "another pair": making.event("FRA", "DEU")}.get(into)
    if target is None:
        target = making.event(type="clash", occurred_on=ago(12))
        merge_events(target.pk, second.pk, editor=editor)
    with pytest.raises(CorrectionRefused, match=refusal):
        move_report(Report.objects.get(sentence=sentence).pk, target.pk, editor=editor)


def test_a_report_that_no_longer_stands_is_not_given(editor: User, events: tuple[Event, Event]) -> None:
    report = Report.objects.get(sentence=SECOND)
    Report.objects.filter(pk=report.pk).update(withdrawn="edited")
    with pytest.raises(CorrectionRefused, match="no longer stands"):
        move_report(report.pk, events[1].pk, editor=editor)


def address(sentence: str = SECOND) -> str:
    return f"/reports/{Report.objects.get(sentence=sentence).pk}/move/"


def test_the_page_offers_the_events_around(client: Client, editor: User, events: tuple[Event, Event]) -> None:
    client.force_login(editor)
    page = client.get(address()).content.decode()
    assert f'<option value="{events[1].pk}"' in page and f'<option value="{events[0].pk}"' not in page
    assert SECOND in page
    assert f'href="{address()}"' in client.get(events[0].get_absolute_url()).content.decode()


def test_a_plain_form_gives_it_and_leads_back_with_the_score(
    client: Client, editor: User, events: tuple[Event, Event]
) -> None:
    client.force_login(editor)
    sent = {"into": events[1].pk, "reason": "of another day"}
    response = client.post(address(), sent, follow=True)
    assert response.redirect_chain[-1][0] == events[0].get_absolute_url()
    assert f"The report counts for event {events[1].pk} now. The pair&#x27;s score" in response.content.decode()
    assert Correction.objects.get().reason == "of another day"


def test_in_place_the_event_comes_anew(client: Client, editor: User, events: tuple[Event, Event]) -> None:
    client.force_login(editor)
    header = {"hx-request": "true", "hx-target": "event"}
    page = client.post(address(), {"into": events[1].pk}, headers=header).content.decode()
    assert page.startswith('<div id="event"') and "counts for event" in page


@pytest.mark.parametrize("sent", ["", "x", "9" * 30])
def test_without_an_event_it_is_asked_for_and_the_reason_is_not_lost(
    client: Client, editor: User, events: tuple[Event, Event], sent: str
) -> None:
    client.force_login(editor)
    header = {"hx-request": "true", "hx-target": "event"}
    response = client.post(address(), {"into": sent, "reason": "of another day"}, headers=header)
    assert response.status_code == 422 and response["HX-Retarget"] == f"#move-{address().split('/')[2]}"
    assert "Choose the event" in response.content.decode() and "of another day" in response.content.decode()


@pytest.mark.parametrize(
    ("asked", "led"),
    [("/pairs/pak-usa/", "/pairs/pak-usa/"), ("//evil.example/x", ""), ("https://evil.example/", ""), ("/nowhere", "")],
)
def test_it_leads_on_within_the_site_only(
    client: Client, editor: User, events: tuple[Event, Event], asked: str, led: str
) -> None:
    client.force_login(editor)
    response: Any = client.post(address(), {"into": events[1].pk, "next": asked})
    assert response["Location"] == (led or events[0].get_absolute_url())


def test_a_report_that_is_not_there_is_not_found(client: Client, editor: User) -> None:
    client.force_login(editor)
    unmerged = making.report()
    assert client.get("/reports/999999/move/").status_code == 404
    assert client.get(f"/reports/{unmerged.pk}/move/").status_code == 404
