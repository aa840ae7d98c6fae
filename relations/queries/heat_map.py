"""How do the busiest countries stand with each other? A map of their pairs' scores."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass

from django.core.cache import cache
from django.db.models import Sum
from django.urls import reverse

from relations.models import CountryPair, Dataset, PairStanding
from relations.queries.display import count, country_name
from relations.tension.formula import BASELINE, LITTLE_KNOWN

COUNTRIES = 12
# Points of the score away from the baseline at which a cell's shade grows.
SHADES = (3, 10, 20, 30)
BUSIEST_FOR = 60  # seconds; all pairs are added up for it


@dataclass(frozen=True, slots=True)
class MapCell:
    """A pair on the map, at its row and column, counted from 0. shade: conflict-1 to conflict-4, cooperation-1 to
    cooperation-4, even, or unknown where next to nothing is known. title: all of it in words."""

    row: int
    column: int
    url: str
    name: str
    score: str
    band: str
    events: str
    shade: str
    little_known: bool

    @property
    def title(self) -> str:
        known = "little known" if self.little_known else f"{self.score} of 100, band {self.band}"
        return f"{self.name}: {known}, {self.events}"


@dataclass(frozen=True, slots=True)
class HeatMap:
    """codes: of the countries in the order of rows and columns, the busiest first. cells: the pairs that have a score,
    below the diagonal; the tensest first."""

    codes: list[str]
    names: list[str]
    cells: list[MapCell]


def busiest(days: int) -> list[str]:
    """Codes of the countries with the most events of the last ``days`` days (7, 30 or 90), the busiest first."""
    events = f"events_{days}"
    busy: Counter[str] = Counter()
    lately = PairStanding.objects.filter(dataset=Dataset.OWN, **{f"{events}__gt": 0}).order_by()
    for side in ("pair__first", "pair__second"):
        busy.update(dict(lately.values_list(side).annotate(total=Sum(events))))
    return [code for code, _ in sorted(busy.items(), key=lambda item: (-item[1], item[0]))[:COUNTRIES]]


def heat_map(days: int) -> HeatMap:
    """The busiest countries, which are looked for every minute, and where their pairs stand now; one query."""
    events = f"events_{days}"
    codes = cache.get(f"busiest-countries-{days}")
    if not codes:  # nothing is not remembered, so that the first events show at once
        codes = busiest(days)
        cache.set(f"busiest-countries-{days}", codes, BUSIEST_FOR)
    place = {code: at for at, code in enumerate(codes)}
    ordered = sorted(codes)
    slugs = [CountryPair.slug_of(one, other) for at, one in enumerate(ordered) for other in ordered[at + 1 :]]
    rows = PairStanding.objects.filter(dataset=Dataset.OWN, pair__slug__in=slugs).values_list(
        *("pair__slug", "pair__first", "pair__second", "score", "low", "high", "known", events)
    )
    cells = []
    for slug, first, second, score, low, high, known, number in sorted(rows, key=lambda row: (-row[3], row[0])):
        row, column = sorted((place[first], place[second]), reverse=True)
        cells.append(
            MapCell(
                row=row,
                column=column,
                url=reverse("pair-timeline", args=[slug]),
                name=f"{country_name(first)} – {country_name(second)}",
                score=f"{score:.0f}",
                band=f"{low:.0f} to {high:.0f}",
                events=f"{count(number, 'event')} in {days} days",
                shade=shade(score, known),
                little_known=known < LITTLE_KNOWN,
            )
        )
    return HeatMap(codes, [country_name(code) for code in codes], cells)


def shade(score: float, known: float) -> str:
    """How a score is shaded: by its distance from the baseline, and to which side."""
    if known < LITTLE_KNOWN:
        return "unknown"
    away = score - BASELINE
    level = sum(abs(away) >= least for least in SHADES)
    if not level:
        return "even"
    return f"{'conflict' if away > 0 else 'cooperation'}-{level}"
