"""Dates as feeds and pages write them: in many forms, with names of zones, without any, or absurd."""

from __future__ import annotations

import calendar
import datetime as dt
import re
import time
from dataclasses import dataclass
from urllib.parse import urlsplit

from dateutil import parser

# Outside of these a date is a mistake or a placeholder; 1970-01-01 is the zero of a clock.
EARLIEST = dt.datetime(1970, 1, 2, tzinfo=dt.UTC)
LATEST = dt.datetime(2100, 1, 1, tzinfo=dt.UTC)
LONGEST = 100  # characters

# Hours from UTC of the names that news sites write.
_HOURS: dict[str, float] = {
    **dict.fromkeys(("Z", "UT", "UTC", "GMT", "WET"), 0),
    **dict.fromkeys(("BST", "WEST", "CET", "MET", "WAT"), 1),
    **dict.fromkeys(("CEST", "MEST", "EET", "SAST", "CAT"), 2),
    **dict.fromkeys(("EEST", "MSK", "TRT", "EAT", "IDT"), 3),
    **{"IRST": 3.5, "IRDT": 4.5, "AFT": 4.5, "IST": 5.5, "NPT": 5.75, "MMT": 6.5},
    **dict.fromkeys(("GST", "AZT", "AMT", "GET", "SAMT"), 4),
    **dict.fromkeys(("PKT", "UZT", "TJT", "TMT", "YEKT"), 5),
    **dict.fromkeys(("BDT", "BTT", "KGT", "ALMT"), 6),
    **dict.fromkeys(("ICT", "WIB", "KRAT"), 7),
    **dict.fromkeys(("HKT", "SGT", "MYT", "PHT", "PHST", "WITA", "AWST", "ULAT"), 8),
    **dict.fromkeys(("JST", "KST", "WIT", "YAKT"), 9),
    **dict.fromkeys(("AEST", "CHST", "VLAT"), 10),
    **{"ACST": 9.5, "ACDT": 10.5, "AEDT": 11, "NZST": 12, "NZDT": 13},
    **{"NDT": -2.5, "NST": -3.5, "VET": -4, "COT": -5, "PET": -5, "ECT": -5},
    **dict.fromkeys(("BRT", "ART", "UYT", "CLST", "ADT"), -3),
    **dict.fromkeys(("AST", "EDT", "CLT", "BOT"), -4),
    **dict.fromkeys(("EST", "CDT"), -5),
    **dict.fromkeys(("CST", "MDT"), -6),
    **dict.fromkeys(("MST", "PDT"), -7),
    **{"PST": -8, "AKDT": -8, "AKST": -9, "HST": -10},
}
# What a name means elsewhere than where most news in English that uses it is written, by the country of the site.
_HOURS_IN: dict[tuple[str, str], float] = {
    ("IST", "il"): 2,
    ("IST", "ie"): 1,
    **dict.fromkeys((("CST", "cn"), ("CST", "tw"), ("CST", "hk")), 8),
    ("CST", "cu"): -5,
    ("CDT", "cu"): -4,
    ("BST", "bd"): 6,
    **dict.fromkeys((("AST", country) for country in ("sa", "iq", "kw", "qa", "bh", "ye")), 3),
    ("EST", "au"): 10,
    ("EDT", "au"): 11,
    ("CST", "au"): 9.5,
    ("PST", "ph"): 8,
    ("PST", "pk"): 5,
    ("AMT", "br"): -4,
    ("GST", "gs"): -2,
}
# At the end, or before the year as Java and Unix write it: Tue Mar 4 10:00:00 CET 2031.
_ZONE_ENDS = r"(?:\s*\([^()]*\))?(?P<year> \d{4})?\s*$"
_NAMED_ZONE = re.compile(r"\s*(?<![A-Za-z])([A-Za-z]{1,5})" + _ZONE_ENDS)
_NUMERIC_ZONE = re.compile(
    r"(?:\d[:T]\d\d(?:[:.,]\d+)*|\d ?[AaPp][Mm])\s*(?:(?:GMT|UTC) ?)?[+-]\d{1,2}(?::?\d\d)?" + _ZONE_ENDS
)
# A year of our time, or two digits behind a month's name.
_YEAR = re.compile(r"(?<!\d)(?:19|20)\d\d(?!\d{7,})|\d[ -][A-Za-z]{3,9}[ -]\d\d\b")


@dataclass(frozen=True, slots=True)
class ReadDate:
    """words: as written, at most 100 characters. moment: aware, UTC; None where it can't be, such as the year 9999."""

    words: str
    moment: dt.datetime | None
    zone_assumed: bool  # UTC was taken for want of a zone


def read_date(words: str, where: str = "", already: time.struct_time | None = None) -> ReadDate:
    """What a date means.

    where: address of the site, since some names of zones mean other hours in another country. already: what a parser of
    feeds made of it, in UTC as far as it knows the zone.
    """
    words = " ".join(words.split())[:LONGEST]
    named = _NAMED_ZONE.search(words)
    hours = _hours(named[1], where) if named else None
    numeric = _NUMERIC_ZONE.search(words) is not None
    # A name after a number (10:00 +0200 CEST) says the same once more.
    moment = None
    if named and hours is not None and not numeric:
        moment = _local(words[: named.start()] + (named["year"] or ""), hours)
    if moment is None:
        moment = _of_struct(already) or _local(words, None)
    if moment is not None and not EARLIEST <= moment < LATEST:
        moment = None
    return ReadDate(words, moment, zone_assumed=moment is not None and not numeric and hours is None)


def _hours(name: str, where: str) -> float | None:
    try:
        country = (urlsplit(where).hostname or "").rpartition(".")[2]
    except ValueError:  # such as a bracket that opens no IPv6 address
        country = ""
    return _HOURS_IN.get((name.upper(), country), _HOURS.get(name.upper()))


def _local(words: str, hours: float | None) -> dt.datetime | None:
    """A date without or with a numeric zone; hours: of the zone that stood behind it."""
    if not _YEAR.search(words):
        return None
    # Otherwise dateutil reads UTC+3 as POSIX has it, the other way round.
    words = re.sub(r"\b(?:GMT|UTC) ?(?=[+-]\d)", "", words)
    try:
        dotted = (
            re.match(r"\d{1,2}\.\d{1,2}\.", words) is not None
        )  # 04.03. is the fourth of March wherever it is written
        # A year that is not written would be the present one; year 1 is refused by whoever asks.
        moment = parser.parse(
            words,
            default=dt.datetime(1, 1, 1),
            dayfirst=dotted,
            ignoretz=hours is not None,
            # Only numbers count here; otherwise a name would mean what it means to the machine that we run on.
            tzinfos=lambda name, seconds: seconds,
        )
        if moment.tzinfo is None:
            return moment.replace(tzinfo=dt.UTC) - dt.timedelta(hours=hours or 0)
        return moment.astimezone(dt.UTC)
    except (ValueError, OverflowError, TypeError):
        return None


def _of_struct(moment: time.struct_time | None) -> dt.datetime | None:
    if moment is None:
        return None
    try:
        return dt.datetime.fromtimestamp(calendar.timegm(moment), dt.UTC)
    except (ValueError, OverflowError, OSError):
        return None
