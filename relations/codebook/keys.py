"""Keys of actors: PAK, PAK:foreign_ministry, PAK:person:khawaja-asif. One spelling, for the coder and the database."""

from __future__ import annotations

import re
import unicodedata


def state_key(country: str) -> str:
    return country


def institution_key(country: str, institution: str) -> str:
    return f"{country}:{institution}"


def person_key(country: str, person: str) -> str:
    plain = unicodedata.normalize("NFKD", person).encode("ascii", "ignore").decode()
    return f"{country}:person:{re.sub(r'[^a-z0-9]+', '-', plain.lower()).strip('-')}"
