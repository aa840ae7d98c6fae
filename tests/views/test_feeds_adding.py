"""Feeds added by the address of a site, and by their own."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from relations import pipeline
from relations.errors import RelationsError
from relations.ingest.previews import FeedOffer, OfferedItem, SitePreview
from relations.models import Feed
from tests import making
from tests.views.test_feeds import text, words_of

pytestmark = pytest.mark.django_db
NEW, ADD = "/feeds/new/", "/feeds/add/"
FOUND = {"hx-request": "true", "hx-target": "found"}


@pytest.fixture
def admin(signed_in: Any) -> Client:
    client: Client = signed_in("admin")
    return client


def item(title: str = "A visit is put off", **values: Any) -> OfferedItem:
    defaults = {"published_at": dt.datetime(2026, 3, 4, 5, 6, tzinfo=dt.UTC), "kind": "news", "language": "en"}
    return OfferedItem(**{"title": title, "link": "https://post.example/1", "unread_because": "", **defaults, **values})


def offer(url: str = "https://post.example/rss", **values: Any) -> FeedOffer:
    defaults: dict[str, Any] = {"title": "Morning Post", "site_url": "https://post.example/", "language": "en"}
    return FeedOffer(**{"url": url, "items_a_week": 12.4, "items": (item(),), **defaults, **values})


@pytest.fixture
def site(monkeypatch: pytest.MonkeyPatch) -> Any:
    """site(offer, ...): what every site has from now on; site.asked: the addresses that were looked at."""

    class Site:
        asked: list[str] = []

        def __call__(self, *offers: FeedOffer, words: str = "These feeds were found.") -> None:
            def preview(address: str) -> SitePreview:
                self.asked.append(address)
                return SitePreview(address, offers, words)

            monkeypatch.setattr(pipeline, "preview_site", preview)

        def refuse(self, words: str) -> None:
            def preview(address: str) -> SitePreview:
                raise RelationsError(words)

            monkeypatch.setattr(pipeline, "preview_site", preview)

    found = Site()
    found.asked = []
    return found


# -- by the address of a site ---------------------------------------------------------------------------------------


def test_the_page_offers_three_ways_and_looks_at_nothing_by_itself(admin: Client, site: Any) -> None:
    site(offer())
    page = text(admin, NEW)
    for words in ("Find the feeds of a site", "Add a feed by its own address", "Bring a list of feeds"):
        assert words in page
    assert site.asked == []


@pytest.mark.parametrize("headers", [{}, FOUND], ids=["plain", "htmx"])
def test_what_a_site_offers_is_shown_with_what_the_coder_would_find(
    admin: Client, site: Any, headers: dict[str, str]
) -> None:
    site(
        offer(
            items=(
                item(events=("Pakistan → United States: Visit postponed", "India → China: Talks held")),
                item("An opinion", kind="opinion", unread_because="it is an opinion piece"),
                item("Weather", published_at=None, link=""),
                item("Nouvelles", language="fr", unread_because="the coder does not read its language"),
            )
        ),
        offer("https://post.example/empty", title="", items=(), items_a_week=None),
        words="Two feeds were found.",
    )
    answer = admin.get(NEW, {"address": " post.example "}, headers=headers)
    page = words_of(answer.content.decode())
    assert site.asked == ["post.example"]
    for words in (
        "Two feeds were found.",
        "Morning Post https://post.example/rss About 12 items a week.",
        "A visit is put off 4 March 2026, 05:06 UTC",
        "Pakistan → United States: Visit postponed",
        "India → China: Talks held",
        "opinion Not read: it is an opinion piece.",
        "Weather no date The coder finds no event in it.",
        "fr Not read: the coder does not read its language.",
        "https://post.example/empty How often it brings something can't be told yet.",
        "It has no items at the moment.",
        "Add this feed Morning Post",
    ):
        assert words in page, words
    assert answer.content.decode().strip().startswith('<div id="found">' if headers else "<!doctype html>")


def test_an_offer_that_is_in_the_list_already_leads_there(admin: Client, site: Any) -> None:
    known = making.feed(url="https://post.example/rss")
    site(offer("HTTPS://Post.example/rss#top"), offer("https://post.example/other"))
    page = admin.get(NEW, {"address": "post.example"}).content.decode()
    assert page.count("in the list already") == 1 and f'href="/feeds/{known.pk}/"' in page
    assert page.count("Add this feed") == 1


def test_the_number_of_queries_is_the_same_for_every_number_of_offers(admin: Client, site: Any) -> None:
    def count(number: int) -> int:
        site(*(offer(f"https://post.example/{at}") for at in range(number)))
        with CaptureQueriesContext(connection) as captured:
            assert admin.get(NEW, {"address": "post.example"}).status_code == 200
        return len(captured)

    admin.get(NEW)
    assert count(1) == count(12) == 6


@pytest.mark.parametrize(
    ("items_a_week", "words"),
    [(0.4, "Less than one item a week."), (1.2, "About 1 item a week."), (2000.7, "About 2,001 items a week.")],
)
def test_how_often_a_feed_brings_something(admin: Client, site: Any, items_a_week: float, words: str) -> None:
    site(offer(items_a_week=items_a_week))
    assert words in text(admin, f"{NEW}?address=post.example")


@pytest.mark.parametrize("headers", [{}, FOUND], ids=["plain", "htmx"])
def test_why_nothing_was_found_is_told(admin: Client, site: Any, headers: dict[str, str]) -> None:
    site.refuse("The name post.example could not be found.")
    page = admin.get(NEW, {"address": "post.example"}, headers=headers).content.decode()
    assert "The name post.example could not be found." in page and 'role="alert"' in page
    site(words="The site names no feed.")
    assert "The site names no feed." in admin.get(NEW, {"address": "post.example"}, headers=headers).content.decode()


@pytest.mark.parametrize("address", ["", "   ", "x" * 1001, "a\x00b"])
def test_what_is_no_address_is_not_looked_at(admin: Client, site: Any, address: str) -> None:
    site(offer())
    answer = admin.get(NEW, {"address": address})
    assert answer.status_code == 200 and 'role="alert"' in answer.content.decode() and site.asked == []


def test_what_a_site_says_is_shown_as_text(admin: Client, site: Any) -> None:
    evil = '<script>alert(1)</script>"><img src=x>'
    site(offer(title=evil, language=evil, items=(item(evil, kind=evil, events=(evil,)),)), words=evil)
    page = admin.get(NEW, {"address": "post.example"}).content.decode()
    assert "<script>alert" not in page and "<img src=x" not in page


# -- adding one -----------------------------------------------------------------------------------------------------


def test_a_feed_is_added_due_at_once_and_the_workers_are_told(admin: Client, told: list[tuple[str, ...]]) -> None:
    answer = admin.post(ADD, {"url": "News.example/rss", "title": "", "folder": "Asia/ South"}, follow=True)
    feed = Feed.objects.get()
    assert answer.redirect_chain == [(f"/feeds/{feed.pk}/", 302)]
    assert "is added and will be visited within a minute" in answer.content.decode()
    assert (feed.url, feed.title, feed.folder) == ("https://news.example/rss", "https://news.example/rss", "Asia/South")
    assert feed.next_fetch_at <= timezone.now() and feed.added_by == answer.context["user"]
    assert told == [("refresh_due_feeds",)]


def test_a_password_in_the_address_is_kept_apart(admin: Client, told: list[tuple[str, ...]]) -> None:
    page = admin.post(ADD, {"url": "https://me:hunter2@news.example/rss"}, follow=True).content.decode()
    feed = Feed.objects.get()
    assert feed.url == "https://news.example/rss" and feed.secrets() == {"user": "me", "password": "hunter2"}
    assert "hunter2" not in page


@pytest.mark.parametrize(
    ("url", "why"),
    [
        ("", "Write the address of the feed."),
        ("no address", "is no address"),
        ("ftp://news.example/rss", "Only http and https"),
        ("https://news.example/" + "x" * 1000, "at most 1,000"),
        ("HTTPS://Known.example:443/rss#top", "in the list already"),
    ],
)
def test_an_address_that_cannot_be_added_is_told(
    admin: Client, told: list[tuple[str, ...]], url: str, why: str
) -> None:
    making.feed(url="https://known.example/rss")
    answer = admin.post(ADD, {"url": url})
    page = answer.content.decode()
    assert answer.status_code == 422 and why in words_of(page[page.index('role="alert"') :])
    assert Feed.objects.count() == 1 and told == []


def test_an_offer_is_added_where_it_stands(admin: Client, told: list[tuple[str, ...]]) -> None:
    headers = {"hx-request": "true", "hx-target": "offer-2"}
    data = {"url": "https://post.example/rss", "title": "Morning Post"}
    added = admin.post(ADD, data, headers=headers).content.decode()
    assert added.strip().startswith('<div id="offer-2"') and "Added." in added
    assert f'href="/feeds/{Feed.objects.get().pk}/"' in added and Feed.objects.get().title == "Morning Post"
    again = admin.post(ADD, data, headers=headers)
    assert again.status_code == 422 and "in the list already" in again.content.decode()
    assert again.content.decode().strip().startswith('<div id="offer-2"')
