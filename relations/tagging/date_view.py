"""From where a date is read, what is read, and the sums with days between the two. Pure."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Callable
from dataclasses import dataclass

from relations.tagging.date_words import NUMBERS

ONE_DAY = dt.timedelta(days=1)
# From fine to coarse.
GRAINS = {"day": 0, "week": 1, "month": 2, "year": 3}
# What stands before a unit or a name: one back, one on, and those that count from the day told of last.
BACK = ("last", "the previous", "this past", "the past", "the preceding", "previous", "early", "late")
ON = ("next", "this coming", "the coming", "the next", "the following")
FROM_ANCHOR = (
    *("the following", "the previous", "the next", "the preceding"),
    *("that", "the same", "that same", "that very"),
)


@dataclass(frozen=True, slots=True)
class View:
    """From where a date is read.

    anchor: the day told of last, or the first of the week, month or year that grain tells. ahead: a plan is told.
    text: the sentence. before: the words in front.
    """

    published: dt.date
    anchor: dt.date | None
    grain: str
    ahead: bool
    text: str
    before: str

    @property
    def base(self) -> dt.date:
        return self.anchor or self.published

    def is_month(self, match: re.Match[str], group: str = "month") -> bool:
        """Whether a capital tells May and March from the verbs."""
        return match[group] not in ("may", "march", "mar", "mar.") or self.text[match.start(group)].isupper()


@dataclass(frozen=True, slots=True)
class Reading:
    """days: one, or those named as alternatives or as a range, in order. name: a date within a name."""

    days: tuple[dt.date, ...]
    precision: str = "day"
    name: bool = False


Reader = Callable[[re.Match[str], View], Reading | None]


def step_of(which: str) -> int:
    return 1 if which in ON else -1 if which in BACK else 0


def monday(day: dt.date) -> dt.date:
    return day - day.weekday() * ONE_DAY


def first_of(base: dt.date, unit: str, step: int) -> dt.date:
    """The first day of a week, month or year, so many of them on."""
    if unit == "week":
        return monday(base) + 7 * step * ONE_DAY
    if unit == "month":
        return months_on(base, step)
    return dt.date(max(1, base.year + step), 1, 1)


def months_on(base: dt.date, months: int) -> dt.date:
    count = base.year * 12 + base.month - 1 + months
    return dt.date(count // 12, count % 12 + 1, 1)


def weekday_from(anchor: dt.date, number: int, which: str) -> dt.date:
    forwards = (number - anchor.weekday()) % 7
    if which in ON:
        return anchor + (forwards or 7) * ONE_DAY
    if which in BACK:
        return anchor - ((7 - forwards) % 7 or 7) * ONE_DAY
    return monday(anchor) + number * ONE_DAY


def month_without_year(year: int | None, month: int, view: View) -> dt.date:
    """The first of a month; without its year the last such month, or for a plan the next."""
    if year is None:
        published = view.published
        year = published.year + (view.ahead and month < published.month) - (not view.ahead and month > published.month)
    return dt.date(year, month, 1)


def nearest_day(year: int | None, month: int, day: int, view: View) -> dt.date:
    """The day in the year given, else in the year that brings it nearest to publication.

    A plan that is named may have passed lately but not long ago; what is no plan does not lie far ahead.
    """
    if year is not None:
        return dt.date(year, month, day)
    published, near = view.published, []
    for candidate in (published.year - 1, published.year, published.year + 1):
        try:
            near.append(dt.date(candidate, month, day))
        except ValueError:  # 29 February
            continue
    if not near:
        raise ValueError(f"There is no day {day} in month {month}.")
    first, last = published - 60 * ONE_DAY, published + 90 * ONE_DAY
    return min(near, key=lambda day: (day < first if view.ahead else day > last, abs(day - published)))


def counted(base: dt.date, number: str, unit: str, step: int) -> Reading | None:
    unit, number = singular(unit), flat(number)
    vague = number in ("a few", "several", "some", "many")
    count = int(number) if number.isdigit() else 3 if vague else NUMBERS[number]
    if unit in ("minute", "hour"):
        return Reading((base + step * (0 if vague or unit == "minute" else count // 24) * ONE_DAY,))
    if vague and unit in ("month", "year"):
        return None  # too vague to stand in a timeline
    if unit == "day":
        day = base + step * count * ONE_DAY
        return Reading((monday(day),), "week") if vague else Reading((day,))
    if unit == "week" and vague:
        return Reading((first_of(base + 21 * step * ONE_DAY, "month", 0),), "month")
    return Reading((first_of(base, unit, step * count),), unit)


def singular(unit: str) -> str:
    return unit.rstrip("s")


def flat(text: str | None) -> str:
    return " ".join(text.split()) if text else ""
