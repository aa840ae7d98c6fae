"""The search box in a real browser: by keyboard, by mouse, and without script."""

from __future__ import annotations

import re
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from relations.merging.store_texts import write_texts
from relations.scoring.run import score_stale_days
from tests import making

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True), pytest.mark.xdist_group("browser")]


@pytest.fixture
def pairs(transactional_db: None) -> None:
    for other in ("USA", "IND"):
        event = making.event("PAK", other, "clash")
        making.report("PAK", other, "clash", event=event, sentence="The dam was hit.")
        write_texts([event.pk])
    score_stale_days()


def active(page: Page) -> str:
    """What a screen reader is told of: the chosen suggestion's words, empty where none is."""
    chosen = page.locator("#search-box").get_attribute("aria-activedescendant")
    return page.locator(f"#{chosen} .offered").inner_text() if chosen else ""


def test_the_box_is_walked_by_keyboard(open_as: Any, pairs: None) -> None:
    page = open_as()
    page.keyboard.press("/")
    box = page.get_by_role("combobox", name="Search")
    expect(box).to_be_focused()
    expect(box).to_have_attribute("aria-expanded", "false")
    page.keyboard.type("pak", delay=20)
    expect(box).to_have_attribute("aria-expanded", "true")
    options = page.get_by_role("listbox", name="Suggestions").get_by_role("option")
    number = options.count()
    assert 4 <= number <= 8
    expect(page.locator("#suggestions-told")).to_have_text(f"{number} suggestions")
    expect(page.get_by_role("group", name="Pairs").get_by_role("option")).to_have_count(2)
    assert active(page) == ""
    page.keyboard.press("ArrowDown")
    first = active(page)
    assert "Pakistan" in first
    page.keyboard.press("ArrowDown")
    assert active(page) not in ("", first)
    page.keyboard.press("Home")
    assert active(page) == first
    page.keyboard.press("End")
    assert active(page) == "Search for “pak”"
    page.keyboard.press("ArrowDown")  # through the field, where none is chosen
    assert active(page) == ""
    page.keyboard.press("ArrowUp")
    assert active(page) == "Search for “pak”"
    expect(options.last).to_have_attribute("aria-selected", "true")
    page.keyboard.press("Escape")
    expect(page.locator("#suggestions")).to_be_hidden()
    expect(box).to_have_attribute("aria-expanded", "false")
    expect(box).to_have_value("pak")
    page.keyboard.press("ArrowDown")
    expect(box).to_have_attribute("aria-expanded", "true")
    page.keyboard.press("Enter")
    page.wait_for_url(re.compile("/pairs/(pak-usa|ind-pak)/$"))


def test_enter_without_a_choice_asks_for_the_line(open_as: Any, pairs: None) -> None:
    page = open_as()
    page.fill("#search-box", "pak us 2017")
    page.keyboard.press("Enter")
    page.wait_for_url("**/pairs/pak-usa/?since=2017-01-01&until=2017-12-31")
    page.keyboard.press("/")
    page.keyboard.type("dam/pak")  # a stroke that is typed into the box
    expect(page.locator("#search-box")).to_have_value("dam/pak")


def test_a_suggestion_is_taken_by_mouse_and_the_list_leaves_with_the_focus(open_as: Any, pairs: None) -> None:
    page = open_as(width=360)
    page.locator("#search-box").press_sequentially("pak us")
    option = page.get_by_role("option", name="Pakistan – United States")
    expect(option).to_be_visible()
    assert page.evaluate("document.documentElement.scrollWidth") <= 360
    page.get_by_role("heading", level=1).dispatch_event("click")
    page.locator("#search-box").blur()
    expect(page.locator("#suggestions")).to_be_hidden()
    page.locator("#search-box").fill("pakistan us")
    option.click()
    page.wait_for_url("**/pairs/pak-usa/")


@pytest.mark.parametrize("javascript", [True, False], ids=["with script", "without script"])
def test_words_lead_to_events_and_back(open_as: Any, pairs: None, javascript: bool) -> None:
    page = open_as(javascript=javascript)
    page.get_by_label("Search: two countries").fill("dam")
    page.get_by_role("search").get_by_role("button", name="Search").click()
    expect(page.get_by_role("heading", level=1)).to_contain_text("dam")
    expect(page.locator(".found-event mark").first).to_have_text("dam")
    expect(page.get_by_role("search").locator("input")).to_have_value("dam")
    page.get_by_role("link", name="Best first").click()
    assert "order=best" in page.url
    page.get_by_role("link", name="Armed clash").first.click()
    expect(page.get_by_role("heading", level=1)).to_contain_text("Armed clash")
    page.go_back()
    expect(page.locator(".found-event")).to_have_count(2)


def test_without_script_the_box_is_no_combobox(open_as: Any, pairs: None) -> None:
    page = open_as(javascript=False)
    expect(page.get_by_role("combobox", name="Search")).to_have_count(0)
    page.fill("#search-box", "pak us")
    page.keyboard.press("Enter")
    page.wait_for_url("**/pairs/pak-usa/")
