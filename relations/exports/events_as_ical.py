"""Events as an iCalendar (RFC 5545): each on its day, as something that happened."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterable

from icalendar import Calendar, Event

from relations.codebook.precision import last_day
from relations.exports.as_ical import calendar_of, plain
from relations.models import Status
from relations.queries.event_rows import EventRow

STATUS = {Status.CONFIRMED: "CONFIRMED", Status.CODED: "TENTATIVE"}


def events_as_ical(rows: Iterable[EventRow], name: str, about: str, absolute: Callable[[str], str]) -> bytes:
    """The calendar file. An event that no editor has confirmed is tentative; one that no longer counts is cancelled."""
    made: Calendar = calendar_of(name, about)
    for row in rows:
        made.add_component(_event(row, absolute(row.path)))
    content: bytes = made.to_ical()
    return content


def _event(row: EventRow, url: str) -> Event:
    event = Event()
    event.add("uid", f"event-{row.id}@dyad")
    # Whatever changed since it was first read is a revision; minutes grow with it and fit the number's limits.
    event.add("sequence", int((row.updated_at - row.created_at).total_seconds() // 60))
    event.add("dtstamp", row.updated_at)
    event.add("last-modified", row.updated_at)
    event.add("status", STATUS.get(Status(row.status), "CANCELLED"))
    words = row.words
    event.add("summary", plain(f"{words.type}: {words.who} {words.link} {words.whom}"))
    event.add("dtstart", row.date)
    event.add("dtend", last_day(row.date, row.precision) + dt.timedelta(days=1))
    event.add("transp", "TRANSPARENT")
    event.add("categories", [words.group])
    if row.place:
        event.add("location", plain(row.place))
    told = [f"{row.sentence} ({row.feed})"] if row.sentence else []
    known = f"Date: {words.date}. {words.sources}; {words.status_words or 'not reviewed'}."
    event.add("description", plain("\n".join([*told, known, url])))
    event.add("url", url)
    return event
