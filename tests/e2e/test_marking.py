"""In a real browser: an event that was missed is marked, an old correction undone, and a report given away."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest
from django.contrib.auth.models import User
from playwright.sync_api import Page, expect

from relations.corrections.run import correct_event
from relations.merging.run import merge_new_reports
from relations.models import Article, Event, Report
from relations.models.loading import load_codebook
from relations.pipeline import bring_up_to_date
from tests import making

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True), pytest.mark.xdist_group("browser")]
BOTH = pytest.mark.parametrize("javascript", [True, False], ids=["with script", "without script"])
FIRST = "Rain fell on the harbour all week."
TOLD = "Peru is said to have called its envoy in Chile home over the fishing grounds."
STORY = f"{FIRST} {TOLD}\n\nBoats stayed in port."


def ago(days: int) -> dt.date:
    return making.today() - dt.timedelta(days=days)


@pytest.fixture
def story(transactional_db: None) -> Article:
    load_codebook()
    return making.article(STORY, title="A quiet harbour")


@pytest.fixture
def clashes(transactional_db: None) -> list[Event]:
    """Two events: one of two reports and, ten days later, one of one."""
    for days, words in (
        (20, "Shells fell on the mill."),
        (20, "Shells fell on the mill at dusk."),
        (10, "Guns roared."),
    ):
        making.report(type="clash", occurred_on=ago(days), sentence=words, confidence=0.6)
    merge_new_reports()
    events = list(Event.objects.order_by("occurred_on"))
    assert [event.report_count for event in events] == [2, 1]
    bring_up_to_date(events[0].pair_id)
    return events


def select(page: Page, words: str) -> None:
    """Select words of the story, as with the mouse."""
    page.evaluate(
        """words => {
            const walker = document.createTreeWalker(document.querySelector(".story"), NodeFilter.SHOW_TEXT);
            for (let node = walker.nextNode(); node; node = walker.nextNode()) {
                const at = node.data.indexOf(words);
                if (at >= 0) return getSelection().setBaseAndExtent(node, at, node, at + words.length);
            }
        }""",
        words,
    )


def fill(page: Page) -> None:
    expect(page.get_by_label("Who acts")).to_have_value("PER")
    expect(page.get_by_label("Towards whom")).to_have_value("CHL")
    page.get_by_label("Type").select_option("ambassador_recalled")
    page.get_by_label("Place").fill("Lima")


def see_on_the_timeline(page: Page) -> None:
    page.goto("/pairs/chl-per/")
    expect(page.locator(".event")).to_have_count(1)
    expect(page.locator(".event")).to_contain_text("Ambassador recalled")
    expect(page.locator(".event")).to_contain_text("called its envoy")


def test_words_that_are_selected_become_an_event_in_place(open_as: Any, story: Article) -> None:
    page = open_as("editor")
    page.goto(f"/articles/{story.pk}/")
    offer = page.get_by_role("link", name="Add an event told here")
    expect(offer).to_have_count(0)
    select(page, "called its envoy in Chile home")
    expect(offer).to_be_visible()
    page.keyboard.press("Escape")
    expect(offer).to_have_count(0)
    select(page, "called its envoy in Chile home")
    offer.click()
    expect(page.get_by_label("The words that tell of it")).to_have_value("called its envoy in Chile home")
    fill(page)
    page.get_by_label("Towards whom").select_option("PER")
    page.get_by_role("button", name="Add the event").click()
    expect(page.get_by_text("An event is between two countries")).to_be_visible()
    expect(page.get_by_label("Place")).to_have_value("Lima")
    page.get_by_label("Towards whom").select_option("CHL")
    page.get_by_role("button", name="Add the event").click()
    expect(page.get_by_role("status")).to_contain_text("Added as event")
    expect(page.locator(".story .marked")).to_have_text(TOLD)
    assert page.url.endswith(f"/articles/{story.pk}/")
    page.locator(".story .marked").click()
    expect(page.get_by_text("marked by editor")).to_be_visible()
    see_on_the_timeline(page)


def test_the_offer_is_reached_by_keyboard(open_as: Any, story: Article) -> None:
    page = open_as("editor")
    page.goto(f"/articles/{story.pk}/")
    page.locator(".story [data-start]").nth(1).click(click_count=3)
    expect(page.get_by_role("link", name="Add an event told here")).to_be_visible()
    page.keyboard.press("Tab")
    expect(page.get_by_role("link", name="Add an event told here")).to_be_focused()
    page.keyboard.press("Enter")
    expect(page.get_by_label("The words that tell of it")).to_have_value("Boats stayed in port.")
    expect(page.get_by_role("heading", name="An event told here")).to_be_focused()


def test_a_reload_finds_the_form_with_what_was_typed_and_words_that_were_cut_are_whole(
    open_as: Any, story: Article
) -> None:
    page = open_as("editor")
    page.goto(f"/articles/{story.pk}/")
    select(page, "lled its envoy in Chile ho")
    page.get_by_role("link", name="Add an event told here").click()
    expect(page.get_by_label("The words that tell of it")).to_have_value("called its envoy in Chile home")
    page.get_by_label("Place").fill("Lima")
    page.reload()
    expect(page.get_by_role("heading", level=1)).to_have_text("Add an event that was missed")
    expect(page.get_by_label("Place")).to_have_value("Lima")
    expect(page.get_by_label("The words that tell of it")).to_have_value("called its envoy in Chile home")
    page.get_by_label("The words that tell of it").fill("recalled its envoy")
    page.get_by_label("Type").select_option("ambassador_recalled")
    page.get_by_role("button", name="Add the event").click()
    expect(page.get_by_label("The words that tell of it")).to_be_focused()
    page.get_by_role("radio", name=TOLD).check()
    page.get_by_role("button", name="Take this sentence").click()
    expect(page.get_by_label("The words that tell of it")).to_have_value(TOLD)
    expect(page.get_by_label("Place")).to_have_value("Lima")
    page.get_by_role("button", name="Add the event").click()
    expect(page.get_by_role("status")).to_contain_text("Added as event")


def test_the_history_is_filtered_in_place_and_says_how_many_there_are(open_as: Any, clashes: list[Event]) -> None:
    someone = User.objects.create_user("someone")
    correct_event(clashes[0].pk, editor=someone, type="accusation")
    correct_event(clashes[1].pk, editor=someone, status="confirmed")
    page = open_as("editor")
    page.goto("/desk/history/")
    page.get_by_label("Editor").select_option("someone")
    page.get_by_role("button", name="Show").focus()
    page.keyboard.press("Enter")
    expect(page.locator("#announcements")).to_contain_text("2 corrections that fit")
    expect(page.get_by_role("button", name="Show")).to_be_focused()
    assert page.url.endswith("/desk/history/?editor=someone")


def test_actors_follow_the_country(open_as: Any, story: Article) -> None:
    page = open_as("editor")
    page.goto(f"/articles/{story.pk}/mark/?sentence=1")
    page.get_by_label("Towards whom").select_option("BOL")
    expect(page.get_by_label("Who is acted on there").locator("option", has_text="Bolivia").first).to_be_attached()


def test_without_script_a_sentence_is_chosen(open_as: Any, story: Article) -> None:
    page = open_as("editor", javascript=False, width=360)
    page.goto(f"/articles/{story.pk}/")
    page.get_by_role("link", name="Add an event that was missed").click()
    page.get_by_role("radio", name=TOLD).check()
    page.get_by_role("button", name="Go on with this sentence").click()
    fill(page)
    page.get_by_role("button", name="Show who acts").click()
    expect(page.get_by_label("Place")).to_have_value("Lima")
    page.get_by_role("button", name="Add the event").click()
    expect(page.get_by_role("status")).to_contain_text("Added as event")
    expect(page.get_by_role("heading", level=1)).to_contain_text("Ambassador recalled")
    see_on_the_timeline(page)


@BOTH
def test_an_old_correction_is_undone_after_its_consequences_were_read(
    open_as: Any, clashes: list[Event], javascript: bool
) -> None:
    event, someone = clashes[0], User.objects.create_user("someone")
    correct_event(event.pk, editor=someone, type="accusation")
    correct_event(event.pk, editor=someone, place="Quetta")
    bring_up_to_date(event.pair_id)
    page = open_as("editor", javascript=javascript)
    page.goto(event.get_absolute_url())
    page.get_by_role("link", name="Undo").last.click()
    expect(page.get_by_text("Type: Accused → Armed clash")).to_be_visible()
    told = page.locator(".undo").get_by_text("score would go from")
    expect(told).to_be_visible()
    if javascript:
        expect(page.get_by_role("heading", name="If this is taken back")).to_be_focused()
        expect(page.locator("#announcements")).to_contain_text("score would go from")
    page.get_by_role("link", name="Leave it as it is").click()
    expect(told).to_have_count(0)
    expect(page.get_by_role("heading", level=1)).to_contain_text("Accused")
    if javascript:
        expect(page.get_by_role("link", name="Undo").last).to_be_focused()
    page.get_by_role("link", name="Undo").last.click()
    page.get_by_label("Why it is taken back").fill("read once more")
    page.get_by_role("button", name="Take it back").click()
    expect(page.get_by_role("status")).to_contain_text("Undone. The pair's score went from")
    expect(page.get_by_role("heading", level=1)).to_contain_text("Armed clash")
    expect(page.locator("dl.standing")).to_contain_text("Quetta")
    expect(page.get_by_text("read once more")).to_be_visible()


@BOTH
def test_a_report_is_given_to_another_event_and_taken_back(
    open_as: Any, clashes: list[Event], javascript: bool
) -> None:
    event, other = clashes
    page = open_as("editor", javascript=javascript)
    page.goto(event.get_absolute_url())
    page.get_by_role("link", name="Give it to another event").last.click()
    page.get_by_label("The event that it tells of").select_option(str(other.pk))
    page.get_by_role("button", name="Give it to that event").click()
    expect(page.get_by_role("status")).to_contain_text(f"The report counts for event {other.pk} now.")
    expect(page.locator(".report")).to_have_count(1)
    assert Report.objects.filter(event=other).count() == 2
    page.get_by_role("link", name="Undo").click()
    expect(page.get_by_text(f"goes from event {other.pk} to event {event.pk}")).to_be_visible()
    page.get_by_role("button", name="Take it back").click()
    expect(page.get_by_role("status")).to_contain_text("Undone.")
    expect(page.locator(".report")).to_have_count(2)
    assert page.url.endswith(event.get_absolute_url())
