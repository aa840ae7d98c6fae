"""Names of actors in the admin: who may, what is refused, and what stored articles come to know."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from importlib import import_module
from typing import Any
from urllib.parse import urlencode

import pytest
from django.apps import apps
from django.contrib.auth.models import Group, Permission
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from django.utils.html import escape

from relations.admin import names as names_page
from relations.models import Actor, ActorKind, ActorName, Article, ArticleVersion, NameOrigin
from relations.models.loading import load_codebook
from relations.tagging import run
from relations.tagging.lexicon import name_lists
from tests import making

pytestmark = pytest.mark.django_db
NAMES = "/admin/relations/actorname/"
ADD = f"{NAMES}add/"
READ_AGAIN = f"{NAMES}read-again/"
PAGES = ["", "relations/actor/", "relations/actorname/", "relations/actorname/read-again/", "relations/article/"]


@pytest.fixture(autouse=True)
def a_lexicon_of_its_own() -> Iterator[None]:
    run._lexicon = None
    yield
    run._lexicon = None


def actor(key: str = "CHL", kind: str = ActorKind.STATE, name: str = "") -> Actor:
    country = making.country(key[:3])
    defaults = {"country": country, "kind": kind, "name": name or country.name, "sector": "GOV"}
    return Actor.objects.get_or_create(key=key, defaults=defaults)[0]


def form(of: Actor, name: str, **values: str) -> dict[str, str]:
    return {"actor": str(of.pk), "name": name, "language": "en", "valid_from": "", "valid_until": "", **values}


def inline(of: Actor, *rows: dict[str, Any]) -> dict[str, Any]:
    """The form of an actor's page with these rows of names."""
    values = {"names-TOTAL_FORMS": len(rows), "names-INITIAL_FORMS": sum("id" in row for row in rows)}
    for number, row in enumerate(rows):
        for field, value in {"language": "en", "actor": of.pk, **row}.items():
            values[f"names-{number}-{field}"] = value
    return values


def read_article(text: str, **values: Any) -> Article:
    return making.article(text, tagged_at=timezone.now(), coder="test/1", **values)


def waiting() -> set[int]:
    return set(Article.objects.filter(tagged_at=None).values_list("pk", flat=True))


def page(client: Client, url: str) -> str:
    answer = client.get(url, follow=True)
    assert answer.status_code == 200
    return answer.content.decode()


@pytest.mark.parametrize(("role", "status"), [("admin", 200), ("editor", 200), ("analyst", 302)])
@pytest.mark.parametrize("address", PAGES)
def test_editors_and_admins_manage_names_in_the_admin(signed_in: Any, address: str, role: str, status: int) -> None:
    assert signed_in(role).get(f"/admin/{address}").status_code == status


@pytest.mark.parametrize(("role", "link"), [("editor", NAMES), ("admin", "/admin/"), ("analyst", None)])
def test_the_way_to_the_names_is_on_every_page(signed_in: Any, role: str, link: str | None) -> None:
    home = page(signed_in(role), "/")
    assert (f'href="{link}"' in home) if link else ("/admin/" not in home)


def test_editors_of_before_get_the_right_with_the_migration() -> None:
    editors = Group.objects.get(name="editors")
    editors.permissions.remove(*Permission.objects.filter(content_type__model="actorname"))
    operation = import_module("relations.migrations.0003_names").Migration.operations[-1]
    operation.code(apps, None)
    names = editors.permissions.filter(content_type__model="actorname").values_list("codename", flat=True)
    assert {name.split("_")[0] for name in names} == {"view", "add", "change", "delete"}


@pytest.mark.parametrize("role", ["editor", "admin"])
def test_a_name_is_added_changed_and_removed_on_its_own_page(signed_in: Any, role: str) -> None:
    chile, client = actor(), signed_in(role)
    answer = client.post(ADD, form(chile, "  Freedonia  Isles "), follow=True)
    name = ActorName.objects.get()
    assert (name.name, name.actor, name.origin) == ("Freedonia Isles", chile, NameOrigin.ADDED)
    assert "read-again/?names=Freedonia+Isles" in answer.content.decode()
    assert [meaning.actor for meaning in run.meanings_of("Freedonia Isles")] == ["CHL"]
    answer = client.post(f"{NAMES}{name.pk}/change/", form(actor("PER"), "Sylvania"), follow=True)
    name.refresh_from_db()
    assert (name.name, name.actor) == ("Sylvania", chile), "a name stays with its actor"
    # Both what was and what is stand in stored articles.
    assert "read-again/?names=Freedonia+Isles%0ASylvania" in answer.content.decode()
    assert run.meanings_of("Freedonia Isles") == () != run.meanings_of("Sylvania")
    answer = client.post(f"{NAMES}{name.pk}/delete/", {"post": "yes"}, follow=True)
    assert not ActorName.objects.exists() and run.meanings_of("Sylvania") == ()
    assert "read-again/?names=Sylvania" in answer.content.decode()


@pytest.mark.parametrize("role", ["editor", "admin"])
def test_names_are_added_changed_and_removed_on_the_actors_page(signed_in: Any, role: str) -> None:
    chile, client = actor(), signed_in(role)
    url = f"/admin/relations/actor/{chile.pk}/change/"
    answer = client.post(url, inline(chile, {"name": "Freedonia"}, {"name": ""}), follow=True)
    name = ActorName.objects.get()
    assert name.name == "Freedonia" and "read-again/?names=Freedonia" in answer.content.decode()
    other = {"name": "Osterlich"}
    answer = client.post(url, inline(chile, {"id": name.pk, "name": "Sylvania"}, other), follow=True)
    assert set(ActorName.objects.values_list("name", flat=True)) == {"Sylvania", "Osterlich"}
    assert "read-again/?names=Freedonia%0ASylvania%0AOsterlich" in answer.content.decode()
    gone = {"id": name.pk, "name": "Sylvania", "DELETE": "on"}
    kept = {"id": ActorName.objects.get(name="Osterlich").pk, **other}
    answer = client.post(url, inline(chile, gone, kept), follow=True)
    assert ActorName.objects.get().name == "Osterlich"
    assert 'read-again/?names=Sylvania"' in answer.content.decode()


REFUSED = [
    ("", {}, "Write the name as texts do"),
    ("   ", {}, "Write the name as texts do"),
    ("X", {}, "fewer than two letters"),
    ("X.1", {}, "fewer than two letters"),
    ("the state", {}, "has no capital letter"),
    (name_lists()["not_countries"][0], {}, "a name of no country"),
    ("Peru", {}, "“Peru” already stands for Peru, and"),
    ("Freedonia", {"valid_from": "2020-01-02", "valid_until": "2020-01-01"}, "Swap them"),
    ("Freedonia", {"valid_from": "yesterday"}, "Enter a valid date"),
    ("Free\0donia", {}, "Null characters"),
]


@pytest.mark.parametrize(("name", "values", "words"), REFUSED)
def test_a_name_that_would_do_harm_is_refused_with_words(
    signed_in: Any, name: str, values: dict[str, str], words: str
) -> None:
    actor("PER")
    answer = signed_in("editor").post(ADD, form(actor(), name, **values))
    assert answer.status_code == 200 and words in answer.content.decode()
    assert not ActorName.objects.exists()


def test_the_actors_page_refuses_the_same(signed_in: Any) -> None:
    chile = actor()
    url = f"/admin/relations/actor/{chile.pk}/change/"
    answer = signed_in("editor").post(url, inline(chile, {"name": "Peru"}))
    assert answer.status_code == 200 and "already stands for" in answer.content.decode()
    assert not ActorName.objects.exists()


def test_two_countries_may_have_a_name_one_after_the_other(signed_in: Any) -> None:
    client = signed_in("editor")
    actor("PER")
    client.post(ADD, form(actor("PER"), "Freedonia", valid_until="1999-12-31"))
    refused = client.post(ADD, form(actor(), "Freedonia", valid_from="1999-12-31")).content.decode()
    assert "already stands for Peru until 1999-12-31," in refused and "Set “valid from”" in refused
    assert client.post(ADD, form(actor(), "Freedonia", valid_from="2000-01-01")).status_code == 302
    assert ActorName.objects.count() == 2
    # And neither may then grow into the other's days.
    chiles = ActorName.objects.get(actor__key="CHL")
    client.post(f"{NAMES}{chiles.pk}/change/", form(actor(), "Freedonia"))
    chiles.refresh_from_db()
    assert chiles.valid_from == dt.date(2000, 1, 1)


def test_a_name_of_the_same_country_may_be_given_to_another_of_its_actors(signed_in: Any) -> None:
    ministry = actor("PER:foreign_ministry", ActorKind.INSTITUTION, "Foreign ministry of Peru")
    assert signed_in("editor").post(ADD, form(ministry, "Peru")).status_code == 302


def test_a_surname_that_others_have_too_is_taken_with_a_warning(signed_in: Any) -> None:
    chile = actor("CHL:person:ana-sharif", ActorKind.PERSON, "Ana Sharif")
    said = signed_in("editor").post(ADD, form(chile, "Sharif"), follow=True).content.decode()
    assert "“Sharif” also means" in said and ActorName.objects.get().name == "Sharif"


@pytest.mark.parametrize(("origin", "where"), [("codebook", "in the codebook"), ("added", "among the names added")])
def test_a_name_that_the_actor_has_is_refused_with_where_it_stands(signed_in: Any, origin: str, where: str) -> None:
    chile = actor()
    ActorName.objects.create(actor=chile, name="Freedonia", origin=origin)
    mine = ActorName.objects.create(actor=chile, name="Sylvania")
    client = signed_in("editor")
    for url in (ADD, f"{NAMES}{mine.pk}/change/"):
        assert where in client.post(url, form(chile, "Freedonia")).content.decode()
    assert ActorName.objects.count() == 2


def test_saving_without_a_change_says_nothing_of_articles(signed_in: Any) -> None:
    name = ActorName.objects.create(actor=actor(), name="Freedonia")
    answer = signed_in("editor").post(f"{NAMES}{name.pk}/change/", form(actor(), "Freedonia"), follow=True)
    assert "read again that hold it" not in answer.content.decode()


def test_the_list_shows_added_names_only_and_finds_them(signed_in: Any) -> None:
    ActorName.objects.create(actor=actor(), name="Freedonia", valid_from=dt.date(2001, 2, 3))
    ActorName.objects.create(actor=actor("PER"), name="Sylvania")
    ActorName.objects.create(actor=actor("PER"), name="Peruvian State", origin=NameOrigin.CODEBOOK)
    client = signed_in("editor")
    listed = page(client, NAMES)
    assert "Freedonia" in listed and "3 Feb 2001" in listed and "Peruvian State" not in listed
    assert listed.index("Sylvania") < listed.index("Freedonia"), "the newest first"
    for query in ("freedonia", "chile", "CHL"):
        found = page(client, f"{NAMES}?q={query}")
        assert "Freedonia" in found and "Sylvania" not in found
    codebook = ActorName.objects.get(name="Peruvian State")
    assert client.get(f"{NAMES}{codebook.pk}/change/").status_code == 302, "the codebook's names are not changed here"


def test_the_list_asks_as_many_queries_for_many_names(signed_in: Any, django_assert_max_num_queries: Any) -> None:
    ActorName.objects.bulk_create(ActorName(actor=actor(), name=f"Freedonia {n}") for n in range(30))
    client = signed_in("editor")
    with django_assert_max_num_queries(12):
        page(client, NAMES)


def test_loading_the_codebook_keeps_added_names(signed_in: Any) -> None:
    load_codebook()
    signed_in("editor").post(ADD, form(Actor.objects.get(key="CHL"), "Freedonia"))
    load_codebook()
    assert ActorName.objects.added().get().name == "Freedonia"


def test_the_page_shows_how_many_articles_hold_a_name_and_has_them_read_again(signed_in: Any) -> None:
    inside, heading = read_article("Peru met Freedonia."), read_article("A story.", title="Freedonia votes")
    ArticleVersion.objects.filter(article=heading).update(title="Freedonia votes")
    read_article("freedonia in small letters")
    once = read_article("Freedonia, in the text of before.")
    once.version = 2
    once.save()
    ArticleVersion.objects.create(article=once, number=2, title="Other", text="Corrected.", seen_at=timezone.now())
    client = signed_in("editor")
    shown = page(client, f"{READ_AGAIN}?names=Freedonia")
    assert "2 stored articles hold “Freedonia”" in shown and heading.title in shown
    assert waiting() == set(), "looking changes nothing"
    said = client.post(READ_AGAIN, {"names": "Freedonia"}, follow=True).content.decode()
    assert "2 articles are read again" in said and waiting() == {inside.pk, heading.pk}
    said = client.post(READ_AGAIN, {"names": "Freedonia"}, follow=True).content.decode()
    assert "wait to be read already" in said and waiting() == {inside.pk, heading.pk}


def test_several_names_are_looked_for_at_once(signed_in: Any) -> None:
    both, one = read_article("Freedonia and Sylvania."), read_article("Sylvania.")
    read_article("Peru.")
    client, names = signed_in("editor"), "Freedonia\r\nSylvania"
    assert "2 stored articles hold one of these names" in page(client, f"{READ_AGAIN}?{urlencode({'names': names})}")
    client.post(READ_AGAIN, {"names": names})
    assert waiting() == {both.pk, one.pk}


@pytest.mark.parametrize("names", ["Nowhere", "Fr%donia", "Free_onia", "FREEDONIA"])
def test_a_name_that_no_article_holds_letter_by_letter_finds_none(signed_in: Any, names: str) -> None:
    read_article("Freedonia grew.")
    client = signed_in("editor")
    assert f"No stored article holds “{names}”" in page(client, f"{READ_AGAIN}?{urlencode({'names': names})}")
    client.post(READ_AGAIN, {"names": names})
    assert waiting() == set()


@pytest.mark.parametrize("names", ["a", ".", "Freedonia%0Aa", "%00%00ab"])
def test_what_nearly_every_article_holds_is_not_looked_for(signed_in: Any, names: str) -> None:
    read_article("Freedonia met a neighbour.")
    client = signed_in("editor")
    answer = client.get(f"{READ_AGAIN}?names={names}")
    assert answer.status_code == 422 and "too short to look for" in answer.content.decode()
    assert client.post(READ_AGAIN, {"names": "a"}).status_code == 422 and waiting() == set()


def test_a_search_that_takes_too_long_points_to_the_command(signed_in: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    read_article("Sylvania " * 1_000_000 + "Freedonia.")  # looking through it alone takes longer
    monkeypatch.setattr(names_page, "SEARCH_WITHIN", 0.001)
    answer = signed_in("editor").get(f"{READ_AGAIN}?names=Freedonia")
    assert answer.status_code == 422 and escape('tag_again --name "Freedonia"') in answer.content.decode()


def test_an_analyst_cannot_have_articles_read_again(signed_in: Any) -> None:
    made = read_article("Freedonia.")
    signed_in().post(READ_AGAIN, {"names": "Freedonia"})
    articles = {"action": "read_again_selected", "_selected_action": made.pk}
    signed_in().post(reverse("admin:relations_article_changelist"), articles)
    assert waiting() == set()


def test_who_may_only_look_at_articles_cannot_have_them_read_again(signed_in: Any) -> None:
    made, client = read_article("One."), signed_in()
    looking = Permission.objects.filter(codename__in=["view_article", "change_feed"])
    making.User.objects.get().user_permissions.add(*looking)
    articles = {"action": "read_again_selected", "_selected_action": made.pk}
    client.post(reverse("admin:relations_article_changelist"), articles)
    assert waiting() == set() and client.get(READ_AGAIN).status_code == 403


def test_selected_articles_are_read_again(signed_in: Any) -> None:
    chosen, other = read_article("One."), read_article("Two.")
    url = reverse("admin:relations_article_changelist")
    client = signed_in("editor")
    form = {"action": "read_again_selected", "_selected_action": chosen.pk}
    assert "1 article is read again" in client.post(url, form, follow=True).content.decode()
    assert waiting() == {chosen.pk}
    everything = {**form, "select_across": "1"}
    assert "1 article is read again" in client.post(url, everything, follow=True).content.decode()
    assert waiting() == {chosen.pk, other.pk}


def test_selected_names_lead_to_the_page_with_all_of_them(signed_in: Any) -> None:
    chosen = [ActorName.objects.create(actor=actor(), name=name).pk for name in ("Freedonia", "Sylvania")]
    form = {"action": "read_again_selected", "_selected_action": chosen}
    answer = signed_in("editor").post(NAMES, form)
    assert answer.status_code == 302 and answer["Location"] == f"{READ_AGAIN}?names=Sylvania%0AFreedonia"


def test_selected_names_are_removed_with_a_word_on_stored_articles(signed_in: Any) -> None:
    chosen = [ActorName.objects.create(actor=actor(), name=name).pk for name in ("Freedonia", "Sylvania")]
    form = {"action": "delete_selected", "_selected_action": chosen, "post": "yes"}
    said = signed_in("editor").post(NAMES, form, follow=True).content.decode()
    assert not ActorName.objects.exists() and "read-again/?names=" in said


def test_without_redis_the_articles_wait_all_the_same(signed_in: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    from celery import current_app
    from kombu.exceptions import OperationalError

    def away(*args: Any, **options: Any) -> None:
        raise OperationalError("Redis is away")

    monkeypatch.setattr(current_app, "send_task", away)
    made = read_article("Freedonia.")
    said = signed_in("editor").post(READ_AGAIN, {"names": "Freedonia"}, follow=True).content.decode()
    assert "as soon as the workers can be told" in said and waiting() == {made.pk}
