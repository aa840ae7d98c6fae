"""One month of the calendar: weeks of days with the engagements planned for them or held on them."""

from __future__ import annotations

import calendar
import datetime as dt
import re
from dataclasses import dataclass

from django.db.models import Q

from relations.models import Engagement
from relations.queries.display import day_words
from relations.queries.engagement_words import (
    EngagementWords,
    days_of,
    engagement_words,
    span_of,
    which_days,
)
from relations.queries.engagements import WITH, EngagementFilters

MOST = 500
# How many of a day's engagements stand open in its field; the rest unfolds.
OF_A_DAY = 4
FIRST_YEAR, LAST_YEAR = 1900, 2199


@dataclass(frozen=True, slots=True)
class DayEntry:
    """An engagement on one of its days. note: which days they are, where there are several."""

    words: EngagementWords
    note: str


@dataclass(frozen=True, slots=True)
class Day:
    """A field of the calendar. number: 0 for one that belongs to another month."""

    number: int
    label: str
    is_today: bool
    shown: list[DayEntry]
    folded: list[DayEntry]


@dataclass(frozen=True, slots=True)
class Month:
    """A month of the calendar. vague: planned for some time of it. previous, next: of addresses, empty at the ends."""

    slug: str
    label: str
    name: str
    weeks: list[list[Day]]
    vague: list[EngagementWords]
    previous: str
    previous_label: str
    next: str
    next_label: str
    is_cut: bool

    @property
    def is_empty(self) -> bool:
        return not self.vague and not any(day.shown for week in self.weeks for day in week)


def month_of(slug: str) -> dt.date:
    """The first day of a month given as 2026-11. Raises ValueError, in words, for what is none."""
    match = re.fullmatch(r"([0-9]{4})-([0-9]{2})", slug)
    if not match or not 1 <= int(match[2]) <= 12:
        raise ValueError(f"There is no month {slug}. Write it as 2026-11.")
    if not FIRST_YEAR <= int(match[1]) <= LAST_YEAR:
        raise ValueError(f"The calendar goes from {FIRST_YEAR} to {LAST_YEAR}.")
    return dt.date(int(match[1]), int(match[2]), 1)


def month(first: dt.date, filters: EngagementFilters, today: dt.date) -> Month:
    """The month that begins on that day, in one query."""
    last = first.replace(day=calendar.monthrange(first.year, first.month)[1])
    inside = Q(held_on__range=(first, last)) | Q(planned_from__lte=last, planned_until__gte=first)
    found = filters.choose(Engagement.objects.standing().filter(inside)).select_related(*WITH)
    engagements = list(found.order_by("planned_from", "pk")[: MOST + 1])
    entries: dict[dt.date, list[DayEntry]] = {}
    vague: list[EngagementWords] = []
    for engagement in engagements[:MOST]:
        words, days = engagement_words(engagement, today), days_of(engagement)
        note = which_days(engagement) if len(days) > 1 else ""
        for day in days:
            entries.setdefault(day, []).append(DayEntry(words, note))
        span = span_of(engagement)
        if not days and span and span[0] <= last and span[1] >= first:
            vague.append(words)
    before, after = _moved(first, -1), _moved(first, 1)
    return Month(
        slug=_slug(first),
        label=f"{first:%B %Y}",
        name=f"{first:%B}",
        weeks=[
            [_day(first, number, entries, today) for number in week]
            for week in calendar.monthcalendar(first.year, first.month)
        ],
        vague=vague,
        previous=_slug(before) if before.year >= FIRST_YEAR else "",
        previous_label=f"{before:%B %Y}",
        next=_slug(after) if after.year <= LAST_YEAR else "",
        next_label=f"{after:%B %Y}",
        is_cut=len(engagements) > MOST,
    )


def _day(first: dt.date, number: int, entries: dict[dt.date, list[DayEntry]], today: dt.date) -> Day:
    if not number:
        return Day(0, "", False, [], [])
    day = first.replace(day=number)
    found = entries.get(day, [])
    # One more than fits is shown all the same: "1 more" takes as much room as what it hides.
    shown = len(found) if len(found) <= OF_A_DAY + 1 else OF_A_DAY
    return Day(number, f"{day:%A} {day_words(day)}", day == today, found[:shown], found[shown:])


def _moved(first: dt.date, months: int) -> dt.date:
    count = first.year * 12 + first.month - 1 + months
    return dt.date(count // 12, count % 12 + 1, 1)


def _slug(first: dt.date) -> str:
    return f"{first:%Y-%m}"
