"""The months of the calendar of engagements."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest
from django.test import Client

from relations.models import Engagement
from tests import making
from tests.views.plans import CALENDAR, day, planned, text

pytestmark = pytest.mark.django_db
MAY = dt.date(2031, 5, 1)


def fields(client: Client, month: dt.date, query: str = "") -> dict[int, list[str]]:
    """What a month's calendar has on each day: the notes of its entries."""
    shown = client.get(f"{CALENDAR}{month:%Y-%m}/{query}").context["month"]
    return {each.number: [one.note for one in each.shown] for week in shown.weeks for each in week if each.shown}


def in_may(*numbers: int, words: str = "", **values: Any) -> Engagement:
    on = [MAY.replace(day=number) for number in numbers]
    ends: dict[str, Any] = {"planned_from": on[0], "planned_until": on[-1]} if on else {}
    return planned(planned_on=on, planned_words=words, **(ends | values))[0]


def test_the_calendar_has_engagements_on_the_days_planned_or_held(signed_in: Any) -> None:
    client = signed_in()
    in_may(7)
    in_may(12, 14, words="12 to 14 May")
    in_may(20, 22, words="20 or 22 May")
    in_may(25, state="held", held_on=MAY.replace(day=26))
    in_may(planned_from=MAY.replace(day=28), planned_until=MAY.replace(day=29))
    a_range, either, some = "12 to 14 May 2031", "20 or 22 May 2031", "some day between 28 and 29 May 2031"
    assert fields(client, MAY) == {
        **{7: [""], 12: [a_range], 13: [a_range], 14: [a_range]},
        **{20: [either], 22: [either], 26: [""], 28: [some], 29: [some]},
    }
    assert fields(client, MAY, "?country=fra") == {}
    page = text(client, f"{CALENDAR}2031-05/")
    assert "Wednesday 7 May 2031" in page and "Some time in" not in page


def test_a_range_goes_on_in_the_next_month(signed_in: Any) -> None:
    ends: dict[str, Any] = {"planned_from": MAY.replace(day=30), "planned_until": dt.date(2031, 6, 2)}
    planned(planned_on=list(ends.values()), planned_words="from 30 May to 2 June", **ends)
    client = signed_in()
    assert list(fields(client, MAY)) == [30, 31] and list(fields(client, dt.date(2031, 6, 1))) == [1, 2]
    assert fields(client, dt.date(2031, 7, 1)) == {}


def test_what_is_planned_for_some_time_of_a_month_stands_beside_its_calendar(signed_in: Any) -> None:
    in_may(planned_from=MAY, planned_until=MAY.replace(day=31), words="in May")
    client = signed_in()
    page = text(client, f"{CALENDAR}2031-05/")
    assert "Some time in May" in page and fields(client, MAY) == {}
    assert "No engagement is planned for June 2031" in text(client, f"{CALENDAR}2031-06/")


def test_many_engagements_of_a_day_fold(signed_in: Any) -> None:
    for _ in range(12):
        in_may(7)
    page = text(signed_in(), f"{CALENDAR}2031-05/")
    assert "<summary>8 more</summary>" in page and page.count('class="entry announced"') == 12


def test_the_calendar_begins_with_this_month_and_leads_to_those_around(signed_in: Any) -> None:
    planned(planned_on=[day(0)], planned_from=day(0), planned_until=day(0))
    client = signed_in()
    assert f"<h2>{making.today():%B %Y}</h2>" in text(client, CALENDAR)
    assert 'class="today-word">today<' in text(client, CALENDAR)
    page = text(client, f"{CALENDAR}2031-01/?kind=visit&country=pak")
    for month in ("2030-12", "2031-02"):
        assert f'href="{CALENDAR}{month}/?country=pak&amp;kind=visit"' in page
    assert 'rel="prev"' not in text(client, f"{CALENDAR}1900-01/")
    assert 'rel="next"' not in text(client, f"{CALENDAR}2199-12/")


@pytest.mark.parametrize(
    ("month", "words"),
    [
        ("2026-13", "There is no month 2026-13. Write it as 2026-11."),
        ("2026-00", "There is no month 2026-00"),
        ("2026-1", "There is no month 2026-1."),
        ("november", "There is no month november."),
        ("٢٠٢٦-11", "There is no month"),
        ("0000-01", "The calendar goes from 1900 to 2199."),
        ("9999-12", "The calendar goes from 1900 to 2199."),
    ],
)
def test_a_month_that_is_none_is_not_found_in_words(signed_in: Any, month: str, words: str) -> None:
    response = signed_in().get(f"{CALENDAR}{month}/")
    assert response.status_code == 404 and words in response.content.decode()
