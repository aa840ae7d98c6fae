"""What changed? Pairs by where they stand and how they moved, and the latest events."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any

from django.db.models import F, Q, QuerySet
from django.db.models.functions import Abs

from relations.models import Dataset, Event, PairStanding
from relations.queries.display import STEADY, EventWords, count, country_name, event_words
from relations.queries.scores import StandingWords, standing_words
from relations.tension.formula import LITTLE_KNOWN

NONE_FOUND = {
    "changed": "Nothing happened",
    "rising": "No pair's score rose by what happened",
    "easing": "No pair's score eased by what happened",
    "tense": "Of no pair is enough known",
    "reported": "Nothing was reported",
}
ORDERS = {
    "changed": "Changed most",
    "rising": "Rising",
    "easing": "Easing",
    "tense": "Tensest",
    "reported": "Most reported",
}
PAGE = 25


@dataclass(frozen=True, slots=True)
class PairRow:
    """A pair in a list of many. name: of both, or on a country's page of the other. recent: the last 90 days' scores,
    oldest first."""

    pair_id: int
    slug: str
    name: str
    url: str
    standing: StandingWords
    events: str
    recent: list[float]
    mover: EventWords | None


@dataclass(frozen=True, slots=True)
class PairPage:
    rows: list[PairRow]
    next: str  # cursor of the next page, empty at the end


def pairs(order: str, days: int, after: str = "") -> PairPage:
    """A page of pairs: by change, score or number of events of the last ``days`` days (7, 30 or 90).

    after: cursor of the page before. Raises ValueError for one that is not.
    """
    key, descending = {
        "changed": ("moved", True),
        "rising": (f"change_{days}", True),
        "easing": (f"change_{days}", False),
        "tense": ("score", True),
        "reported": (f"events_{days}", True),
    }[order]
    standings = with_words(PairStanding.objects.filter(dataset=Dataset.OWN))
    standings = standings.annotate(moved=Abs(F(f"change_{days}")))
    # A score that only fades towards the baseline is no news; what rises or eases does so by something that happened.
    # And a pair of which next to nothing is known stands near the baseline, which is not the same as being tense.
    if order == "tense":
        standings = standings.filter(known__gte=LITTLE_KNOWN)
    else:
        standings = standings.filter(**{f"events_{days}__gt": 0})
    if order == "rising":
        standings = standings.filter(**{f"change_{days}__gte": STEADY})
    if order == "easing":
        standings = standings.filter(**{f"change_{days}__lte": -STEADY})
    if after:
        value, pk = _cursor(after)
        beyond = "lt" if descending else "gt"
        # The first half bounds the index scan; the second breaks ties.
        standings = standings.filter(
            Q(**{f"{key}__{beyond}e": value}), Q(**{f"{key}__{beyond}": value}) | Q(**{key: value}, pk__gt=pk)
        )
    ordered = standings.order_by(F(key).desc() if descending else F(key).asc(), "pk")
    found = list(ordered[: PAGE + 1])
    last = found[PAGE - 1] if len(found) > PAGE else None
    return PairPage(
        [pair_row(standing, days) for standing in found[:PAGE]],
        f"{getattr(last, key)!r}_{last.pk}" if last else "",
    )


def latest_events(limit: int = 10) -> list[EventWords]:
    events = Event.objects.standing().filter(dataset=Dataset.OWN).select_related(*SIDES).newest_first()[:limit]
    return [event_words(event) for event in events]


# What event_words needs fetched with an event; the countries' names stand in the codebook.
SIDES = ("source_actor", "target_actor")


def with_words(standings: QuerySet[PairStanding]) -> QuerySet[PairStanding]:
    """With what pair_row needs of each."""
    return standings.select_related("pair", *(f"mover__{side}" for side in SIDES))


def _cursor(text: str) -> tuple[float, int]:
    value, _, pk = text.rpartition("_")
    if not math.isfinite(number := float(value)):
        raise ValueError("not a score")
    return number, int(pk)


def pair_row(standing: PairStanding, days: int, name: str = "") -> PairRow:
    pair: Any = standing.pair
    return PairRow(
        pair_id=pair.pk,
        slug=pair.slug,
        name=name or f"{country_name(pair.first_id)} – {country_name(pair.second_id)}",
        url=pair.get_absolute_url(),
        standing=standing_words(standing, days),
        events=count(getattr(standing, f"events_{days}"), "event"),
        recent=standing.recent,
        mover=event_words(standing.mover) if standing.mover else None,
    )
