"""Engagements: the life of one planned visit, meeting or round of talks."""

from __future__ import annotations

from django.db import models

from relations.models.countries import CountryPair
from relations.models.words import Stage, in_choices


class EngagementKind(models.TextChoices):
    VISIT = "visit", "visit"
    MEETING = "meeting", "meeting"
    TALKS = "talks", "talks"


class Engagement(models.Model):
    """A planned visit, meeting or round of talks of a pair; its events in order tell what became of it."""

    pair = models.ForeignKey(CountryPair, on_delete=models.PROTECT, related_name="engagements")
    kind = models.CharField(max_length=8, choices=EngagementKind)
    state = models.CharField(max_length=12, choices=Stage, help_text="where it stands now")
    # The last day on which something was heard of it, and the planned window, where one was said.
    last_heard_on = models.DateField()
    planned_from = models.DateField(null=True, blank=True)
    planned_until = models.DateField(null=True, blank=True)

    class Meta:
        ordering = ["-last_heard_on", "-pk"]
        constraints = [in_choices("kind", EngagementKind), in_choices("state", Stage)]
        indexes = [
            # Which planned acts of this pair are open? Asked by merging.engagements.
            models.Index(fields=["pair", "kind", "-last_heard_on"], name="engagement_of_pair"),
        ]

    def __str__(self) -> str:
        return f"{self.get_kind_display()} of {self.pair}"
