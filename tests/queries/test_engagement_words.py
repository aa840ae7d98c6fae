"""What engagements are called and when they are planned for, in words."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest

from relations.models import Country, CountryPair, Engagement
from relations.queries.engagement_words import days_of, engagement_words, span_of, time_words, title

TODAY = dt.date(2026, 5, 10)


def day(text: str) -> dt.date:
    return dt.date.fromisoformat(text)


def engagement(kind: str = "visit", *, one_way: bool = True, **values: Any) -> Engagement:
    pakistan, states = Country(code="PAK", name="Pakistan"), Country(code="USA", name="United States")
    pair = CountryPair(first=pakistan, second=states, slug="pak-usa")
    sides = {"visitor": pakistan, "host": states} if one_way else {}
    defaults = {"state": "announced", "last_heard_on": TODAY, "event_count": 1, "pk": 7}
    return Engagement(pair=pair, kind=kind, **(defaults | sides | values))


def planned(days: str = "", words: str = "", window: tuple[str, str] | None = None, **values: Any) -> Engagement:
    """days: separated by spaces."""
    on = [day(each) for each in days.split()]
    first, last = [day(each) for each in window] if window else (min(on, default=None), max(on, default=None))
    return engagement(planned_on=on, planned_words=words, planned_from=first, planned_until=last, **values)


@pytest.mark.parametrize(
    ("days", "words", "told"),
    [
        ("2017-09-21", "September 21", "21 September 2017"),
        ("2017-09-21 2017-09-23", "September 21 or 23", "21 or 23 September 2017"),
        ("2017-09-23 2017-09-21", "", "21 or 23 September 2017"),
        ("2017-09-21 2017-09-23 2017-09-25", "21, 23 or 25 September", "21, 23 or 25 September 2017"),
        ("2026-05-12 2026-05-14", "from 12 to 14 May", "12 to 14 May 2026"),
        ("2026-05-12 2026-05-14", "May 12-14", "12 to 14 May 2026"),
        ("2026-05-12 2026-05-14", "12 May–14 May", "12 to 14 May 2026"),
        ("2026-05-12 2026-05-14", "between 12 and 14 May", "12 to 14 May 2026"),
        ("2026-05-12 2026-05-14", "12 and 14 May", "12 and 14 May 2026"),
        ("2026-05-12 2026-05-14", "2026-05-12, 2026-05-14", "12 or 14 May 2026"),
        ("2026-04-30 2026-05-02", "from 30 April to 2 May", "30 April to 2 May 2026"),
        ("2026-04-30 2026-05-02", "30 April or 2 May", "30 April or 2 May 2026"),
        ("2026-12-30 2027-01-02", "from 30 December to 2 January", "30 December 2026 to 2 January 2027"),
        ("", "", "no date said"),
    ],
)
def test_days_are_told_as_alternatives_or_as_a_range(days: str, words: str, told: str) -> None:
    assert time_words(planned(days, words)) == told


@pytest.mark.parametrize(
    ("window", "words", "told"),
    [
        (("2026-05-01", "2026-05-31"), "next month", "May 2026 (“next month”)"),
        (("2026-05-01", "2026-05-31"), "in May", "May 2026"),
        (("2026-05-01", "2026-05-31"), "early May", "May 2026 (“early May”)"),
        (("2026-05-04", "2026-05-10"), "next week", "week of 4 May 2026 (“next week”)"),
        (("2026-05-08", "2026-05-31"), "later this month", "between 8 and 31 May 2026 (“later this month”)"),
        (("2026-04-30", "2026-05-02"), "", "between 30 April and 2 May 2026"),
        (("2026-05-08", "2026-05-08"), "", "8 May 2026"),
    ],
)
def test_a_longer_time_is_told_with_the_storys_own_words(window: tuple[str, str], words: str, told: str) -> None:
    assert time_words(planned(words=words, window=window)) == told


@pytest.mark.parametrize(
    ("made", "told"),
    [
        (engagement(participants=["Khawaja Asif"]), "Visit of Pakistan to the United States: Khawaja Asif"),
        (engagement(one_way=False), "Visit between Pakistan and the United States"),
        (engagement("talks", one_way=False), "Talks between Pakistan and the United States"),
        (engagement("talks"), "Talks between Pakistan and the United States"),
        (engagement("summit", participants=["A", "B"]), "Summit of Pakistan and the United States: A and B"),
        (
            engagement("meeting", participants=list("ABCD")),
            "Meeting of Pakistan and the United States: A, B and 2 more",
        ),
        (engagement("exercise"), "Joint exercise of Pakistan and the United States"),
        (engagement("exchange"), "Exchange of visits between Pakistan and the United States"),
        (engagement(participants=["Government of Pakistan"]), "Visit of Pakistan to the United States"),
        (
            engagement(participants=["Foreign ministry of Pakistan"]),
            "Visit of Pakistan to the United States: Foreign ministry",
        ),
    ],
)
def test_a_title_says_who_meets_whom(made: Engagement, told: str) -> None:
    assert title(made) == told


@pytest.mark.parametrize(
    ("values", "state", "told"),
    [
        ({}, "announced", "announced"),
        ({"state": "postponed", "last_heard_on": day("2026-03-05")}, "postponed", "postponed on 5 March"),
        ({"state": "held", "held_on": day("2025-03-05")}, "held", "held on 5 March 2025"),
        ({"state": "cancelled", "last_heard_on": day("2026-03-05")}, "cancelled", "cancelled on 5 March"),
        ({"event_count": 0, "state": "cancelled"}, "gone", "nothing left of it"),
        (
            {"planned_until": day("2026-05-06"), "last_heard_on": day("2026-03-03")},
            "no-word",
            "no word since 3 March",
        ),
        ({"planned_until": day("2026-05-07"), "last_heard_on": day("2026-03-03")}, "announced", "announced"),
        ({"last_heard_on": day("2026-01-02")}, "no-word", "no word since 2 January"),
        ({"state": "postponed", "planned_until": day("2026-05-01")}, "postponed", "postponed on 10 May"),
    ],
)
def test_the_state_is_told_with_its_day(values: dict, state: str, told: str) -> None:
    words = engagement_words(engagement(**values), TODAY)
    assert (words.state, words.state_words) == (state, told)


@pytest.mark.parametrize(
    ("days", "told"),
    [
        ("2026-05-10", "today"),
        ("2026-05-11 2026-05-13", "tomorrow"),
        ("2026-05-09 2026-05-20", "in 10 days"),
        ("2026-08-01", ""),
        ("2026-05-09", ""),
    ],
)
def test_the_days_left_are_counted_where_they_are_few(days: str, told: str) -> None:
    assert engagement_words(planned(days), TODAY).soon == told


def test_what_is_put_off_is_not_counted_down_to() -> None:
    assert engagement_words(planned("2026-05-12", state="postponed"), TODAY).soon == ""


def test_of_a_week_no_day_is_counted_down_to() -> None:
    assert engagement_words(planned(window=("2026-05-11", "2026-05-17")), TODAY).soon == ""


def days(text: str) -> list[dt.date]:
    return [day(f"2026-05-{each}") for each in text.split()]


@pytest.mark.parametrize(
    ("made", "on"),
    [
        (planned("2026-05-12 2026-05-14", "12 to 14 May"), "12 13 14"),
        (planned("2026-05-12 2026-05-14", "12 or 14 May"), "12 14"),
        (planned(window=("2026-05-04", "2026-05-10"), words="next week"), "04 05 06 07 08 09 10"),
        (planned(window=("2026-05-01", "2026-05-31"), words="in May"), ""),
        (planned(), ""),
        (planned("2026-05-12 2026-05-14", "12 to 14 May", state="held", held_on=day("2026-05-13")), "12 13 14"),
        (planned("2026-05-12 2026-05-14", "12 or 14 May", state="held", held_on=day("2026-05-14")), "14"),
        (planned("2026-05-12", state="held", held_on=day("2026-05-20")), "20"),
        (planned(window=("2026-05-01", "2026-05-31"), state="held", held_on=day("2026-05-20")), "20"),
    ],
)
def test_a_calendar_shows_the_days_planned_or_the_day_held(made: Engagement, on: str) -> None:
    assert days_of(made) == days(on)


def test_a_span_goes_from_the_first_to_the_last_day_of_alternatives_and_of_longer_times() -> None:
    assert span_of(planned("2026-05-12 2026-05-14", "12 or 14 May")) == (day("2026-05-12"), day("2026-05-14"))
    assert span_of(planned(window=("2026-05-01", "2026-05-31"))) == (day("2026-05-01"), day("2026-05-31"))
    assert span_of(planned()) is None
