"""Writes of scoring: where each pair stands today, from the sums of its days."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence

import numpy as np
from django.db.models import Count

from relations.models import Article, Dataset, Event, PairDay, PairStanding, Report
from relations.models.scores import Formula
from relations.tension import sums
from relations.tension.formula import BASELINE, figures
from relations.tension.shares import effect
from relations.tension.sums import SHAPE, Series

SPARKLINE_DAYS = 90
LATELY = 30
KEPT = [
    *("as_of", "score", "low", "high", "known", "change_7", "change_30", "change_90", "events_7", "events_30"),
    *("events_90", "last_event_on", "mover", "recent", "forward", "backward", "conflict", "cooperation"),
    *("articles", "all_articles", "made_with"),
]
Place = tuple[int, str]


def write_standings(pair_ids: Sequence[int], *, today: dt.date, formula: Formula) -> None:
    """Write down where these pairs stand; one of which nothing is left, or nothing has happened yet, stands nowhere."""
    days: dict[Place, list[tuple[dt.date, int, bytes]]] = {}
    rows = PairDay.objects.filter(pair__in=pair_ids).order_by("pair_id", "dataset", "day")
    for pair, dataset, *row in rows.values_list("pair_id", "dataset", "day", "event_count", "sums").iterator(5000):
        days.setdefault((pair, dataset), []).append(tuple(row))
    movers = _recent_events(pair_ids, today)
    articles, all_articles = _attention(pair_ids, today)
    standings = []
    for place, of_place in days.items():
        if of_place[0][0] > today:
            continue
        standing = _standing(place, of_place, today)
        standing.mover_id = _mover(movers.get(place, ()), today, standing, formula)
        standing.made_with = formula.label
        if place[1] == Dataset.OWN:
            standing.articles, standing.all_articles = articles.get(place[0], 0), all_articles
        standings.append(standing)
    stand = {(one.pair_id, one.dataset) for one in standings}
    fallen = [
        pk
        for pk, *place in PairStanding.objects.filter(pair__in=pair_ids).values_list("pk", "pair_id", "dataset")
        if tuple(place) not in stand
    ]
    PairStanding.objects.filter(pk__in=fallen).delete()
    PairStanding.objects.bulk_create(
        standings, update_conflicts=True, unique_fields=["pair", "dataset"], update_fields=KEPT, batch_size=500
    )


def _standing(place: Place, days: Sequence[tuple[dt.date, int, bytes]], today: dt.date) -> PairStanding:
    """days: (day, events, sums) of a pair, in order."""
    last = SPARKLINE_DAYS  # the score 90 days ago stands at 0, today's here
    first_day = today.toordinal() - last
    at = np.array([day.toordinal() - first_day for day, _, _ in days])
    past = at <= last
    values = np.frombuffer(b"".join(row for _, _, row in days)).reshape(-1, *SHAPE)
    series = sums.window(at[past], values[past], last + 1)
    counts = [(number, count) for number, (_, count, _) in zip(at.tolist(), days, strict=True) if number <= last]

    def before(ago: int) -> float:
        """The score so many days ago; the baseline before anything was known."""
        return float(series.score[last - ago]) if at[0] <= last - ago else BASELINE

    def events(within: int) -> int:
        return sum(count for number, count in counts if number > last - within)

    return PairStanding(
        pair_id=place[0],
        dataset=place[1],
        as_of=today,
        **_figures(series, last),
        **{f"change_{ago}": float(series.score[last]) - before(ago) for ago in (7, 30, 90)},
        **{f"events_{within}": events(within) for within in (7, 30, 90)},
        last_event_on=dt.date.fromordinal(first_day + counts[-1][0]) if counts else None,
        recent=[before(ago) for ago in reversed(range(SPARKLINE_DAYS))],
    )


def _figures(series: Series, at: int) -> dict[str, float]:
    names = ("score", "low", "high", "known", "forward", "backward", "conflict", "cooperation")
    return {name: float(getattr(series, name)[at]) for name in names}


def _recent_events(pair_ids: Sequence[int], today: dt.date) -> dict[Place, list[Event]]:
    found: dict[Place, list[Event]] = {}
    since = today - dt.timedelta(days=LATELY)
    events = Event.objects.standing().filter(pair__in=pair_ids, occurred_on__gt=since, occurred_on__lte=today)
    for event in events.order_by("pk"):
        found.setdefault((event.pair_id, event.dataset), []).append(event)
    return found


def _mover(events: Sequence[Event], today: dt.date, standing: PairStanding, formula: Formula) -> int | None:
    """The event of the last 30 days that moves today's score most."""
    best, most = None, 0.0
    for event in events:
        one = event.occurrence(formula.learnt.get(event.type, 0.0))
        about = figures(one.type, one.stage, formula.weights)
        v = one.probability * about.evidence * event.term.decay(one.day, today.toordinal(), about.half_life)
        moves = abs(effect(v, about.severity, standing.score, standing.known))
        if best is None or moves > most:
            best, most = event.pk, moves
    return best


def _attention(pair_ids: Sequence[int], today: dt.date) -> tuple[dict[int, int], int]:
    """Articles of the last 30 days that tell of each pair's news, and how many articles there were in all."""
    since = today - dt.timedelta(days=LATELY)
    of_pair = (
        Report.objects.standing()
        .filter(
            pair__in=pair_ids, occurred_on__gt=since - dt.timedelta(days=LATELY), article__published_at__date__gt=since
        )
        .order_by()
        .values("pair_id")
        .annotate(articles=Count("article", distinct=True))
    )
    found = {row["pair_id"]: row["articles"] for row in of_pair}
    return found, Article.objects.filter(published_at__date__gt=since).count() if found else 0
