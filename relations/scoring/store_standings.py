"""Writes of scoring: where each pair stands today, from the sums of its days."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence

import numpy as np
from django.db.models import Count

from relations.models import Article, Dataset, Event, PairStanding, Report
from relations.models.scores import Formula
from relations.scoring.store_days import Days, Place
from relations.tension import sums
from relations.tension.formula import BASELINE, figures
from relations.tension.shares import effect, evidence_on
from relations.tension.sums import Series

SPARKLINE_DAYS = 90
LATELY = 30
KEPT = [
    *("as_of", "score", "low", "high", "known", "change_7", "change_30", "change_90", "events_7", "events_30"),
    *("events_90", "last_event_on", "mover", "recent", "forward", "backward", "conflict", "cooperation"),
    *("articles", "all_articles", "made_with", "scored_at"),
]


def write_standings(pair_ids: Sequence[int], days: Mapping[Place, Days], *, today: dt.date, formula: Formula) -> None:
    """Write down where these pairs stand; one of which nothing is left, or nothing has happened yet, stands nowhere.

    days: all days of each pair.
    """
    movers = _recent_events(pair_ids, today)
    articles, all_articles = _attention(pair_ids, today)
    standings = _standings(_until(days, today), today)
    for standing in standings:
        place = (standing.pair_id, standing.dataset)
        standing.mover_id = _mover(movers.get(place, ()), today, standing, formula)
        standing.made_with = formula.label
        if standing.dataset == Dataset.OWN:
            standing.articles, standing.all_articles = articles.get(standing.pair_id, 0), all_articles
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


def _until(days: Mapping[Place, Days], today: dt.date) -> dict[Place, Days]:
    """Without what is dated to a day still to come."""
    found = {}
    for place, of_place in days.items():
        past = int(np.searchsorted(of_place.ordinals, today.toordinal(), side="right"))
        if past:
            found[place] = of_place.part(0, past)
    return found


def _standings(days: Mapping[Place, Days], today: dt.date) -> list[PairStanding]:
    """Where these pairs stand, from all of their days."""
    if not days:
        return []
    last = SPARKLINE_DAYS  # the score 90 days ago stands at 0, today's here
    first_day = today.toordinal() - last
    lengths = [len(of_place.ordinals) for of_place in days.values()]
    offsets = np.concatenate([of_place.ordinals for of_place in days.values()]) - first_day
    values = np.concatenate([of_place.sums for of_place in days.values()])
    series = sums.windows(np.repeat(np.arange(len(days)), lengths), offsets, values, len(days), last + 1)
    return [_standing(place, of_place, series, group, today) for group, (place, of_place) in enumerate(days.items())]


def _standing(place: Place, days: Days, series: Series, group: int, today: dt.date) -> PairStanding:
    last = SPARKLINE_DAYS
    offsets = days.ordinals - (today.toordinal() - last)
    scores = series.score[group].tolist()
    known_since = int(offsets[0])

    def before(ago: int) -> float:
        """The score so many days ago; the baseline before anything was known."""
        return scores[last - ago] if known_since <= last - ago else BASELINE

    return PairStanding(
        pair_id=place[0],
        dataset=place[1],
        as_of=today,
        **_figures(series, group, last),
        **{f"change_{ago}": scores[last] - before(ago) for ago in (7, 30, 90)},
        **{f"events_{span}": int(days.events[offsets > last - span].sum()) for span in (7, 30, 90)},
        last_event_on=dt.date.fromordinal(int(days.ordinals[-1])),
        recent=[before(ago) for ago in reversed(range(SPARKLINE_DAYS))],
    )


def _figures(series: Series, group: int, at: int) -> dict[str, float]:
    names = ("score", "low", "high", "known", "forward", "backward", "conflict", "cooperation")
    return {name: float(getattr(series, name)[group, at]) for name in names}


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
        v = evidence_on(today.toordinal(), one, event.term, about)
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
    return found, Article.objects.filter(published_at__date__gt=since).count()
