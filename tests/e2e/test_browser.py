"""The walking skeleton in a real browser: an analyst reads, an editor corrects, an admin adds a feed."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from relations.merging.run import merge_new_reports
from relations.models import Engagement, Event, Feed, PairStanding
from relations.models.loading import load_codebook
from relations.scoring.run import score_stale_days
from tests import making
from tests.running import FeedServer, processes, wait_until, work_through

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True), pytest.mark.xdist_group("browser")]
BOTH = pytest.mark.parametrize("javascript", [True, False], ids=["with script", "without script"])


@pytest.fixture
def timeline(transactional_db: None) -> list[Event]:
    """Sixty-five events of Pakistan and the United States: a clash and many words."""
    made = [making.event(type="clash", occurred_on=making.today() - dt.timedelta(days=2))]
    made += [
        making.event("USA", "PAK", "accusation", occurred_on=making.today() - dt.timedelta(days=3 + number))
        for number in range(64)
    ]
    for event in made:
        making.report(
            event.source_id,
            event.target_id,
            event.type,
            event=event,
            occurred_on=event.occurred_on,
            spans={"trigger": [0, 8]},
        )
    score_stale_days()
    return made


def show(page: Page) -> None:
    """Press the button that only pages without script have."""
    button = page.get_by_role("button", name="Show")
    if button.is_visible():
        button.click()


@BOTH
def test_an_analyst_finds_a_pair_filters_and_reads_the_evidence(
    open_as: Any, timeline: list[Event], javascript: bool
) -> None:
    page = open_as("analyst", javascript=javascript)
    page.get_by_role("rowheader").get_by_role("link", name="Pakistan – United States").click()
    expect(page.get_by_role("heading", level=1)).to_contain_text("Pakistan")
    expect(page.get_by_role("img", name="Tension score from")).to_be_visible()
    expect(page.locator(".event")).to_have_count(50)
    page.get_by_role("link", name="Earlier events").click()
    expect(page.locator(".event")).to_have_count(65 if javascript else 15)
    page.get_by_label("Force (1)").check()
    show(page)
    expect(page.locator(".event")).to_have_count(1)
    assert "group=force" in page.url  # what is shown can be sent to a colleague
    assert not javascript or "since=" not in page.url
    page.get_by_role("link", name="Armed clash").click()
    expect(page.locator("blockquote mark.trigger")).to_have_text("Sentence")
    expect(page.get_by_text("Correct this event")).to_have_count(0)
    page.go_back()
    expect(page.locator(".event")).to_have_count(1)
    expect(page.get_by_label("Force (1)")).to_be_checked()


@BOTH
def test_an_editor_corrects_an_event_sees_the_score_follow_and_undoes_it(
    open_as: Any, timeline: list[Event], javascript: bool
) -> None:
    page = open_as("editor", javascript=javascript)
    page.goto(timeline[0].get_absolute_url())
    before = page.locator("#score").inner_text()
    page.get_by_text("Correct this event").click()
    page.get_by_label("Type").select_option("apology")
    page.get_by_label("Reason").fill("It was an apology")
    page.get_by_role("button", name="Save").click()
    expect(page.get_by_role("heading", level=1)).to_contain_text("Apology")
    expect(page.get_by_role("status")).to_contain_text("score went from")
    expect(page.get_by_text("Type: Armed clash → Apology")).to_be_visible()
    after = page.locator("#score").inner_text()
    assert int(after) < int(before)
    page.get_by_role("link", name="Undo").click()
    page.get_by_role("button", name="Take it back").click()
    expect(page.get_by_role("heading", level=1)).to_contain_text("Armed clash")
    expect(page.locator("#score")).to_have_text(before)


@BOTH
def test_an_editor_rejects_and_the_event_leaves_the_timeline(
    open_as: Any, timeline: list[Event], javascript: bool
) -> None:
    page = open_as("editor", javascript=javascript)
    page.goto(timeline[0].get_absolute_url())
    page.get_by_text("Correct this event").click()
    page.get_by_role("button", name="Reject").click()
    expect(page.locator(".event-head")).to_contain_text("rejected by an editor")
    page.get_by_role("link", name="Pakistan – United States").click()
    expect(page.get_by_role("link", name="Armed clash")).to_have_count(0)
    page.get_by_label("rejected by an editor (1)").check()
    show(page)
    expect(page.get_by_role("link", name="Armed clash")).to_have_count(1)


@BOTH
def test_a_feed_added_in_the_browser_becomes_a_new_pairs_timeline(
    open_as: Any, settings: Any, javascript: bool
) -> None:
    load_codebook()
    feed = FeedServer()
    feed.items.append(("Chilean envoy", "Bolivia's government expelled two Chilean diplomats on Tuesday."))
    settings.FETCH_ALLOWED_HOSTS = [feed.host]
    try:
        page = open_as("admin", javascript=javascript)
        page.get_by_role("link", name="Feeds").click()
        page.get_by_role("link", name="Add feeds").click()
        page.get_by_label("Address of the feed").fill(feed.url)
        page.get_by_role("button", name="Add feed", exact=True).click()
        expect(page.get_by_role("status")).to_contain_text("is added")
        if javascript:
            with processes("worker", "beat", FETCH_ALLOWED_HOSTS=feed.host):
                wait_until(lambda: Event.objects.exists() and PairStanding.objects.exists(), what="a score")
        else:
            work_through()
        page.goto("/")
        page.get_by_role("link", name="Bolivia – Chile").first.click()
        expect(page.locator(".event").first).to_contain_text("expelled two Chilean diplomats")
        page.goto("/feeds/")
        expect(page.locator(".feeds > li")).to_contain_text("Test Post")
        page.get_by_role("button", name="Pause").click()
        expect(page.locator(".state-mark")).to_have_text("paused")
        page.get_by_role("button", name="Resume").click()
        expect(page.locator(".state-mark")).to_have_text("well")
    finally:
        feed.close()


@pytest.mark.parametrize("url", ["ftp://example.org/feed", "no address", ""])
def test_a_feed_that_cannot_be_is_refused_in_words(open_as: Any, url: str) -> None:
    page = open_as("admin")
    page.goto("/feeds/new/")
    page.locator("form.add-feed").evaluate("form => form.noValidate = true")
    page.get_by_label("Address of the feed").fill(url)
    page.get_by_role("button", name="Add feed").click()
    expect(page.get_by_role("alert")).not_to_be_empty()
    assert not Feed.objects.exists()


@pytest.mark.parametrize(("width", "scheme"), [(360, "light"), (1280, "dark")])  # test_every_page has the others
def test_no_page_scrolls_sideways_and_the_browser_has_no_complaint(
    open_as: Any, timeline: list[Event], width: int, scheme: str
) -> None:
    feed = making.feed(url="https://example.org/" + "long-address/" * 20)
    page = open_as("admin", width=width, scheme=scheme)
    complaints: list[str] = []
    page.on("console", lambda message: complaints.append(message.text) if message.type == "error" else None)
    article = timeline[0].reports.get().article_id
    engagement = planned_visit()
    for url in (
        "/",
        "/engagements/",
        "/engagements/calendar/",
        engagement.get_absolute_url(),
        "/pairs/pak-usa/engagements/",
        "/pairs/pak-usa/score/",
        "/pairs/pak-usa/",
        *(f"/pairs/pak-usa/{tab}/" for tab in ("directions", "sources", "attention", "brief")),
        "/countries/pak/",
        "/compare/?pair=pak-usa",
        timeline[0].get_absolute_url(),
        f"/articles/{article}/",
        "/feeds/",
        "/feeds/new/",
        f"/feeds/{feed.pk}/",
        f"/feeds/{feed.pk}/edit/",
        "/nowhere/",
    ):
        page.goto(url)
        assert page.evaluate("document.documentElement.scrollWidth") <= width, url
    assert [text for text in complaints if "404" not in text] == []


def test_a_pair_is_reached_and_filtered_by_keyboard_alone(open_as: Any, timeline: list[Event]) -> None:
    page = open_as("analyst")
    page.goto("/pairs/pak-usa/")
    page.keyboard.press("Tab")
    expect(page.get_by_role("link", name="To the content")).to_be_focused()
    force = page.get_by_label("Force (1)")
    for _ in range(40):
        if force.evaluate("box => box === document.activeElement"):
            break
        page.keyboard.press("Tab")
    page.keyboard.press("Space")
    expect(page.locator(".event")).to_have_count(1)
    expect(page.get_by_label("Force (1)")).to_be_focused()


def planned_visit() -> Engagement:
    planned = making.today() + dt.timedelta(days=9)
    making.report("USA", "PAK", type="visit_announced", stage="announced", planned_on=[planned], planned_words="then")
    merge_new_reports()
    return Engagement.objects.get()


@BOTH
def test_an_analyst_asks_why_and_what_if(open_as: Any, timeline: list[Event], javascript: bool) -> None:
    page = open_as("analyst", javascript=javascript)
    page.goto("/pairs/pak-usa/")
    page.get_by_role("link", name="Why this score").click()
    heading = page.get_by_role("heading", name="Why", exact=False).first
    expect(heading).to_contain_text("Why")
    before = heading.inner_text()
    first = page.locator("table.parts tbody tr").first
    expect(first).to_contain_text("Armed clash")
    other = page.locator("table.what-if tbody tr", has_text="PLOVER").first
    other.get_by_role("link").click()
    expect(page.locator("table.what-if [aria-current]")).to_contain_text("PLOVER")
    assert "weights=plover" in page.url and heading.inner_text() != before
    page.go_back()
    expect(page.locator("table.what-if [aria-current]")).to_contain_text("Goldstein")


@BOTH
def test_an_analyst_follows_a_planned_visit_from_board_to_calendar_to_its_story(
    open_as: Any, timeline: list[Event], javascript: bool
) -> None:
    engagement = planned_visit()
    page = open_as("analyst", javascript=javascript)
    page.get_by_role("navigation", name="Main").get_by_role("link", name="Engagements").click()
    page.get_by_role("link", name="Calendar").click()
    assert engagement.planned_from
    if engagement.planned_from.month != making.today().month:
        page.locator("[rel=next]").first.click()
    page.get_by_role("link", name="Visit").first.click()
    expect(page.get_by_role("heading", level=1)).to_contain_text("Visit of the United States to Pakistan")
    expect(page.get_by_text("Visit announced")).to_be_visible()


@BOTH
def test_an_editor_merges_two_events_and_takes_it_back(open_as: Any, transactional_db: None, javascript: bool) -> None:
    for days in (12, 2):
        making.report(type="clash", occurred_on=making.today() - dt.timedelta(days=days))
    merge_new_reports()
    one, other = Event.objects.order_by("occurred_on")
    page = open_as("editor", javascript=javascript)
    page.goto(one.get_absolute_url())
    page.get_by_text("It is the same as another event").click()
    page.get_by_label("The other event").select_option(str(other.pk))
    page.get_by_role("button", name="Merge into it").click()
    expect(page.get_by_text(f"Event {one.pk} is part of this one now")).to_be_visible()
    assert page.url.endswith(other.get_absolute_url())
    expect(page.locator(".report")).to_have_count(2)
    page.get_by_role("link", name="Undo").click()
    page.get_by_role("button", name="Take it back").click()
    expect(page.get_by_text("Undone.")).to_be_visible()
    assert Event.objects.standing().filter(pk__in=[one.pk, other.pk]).count() == 2


@BOTH
def test_an_editor_splits_a_report_off(open_as: Any, timeline: list[Event], javascript: bool) -> None:
    event = timeline[1]
    report = making.report("USA", "PAK", "accusation", event=event, occurred_on=event.occurred_on, due=False)
    page = open_as("editor", javascript=javascript)
    page.goto(event.get_absolute_url())
    box = page.locator(f'input[name="report"][value="{report.pk}"]')
    box.check()
    page.get_by_role("button", name="Split the chosen off").click()
    expect(page.get_by_text("The chosen reports have an event of their own now")).to_be_visible()
    report.refresh_from_db()
    assert report.event_id != event.pk
    expect(page.get_by_role("link", name=f"Event {report.event_id} split off")).to_be_visible()
