"""The chart of a timeline in a real browser: by mouse, keys and finger, and where its script or figures are missing."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from relations.models import Event, PairDay
from relations.scoring.run import score_stale_days
from tests import making

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True), pytest.mark.xdist_group("browser")]
PAIR = "/pairs/pak-usa/"
MARK_EVERY = 10  # pixels, as chart-plot.js has it


def ago(days: int) -> dt.date:
    return making.today() - dt.timedelta(days=days)


def words(day: dt.date) -> str:
    return f"{day.day} {day:%B %Y}"


@pytest.fixture
def history(transactional_db: None) -> dict[int, Event]:
    """Five events of Pakistan and the United States, by how many days ago they happened; of two on one day the graver.

    The first is so slight that little is known in the months after it.
    """
    made = {
        700: making.event(type="statement_neutral", occurred_on=ago(700)),
        300: making.event(type="clash", occurred_on=ago(300)),
        200: making.event(type="agreement_signed", occurred_on=ago(200), mutual=True),
        100: making.event("USA", "PAK", "visit_postponed", occurred_on=ago(100)),
    }
    making.event(type="statement_criticism", occurred_on=ago(100))
    score_stale_days()
    return made


@pytest.fixture
def opened(open_as: Any) -> Any:
    """opened("?since=...", width=360) -> the timeline with its chart drawn, and what the browser complains of."""

    def open_chart(query: str = "", **options: Any) -> tuple[Page, list[str]]:
        page = open_as("analyst", **options)
        complaints: list[str] = []
        page.on("console", lambda said: complaints.append(said.text) if said.type in ("error", "warning") else None)
        page.goto(f"{PAIR}{query}")
        expect(page.locator(".has-plot .plot[data-marks]")).to_be_visible()
        return page, complaints

    return open_chart


def place(page: Page, day: dt.date, above: float | None = None) -> tuple[float, float]:
    """Where a day is on the screen: on the strip of marks, or so many pixels below the top of the picture."""
    box = page.locator(".plot .u-over").bounding_box()
    assert box
    x = page.evaluate("iso => chart.plot.xOf(ChartData.dayNumber(iso))", day.isoformat())
    return box["x"] + x, box["y"] + (box["height"] - 12 if above is None else above)


def drag(page: Page, since: dt.date, until: dt.date) -> None:
    page.mouse.move(*place(page, since, 80))
    page.mouse.down()
    page.mouse.move(*place(page, until, 95), steps=5)
    page.mouse.up()


def shown(page: Page) -> tuple[str, str]:
    return page.evaluate("(({ since, until }) => [since, until])(document.querySelector('.plot').dataset)")


def test_dragging_chooses_days_and_list_and_address_follow(opened: Any, history: dict[int, Event]) -> None:
    page, complaints = opened()
    expect(page.locator(".event")).to_have_count(5)
    page.evaluate("document.querySelector('.plot canvas').wasHere = true")
    whole = shown(page)
    drag(page, ago(320), ago(180))
    expect(page.locator(".event")).to_have_count(2)
    since, until = shown(page)
    assert f"since={since}" in page.url and f"until={until}" in page.url
    assert abs(dt.date.fromisoformat(since) - ago(320)) <= dt.timedelta(days=2)
    assert page.evaluate("document.querySelector('.plot canvas').wasHere"), "the picture was made anew"
    expect(page.get_by_role("img", name=f"Tension score from {since} to {until}")).to_be_visible()
    page.go_back()
    expect(page.locator(".event")).to_have_count(5)
    expect(page.locator(f'.plot[data-since="{whole[0]}"][data-until="{whole[1]}"]')).to_be_visible()
    page.go_forward()
    expect(page.locator(".event")).to_have_count(2)
    expect(page.locator(f'.plot[data-since="{since}"][data-until="{until}"]')).to_be_visible()
    page.get_by_role("link", name="Whole time").click()
    expect(page.locator(".event")).to_have_count(5)
    expect(page.locator(".plot")).to_be_focused()
    assert "since" not in page.url and list(shown(page)) == list(whole)
    assert complaints == []


def test_the_page_stays_where_it_was_read(opened: Any, history: dict[int, Event]) -> None:
    page, _ = opened(width=360)
    page.locator(".plot").focus()
    page.evaluate("scrollTo(0, 200)")
    page.keyboard.press("Shift+M")
    page.keyboard.press("Enter")
    expect(page.locator(".event")).to_have_count(2)
    expect(page.locator(".plot")).to_be_focused()
    assert page.evaluate("scrollY") == 200


def test_the_chart_is_walked_by_keys_from_event_to_event(opened: Any, history: dict[int, Event]) -> None:
    page, complaints = opened()
    plot, readout, said = page.locator(".plot"), page.locator(".readout"), page.locator(".live [role=status]")
    expect(plot).to_have_accessible_name("Tension between Pakistan and the United States")
    plot.focus()
    page.keyboard.press("Home")
    expect(readout.locator(".on-day")).to_have_text(words(ago(700)))
    page.keyboard.press("m")
    expect(readout).to_contain_text("Armed clash: Pakistan → United States")
    expect(said).to_contain_text(f"{words(ago(300))}: ")
    expect(said).to_contain_text("conflict: Armed clash, Pakistan towards United States. 1 event this day.")
    page.keyboard.press("m")
    expect(said).to_contain_text("cooperation: Agreement signed, Pakistan with United States")
    page.keyboard.press("m")
    expect(said).to_contain_text("Visit postponed, United States towards Pakistan. 2 events this day.")
    expect(readout.get_by_role("link", name="Visit postponed")).to_have_attribute("href", f"/events/{history[100].pk}/")
    page.keyboard.press("m")
    expect(said).to_have_text("No later event is shown.")
    page.keyboard.press("Enter")
    expect(page.locator(".event")).to_have_count(2)
    expect(plot).to_be_focused()
    assert f"since={ago(100)}&until={ago(100)}" in page.url
    assert dt.date.fromisoformat(shown(page)[0]) == ago(130)  # a day stands among its neighbours
    page.keyboard.press("Escape")
    expect(page.locator(".event")).to_have_count(5)
    assert "since" not in page.url
    assert complaints == []


@pytest.mark.parametrize(
    ("key", "there"),
    [("ArrowLeft", -1), ("ArrowRight", 1), ("Shift+ArrowLeft", -31), ("Shift+ArrowRight", 30)],
)
def test_arrows_go_by_days_and_months(opened: Any, transactional_db: None, key: str, there: int) -> None:
    making.event(type="clash", occurred_on=dt.date(2025, 1, 1))
    score_stale_days()
    page, _ = opened()
    page.evaluate("chart.show(ChartData.dayNumber('2025-04-30'))")
    page.locator(".plot").press(key)
    # A month before the 30th of April is the 30th of March, a month later the 30th of May.
    expect(page.locator(".on-day")).to_have_text(words(dt.date(2025, 4, 30) + dt.timedelta(days=there)))


def test_days_are_chosen_by_keys_and_given_up(opened: Any, history: dict[int, Event]) -> None:
    page, _ = opened()
    page.locator(".plot").focus()
    page.evaluate("iso => chart.show(ChartData.dayNumber(iso))", ago(210).isoformat())
    page.keyboard.press("s")
    page.keyboard.press("Shift+ArrowLeft")
    page.keyboard.press("Escape")
    expect(page.locator(".live [role=status]")).to_have_text("No days were chosen.")
    page.keyboard.press("s")
    for _ in range(4):
        page.keyboard.press("Shift+ArrowLeft")
    expect(page.locator(".plot .u-select")).to_be_visible()
    page.keyboard.press("Enter")
    expect(page.locator(".event")).to_have_count(1)
    expect(page.locator(".event")).to_contain_text("Armed clash")
    expect(page.locator("#id_until")).to_have_value(page.locator(".plot").get_attribute("data-until") or "")


def test_the_mouse_over_a_mark_shows_its_event_and_a_click_leads_to_its_day(
    opened: Any, history: dict[int, Event]
) -> None:
    page, _ = opened()
    x, y = place(page, ago(300))
    page.mouse.move(x + 5, y)  # beside it, but near enough
    readout = page.locator(".readout")
    expect(readout).to_contain_text(f"{words(ago(300))}")
    expect(readout).to_contain_text("Armed clash: Pakistan → United States")
    expect(readout.get_by_role("link", name="1 event this day")).to_be_visible()
    page.mouse.move(*place(page, ago(250), 80))
    expect(readout).to_contain_text("no event")
    page.mouse.click(x, y)
    expect(page.locator(".event")).to_have_count(1)
    assert f"since={ago(300)}&until={ago(300)}" in page.url


def test_the_link_of_a_day_goes_to_its_list(opened: Any, history: dict[int, Event]) -> None:
    page, _ = opened()
    page.mouse.move(*place(page, ago(100)))
    page.get_by_role("link", name="2 events this day").press("Enter")
    expect(page.locator(".event")).to_have_count(2)
    expect(page.locator("section.events")).to_be_focused()


def test_dates_typed_into_the_form_zoom_the_chart(opened: Any, history: dict[int, Event]) -> None:
    page, _ = opened()
    page.evaluate("document.querySelector('.filter-box')?.setAttribute('open', '')")
    page.locator("#id_since").fill(ago(150).isoformat())
    page.locator("#id_since").press("Tab")
    expect(page.locator(f'.plot[data-since="{ago(150)}"][data-until="{ago(0)}"]')).to_be_visible()
    expect(page.locator(".event")).to_have_count(2)


def test_a_finger_scrolls_the_page_and_a_tap_shows_the_event_with_its_link(
    opened: Any, history: dict[int, Event]
) -> None:
    page, _ = opened(width=360)
    assert page.locator(".plot .u-over").evaluate("over => getComputedStyle(over).touchAction") == "pan-y"
    x = page.evaluate("iso => chart.plot.xOf(ChartData.dayNumber(iso))", ago(200).isoformat())
    for kind in ("pointerdown", "pointerup"):
        page.evaluate(
            """([kind, x]) => {
                const over = document.querySelector(".plot .u-over");
                over.setPointerCapture = () => {};
                const { left, top } = over.getBoundingClientRect();
                over.dispatchEvent(new PointerEvent(kind, {
                    pointerType: "touch", isPrimary: true, button: 0, pointerId: 7, bubbles: true,
                    clientX: left + x + 6, clientY: top + 60,
                }));
            }""",
            [kind, x],
        )
    readout = page.locator(".readout")
    expect(readout).to_contain_text(words(ago(200)))
    expect(readout.get_by_role("link", name="Agreement signed")).to_be_visible()
    expect(page.locator(".event")).to_have_count(5)
    assert "since" not in page.url


def test_without_script_picture_and_table_stand_there(open_as: Any, history: dict[int, Event]) -> None:
    page = open_as("analyst", javascript=False)
    page.goto(f"{PAIR}?since={ago(310)}&until={ago(90)}")
    expect(page.get_by_role("img", name=f"Tension score from {ago(310)} to {ago(90)}")).to_be_visible()
    expect(page.locator(".live")).to_be_hidden()
    page.get_by_text("The figures as a table").click()
    expect(page.locator("table.figures tbody tr").first).to_be_visible()
    page.get_by_role("link", name="Whole time").click()
    expect(page.get_by_role("img", name=f"Tension score from {ago(700)}")).to_be_visible()


def test_where_the_figures_cannot_be_had_the_picture_stays_and_says_so(open_as: Any, history: dict[int, Event]) -> None:
    page = open_as("analyst")
    page.route("**/chart.json", lambda route: route.fulfill(status=503))
    page.goto(PAIR)
    expect(page.get_by_text("this is a still picture")).to_be_visible()
    expect(page.get_by_role("img", name="Tension score from")).to_be_visible()
    expect(page.locator(".plot")).to_be_hidden()


def test_print_has_the_still_picture(opened: Any, history: dict[int, Event]) -> None:
    page, _ = opened()
    page.emulate_media(media="print")
    expect(page.locator(".score-chart.wide")).to_be_visible()
    expect(page.locator(".plot")).to_be_hidden()


HAS_COLOUR = """colour => {
    const canvas = document.querySelector(".plot canvas");
    const { data } = canvas.getContext("2d").getImageData(0, 0, canvas.width, canvas.height);
    for (let at = 0; at < data.length; at += 4) {
        if (colour.every((part, one) => data[at + one] === part) && data[at + 3] === 255) return true;
    }
    return false;
}"""


def test_the_picture_follows_the_colour_scheme(opened: Any, history: dict[int, Event]) -> None:
    page, _ = opened(scheme="light")
    light, dark = [168, 56, 15], [240, 145, 107]  # --conflict of base.css, as marks are filled with it
    assert page.evaluate(HAS_COLOUR, light) and not page.evaluate(HAS_COLOUR, dark)
    page.emulate_media(color_scheme="dark")
    page.wait_for_function(HAS_COLOUR, arg=dark)
    assert not page.evaluate(HAS_COLOUR, light)


def test_of_45_years_of_days_all_are_there_and_a_frame_draws_no_more_marks_than_fit(
    opened: Any, transactional_db: None
) -> None:
    n_days = 16_400
    sides = making.sides("PAK", "USA", False)
    types = ("accusation", "visit_made", "clash", "statement_neutral")
    Event.objects.bulk_create(
        Event(type=types[number % 4 if number != 7001 else 2], occurred_on=ago(number), confidence=0.9, **sides)
        for number in range(n_days)
    )
    PairDay.objects.mark_stale((sides["pair"].pk, "own", ago(number)) for number in range(n_days))
    score_stale_days()
    for width in (360, 1280):
        page, complaints = opened(width=width)
        assert (
            page.evaluate("[chart.data.days.length, chart.data.marks.day.length, chart.plot.u.data[3].length]")
            == [n_days] * 3
        )
        fit = page.evaluate("document.querySelector('.plot .u-over').clientWidth") / MARK_EVERY
        assert fit * 0.9 <= int(page.locator(".plot").get_attribute("data-marks") or 0) <= fit
        # Of marks that would cover each other the gravest is drawn.
        drawn = page.evaluate("chart.plot.drawn.map(mark => chart.data.kinds[chart.data.marks.kind[mark]].name)")
        assert set(drawn) == {"Armed clash"}
        drag(page, ago(9000), ago(8000))
        assert int(page.locator(".plot").get_attribute("data-marks") or 0) <= fit
        expect(page.locator(".day h2").first).to_contain_text(
            f"{dt.date.fromisoformat(page.locator('.plot').get_attribute('data-until') or ''):%Y}"
        )
        # Zoomed in, every day has its own.
        page.evaluate("chart.choose(chart.data.last - 70, chart.data.last)")
        assert int(page.locator(".plot").get_attribute("data-marks") or 0) == (71 if width > 710 else int(fit))
        assert page.evaluate("document.documentElement.scrollWidth") <= width
        assert complaints == []
