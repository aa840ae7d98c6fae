"""A name that the coder doesn't know, added from the desk: what is refused, and that the next text is read with it."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Iterator
from typing import Any

import pytest
from django.contrib.auth.models import Permission
from django.urls import reverse

from relations.merging.run import merge_new_reports
from relations.models import Actor, ActorKind, ActorName, Event, NameOrigin, Report
from relations.queries.desk import items
from relations.tagging import run
from tests import making

pytestmark = pytest.mark.django_db
ADD = "/desk/names/add/"
TEXT = "Peru closed its border with Freedonia on Monday."
HTMX = {"hx-request": "true", "hx-target": "add-name"}


@pytest.fixture(autouse=True)
def a_lexicon_of_its_own() -> Iterator[None]:
    run._lexicon = None
    yield
    run._lexicon = None


def actor(key: str = "CHL", kind: str = ActorKind.STATE, name: str = "") -> Actor:
    country = making.country(key[:3])
    defaults = {"country": country, "kind": kind, "name": name or country.name, "sector": "GOV"}
    return Actor.objects.get_or_create(key=key, defaults=defaults)[0]


def form(of: Actor, name: str = "Freedonia", **values: str) -> dict[str, str]:
    return {"actor": str(of.pk), "name": name, "valid_from": "", "valid_until": "", **values}


def test_a_name_added_at_the_desk_is_read_in_the_next_text(signed_in: Any) -> None:
    chile, _ = actor(), actor("PER")
    making.article(TEXT)
    run.tag_new_articles()
    assert not Report.objects.exists()
    said = signed_in("editor").post(f"{ADD}?country=chl", form(chile), follow=True).content.decode()
    added = ActorName.objects.get()
    assert (added.name, added.actor, added.origin, added.language) == ("Freedonia", chile, NameOrigin.ADDED, "en")
    assert "“Freedonia”</strong> stands for Chile" in said
    assert f"{reverse('admin:relations_actorname_read_again')}?names=Freedonia" in said
    making.article(TEXT)
    run.tag_new_articles()
    assert Report.objects.get().target_id == "CHL"


def test_words_and_country_fill_the_form_in(signed_in: Any) -> None:
    actor(), actor("PER", name="Peru")
    actor("CHL:foreign_ministry", ActorKind.INSTITUTION, "Foreign ministry of Chile")
    page = signed_in("editor").get(ADD, {"name": "Free & Donia", "country": "chl"}).content.decode()
    assert 'value="Free &amp; Donia"' in page
    actors = page[page.index('id="add-name-actor"') :].split("</select>")[0]
    assert "Foreign ministry of Chile" in actors and "Institutions" in actors and "Peru" not in actors


def test_without_a_country_it_asks_for_one_and_keeps_the_name(signed_in: Any) -> None:
    actor()
    page = signed_in("editor").get(ADD, {"name": "Freedonia"}).content.decode()
    assert 'value="Freedonia"' in page and "Show its actors" in page and "Add the name" not in page


@pytest.mark.parametrize("country", ["xxx", "a'b", "pakistan" * 40, "x\0x"])
def test_a_country_that_there_is_not_is_told_in_words(signed_in: Any, country: str) -> None:
    answer = signed_in("editor").get(ADD, {"name": "Freedonia", "country": country})
    assert answer.status_code == 200 and "no such country" in answer.content.decode()
    assert signed_in("editor").post(f"{ADD}?country=xxx", {"name": "A"}).status_code == 422


@pytest.mark.parametrize(
    ("name", "values", "words"),
    [
        ("", {}, "Write the name as texts do"),
        ("X", {}, "fewer than two letters"),
        ("the state", {}, "has no capital letter"),
        ("Peru", {}, "“Peru” already stands for Peru, and"),
        ("Free\0donia", {}, "Null characters"),
        ("Freedonia", {"valid_from": "2020-01-02", "valid_until": "2020-01-01"}, "Swap them"),
        ("Freedonia", {"valid_from": "yesterday"}, "write the date as 2017-09-01"),
        ("Freedonia", {"actor": ""}, "Choose whose name it is"),
        ("F" * 121, {}, "at most 120"),
    ],
)
def test_what_the_admin_refuses_is_refused_here_with_what_was_typed_kept(
    signed_in: Any, name: str, values: dict[str, str], words: str
) -> None:
    actor("PER")
    answer = signed_in("editor").post(f"{ADD}?country=chl", form(actor(), name, **values))
    page = answer.content.decode()
    assert answer.status_code == 422 and words in page and not ActorName.objects.exists()
    assert not name.isprintable() or f'value="{name}"' in page or not name


def test_an_actor_of_another_country_and_a_name_that_it_has_are_refused(signed_in: Any) -> None:
    chile, peru = actor(), actor("PER")
    client = signed_in("editor")
    assert "does not act for that country" in client.post(f"{ADD}?country=chl", form(peru)).content.decode()
    ActorName.objects.create(actor=chile, name="Freedonia")
    assert "among the names added" in client.post(f"{ADD}?country=chl", form(chile)).content.decode()
    assert ActorName.objects.count() == 1


@pytest.mark.parametrize("headers", [HTMX, {}])
def test_a_surname_that_others_have_too_is_taken_with_a_doubt(signed_in: Any, headers: dict[str, str]) -> None:
    person = form(actor("CHL:person:ana-sharif", ActorKind.PERSON, "Ana Sharif"), "Sharif")
    answer = signed_in("editor").post(f"{ADD}?country=chl", person, headers=headers, follow=True)
    assert ActorName.objects.get().name == "Sharif" and "“Sharif” also means" in answer.content.decode()


def test_the_days_on_which_it_holds_are_kept(signed_in: Any) -> None:
    sent = form(actor(), valid_from="2020-01-01", valid_until="2021-12-31")
    signed_in("editor").post(f"{ADD}?country=chl", sent)
    added = ActorName.objects.get()
    assert (added.valid_from, added.valid_until) == (dt.date(2020, 1, 1), dt.date(2021, 12, 31))


def test_in_place_the_fragment_alone_is_swapped(signed_in: Any) -> None:
    chile, client = actor(), signed_in("editor")
    for answer in (
        client.get(ADD, {"name": "Freedonia", "country": "chl"}, headers=HTMX),
        client.post(f"{ADD}?country=chl", form(chile, "X"), headers=HTMX),
        client.post(f"{ADD}?country=chl", form(chile), headers=HTMX),
    ):
        page = answer.content.decode().strip()
        assert page.startswith('<div id="add-name"') and "<html" not in page
    assert ActorName.objects.get().name == "Freedonia"


def test_who_corrects_but_may_not_name_is_refused(signed_in: Any, client: Any) -> None:
    person = making.user()
    person.user_permissions.add(Permission.objects.get(codename="correct_events"))
    client.force_login(person)
    assert client.get(ADD).status_code == 403
    assert client.post(f"{ADD}?country=chl", form(actor())).status_code == 403 and not ActorName.objects.exists()


@pytest.mark.parametrize("added", ["0", "x", "9" * 30, "1"])
def test_an_address_that_tells_of_no_added_name_shows_the_form(signed_in: Any, added: str) -> None:
    ActorName.objects.create(actor=actor(), name="Chilean State", origin=NameOrigin.CODEBOOK, pk=1)
    answer = signed_in("editor").get(ADD, {"added": added})
    assert answer.status_code == 200 and "from now on" not in answer.content.decode()


@pytest.mark.parametrize("headers", [HTMX, {}])
@pytest.mark.parametrize("name", ["Officials", "They", "Chilean", "The Ministry"])
def test_a_word_that_stands_for_many_is_saved_by_a_second_press(
    signed_in: Any, headers: dict[str, str], name: str
) -> None:
    ministry, client = (
        actor("CHL:foreign_ministry", ActorKind.INSTITUTION, "Foreign ministry of Chile"),
        signed_in("editor"),
    )
    answer = client.post(f"{ADD}?country=chl", form(ministry, name), headers=headers)
    page = answer.content.decode()
    assert answer.status_code == 422 and not ActorName.objects.exists()
    assert f"“{name}” stands for many: it would be read as Foreign ministry of Chile in every story" in page
    assert f'name="sure" value="{name}"' in page
    # Another name is asked about anew.
    other = client.post(f"{ADD}?country=chl", form(ministry, "Troops", sure=name), headers=headers)
    assert "“Troops” stands for many" in other.content.decode() and not ActorName.objects.exists()
    client.post(f"{ADD}?country=chl", form(ministry, name, sure=name), headers=headers)
    assert ActorName.objects.get().name == name


def focused(page: str) -> list[str]:
    return [tag for tag in re.findall(r"<[^>]+>", page[page.index('id="add-name"') :]) if "autofocus" in tag]


def test_the_focus_goes_to_what_comes_next(signed_in: Any) -> None:
    chile, client = actor(), signed_in("editor")

    def first(answer: Any) -> str:
        return focused(answer.content.decode())[0]

    assert 'name="name"' in first(client.get(ADD))
    assert 'name="country"' in first(client.get(ADD, {"name": "Freedonia"}))
    assert 'name="actor"' in first(client.get(ADD, {"name": "Freedonia", "country": "chl"}))
    assert 'name="name"' in first(client.get(ADD, {"country": "chl"}))
    assert 'name="name"' in first(client.post(f"{ADD}?country=chl", form(chile, "X"), headers=HTMX))
    assert 'name="valid_from"' in first(client.post(f"{ADD}?country=chl", form(chile, valid_from="x"), headers=HTMX))
    added = client.post(f"{ADD}?country=chl", form(chile), headers=HTMX).content.decode()
    assert len(focused(added)) == 1 and 'role="status"' in focused(added)[0]


def test_the_desk_offers_no_words_that_stand_for_many(signed_in: Any) -> None:
    sentence = "They warned Pakistani officials and the Frontier Corps on Monday."
    for type, target in (("clash", [12, 31]), ("apology", [40, 54])):
        making.report(type=type, sentence=sentence, spans={"source": [0, 4], "target": target}, confidence=0.6)
    merge_new_reports()
    offered = [offer.words for item in items(list(Event.objects.values_list("pk", flat=True))) for offer in item.names]
    assert offered == ["Frontier Corps"]
