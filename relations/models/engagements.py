"""Engagements: the life of one planned visit, meeting, round of talks, summit or exercise."""

from __future__ import annotations

import datetime as dt
import uuid

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q
from django.urls import reverse

from relations.models.countries import Country, CountryPair
from relations.models.words import Stage, in_choices

# Days after the last one planned during which a report of what became of it may still come.
GRACE = dt.timedelta(days=3)
# Days of silence after which a plan without a date is taken to have come to nothing that was heard of.
SILENCE = dt.timedelta(days=120)


class EngagementKind(models.TextChoices):
    VISIT = "visit", "visit"
    MEETING = "meeting", "meeting"
    TALKS = "talks", "talks"
    SUMMIT = "summit", "summit"
    EXERCISE = "exercise", "exercise"
    EXCHANGE = "exchange", "exchange of visits"


class Engagements(models.QuerySet["Engagement"]):
    def standing(self) -> Engagements:
        """Those that an event tells of, without those that turned out to be part of another."""
        return self.filter(merged_into=None, event_count__gt=0)

    def open(self) -> Engagements:
        """Planned for a day or some time, and neither held nor cancelled nor put off."""
        return self.standing().filter(state__in=[Stage.ANNOUNCED, Stage.RESCHEDULED])

    def without_word(self, today: dt.date) -> Engagements:
        """Those whose date passed and of which nothing was heard."""
        return self.open().filter(
            Q(planned_until__lt=today - GRACE) | Q(planned_until=None, last_heard_on__lt=today - SILENCE)
        )

    def coming(self, today: dt.date) -> Engagements:
        return self.open().filter(
            Q(planned_until__gte=today - GRACE) | Q(planned_until=None, last_heard_on__gte=today - SILENCE)
        )


class Engagement(models.Model):
    """A planned visit, meeting, round of talks, summit or exercise of a pair; its events in order tell its life.

    All columns but the first two are kept by merging from its events. planned_on: days named as alternatives or as a
    range; planned_from, planned_until: the window around them, or the time named where no day was ("next month").
    sequence: grows with every change that a calendar must hear of (RFC 5545).
    """

    pair = models.ForeignKey(CountryPair, on_delete=models.PROTECT, related_name="engagements", db_index=False)
    uid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    kind = models.CharField(max_length=8, choices=EngagementKind)
    state = models.CharField(max_length=12, choices=Stage, help_text="how far its last event says that it has come")
    first_heard_on = models.DateField(null=True)
    last_heard_on = models.DateField(help_text="day of its last event")
    planned_on = ArrayField(models.DateField(), default=list, blank=True)
    planned_from = models.DateField(null=True, blank=True)
    planned_until = models.DateField(null=True, blank=True)
    planned_words = models.CharField(max_length=120, blank=True)
    held_on = models.DateField(null=True, blank=True)
    visitor = models.ForeignKey(
        Country, on_delete=models.PROTECT, null=True, blank=True, related_name="+", db_index=False
    )
    host = models.ForeignKey(Country, on_delete=models.PROTECT, null=True, blank=True, related_name="+", db_index=False)
    place = models.CharField(max_length=120, blank=True)
    participants = ArrayField(models.CharField(max_length=120), default=list, blank=True, help_text="names, in order")
    event_count = models.PositiveIntegerField(default=0)
    sequence = models.PositiveIntegerField(default=0)
    merged_into = models.ForeignKey(
        "self", on_delete=models.PROTECT, null=True, blank=True, related_name="merged", db_index=False
    )
    updated_at = models.DateTimeField(auto_now=True)

    objects = Engagements.as_manager()

    class Meta:
        ordering = ["-last_heard_on", "-pk"]
        constraints = [in_choices("kind", EngagementKind), in_choices("state", Stage)]
        indexes = [
            # The planned acts of a pair. Read by merging.store and queries.engagements.
            models.Index(fields=["pair", "-last_heard_on"], name="engagement_of_pair"),
            # What is planned for, or was held in, these days? Asked by queries.engagements for board and calendar.
            models.Index(fields=["planned_from", "planned_until"], name="engagement_planned"),
            models.Index(fields=["held_on"], name="engagement_held", condition=Q(held_on__isnull=False)),
            models.Index(fields=["state", "-last_heard_on"], name="engagement_by_state"),
        ]

    def __str__(self) -> str:
        return f"{self.get_kind_display()} of {self.pair}"

    def get_absolute_url(self) -> str:
        return reverse("engagement", args=[self.pk])

    def is_without_word(self, today: dt.date) -> bool:
        """Whether its date passed and nothing was heard of it; the same as Engagements.without_word."""
        if self.state not in (Stage.ANNOUNCED, Stage.RESCHEDULED):
            return False
        if self.planned_until:
            return self.planned_until < today - GRACE
        return self.last_heard_on < today - SILENCE
