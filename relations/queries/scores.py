"""The score of a pair day by day, and where it stands now."""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from functools import cache
from itertools import groupby

import numpy as np

from relations.codebook.weights import default_weights
from relations.models import Dataset, PairDay, PairStanding
from relations.models.words import STANDING
from relations.queries.display import EventFacts, probability_of, signed, trend
from relations.tension import shares, sums
from relations.tension.formula import LITTLE_KNOWN, Figures, figures
from relations.tension.sums import Series
from relations.tension.terms import Term


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
    return series_of([pair_id], today, dataset).get(pair_id)


def series_of(pair_ids: Collection[int], today: dt.date, dataset: str = Dataset.OWN) -> dict[int, ScoreSeries]:
    """The scores of several pairs, those of which anything is known, in one query."""
    rows = (
        PairDay.objects.filter(pair__in=pair_ids, dataset=dataset, day__lte=today, event_count__gt=0)
        .order_by("pair", "day")
        .values_list("pair", "day", "sums")
    )
    found = {}
    for pair_id, of_pair in groupby(rows, key=lambda row: row[0]):
        days = [(day, packed) for _, day, packed in of_pair]
        first = days[0][0]
        offsets = np.fromiter((day.toordinal() for day, _ in days), dtype=np.int64, count=len(days))
        values = sums.unpack([packed for _, packed in days])
        found[pair_id] = ScoreSeries(first, sums.series(offsets - first.toordinal(), values, (today - first).days + 1))
    return found


@dataclass(frozen=True, slots=True)
class StandingWords:
    """Where a pair stands, in words. forward, backward: the score from what one side did alone."""

    score: str
    band: str
    change: str
    trend: str
    little_known: bool
    as_of: dt.date
    forward: str
    backward: str
    conflict: str
    cooperation: str
    attention: str


def standing_words(standing: PairStanding, days: int = 30) -> StandingWords:
    change = getattr(standing, f"change_{days}")
    return StandingWords(
        score=f"{standing.score:.0f}",
        band=f"{standing.low:.0f} to {standing.high:.0f}",
        change=signed(change),
        trend=trend(change),
        little_known=standing.known < LITTLE_KNOWN,
        as_of=standing.as_of,
        forward=f"{standing.forward:.0f}",
        backward=f"{standing.backward:.0f}",
        conflict=f"{standing.conflict:.1f}",
        cooperation=f"{standing.cooperation:.1f}",
        attention=attention(standing),
    )


def attention(standing: PairStanding) -> str:
    """The pair's share of all articles of the last 30 days, in words."""
    if not standing.all_articles:
        return "no story was read"
    share = 100 * standing.articles / standing.all_articles
    return f"{share:.1f} % of all stories ({standing.articles:,} of {standing.all_articles:,})"


def evidence_on(event: EventFacts, day: dt.date, learnt: Mapping[str, float]) -> float:
    """What is left of an event's evidence on a day, by the term that scoring worked out for it."""
    until, replaced = event.in_force_until, event.replaced_on
    term = Term(until.toordinal() if until else None, replaced.toordinal() if replaced else None)
    about = _figures(event.type, event.stage)
    left = term.decay(event.occurred_on.toordinal(), day.toordinal(), about.half_life)
    return probability_of(event, learnt) * about.evidence * left


def share(event: EventFacts, standing: PairStanding | None, learnt: Mapping[str, float]) -> str:
    """What an event does to today's score, signed; empty where it no longer counts or hardly moves it."""
    if standing is None or event.status not in STANDING or event.occurred_on > standing.as_of:
        return ""
    v = evidence_on(event, standing.as_of, learnt)
    if v > standing.known + 1e-9:
        return ""  # the pair has not been scored with this event yet
    moved = shares.effect(v, _figures(event.type, event.stage).severity, standing.score, standing.known)
    return signed(moved) if abs(moved) >= 0.05 else ""


@cache
def _figures(type_slug: str, stage: str) -> Figures:
    """By the installed weights, which a process reads once."""
    return figures(type_slug, stage, default_weights())
