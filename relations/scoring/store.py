"""Writes of scoring: sums of the days that changed, the scores that follow from them, and where the pair stands."""

from __future__ import annotations

import datetime as dt

import numpy as np
from django.db import connection
from django.db.models import Count
from django.db.models.functions import TruncMonth
from numpy.typing import NDArray

from relations import tension
from relations.models import Event, PairDay, PairMonth, PairStanding
from relations.tension import Series

SPARKLINE_DAYS = 90


def sum_stale_days(pair_id: int, dataset: str) -> None:
    """Sum the stale days of a pair afresh from their standing events; days without any are forgotten."""
    days = list(
        PairDay.objects.filter(pair_id=pair_id, dataset=dataset, stale=True).order_by("day").select_for_update()
    )
    events: dict[dt.date, list[Event]] = {row.day: [] for row in days}
    standing = Event.objects.standing().filter(pair_id=pair_id, dataset=dataset, occurred_on__in=list(events))
    for event in standing.only("occurred_on", "type", "stage", "status", "confidence"):
        events[event.occurred_on].append(event)
    filled = [row for row in days if events[row.day]]
    sums = [tension.day_sums(event.scored for event in events[row.day]).ravel().tolist() for row in filled]
    PairDay.objects.filter(pk__in=[row.pk for row in days if not events[row.day]]).delete()
    with connection.cursor() as cursor:
        cursor.execute(
            "UPDATE relations_pairday SET sums = new.sums::float8[], event_count = new.n, stale = false "
            "FROM unnest(%s::bigint[], %s::text[], %s::int[]) AS new (id, sums, n) WHERE relations_pairday.id = new.id",
            [
                [row.pk for row in filled],
                [f"{{{','.join(map(repr, values))}}}" for values in sums],  # unnest would flatten arrays of arrays
                [len(events[row.day]) for row in filled],
            ],
        )
    _count_months(pair_id, dataset, {day.replace(day=1) for day in events})


def _count_months(pair_id: int, dataset: str, months: set[dt.date]) -> None:
    """Count the events of the months that stale days lie in afresh, for filters and heat maps."""
    PairMonth.objects.filter(pair_id=pair_id, dataset=dataset, month__in=months).delete()
    if not months:
        return
    counts = (
        Event.objects.filter(pair_id=pair_id, dataset=dataset)
        .filter(occurred_on__gte=min(months), occurred_on__lt=max(months) + dt.timedelta(days=31))
        .annotate(month=TruncMonth("occurred_on"))
        .filter(month__in=months)
        .values("month", "type", "status", "direction")
        .annotate(events=Count("pk"))
        .order_by("month")
    )
    PairMonth.objects.bulk_create(PairMonth(pair_id=pair_id, dataset=dataset, **row) for row in counts)


def _write_scores(ids: list[int], series: Series, offsets: NDArray[np.int64]) -> None:
    """One statement for all days of a pair: a late event moves every later day, and there may be thousands."""
    columns = [array[offsets].tolist() for array in (series.score, series.low, series.high, series.known)]
    with connection.cursor() as cursor:
        cursor.execute(
            "UPDATE relations_pairday SET score = new.score, low = new.low, high = new.high, known = new.known "
            "FROM unnest(%s::bigint[], %s::float8[], %s::float8[], %s::float8[], %s::float8[]) "
            "AS new (id, score, low, high, known) WHERE relations_pairday.id = new.id "
            "AND (relations_pairday.score, relations_pairday.low, relations_pairday.high, relations_pairday.known) "
            "IS DISTINCT FROM (new.score, new.low, new.high, new.known)",
            [ids, *columns],
        )


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
    _write_scores([row.pk for row in days], series, offsets)
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
