"""What taking a correction back would do is told first, and nothing of it is done until it is asked for."""

from __future__ import annotations

import datetime as dt
import html
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.test import Client

from relations.corrections.run import correct_event
from relations.corrections.run_placing import merge_events, move_report, split_event
from relations.corrections.run_undo import undo
from relations.merging.run import merge_new_reports
from relations.models import Correction, Event, PairStanding, Report, Status
from relations.pipeline import bring_up_to_date
from tests import making

pytestmark = pytest.mark.django_db


def ago(days: int) -> dt.date:
    return making.today() - dt.timedelta(days=days)


@pytest.fixture
def editor(client: Client) -> User:
    made = making.user("editor")
    client.force_login(made)
    return made


def clash(days: int, **values: Any) -> Event:
    report = making.report(type="clash", occurred_on=ago(days), confidence=0.6, **values)
    merge_new_reports()
    bring_up_to_date(report.pair_id)
    report.refresh_from_db()
    assert report.event
    return report.event


def corrected(event: Event, editor: User, **new: Any) -> Correction:
    made = correct_event(event.pk, editor=editor, **new)
    assert made
    bring_up_to_date(event.pair_id)
    return made


def shown(client: Client, correction: Correction, **headers: str) -> str:
    response = client.get(f"/corrections/{correction.pk}/undo/", headers=headers)
    assert response.status_code == 200
    return " ".join(html.unescape(response.content.decode()).split())


def everything() -> list[Any]:
    return [
        *Event.objects.order_by("pk").values(),
        *Report.objects.order_by("pk").values(),
        *Correction.objects.order_by("pk").values(),
        *PairStanding.objects.values(),
    ]


def test_the_fields_are_told_from_and_to_and_nothing_is_changed(client: Client, editor: User) -> None:
    event = clash(5)
    made = corrected(event, editor, type="accusation", place="Quetta")
    before = everything()
    page = shown(client, made)
    assert "Type: Accused → Armed clash" in page and "Place: “Quetta” → none" in page
    assert "The pair’s score would go from" in page
    assert everything() == before


def test_what_was_told_is_what_comes_of_it(client: Client, editor: User) -> None:
    event = clash(5)
    made = corrected(event, editor, type="accusation")
    page = shown(client, made)
    response = client.post(f"/corrections/{made.pk}/undo/", {"reason": "read wrongly"}, follow=True)
    told = page.partition("The pair’s score would go from ")[2].partition(".</strong>")[0]
    assert f"Undone. The pair's score went from {told}." in html.unescape(response.content.decode())
    event.refresh_from_db()
    assert event.type == "clash"
    assert Correction.objects.get(undoes=made).reason == "read wrongly"


def test_what_was_said_since_is_told_to_stand(client: Client, editor: User) -> None:
    event = clash(5)
    first = corrected(event, editor, type="accusation")
    corrected(event, editor, type="strike")
    corrected(event, editor, place="Quetta")
    page = shown(client, first)
    assert "No event becomes another than it is." in page and "would stay at" in page
    since = page.partition("Said since, and stands")[2]
    assert "Type: Accused → " in since and editor.get_username() in since and "Quetta" not in since


def test_a_merge_taken_back_gives_an_event_and_its_reports_back(client: Client, editor: User) -> None:
    one, other = clash(20, sentence="Guns were heard at the pass."), clash(5)
    merge = merge_events(one.pk, other.pk, editor=editor)
    bring_up_to_date(one.pair_id)
    page = shown(client, merge)
    assert f"It stands for itself again, and is no longer part of event {other.pk}." in page
    assert "Reports: 2 → 1" in page
    assert f"“Guns were heard at the pass.” ({one.reports.model.objects.first().article.feed.title})" in page  # type: ignore[union-attr]
    assert f"goes from event {other.pk} to event {one.pk}" in page


def test_a_split_taken_back_makes_one_event(client: Client, editor: User) -> None:
    event = clash(5)
    extra = making.report(type="clash", event=event, occurred_on=ago(5), due=False)
    split = split_event(event.pk, [extra.pk], editor=editor)
    bring_up_to_date(event.pair_id)
    assert f"It becomes part of event {event.pk}; its address leads there." in shown(client, split)


def test_a_move_taken_back_and_a_verdict_are_told(client: Client, editor: User) -> None:
    event, other = clash(20), clash(5)
    extra = making.report(type="clash", event=event, occurred_on=ago(20), due=False)
    move = move_report(extra.pk, other.pk, editor=editor)
    bring_up_to_date(event.pair_id)
    assert f"goes from event {other.pk} to event {event.pk}" in shown(client, move)
    verdict = corrected(other, editor, status=Status.REJECTED)
    page = shown(client, verdict)
    assert "Status: rejected by an editor → coded, not reviewed" in page
    assert "The verdict “did not happen, or is no event” is no longer learnt from." in page


def test_what_cannot_be_taken_back_says_why(client: Client, editor: User) -> None:
    made = corrected(clash(5), editor, type="accusation")
    undone = undo(made.pk, editor=editor)
    before = everything()
    assert "This correction is taken back already." in shown(client, made)
    assert "This takes a correction back." in shown(client, undone)
    response = client.post(f"/corrections/{made.pk}/undo/", follow=True)
    assert "This correction is taken back already." in response.content.decode()
    assert everything() == before


def test_each_correction_in_force_can_be_undone_from_the_event(client: Client, editor: User) -> None:
    event = clash(5)
    first, second = corrected(event, editor, type="accusation"), corrected(event, editor, place="Quetta")
    undone = undo(first.pk, editor=editor)
    page = client.get(event.get_absolute_url()).content.decode()
    assert f'href="/corrections/{second.pk}/undo/?next={event.get_absolute_url()}"' in page
    assert f"/corrections/{first.pk}/undo/" not in page and f"/corrections/{undone.pk}/undo/" not in page
    client.force_login(making.user())
    assert "/undo/" not in client.get(event.get_absolute_url()).content.decode()


def test_in_place_it_opens_under_its_entry_and_the_event_comes_anew(client: Client, editor: User) -> None:
    event = clash(5)
    made = corrected(event, editor, type="accusation")
    part = shown(client, made, **{"hx-request": "true", "hx-target": f"undo-{made.pk}"})
    assert part.startswith(f'<section id="undo-{made.pk}"') and 'hx-target="#event"' in part
    sent = {"hx-request": "true", "hx-target": "event"}
    answer = client.post(f"/corrections/{made.pk}/undo/", {"next": event.get_absolute_url()}, headers=sent)
    assert answer.content.decode().startswith('<div id="event"')


def test_it_leads_on_to_the_page_that_was_asked_for(client: Client, editor: User) -> None:
    event = clash(5)
    made = corrected(event, editor, type="accusation")
    answer = client.post(f"/corrections/{made.pk}/undo/", {"next": event.pair.get_absolute_url()})
    assert answer["Location"] == event.pair.get_absolute_url()
    again = corrected(event, editor, type="accusation")
    sent = {"hx-request": "true"}
    answer = client.post(f"/corrections/{again.pk}/undo/", {"next": "/pairs/pak-usa/?days=30"}, headers=sent)
    assert answer["HX-Redirect"] == "/pairs/pak-usa/?days=30"


def test_queries_do_not_grow_with_the_history(client: Client, editor: User, django_assert_max_num_queries: Any) -> None:
    event = clash(5)
    made = corrected(event, editor, type="accusation")
    for number in range(12):
        corrected(event, editor, type=("strike", "accusation")[number % 2])
        clash(number)
    with django_assert_max_num_queries(90):
        shown(client, made)


def test_it_leads_nowhere_outside(client: Client, editor: User) -> None:
    made = corrected(clash(5), editor, type="accusation")
    for elsewhere in ("https://evil.example/", "//evil.example/", "javascript:alert(1)"):
        page = client.get(f"/corrections/{made.pk}/undo/", {"next": elsewhere}).content.decode()
        assert "evil" not in page and "alert" not in page


def test_who_is_asked_for_a_second_opinion_sees_no_consequences(
    client: Client, editor: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    made = corrected(clash(5), making.user("editor"), type="accusation")
    monkeypatch.setattr("relations.views.undoing.awaits_second", lambda person, event: True)
    response = client.get(f"/corrections/{made.pk}/undo/")
    assert response.status_code == 409 and "Accused" not in response.content.decode()
    assert client.post(f"/corrections/{made.pk}/undo/").status_code == 409
    assert not Correction.objects.filter(undoes=made).exists()


def test_splitting_with_nothing_ticked_says_what_to_tick(client: Client, editor: User) -> None:
    event = clash(5)
    making.report(type="clash", event=event, occurred_on=ago(5), due=False)
    page = client.post(f"/events/{event.pk}/split/", follow=True).content.decode()
    assert "Tick the reports that tell of something else." in page
    assert not Correction.objects.exists()


def test_the_link_to_undo_is_replaced_by_what_it_would_do_and_comes_back(client: Client, editor: User) -> None:
    made = corrected(clash(5), editor, type="accusation")
    page = client.get(made.event.get_absolute_url()).content.decode()
    assert f'<div id="undo-{made.pk}"><p class="take-back"><a ' in page
    part = shown(client, made, **{"hx-request": "true", "hx-target": f"undo-{made.pk}"})
    assert "autofocus>If this is taken back</h3>" in part and "<strong data-announce>The pair’s score" in part
