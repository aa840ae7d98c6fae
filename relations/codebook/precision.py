"""How exactly a date is known. A week stands as its Monday, a month and a year as their first day."""

from __future__ import annotations

import datetime as dt

COARSENESS = ("day", "week", "month", "year")
ONE_DAY = dt.timedelta(days=1)


def last_day(first: dt.date, precision: str) -> dt.date:
    """The last day of the time that begins on that day."""
    if precision == "week":
        return first + 6 * ONE_DAY
    if precision == "month":
        return (first.replace(day=28) + 4 * ONE_DAY).replace(day=1) - ONE_DAY
    return first.replace(month=12, day=31) if precision == "year" else first
