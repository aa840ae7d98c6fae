"""The page of the coder's precision with flagged rows, and a name added from it, with and without script."""

from __future__ import annotations

from typing import Any

import pytest
from playwright.sync_api import Page, expect

from relations.corrections.run import correct_event
from relations.merging.run import merge_new_reports
from relations.models import ActorName, Event, Feed, Report, ReviewItem, Verdict
from relations.models.loading import load_codebook
from tests import making
from tests.e2e.axe import unfit
from tests.scoring.stored import ago

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True), pytest.mark.xdist_group("browser")]


@pytest.fixture
def judged(transactional_db: None) -> None:
    """A type, source and rule that are mostly wrong, and others that are right; some of them of the random sample."""
    load_codebook()
    editor, feed = making.user("editor"), making.feed(title="The Courier")
    for number in range(40):
        type = ("accusation", "clash")[number % 2]
        article = making.article("A story.", feed=feed if number % 2 == 0 else making.feed())
        because = f"{type} rule: “words”; path"
        making.report(type=type, occurred_on=ago(20 * number), article=article, because=because, confidence=0.6)
    merge_new_reports()
    ReviewItem.objects.update(is_audit=True)
    for event in Event.objects.order_by("pk"):
        status = "rejected" if event.type == "accusation" else "confirmed"
        correct_event(event.pk, editor=editor, status=status, reason="told as history" if event.pk % 2 else "")


@pytest.mark.parametrize(("scheme", "width"), [("light", 1280), ("dark", 360)])
def test_the_page_can_be_read_by_everyone(open_as: Any, judged: None, scheme: str, width: int) -> None:
    page: Page = open_as("admin", width=width, scheme=scheme)
    page.goto("/desk/precision/")
    assert page.locator(".flagged-row").count() == 3 and page.locator(".wrong-row li").count() == 9
    assert page.locator("svg.interval").count() > 10
    assert [one["id"] for one in unfit(page)] == []
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    page.get_by_role("button", name="as the reliability of The Courier").click()
    expect(page.locator(".messages")).to_contain_text("The Courier has a reliability of")


def test_headings_stay_whole_beside_long_names(open_as: Any, judged: None) -> None:
    long = "accusation_of_" * 9
    Report.objects.filter(type="accusation").update(because=f"{long}: “words”; path")
    Verdict.objects.filter(reading__type="accusation").update(rules=[long])
    Feed.objects.filter(title="The Courier").update(title="The Courier-of-the-Long-Name-" * 3)
    page: Page = open_as("admin", width=1280)
    page.goto("/desk/precision/")
    lines = page.locator("table.precision thead th").evaluate_all(
        """cells => cells.flatMap(cell => {
            const range = document.createRange()
            return [...cell.firstChild.data.matchAll(/\\S+/g)].map(word => {
                range.setStart(cell.firstChild, word.index)
                range.setEnd(cell.firstChild, word.index + word[0].length)
                return range.getClientRects().length
            })
        })"""
    )
    assert len(lines) > 20 and set(lines) == {1}
    assert page.evaluate("document.documentElement.scrollWidth") <= 1280


def test_a_word_that_stands_for_many_asks_once_more_and_the_focus_stays(open_as: Any, judged: None) -> None:
    page: Page = open_as("editor")
    page.goto("/desk/names/add/?name=Officials&country=chl")
    expect(page.get_by_label("Whose name it is")).to_be_focused()
    page.keyboard.type("Chile")
    page.get_by_role("button", name="Add the name").press("Enter")
    expect(page.locator("#add-name [role=alert]")).to_contain_text("“Officials” stands for many")
    expect(page.get_by_label("Name", exact=True)).to_be_focused()
    page.get_by_role("button", name="Add the name").press("Enter")
    expect(page.locator("#add-name [role=status]")).to_contain_text("“Officials” stands for Chile")
    expect(page.locator("#add-name [role=status]")).to_be_focused()


@pytest.mark.parametrize("javascript", [True, False])
def test_a_name_is_added_from_the_desk(open_as: Any, judged: None, javascript: bool) -> None:
    page: Page = open_as("editor", javascript=javascript)
    page.goto("/desk/precision/")
    page.get_by_role("link", name="add the name").click()
    page.get_by_label("Name", exact=True).fill("Freedonia House")
    page.get_by_label("Country").select_option(label="Chile")
    page.get_by_role("button", name="Show its actors").click()
    expect(page.get_by_label("Name", exact=True)).to_have_value("Freedonia House")
    page.get_by_label("Whose name it is").select_option(label="Chile")
    page.get_by_role("button", name="Add the name").click()
    expect(page.locator("#add-name [role=status]")).to_contain_text("“Freedonia House” stands for Chile")
    assert ActorName.objects.added().get().name == "Freedonia House"
    page.get_by_role("link", name="have those read again").click()
    expect(page.locator("#content")).to_contain_text("Freedonia House")
