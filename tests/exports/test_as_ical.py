"""The calendar file: what programs read in it, checked by two libraries that are not ours to fool."""

from __future__ import annotations

import datetime as dt
import re
from typing import Any

import icalendar
import pytest
import vobject
from django.db import connection
from django.test.utils import CaptureQueriesContext

from relations.exports.as_ical import as_ical
from relations.merging.run import merge_new_reports
from relations.models import Engagement, Report
from relations.queries.engagement_files import FILE_ENTRIES, for_file
from relations.queries.engagements import EngagementFilters
from tests import making

pytestmark = pytest.mark.django_db


def day(ahead: int) -> dt.date:
    return making.today() + dt.timedelta(days=ahead)


def announced(*days: dt.date, ago: int = 10, **values: Any) -> Report:
    return making.report(
        type="visit_announced", stage="announced", occurred_on=day(-ago), planned_on=sorted(days), **values
    )


def content(filters: EngagementFilters | None = None, **options: Any) -> bytes:
    file = for_file(filters or EngagementFilters(), making.today(), **options)
    return as_ical(file, "Dyad: engagements", lambda path: f"https://dyad.example{path}")


def read(text: bytes) -> tuple[Any, list[Any]]:
    """The calendar and its entries, once both libraries have found nothing wrong with them."""
    vobject.readOne(text.decode()).validate(raiseException=True)
    calendar = icalendar.Calendar.from_ical(text)
    assert not calendar.errors and not any(event.errors for event in calendar.walk("VEVENT"))
    return calendar, calendar.walk("VEVENT")


def entries(**options: Any) -> list[Any]:
    return read(content(**options))[1]


def only() -> Any:
    (entry,) = entries()
    return entry


def test_an_empty_calendar_is_a_calendar() -> None:
    calendar, found = read(content())
    assert not found and calendar["X-WR-CALNAME"] == calendar["NAME"] == "Dyad: engagements"
    assert calendar["REFRESH-INTERVAL"].dt == dt.timedelta(hours=1)
    assert b"\r\nREFRESH-INTERVAL;VALUE=DURATION:PT1H\r\n" in content()


def test_a_planned_visit_is_a_tentative_entry_of_all_day() -> None:
    announced(day(8), place="Washington")
    merge_new_reports()
    engagement, entry = Engagement.objects.get(), only()
    assert entry["UID"] == f"{engagement.uid}@dyad" and entry["SEQUENCE"] == 0 and entry["STATUS"] == "TENTATIVE"
    assert entry["DTSTART"].dt == day(8) and entry["DTEND"].dt == day(9)
    assert not isinstance(entry["DTSTART"].dt, dt.datetime)
    assert entry["SUMMARY"] == "Visit of Pakistan to the United States"
    assert entry["LOCATION"] == "Washington" and entry["CATEGORIES"].cats == ["visit"]
    assert entry["URL"] == f"https://dyad.example/engagements/{engagement.pk}/"
    assert entry["DTSTAMP"].dt == entry["LAST-MODIFIED"].dt == engagement.updated_at.replace(microsecond=0)
    assert "Visit announced, Pakistan → United States; planned for" in entry["DESCRIPTION"]
    assert entry["URL"] in entry["DESCRIPTION"]


def test_a_postponed_visit_is_the_same_entry_with_a_higher_sequence_and_says_so() -> None:
    announced(day(8))
    merge_new_reports()
    before = only()
    making.report("USA", "PAK", type="visit_postponed", stage="postponed", occurred_on=day(-2))
    merge_new_reports()
    after = only()
    assert after["UID"] == before["UID"] and after["SEQUENCE"] > before["SEQUENCE"]
    assert after["LAST-MODIFIED"].dt >= before["LAST-MODIFIED"].dt
    assert after["SUMMARY"] == "Postponed: Visit of Pakistan to the United States" and after["STATUS"] == "TENTATIVE"
    assert after["DTSTART"].dt == day(8), "the date it had is kept"
    story = after["DESCRIPTION"]
    assert story.index("Visit announced") < story.index("Visit postponed, United States → Pakistan")
    again = only()
    assert (again["UID"], again["SEQUENCE"]) == (after["UID"], after["SEQUENCE"]), "nothing changed, so nothing grows"


def test_a_rescheduled_visit_moves_to_its_new_day() -> None:
    announced(day(8))
    making.report("USA", "PAK", type="visit_postponed", stage="postponed", occurred_on=day(-5))
    merge_new_reports()
    before = only()
    announced(day(20), ago=1)
    merge_new_reports()
    after = only()
    assert after["UID"] == before["UID"] and after["SEQUENCE"] > before["SEQUENCE"]
    assert after["DTSTART"].dt == day(20) and after["STATUS"] == "TENTATIVE"
    assert after["SUMMARY"] == "Visit of Pakistan to the United States"


def test_a_cancelled_visit_is_cancelled() -> None:
    announced(day(8))
    making.report("USA", "PAK", type="visit_cancelled", stage="cancelled", occurred_on=day(-2))
    merge_new_reports()
    assert only()["STATUS"] == "CANCELLED" and only()["SUMMARY"].startswith("Cancelled: Visit")


def test_a_visit_that_took_place_is_confirmed_on_its_day_even_if_nobody_announced_it() -> None:
    making.report(type="visit_made", occurred_on=day(-4))
    merge_new_reports()
    assert only()["STATUS"] == "CONFIRMED" and only()["DTSTART"].dt == day(-4)


def test_of_a_visit_whose_date_passed_in_silence_the_entry_says_so() -> None:
    announced(day(-20), ago=40)
    merge_new_reports()
    assert only()["SUMMARY"] == "No word: Visit of Pakistan to the United States" and only()["STATUS"] == "TENTATIVE"
    assert only()["DTSTART"].dt == day(-20) and "No word since" in only()["DESCRIPTION"]


def test_alternatives_are_one_entry_from_the_first_day_to_the_last_with_the_words() -> None:
    announced(day(8), day(10), planned_words="September 21 or 23")
    merge_new_reports()
    assert (only()["DTSTART"].dt, only()["DTEND"].dt) == (day(8), day(11))
    assert "(“September 21 or 23”)" in only()["DESCRIPTION"]
    assert re.search(r"\(\d+( \w+)?( \d+)? or \d+ \w+ \d+\)$", only()["SUMMARY"])


def test_a_month_is_an_entry_that_says_that_it_may_be_any_time_of_it() -> None:
    making.report(
        type="visit_announced",
        stage="announced",
        planned_from=dt.date(2100, 5, 1),
        planned_until=dt.date(2100, 5, 31),
        planned_words="in May",
    )
    merge_new_reports()
    assert only()["SUMMARY"].endswith("(some day in May 2100)")
    assert (only()["DTSTART"].dt, only()["DTEND"].dt) == (dt.date(2100, 5, 1), dt.date(2100, 6, 1))


def test_what_has_no_date_is_left_out() -> None:
    announced()
    making.report("USA", "PAK", type="visit_postponed", stage="postponed", occurred_on=day(-200))
    merge_new_reports()
    assert Engagement.objects.count() == 2 and entries() == []


def test_what_was_read_wrongly_is_cancelled_in_calendars_that_have_it() -> None:
    announced(day(8))
    merge_new_reports()
    before = only()
    Report.objects.update(withdrawn="retracted", due=True)
    merge_new_reports()
    assert Engagement.objects.get().event_count == 0
    assert only()["UID"] == before["UID"] and only()["SEQUENCE"] > before["SEQUENCE"]
    assert only()["STATUS"] == "CANCELLED"


def test_a_visit_wrongly_read_as_held_is_cancelled_on_its_day() -> None:
    making.report(type="visit_made", occurred_on=day(-4))
    merge_new_reports()
    assert only()["STATUS"] == "CONFIRMED"
    Report.objects.update(withdrawn="retracted", due=True)
    merge_new_reports()
    assert only()["STATUS"] == "CANCELLED" and only()["DTSTART"].dt == day(-4)


def test_an_engagement_that_is_part_of_another_is_left_out() -> None:
    announced(day(8))
    merge_new_reports()
    other = Engagement.objects.create(pair=making.pair(), kind="visit", state="held", last_heard_on=day(0))
    Engagement.objects.filter(event_count=1).update(merged_into=other)
    assert entries() == []


def test_long_lines_are_folded_at_75_octets_and_come_back_whole() -> None:
    place = "Владивосток, Приморский край; 海参崴 — " * 2 + "ürgüp"
    announced(day(8), place=place, planned_words="на ç 8" * 15)
    merge_new_reports()
    text = content()
    lines = text.split(b"\r\n")
    assert all(len(line) <= 75 for line in lines) and any(line.startswith(b" ") for line in lines)
    for line in lines:
        line.decode()  # no character is cut in two
    assert b"\n" not in text.replace(b"\r\n", b"")
    assert only()["LOCATION"] == place


def test_commas_semicolons_backslashes_and_line_breaks_are_escaped() -> None:
    place = "Hall 3, Wing B; C:\\east\nGate 1"
    announced(day(8), place=place)
    merge_new_reports()
    assert b"LOCATION:Hall 3\\, Wing B\\; C:\\\\east\\nGate 1\r\n" in content()
    assert only()["LOCATION"] == place
    assert vobject.readOne(content().decode()).vevent.location.value == place


@pytest.mark.parametrize("evil", ["a\rBEGIN:VALARM", "a\r\nBEGIN:VALARM\r\nX", "a\x0bb\x1fc", "a\u2028END:VEVENT"])
def test_no_text_can_begin_a_line_of_its_own(evil: str) -> None:
    announced(day(8), place=evil)
    merge_new_reports()
    assert only()["LOCATION"].startswith("a") and not only().subcomponents
    assert not re.search(rb"[\x00-\x09\x0b-\x1f\x7f]", content().replace(b"\r\n", b""))
    assert not re.search(r"[\x80-\x9f\u2028\u2029]", content().decode())


def test_beyond_the_limit_the_newest_stay_and_the_calendar_says_so() -> None:
    for number in range(4):
        making.report("PAK", ["USA", "IND", "CHN", "IRN"][number], type="visit_made", occurred_on=day(-number))
    merge_new_reports()
    calendar, found = read(content(limit=3))
    assert [entry["DTSTART"].dt for entry in found] == [day(0), day(-1), day(-2)]
    assert "These are the 3 last heard of" in calendar["X-WR-CALDESC"]
    assert "last heard of" not in read(content(limit=4))[0]["X-WR-CALDESC"]
    assert FILE_ENTRIES == 2000


@pytest.mark.parametrize(
    ("filters", "number"),
    [({"pair": "pak-usa"}, 1), ({"country": "pak"}, 2), ({"kind": "talks"}, 1), ({"country": "fra"}, 0)],
)
def test_the_filters_choose_what_is_in_the_file(filters: dict[str, str], number: int) -> None:
    announced(day(8))
    making.report("PAK", "IND", "negotiation", mutual=True, occurred_on=day(-1))
    merge_new_reports()
    assert len(read(content(EngagementFilters(**filters)))[1]) == number


def test_two_queries_however_many_engagements() -> None:
    def count() -> int:
        with CaptureQueriesContext(connection) as queries:
            content()
        return len(queries)

    for other in ("USA", "IND", "CHN"):
        making.report("PAK", other, type="visit_made", occurred_on=day(-1))
    merge_new_reports()
    assert count() == 2
    for number in range(60):
        making.report("PAK", ["FRA", "DEU", "ITA"][number % 3], type="visit_made", occurred_on=day(-10 * number))
    merge_new_reports()
    assert len(entries()) == 63 and count() == 2
