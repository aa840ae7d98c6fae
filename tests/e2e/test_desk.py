"""The desk in a real browser: twenty items by keyboard alone, two editors at once, and nothing typed is lost."""

from __future__ import annotations

import re
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from relations.codebook.event_types import event_types
from relations.corrections.run import correct_event
from relations.merging.run import merge_new_reports
from relations.models import Correction, Event, ReviewItem, ReviewState, Status, Verdict
from relations.scoring.run import score_stale_days
from tests import making

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True), pytest.mark.xdist_group("browser")]
BOTH = pytest.mark.parametrize("javascript", [True, False], ids=["with script", "without script"])
TYPES = ("clash", "accusation", "threat_force", "visit_made", "sanctions_imposed")


@pytest.fixture
def waiting(transactional_db: None) -> list[Event]:
    """Twenty-three events of two pairs, each in a story of its own."""
    for number in range(23):
        source, target = ("PAK", "USA") if number % 3 else ("IND", "CHN")
        sentence = f"On that day {source} acted towards {target} for the {number}th time, officials said."
        making.report(
            source,
            target,
            TYPES[number % 5],
            occurred_on=making.today().replace(day=1) if number == 22 else making.ago(9 * number),
            sentence=sentence,
            article=making.article(f"It had been quiet before. {sentence} Nobody answered."),
            spans={"source": [12, 15], "trigger": [16, 21], "target": [30, 33]},
            confidence=0.5 + number / 100,
        )
    merge_new_reports()
    score_stale_days()
    return list(Event.objects.order_by("pk"))


def focused(page: Page) -> str:
    return str(page.evaluate("document.activeElement.closest('.item')?.id ?? document.activeElement.tagName"))


def test_an_editor_clears_twenty_items_by_keyboard_alone(open_as: Any, waiting: list[Event]) -> None:
    page: Page = open_as("editor")
    page.goto("/desk/")
    expect(page.locator(".item:not(.done)")).to_have_count(10)
    page.keyboard.press("j")
    expect(page.locator(".item:focus")).to_have_count(1)
    for number in range(20):
        item = page.locator(f"#{focused(page)}")
        expect(item).to_have_attribute("data-event", re.compile(r"\d+"))
        identity = item.get_attribute("id")
        if number % 4 == 1:
            page.keyboard.press("r")
            expect(page.locator("[name=reason]:focus")).to_be_visible()
            page.keyboard.type("An opinion, no event")
            page.keyboard.press("Enter")
        elif number % 4 == 3:
            page.keyboard.press("e")
            expect(page.locator("[name=type]:focus")).to_be_visible()
            page.keyboard.type("Apolog")
            page.keyboard.press("Enter")
            page.locator(f"#{identity} .item-form button[value=save]").focus()
            page.keyboard.press("Enter")
        else:
            page.keyboard.press("a")
        expect(page.locator(f"#{identity}.done")).to_be_visible()
        expect(page.locator(".item:not(.done):focus")).to_have_count(1)
    assert Verdict.objects.standing().count() == 20
    assert Event.objects.filter(status=Status.REJECTED).count() == 5
    assert Event.objects.filter(type="apology", status=Status.CONFIRMED).count() == 5
    assert set(Verdict.objects.values_list("origin", flat=True)) == {"desk"}
    expect(page.locator("#judged")).to_have_text("20")
    # The last one back, and help at hand.
    last = Verdict.objects.latest("pk").event_id
    page.keyboard.press("u")
    expect(page.locator(f"#item-{last}:not(.done):focus")).to_be_visible()
    assert Verdict.objects.standing().count() == 19
    page.keyboard.press("?")
    expect(page.get_by_role("dialog")).to_contain_text("Keys of the desk")
    page.keyboard.press("Escape")
    expect(page.get_by_role("dialog")).to_be_hidden()


def test_the_focus_goes_on_though_two_answers_overlap(open_as: Any, waiting: list[Event]) -> None:
    """The next items arrive between the swap of a verdict and its settling: the one must not forget the other's."""
    page: Page = open_as("editor")
    page.goto("/desk/")
    held: list[Any] = []
    page.route(lambda url: "shown=" in url, lambda route: held.append(route))
    page.keyboard.press("j")
    for _ in range(8):
        identity = focused(page)
        page.keyboard.press("a")
        expect(page.locator(f"#{identity}.done")).to_be_visible()
        expect(page.locator(".item:not(.done):focus")).to_have_count(1)
    page.evaluate("htmx.config.defaultSettleDelay = 1500")
    identity = focused(page)
    page.keyboard.press("a")
    expect(page.locator(f"#{identity}.done")).to_be_visible()
    assert len(held) == 1, "the next ones were asked for once"
    held[0].continue_()
    expect(page.locator(".item:not(.done)")).to_have_count(10)
    expect(page.locator(".item:not(.done):focus")).to_have_count(1)


@BOTH
def test_a_verdict_is_given_in_place_or_by_a_plain_form(open_as: Any, waiting: list[Event], javascript: bool) -> None:
    page: Page = open_as("editor", javascript=javascript)
    page.goto("/desk/?type=clash")
    expect(page.locator(".item:not(.done)")).to_have_count(5)
    first = page.locator(".item").first
    event = Event.objects.get(pk=int(first.get_attribute("data-event") or 0))
    expect(first.locator("blockquote").first).to_contain_text("It had been quiet before.")
    expect(first.locator("mark.trigger").first).to_have_text("acted")
    first.get_by_role("link", name="Reject…").click()
    page.get_by_label("Why it is no event").fill("A different country")
    page.get_by_role("button", name="Reject", exact=True).click()
    expect(page.locator(".item:not(.done)")).to_have_count(4)
    assert re.search(r"/desk/\?type=clash", page.url)
    event.refresh_from_db()
    assert event.status == Status.REJECTED and event.corrections.get().reason == "A different country"
    page.locator(".item:not(.done)").first.get_by_role("link", name="Edit").click()
    page.get_by_label("Place").fill("Wagah")
    page.get_by_label("Note for readers").fill("Both armies confirmed it later")
    page.get_by_role("button", name="Save and accept").click()
    expect(page.locator(".item:not(.done)")).to_have_count(3)
    assert Event.objects.get(place="Wagah").note == "Both armies confirmed it later"


def test_two_editors_never_get_the_same_and_see_each_others_change(open_as: Any, waiting: list[Event]) -> None:
    one: Page = open_as("editor")
    other: Page = open_as("editor")
    one.goto("/desk/")
    other.goto("/desk/")
    ids = [{item.get_attribute("data-event") for item in page.locator(".item").all()} for page in (one, other)]
    assert len(ids[0]) == len(ids[1]) == 10 and not ids[0] & ids[1]


@BOTH
def test_what_two_editors_changed_stands_side_by_side_and_nothing_is_lost(
    open_as: Any, waiting: list[Event], javascript: bool
) -> None:
    page: Page = open_as("editor", javascript=javascript)
    event = next(event for event in waiting if event.type == "clash")
    page.goto(event.get_absolute_url())
    page.get_by_text("Correct this event").click()
    form = page.locator("#correction form")
    form.get_by_label("Type").select_option("accusation")
    form.get_by_label("Place").fill("Geneva")
    form.get_by_label("Reason").fill("The story says so in its third paragraph")
    colleague = making.user("editor")
    correct_event(event.pk, editor=colleague, type="rejection", reason="a refusal")
    form.get_by_role("button", name="Confirm").click()
    both = page.locator(".meanwhile")
    expect(both).to_contain_text("Nothing is saved yet")
    expect(both).to_contain_text(colleague.username)
    row = both.get_by_role("row").filter(has_text="Type")
    names = [event_types()[slug].name for slug in ("clash", "rejection", "accusation")]
    expect(row.get_by_role("cell")).to_have_text(names)
    event.refresh_from_db()
    assert event.type == "rejection" and event.place == "", "nothing was overwritten"
    expect(form.get_by_label("Type")).to_have_value("accusation")
    expect(form.get_by_label("Place")).to_have_value("Geneva")
    expect(form.get_by_label("Reason")).to_have_value("The story says so in its third paragraph")
    form.get_by_role("button", name="Confirm").click()
    expect(page.locator(".meanwhile")).to_have_count(0)
    event.refresh_from_db()
    assert (event.type, event.place, event.status) == ("accusation", "Geneva", Status.CONFIRMED)
    assert Correction.objects.filter(event=event).count() == 2, "both stand in the history"


def test_a_reload_in_mid_edit_loses_nothing_typed(open_as: Any, waiting: list[Event]) -> None:
    page: Page = open_as("editor")
    page.goto("/desk/")
    item = page.locator(".item").nth(2)
    identity = item.get_attribute("id")
    item.get_by_role("link", name="Edit").click()
    form = page.locator(f"#{identity} form")
    form.get_by_label("Type").select_option("apology")
    form.get_by_label("Note for readers").fill("Half a sentence that goes")
    page.reload()
    form = page.locator(f"#{identity} form")
    expect(form.get_by_label("Note for readers")).to_have_value("Half a sentence that goes")
    expect(form.get_by_label("Type")).to_have_value("apology")
    expect(form).to_contain_text("What you had typed is here again")
    form.get_by_role("button", name="Save and accept").click()
    expect(page.locator(f"#{identity}.done")).to_be_visible()
    assert Event.objects.get(note="Half a sentence that goes").type == "apology"
    page.reload()
    expect(page.locator(".item form[data-draft]")).to_have_count(0)
    # On the event's own page too; what is saved is no draft any more.
    page.goto(waiting[0].get_absolute_url())
    page.get_by_text("Correct this event").click()
    page.get_by_label("Place").fill("Tokyo")
    page.get_by_label("Reason").first.fill("Not yet done")
    page.reload()
    expect(page.get_by_label("Reason").first).to_have_value("Not yet done")
    page.get_by_role("button", name="Save", exact=True).click()
    expect(page.get_by_text("Saved.")).to_be_visible()
    page.get_by_text("Correct this event").click()
    expect(page.get_by_label("Reason").first).to_have_value("")
    page.get_by_label("Place").fill("Osaka")
    page.get_by_role("button", name="Save", exact=True).click()
    expect(page.locator("dd").filter(has_text="Osaka")).to_be_visible()
    expect(page.locator(".meanwhile")).to_have_count(0)


def test_keys_change_nothing_out_of_sight_and_pass_over_nothing_typed(open_as: Any, waiting: list[Event]) -> None:
    page: Page = open_as("editor")
    page.goto("/desk/")
    page.evaluate("window.scrollTo(0, 1500)")
    page.keyboard.press("a")
    expect(page.locator(".item:focus")).to_be_in_viewport()
    assert not Verdict.objects.exists(), "the first key finds the item"
    item = focused(page)
    for _ in range(5):
        page.keyboard.down("a")  # held
    page.keyboard.up("a")
    expect(page.locator(f"#{item}.done")).to_be_visible()
    expect(page.locator(".item.done")).to_have_count(1)
    expect(page.locator(".item:not(.done):focus")).to_have_count(1)
    # Typed, closed, and then accepted: the form comes back instead.
    item = focused(page)
    page.keyboard.press("e")
    expect(page.locator("[name=type]:focus")).to_be_visible()
    page.locator(f"#{item}").get_by_label("Note for readers").fill("To be looked at again")
    page.keyboard.press("Escape")
    expect(page.locator(f"#{item}:focus")).to_be_visible()
    page.keyboard.press("a")
    expect(page.locator(f"#{item}").get_by_label("Note for readers")).to_have_value("To be looked at again")
    page.keyboard.press("Escape")
    expect(page.locator(f"#{item}:focus")).to_be_visible()
    # Left to others there is nothing to undo: u takes the verdict before it back.
    page.keyboard.press("j")
    page.keyboard.press("s")
    expect(page.locator(".item.done")).to_have_count(2)
    page.keyboard.press("u")
    expect(page.locator(".item.done")).to_have_count(1)
    assert not Verdict.objects.standing().exists()


def test_a_reason_typed_blindly_rejects_only_what_was_seen(open_as: Any, waiting: list[Event]) -> None:
    page: Page = open_as("editor")
    page.goto("/desk/")
    page.keyboard.press("j")
    item = focused(page)
    event = int(item.removeprefix("item-"))
    correct_event(event, editor=making.user("editor"), status=Status.CONFIRMED, reason="checked with the ministry")
    page.keyboard.press("r")
    expect(page.locator("[name=reason]:focus")).to_be_visible()
    expect(page.locator(f"#{item}")).to_contain_text("Someone changed this since you saw it")
    page.keyboard.press("Enter")
    expect(page.locator(f"#{item} .meanwhile")).to_contain_text("checked with the ministry")
    assert Event.objects.get(pk=event).status == Status.CONFIRMED


def test_who_was_signed_out_is_told_where_they_are(open_as: Any, waiting: list[Event]) -> None:
    page: Page = open_as("editor")
    page.goto("/desk/")
    for _ in range(5):
        page.keyboard.press("j")
    page.context.clear_cookies()
    page.keyboard.press("a")
    expect(page.get_by_role("link", name="Sign in again")).to_be_in_viewport()


def test_without_script_the_last_verdict_can_be_taken_back(open_as: Any, waiting: list[Event]) -> None:
    page: Page = open_as("editor", javascript=False)
    page.goto("/desk/")
    page.locator(".item").first.get_by_role("button", name="Accept").click()
    expect(page.get_by_text(re.compile("Accepted: .*, .*→"))).to_be_visible()
    page.get_by_role("button", name="Undo").click()
    expect(page.get_by_text("Undone. It is on your desk again.")).to_be_visible()
    assert not Verdict.objects.standing().exists()


@BOTH
def test_one_verdict_on_many_is_shown_first_and_taken_back_whole(
    open_as: Any, waiting: list[Event], javascript: bool
) -> None:
    page: Page = open_as("editor", javascript=javascript)
    page.goto("/desk/")
    if javascript:
        page.keyboard.press("j")
        page.keyboard.press("x")
        page.keyboard.press("j")
        page.keyboard.press("x")
        expect(page.locator("#chosen-count")).to_have_text("2 ticked")
    else:
        for number in (0, 1):
            page.locator(".item").nth(number).get_by_role("checkbox").check()
    page.locator("#chosen").get_by_role("button", name="Reject…").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("2 events would be rejected")
    expect(page.get_by_text("Nothing is changed yet.")).to_be_visible()
    assert not Correction.objects.exists()
    page.get_by_label("Reason, kept with each").fill("Both from a satire page")
    page.get_by_role("button", name="Reject them").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("2 events judged")
    assert Event.objects.filter(status=Status.REJECTED).count() == 2
    page.get_by_role("button", name="Take all of it back").click()
    expect(page.get_by_text("2 changes taken back.")).to_be_visible()
    assert not Event.objects.filter(status=Status.REJECTED).exists()
    assert ReviewItem.objects.filter(state=ReviewState.WAITING).count() == 23


def test_a_second_opinion_is_given_blind(open_as: Any, waiting: list[Event], settings: Any) -> None:
    settings.SECOND_OPINION_SHARE = 1.0
    ReviewItem.objects.all().delete()
    ReviewItem.objects.renew([event.pk for event in waiting])
    one: Page = open_as("editor")
    other: Page = open_as("editor")
    one.goto("/desk/")
    one.locator(".item").first.get_by_role("link", name="Edit").click()
    one.locator(".item").get_by_label("Type").select_option("apology")
    one.get_by_role("button", name="Save and accept").click()
    expect(one.locator(".item.done")).to_have_count(1)
    judged = Event.objects.get(type="apology")
    other.goto("/desk/")
    item = other.locator(f"#item-{judged.pk}")
    expect(item).to_be_visible()
    expect(item).not_to_contain_text("Apology")
    other.goto(judged.get_absolute_url())
    expect(other.get_by_role("heading", level=1)).to_have_text("A second opinion is asked of you")
    other.get_by_role("link", name="Judge it at the desk").click()
    other.get_by_role("button", name="Accept").click()
    expect(other.locator(".item.done")).to_contain_text("as a second opinion")
    judged.refresh_from_db()
    assert judged.type == "apology", "the second opinion changes nothing by itself"
    assert judged.review.state == ReviewState.SPLIT
