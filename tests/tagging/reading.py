"""What the tests of the coder share: a lexicon with a small table of office-holders, and short ways to read."""

from __future__ import annotations

import datetime as dt
from functools import cache

from relations.codebook.tenures import Tenure
from relations.tagging.coded import CodedEvent
from relations.tagging.coder import code_article
from relations.tagging.lexicon import Lexicon, compile_lexicon

# A Wednesday.
PUBLISHED = dt.datetime(2026, 3, 11, 9, 0, tzinfo=dt.UTC)


def held(country: str, office: str, person: str, began: str, ended: str | None, *aliases: str) -> Tenure:
    until = dt.date.fromisoformat(ended) if ended else None
    title = office.replace("_", " ")
    return Tenure(country, office, title, person, aliases, dt.date.fromisoformat(began), until, "day", "a test")


@cache
def lexicon() -> Lexicon:
    return compile_lexicon(
        tenure_table=[
            held("USA", "foreign_minister", "Orla Winterbourne", "2024-01-20", None, "Secretary Winterbourne"),
            held("USA", "foreign_minister", "Dale Hartigan", "2017-02-01", "2018-03-31"),
            held("FRA", "head_of_state", "Luc Hartigan", "2025-05-14", None),
            held("KOR", "head_of_state", "Park Min-seo", "2025-05-14", None),
        ]
    )


def events(text: str, title: str = "", published: dt.datetime | None = PUBLISHED) -> list[CodedEvent]:
    return code_article(text, title, published, lexicon())


def read(text: str, title: str = "") -> set[str]:
    """The events as "PAK>IND border_closed", and "PAK=IND meeting" for a mutual one, sides in order of the alphabet."""
    found = set()
    for event in events(text, title):
        sides = [event.source.country, event.target.country]
        found.add(f"{'='.join(sorted(sides)) if event.symmetric else '>'.join(sides)} {event.type}")
    return found


def only(text: str, title: str = "") -> CodedEvent:
    (event,) = events(text, title)
    return event
