"""Watches: what a person wants to be told of, what each watch has seen, and the alerts that it made."""

from __future__ import annotations

import datetime as dt
import uuid
from typing import Any

from django.contrib.postgres.fields import ArrayField
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import Exists, OuterRef, Q, Subquery
from django.urls import reverse

from relations.models.countries import Country, CountryPair
from relations.models.event_filters import EventFilters
from relations.models.events import Event, Events
from relations.models.scores import PairStanding
from relations.models.words import Dataset, in_choices
from relations.tension.formula import BASELINE

MOST_OF_ONE_PERSON = 100
# What another machine's clock may be behind, and the longest that writing down a score takes to be seen.
SEEN_LATE = dt.timedelta(minutes=10)


class Delivery(models.TextChoices):
    """How an alert reaches its owner, besides the page and the private feed."""

    AT_ONCE = "at_once", "by mail, at once"
    DAILY = "daily", "by mail, once a day"
    NONE = "none", "no mail"


class AlertKind(models.TextChoices):
    ROSE = "rose", "the score rose above the line"
    FELL = "fell", "the score fell below the line"
    JUMPED = "jumped", "the score left its band"
    EVENTS = "events", "events that fit"


class Watches(models.QuerySet["Watch"]):
    def due(self) -> Watches:
        """Those whose pairs were scored since they last looked, or stand nowhere since. Asked by watching.run."""
        standings = PairStanding.objects.filter(dataset=Dataset.OWN).order_by()
        of_pair = standings.filter(pair=OuterRef("pair"))
        # The last event of a pair may have been rejected, and its standing with it.
        fallen = Q(pair__isnull=False) & ~Exists(of_pair) & ~Q(score=BASELINE)
        lately = of_pair.filter(scored_at__gt=OuterRef("looked_at") - SEEN_LATE)
        # Of all pairs only the last moment is asked, and once for all watches: each would look through all standings.
        newest = standings.order_by("-scored_at").values("scored_at")[:1]
        scored = Q(Exists(lately)) | Q(pair=None, looked_at__lt=Subquery(newest) + SEEN_LATE)
        return self.filter(scored | fallen, paused=False)

    def claim(self) -> Watches:
        """Locked for this transaction; those that another worker or their owner holds are passed over."""
        return self.order_by("pk").select_for_update(skip_locked=True, no_key=True, of=("self",))


class Watch(models.Model):
    """A pair, a country's pairs or all pairs (neither set), with what its owner wants to be told of them.

    rises, falls: when the score comes above or below ``line`` (0 to 100). jumps: when it leaves its band. each_event:
    of each event that fits ``filters``, which are EventFilters.as_dict. What concerns the score needs a pair.

    What the watch has seen is written in the transaction that makes its alerts: looked_at; after_event, the id after
    which events are news to it; score, low and high as they stood, the band on band_on; and whether the next rise above
    the line, or fall below it, is told (rise_armed, fall_armed).
    """

    owner = models.ForeignKey("auth.User", on_delete=models.CASCADE, related_name="watches")
    title = models.CharField(max_length=200)
    pair = models.ForeignKey(CountryPair, on_delete=models.PROTECT, null=True, blank=True, related_name="watches")
    country = models.ForeignKey(Country, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    filters: models.JSONField[dict[str, Any]] = models.JSONField(default=dict, blank=True)
    rises = models.BooleanField(default=False)
    falls = models.BooleanField(default=False)
    line = models.FloatField(null=True, blank=True)
    jumps = models.BooleanField(default=False)
    each_event = models.BooleanField(default=False)
    delivery = models.CharField(max_length=7, choices=Delivery, default=Delivery.AT_ONCE)
    hour = models.PositiveSmallIntegerField(
        default=6, validators=[MinValueValidator(0), MaxValueValidator(23)], help_text="UTC, of the daily mail"
    )
    paused = models.BooleanField(default=False)
    created_at = models.DateTimeField(auto_now_add=True)
    looked_at = models.DateTimeField()
    after_event = models.BigIntegerField(default=0)
    score = models.FloatField()
    low = models.FloatField()
    high = models.FloatField()
    band_on = models.DateField()
    rise_armed = models.BooleanField(default=False)
    fall_armed = models.BooleanField(default=False)

    objects = Watches.as_manager()

    class Meta:
        ordering = ["title", "pk"]
        verbose_name_plural = "watches"
        constraints = [
            in_choices("delivery", Delivery),
            models.CheckConstraint(condition=Q(pair=None) | Q(country=None), name="watch_pair_or_country"),
            models.CheckConstraint(condition=Q(hour__lte=23), name="watch_hour"),
            models.CheckConstraint(
                condition=Q(line=None) | (Q(line__gte=0) & Q(line__lte=100)), name="watch_line_is_a_score"
            ),
            models.CheckConstraint(
                condition=Q(rises=False, falls=False) | Q(line__isnull=False), name="watch_crosses_a_line"
            ),
            models.CheckConstraint(
                condition=Q(rises=False, falls=False, jumps=False) | Q(pair__isnull=False), name="watch_score_of_a_pair"
            ),
            models.CheckConstraint(
                condition=Q(rises=True) | Q(falls=True) | Q(jumps=True) | Q(each_event=True),
                name="watch_waits_for_something",
            ),
        ]

    def __str__(self) -> str:
        return self.title

    def get_absolute_url(self) -> str:
        return reverse("watch", args=[self.pk])

    @property
    def chosen(self) -> EventFilters:
        return EventFilters.from_dict(self.filters)

    @property
    def types_are_gone(self) -> bool:
        """Whether the codebook has none of the types left that it waits for. It then finds nothing, not everything."""
        return bool(self.filters.get("group") or self.filters.get("type")) and not self.chosen.chosen_types

    @property
    def watches_the_score(self) -> bool:
        return self.rises or self.falls or self.jumps

    def events(self) -> Events:
        """Events of the pairs that it watches which count and fit its filters."""
        events = Event.objects.filter(dataset=Dataset.OWN)
        if self.pair_id:
            events = events.filter(pair=self.pair_id)
        elif self.country_id:
            events = events.filter(Q(pair__first=self.country_id) | Q(pair__second=self.country_id))
        return events.none() if self.types_are_gone else self.chosen.of(events)

    def mail_due_at(self, now: dt.datetime) -> dt.datetime | None:
        """When an alert that is made now is to be mailed; None for never."""
        if self.delivery == Delivery.NONE:
            return None
        if self.delivery == Delivery.AT_ONCE:
            return now
        at = now.astimezone(dt.UTC).replace(hour=self.hour, minute=0, second=0, microsecond=0)
        return at if at > now else at + dt.timedelta(days=1)


class WatchAlert(models.Model):
    """What a watch told at one look, in words and in figures that stay as they were then.

    before, after: the score at the look before and at this one. line, or low and high (the band that was left): what
    the alert is about. due_at: when it is to be mailed; empty: in no mail.
    """

    watch = models.ForeignKey(Watch, on_delete=models.CASCADE, related_name="alerts", db_index=False)
    key = models.UUIDField(default=uuid.uuid4, unique=True, help_text="its name in the private feed")
    kind = models.CharField(max_length=6, choices=AlertKind)
    made_at = models.DateTimeField()
    words = models.CharField(max_length=300)
    before = models.FloatField(null=True)
    after = models.FloatField(null=True)
    line = models.FloatField(null=True)
    low = models.FloatField(null=True)
    high = models.FloatField(null=True)
    due_at = models.DateTimeField(null=True)
    mailed_at = models.DateTimeField(null=True)

    class Meta:
        ordering = ["-pk"]
        constraints = [in_choices("kind", AlertKind)]
        indexes = [
            models.Index(fields=["watch", "-id"], name="alerts_of_watch"),
            # Which alerts are to be mailed? Asked by watching.run_mail.
            models.Index(
                fields=["due_at"], name="watch_alert_unmailed", condition=Q(mailed_at=None, due_at__isnull=False)
            ),
        ]

    def __str__(self) -> str:
        return f"{self.watch}: {self.words}"


class AlertEvent(models.Model):
    """An event that an alert names. moved: the points that it moved the score by; empty where the score is not told.

    An event makes a watch tell of each kind of thing once ever, whatever becomes of the event.
    """

    alert = models.ForeignKey(WatchAlert, on_delete=models.CASCADE, related_name="told", db_index=False)
    watch = models.ForeignKey(Watch, on_delete=models.CASCADE, related_name="+", db_index=False)
    event = models.ForeignKey(Event, on_delete=models.CASCADE, related_name="+")
    kind = models.CharField(max_length=6, choices=AlertKind)
    place = models.PositiveIntegerField(help_text="within the alert, what moved the score most first")
    moved = models.FloatField(null=True)
    # By which what is split off the event later is known again.
    reports = ArrayField(models.BigIntegerField(), default=list, help_text="that told of it then")

    class Meta:
        ordering = ["alert_id", "place"]
        constraints = [
            # Also the index that is asked what a watch was told already.
            models.UniqueConstraint(fields=["watch", "event", "kind"], name="told_once"),
            models.UniqueConstraint(fields=["alert", "place"], name="told_in_order"),
        ]

    @staticmethod
    def told(watch: Watch, *kinds: str) -> Q:
        """Of events: those that the watch told of already, in alerts of these kinds."""
        return Q(Exists(AlertEvent.objects.filter(watch=watch, event=OuterRef("pk"), kind__in=kinds)))


def newest_event() -> int:
    """The highest id of an event; 0 where there is none."""
    return Event.objects.order_by("-pk").values_list("pk", flat=True).first() or 0


def alerts_to_mail(now: dt.datetime) -> models.QuerySet[WatchAlert]:
    """Those whose time to be mailed has come, of owners that may read still."""
    return WatchAlert.objects.filter(due_at__lte=now, mailed_at=None, watch__owner__is_active=True).order_by("pk")
