"""Whoever is asked for a second opinion does not come upon the first on pages that lead to the event."""

from __future__ import annotations

import html
import re
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from relations import pipeline
from relations.merging.run import merge_new_reports
from relations.models import DeskFilters, Event, Status
from relations.queries.blind import MOST, blind_for
from tests import making
from tests.corrections.waiting import queued
from tests.views.plans import day, told

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("all_are_judged_twice")]
WAITS = "Waits for your second opinion"


def asked(first: User, second: User, **said: Any) -> Event:
    """An event read as an accusation that the first editor judged, and the second holds."""
    event = queued(type="accusation")
    pipeline.claim(first, DeskFilters(), 50)
    pipeline.judge(event.pk, editor=first, **({"status": Status.CONFIRMED, "type": "clash"} | said))
    pipeline.bring_up_to_date(event.pair_id)
    pipeline.claim(second, DeskFilters(), 50)
    return Event.objects.get(pk=event.pk)


def page(person: User, url: str) -> str:
    client = Client()
    client.force_login(person)
    response = client.get(url)
    assert response.status_code == 200
    return " ".join(html.unescape(response.content.decode()).split())


def listed(person: User, url: str, event: Event) -> list[str]:
    """What a page says beside each link to the event."""
    body = page(person, url)
    return [body[found.end() : found.end() + 600] for found in re.finditer(f'href="{event.get_absolute_url()}"', body)]


def story_of(event: Event) -> str:
    return reverse("article", args=[event.reports.get().article_id])


def test_the_story_shows_the_event_as_the_coder_read_it(first: User, second: User) -> None:
    event = asked(first, second)
    body = page(second, story_of(event))
    assert "Accused" in body and "Armed clash" not in body and "confirmed by" not in body
    assert "Armed clash" in page(first, story_of(event)) and "Accused" not in page(first, story_of(event))


def test_the_story_marks_what_the_first_editor_rejected(first: User, second: User) -> None:
    event = asked(first, second, status=Status.REJECTED, type="accusation")
    body = page(second, story_of(event))
    assert 'class="marked"' in body and "rejected" not in body
    assert 'class="marked"' not in page(first, story_of(event))


@pytest.mark.parametrize(
    "url", ["/pairs/pak-usa/", "/pairs/pak-usa/directions/", "/search/?q=pakistan+united+states&stay=1"]
)
def test_lists_of_events_say_that_it_waits_in_place_of_what_it_is(first: User, second: User, url: str) -> None:
    event = asked(first, second)
    rows = listed(second, url, event)
    assert rows and all("Armed clash" not in row and "confirmed" not in row for row in rows)
    assert any(WAITS in row for row in rows)
    assert any("Armed clash" in row for row in listed(first, url, event))
    assert WAITS not in page(making.user(), url)


def test_its_neighbours_do_not_tell_of_it(first: User, second: User) -> None:
    event, beside = asked(first, second), making.event(type="apology")
    body = page(second, beside.get_absolute_url())
    assert WAITS in body.partition("On the same day")[2]
    assert WAITS in body.partition('name="into"')[2].partition("</select>")[0]
    assert not re.search(f'value="{event.pk}">[^<]*Armed clash', body)
    assert "Armed clash" in page(first, beside.get_absolute_url()).partition("On the same day")[2]


def test_the_story_of_a_plan_does_not_tell_of_it(first: User, second: User) -> None:
    told("PAK", "USA", "announced", -2, day(8))
    merge_new_reports()
    event = Event.objects.get()
    pipeline.claim(first, DeskFilters(), 50)
    pipeline.judge(event.pk, editor=first, status=Status.CONFIRMED)
    pipeline.claim(second, DeskFilters(), 50)
    url = f"/engagements/{event.engagement_id}/"
    assert WAITS in page(second, url) and WAITS not in page(first, url)


def test_once_the_second_has_spoken_everything_is_shown(first: User, second: User) -> None:
    event = asked(first, second)
    assert blind_for(second) == {event.pk} and not blind_for(first)
    pipeline.judge(event.pk, editor=second, status=Status.CONFIRMED)
    assert not blind_for(second) and "Armed clash" in page(second, story_of(event))


def test_it_costs_editors_one_query_and_others_none(first: User, second: User) -> None:
    asked(first, second)
    for person, queries in ((making.user(), 0), (second, 1)):
        person.has_perm("relations.correct_events")
        with CaptureQueriesContext(connection) as asked_for:
            blind_for(person)
        assert len(asked_for) == queries
    assert MOST == 50
