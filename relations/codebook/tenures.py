"""Who held which office when, so that a title or a surname resolves by the date of the event."""

from __future__ import annotations

from calendar import monthrange
from dataclasses import dataclass
from datetime import date
from functools import cache
from pathlib import Path

from relations.codebook.countries import countries
from relations.codebook.tables import DATA, read_table

OFFICES = {
    "head_of_state": "Head of state",
    "head_of_government": "Head of government",
    "foreign_minister": "Foreign minister",
}
# The institution whose act it is when the holder acts.
INSTITUTION_OF_OFFICE = {
    "head_of_state": "head_of_state",
    "head_of_government": "head_of_government",
    "foreign_minister": "foreign_ministry",
}
PRECISIONS = {"day", "month", "year"}
# The tables were compiled from general knowledge up to this day; a tenure without an end was running then.
AS_OF = date(2025, 6, 1)
COLUMNS = ("country", "office", "title", "person", "aliases", "from", "until", "precision", "source")


@dataclass(frozen=True, slots=True)
class Tenure:
    """A person held an office. began, ended: days, read with ``precision``; ended None while it runs (see AS_OF)."""

    country: str
    office: str
    title: str
    person: str
    aliases: tuple[str, ...]
    began: date
    ended: date | None
    precision: str
    source: str

    def held_on(self, day: date) -> bool:
        """Whether the person held the office on that day, as far as the dates are known."""
        return self.began <= day and (self.ended_at_latest is None or day <= self.ended_at_latest)

    @property
    def ended_at_latest(self) -> date | None:
        """A month or year that is all that is known of the end stands as its first day, and means any day of it."""
        if self.ended and self.precision == "month" and self.ended.day == 1:
            return self.ended.replace(day=monthrange(self.ended.year, self.ended.month)[1])
        if self.ended and self.precision == "year" and (self.ended.month, self.ended.day) == (1, 1):
            return self.ended.replace(month=12, day=31)
        return self.ended


def load_tenures(folder: Path = DATA / "tenures") -> list[Tenure]:
    """All tenures of all files in the folder. Raises CodebookError for a row that cannot be used."""
    found: list[Tenure] = []
    for path in sorted(folder.glob("*.csv")):
        for row in read_table(path, COLUMNS):
            country = row.needed("country")
            if country not in countries():
                raise row.wrong(f"there is no country {country} in countries.csv.")
            began, ended = row.day("from"), row.day("until")
            if began is None:
                raise row.wrong("from is empty.")
            if ended is not None and ended < began:
                raise row.wrong(f"until ({ended}) is before from ({began}).")
            found.append(
                Tenure(
                    country=country,
                    office=row.one_of("office", set(OFFICES)),
                    title=row.needed("title"),
                    person=row.needed("person"),
                    aliases=row.list("aliases"),
                    began=began,
                    ended=ended,
                    precision=row.one_of("precision", PRECISIONS),
                    source=row.needed("source"),
                )
            )
    return found


@cache
def tenures() -> list[Tenure]:
    """The tenures as installed, read once per process."""
    return load_tenures()
