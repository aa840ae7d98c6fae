"""Scores: the sums and the tension of each day on which something happened, and where each pair stands now."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass

from django.contrib.postgres.fields import ArrayField
from django.core.cache import cache
from django.db import models
from django.db.models import Q
from django.db.models.functions import Abs

from relations.codebook.weights import WeightSet, default_weights
from relations.models.countries import CountryPair
from relations.models.events import Event
from relations.models.words import Dataset, Direction, Stage, Status, in_choices
from relations.tension.precision import Verdicts

LEARNT_FOR = 15
PERIODS = (7, 30, 90)  # days that changes and events are counted over


class PairDays(models.QuerySet["PairDay"]):
    def mark_stale(self, days: Iterable[tuple[int, str, dt.date]]) -> None:
        """Days (pair id, dataset, day) must be scored again; called in the transaction that changed them.

        The caller holds the pairs, as scoring does, so that no day is marked while it is being summed. In key order, so
        that two transactions marking the same days wait for each other instead of deadlocking.
        """
        self.bulk_create(
            (
                self.model(pair_id=pair, dataset=dataset, day=day, stale=True)
                for pair, dataset, day in sorted(set(days))
            ),
            update_conflicts=True,
            unique_fields=["pair", "dataset", "day"],
            update_fields=["stale"],
        )


class PairDay(models.Model):
    """One day of one pair in one dataset: what its events add to, and take from, the sums that the score follows from.

    sums: as relations.tension.sums.pack makes them. The score of any day follows in one pass over a
    pair's days (queries.scores), so a late event changes the row of its own day and no other.
    """

    pair = models.ForeignKey(CountryPair, on_delete=models.PROTECT, related_name="days", db_index=False)
    dataset = models.CharField(max_length=8, choices=Dataset, default=Dataset.OWN)
    day = models.DateField()
    stale = models.BooleanField(default=True)
    event_count = models.PositiveIntegerField(default=0)
    sums = models.BinaryField(default=b"")

    objects = PairDays.as_manager()

    class Meta:
        ordering = ["pair_id", "day"]
        constraints = [
            # Also the index that the score's series is read by.
            models.UniqueConstraint(fields=["pair", "dataset", "day"], name="pair_day_once"),
            in_choices("dataset", Dataset),
        ]
        indexes = [
            # Which pair-days must be scored again? Asked by scoring.run.
            models.Index(fields=["pair"], name="pair_day_stale", condition=Q(stale=True)),
        ]


class PairMonth(models.Model):
    """How many events of each kind a pair had in a month: what filters count and heat maps add up.

    Kept by scoring with the days it is told of. month: its first day. Rejected and withdrawn events are counted too,
    under their status.
    """

    pair = models.ForeignKey(CountryPair, on_delete=models.PROTECT, related_name="months", db_index=False)
    dataset = models.CharField(max_length=8, choices=Dataset, default=Dataset.OWN)
    month = models.DateField()
    type = models.CharField(max_length=40)
    status = models.CharField(max_length=10, choices=Status)
    direction = models.SmallIntegerField(choices=Direction)
    stage = models.CharField(max_length=12, choices=Stage, default=Stage.HELD)
    events = models.PositiveIntegerField()

    class Meta:
        constraints = [
            # Also the index that a pair's counts are read by.
            models.UniqueConstraint(
                fields=["pair", "dataset", "month", "type", "status", "direction", "stage"], name="pair_month_once"
            ),
        ]
        indexes = [
            # All pairs' events of some months: the heat map.
            models.Index(fields=["dataset", "month"], name="pair_month_by_month"),
        ]


class PairStanding(models.Model):
    """Where a pair stands on ``as_of``: what the overview lists without computing every pair's series.

    change_N: today's score less the score N days ago. events_N: events of the last N days. recent: the last 90 days'
    scores, oldest first, for the sparkline. forward, backward: the score from what each side did. conflict,
    cooperation: evidence. articles: of the last 30 days that tell of the pair, of all_articles. made_with: the weight
    set and the learnt precision that the score was made with.
    """

    pair = models.ForeignKey(CountryPair, on_delete=models.PROTECT, related_name="standings")
    dataset = models.CharField(max_length=8, choices=Dataset, default=Dataset.OWN)
    as_of = models.DateField()
    score = models.FloatField()
    low = models.FloatField()
    high = models.FloatField()
    known = models.FloatField()
    change_7 = models.FloatField()
    change_30 = models.FloatField()
    change_90 = models.FloatField()
    events_7 = models.PositiveIntegerField()
    events_30 = models.PositiveIntegerField()
    events_90 = models.PositiveIntegerField()
    last_event_on = models.DateField(null=True)
    mover = models.ForeignKey(Event, on_delete=models.SET_NULL, null=True, related_name="+")
    recent = ArrayField(models.FloatField(), default=list)
    forward = models.FloatField(default=0.0)
    backward = models.FloatField(default=0.0)
    conflict = models.FloatField(default=0.0)
    cooperation = models.FloatField(default=0.0)
    articles = models.PositiveIntegerField(default=0)
    all_articles = models.PositiveIntegerField(default=0)
    scored_at = models.DateTimeField(auto_now=True, help_text="when this was written down")
    made_with = models.CharField(max_length=60, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["pair", "dataset"], name="standing_once"),
            in_choices("dataset", Dataset),
        ]
        indexes = [
            # Whose standing is of an earlier day? Asked by scoring.run.
            models.Index(fields=["as_of"], name="standing_as_of"),
            # Which pairs are tense? Asked by queries.overview.
            models.Index(fields=["dataset", "-score"], name="standing_by_score"),
            # Which of those that something happened to moved most, rose, eased, or were reported most? Asked by
            # queries.overview, for each period; or each look would sort all pairs.
            *(
                models.Index(
                    *keys,
                    "id",
                    name=f"standing_{name}_{days}",
                    condition=Q(dataset=Dataset.OWN, **{f"events_{days}__gt": 0}),
                )
                for days in PERIODS
                for name, keys in (
                    ("moved", [Abs(f"change_{days}").desc()]),
                    ("change", [models.F(f"change_{days}").asc()]),
                    ("events", [models.F(f"events_{days}").desc()]),
                )
            ),
        ]


@dataclass(frozen=True, slots=True)
class Formula:
    """What scores are made with. learnt: log odds by slug of the type. label: names both, as standings bear it."""

    weights: WeightSet
    learnt: dict[str, float]
    label: str


def current_formula() -> Formula:
    """The formula as it stands in the database now; one query."""
    weights = default_weights()
    newest = LearntPrecision.objects.first()
    return Formula(
        weights, newest.log_odds() if newest else {}, f"{weights.label} precision/{newest.pk if newest else 0}"
    )


def learnt_log_odds() -> dict[str, float]:
    """What verdicts taught of each type, as pages show probabilities with it; up to LEARNT_FOR seconds old."""
    return cache.get_or_set("learnt-log-odds", lambda: current_formula().learnt, LEARNT_FOR) or {}


class LearntPrecision(models.Model):
    """What editors' verdicts taught of the coder, at one time; the newest row is what scores are made with.

    verdicts: by slug of the type, [judged, right, expected] as in relations.tension.precision.Verdicts.
    """

    made_at = models.DateTimeField(auto_now_add=True)
    verdicts: models.JSONField[dict[str, list[float]]] = models.JSONField(default=dict)

    class Meta:
        ordering = ["-pk"]

    def __str__(self) -> str:
        return f"precision of {self.made_at:%Y-%m-%d}"

    def log_odds(self) -> dict[str, float]:
        """By how much the odds of events of each judged type move."""
        return {
            slug: Verdicts(judged, right, expected).log_odds
            for slug, (judged, right, expected) in self.verdicts.items()
        }
