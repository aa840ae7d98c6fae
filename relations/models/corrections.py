"""Corrections: who changed what in an event. Append-only; an undo is a correction of its own."""

from __future__ import annotations

from django.db import models

from relations.models.events import Event


class Correction(models.Model):
    """One editor's change of an event: all fields that were changed together, from and to.

    other: the event that it was merged into, or that was split off it. placed: where the reports stood that the change
    moved or pinned, as [report id, event id, pinned] before it.
    """

    event = models.ForeignKey(Event, on_delete=models.PROTECT, related_name="corrections")
    editor = models.ForeignKey("auth.User", on_delete=models.PROTECT, related_name="corrections")
    made_at = models.DateTimeField(auto_now_add=True)
    # {"type": ["visit_cancelled", "visit_postponed"], "corrected_fields": [[], ["type"]]}
    changes = models.JSONField()
    other = models.ForeignKey(Event, on_delete=models.PROTECT, null=True, blank=True, related_name="+", db_index=False)
    placed = models.JSONField(default=list)
    reason = models.CharField(max_length=500, blank=True)
    undoes = models.OneToOneField("self", on_delete=models.PROTECT, null=True, blank=True, related_name="undone_by")

    class Meta:
        ordering = ["-pk"]
        indexes = [
            models.Index(fields=["event", "-id"], name="corrections_of_event"),
            # What was merged into this event, or split off to make it? Asked by queries.events.
            models.Index(
                fields=["other", "-id"], name="corrections_with_event", condition=models.Q(other__isnull=False)
            ),
        ]
        permissions = [("correct_events", "Can correct events")]

    def __str__(self) -> str:
        return f"Correction {self.pk} of event {self.event_id}"
