"""Which of these? Up to six pairs' scores on one axis."""

from __future__ import annotations

import datetime as dt
import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from urllib.parse import urlencode

from relations.codebook.countries import countries
from relations.errors import RelationsError
from relations.models import CountryPair, Dataset, PairStanding
from relations.queries.display import count, day_words, signed, trend
from relations.queries.scores import ScoreSeries, series_of
from relations.tension.formula import BASELINE, LITTLE_KNOWN
from relations.tension.sums import Floats

LETTERS = "ABCDEF"
MOST = len(LETTERS)
PERIOD = dt.timedelta(days=365)  # where no dates are asked for
SUGGESTED = 6

_PARTS = re.compile(r"[^\w]+|_")
_JOINERS = {"and", "with", "to", "vs", "versus"}
EXAMPLE = "Write two codes (“pak usa”) or two names (“Pakistan and India”)."


class NoPair(RelationsError):
    """Words that name no pair which can be compared."""


@dataclass(frozen=True, slots=True)
class Line:
    """A score to draw. scores, known: of consecutive days from ``first`` on, arrays of shape (n_days,)."""

    letter: str
    name: str
    first: dt.date
    scores: Floats
    known: Floats


@dataclass(frozen=True, slots=True)
class Figures:
    """A pair's figures within a period, in words. change_N: of the period's last day, from N days before it."""

    score: str
    band: str
    little_known: bool
    change_30: str
    trend_30: str
    change_90: str
    trend_90: str
    highest: str
    highest_on: str
    lowest: str
    lowest_on: str


@dataclass(frozen=True, slots=True)
class Compared:
    """A pair among those compared. figures: None where nothing is known until the period's end.

    without: the address's query that leaves it out.
    """

    letter: str
    slug: str
    name: str
    line: Line | None
    figures: Figures | None
    without: str


@dataclass(frozen=True, slots=True)
class Suggestion:
    slug: str
    name: str
    events: str


@dataclass(frozen=True, slots=True)
class Comparison:
    """first, last: the days of the axis."""

    pairs: list[Compared]
    first: dt.date
    last: dt.date
    period: str
    suggestions: list[Suggestion]

    @property
    def lines(self) -> list[Line]:
        return [pair.line for pair in self.pairs if pair.line]


def compare(slugs: Sequence[str], since: dt.date | None, until: dt.date | None, today: dt.date) -> Comparison:
    """Pairs of known countries between two days (the last year by default), in three queries.

    slugs: in order, MOST at the most.
    """
    ids = dict(CountryPair.objects.filter(slug__in=slugs).values_list("slug", "pk")) if slugs else {}
    series = series_of(ids.values(), today) if ids else {}
    last = min(until or today, today)
    first = since or last - PERIOD
    begun = [one.first for one in series.values() if one.first < last]
    # Before the first event of any there is nothing to draw, and a line needs two days.
    first = min(max(first, min(begun, default=first)), last - dt.timedelta(days=1))
    pairs = []
    for letter, slug in zip(LETTERS, slugs, strict=False):
        found = series.get(ids.get(slug, 0))
        shown = found if found and found.first <= last else None
        rest = [other for other in slugs if other != slug]
        pairs.append(
            Compared(
                letter=letter,
                slug=slug,
                name=name_of(slug),
                line=_line(letter, slug, shown, first, last) if shown else None,
                figures=_figures(shown, first, last) if shown else None,
                without=query_of(rest, since, until),
            )
        )
    return Comparison(pairs, first, last, f"{day_words(first)} to {day_words(last)}", _suggestions(slugs))


def query_of(slugs: Sequence[str], since: dt.date | None, until: dt.date | None) -> str:
    """What stands in the address, without a question mark."""
    given = [("pair", slug) for slug in slugs]
    given += [(name, day.isoformat()) for name, day in (("since", since), ("until", until)) if day]
    return urlencode(given)


def name_of(slug: str) -> str:
    """Of a pair of known countries."""
    first, second = slug.upper().split("-")
    return f"{countries()[first].name} – {countries()[second].name}"


def read_pair(words: str) -> str:
    """The slug of the pair that these words name: two codes or names, in any order. Raises NoPair, saying why not."""
    given = words.strip()[:100]
    parts = [part for part in _PARTS.split(_plain(given)) if part]
    codes = _codes()
    for at in range(1, len(parts)):
        left, right = parts[:at], parts[at:]
        if left[-1] in _JOINERS and len(left) > 1:
            left = left[:-1]
        one, other = codes.get(" ".join(left)), codes.get(" ".join(right))
        if one and one == other:
            raise NoPair(f"“{given}” names one country twice. A pair needs two.")
        if one and other:
            return CountryPair.slug_of(*CountryPair.in_order(one, other))
    if len(parts) == 2 and (unknown := [part for part in parts if part not in codes]):
        raise NoPair(f"“{given}”: there is no country “{unknown[0]}”. {EXAMPLE}")
    raise NoPair(f"“{given}” names no two countries that are known here. {EXAMPLE}")


def _plain(words: str) -> str:
    """Small letters without accents and dots, so that U.S. is us and Türkiye is turkiye."""
    bare = unicodedata.normalize("NFKD", words.replace(".", ""))
    return "".join(letter for letter in bare if not unicodedata.combining(letter)).casefold()


@cache
def _codes() -> dict[str, str]:
    """Codes of the countries by code of three or two letters and by name; where two share a word, the code has it."""
    found: dict[str, str] = {}
    known = list(countries().values())
    for words in ([(one.code, one.code) for one in known], [(one.alpha2, one.code) for one in known]):
        for word, code in words:
            found.setdefault(word.lower(), code)
    for one in known:
        for name in (one.name, *one.names):
            found.setdefault(" ".join(part for part in _PARTS.split(_plain(name)) if part), one.code)
    found.pop("", None)
    return found


def _line(letter: str, slug: str, found: ScoreSeries, first: dt.date, last: dt.date) -> Line:
    start, stop = _bounds(found, first, last)
    shown = slice(start, stop + 1)
    since = found.first + dt.timedelta(days=start)
    return Line(letter, name_of(slug), since, found.series.score[shown], found.series.known[shown])


def _figures(found: ScoreSeries, first: dt.date, last: dt.date) -> Figures:
    start, stop = _bounds(found, first, last)
    series = found.series
    shown = series.score[start : stop + 1]
    highest, lowest = int(shown.argmax()), int(shown.argmin())
    now = float(series.score[stop])

    def change(days: int) -> float:
        """From the baseline where nothing was known yet."""
        return now - (float(series.score[stop - days]) if stop >= days else BASELINE)

    def day(offset: int) -> str:
        return day_words(found.first + dt.timedelta(days=start + offset))

    return Figures(
        score=f"{now:.0f}",
        band=f"{series.low[stop]:.0f} to {series.high[stop]:.0f}",
        little_known=bool(series.known[stop] < LITTLE_KNOWN),
        change_30=signed(change(30)),
        trend_30=trend(change(30)),
        change_90=signed(change(90)),
        trend_90=trend(change(90)),
        highest=f"{shown[highest]:.0f}",
        highest_on=day(highest),
        lowest=f"{shown[lowest]:.0f}",
        lowest_on=day(lowest),
    )


def _bounds(found: ScoreSeries, first: dt.date, last: dt.date) -> tuple[int, int]:
    """Offsets of the period's first and last day within a series that has begun by its end."""
    return max((first - found.first).days, 0), (last - found.first).days


def _suggestions(chosen: Sequence[str]) -> list[Suggestion]:
    """The most reported pairs of the last 90 days that are not chosen yet."""
    standings = (
        PairStanding.objects.filter(dataset=Dataset.OWN, events_90__gt=0)
        .exclude(pair__slug__in=chosen)
        .order_by("-events_90", "pk")
        .values_list("pair__slug", "events_90")[:SUGGESTED]
    )
    return [Suggestion(slug, name_of(slug), count(events, "event")) for slug, events in standings]
