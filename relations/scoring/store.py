"""Writes of scoring: sums of the days that changed, the scores that follow from them, and where the pair stands."""

from __future__ import annotations

import datetime as dt

import numpy as np

from relations import tension
from relations.models import Event, PairDay, PairStanding
from relations.tension import Series

SPARKLINE_DAYS = 90


def sum_stale_days(pair_id: int, dataset: str) -> None:
    """Sum the stale days of a pair afresh from their standing events; days without any are forgotten."""
    days = list(
        PairDay.objects.filter(pair_id=pair_id, dataset=dataset, stale=True).order_by("day").select_for_update()
    )
    events: dict[dt.date, list[Event]] = {row.day: [] for row in days}
    standing = Event.objects.standing().filter(pair_id=pair_id, dataset=dataset, occurred_on__in=list(events))
    for event in standing.only("occurred_on", "type", "status", "confidence"):
        events[event.occurred_on].append(event)
    for row in days:
        row.sums = tension.day_sums(event.scored for event in events[row.day]).ravel().tolist()
        row.event_count = len(events[row.day])
        row.stale = False
    PairDay.objects.filter(pk__in=[row.pk for row in days if not row.event_count]).delete()
    PairDay.objects.bulk_update([row for row in days if row.event_count], ["sums", "event_count", "stale"])


def score_days(pair_id: int, dataset: str, today: dt.date) -> None:
    """Score every day of the pair that has events and write down where it stands; clears both where nothing is left."""
    days = list(PairDay.objects.filter(pair_id=pair_id, dataset=dataset).order_by("day"))
    if not days:
        PairStanding.objects.filter(pair_id=pair_id, dataset=dataset).delete()
        return
    first = days[0].day
    offsets = np.array([(row.day - first).days for row in days])
    sums = np.array([row.sums for row in days]).reshape(len(days), *tension.SHAPE)
    until_today = (today - first).days + 1
    series = tension.series(offsets, sums, max(until_today, int(offsets[-1]) + 1))
    changed = []
    for row, at in zip(days, offsets, strict=True):
        values = [float(array[at]) for array in (series.score, series.low, series.high, series.known)]
        if [row.score, row.low, row.high, row.known] != values:
            row.score, row.low, row.high, row.known = values
            changed.append(row)
    PairDay.objects.bulk_update(changed, ["score", "low", "high", "known"], batch_size=1000)
    if until_today < 1:  # nothing has happened yet
        PairStanding.objects.filter(pair_id=pair_id, dataset=dataset).delete()
        return
    _write_standing(pair_id, dataset, today, series, until_today - 1)


def _write_standing(pair_id: int, dataset: str, today: dt.date, series: Series, at: int) -> None:
    def score_before(days: int) -> float:
        return float(series.score[at - days]) if at >= days else tension.BASELINE

    score, known = float(series.score[at]), float(series.known[at])
    recent = [score_before(days) for days in reversed(range(SPARKLINE_DAYS))]
    dates = [
        event.occurred_on
        for event in Event.objects.standing()
        .filter(pair_id=pair_id, dataset=dataset, occurred_on__gt=today - dt.timedelta(days=90), occurred_on__lte=today)
        .only("occurred_on")
    ]
    last = (
        Event.objects.standing()
        .filter(pair_id=pair_id, dataset=dataset, occurred_on__lte=today)
        .newest_first()
        .values_list("occurred_on", flat=True)
        .first()
    )
    PairStanding.objects.update_or_create(
        pair_id=pair_id,
        dataset=dataset,
        defaults={
            "as_of": today,
            "score": score,
            "low": float(series.low[at]),
            "high": float(series.high[at]),
            "known": known,
            **{f"change_{days}": score - score_before(days) for days in (7, 30, 90)},
            **{f"events_{days}": sum(day > today - dt.timedelta(days=days) for day in dates) for days in (7, 30, 90)},
            "last_event_on": last,
            "mover": _mover(pair_id, dataset, today, score, known),
            "recent": recent,
        },
    )


def _mover(pair_id: int, dataset: str, today: dt.date, score: float, known: float) -> Event | None:
    """The event of the last 30 days that moves today's score most."""
    events = Event.objects.standing().filter(
        pair_id=pair_id, dataset=dataset, occurred_on__gt=today - dt.timedelta(days=30), occurred_on__lte=today
    )

    def pull(event: Event) -> float:
        return abs(tension.contribution(event.scored, (today - event.occurred_on).days, score, known))

    return max(events, key=pull, default=None)
