"""Feeds and the log of their visits."""

from __future__ import annotations

import datetime as dt

from django.db import models
from django.db.models import Q

from relations.models.words import in_choices


class FeedState(models.TextChoices):
    NEW = "new", "not visited yet"
    OK = "ok", "well"
    FAILING = "failing", "failing"
    LIMITED = "limited", "rate-limited"
    GONE = "gone", "gone"


class VisitOutcome(models.TextChoices):
    ITEMS = "items", "read"
    UNCHANGED = "unchanged", "nothing new"
    FAILED = "failed", "failed"


class Feeds(models.QuerySet["Feed"]):
    def claim_due(self, now: dt.datetime, limit: int) -> list[Feed]:
        """Due feeds, locked for this transaction; feeds another worker holds are passed over. For ingest.run."""
        due = self.filter(paused=False, next_fetch_at__lte=now).order_by("next_fetch_at")
        return list(due.select_for_update(skip_locked=True)[:limit])


class Feed(models.Model):
    """A source that is polled."""

    title = models.CharField(max_length=200)
    url = models.URLField(max_length=1000, unique=True)
    state = models.CharField(max_length=8, choices=FeedState, default=FeedState.NEW)
    paused = models.BooleanField(default=False)
    # The queue of ingest. Claiming moves it forward, so that a feed whose worker dies comes up again by itself.
    next_fetch_at = models.DateTimeField()
    interval = models.DurationField(default=dt.timedelta(minutes=30), help_text="between two visits when all is well")
    failures = models.PositiveIntegerField(default=0, help_text="visits in a row that failed")
    last_visit_at = models.DateTimeField(null=True, blank=True)
    last_outcome = models.CharField(max_length=500, blank=True, help_text="in words")
    last_item_at = models.DateTimeField(null=True, blank=True, help_text="when a new item last came")
    etag = models.CharField(max_length=500, blank=True)
    last_modified = models.CharField(max_length=200, blank=True)
    body_hash = models.CharField(max_length=64, blank=True)
    unconditional_at = models.DateTimeField(null=True, blank=True, help_text="last fetch without validators")
    reliability = models.FloatField(default=0.9, help_text="chance that what it reports happened, 0 to 1")
    added_by = models.ForeignKey("auth.User", on_delete=models.SET_NULL, null=True, blank=True)
    created_at = models.DateTimeField(auto_now_add=True)

    objects = Feeds.as_manager()

    class Meta:
        ordering = ["title"]
        constraints = [
            in_choices("state", FeedState),
            models.CheckConstraint(condition=Q(reliability__gte=0) & Q(reliability__lte=1), name="feed_reliability"),
        ]
        indexes = [
            # Which feeds are due? Asked by ingest.run every minute.
            models.Index(fields=["next_fetch_at"], name="feed_due", condition=Q(paused=False)),
        ]

    def __str__(self) -> str:
        return self.title


class FeedVisit(models.Model):
    """What came of one visit to a feed."""

    feed = models.ForeignKey(Feed, on_delete=models.CASCADE, related_name="visits")
    started_at = models.DateTimeField()
    took = models.DurationField()
    outcome = models.CharField(max_length=10, choices=VisitOutcome)
    trouble = models.CharField(max_length=30, blank=True, help_text="the class of the error")
    words = models.CharField(max_length=500)
    http_status = models.PositiveSmallIntegerField(null=True, blank=True)
    items = models.PositiveIntegerField(default=0)
    new_items = models.PositiveIntegerField(default=0)

    class Meta:
        ordering = ["-started_at"]
        constraints = [in_choices("outcome", VisitOutcome)]
        indexes = [models.Index(fields=["feed", "-started_at"], name="visits_of_feed")]
