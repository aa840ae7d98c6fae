"""Country, comparison, brief and tabs in a real browser and on paper."""

from __future__ import annotations

import datetime as dt
import re
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from relations.models.loading import load_codebook
from relations.scoring.run import score_stale_days
from tests import making
from tests.views.plans import planned

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True), pytest.mark.xdist_group("browser")]
BOTH = pytest.mark.parametrize("javascript", [True, False], ids=["with script", "without script"])
# The longest names that a brief must find room for.
LONG = ("BIH", "VCT")


def ago(days: int) -> dt.date:
    return making.today() - dt.timedelta(days=days)


@pytest.fixture
def pairs(transactional_db: None) -> None:
    for one, other, type in (("PAK", "USA", "clash"), ("IND", "PAK", "accusation"), ("CHN", "PAK", "agreement_signed")):
        for number in range(8):
            event = making.event(one, other, type, occurred_on=ago(2 + 20 * number))
            making.report(one, other, type, event=event, occurred_on=event.occurred_on)
    score_stale_days()


def sheets(page: Page) -> int:
    return len(re.findall(rb"/Type\s*/Page\b", page.pdf(prefer_css_page_size=True)))


@BOTH
def test_an_analyst_ranks_a_countrys_pairs_and_compares_them(open_as: Any, pairs: None, javascript: bool) -> None:
    page = open_as("analyst", javascript=javascript)
    page.goto("/pairs/pak-usa/directions/")
    page.get_by_role("link", name="Pakistan", exact=True).click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Whom does Pakistan get on with?")
    rows = page.locator("table.pairs tbody").get_by_role("rowheader")
    expect(rows.first).to_contain_text("United States")
    page.get_by_role("link", name="Best", exact=True).click()
    expect(rows.first).to_contain_text("China")
    assert "order=best" in page.url
    page.go_back()
    expect(rows.first).to_contain_text("United States")
    page.get_by_role("link", name="Compare the first").click()
    expect(page.locator(".chip")).to_have_count(3)
    expect(page.get_by_role("img", name="Tension scores from")).to_be_visible()
    page.get_by_role("link", name="Take China – Pakistan out").click()
    expect(page.locator(".chip")).to_have_count(2)
    page.get_by_label("Another pair").fill("Atlantis USA")
    page.get_by_role("button", name="Add").click()
    expect(page.get_by_role("alert")).to_contain_text("there is no country “atlantis”")
    page.get_by_label("Another pair").fill("China and Pakistan")
    page.keyboard.press("Enter")
    expect(page.locator(".chip")).to_have_count(3)


def test_dates_are_chosen_by_dragging_and_taken_back(open_as: Any, pairs: None) -> None:
    page = open_as("analyst")
    page.goto("/compare/?pair=pak-usa&pair=ind-pak")
    before = page.locator("svg.lines.wide").get_attribute("data-first")
    box = page.locator("svg.lines.wide").bounding_box()
    assert box
    middle = box["y"] + box["height"] / 2
    page.mouse.move(box["x"] + box["width"] / 2, middle)
    page.mouse.down()
    page.mouse.move(box["x"] + box["width"] * 0.8, middle, steps=5)
    expect(page.locator("rect.brush")).to_have_count(1)
    page.mouse.up()
    page.wait_for_url("**since=**")
    since, until = (page.locator(f"#id_{name}").input_value() for name in ("since", "until"))
    assert before and before < since < until < making.today().isoformat()
    expect(page.locator("svg.lines.wide")).to_have_attribute("data-first", since)
    expect(page.locator("rect.brush")).to_have_count(0)
    page.go_back()
    expect(page.locator("svg.lines.wide")).to_have_attribute("data-first", before)


def test_a_click_on_the_chart_chooses_nothing(open_as: Any, pairs: None) -> None:
    page = open_as("analyst")
    page.goto("/compare/?pair=pak-usa")
    page.locator("svg.lines.wide").click()
    assert "since" not in page.url


def test_the_holder_of_an_office_is_found_by_date(open_as: Any, pairs: None) -> None:
    load_codebook()
    page = open_as("analyst")
    page.goto("/countries/pak/")
    page.get_by_label("Who held office on").fill("2017-09-01")
    expect(page.locator("#offices h2")).to_have_text("In office on 1 September 2017")
    expect(page.locator("#offices dl")).to_contain_text("Khawaja Asif")
    assert "on=2017-09-01" in page.url


def test_a_full_brief_of_long_names_is_one_sheet_of_ink_on_white(open_as: Any, transactional_db: None) -> None:
    for chapter in range(5):
        type = "clash" if chapter % 2 else "agreement_signed"
        for number in range(9):
            event = making.event(*LONG, type, occurred_on=ago(20 + 120 * chapter + number), confidence=0.95)
            for _ in range(2):
                of = making.article(feed=making.feed(title="The very long-winded Gazette of the Islands and the Coast"))
                making.report(*LONG, type, event=event, occurred_on=event.occurred_on, article=of)
    when = making.today() + dt.timedelta(days=9)
    pair = making.pair(*LONG)
    for state in ("announced", "held", "cancelled"):
        for one in planned(6, state=state, planned_on=[when], planned_from=when, planned_until=when):
            one.pair = pair
            one.save()
    score_stale_days()
    page = open_as("analyst", scheme="dark")
    page.goto("/pairs/bih-vct/brief/")
    expect(page.locator(".brief-chapter")).to_have_count(4)
    assert sheets(page) == 1
    page.emulate_media(media="print")
    colours = page.evaluate(
        "[document.body, document.querySelector('h1')].map(one => getComputedStyle(one))"
        ".map(one => [one.backgroundColor, one.color])"
    )
    assert colours[0][0] == "rgb(255, 255, 255)" and colours[1][1] == "rgb(0, 0, 0)"
    expect(page.locator("svg.score-chart.wide")).to_be_visible()
    for gone in ("header.site", "nav.pair-tabs", "form", "button"):
        for one in page.locator(gone).all():
            expect(one).to_be_hidden()
    expect(page.locator(".brief-chapter li").first).to_contain_text("no. ")


@BOTH
def test_the_print_button_stands_only_where_it_can_print(open_as: Any, pairs: None, javascript: bool) -> None:
    page = open_as("analyst", javascript=javascript)
    if javascript:
        page.add_init_script("window.print = () => { window.printed = true; }")
    page.goto("/pairs/pak-usa/brief/")
    button = page.locator("#print")
    if not javascript:
        expect(button).to_be_hidden()
        return
    button.click()
    assert page.evaluate("window.printed")


@pytest.mark.parametrize(("width", "scheme"), [(360, "light"), (1280, "dark")])
def test_pages_fit_and_nothing_is_refused(open_as: Any, pairs: None, width: int, scheme: str) -> None:
    page = open_as("analyst", width=width, scheme=scheme)
    complaints: list[str] = []
    page.on("console", lambda message: complaints.append(message.text) if message.type == "error" else None)
    tabs = [f"/pairs/pak-usa/{tab}/" for tab in ("directions", "sources", "attention", "brief")]
    compared = "/compare/?" + "&".join(f"pair={slug}" for slug in ("pak-usa", "ind-pak", "chn-pak", "bih-vct"))
    for url in ("/countries/pak/", "/countries/sun/", "/compare/", compared, *tabs):
        page.goto(url)
        assert page.evaluate("document.documentElement.scrollWidth") <= width, url
        small = page.evaluate(
            "[...document.querySelectorAll('main .remove, main nav a, main button')]"
            ".filter(one => one.checkVisibility()).map(one => one.getBoundingClientRect())"
            ".filter(box => box.height < 24 || box.width < 24).length"
        )
        assert small == 0, url
    assert complaints == []


def test_the_focus_stays_where_a_link_that_was_pressed_is_replaced(open_as: Any, pairs: None) -> None:
    page = open_as("analyst")
    page.goto("/countries/pak/")
    page.get_by_role("link", name="Best", exact=True).press("Enter")
    expect(page.get_by_role("link", name="Best", exact=True)).to_have_attribute("aria-current", "page")
    expect(page.get_by_role("link", name="Best", exact=True)).to_be_focused()
    page.goto("/pairs/pak-usa/?direction=1")
    page.get_by_role("link", name="Clear the filters").press("Enter")  # it goes with the filters
    expect(page.get_by_role("link", name="Clear the filters")).to_have_count(0)
    expect(page.locator(".total")).to_be_focused()
