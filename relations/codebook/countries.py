"""The countries: codes, names, adjectives, capitals, and the years of those that are gone or new."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date
from functools import cache
from pathlib import Path

from relations.codebook.tables import DATA, read_table

KINDS = {"state", "territory", "past"}
# Those whose names have "the" before them in a sentence; of many islands it is told by their last word.
WITH_ARTICLE = {
    *("ARE", "BHS", "CAF", "COD", "COG", "COM", "DOM", "GBR", "GMB", "IMN"),
    *("IOT", "MDV", "NLD", "PHL", "SUN", "USA"),
}
COLUMNS = (
    *("code", "alpha2", "name", "names", "adjectives", "nationals", "capital", "seats"),
    *("kind", "valid_from", "valid_until"),
)


@dataclass(frozen=True, slots=True)
class Country:
    """A state or a place that news treats as one. code: ISO 3166-1 alpha-3 (XKX for Kosovo, 3166-3 for past states)."""

    code: str
    alpha2: str
    name: str
    names: tuple[str, ...]
    adjectives: tuple[str, ...]
    nationals: tuple[str, ...]
    capital: str
    seats: tuple[str, ...]
    kind: str
    valid_from: date | None
    valid_until: date | None

    @property
    def in_prose(self) -> str:
        """As a sentence has it: "the United States", "Pakistan"."""
        has_article = self.code in WITH_ARTICLE or self.name.endswith((" Islands", " Territories"))
        return f"the {self.name}" if has_article else self.name

    def existed_on(self, day: date) -> bool:
        return (self.valid_from is None or self.valid_from <= day) and (
            self.valid_until is None or day <= self.valid_until
        )


def load_countries(path: Path = DATA / "countries.csv") -> dict[str, Country]:
    """All countries by code. Raises CodebookError for a row that can't be used or a name that two share."""
    found: dict[str, Country] = {}
    owner: dict[str, str] = {}
    for row in read_table(path, COLUMNS):
        code = row.needed("code")
        if not re.fullmatch(r"[A-Z]{3}", code):
            raise row.wrong(f"code is {code!r}; it must be three capital letters (ISO 3166-1 alpha-3).")
        if code in found:
            raise row.wrong(f"the code {code} stands twice.")
        country = Country(
            code=code,
            alpha2=row.text("alpha2"),
            name=row.needed("name"),
            names=row.list("names"),
            adjectives=row.list("adjectives"),
            nationals=row.list("nationals"),
            capital=row.text("capital"),
            seats=row.list("seats"),
            kind=row.one_of("kind", KINDS),
            valid_from=row.day("valid_from"),
            valid_until=row.day("valid_until"),
        )
        if country.valid_from and country.valid_until and country.valid_from > country.valid_until:
            raise row.wrong("valid_from is after valid_until.")
        for name in {country.name, *country.names}:
            if name in owner:
                raise row.wrong(f"the name {name!r} stands for {owner[name]} and for {code}; it must stand for one.")
            owner[name] = code
        found[code] = country
    return found


@cache
def countries() -> dict[str, Country]:
    """The countries as installed, read once per process."""
    return load_countries()
