"""Well-known episodes between pairs of countries, 1990 to 2025, as events, and which days a historian calls tenser.

What the score makes of them shows whether its formula has sense: `manage.py check_history` prints it, a test holds it.
The claims of orders.toml were written before the score was looked at.
"""

from __future__ import annotations

import datetime as dt
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from relations.codebook.event_types import event_types
from relations.codebook.weights import WeightSet
from relations.errors import RelationsError
from relations.tension.shares import Explanation, explain
from relations.tension.terms import HELD, MUTUAL, Occurrence, Term, terms

FOLDER = Path(__file__).parent / "history"


@dataclass(frozen=True, slots=True)
class HistoricEvent:
    """One event of an episode. pair: slug. what: in a sentence of ours. source: where it can be checked."""

    episode: str
    pair: str
    on: dt.date
    who: str
    whom: str
    type: str
    stage: str
    both: bool
    what: str
    source: str


@dataclass(frozen=True, slots=True)
class Claim:
    """Two pairs on two days: the first was the tenser."""

    higher: tuple[str, dt.date]
    lower: tuple[str, dt.date]
    why: str


@cache
def events() -> tuple[HistoricEvent, ...]:
    """All events of all episodes by day. Raises RelationsError for one that can't be used."""
    found = []
    for path in sorted(FOLDER.glob("*.toml")):
        for episode in tomllib.loads(path.read_text("utf-8")).get("episode", ()):
            for row in episode["event"]:
                if row["type"] not in event_types():
                    raise RelationsError(f"{path.name}, {episode['id']}: there is no type {row['type']!r}.")
                if {row["who"].lower(), row["whom"].lower()} != set(episode["pair"].split("-")):
                    raise RelationsError(
                        f"{path.name}, {episode['id']}: {row['who']} and {row['whom']} are not its pair."
                    )
                found.append(
                    HistoricEvent(
                        episode=episode["id"],
                        pair=episode["pair"],
                        on=row["on"],
                        who=row["who"],
                        whom=row["whom"],
                        type=row["type"],
                        stage=row.get("stage", HELD),
                        both=row.get("both", False),
                        what=row["what"],
                        source=row.get("source", episode["source"]),
                    )
                )
    return tuple(sorted(found, key=lambda event: (event.on, event.pair, event.type)))


@cache
def claims() -> tuple[Claim, ...]:
    rows = tomllib.loads((FOLDER / "orders.toml").read_text("utf-8"))["order"]
    return tuple(Claim(tuple(row["higher"]), tuple(row["lower"]), row["why"]) for row in rows)


@cache
def occurrences(pair: str) -> tuple[Occurrence, ...]:
    """A pair's events as the score sees them, all of them certain."""
    return tuple(
        Occurrence(
            id=number,
            day=event.on.toordinal(),
            type=event.type,
            stage=event.stage,
            direction=MUTUAL if event.both else 1 if event.who < event.whom else -1,
            probability=1.0,
        )
        for number, event in enumerate(events(), 1)
        if event.pair == pair
    )


@cache
def _terms(pair: str) -> Mapping[int, Term]:
    return terms(occurrences(pair))


def on_day(pair: str, day: dt.date, weights: WeightSet, stretch: float = 1.0) -> Explanation:
    """The score of a pair on a day, from the episodes alone, as `relations.tension.shares.explain` gives it."""
    return explain(occurrences(pair), _terms(pair), day.toordinal(), weights, stretch)
