"""Actors: those who act for a country, the names they go by, and who held which office when."""

from __future__ import annotations

from django.db import models
from django.db.models import F, Q

from relations.models.countries import Country
from relations.models.words import Precision, in_choices


class ActorKind(models.TextChoices):
    STATE = "state", "the state itself"
    INSTITUTION = "institution", "an institution"
    PERSON = "person", "a person"


class NameOrigin(models.TextChoices):
    CODEBOOK = "codebook", "codebook"
    ADDED = "added", "added here"


class Actor(models.Model):
    """Someone or something that acts for a country: the state itself, an institution or a person."""

    key = models.CharField(max_length=120, unique=True, help_text="PAK, PAK:foreign_ministry, PAK:person:khawaja-asif")
    country = models.ForeignKey(Country, on_delete=models.PROTECT, related_name="actors")
    kind = models.CharField(max_length=12, choices=ActorKind)
    name = models.CharField(max_length=120)
    sector = models.CharField(max_length=8, help_text="PLOVER sector: GOV, MIL, LEG")

    class Meta:
        ordering = ["country_id", "kind", "name"]
        constraints = [in_choices("kind", ActorKind)]

    def __str__(self) -> str:
        return self.name


class ActorNames(models.QuerySet["ActorName"]):
    def added(self) -> ActorNames:
        """Names that people added, beside the codebook's."""
        return self.filter(origin=NameOrigin.ADDED)


class ActorName(models.Model):
    """A name of an actor. Names from the codebook are loaded; those that people add in the admin join the lexicon."""

    actor = models.ForeignKey(Actor, on_delete=models.CASCADE, related_name="names")
    name = models.CharField(max_length=120)
    language = models.CharField(max_length=8, default="en")
    origin = models.CharField(max_length=8, choices=NameOrigin, default=NameOrigin.ADDED)
    valid_from = models.DateField(null=True, blank=True)
    valid_until = models.DateField(null=True, blank=True)
    updated_at = models.DateTimeField(auto_now=True)

    objects = ActorNames.as_manager()

    class Meta:
        ordering = ["name"]
        constraints = [
            models.UniqueConstraint(fields=["actor", "name", "language"], name="actor_name_once"),
            in_choices("origin", NameOrigin),
            models.CheckConstraint(
                condition=Q(valid_from=None) | Q(valid_until=None) | Q(valid_from__lte=F("valid_until")),
                name="actor_name_in_order",
                violation_error_message="“Valid from” is after “valid until”, so the name holds on no day. Swap them.",
            ),
        ]
        indexes = [
            # Which names were added here? Asked by tagging.run before every batch, and newest first by the admin.
            models.Index(fields=["updated_at"], name="actor_name_added", condition=Q(origin="added")),
        ]

    def __str__(self) -> str:
        return self.name


class Tenure(models.Model):
    """A person held an office from ``began`` until ``ended`` (empty while it runs)."""

    person = models.ForeignKey(Actor, on_delete=models.CASCADE, related_name="tenures")
    country = models.ForeignKey(Country, on_delete=models.PROTECT, related_name="tenures")
    office = models.CharField(max_length=20)
    title = models.CharField(max_length=60)
    began = models.DateField()
    ended = models.DateField(null=True, blank=True)
    precision = models.CharField(max_length=5, choices=Precision, default=Precision.DAY)
    source = models.CharField(max_length=200, help_text="the public record where it can be checked")
    as_of = models.DateField(help_text="up to when this is known to be so")

    class Meta:
        ordering = ["country_id", "office", "began"]
        constraints = [
            models.UniqueConstraint(fields=["person", "country", "office", "began"], name="tenure_once"),
            models.CheckConstraint(condition=Q(ended=None) | Q(began__lte=F("ended")), name="tenure_in_order"),
            in_choices("precision", Precision),
        ]

    def __str__(self) -> str:
        return f"{self.person}, {self.title}"
