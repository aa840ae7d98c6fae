"""Corrections: who changed what in an event. Append-only; an undo is a correction of its own."""

from __future__ import annotations

from django.db import models

from relations.models.events import Event
from relations.models.words import in_choices

# What goes together: who acts on whom through whom, and the date with its precision. A type takes its stage along.
SIDES = ("direction", "source_id", "target_id", "source_actor_id", "target_actor_id")
TOGETHER = (SIDES, ("occurred_on", "precision"))
_NO_FIELDS = {"corrected_fields", "merged_into_id"}


class CorrectionKind(models.TextChoices):
    EDIT = "edit", "fields set, or a verdict given"
    MERGE = "merge", "merged into another event"
    SPLIT = "split", "reports split off as an event of their own"
    MOVE = "move", "a report given to another event"
    ADD = "add", "an event added that the coder had missed"
    UNDO = "undo", "an earlier correction taken back"


class Correction(models.Model):
    """One editor's change of an event: all fields that were changed together, from and to.

    other: the event that it was merged into, that was split off it, or that a report was given to. placed: where the
    reports stood that the change moved, or else pinned, as [report id, event id, pinned] before it.
    """

    event = models.ForeignKey(Event, on_delete=models.PROTECT, related_name="corrections")
    editor = models.ForeignKey("auth.User", on_delete=models.PROTECT, related_name="corrections")
    made_at = models.DateTimeField(auto_now_add=True)
    kind = models.CharField(max_length=5, choices=CorrectionKind, default=CorrectionKind.EDIT)
    # {"type": ["visit_cancelled", "visit_postponed"], "corrected_fields": [[], ["type"]]}
    changes = models.JSONField()
    other = models.ForeignKey(Event, on_delete=models.PROTECT, null=True, blank=True, related_name="+", db_index=False)
    placed = models.JSONField(default=list)
    reason = models.CharField(max_length=500, blank=True)
    undoes = models.OneToOneField("self", on_delete=models.PROTECT, null=True, blank=True, related_name="undone_by")

    class Meta:
        ordering = ["-pk"]
        constraints = [in_choices("kind", CorrectionKind)]
        indexes = [
            models.Index(fields=["event", "-id"], name="corrections_of_event"),
            # What was merged into this event, or split off to make it? Asked by queries.events.
            models.Index(
                fields=["other", "-id"], name="corrections_with_event", condition=models.Q(other__isnull=False)
            ),
        ]
        permissions = [
            ("correct_events", "Can correct events"),
            ("decide_verdicts", "Can decide where two editors disagree"),
        ]

    def __str__(self) -> str:
        return f"Correction {self.pk} of event {self.event_id}"

    @property
    def said_fields(self) -> set[str]:
        """The columns that it has a word on, also those that were as it set them."""
        before, after = self.changes.get("corrected_fields", [[], []])
        said = (set(self.changes) | (set(after) - set(before))) - _NO_FIELDS
        for group in TOGETHER:
            if said & set(group):
                said |= set(group)
        return said | ({"stage"} if "type" in said else set())
