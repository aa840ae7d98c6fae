"""The score of a pair day by day, and where it stands now."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

import numpy as np

from relations import tension
from relations.models import Dataset, Event, PairDay, PairStanding
from relations.queries.display import signed, trend
from relations.tension import Series


@dataclass(frozen=True, slots=True)
class ScoreSeries:
    """A pair's score on consecutive days from ``first`` on; arrays of shape (n_days,)."""

    first: dt.date
    series: Series

    @property
    def last(self) -> dt.date:
        return self.first + dt.timedelta(days=len(self.series.score) - 1)


def score_series(pair_id: int, today: dt.date, dataset: str = Dataset.OWN) -> ScoreSeries | None:
    """The score of every day from the first event until today; None where nothing is known."""
    days = list(
        PairDay.objects.filter(pair_id=pair_id, dataset=dataset, day__lte=today, event_count__gt=0)
        .order_by("day")
        .values_list("day", "sums")
    )
    if not days:
        return None
    first = days[0][0]
    offsets = np.array([(day - first).days for day, _ in days])
    sums = np.array([values for _, values in days]).reshape(len(days), *tension.SHAPE)
    return ScoreSeries(first, tension.series(offsets, sums, (today - first).days + 1))


@dataclass(frozen=True, slots=True)
class StandingWords:
    """Where a pair stands, in words."""

    score: str
    band: str
    change: str
    trend: str
    little_known: bool
    as_of: dt.date


def standing_words(standing: PairStanding, days: int = 30) -> StandingWords:
    change = getattr(standing, f"change_{days}")
    return StandingWords(
        score=f"{standing.score:.0f}",
        band=f"{standing.low:.0f} to {standing.high:.0f}",
        change=signed(change),
        trend=trend(change),
        little_known=standing.known < tension.LITTLE_KNOWN,
        as_of=standing.as_of,
    )


def share(event: Event, standing: PairStanding | None) -> str:
    """How much of today's score an event makes, signed; empty where it no longer counts or moves it."""
    if standing is None or event.status not in ("coded", "confirmed") or event.occurred_on > standing.as_of:
        return ""
    age = (standing.as_of - event.occurred_on).days
    if event.scored.evidence(age) > standing.known:
        return ""  # the pair has not been scored with this event yet
    moved = tension.contribution(event.scored, age, standing.score, standing.known)
    return signed(moved) if abs(moved) >= 0.05 else ""
