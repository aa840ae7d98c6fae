"""Reports: what one sentence of one article says happened. The evidence, kept apart from the events."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q

from relations.models.actors import Actor
from relations.models.articles import Article
from relations.models.countries import Country, CountryPair
from relations.models.events import Event
from relations.models.words import Direction, Precision, Stage, in_choices


class Withdrawal(models.TextChoices):
    """Why an article no longer says what a report says it does."""

    EDITED = "edited", "a later version of the story no longer says so"
    RETRACTED = "retracted", "the story was retracted"
    UNREAD = "unread", "the story is of a kind or in a language that the coder does not read"
    READ_AGAIN = "read_again", "read again, the story does not say so"
    TAKEN_BACK = "taken_back", "the editor's mark was taken back"


class Reports(models.QuerySet["Report"]):
    def standing(self) -> Reports:
        """Reports whose articles still say so."""
        return self.filter(withdrawn="")

    def surest(self, event_ids: Iterable[int]) -> Reports:
        """Of each of these events the standing report that says it most surely, the first of equals."""
        of_events = self.standing().filter(event_id__in=list(event_ids))
        return of_events.order_by("event_id", "-confidence", "pk").distinct("event_id")


class Report(models.Model):
    """One article's mention of an event: the sentence, where its words stand, and what the coder read there.

    ``event`` is empty until merging has found or made the event. ``due`` is the queue of merging: the report is new,
    or says something else than when merging looked at it, or was withdrawn. ``withdrawn`` tells why it no longer
    counts; it keeps its place for whoever asks what was once said. ``pinned``: an editor decided to which event it
    belongs. ``marked_by``: an editor marked it where the coder read nothing; no reading takes it away again.
    """

    article = models.ForeignKey(Article, on_delete=models.CASCADE, related_name="reports")
    version = models.PositiveSmallIntegerField(help_text="the article's version that was read")
    event = models.ForeignKey(Event, on_delete=models.PROTECT, null=True, blank=True, related_name="reports")
    pair = models.ForeignKey(CountryPair, on_delete=models.PROTECT, related_name="+", db_index=False)
    direction = models.SmallIntegerField(choices=Direction)
    source = models.ForeignKey(Country, on_delete=models.PROTECT, related_name="+", db_index=False)
    target = models.ForeignKey(Country, on_delete=models.PROTECT, related_name="+", db_index=False)
    source_actor = models.ForeignKey(Actor, on_delete=models.SET_NULL, null=True, related_name="+", db_index=False)
    target_actor = models.ForeignKey(Actor, on_delete=models.SET_NULL, null=True, related_name="+", db_index=False)
    type = models.CharField(max_length=40)
    stage = models.CharField(max_length=12, choices=Stage)
    occurred_on = models.DateField()
    precision = models.CharField(max_length=5, choices=Precision)
    date_words = models.CharField(max_length=120, blank=True, help_text="the words the date was read from")
    planned_on = ArrayField(models.DateField(), default=list, blank=True, help_text="days named for a planned act")
    planned_from = models.DateField(
        null=True, blank=True, help_text="where no day was named: first of the time that was"
    )
    planned_until = models.DateField(null=True, blank=True)
    planned_words = models.CharField(max_length=120, blank=True, help_text="the words the plan's time was read from")
    place = models.CharField(max_length=120, blank=True)
    sentence_number = models.PositiveSmallIntegerField()
    sentence = models.TextField()
    # [start, end) of trigger, source and target within the sentence, as {"trigger": [3, 12], ...}.
    spans: models.JSONField[dict[str, Any]] = models.JSONField(default=dict)
    because = models.CharField(max_length=300, help_text="the rule that fired, readable")
    confidence = models.FloatField()
    coder = models.CharField(max_length=40)
    due = models.BooleanField(default=True)
    withdrawn = models.CharField(max_length=10, choices=Withdrawal, blank=True)
    pinned = models.BooleanField(default=False)
    marked_by = models.ForeignKey(
        "auth.User", on_delete=models.PROTECT, null=True, blank=True, related_name="+", db_index=False
    )
    created_at = models.DateTimeField(auto_now_add=True)

    objects = Reports.as_manager()

    class Meta:
        ordering = ["article_id", "sentence_number", "pk"]
        constraints = [
            *(in_choices("stage", Stage), in_choices("precision", Precision), in_choices("direction", Direction)),
            models.CheckConstraint(condition=~Q(source=models.F("target")), name="report_between_two_countries"),
            models.CheckConstraint(condition=Q(confidence__gte=0) & Q(confidence__lte=1), name="report_confidence"),
            # An article tells of a happening once, however often a batch is repeated.
            models.UniqueConstraint(
                fields=["article", "version", "sentence_number", "type", "source", "target", "stage"],
                name="report_once",
            ),
        ]
        indexes = [
            # Which reports has merging not looked at since they changed? Asked by merging.run.
            models.Index(fields=["pair"], name="report_due", condition=Q(due=True)),
            # What else was told of this pair around these days? Asked by merging.store, and counted by scoring.store.
            models.Index(fields=["pair", "occurred_on"], name="report_of_pair_by_day"),
        ]

    def __str__(self) -> str:
        return f"{self.type} in {self.article}"

    def begin_event(self) -> Event:
        """A new event that says what this report says; merging derives the rest from all of its reports."""
        return Event.objects.create(
            **{name: getattr(self, name) for name in ("type", "direction", "stage", "occurred_on", "precision")},
            **{name: getattr(self, name) for name in ("pair_id", "source_id", "target_id")},
        )
