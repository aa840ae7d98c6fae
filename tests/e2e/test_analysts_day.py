"""An analyst's day: find a pair, choose a crisis, filter, read an event down to its sentence, export, watch, get
mail."""

from __future__ import annotations

import csv
import datetime as dt
from pathlib import Path
from typing import Any

import pytest
from django.contrib.auth.models import User
from playwright.sync_api import Page, expect

from relations.merging.store_texts import write_texts
from relations.models import Event
from relations.scoring.run import score_stale_days
from tests import making
from tests.e2e.test_chart import drag
from tests.ingest.mailbox import Mailbox
from tests.watching.happening import look

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True), pytest.mark.xdist_group("browser")]
BOTH = pytest.mark.parametrize("javascript", [True, False], ids=["with script", "without script"])
CRISIS = 400  # days ago


def ago(days: int) -> dt.date:
    return making.today() - dt.timedelta(days=days)


@pytest.fixture
def crisis(transactional_db: None) -> list[Event]:
    """Calm years with an accord each season; in their midst a month of clashes, threats and a postponed visit."""
    made = [making.event(type="agreement_signed", mutual=True, occurred_on=ago(90 * n + 45)) for n in range(9)]
    for number in range(8):
        made.append(making.event("PAK", "USA", "clash", occurred_on=ago(CRISIS - 3 * number)))
        made.append(making.event("USA", "PAK", "threat_force", occurred_on=ago(CRISIS - 3 * number - 1)))
    made.append(making.event("USA", "PAK", "visit_postponed", stage="postponed", occurred_on=ago(CRISIS - 12)))
    for event in made:
        tell(event, f"Told on {event.occurred_on}: the border road stayed closed after event {event.pk}.")
    making.event("IND", "PAK", "accusation", occurred_on=ago(5))
    score_stale_days()
    return made


def tell(event: Event, sentence: str) -> None:
    """A story tells of the event, which is found by its words then."""
    making.report(
        event.source_id,
        event.target_id,
        event.type,
        mutual=event.direction == 0,
        event=event,
        occurred_on=event.occurred_on,
        sentence=sentence,
        article=making.article(f"It was a long day.\n\nBefore that, quiet. {sentence} Nobody said more."),
        spans={"trigger": [0, 4]},
        due=False,
    )
    write_texts([event.pk])


def settle(page: Page, javascript: bool) -> None:
    """Without script a form is sent by its button."""
    if not javascript:
        page.locator("#filters").get_by_role("button", name="Show").click()


def choose_the_crisis(page: Page, javascript: bool) -> None:
    if not javascript:
        page.get_by_text("chapters: where the score turned").click()
        page.locator(".chapters li").filter(has_text="rising").first.get_by_role("link").first.click()
        return
    expect(page.locator(".has-plot .plot[data-marks]")).to_be_visible()
    drag(page, ago(CRISIS + 10), ago(CRISIS - 40))


@BOTH
def test_an_analysts_day(open_as: Any, crisis: list[Event], mailbox: Mailbox, javascript: bool, tmp_path: Path) -> None:
    page: Page = open_as("analyst", javascript=javascript)
    User.objects.update(email="ada@dyad.example")
    # Find the pair.
    page.get_by_label("Search").fill("pak us")
    page.get_by_role("button", name="Search").click()
    expect(page.get_by_role("heading", level=1)).to_contain_text("Pakistan")
    expect(page.locator(".total")).to_have_text("26 events")
    # Choose the crisis.
    choose_the_crisis(page, javascript)
    expect(page.locator(".in-force li")).to_have_count(3)
    assert "since=" in page.url and "until=" in page.url
    expect(page.get_by_label("Force (8)", exact=True)).to_be_visible()
    # Filter: what did the one side do, in these words?
    page.get_by_label("United States → Pakistan (9)").check()
    settle(page, javascript)
    expect(page.get_by_label("Force (0)", exact=True)).to_be_visible()
    page.get_by_label("Search words", exact=True).fill("border road")
    if javascript:
        page.get_by_label("Search words", exact=True).press("Enter")
    else:
        settle(page, javascript)
    expect(page.locator(".event")).to_have_count(9)
    expect(page.locator(".event mark").first).to_have_text("border")
    view = page.url
    # Open an event in place, then itself, then its story.
    told = page.locator(".event").filter(has_text="Visit postponed")
    told.get_by_text("Show 1 report").click()
    if javascript:
        expect(told.locator(".in-place blockquote mark.trigger")).to_have_text("Told")
    told.get_by_role("link", name="Visit postponed").click()
    expect(page.get_by_role("heading", level=1)).to_contain_text("Visit postponed")
    page.locator(".report .source").get_by_role("link").click()
    expect(page.locator("a.marked")).to_contain_text("the border road stayed closed")
    page.go_back()
    page.go_back()
    assert page.url == view, "the way back leads to the same choice"
    expect(page.get_by_label("Search words", exact=True)).to_have_value("border road")
    shown = [int(link.get_attribute("href").split("/")[2]) for link in page.locator(".event h3 a").all()]  # type: ignore[union-attr]
    # Take the view away.
    page.get_by_text("Export this view").click()
    with page.expect_download() as download:
        page.get_by_role("link", name="CSV").click()
    file = tmp_path / "view.csv"
    download.value.save_as(file)
    with file.open(newline="", encoding="utf-8") as lines:
        assert [int(row["id"]) for row in csv.DictReader(lines)] == shown
    # Watch it.
    page.get_by_role("link", name="Watch this").click()
    expect(page.get_by_label("Words in its reports")).to_have_value("border road")
    page.get_by_label("An event is found").check()
    page.get_by_label("The score jumps out").uncheck()
    page.get_by_role("button", name="Watch", exact=True).click()
    expect(page.locator(".messages")).to_contain_text("from now on")
    event = making.event("USA", "PAK", "threat_force")
    tell(event, "The border road will be shelled, an officer said.")
    other = making.event("PAK", "USA", "threat_force")
    tell(other, "The border road will be held, another officer said.")
    look()
    [text] = mailbox.texts()
    assert event.get_absolute_url() in text and other.get_absolute_url() not in text
    page.goto(next(line.strip() for line in text.splitlines() if line.strip().endswith(event.get_absolute_url())))
    expect(page.get_by_role("heading", level=1)).to_contain_text("Threat of force")


def test_each_choice_is_one_step_back(open_as: Any, crisis: list[Event]) -> None:
    page: Page = open_as("analyst")
    page.goto("/pairs/pak-usa/")
    page.locator("#id_source").scroll_into_view_if_needed()
    expect(page.locator("#id_source option")).to_have_count(27)  # they come by themselves, and are no step
    page.get_by_label("Force (8)", exact=True).check()
    expect(page.locator(".total")).to_have_text("8 events of this choice")
    page.get_by_label("Search words", exact=True).fill("border")
    page.get_by_label("Search words", exact=True).press("Enter")
    expect(page.locator(".event mark").first).to_be_visible()
    page.get_by_label("From", exact=True).focus()  # the field of words is left, which is a change too
    page.wait_for_timeout(600)
    page.go_back()
    expect(page.locator(".event mark")).to_have_count(0)
    expect(page.get_by_label("Force (8)", exact=True)).to_be_checked()
    page.go_back()
    expect(page.locator(".total")).to_have_text("26 events")
    page.go_forward()
    expect(page.get_by_label("Force (8)", exact=True)).to_be_checked()


def test_the_day_by_keyboard_alone(open_as: Any, crisis: list[Event]) -> None:
    page: Page = open_as("analyst")
    page.keyboard.press("/")
    page.keyboard.type("islamabad washington")
    page.keyboard.press("Enter")
    expect(page.locator(".has-plot .plot[data-marks]")).to_be_visible()

    def go_to(label: str) -> None:
        """Tab until the focus is on what is called so."""
        for _ in range(120):
            page.keyboard.press("Tab")
            name = page.evaluate("""() => {
                const one = document.activeElement;
                return one.getAttribute("aria-label") || one.labels?.[0]?.innerText || one.innerText || "";
            }""")
            if name.strip().startswith(label):
                return
        raise AssertionError(f"{label} is not reached by Tab")

    go_to("Tension between")
    page.keyboard.press("Shift+M")
    page.keyboard.press("Enter")
    expect(page.locator(".total")).to_contain_text("of this choice")
    page.keyboard.press("Escape")
    expect(page.locator(".total")).to_have_text("26 events")
    go_to("Force (8)")
    page.keyboard.press("Space")
    expect(page.locator(".total")).to_have_text("8 events of this choice")
    expect(page.get_by_label("Force (8)", exact=True)).to_be_focused()
    go_to("Export this view")
    page.keyboard.press("Enter")
    expect(page.get_by_role("link", name="JSON lines")).to_be_visible()
    go_to("Show 1 report")
    page.keyboard.press("Enter")
    expect(page.locator(".in-place blockquote").first).to_contain_text("border road")
    page.keyboard.press("Shift+Tab")
    page.keyboard.press("Shift+Tab")
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", level=1)).to_contain_text("Armed clash")


def test_who_wants_less_motion_gets_none(open_as: Any, crisis: list[Event]) -> None:
    page: Page = open_as("analyst")
    page.emulate_media(reduced_motion="reduce")
    for address in ("/", "/pairs/pak-usa/", "/search/?q=border", "/watches/"):
        page.goto(address)
        moving = page.evaluate("""() => [...document.querySelectorAll("*")].filter((one) => {
            const style = getComputedStyle(one);
            const times = style.transitionDuration.split(", ");
            return style.animationName !== "none" || times.some((time) => time !== "0s");
        }).map((one) => one.outerHTML.slice(0, 80))""")
        assert not moving
