"""Feeds and the log of their visits."""

from __future__ import annotations

import datetime as dt
from typing import Any

from django.db import models
from django.db.models import Q

from relations.models.hosts import registrable_domain
from relations.models.sealed import unseal
from relations.models.words import in_choices


class FeedKind(models.TextChoices):
    POLLED = "polled", "polled"
    MANUAL = "manual", "added by hand"


class FeedState(models.TextChoices):
    """How a feed is. Whether it is paused stands apart: a paused feed still has the state that it was left in."""

    NEW = "new", "not visited yet"
    OK = "ok", "well"
    SILENT = "silent", "silent"  # it answers, but nothing new came for much longer than usual
    LIMITED = "limited", "rate-limited"
    FAILING = "failing", "failing"
    BLOCKED = "blocked", "blocked"  # the server refuses us, and would refuse us again
    GONE = "gone", "gone"


class FullText(models.TextChoices):
    AUTO = "auto", "where the feed's own text is short"
    ALWAYS = "always", "always"
    NEVER = "never", "never"


class VisitOutcome(models.TextChoices):
    ITEMS = "items", "read"
    UNCHANGED = "unchanged", "nothing new"
    FAILED = "failed", "failed"


class Feeds(models.QuerySet["Feed"]):
    def claim_due(self, now: dt.datetime, limit: int) -> list[Feed]:
        """Due feeds, locked for this transaction; feeds another worker holds are passed over. For ingest.run."""
        due = self.polled().filter(paused=False, next_fetch_at__lte=now).order_by("next_fetch_at")
        return list(due.select_for_update(skip_locked=True, no_key=True)[:limit])

    def polled(self) -> Feeds:
        """Without the sources whose articles people add."""
        return self.filter(kind=FeedKind.POLLED)


class Feed(models.Model):
    """A source of articles: one that is polled or, with no address, one whose articles people add."""

    title = models.CharField(max_length=200)
    kind = models.CharField(max_length=6, choices=FeedKind, default=FeedKind.POLLED)
    url = models.URLField(max_length=1000, blank=True)
    domain = models.CharField(max_length=253, blank=True, help_text="whose servers the address belongs to")
    site_url = models.URLField(max_length=1000, blank=True, help_text="the site that the feed is of")
    folder = models.CharField(max_length=200, blank=True, help_text="as in OPML; for your own order")
    language = models.CharField(max_length=20, blank=True, help_text="as the feed says")
    state = models.CharField(max_length=8, choices=FeedState, default=FeedState.NEW)
    paused = models.BooleanField(default=False)
    # The queue of ingest. Claiming moves it forward, so that a feed whose worker dies comes up again by itself.
    next_fetch_at = models.DateTimeField()
    # Set while a worker visits the feed. It is also how that worker knows at its return that the feed is still its own.
    leased_until = models.DateTimeField(null=True, blank=True)
    interval = models.DurationField(default=dt.timedelta(minutes=30), help_text="between two visits, as it adapted")
    hurry_until = models.DateTimeField(null=True, blank=True, help_text="after a gap it is visited more often")
    failures = models.PositiveIntegerField(default=0, help_text="visits in a row that failed")
    last_visit_at = models.DateTimeField(null=True, blank=True)
    last_outcome = models.CharField(max_length=500, blank=True, help_text="in words")
    last_item_at = models.DateTimeField(null=True, blank=True, help_text="when a new item last came")
    noisy_at = models.DateTimeField(
        null=True, blank=True, help_text="when an item was last left that changes too often"
    )
    etag = models.CharField(max_length=500, blank=True)
    last_modified = models.CharField(max_length=200, blank=True)
    body_hash = models.CharField(max_length=64, blank=True)
    unconditional_at = models.DateTimeField(null=True, blank=True, help_text="last fetch without validators")
    moved_to = models.CharField(max_length=1000, blank=True, help_text="where permanent redirects lead")
    moved_since = models.DateTimeField(null=True, blank=True)
    moved_polls = models.PositiveSmallIntegerField(default=0, help_text="visits in a row that led there")
    stored_on = models.DateField(null=True, blank=True)
    stored_characters = models.PositiveBigIntegerField(default=0, help_text="of text, stored on that day")
    full_text = models.CharField(max_length=6, choices=FullText, default=FullText.AUTO)
    user_agent = models.CharField(max_length=200, blank=True, help_text="empty: the one of the settings")
    sealed = models.TextField(blank=True, help_text="headers, user name and password, encrypted")
    reliability = models.FloatField(default=0.9, help_text="chance that what it reports happened, 0 to 1")
    added_by = models.ForeignKey("auth.User", on_delete=models.SET_NULL, null=True, blank=True)
    created_at = models.DateTimeField(auto_now_add=True)

    objects = Feeds.as_manager()

    class Meta:
        ordering = ["title"]
        constraints = [
            in_choices("state", FeedState),
            in_choices("kind", FeedKind),
            in_choices("full_text", FullText),
            models.CheckConstraint(condition=Q(reliability__gte=0) & Q(reliability__lte=1), name="feed_reliability"),
            models.CheckConstraint(condition=Q(kind=FeedKind.MANUAL) | ~Q(url=""), name="polled_feed_has_address"),
            models.UniqueConstraint(
                fields=["url"],
                name="feed_once",
                condition=~Q(url=""),
                violation_error_message="This feed is in the list already.",
            ),
        ]
        indexes = [
            # Which feeds are due? Asked by ingest.run every minute.
            models.Index(fields=["next_fetch_at"], name="feed_due", condition=Q(paused=False, kind=FeedKind.POLLED)),
        ]

    def __str__(self) -> str:
        return self.title

    def save(self, *args: Any, **options: Any) -> None:
        self.domain = registrable_domain(self.url)
        super().save(*args, **options)

    def secrets(self) -> dict[str, Any]:
        """``headers`` (name: value), ``user`` and ``password``, those that are set. Raises RelationsError where they
        can't be read any more."""
        return unseal(self.sealed)

    def forget_what_was_seen(self, now: dt.datetime) -> None:
        """What is known of its address doesn't hold for a new one."""
        self.etag = self.last_modified = self.body_hash = self.moved_to = ""
        self.unconditional_at = self.moved_since = None
        self.moved_polls = 0
        self.next_fetch_at = now


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


class FeedGap(models.Model):
    """Between two visits more items came than the feed shows: some may have been lost."""

    feed = models.ForeignKey(Feed, on_delete=models.CASCADE, related_name="gaps")
    noticed_at = models.DateTimeField()
    since = models.DateTimeField(null=True, help_text="the visit before")
    until = models.DateTimeField(help_text="the oldest item that the feed then showed")

    class Meta:
        ordering = ["-noticed_at"]
        indexes = [models.Index(fields=["feed", "-noticed_at"], name="gaps_of_feed")]

    def __str__(self) -> str:
        return f"{self.feed}, {self.noticed_at:%Y-%m-%d %H:%M}"


class FeedAlert(models.Model):
    """A feed that needs an admin: from when it came into trouble until it was well again."""

    feed = models.ForeignKey(Feed, on_delete=models.CASCADE, related_name="alerts")
    state = models.CharField(max_length=8, choices=FeedState)
    words = models.CharField(max_length=500)
    began_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True, blank=True)
    mailed_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ["-began_at"]
        constraints = [
            models.UniqueConstraint(fields=["feed"], name="one_open_alert_a_feed", condition=Q(ended_at=None)),
        ]
        indexes = [
            # Which alerts do admins not know of yet? Asked by ingest.run_alerts.
            models.Index(fields=["id"], name="alert_unmailed", condition=Q(mailed_at=None)),
        ]

    def __str__(self) -> str:
        return f"{self.feed}: {self.state}"
