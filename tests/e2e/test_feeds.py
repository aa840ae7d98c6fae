"""Feeds in a real browser: an admin finds those in trouble, changes many at once, edits one, brings and takes lists."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Locator, Page, expect

from relations.ingest.opml import read_opml
from relations.models import Feed
from tests import making
from tests.ingest.servers import Answer, FeedServer
from tests.ingest.test_opml import opml, row
from tests.ingest.texts import item, rss

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True), pytest.mark.xdist_group("browser")]
BOTH = pytest.mark.parametrize("javascript", [True, False], ids=["with script", "without script"])


def rows(page: Page) -> Locator:
    return page.locator(".feeds > li")


@BOTH
def test_an_admin_filters_and_pauses_those_that_fail(open_as: Any, javascript: bool) -> None:
    for number in range(3):
        making.feed(title=f"Failing {number}", state="failing", folder="Asia")
        making.feed(title=f"Well {number}", state="ok", folder="Asia")
    page = open_as("admin", javascript=javascript)
    page.get_by_role("link", name="Feeds").click()
    expect(rows(page)).to_have_count(6)
    expect(rows(page).first).to_contain_text("Failing 0")
    page.get_by_role("navigation", name="State").get_by_role("link", name="failing 3").click()
    expect(rows(page)).to_have_count(3)
    assert "state=failing" in page.url
    page.get_by_label("Choose Failing 1").check()
    page.get_by_label("With the chosen").select_option("pause")
    page.get_by_role("button", name="Do it").click()
    expect(page.get_by_role("status")).to_contain_text("1 feed is paused.")
    expect(rows(page)).to_have_count(2)
    assert "state=failing" in page.url, "the list is the one that was chosen from"
    page.get_by_label("All 2 on this page").check()
    page.get_by_label("With the chosen").select_option("pause")
    page.get_by_role("button", name="Do it").click()
    expect(page.get_by_role("status")).to_contain_text("2 feeds are paused.")
    expect(page.get_by_text("No feed fits these filters")).to_be_visible()
    page.get_by_role("link", name="All feeds").click()
    expect(page.locator(".state-mark.paused")).to_have_count(3)
    assert Feed.objects.filter(paused=True, title__startswith="Failing").count() == 3


def test_one_box_chooses_all_and_shows_when_not_all_are_chosen(open_as: Any) -> None:
    for number in range(3):
        making.feed(title=f"Feed {number}")
    page = open_as("admin")
    page.goto("/feeds/")
    every, first = page.get_by_label("All 3 on this page"), page.get_by_label("Choose Feed 0")
    every.check()
    expect(first).to_be_checked()
    first.uncheck()
    expect(every).not_to_be_checked()
    page.get_by_label("With the chosen").select_option("move")
    page.get_by_label("Folder", exact=True).last.fill("Asia/South")
    page.get_by_role("button", name="Do it").click()
    expect(page.get_by_role("status")).to_contain_text("2 feeds are in the folder Asia/South now.")
    expect(page.locator("select[name=folder]")).to_contain_text("Asia/South")


@BOTH
def test_an_admin_enters_a_password_that_is_never_shown_again(open_as: Any, javascript: bool) -> None:
    feed = making.feed(title="Post", url="https://post.example/rss")
    page = open_as("admin", javascript=javascript)
    page.goto("/feeds/")
    page.get_by_role("link", name="Post", exact=True).click()
    page.get_by_role("link", name="Edit").click()
    page.get_by_label("Name", exact=True).fill("Morning Post")
    page.get_by_label("Request headers").fill("X-Key: abc123")
    page.get_by_label("User name", exact=True).fill("reader")
    page.get_by_label("Password", exact=True).fill("hunter2")
    page.get_by_role("button", name="Save").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Morning Post")
    expect(page.get_by_role("status")).to_contain_text("Saved.")
    feed.refresh_from_db()
    assert feed.secrets() == {"headers": {"X-Key": "abc123"}, "user": "reader", "password": "hunter2"}
    for url in (f"/feeds/{feed.pk}/", f"/feeds/{feed.pk}/edit/", "/feeds/"):
        page.goto(url)
        assert not any(secret in page.content() for secret in ("abc123", "reader", "hunter2"))
    page.goto(f"/feeds/{feed.pk}/edit/")
    expect(page.get_by_text("Headers that are set: X-Key")).to_be_visible()
    expect(page.get_by_label("Password", exact=True)).to_have_value("")
    page.get_by_label("Remove the user name and the password that are kept").check()
    page.get_by_role("button", name="Save").click()
    feed.refresh_from_db()
    assert feed.secrets() == {"headers": {"X-Key": "abc123"}}


@BOTH
def test_an_admin_brings_a_list_and_takes_one(open_as: Any, javascript: bool) -> None:
    page = open_as("admin", javascript=javascript)
    page.goto("/feeds/new/")
    body = opml('<outline text="Asia">', row("https://one.example/rss", "One"), row("nonsense", "Bad"), "</outline>")
    page.get_by_label("OPML file").set_input_files({"name": "list.opml", "mimeType": "text/x-opml", "buffer": body})
    page.get_by_role("button", name="Add the list").click()
    expect(page.get_by_text("Of 2 rows: 1 added, 0 known already, 1 refused.")).to_be_visible()
    expect(page.get_by_text("Row 2: Bad nonsense")).to_be_visible()
    page.get_by_role("link", name="To all feeds").click()
    expect(rows(page)).to_have_count(1)
    with page.expect_download() as download:
        page.get_by_role("link", name="Download as OPML").click()
    assert download.value.suggested_filename == "dyad-feeds.opml"
    (taken,) = read_opml(Path(download.value.path()).read_bytes())
    assert (taken.title, taken.url, taken.folder) == ("One", "https://one.example/rss", "Asia")


@BOTH
def test_an_admin_finds_the_feeds_of_a_site_and_adds_one(
    open_as: Any, javascript: bool, site: FeedServer, settings: Any
) -> None:
    settings.FETCH_ALLOWED_HOSTS = ["127.0.0.1"]
    page = open_as("admin", javascript=javascript)
    page.goto("/feeds/new/")
    page.get_by_label("Address of a site or a feed").fill(site.url("/"))
    page.get_by_role("button", name="Find feeds").click()
    found = page.get_by_text("Bolivia → Chile: Diplomat expelled")
    expect(found).to_be_visible(timeout=30_000)
    expect(page.get_by_text("The page names one feed.")).to_be_visible()
    assert "address=" in page.url
    page.get_by_role("button", name="Add this feed The Courier").click()
    expect(page.get_by_text("visited within a minute")).to_be_visible()
    assert Feed.objects.get().url == site.url("/world.xml")


@pytest.fixture
def site() -> Iterator[FeedServer]:
    """A site whose page names one feed that can be read and one that can't."""
    server = FeedServer()
    server.serve(
        rss(item("a", "Envoys expelled", "Bolivia's government expelled two Chilean diplomats.")), "/world.xml"
    )
    link = '<link rel="alternate" type="application/rss+xml" href="/{}">'
    server.routes["/"] = Answer(
        f"<html><head>{link.format('gone.xml')}{link.format('world.xml')}</head></html>".encode()
    )
    yield server
    server.close()


def test_while_a_site_is_looked_at_the_page_says_so(open_as: Any) -> None:
    page = open_as("admin")
    page.goto("/feeds/new/")
    waiting: list[Any] = []
    page.route("**/feeds/new/?address=*", lambda route: waiting.append(route))
    page.get_by_label("Address of a site or a feed").fill("post.example")
    page.get_by_role("button", name="Find feeds").click()
    expect(page.get_by_text("this can take up to 25 seconds")).to_be_visible()
    expect(page.locator("#found")).to_have_attribute("aria-busy", "true")
    expect(page.get_by_role("button", name="Find feeds")).to_be_disabled()
    waiting[0].fulfill(body='<div id="found"><p>Nothing there.</p></div>')
    expect(page.get_by_text("Nothing there.")).to_be_visible()
    expect(page.get_by_text("this can take up to 25 seconds")).to_be_hidden()
    expect(page.get_by_role("button", name="Find feeds")).to_be_enabled()


def test_controls_are_large_enough_and_have_names(open_as: Any) -> None:
    feed = making.feed(folder="Asia", state="failing")
    page = open_as("admin", width=360)
    for url in ("/feeds/", f"/feeds/{feed.pk}/", f"/feeds/{feed.pk}/edit/", "/feeds/new/"):
        page.goto(url)
        for control in page.locator("main :is(button, a.button, nav a, input, select, textarea):visible").all():
            box = control.bounding_box()
            assert box
            label = control.locator("xpath=ancestor::label")
            if label.count():
                box = label.bounding_box()
            assert box and box["height"] >= 24 and box["width"] >= 24, (url, control.evaluate("it => it.outerHTML"))
            name = control.evaluate("it => it.labels?.[0]?.textContent ?? it.textContent")
            assert name.strip(), (url, control.evaluate("it => it.outerHTML"))


def test_feeds_are_chosen_and_paused_by_keyboard_alone(open_as: Any) -> None:
    making.feed(title="Post")
    page = open_as("admin")
    page.goto("/feeds/")
    page.get_by_label("All 1 on this page").focus()
    page.keyboard.press("Space")
    page.keyboard.press("Tab")
    page.keyboard.type("pause")
    page.keyboard.press("Tab")
    expect(page.get_by_role("button", name="Do it")).to_be_focused()
    page.keyboard.press("Enter")
    expect(page.get_by_role("status")).to_contain_text("1 feed is paused.")
    expect(page.get_by_role("status")).to_be_focused()
