"""The addresses that calendar programs subscribe to, and the private keys in them."""

from __future__ import annotations

import datetime as dt
import html
import re
from typing import Any

import icalendar
import pytest
from django.contrib.auth.models import User
from django.test import Client

from relations.models import Engagement
from relations.views.calendar_keys import key_of, owner_of
from tests import making
from tests.views.plans import BOARD, CALENDAR, of_each_state, text

pytestmark = pytest.mark.django_db
FILES = ["/engagements.ics", "/pairs/pak-usa/engagements.ics", "/countries/pak/engagements.ics"]


def entries(client: Client, url: str) -> set[str]:
    """Pairs in the file, by the first countries of their titles."""
    response = client.get(url)
    assert response.status_code == 200 and response["Content-Type"] == "text/calendar; charset=utf-8"
    calendar = icalendar.Calendar.from_ical(response.content)
    return {str(event["SUMMARY"]).split("isit of ")[1].split(" to ")[0] for event in calendar.walk("VEVENT")}


def subscribe_address(page: str) -> str:
    found = re.search(r'id="subscribe" readonly value="([^"]+)"', page)
    assert found
    return html.unescape(found[1]).removeprefix("http://testserver")


@pytest.mark.parametrize(
    ("url", "visitors"),
    [
        ("/engagements.ics", {"Pakistan", "India", "Greece", "Japan", "Iran"}),
        ("/engagements.ics?country=ind", {"India"}),
        ("/engagements.ics?kind=talks", set()),
        ("/pairs/pak-usa/engagements.ics", {"Pakistan"}),
        ("/pairs/pak-usa/engagements.ics?kind=talks", set()),
        ("/pairs/fji-isl/engagements.ics", set()),
        ("/countries/chn/engagements.ics", {"India"}),
        ("/countries/fji/engagements.ics", set()),
    ],
)
def test_each_address_has_its_own_engagements(signed_in: Any, url: str, visitors: set[str]) -> None:
    of_each_state()
    assert entries(signed_in(), url) == visitors


@pytest.mark.parametrize(
    ("url", "words"),
    [
        ("/pairs/qqq-usa/engagements.ics", "There is no country with the code qqq."),
        ("/pairs/usa-usa/engagements.ics", "A pair needs two countries."),
        ("/countries/qqq/engagements.ics", "There is no country with the code qqq."),
        ("/countries/PAK/engagements.ics", "There is no country with the code PAK."),
        ("/countries/pak/engagements.ics?kind=duel", "There is no kind “duel”"),
        ("/engagements.ics?country=qqq", "There is no country with the code “qqq”."),
    ],
)
def test_an_address_of_nothing_is_not_found_in_words(signed_in: Any, url: str, words: str) -> None:
    response = signed_in().get(url)
    assert response.status_code == 404 and words in response.content.decode()


def test_a_pair_in_the_wrong_order_leads_to_the_right_one_with_its_key(client: Client) -> None:
    key = key_of(making.user())
    response = client.get(f"/pairs/usa-pak/engagements.ics?key={key}")
    assert response.status_code == 301 and response["Location"] == f"/pairs/pak-usa/engagements.ics?key={key}"


@pytest.mark.parametrize("url", FILES)
def test_without_a_key_a_file_asks_to_sign_in(client: Client, settings: Any, url: str) -> None:
    of_each_state()
    asked = client.get(url)
    assert asked.status_code == 302 and asked["Location"].startswith("/sign-in/")
    assert client.post(url).status_code in (302, 405)
    settings.PUBLIC_READ = True
    assert entries(client, url)


@pytest.mark.parametrize("url", FILES)
def test_a_key_reads_without_signing_in(client: Client, url: str) -> None:
    of_each_state()
    assert entries(client, f"{url}?key={key_of(making.user())}")


def wrong_keys(user: User) -> list[str]:
    key, other = key_of(user), key_of(making.user())
    number, _, signature = key.partition(".")
    mixed = f"{other.partition('.')[0]}.{signature}"
    return [
        "",
        ".",
        number,
        f"{number}.",
        key[:-1],
        f"{key}x",
        mixed,
        f"{number}.{signature}.{signature}",
        f"0{key}",
        "9" * 40,
    ]


def test_a_wrong_key_is_refused_in_words_even_to_who_is_signed_in(client: Client, signed_in: Any) -> None:
    of_each_state()
    for who in (client, signed_in()):
        for key in [*wrong_keys(making.user()), "9999999.abc", "٣.abc", "1\x00.abc"]:
            response = who.get("/engagements.ics", {"key": key})
            assert response.status_code == 403, key
            assert "This address no longer holds" in response.content.decode()


def test_a_key_is_the_same_every_time_and_ends_with_the_password_or_the_account(client: Client) -> None:
    user = making.user()
    key = key_of(user)
    assert key == key_of(User.objects.get(pk=user.pk)) and owner_of(key) == user
    user.set_password("another-password")
    user.save()
    assert client.get("/engagements.ics", {"key": key}).status_code == 403
    new = key_of(user)
    assert new != key and client.get("/engagements.ics", {"key": new}).status_code == 200
    User.objects.filter(pk=user.pk).update(is_active=False)
    assert client.get("/engagements.ics", {"key": new}).status_code == 403


def test_a_key_opens_nothing_but_calendar_files(client: Client) -> None:
    key = key_of(making.user())
    for url in (BOARD, CALENDAR, "/"):
        assert client.get(url, {"key": key}).status_code == 302
    assert "sessionid" not in client.cookies


@pytest.mark.parametrize(
    ("page", "path"),
    [
        (BOARD, "/engagements.ics?key="),
        (f"{BOARD}?country=pak", "/countries/pak/engagements.ics?key="),
        (f"{BOARD}?pair=pak-usa&kind=visit", "/pairs/pak-usa/engagements.ics?kind=visit&key="),
        (f"{BOARD}?pair=pak-usa&country=pak", "/engagements.ics?pair=pak-usa&country=pak&key="),
        (f"{CALENDAR}?country=pak", "/countries/pak/engagements.ics?key="),
        ("/pairs/pak-usa/engagements/", "/pairs/pak-usa/engagements.ics?key="),
    ],
)
def test_pages_give_the_address_of_what_they_show_with_a_key_that_works(signed_in: Any, page: str, path: str) -> None:
    of_each_state()
    address = subscribe_address(text(signed_in(), page))
    assert address.startswith(path) and entries(Client(), address)


def test_the_address_of_a_page_that_is_open_to_all_has_no_key(client: Client, settings: Any) -> None:
    settings.PUBLIC_READ = True
    assert subscribe_address(text(client, BOARD)) == "/engagements.ics"
    assert client.get("/engagements.ics", {"key": "old"}).status_code == 200, "nobody needs one"


def test_a_program_that_has_the_file_already_is_told_so(signed_in: Any) -> None:
    of_each_state()
    client = signed_in()
    first = client.get("/engagements.ics")
    assert (
        "private" in first["Cache-Control"]
        and first["Content-Disposition"] == 'inline; filename="dyad-engagements.ics"'
    )
    assert client.get("/engagements.ics", headers={"if-none-match": first["ETag"]}).status_code == 304
    Engagement.objects.filter(state="announced").update(sequence=9)
    assert client.get("/engagements.ics", headers={"if-none-match": first["ETag"]}).status_code == 200
    assert client.head("/engagements.ics").status_code == 200


def test_entries_lead_to_whole_addresses(signed_in: Any) -> None:
    of_each_state()
    calendar: Any = icalendar.Calendar.from_ical(signed_in().get("/pairs/pak-usa/engagements.ics").content)
    (event,) = calendar.walk("VEVENT")
    assert event["URL"] == f"http://testserver{Engagement.objects.get(pair__slug='pak-usa').get_absolute_url()}"
    assert calendar["X-WR-CALNAME"] == "Dyad: engagements of Pakistan and the United States"
    assert event["DTSTART"].dt == making.today() + dt.timedelta(days=8)
