"""The desk without a browser: what its forms take, refuse and lose not."""

from __future__ import annotations

import json
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.test import Client
from django.urls import reverse

from relations.corrections.run import correct_event
from relations.corrections.run_desk import claim
from relations.merging.run import merge_new_reports
from relations.models import (
    Correction,
    DeskFilters,
    Event,
    Origin,
    Outcome,
    ReviewItem,
    ReviewState,
    Status,
    Verdict,
)
from relations.scoring.run import score_stale_days
from relations.views.correction_forms import seen_of
from tests import making

pytestmark = pytest.mark.django_db
# Session, person and rights; what is held and free, and the leases; items, and what can be chosen.
DESK_QUERIES = 23
FRAGMENT = {"hx-request": "true"}


@pytest.fixture
def editor(client: Client) -> User:
    user = making.user("editor")
    client.force_login(user)
    return user


def waiting(count: int, **values: Any) -> list[Event]:
    """Events that wait for a look, each told by one story."""
    known = set(Event.objects.values_list("pk", flat=True))
    for number in range(count):
        making.report(type="clash", occurred_on=making.ago(20 * number + 1), **({"confidence": 0.6} | values))
    merge_new_reports()
    score_stale_days()
    return list(Event.objects.exclude(pk__in=known).order_by("-occurred_on"))


def post(client: Client, event: Event, verdict: str, **values: Any) -> Any:
    return client.post(
        reverse("desk-item", args=[event.pk]), {"verdict": verdict, "seen": seen_of(event.as_edited()), **values}
    )


@pytest.mark.parametrize("count", [1, 9])
def test_the_desk_asks_as_many_queries_whatever_waits(
    client: Client, editor: User, count: int, django_assert_num_queries: Any
) -> None:
    waiting(count)
    client.get(reverse("desk"))  # claimed now
    with django_assert_num_queries(DESK_QUERIES):
        assert client.get(reverse("desk")).status_code == 200


@pytest.mark.parametrize(
    ("verdict", "status", "outcome"),
    [("accept", Status.CONFIRMED, Outcome.ACCEPTED), ("reject", Status.REJECTED, Outcome.REJECTED)],
)
def test_a_verdict_is_kept_with_what_was_judged(
    client: Client, editor: User, verdict: str, status: str, outcome: str
) -> None:
    (event,) = waiting(1)
    client.get(reverse("desk"))
    response = post(client, event, verdict, reason="seen in three papers")
    assert response.status_code == 302 and response["Location"].startswith(f"{reverse('desk')}?did=")
    event.refresh_from_db()
    assert event.status == status
    given = Verdict.objects.get()
    assert (given.outcome, given.origin, given.editor, given.reason) == (
        outcome,
        Origin.DESK,
        editor,
        "seen in three papers",
    )
    assert given.reading["type"] == "clash" and given.reading["confidence"] == pytest.approx(event.confidence)
    assert given.rules == ["a test said so"] and given.coder == "test"
    assert ReviewItem.objects.get().state == ReviewState.DONE


def test_an_edit_says_in_all_fields_what_happened(client: Client, editor: User) -> None:
    from relations.models.loading import load_codebook

    load_codebook()
    (event,) = waiting(1)
    ministry = event.pair.first.actors.get(key="PAK:foreign_ministry")
    values = event.as_edited() | {
        "type": "visit_postponed",
        "direction": -1,
        "first_actor": ministry.pk,
        "second_actor": "",
        "occurred_on": "2017-08-16",
        "precision": "month",
        "stage": "postponed",
        "place": "Islamabad",
        "note": "Both sides confirmed it",
    }
    response = post(client, event, "save", **values, reason="wrong type")
    assert response.status_code == 302, response.content.decode()
    event.refresh_from_db()
    assert (event.type, event.stage, event.direction, event.source_id) == ("visit_postponed", "postponed", -1, "USA")
    assert (event.target_actor, event.source_actor) == (ministry, None)
    assert (event.occurred_on.isoformat(), event.precision) == ("2017-08-01", "month")
    assert (event.place, event.note, event.status) == ("Islamabad", "Both sides confirmed it", Status.CONFIRMED)
    assert Verdict.objects.get().outcome == Outcome.CHANGED
    page = client.get(event.get_absolute_url()).content.decode()
    assert "Both sides confirmed it" in page and "Islamabad" in page


@pytest.mark.parametrize(
    ("field", "value", "words"),
    [
        ("type", "no_such", "valid choice"),
        ("occurred_on", "2150-01-01", "future"),
        ("occurred_on", "next week", "write the date as"),
        ("stage", "perhaps", "valid choice"),
        ("first_actor", "999999", "valid choice"),
        ("note", "x" * 501, "at most 500"),
        ("seen", "{", "came back incomplete"),
        ("seen", '{"occurred_on": 7}', "came back incomplete"),
        ("seen", "[]", "came back incomplete"),
        ("seen", "[" * 100_000, "came back incomplete"),
        ("seen", '{"first_actor": "abc"}', "came back incomplete"),
        ("seen", '{"second_actor": {}}', "came back incomplete"),
        ("seen", '{"direction": [7]}', "came back incomplete"),
        ("seen", '{"direction": 7}', "came back incomplete"),
        ("seen", '{"status": "zzz"}', "came back incomplete"),
        ("seen", '{"precision": 5}', "came back incomplete"),
        ("seen", '{"stage": {}}', "came back incomplete"),
    ],
)
def test_what_can_not_be_is_refused_in_words_and_kept_in_the_form(
    client: Client, editor: User, field: str, value: str, words: str
) -> None:
    (event,) = waiting(1)
    values = {**event.as_edited(), "first_actor": "", "second_actor": "", "place": "Quetta", field: value}
    response = client.post(
        reverse("desk-item", args=[event.pk]), {"verdict": "save", "seen": seen_of(event.as_edited()), **values}
    )
    page = response.content.decode()
    assert response.status_code == 422 and words in page and "Quetta" in page
    assert not Correction.objects.exists()


def test_what_changed_meanwhile_is_shown_beside_and_nothing_is_saved(client: Client, editor: User) -> None:
    (event,) = waiting(1)
    colleague = making.user("editor")
    correct_event(event.pk, editor=colleague, type="accusation", reason="no shot was fired")
    response = post(client, event, "accept")
    page = response.content.decode()
    assert response.status_code == 409
    assert "Nothing is saved yet" in page and colleague.username in page and "no shot was fired" in page
    event.refresh_from_db()
    assert event.status == Status.CODED and event.type == "accusation"


def test_new_evidence_that_changes_nothing_shown_is_no_conflict(client: Client, editor: User) -> None:
    (event,) = waiting(1)
    seen = seen_of(event.as_edited())
    story = making.article("Another paper tells it.")
    making.report(type="clash", occurred_on=event.occurred_on, article=story, confidence=0.7)
    merge_new_reports()
    response = client.post(reverse("desk-item", args=[event.pk]), {"verdict": "accept", "seen": seen})
    assert response.status_code == 302
    event.refresh_from_db()
    assert event.status == Status.CONFIRMED and event.report_count == 2


def test_what_another_holds_can_not_be_judged_here(client: Client, editor: User) -> None:
    (event,) = waiting(1)
    other = making.user("editor")
    claim(other, DeskFilters(), 1)
    response = post(client, event, "accept")
    assert response.status_code == 422 and f"{other.username} has this" in response.content.decode()
    assert not Verdict.objects.exists()


def test_ones_own_last_word_is_taken_back_and_nobody_elses(client: Client, editor: User) -> None:
    (event,) = waiting(1)
    client.get(reverse("desk"))
    post(client, event, "reject")
    theirs = correct_event(event.pk, editor=making.user("editor"), note="of another editor")
    assert theirs
    address = reverse("desk-undo", args=[event.pk])
    assert client.post(address, {"correction": theirs.pk}).status_code == 422
    assert client.post(address, {"correction": "x"}).status_code == 422
    mine = Correction.objects.get(editor=editor)
    assert client.post(address, {"correction": mine.pk}).status_code == 302
    event.refresh_from_db()
    assert event.status == Status.CODED and not Verdict.objects.standing().exists()
    item = ReviewItem.objects.get()
    assert item.state == ReviewState.WAITING and item.holder == editor


def test_an_event_is_merged_from_the_desk(client: Client, editor: User) -> None:
    one, other = waiting(2)
    Event.objects.filter(pk=other.pk).update(occurred_on=one.occurred_on)
    page = client.get(reverse("desk-item", args=[one.pk]), {"part": "merge"}).content.decode()
    assert f'<option value="{other.pk}">' in page
    assert client.post(reverse("desk-item", args=[one.pk]), {"verdict": "merge", "into": "x"}).status_code == 422
    sent = {"verdict": "merge", "into": other.pk}
    response = client.post(reverse("desk-item", args=[one.pk]), sent, headers=FRAGMENT)
    assert "Merged into event" in response.content.decode()
    one.refresh_from_db()
    assert one.merged_into_id == other.pk and not ReviewItem.objects.filter(event=one).exists()


def test_what_is_left_to_others_comes_to_them_alone(client: Client, editor: User) -> None:
    (event,) = waiting(1)
    client.get(reverse("desk"))
    client.post(reverse("desk-leave"), {"event": event.pk})
    assert "Nothing waits" in client.get(reverse("desk")).content.decode()
    assert claim(making.user("editor"), DeskFilters(), 5) == [event.pk]


@pytest.mark.parametrize("query", ["pair=x", "type=none", "source=999999", "days=3", "pair=11&days=x"])
def test_a_filter_that_is_none_is_told_and_left_out(client: Client, editor: User, query: str) -> None:
    waiting(1)
    page = client.get(f"{reverse('desk')}?{query}").content.decode()
    assert "There is no such" in page and "Armed clash" in page


def test_filters_choose_what_is_claimed(client: Client, editor: User) -> None:
    old, new = waiting(2), waiting(1, source="IND", target="CHN")[0]
    pair = new.pair
    page = client.get(reverse("desk"), {"pair": pair.slug}).content.decode()
    assert f'id="item-{new.pk}"' in page and f'id="item-{old[0].pk}"' not in page
    assert set(ReviewItem.objects.filter(holder=editor).values_list("event", flat=True)) == {new.pk}
    feed = old[1].reports.get().article.feed
    page = client.get(reverse("desk"), {"source": feed.pk}).content.decode()
    assert f'id="item-{old[1].pk}"' in page and f'id="item-{new.pk}"' not in page
    page = client.get(reverse("desk"), {"days": 7}).content.decode()
    assert f'id="item-{old[0].pk}"' in page and f'id="item-{old[1].pk}"' not in page


@pytest.mark.parametrize("next_page", ["https://elsewhere.example/", "//elsewhere.example/", "javascript:alert(1)"])
def test_the_way_back_stays_within_the_site(client: Client, editor: User, next_page: str) -> None:
    (event,) = waiting(1)
    assert post(client, event, "accept", next=next_page)["Location"].startswith(f"{reverse('desk')}?did=")


def test_many_are_previewed_without_a_trace_and_judged_as_seen(client: Client, editor: User) -> None:
    events = waiting(3)
    ids = [event.pk for event in events]
    address = reverse("desk-chosen")
    before = list(Event.objects.order_by("pk").values())
    page = client.post(address, {"event": ids, "verdict": "reject"}).content.decode()
    assert "3 events would be rejected" in page and "score" in page and "→" in page
    assert list(Event.objects.order_by("pk").values()) == before and not Correction.objects.exists()
    correct_event(ids[1], editor=making.user("editor"), type="accusation")
    seen = {f"seen-{event.pk}": seen_of(event.as_edited()) for event in events}
    sent = {"event": ids, "verdict": "reject", "confirmed": 1, "reason": "satire", **seen}
    page = client.post(address, sent, follow=True).content.decode()
    assert "2 events judged" in page and f"Left out: event {ids[1]}" in page and "Take all of it back" in page
    assert set(Event.objects.filter(status=Status.REJECTED).values_list("pk", flat=True)) == {ids[0], ids[2]}
    assert set(Correction.objects.filter(editor=editor).values_list("reason", flat=True)) == {"satire"}


@pytest.mark.parametrize(
    ("sent", "words"),
    [
        ({"verdict": "accept"}, "Choose events first"),
        ({"event": list(range(1, 60)), "verdict": "accept"}, "too many at once"),
        ({"event": [1], "verdict": "burn"}, "Say what is to be done"),
    ],
)
def test_a_verdict_on_many_that_makes_no_sense_is_told(client: Client, editor: User, sent: dict, words: str) -> None:
    assert words in client.post(reverse("desk-chosen"), sent, follow=True).content.decode()


def test_many_of_which_the_form_does_not_say_what_was_seen_are_left_out(client: Client, editor: User) -> None:
    (event,) = waiting(1)
    sent = {"event": [event.pk], "verdict": "reject", "confirmed": 1, f"seen-{event.pk}": "{"}
    assert "came back incomplete" in client.post(reverse("desk-chosen"), sent, follow=True).content.decode()
    assert not Verdict.objects.exists()


def test_chosen_events_that_are_none_are_left_out(client: Client, editor: User) -> None:
    page = client.post(reverse("desk-chosen"), {"event": [999999], "verdict": "reject"}).content.decode()
    assert "None of those chosen" in page


def test_what_was_seen_survives_the_way_there_and_back() -> None:
    event = making.event()
    sent = json.loads(seen_of(event.as_edited()))
    assert sent["occurred_on"] == event.occurred_on.isoformat() and sent["status"] == "coded"


def test_words_that_stand_for_a_side_can_be_taught_as_a_name(client: Client, editor: User) -> None:
    sentence = "The Foreign Office warned Washington on Monday."
    making.report(type="clash", sentence=sentence, spans={"source": [4, 18], "target": [26, 36]}, confidence=0.6)
    merge_new_reports()
    event = Event.objects.get()
    page = client.get(reverse("desk-item", args=[event.pk]), {"part": "edit"}).content.decode()
    assert f'href="{reverse("desk-add-name")}?name=Foreign+Office&amp;country=pak"' in page
    assert client.get(reverse("desk-add-name"), {"name": "Foreign Office", "country": "pak"}).status_code == 200
