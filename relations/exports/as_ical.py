"""Engagements as an iCalendar (RFC 5545), for calendar programs that subscribe to it."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Callable

from icalendar import Calendar, Event
from icalendar.prop import vText

from relations.models import Stage
from relations.queries.engagement_files import EngagementFile, FileEntry
from relations.queries.engagement_words import GONE, NO_WORD

CONTENT_TYPE = "text/calendar; charset=utf-8"
REFRESH = dt.timedelta(hours=1)
ABOUT = "Visits, meetings, talks, summits and exercises of pairs of countries, as news tells of them."
# iCalendar has no "postponed" and no "nobody knows": both are tentative, and the summary says which.
STATUS = {Stage.HELD: "CONFIRMED", Stage.CANCELLED: "CANCELLED", GONE: "CANCELLED"}
IN_SUMMARY = {Stage.POSTPONED: "Postponed: ", NO_WORD: "No word: ", Stage.CANCELLED: "Cancelled: ", GONE: "Cancelled: "}
# Characters that a text of RFC 5545 may not hold; a lone carriage return would end a line.
_CONTROL = re.compile(r"[\x00-\x09\x0b-\x1f\x7f-\x9f\u2028\u2029]+")


def as_ical(file: EngagementFile, name: str, absolute: Callable[[str], str]) -> bytes:
    """The calendar file. name: what programs call it. absolute: makes a whole address of a page's path."""
    cut = f" These are the {len(file.entries):,} last heard of; older ones are left out." if file.is_cut else ""
    calendar = calendar_of(name, ABOUT + cut)
    for entry in file.entries:
        calendar.add_component(_event(entry, absolute(entry.words.url)))
    return calendar.to_ical()


def calendar_of(name: str, about: str) -> Calendar:
    """An empty calendar. name: what programs call it. about: what it holds."""
    calendar = Calendar()
    calendar.add("prodid", "-//Dyad//Engagements//EN")
    calendar.add("version", "2.0")
    calendar.add("calscale", "GREGORIAN")
    # NAME and REFRESH-INTERVAL are RFC 7986's; the X- lines say the same to older programs.
    calendar.add("name", plain(name))
    calendar.add("x-wr-calname", plain(name))
    calendar.add("refresh-interval", REFRESH, parameters={"VALUE": "DURATION"})
    calendar.add("x-published-ttl", vText("PT1H"))
    calendar.add("x-wr-caldesc", plain(about))
    return calendar


def _event(entry: FileEntry, url: str) -> Event:
    event = Event()
    event.add("uid", f"{entry.uid}@dyad")
    event.add("sequence", entry.sequence)
    # Without a METHOD, DTSTAMP is when the entry was last revised.
    event.add("dtstamp", entry.updated_at)
    event.add("last-modified", entry.updated_at)
    event.add("status", STATUS.get(entry.words.state, "TENTATIVE"))
    event.add("summary", plain(_summary(entry)))
    event.add("dtstart", entry.first)
    event.add("dtend", entry.last + dt.timedelta(days=1))  # the first day that is no longer part of it
    event.add("transp", "TRANSPARENT")  # others' meetings keep nobody busy
    event.add("categories", [entry.words.kind])
    if entry.words.place or entry.host:
        event.add("location", plain(entry.words.place or entry.host))
    event.add("description", plain(_description(entry, url)))
    event.add("url", url)
    return event


def _summary(entry: FileEntry) -> str:
    words = IN_SUMMARY.get(entry.words.state, "") + entry.words.title
    return f"{words} ({entry.within})" if entry.within else words


def _description(entry: FileEntry, url: str) -> str:
    parts = [f"{entry.state_words[:1].upper()}{entry.state_words[1:]}. {entry.outcome}"]
    if entry.words.is_dated:
        parts.append(f"Planned for: {entry.words.when}")
        # Of alternatives and of longer times the entry shows one stretch of days; the story's own words say more.
        if entry.within and entry.planned_words and entry.planned_words not in entry.words.when:
            parts[-1] += f" (“{entry.planned_words}”)"
    if entry.participants:
        parts.append(f"Taking part: {', '.join(entry.participants)}")
    if entry.events:
        parts += ["", *entry.events]
    return "\n".join([*parts, "", f"The story with its sources: {url}"])


def plain(text: str) -> vText:
    """A text without the characters that the format forbids."""
    return vText(_CONTROL.sub(" ", text))
