"""From the shapes of dates to days: what each means, read on the day of publication. Pure."""

from __future__ import annotations

import datetime as dt
import re

from relations.tagging import date_words as words
from relations.tagging.date_view import (
    BACK,
    FROM_ANCHOR,
    GRAINS,
    ON,
    ONE_DAY,
    Reader,
    Reading,
    View,
    counted,
    first_of,
    flat,
    monday,
    month_without_year,
    months_on,
    nearest_day,
    singular,
    step_of,
    weekday_from,
)
from relations.tagging.date_words import FEASTS, MONTHS, ORDINALS, WEEKDAYS

MONTH_NUMBER = {name[:3]: number for number, name in enumerate(MONTHS, 1)}
# Words after which an endpoint alone is the day that holds: the other is the day that no longer does.
MOVED = re.compile(r"\b(?:postponed|moved|shifted|rescheduled|delayed|put off|pushed|brought forward|changed)\b")


def day_and_month(match: re.Match[str], view: View) -> Reading | None:
    if not view.is_month(match):
        return None
    numbers = [int(number) for number in re.findall(r"\d+", match["days"])]
    number = month_number(match["month"])
    year = _year_of(match, view)
    days = [nearest_day(year, number, day, view) for day in numbers]
    if match["range"] and len(days) == 2 and MOVED.search(view.before):
        days = days[1:]
    return Reading(tuple(sorted(set(days))))


def across_months(match: re.Match[str], view: View) -> Reading | None:
    month, until = match["month"] or match["month_b"], match["until"] or match["until_b"]
    groups = ("month" if match["month"] else "month_b", "until" if match["until"] else "until_b")
    if not all(view.is_month(match, group) for group in groups):
        return None
    year = int(match["year"]) if match["year"] else None
    last = nearest_day(year, month_number(until), int(re.sub(r"\D", "", match["second"] or match["second_b"])), view)
    number, day = month_number(month), int(re.sub(r"\D", "", match["first"] or match["first_b"]))
    first = dt.date(last.year - (number > last.month), number, day)
    if MOVED.search(view.before):
        return Reading((last,))
    return Reading(tuple(sorted({first, last})))


def iso_date(match: re.Match[str], view: View) -> Reading:
    return Reading((dt.date(int(match["year"]), int(match["month"]), int(match["day"])),))


def slashed(match: re.Match[str], view: View) -> Reading | None:
    """Read only where it does not matter whether the day or the month stands first."""
    one, two, year = int(match["one"]), int(match["two"]), int(match["year"])
    if one == two or one > 12:
        return Reading((dt.date(year, two, one),))
    return Reading((dt.date(year, one, two),)) if two > 12 else None


def day_alone(match: re.Match[str], view: View) -> Reading | None:
    """The day of that number of the anchor's month; of the nearest month before it, or after it for a plan."""
    day, base = int(match["day"][:-2]), view.published if view.ahead else view.base
    for months in (0, 1, 2) if view.ahead else (0, -1, -2):
        try:
            found = months_on(base, months).replace(day=day)
        except ValueError:  # the 31st of a month of 30 days
            continue
        if found >= view.published if view.ahead else found <= view.published:
            return Reading((found,))
    return None


def week_of_month(match: re.Match[str], view: View) -> Reading | None:
    if not view.is_month(match):
        return None
    first = month_without_year(_year_of(match, view), month_number(match["month"]), view)
    ordinal = ORDINALS[match["ordinal"]]
    day = months_on(first, 1) - ONE_DAY if ordinal == 5 else first + 7 * (ordinal - 1) * ONE_DAY
    if match["unit"] == "week":
        return Reading((monday(day),), "week")
    saturday = day - (day.weekday() - 5) % 7 * ONE_DAY if ordinal == 5 else day + (5 - day.weekday()) % 7 * ONE_DAY
    return Reading((saturday,))


def month_alone(match: re.Match[str], view: View) -> Reading | None:
    if not view.is_month(match):
        return None
    lead = match["lead"]
    # "of May", "by May": as likely a person.
    if match["month"] == "may" and lead in ("of ", "by ", "from ", "after ", "before ") and not _has_year(match):
        return None
    number, which = month_number(match["month"]), flat(match["which"])
    if which:
        if which in FROM_ANCHOR:
            return Reading((dt.date(view.base.year, number, 1),), "month")
        year = view.published.year
        if which in BACK and number >= view.published.month:
            year -= 1
        if which in ON and number <= view.published.month:
            year += 1
        return Reading((dt.date(year, number, 1),), "month")
    return Reading((month_without_year(_year_of(match, view), number, view),), "month")


def month_name(match: re.Match[str], view: View) -> Reading | None:
    if not view.is_month(match):
        return None
    year = int(match["year"]) if match["year"] else None
    return Reading((month_without_year(year, month_number(match["month"]), view),), "month", name=True)


def month_and_year(match: re.Match[str], view: View) -> Reading | None:
    if not view.is_month(match):
        return None
    return Reading((dt.date(int(match["year"]), month_number(match["month"]), 1),), "month")


def year_alone(match: re.Match[str], view: View) -> Reading:
    return Reading((dt.date(int(match["year"]), 1, 1),), "year")


def year_name(match: re.Match[str], view: View) -> Reading:
    return Reading((dt.date(int(match["year"]), 1, 1),), "year", name=True)


def decade(match: re.Match[str], view: View) -> Reading:
    return Reading((dt.date(int(match["year"]) * 10, 1, 1),), "year")


def season(match: re.Match[str], view: View) -> Reading | None:
    which, begins = flat(match["which"]), words.SEASONS[match["season"]]
    if which == "the" and not (_has_year(match) or re.search(r"(?:in|of|since|during)\s", match[0])):
        return None
    year = _year_of(match, view)
    if year is None and which in FROM_ANCHOR:
        year = view.base.year
    if year is None:
        year = view.published.year
        if which in BACK or (which in ("the", "in") and not view.ahead):
            year -= begins > view.published.month - (which in BACK)
        if which in ON:
            year += begins <= view.published.month
    return Reading((dt.date(year, 1, 1),), "year")


def weekday_alone(match: re.Match[str], view: View) -> Reading:
    which, number = flat(match.groupdict().get("which")), _weekday(match["weekday"])
    week = flat(match.groupdict().get("week"))
    if week:
        base = view.base if week in FROM_ANCHOR else view.published
        return Reading((monday(base) + (7 * step_of(week) + number) * ONE_DAY,))
    if which in FROM_ANCHOR and view.anchor:
        return Reading((weekday_from(view.anchor, number, which),))
    back = (view.published.weekday() - number) % 7
    if which == "last":
        return Reading((view.published - (back or 7) * ONE_DAY,))
    if which == "this" and not view.ahead:
        return Reading((monday(view.published) + number * ONE_DAY,))
    if which in ON:
        return Reading((view.published + (7 - back) * ONE_DAY,))
    return Reading((view.published + (7 - back) % 7 * ONE_DAY if view.ahead else view.published - back * ONE_DAY,))


def or_weekday(match: re.Match[str], view: View) -> Reading:
    one = view.published - (view.published.weekday() - _weekday(match["one"])) % 7 * ONE_DAY
    if view.ahead and one != view.published:
        one += 7 * ONE_DAY
    days = (one, one + (_weekday(match["two"]) - one.weekday()) % 7 * ONE_DAY)
    if not view.ahead and days[1] > view.published:
        days = (days[0] - 7 * ONE_DAY, days[1] - 7 * ONE_DAY)
    return Reading(tuple(sorted(set(days))))


def near_day(match: re.Match[str], view: View) -> Reading:
    word = flat(match["word"])
    offsets = {"tomorrow": 1, "the day before yesterday": -2, "the day after tomorrow": 2}
    back = -1 if word in ("last night", "last evening") or word.endswith("yesterday") else 0
    return Reading((view.published + offsets.get(word, back) * ONE_DAY,))


def weekend(match: re.Match[str], view: View) -> Reading:
    """Saturday of the weekend that was, that is, or that comes."""
    which = flat(match["which"])
    base = view.base if which in FROM_ANCHOR else view.published
    ahead = which in ON or (view.ahead and which not in BACK)
    if which == "this" and not view.ahead and base.weekday() < 5:
        ahead = base.weekday() > 2  # from Thursday on, the weekend before is "last weekend"
    saturday = base - (base.weekday() - 5) % 7 * ONE_DAY
    if ahead and not (which == "this" and base.weekday() > 4):
        saturday += 7 * ONE_DAY
    elif which in ("last", "the previous") and base.weekday() > 4:
        saturday -= 7 * ONE_DAY
    return Reading((saturday,))


def which_unit(match: re.Match[str], view: View) -> Reading | None:
    which, unit = flat(match["which"]), match["unit"]
    if which in FROM_ANCHOR and view.anchor is None and which not in ("the previous", "the following"):
        return None
    base = view.base if which in FROM_ANCHOR else view.published
    return Reading((first_of(base, unit, step_of(which)),), unit)


def same_or_next(match: re.Match[str], view: View) -> Reading | None:
    if view.anchor is None:
        return None
    if view.grain != "day":
        return Reading((view.anchor,), view.grain)
    which = flat(match["which"])
    on = which in ON or match["on"] or match["side"] == "after"
    back = which in BACK or match["side"] == "before"
    return Reading((view.anchor + (1 if on else -1 if back else 0) * ONE_DAY,))


def ago(match: re.Match[str], view: View) -> Reading | None:
    return counted(view.published, match["number"], match["unit"], -1)


def later(match: re.Match[str], view: View) -> Reading | None:
    side = match["side"]
    step = -1 if side in ("earlier", "before") else 1
    if view.anchor is None and step == 1:
        return None
    if match["number"] is None and not match["unit"].startswith(("hour", "minute")):
        return None  # "weeks later" tells no number
    if view.anchor and GRAINS.get(singular(match["unit"]), 0) < GRAINS[view.grain]:
        return Reading((view.anchor,), view.grain)
    return counted(view.base, match["number"] or "a", match["unit"], step)


def from_now(match: re.Match[str], view: View) -> Reading | None:
    """Only of a plan: "the second in two weeks" tells how long."""
    if not view.ahead:
        return None
    return counted(view.published, match["number"] or match["number_b"], match["unit"] or match["unit_b"], 1)


def feast(match: re.Match[str], view: View) -> Reading | None:
    if view.text[match.start("feast")].islower():
        return None
    month, day = FEASTS[match["feast"].replace("’", "'")]
    return Reading((nearest_day(int(match["year"]) if match["year"] else None, month, day, view),))


def recently(match: re.Match[str], view: View) -> Reading | None:
    """How long back at most: the unit that the span ends in, or the day before where it is counted in hours."""
    unit = singular(match["unit"])
    if unit in ("hour", "minute"):
        return Reading((view.published - ONE_DAY,))
    if unit == "day":
        return Reading((monday(view.published - 3 * ONE_DAY),), "week")
    if unit == "week" and match["number"] is None and "recent" not in match[0]:
        return Reading((monday(view.published - 7 * ONE_DAY),), "week")
    wide = "year" if unit == "year" else "month"
    return Reading((first_of(view.published, wide, 0),), wide)


def for_so_long(match: re.Match[str], view: View) -> Reading | None:
    """The beginning of what lasts: told only by a perfect tense."""
    if not re.search(r"\b(?:has|have|['’]s|['’]ve)\b[^,;.]{0,60}$", view.before):
        return None
    return counted(view.published, match["number"], match["unit"], -1)


def month_number(name: str) -> int:
    return MONTH_NUMBER[name[:3]]


YEARS = frozenset(str(year) for year in range(1900, 2100))
ORDINAL_WORDS = frozenset({"st", "nd", "rd", "th"})
WORD = re.compile(r"[a-z]+|[0-9]+")
# Each with the words of which it needs one. Of two shapes that begin at one place the longer is read, of equals the
# first.
SHAPES: tuple[tuple[frozenset[str], re.Pattern[str], Reader], ...] = (
    (YEARS, words.ISO_DATE, iso_date),
    (YEARS, words.SLASHED, slashed),
    (words.MONTH_WORDS, words.ACROSS_MONTHS, across_months),
    (words.MONTH_WORDS, words.DAY_AND_MONTH, day_and_month),
    (words.MONTH_WORDS, words.MONTH_AND_DAY, day_and_month),
    (ORDINAL_WORDS, words.DAY_ALONE, day_alone),
    (words.MONTH_WORDS, words.WEEK_OF_MONTH, week_of_month),
    (words.MONTH_WORDS, words.MONTH_ALONE, month_alone),
    (words.MONTH_WORDS, words.MONTH_AND_YEAR, month_and_year),
    (words.MONTH_WORDS, words.MONTH_NAME, month_name),
    (YEARS, words.YEAR_ALONE, year_alone),
    (YEARS, words.YEAR_NAME, year_name),
    (YEARS, words.DECADE, decade),
    (frozenset(words.SEASONS), words.SEASON, season),
    (words.WEEKDAY_WORDS, words.OR_WEEKDAY, or_weekday),
    (words.WEEKDAY_WORDS, words.WEEKDAY_ALONE, weekday_alone),
    (words.WEEKDAY_WORDS, words.WEEKDAY_SHORT, weekday_alone),
    (words.NEAR_WORDS | words.PART_WORDS | {"day"}, words.NEAR_DAY, near_day),
    (frozenset({"weekend"}), words.WEEKEND, weekend),
    (words.UNIT_WORDS, words.WHICH_UNIT, which_unit),
    (words.PART_WORDS | {"day"}, words.SAME_OR_NEXT, same_or_next),
    (words.UNIT_WORDS, words.AGO, ago),
    (words.UNIT_WORDS, words.LATER, later),
    (words.UNIT_WORDS, words.FROM_NOW, from_now),
    (words.FEAST_WORDS, words.FEAST, feast),
    (words.UNIT_WORDS, words.RECENTLY, recently),
    (words.UNIT_WORDS, words.FOR_SO_LONG, for_so_long),
)


def lowered(text: str) -> str:
    """In small letters, each character in its place."""
    small = text.lower()
    if len(small) == len(text):
        return small
    return "".join(letter.lower() if len(letter.lower()) == 1 else letter for letter in text)


def shapes_in(text: str) -> list[tuple[re.Pattern[str], Reader]]:
    """The shapes that a text in small letters may hold."""
    present = frozenset(WORD.findall(text))
    return [(pattern, reader) for needed, pattern, reader in SHAPES if not needed.isdisjoint(present)]


def _has_year(match: re.Match[str]) -> bool:
    return bool(match["year"] or match["year_word"])


def _year_of(match: re.Match[str], view: View) -> int | None:
    if match["year"]:
        return int(match["year"])
    word = flat(match["year_word"])
    if not word:
        return None
    base = view.base if word in FROM_ANCHOR else view.published
    return base.year + step_of(word)


def _weekday(name: str) -> int:
    return next(number for number, day in enumerate(WEEKDAYS) if day.startswith(name.rstrip(".")))
