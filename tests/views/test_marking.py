"""Marking an event that the coder missed: its form, what it begins with, and what comes of it."""

from __future__ import annotations

import html
from typing import Any
from urllib.parse import urlencode

import pytest
from django.contrib.auth.models import User
from django.test import Client
from django.utils import timezone

from relations.merging.run import merge_new_reports
from relations.models import Actor, Article, Correction, Event, Report, Status
from tests import making

pytestmark = pytest.mark.django_db
LEAD = "The harbour was quiet on Monday."
TOLD = "Peru is said to have called its envoy in Chile home over the fishing grounds."
STORY = f"{LEAD} {TOLD}\n\nBoats stayed in port."


@pytest.fixture
def editor(client: Client) -> User:
    made = making.user("editor")
    client.force_login(made)
    return made


@pytest.fixture
def story() -> Article:
    for code in ("PER", "CHL", "BOL"):
        making.country(code)
    return making.article(STORY, tagged_at=timezone.now())


def address(story: Article, **query: Any) -> str:
    return f"/articles/{story.pk}/mark/" + (f"?{urlencode(query)}" if query else "")


def shown(client: Client, url: str, **headers: str) -> str:
    response = client.get(url, headers=headers)
    assert response.status_code == 200
    return " ".join(html.unescape(response.content.decode()).split())


def chosen(page: str, name: str) -> str:
    """The value that a select of the form begins with."""
    select = page.partition(f'<select name="{name}"')[2].partition("</select>")[0]
    return select.partition(" selected")[0].rpartition('value="')[2].rstrip('"') if " selected" in select else ""


def said(**values: Any) -> dict[str, Any]:
    sent = {
        **{"words": "called its envoy in Chile home", "source": "PER", "target": "CHL", "way": "towards"},
        **{"type": "ambassador_recalled", "stage": "", "occurred_on": making.today().isoformat(), "precision": "day"},
    }
    return sent | values


def test_the_story_offers_it_to_editors_only(client: Client, editor: User, story: Article) -> None:
    url = f"/articles/{story.pk}/"
    page = shown(client, url)
    assert f'href="{address(story)}"' in page and f'data-mark="{address(story)}"' in page
    client.force_login(making.user())
    assert "/mark/" not in shown(client, url)


def test_a_story_that_was_taken_back_offers_nothing(client: Client, editor: User, story: Article) -> None:
    Article.objects.retract(timezone.now())
    assert "/mark/" not in shown(client, f"/articles/{story.pk}/")


def test_without_words_the_sentences_are_offered(client: Client, editor: User, story: Article) -> None:
    page = shown(client, address(story))
    assert page.count('name="sentence"') == 3 and TOLD in page
    assert f"{TOLD}</textarea>" in shown(client, address(story, sentence=1))


def test_the_form_begins_with_who_is_named_and_when(client: Client, editor: User, story: Article) -> None:
    page = shown(client, address(story, words="called its envoy"))
    assert (chosen(page, "source"), chosen(page, "target")) == ("PER", "CHL")
    assert f'value="{story.published_at.date().isoformat()}"' in page
    assert "called its envoy</textarea>" in page


def test_it_begins_with_what_the_coder_reads_there(client: Client, editor: User, story: Article) -> None:
    story.versions.update(text="Chile’s foreign minister criticised Peru on Tuesday.")
    page = shown(client, address(story, sentence=0))
    assert (chosen(page, "source"), chosen(page, "target")) == ("CHL", "PER")
    assert chosen(page, "type") == "statement_criticism"


def test_where_one_country_is_named_the_other_is_that_of_the_storys_pair(
    client: Client, editor: User, story: Article
) -> None:
    making.report("PER", "BOL", article=story, sentence=LEAD)
    page = shown(client, address(story, words="Boats stayed in port."))
    assert (chosen(page, "source"), chosen(page, "target")) == ("PER", "BOL")


@pytest.mark.parametrize(
    ("words", "refusal"),
    [("withdrew its envoy", "do not stand in the story"), ("grounds. Boats", "words of one paragraph")],
)
def test_words_that_cannot_be_marked_are_told_and_kept(
    client: Client, editor: User, story: Article, words: str, refusal: str
) -> None:
    page = shown(client, address(story, words=words))
    assert refusal in page and f'name="words" value="{words}"' in page
    assert page.count('name="sentence"') == 3 and TOLD in page, "what can be marked stands beside"


def test_words_that_cannot_be_marked_are_changed_for_a_sentence_and_the_rest_stays(
    client: Client, editor: User, story: Article
) -> None:
    response = client.post(address(story), said(words="withdrew its envoy", place="Lima"))
    assert response.status_code == 422 and html.unescape(response.content.decode()).count('name="sentence"') == 3
    sent = said(words="withdrew its envoy", place="Lima", step="words", sentence="1")
    page = html.unescape(client.post(address(story), sent).content.decode())
    assert f"{TOLD}</textarea>" in page and 'value="Lima"' in page and f'value="{STORY.index(TOLD)}"' in page
    assert client.post(address(story), sent | {"sentence": ""}).status_code == 422
    assert client.post(address(story), sent | {"sentence": "77"}).status_code == 422
    assert not Report.objects.exists()


@pytest.mark.parametrize(
    ("words", "near", "whole"),
    [
        ("lled its envo", STORY.index("called") + 2, "called its envoy"),
        ("ports", 0, "ports"),
        ("port", 0, "port"),
        ("“Sí, señ", 0, "“Sí, señor"),
    ],
)
def test_words_that_were_cut_are_made_whole(
    client: Client, editor: User, story: Article, words: str, near: int, whole: str
) -> None:
    story.versions.update(text=STORY + "\n\nReports and ports.\n\nHe said “Sí, señor” and left.")
    assert f"{whole}</textarea>" in shown(client, address(story, words=words, near=near))


def test_in_place_a_reload_finds_the_form_again(client: Client, editor: User, story: Article) -> None:
    sent = {"hx-request": "true", "hx-target": "mark"}
    url = address(story, words="called its envoy", near=41)
    assert client.get(url, headers=sent)["HX-Push-Url"] == url
    assert "HX-Push-Url" not in client.get(url)
    taken = client.post(address(story), said(words="no", step="words", sentence="1"), headers=sent)
    assert taken["HX-Push-Url"] == address(story, words=TOLD, near=STORY.index(TOLD))
    assert "HX-Push-Url" not in client.post(address(story), said(type=""), headers=sent)
    assert client.post(address(story), said(), headers=sent)["HX-Push-Url"] == f"/articles/{story.pk}/"


def test_the_first_field_that_is_wrong_gets_the_focus_and_names_its_error(
    client: Client, editor: User, story: Article
) -> None:
    page = html.unescape(client.post(address(story), said(type="", place="x" * 121)).content.decode())
    assert page.count("autofocus") == 1
    field = page.partition('<select name="type"')[2].partition(">")[0]
    assert "autofocus" in field and 'aria-invalid="true"' in field and 'aria-describedby="id_type_error"' in field
    again = html.unescape(client.post(address(story), said(near="-1")).content.decode())
    assert "Mark them again." in again


def test_actors_are_those_of_the_country(client: Client, editor: User, story: Article) -> None:
    envoy = Actor.objects.create(key="PER:x", country_id="PER", kind="person", name="An envoy", sector="GOV")
    part = shown(client, address(story, source="PER"), **{"hx-request": "true", "hx-target": "source-actor"})
    assert part.startswith('<div class="field" id="source-actor">') and f'<option value="{envoy.pk}"' in part
    assert "An envoy" not in shown(
        client, address(story, target="CHL"), **{"hx-request": "true", "hx-target": "target-actor"}
    )
    response = client.post(address(story), said(step="actors", place="Lima"))
    page = html.unescape(response.content.decode())
    assert response.status_code == 200 and "An envoy" in page and 'value="Lima"' in page
    assert not Event.objects.exists()


def test_a_plain_form_adds_it_and_shows_the_event(client: Client, editor: User, story: Article) -> None:
    envoy = Actor.objects.create(key="PER:x", country_id="PER", kind="person", name="An envoy", sector="GOV")
    sent = said(source_actor=envoy.pk, place="Lima", reason="the coder passed over it")
    response = client.post(address(story), sent, follow=True)
    event = Event.objects.get()
    assert response.redirect_chain[-1][0] == event.get_absolute_url()
    page = html.unescape(response.content.decode())
    assert f"Added as event {event.pk}. The pair's score is now" in page
    assert f"marked by {editor.get_username()}" in page and "Read as:" not in page
    assert (event.status, event.source_actor_id, event.place) == (Status.CONFIRMED, envoy.pk, "Lima")
    assert Correction.objects.get().reason == "the coder passed over it"


def test_in_place_the_story_comes_anew_with_the_event_in_it(client: Client, editor: User, story: Article) -> None:
    response = client.post(address(story), said(), headers={"hx-request": "true", "hx-target": "mark"})
    page = response.content.decode()
    event = Event.objects.get()
    assert response["HX-Retarget"] == "#article" and page.startswith('<div id="article"')
    assert f"Added as event {event.pk}" in page and f'class="marked" href="{event.get_absolute_url()}"' in page


def test_an_event_that_told_of_it_already_is_named(client: Client, editor: User, story: Article) -> None:
    making.report("PER", "CHL", "ambassador_recalled", sentence="Lima called its ambassador in Santiago home.")
    merge_new_reports()
    page = client.post(address(story), said(), follow=True).content.decode()
    assert f"Event {Event.objects.get().pk} told of it already; it has this sentence as evidence now." in page


def test_what_was_read_there_already_is_told(client: Client, editor: User, story: Article) -> None:
    making.report("PER", "CHL", "ambassador_recalled", article=story, sentence=TOLD)
    merge_new_reports()
    response = client.post(address(story), said(place="Lima"))
    page = html.unescape(response.content.decode())
    assert response.status_code == 422
    assert f"That was read in this sentence already: event {Event.objects.get().pk}." in page
    assert 'value="Lima"' in page


@pytest.mark.parametrize(
    ("values", "field", "words"),
    [
        ({"words": ""}, "words", "Mark or copy the words"),
        ({"words": "withdrew its envoy"}, "words", "do not stand in the story"),
        ({"words": "grounds. Boats"}, "words", "words of one paragraph"),
        ({"words": "x" * 2001}, "words", "at most 2,000 characters"),
        ({"source": ""}, "source", "Choose the country that acts"),
        ({"source": "XXX"}, "source", "choose a country of the list"),
        ({"target": "PER"}, "target", "between two countries"),
        ({"source_actor": "999999"}, "source_actor", "acts for the country that is chosen now"),
        ({"way": "against"}, "way", "both at once"),
        ({"type": ""}, "type", "a type of the codebook"),
        ({"type": "a_quarrel"}, "type", "Choose a type of the codebook"),
        ({"stage": "soon"}, "stage", "one of the list"),
        ({"occurred_on": "2199-01-01"}, "occurred_on", "can't lie in the future"),
        ({"occurred_on": "Tuesday"}, "occurred_on", "write the date as"),
        ({"precision": "hour"}, "precision", "the day, the week"),
        ({"place": "x" * 121}, "place", "120 characters"),
        ({"reason": "x" * 501}, "reason", "500 characters"),
        ({"near": "-1", "words": "Peru"}, "near", ""),
    ],
)
def test_what_is_wrong_stands_with_its_field_and_nothing_is_lost(
    client: Client, editor: User, story: Article, values: dict[str, str], field: str, words: str
) -> None:
    response = client.post(address(story), said(**{"place": "Lima", **values}))
    page = " ".join(html.unescape(response.content.decode()).split())
    assert response.status_code == 422 and "Nothing is added yet" in page
    if words:
        assert words in page.partition(f'id="id_{field}_error"')[2][:200]
    if "place" not in values:
        assert 'value="Lima"' in page
    assert not Report.objects.exists()


def test_an_article_that_is_not_there_is_not_found(client: Client, editor: User) -> None:
    assert client.get("/articles/999999/mark/").status_code == 404


def test_passages_that_overlap_lead_to_all_their_events(client: Client, editor: User, story: Article) -> None:
    client.post(address(story), said())
    client.post(address(story), said(words=f"Monday. {TOLD}", type="accusation"))
    first, second = Event.objects.order_by("pk")
    page = shown(client, f"/articles/{story.pk}/")
    text = page.partition('class="story"')[2].partition("</article>")[0]
    assert first.get_absolute_url() in text and second.get_absolute_url() in text
    assert text.count(TOLD[:20]) == 1
