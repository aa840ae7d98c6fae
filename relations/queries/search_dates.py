"""Days, months and years as people type them into the search box."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Sequence

from relations.codebook.precision import last_day

FIRST_YEAR, LAST_YEAR = 1900, 2100
MONTHS = (
    *("january", "february", "march", "april", "may", "june"),
    *("july", "august", "september", "october", "november", "december"),
)
NUMBERS = {name: at for at, name in enumerate(MONTHS, 1)} | {name[:3]: at for at, name in enumerate(MONTHS, 1)}
NUMBERS["sept"] = 9
FROM = {"since", "from", "after"}
TO = {"until", "till"}
_ISO = re.compile(r"(\d{4})-(\d{1,2})(?:-(\d{1,2}))?")
_YEARS = re.compile(r"(\d{4})\s*[-–]\s*(\d{4})")

# First and last day; None where it is open.
Period = tuple[dt.date | None, dt.date | None]


def period_written(token: str) -> Period | None:
    """What 2017-09, 2017-09-01 or 2015-2017 means; None for anything else."""
    if match := _ISO.fullmatch(token):
        year, month, day = (int(part) if part else None for part in match.groups())
        return _period(year, month, day)
    if match := _YEARS.fullmatch(token):
        first, last = (_period(year) for year in sorted(int(part) for part in match.groups()))
        return (first[0], last[1]) if first and last else None
    return None


def period_at(words: Sequence[str], at: int, written: Sequence[Period | None]) -> tuple[int, Period] | None:
    """How many words from ``at`` on are a date, and which.

    written: of each word what period_written found. Understands 2017, September 2017, 1 September 2017, 2017 September,
    and since or until one of these.
    """
    if words[at] in FROM | TO:
        after = period_at(words, at + 1, written) if at + 1 < len(words) and words[at + 1] not in FROM | TO else None
        if after is None:
            return None
        taken, (first, last) = after
        return taken + 1, (first, None) if words[at] in FROM else (None, last)
    if found := written[at]:
        return 1, found
    for shape in (("day", "month", "year"), ("month", "year"), ("year", "month"), ("year",)):
        some = words[at : at + len(shape)]
        if len(some) == len(shape):
            parts = {name: _number(name, word) for name, word in zip(shape, some, strict=True)}
            if all(parts.values()) and (period := _period(parts["year"], parts.get("month"), parts.get("day"))):
                return len(shape), period
    return None


def together(periods: Sequence[Period]) -> Period:
    """From the first of all days to the last; open at an end where "since" or "until" left it so."""
    firsts = [first for first, _ in periods if first]
    lasts = [last for _, last in periods if last]
    first, last = min(firsts, default=None), max(lasts, default=None)
    return (first, None) if first and last and first > last else (first, last)


def _number(name: str, word: str) -> int | None:
    if name == "month":
        return NUMBERS.get(word)
    wanted = r"\d{4}" if name == "year" else r"\d{1,2}(st|nd|rd|th)?"
    return int(re.sub(r"\D", "", word)) if word.isascii() and re.fullmatch(wanted, word) else None


def _period(year: int | None, month: int | None = None, day: int | None = None) -> Period | None:
    if year is None or not FIRST_YEAR <= year <= LAST_YEAR:
        return None
    try:
        first = dt.date(year, month or 1, day or 1)
    except ValueError:
        return None
    return first, last_day(first, "day" if day else "month" if month else "year")
