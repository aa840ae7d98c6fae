"""When it happened, from the words of its sentence and the day of publication. Pure."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Iterator
from dataclasses import dataclass

MONTHS = [
    *("january", "february", "march", "april", "may", "june"),
    *("july", "august", "september", "october", "november", "december"),
]
MONTH_NUMBER = (
    {name: number for number, name in enumerate(MONTHS, 1)}
    | {name[:3]: number for number, name in enumerate(MONTHS, 1) if name != "may"}
    | {"sept": 9}
)
WEEKDAYS = ["monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday"]
_MONTH = rf"(?:{'|'.join(MONTHS)}|(?:jan|feb|mar|apr|jun|jul|aug|sept?|oct|nov|dec)\.?)"
_DAY = r"\d{1,2}(?:st|nd|rd|th)?"
_WHICH_UNIT = r"last|next|this|earlier\s+this|later\s+this|early\s+next|late\s+last|the\s+previous|the\s+following"
_PART_OF_DAY = r"this\s+(?:morning|afternoon|evening)|overnight|last\s+night|(?:over|at|during)\s+the\s+weekend"
_YEAR = r"(?:19|20)\d\d"
_MORE = rf"(?P<more>(?:\s*(?:or|and|to|until|-|–)\s*{_DAY})+)?"
EXPRESSION = re.compile(
    rf"""\b(?:
    (?P<day_first>{_DAY}){_MORE.replace("more", "more_a")}\s+(?P<month_a>{_MONTH})(?:,?\s+(?P<year_a>{_YEAR}))?
    | (?P<month_b>{_MONTH})\s+(?P<day_second>{_DAY}){_MORE.replace("more", "more_b")}(?!\d)
      (?:,?\s+(?P<year_b>{_YEAR}))?
    | (?P<relative>yesterday|today|tonight|tomorrow|{_PART_OF_DAY})
    | (?:(?P<which>{_WHICH_UNIT})\s+)(?P<unit>week|month|year|weekend)
    | (?:(?P<which_day>last|next|this|this\s+coming)\s+)?(?P<weekday>{"|".join(WEEKDAYS)})
    | (?:(?P<in>in|since|by|until|during|of|from)\s+)(?:(?:early|late|mid)[\s-])?(?P<month_c>{_MONTH})
      (?:,?\s+(?P<year_c>{_YEAR}))?(?!\s+\d)
    | (?P<number>\d+|a|two|three|four|five|six|seven|ten)\s+(?P<span>day|week|month|year)s?\s+(?P<ago>ago)
    | (?:in|since|of)\s+(?P<year>{_YEAR})
    )\b""",
    re.IGNORECASE | re.VERBOSE,
)
# Words in front of a date that make it a limit and not the day of the act.
LIMIT = re.compile(
    r"\b(?:until|till|since|by|before|from|between|after|of|deadline of)\s+(?:late\s+|early\s+|about\s+)?$",
    re.IGNORECASE,
)
AHEAD = re.compile(
    r"\b(?:(?:will|would|due|set for|scheduled|planned|next|expected|coming|(?:is|are|was|were) to)\b[^,;]{0,60}"
    r"|for\s+)$",
    re.IGNORECASE,
)
SAID = re.compile(
    r"\b(?:said|says|announced|told|confirmed|reported|stated|added|declared)\b[^,;.]{0,25}$", re.IGNORECASE
)
NUMBERS = {"a": 1, "two": 2, "three": 3, "four": 4, "five": 5, "six": 6, "seven": 7, "ten": 10}


@dataclass(frozen=True, slots=True)
class Moment:
    """A date in a sentence. at: its first character. days: one, or those named as alternatives or as a range.

    said: it dates the saying and not the act. limit: a bound ("until Monday"), no date of an act.
    """

    at: int
    words: str
    days: tuple[dt.date, ...]
    precision: str
    said: bool
    limit: bool


@dataclass(frozen=True, slots=True)
class Dating:
    """When an act was done or announced, and for when it is planned.

    words: what it was read from, "" where the day of publication stands in.
    """

    on: dt.date
    precision: str
    words: str
    planned: tuple[dt.date, ...]


def moments(text: str, published: dt.date) -> list[Moment]:
    """All dates of a sentence in order."""
    return list(_moments(text, published))


def date_event(
    found: list[Moment], published: dt.date, trigger_at: int, *, done: bool, clause: tuple[int, int] | None = None
) -> Dating:
    """The date of an act whose trigger stands at that offset. done: it has happened; else it is planned or called off.

    The nearest date wins. An act done, or announced, is never dated behind the day of publication.
    """
    planned: tuple[dt.date, ...] = ()
    if not done:
        ahead = [
            moment
            for moment in found
            if min(moment.days) > published or (moment.limit and max(moment.days) > published)
        ]
        planned = tuple(sorted({day for moment in ahead for day in moment.days if moment.precision == "day"}))
    past = [
        moment
        for moment in found
        if moment.days[0] <= published and not moment.limit and (done or moment.precision == "day")
    ]
    inside = [moment for moment in past if clause and clause[0] <= moment.at < clause[1]] or past
    # What dates the saying dates the act only where nothing else does.
    nearest = min(inside, key=lambda moment: (moment.said and done, abs(moment.at - trigger_at)), default=None)
    if nearest is None:
        return Dating(published, "day", "", planned)
    return Dating(nearest.days[0], nearest.precision, nearest.words, planned)


def is_background(found: list[Moment], published: dt.date, trigger_at: int, years: int = 2) -> bool:
    """Whether the date nearest to the trigger lies so far back that the sentence tells of history."""
    nearest = min(found, key=lambda moment: abs(moment.at - trigger_at), default=None)
    return nearest is not None and published - max(nearest.days) > dt.timedelta(days=365 * years)


def _moments(text: str, published: dt.date) -> Iterator[Moment]:
    for match in EXPRESSION.finditer(text):
        before = text[max(0, match.start() - 80) : match.start()]
        ahead = bool(AHEAD.search(before))
        try:
            read = _read(match, published, ahead)
        except (ValueError, OverflowError):  # 31 February, or a year that there is not
            continue
        if read is None:
            continue
        days, precision = read
        words = match[0]
        limit = bool(LIMIT.search(before)) or words.split()[0].lower() in ("since", "by", "until", "from", "of")
        yield Moment(match.start(), words, days, precision, bool(SAID.search(before)), limit)


def _read(match: re.Match[str], published: dt.date, ahead: bool) -> tuple[tuple[dt.date, ...], str] | None:
    given = {key: value for key, value in match.groupdict().items() if value}
    one_day = dt.timedelta(days=1)
    if "day_first" in given or "day_second" in given:
        numbers = [int(number) for number in re.findall(r"\d+", given.get("day_first") or given["day_second"])]
        numbers += [int(number) for number in re.findall(r"\d+", given.get("more_a") or given.get("more_b") or "")]
        month = _month(given.get("month_a") or given["month_b"])
        year = given.get("year_a") or given.get("year_b")
        days = [_nearest(int(year) if year else None, month, number, published, ahead) for number in numbers]
        return tuple(days), "day"
    if "relative" in given:
        word = given["relative"].lower()
        if "weekend" in word:
            return (_weekend(published, ahead),), "day"
        offset = {"yesterday": -1, "last night": -1, "tomorrow": 1}.get(re.sub(r"\s+", " ", word), 0)
        return (published + offset * one_day,), "day"
    if "unit" in given:
        return _unit(re.sub(r"\s+", " ", given["which"].lower()), given["unit"].lower(), published)
    if "weekday" in given:
        back = (published.weekday() - WEEKDAYS.index(given["weekday"].lower())) % 7
        forwards = given.get("which_day", "").lower() in ("next", "this coming") or (ahead and "which_day" not in given)
        day = published + dt.timedelta(days=(7 - back) % 7 or (7 if back == 0 and "which_day" in given else 0))
        return (day if forwards else published - back * one_day,), "day"
    if "month_c" in given:
        if given["month_c"].lower() == "may" and given["month_c"] != "May":
            return None
        month = _month(given["month_c"])
        if "year_c" in given:
            return (dt.date(int(given["year_c"]), month, 1),), "month"
        year = (
            published.year
            + (1 if ahead and month < published.month else 0)
            - (1 if not ahead and month > published.month else 0)
        )
        return (dt.date(year, month, 1),), "month"
    if "ago" in given:
        return _ago(given["number"].lower(), given["span"].lower(), published)
    return (dt.date(int(given["year"]), 1, 1),), "year"


def _month(name: str) -> int:
    name = name.lower().rstrip(".")
    return MONTH_NUMBER[name if name in MONTH_NUMBER else name[:3]]


def _nearest(year: int | None, month: int, day: int, published: dt.date, ahead: bool) -> dt.date:
    """The day in the year given, else in the year that brings it nearest to publication. ahead: a plan is named, which
    may have passed lately but not long ago."""
    if year is not None:
        return dt.date(year, month, day)
    near = []
    for candidate in (published.year - 1, published.year, published.year + 1):
        try:
            near.append(dt.date(candidate, month, day))
        except ValueError:  # 29 February
            continue
    if not near:
        raise ValueError(f"There is no day {day} in month {month}.")
    recent = published - dt.timedelta(days=60)
    return min(near, key=lambda found: (ahead and found < recent, abs(found - published)))


def _weekend(published: dt.date, ahead: bool) -> dt.date:
    """Saturday of the weekend that was, or that comes."""
    saturday = published - dt.timedelta(days=(published.weekday() - 5) % 7)
    return saturday + dt.timedelta(days=7) if ahead else saturday


def _unit(which: str, unit: str, published: dt.date) -> tuple[tuple[dt.date, ...], str] | None:
    step = (
        1
        if which in ("next", "early next", "the following")
        else -1
        if which in ("last", "late last", "the previous")
        else 0
    )
    if unit == "weekend":
        return (_weekend(published, step > 0),), "day"
    if unit == "week":
        monday = published - dt.timedelta(days=published.weekday())
        return (monday + dt.timedelta(days=7 * step),), "week"
    if unit == "month":
        months = published.year * 12 + published.month - 1 + step
        return (dt.date(months // 12, months % 12 + 1, 1),), "month"
    return (dt.date(published.year + step, 1, 1),), "year"


def _ago(number: str, unit: str, published: dt.date) -> tuple[tuple[dt.date, ...], str]:
    count = min(int(number) if number.isdigit() else NUMBERS[number], 2000)
    if unit == "day":
        return (published - dt.timedelta(days=count),), "day"
    if unit == "week":
        day = published - dt.timedelta(days=7 * count)
        return (day - dt.timedelta(days=day.weekday()),), "week"
    if unit == "month":
        months = published.year * 12 + published.month - 1 - count
        return (dt.date(months // 12, months % 12 + 1, 1),), "month"
    return (dt.date(max(1, published.year - count), 1, 1),), "year"
