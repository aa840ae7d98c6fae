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


def period_start(day: dt.date, precision: str) -> dt.date:
    """The day as which the day, week, month or year that holds it stands."""
    if precision == "week":
        return day - day.weekday() * ONE_DAY
    if precision == "month":
        return day.replace(day=1)
    return day.replace(month=1, day=1) if precision == "year" else day
