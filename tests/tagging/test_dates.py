from __future__ import annotations

import datetime as dt

import pytest

from relations.tagging.dates import date_event, is_background, moments

# A Wednesday.
PUBLISHED = dt.date(2026, 3, 11)


def when(text: str, trigger: str, *, done: bool = True) -> tuple[str, str, str]:
    dating = date_event(moments(text, PUBLISHED), PUBLISHED, text.index(trigger), done=done)
    return dating.on.isoformat(), dating.precision, dating.words


@pytest.mark.parametrize(
    ("text", "day", "precision"),
    [
        ("Peru closed the border on Wednesday.", "2026-03-11", "day"),
        ("Peru closed the border on Thursday.", "2026-03-05", "day"),
        ("Peru closed the border yesterday.", "2026-03-10", "day"),
        ("Peru closed the border today.", "2026-03-11", "day"),
        ("Peru closed the border over the weekend.", "2026-03-07", "day"),
        ("Peru closed the border on 5 March.", "2026-03-05", "day"),
        ("Peru closed the border on March 5.", "2026-03-05", "day"),
        ("Peru closed the border on 28 December.", "2025-12-28", "day"),
        ("Peru closed the border on 2 March 2026.", "2026-03-02", "day"),
        ("Peru closed the border last week.", "2026-03-02", "week"),
        ("Peru closed the border earlier this week.", "2026-03-09", "week"),
        ("Peru closed the border last month.", "2026-02-01", "month"),
        ("Peru closed the border in November.", "2025-11-01", "month"),
        ("Peru closed the border three days ago.", "2026-03-08", "day"),
        ("Peru closed the border two weeks ago.", "2026-02-23", "week"),
    ],
)
def test_an_act_that_was_done_is_dated_backwards(text: str, day: str, precision: str) -> None:
    assert when(text, "closed")[:2] == (day, precision)


def test_without_a_date_the_day_of_publication_stands() -> None:
    assert when("Peru closed the border.", "closed") == ("2026-03-11", "day", "")


def test_an_act_done_is_never_dated_behind_publication() -> None:
    assert when("Peru raised duties that will apply from 20 March.", "raised")[0] == "2026-03-11"


def test_the_nearest_date_is_the_acts_and_not_that_of_the_saying() -> None:
    assert when("Peru closed the border on Sunday, a guard said on Monday.", "closed")[0] == "2026-03-08"


def test_a_limit_is_no_date_of_the_act() -> None:
    assert when("Peru closed the border until Friday.", "closed") == ("2026-03-11", "day", "")


@pytest.mark.parametrize(
    ("text", "planned"),
    [
        ("The minister will visit Peru on Friday.", ["2026-03-13"]),
        ("The minister will visit Peru tomorrow.", ["2026-03-12"]),
        ("The minister is to visit Peru on September 21 or 23.", ["2026-09-21", "2026-09-23"]),
        ("The minister is to visit Peru on 4 January.", ["2027-01-04"]),
        ("The minister will visit Peru next week.", []),
        ("The minister will visit Peru on 14 March, it was announced on Monday.", ["2026-03-14"]),
    ],
)
def test_a_plan_is_dated_forwards_and_announced_before(text: str, planned: list[str]) -> None:
    dating = date_event(moments(text, PUBLISHED), PUBLISHED, text.index("visit"), done=False)
    assert [day.isoformat() for day in dating.planned] == planned
    assert dating.on <= PUBLISHED


def test_the_day_of_an_announcement_is_read() -> None:
    assert when("It will visit Peru on 14 March, it was announced on Monday.", "visit", done=False)[0] == "2026-03-09"


@pytest.mark.parametrize(("text", "old"), [("Peru attacked in 1995.", True), ("Peru attacked on Monday.", False)])
def test_history_is_told_from_news(text: str, old: bool) -> None:
    assert is_background(moments(text, PUBLISHED), PUBLISHED, 5) is old


@pytest.mark.parametrize("text", ["on 31 February", "on 0 March", "It may, they said.", "March on, soldiers!"])
def test_what_is_no_date_is_none(text: str) -> None:
    assert moments(text, PUBLISHED) == []
