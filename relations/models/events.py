"""Events: one row per happening."""

from __future__ import annotations

import datetime as dt
from typing import Any

from django.contrib.postgres.fields import ArrayField
from django.contrib.postgres.indexes import BrinIndex
from django.db import models
from django.db.models import Q
from django.urls import reverse
from django.utils import timezone

from relations.codebook.event_types import EventType, event_types
from relations.models.actors import Actor
from relations.models.countries import Country, CountryPair
from relations.models.engagements import Engagement
from relations.models.words import STANDING, Dataset, Direction, Precision, Stage, Status, in_choices
from relations.tension.formula import event_probability
from relations.tension.terms import OPEN, Occurrence, Term

# The last day of the calendar stands for "until an event ends it".
NO_END = dt.date.fromordinal(OPEN)


class Events(models.QuerySet["Event"]):
    def standing(self) -> Events:
        """Events that count, as STANDING has it."""
        return self.filter(status__in=STANDING)

    def become_part_of(self, into_id: int) -> None:
        """They turned out to be the same as another event, which has their reports. The caller marks their days."""
        self.update(
            status=Status.MERGED,
            merged_into_id=into_id,
            report_count=0,
            source_count=0,
            evidence_changed=False,
            updated_at=timezone.now(),
        )

    def goes_on_as(self, event_id: int) -> int:
        """The event that a merged one is part of now, through all later merges; its own id for any other."""
        seen: set[int] = set()
        while event_id not in seen:
            seen.add(event_id)
            event_id = self.filter(pk=event_id).values_list("merged_into", flat=True).first() or event_id
        return event_id

    def newest_first(self) -> Events:
        return self.order_by("-occurred_on", "-pk")


class Event(models.Model):
    """One happening between two countries, with as many reports as tell of it.

    What an editor set stands in ``corrected_fields``; no stage writes those fields again.
    """

    # The timeline's index below serves look-ups by pair; nothing looks events up by country or actor alone.
    pair = models.ForeignKey(CountryPair, on_delete=models.PROTECT, related_name="events", db_index=False)
    dataset = models.CharField(max_length=8, choices=Dataset, default=Dataset.OWN)
    occurred_on = models.DateField()
    precision = models.CharField(max_length=5, choices=Precision, default=Precision.DAY)
    type = models.CharField(max_length=40, help_text="slug of the codebook")
    direction = models.SmallIntegerField(choices=Direction)
    stage = models.CharField(max_length=12, choices=Stage, default=Stage.HELD)
    status = models.CharField(max_length=10, choices=Status, default=Status.CODED)
    source = models.ForeignKey(Country, on_delete=models.PROTECT, related_name="+", db_index=False)
    target = models.ForeignKey(Country, on_delete=models.PROTECT, related_name="+", db_index=False)
    source_actor = models.ForeignKey(
        Actor, on_delete=models.SET_NULL, null=True, blank=True, related_name="+", db_index=False
    )
    target_actor = models.ForeignKey(
        Actor, on_delete=models.SET_NULL, null=True, blank=True, related_name="+", db_index=False
    )
    place = models.CharField(max_length=120, blank=True)
    engagement = models.ForeignKey(
        Engagement, on_delete=models.SET_NULL, null=True, blank=True, related_name="events", db_index=False
    )
    # Days named for a planned act; where no day was, the first and last of the time named; and the words for it.
    planned_on = ArrayField(models.DateField(), default=list, blank=True)
    planned_from = models.DateField(null=True, blank=True)
    planned_until = models.DateField(null=True, blank=True)
    planned_words = models.CharField(max_length=120, blank=True)
    # Chance that it happened as coded, 1 - prod(1 - c r) over independent sources: c the coder's confidence, r the
    # source's reliability. The score moves it by what editors' verdicts taught of the type.
    confidence = models.FloatField(default=0.0)
    coded_as = models.CharField(
        max_length=40, blank=True, help_text="the type that its reports give, whatever an editor set"
    )
    # How it counts in the score, where it doesn't simply fade from its day on; see relations.tension.terms. Kept by
    # scoring. NO_END: a state that no event has ended.
    in_force_until = models.DateField(null=True, blank=True)
    replaced_on = models.DateField(null=True, blank=True)
    # The event that this one turned out to be the same as. Its address leads there.
    merged_into = models.ForeignKey(
        "self", on_delete=models.PROTECT, null=True, blank=True, related_name="merged", db_index=False
    )
    report_count = models.PositiveIntegerField(default=0)
    source_count = models.PositiveIntegerField(default=0, help_text="independent sources: copies of a story count once")
    # Reports came or went since the event was last derived from them: the second queue of merging.
    evidence_changed = models.BooleanField(default=False)
    corrected_fields = ArrayField(models.CharField(max_length=20), default=list, blank=True)
    note = models.CharField(max_length=500, blank=True, help_text="what an editor wants readers to know of it")
    created_at = models.DateTimeField(auto_now_add=True)
    updated_at = models.DateTimeField(auto_now=True)

    objects = Events.as_manager()

    class Meta:
        ordering = ["-occurred_on", "-id"]
        constraints = [
            *(in_choices("dataset", Dataset), in_choices("precision", Precision), in_choices("stage", Stage)),
            *(in_choices("status", Status), in_choices("direction", Direction)),
            models.CheckConstraint(condition=~Q(source=models.F("target")), name="event_between_two_countries"),
            models.CheckConstraint(condition=Q(confidence__gte=0) & Q(confidence__lte=1), name="event_confidence"),
            models.CheckConstraint(
                condition=Q(status=Status.MERGED, merged_into__isnull=False)
                | (~Q(status=Status.MERGED) & Q(merged_into=None)),
                name="event_merged_has_another",
            ),
        ]
        indexes = [
            # The timeline: order, keyset and filters of one pair's events in one dataset, from one index.
            # Read by queries.timelines and, without its trailing columns, by scoring.store.
            models.Index(
                *("pair", "dataset"),
                models.F("occurred_on").desc(),
                models.F("id").desc(),
                *("type", "status", "direction"),
                name="event_timeline",
            ),
            # What happened last, of all pairs? Asked by queries.overview.
            models.Index(
                *(models.F("occurred_on").desc(), models.F("id").desc()),
                name="event_latest",
                condition=Q(dataset=Dataset.OWN, status__in=list(STANDING)),
            ),
            # Scans over all pairs by date: exports and bulk scoring.
            BrinIndex(fields=["occurred_on"], name="event_by_date"),
            # Which events must be derived from their reports again? Asked by merging.run.
            models.Index(fields=["pair"], name="event_evidence_changed", condition=Q(evidence_changed=True)),
            # The events of an engagement, in its own order. Read by merging.engagements and the event page.
            models.Index(fields=["engagement"], name="event_of_engagement", condition=Q(engagement__isnull=False)),
            # Whose terms end on these days? Asked by scoring.store.
            models.Index(
                fields=["pair"],
                name="event_with_term",
                condition=Q(in_force_until__isnull=False) | Q(replaced_on__isnull=False),
            ),
            # Which events are part of this one? Asked by merging and corrections.
            models.Index(fields=["merged_into"], name="event_merged", condition=Q(merged_into__isnull=False)),
        ]

    def __str__(self) -> str:
        return f"{self.occurred_on} {self.source_id} > {self.target_id}: {self.kind.name}"

    def get_absolute_url(self) -> str:
        return reverse("event", args=[self.pk])

    @property
    def kind(self) -> EventType:
        return event_types()[self.type]

    @property
    def counts(self) -> bool:
        """Whether it is part of the score: standing, as Events.standing has it."""
        return self.status in STANDING

    def occurrence(self, learnt: float = 0.0) -> Occurrence:
        """The event as the score sees it. learnt: log odds that verdicts taught of its type."""
        probability = event_probability(
            confirmed=self.status == Status.CONFIRMED, confidence=self.confidence, learnt=learnt
        )
        return Occurrence(
            id=self.pk,
            day=self.occurred_on.toordinal(),
            type=self.type,
            stage=self.stage,
            direction=self.direction,
            probability=probability,
            engagement=self.engagement_id,
        )

    @property
    def term(self) -> Term:
        """How it counts, as scoring has worked out."""
        ends, replaced = self.in_force_until, self.replaced_on
        return Term(ends.toordinal() if ends else None, replaced.toordinal() if replaced else None)

    def as_edited(self) -> dict[str, Any]:
        """It by the names under which editors correct it: type, direction, occurred_on, precision, stage, place, note,
        status; first_actor and second_actor, as ids or None, by the country that they act for, in the pair's order.
        So turning the direction leaves the actors where they belong."""
        names = ("type", "direction", "occurred_on", "precision", "stage", "place", "note", "status")
        actors = (self.source_actor_id, self.target_actor_id)
        if self.source_id != self.pair.first_id:
            actors = actors[::-1]
        values: dict[str, Any] = {name: getattr(self, name) for name in names}
        return values | {"first_actor": actors[0], "second_actor": actors[1]}

    def set_unless_corrected(self, **values: Any) -> bool:
        """Set fields that no editor has set; whether anything changed. The caller saves."""
        changed = False
        for field, value in values.items():
            if {field, field.removesuffix("_id")} & set(self.corrected_fields) or getattr(self, field) == value:
                continue
            setattr(self, field, value)
            changed = True
        return changed
