"""Watches in a real browser: a pair is watched, the mail comes, and the watch is paused and deleted."""

from __future__ import annotations

from typing import Any

import pytest
from django.contrib.auth.models import User
from playwright.sync_api import Page, expect

from relations.models import Watch
from relations.scoring.run import score_stale_days
from tests.ingest.mailbox import Mailbox
from tests.watching.happening import happens, look, watch

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True), pytest.mark.xdist_group("browser")]
BOTH = pytest.mark.parametrize("javascript", [True, False], ids=["with script", "without script"])


def give_everyone_an_address() -> None:
    User.objects.update(email="ada@dyad.example")


def fits_the_window(page: Page) -> bool:
    fits: bool = page.evaluate("document.documentElement.scrollWidth <= document.documentElement.clientWidth")
    return fits


@BOTH
def test_a_pair_is_watched_until_the_mail_comes(open_as: Any, mailbox: Mailbox, javascript: bool) -> None:
    happens("statement_criticism", days=3)
    score_stale_days()
    page = open_as(javascript=javascript)
    give_everyone_an_address()
    page.goto("/watches/new/?pair=pak-usa")
    expect(page.get_by_role("heading", level=1)).to_have_text("Watch Pakistan and United States")
    page.get_by_label("The score rises above the line").check()
    page.get_by_label("Line", exact=True).fill("60")
    page.get_by_label("An event is found").check()
    page.get_by_role("button", name="Watch", exact=True).click()
    expect(page.locator(".messages")).to_contain_text("It tells of what happens from now on.")
    expect(page.get_by_text("It has told of nothing yet")).to_be_visible()
    event = happens("clash")
    look()
    [subject] = mailbox.subjects()
    assert subject.strip().startswith("Dyad: Pakistan and United States: Score rose above 60")
    link = next(line.strip() for line in mailbox.texts()[0].splitlines() if "/events/" in line)
    assert link.endswith(event.get_absolute_url())
    page.goto(link)
    expect(page.get_by_role("heading", level=1)).to_contain_text("Armed clash")
    page.get_by_role("navigation", name="Main").get_by_role("link", name="Watches").click()
    expect(page.locator(".watch-list > li")).to_have_count(1)
    page.get_by_role("button", name="Pause Pakistan and United States").click()
    expect(page.locator(".messages")).to_contain_text("is paused")
    happens("strike")
    look()
    assert len(mailbox.mails) == 1
    page.get_by_role("button", name="Resume Pakistan and United States").click()
    expect(page.get_by_role("button", name="Pause Pakistan and United States")).to_be_visible()
    page.get_by_role("link", name="Pakistan and United States").first.click()
    expect(page.locator(".alerts > li")).to_have_count(3)
    page.get_by_text("Delete", exact=False).first.click()
    page.get_by_role("button", name="Delete it with its alerts").click()
    expect(page.get_by_text("You watch nothing yet")).to_be_visible()
    assert not Watch.objects.exists()


@BOTH
def test_what_is_wrong_is_told_and_what_was_written_stays(open_as: Any, javascript: bool) -> None:
    happens()
    score_stale_days()
    page = open_as(javascript=javascript)
    page.goto("/watches/new/?pair=pak-usa&group=force&q=border")
    expect(page.get_by_label("Force", exact=True)).to_be_checked()
    expect(page.get_by_label("Words in its reports")).to_have_value("border")
    page.get_by_label("The score falls below the line").check()
    page.get_by_role("button", name="Watch", exact=True).click()
    expect(page.get_by_role("alert")).to_contain_text("Say which line the score must cross")
    expect(page.get_by_label("The score falls below the line")).to_be_checked()
    expect(page.get_by_label("Words in its reports")).to_have_value("border")


def test_earlier_alerts_come_in_place_and_nothing_scrolls_sideways(open_as: Any) -> None:
    page = open_as(width=360)
    made = watch(User.objects.get())
    for _ in range(23):
        happens("visit_made")
        look()
    for path in ("/watches/", "/watches/new/?pair=pak-usa", made.get_absolute_url()):
        page.goto(path)
        assert fits_the_window(page), path
    expect(page.locator(".alerts > li")).to_have_count(20)
    page.get_by_role("link", name="Earlier alerts").click()
    expect(page.locator(".alerts > li")).to_have_count(23)
    assert fits_the_window(page)


def test_a_watch_is_made_by_keyboard_alone(open_as: Any) -> None:
    happens()
    score_stale_days()
    page = open_as()
    page.goto("/watches/new/?pair=pak-usa")
    page.get_by_label("The score jumps out of its band").focus()
    page.keyboard.press("Tab")
    page.keyboard.press("Space")
    expect(page.get_by_label("The score rises above the line")).to_be_checked()
    page.get_by_label("Line", exact=True).focus()
    page.keyboard.type("65")
    page.keyboard.press("Enter")
    expect(page.get_by_text("the score rises above 65")).to_be_visible()
