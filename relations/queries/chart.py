"""What the chart of a pair's timeline draws: the score of every day, the gravest event of each, and the chapters."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from relations.codebook.event_types import event_types
from relations.codebook.weights import default_weights
from relations.models import CountryPair, Dataset, Direction, Event, Precision, Stage, Status
from relations.models.scores import learnt_log_odds
from relations.queries.chapters import ChapterWords, for_series
from relations.queries.display import date_words
from relations.queries.scores import ScoreSeries, score_series
from relations.tension.formula import BASELINE, LITTLE_KNOWN, event_probability, figures

# Days that the chart shows at the least, so that a single day stands among its neighbours.
LEAST_VIEW = 61


def for_pair(pair: CountryPair, today: dt.date) -> dict[str, Any]:
    """The chart as JSON, in three queries.

    first: day of the first figure, None where nothing is known yet. days: how many there are. score, low, high: of
    each day, in tenths; known: evidence in tenths, rounded down, so that what lies below little_known stays below it.
    Each of these is a list of steps: the first value, then what each adds to the one before, which packs far better.
    marks: see _marks. chapters: the latest, newest first. least_view: days that are shown at the least.
    """
    found = score_series(pair.pk, today)
    series = found.series if found else None
    return {
        "first": found.first.isoformat() if found else None,
        "days": len(series.score) if series else 0,
        "score": _steps(_tenths(series.score)) if series else [],
        "low": _steps(_tenths(series.low)) if series else [],
        "high": _steps(_tenths(series.high)) if series else [],
        "known": _steps(np.floor(series.known * 10)) if series else [],
        "baseline": BASELINE,
        "little_known": round(LITTLE_KNOWN * 10),
        "least_view": LEAST_VIEW,
        "sides": _sides(pair),
        "marks": _marks(pair, found) if found else {},
        "chapters": [_chapter(chapter) for chapter in for_series(pair, found)] if found else [],
    }


def chosen(chart: ScoreSeries, since: dt.date | None, until: dt.date | None) -> tuple[int, int] | None:
    """First and last chosen day as numbers within the series; None where none of the chosen lies in it."""
    last = len(chart.series.score) - 1
    start = max((since - chart.first).days, 0) if since else 0
    stop = min((until - chart.first).days, last) if until else last
    return (start, stop) if start <= stop else None


def view(chart: ScoreSeries, since: dt.date | None, until: dt.date | None) -> tuple[int, int]:
    """First and last day to show for a choice of days: those and their neighbours, LEAST_VIEW days at the least.

    All days where none of the chosen lies in the series. static/js/chart-data.js does the same in the browser.
    """
    last = len(chart.series.score) - 1
    start, stop = chosen(chart, since, until) or (0, last)
    if stop - start + 1 >= LEAST_VIEW:
        return start, stop
    start = max(min(start - (LEAST_VIEW - (stop - start + 1)) // 2, last + 1 - LEAST_VIEW), 0)
    return start, min(start + LEAST_VIEW - 1, last)


def _tenths(values: NDArray[np.float64]) -> NDArray[np.float64]:
    """In tenths, moved by one where the rounding of these would tell another whole number: 69.46 is 69, so no 69.5."""
    tenths, whole = np.rint(values * 10), np.rint(values)
    return tenths - np.sign(np.floor((tenths + 5) / 10) - whole)


def _steps(values: NDArray[Any]) -> list[int]:
    return np.diff(values.astype(np.int64), prepend=0).tolist()


def _sides(pair: CountryPair) -> dict[str, list[str]]:
    """Who does it to whom, by direction: [who, sign, the sign in words, whom]."""
    first, second = pair.first.name, pair.second.name
    return {
        str(Direction.FORWARD.value): [first, "→", "towards", second],
        str(Direction.BACKWARD.value): [second, "→", "towards", first],
        str(Direction.MUTUAL.value): [first, "↔", "with", second],
    }


def _marks(pair: CountryPair, chart: ScoreSeries) -> dict[str, Any]:
    """Of each day with events the gravest one, |weight| times probability, the first of equals; as columns.

    day: number within the series, in steps. id: of the event, in steps. kind: index into kinds. direction: as in
    sides. gravity: in tenths, 0 to 100. events: how many the day has. kinds: what types at their stages are called.
    vague: by index of the mark, the date of an event whose day isn't known.
    """
    columns = ("occurred_on", "pk", "type", "stage", "direction", "status", "confidence", "precision")
    rows = (
        Event.objects.standing()
        .filter(pair=pair, dataset=Dataset.OWN, occurred_on__range=(chart.first, chart.last))
        .newest_first()
        .values_list(*columns)
    )
    weights, learnt = default_weights(), learnt_log_odds()
    kinds: dict[tuple[str, str], int] = {}
    of_kind: list[tuple[float, float]] = []  # |weight| and what verdicts taught
    days: list[dt.date] = []
    gravest: list[tuple[Any, ...]] = []
    counts: list[int] = []
    for day, pk, kind, stage, direction, status, confidence, precision in rows:
        number = kinds.get((kind, stage))
        if number is None:
            number = kinds[kind, stage] = len(kinds)
            of_kind.append((abs(figures(kind, stage, weights).weight), learnt.get(kind, 0.0)))
        weight, log_odds = of_kind[number]
        chance = event_probability(confirmed=status == Status.CONFIRMED, confidence=confidence, learnt=log_odds)
        mark = (weight * chance, pk, number, direction, precision)
        if not days or days[-1] != day:
            days.append(day)
            gravest.append(mark)
            counts.append(1)
            continue
        counts[-1] += 1
        if mark[0] >= gravest[-1][0]:  # later rows have lower ids
            gravest[-1] = mark
    days, gravest = days[::-1], gravest[::-1]
    first = chart.first.toordinal()
    return {
        "kinds": _kinds(list(kinds)),
        "day": _steps(np.array([day.toordinal() - first for day in days])),
        "id": _steps(np.array([mark[1] for mark in gravest])),
        "kind": [mark[2] for mark in gravest],
        "direction": [mark[3] for mark in gravest],
        "gravity": [round(mark[0] * 10) for mark in gravest],
        "events": counts[::-1],
        "vague": {at: date_words(days[at], mark[4]) for at, mark in enumerate(gravest) if mark[4] != Precision.DAY},
    }


def _kinds(kinds: Sequence[tuple[str, str]]) -> list[dict[str, str]]:
    """Name and tone (conflict, cooperation or neutral) of types at their stages, as the list of events has them."""
    found = []
    for slug, stage in kinds:
        kind = event_types()[slug]
        told = stage != Stage.HELD and stage not in slug
        found.append(
            {
                "name": f"{kind.name} ({Stage(stage).label})" if told else kind.name,
                "tone": "neutral" if kind.goldstein == 0 else "conflict" if kind.is_conflict else "cooperation",
            }
        )
    return found


def _chapter(chapter: ChapterWords) -> dict[str, Any]:
    turned = f", {chapter.change} {chapter.tone}" if chapter.change else ""
    return {
        "number": chapter.number,
        "since": chapter.since.isoformat(),
        "until": chapter.until.isoformat(),
        "mean": chapter.mean,
        "change": chapter.change,
        "words": f"{chapter.dates}, around {chapter.mean}{turned}",
    }
