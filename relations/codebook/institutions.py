"""Who acts for a country: its institutions, by patterns that hold for every country, and the names of their own."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from pathlib import Path

from relations.codebook.countries import countries
from relations.codebook.tables import DATA, read_table


@dataclass(frozen=True, slots=True)
class Institution:
    """A kind of institution that every country has.

    nouns: what follows "the Pakistani ..." or "...of Pakistan" and means it. sector: the PLOVER actor sector.
    """

    slug: str
    name: str
    sector: str
    nouns: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class InstitutionName:
    """A name of one country's institution. kind: name, metonym (a place that stands for it) or local (means this
    country's only in a text that is about it or published there)."""

    country: str
    institution: str
    name: str
    kind: str


NAME_KINDS = {"name", "metonym", "local"}


def load_institutions(path: Path = DATA / "institutions.csv") -> dict[str, Institution]:
    """Institution kinds by slug. Raises CodebookError for a row that cannot be used."""
    found: dict[str, Institution] = {}
    for row in read_table(path, ("slug", "name", "sector", "nouns")):
        slug = row.needed("slug")
        if slug in found:
            raise row.wrong(f"the slug {slug} stands twice.")
        found[slug] = Institution(slug, row.needed("name"), row.needed("sector"), row.list("nouns"))
    return found


@cache
def institutions() -> dict[str, Institution]:
    """The institution kinds as installed, read once per process."""
    return load_institutions()


def load_institution_names(path: Path = DATA / "institution_names.csv") -> list[InstitutionName]:
    """Names that particular countries' institutions have. Raises CodebookError for a row that cannot be used."""
    found: list[InstitutionName] = []
    for row in read_table(path, ("country", "institution", "name", "kind")):
        country = row.needed("country")
        if country not in countries():
            raise row.wrong(f"there is no country {country} in countries.csv.")
        institution = row.one_of("institution", set(institutions()))
        found.append(InstitutionName(country, institution, row.needed("name"), row.one_of("kind", NAME_KINDS)))
    return found


@cache
def institution_names() -> list[InstitutionName]:
    """The names as installed, read once per process."""
    return load_institution_names()
