"""The values that columns of several models share."""

from django.db import models


class Dataset(models.TextChoices):
    """Where events come from. They are never mixed in one score."""

    OWN = "own", "Own coding"
    GDELT = "gdelt", "GDELT"
    ICEWS = "icews", "ICEWS"
    POLECAT = "polecat", "POLECAT"


class Direction(models.IntegerChoices):
    """Who acts on whom, within a pair in code order."""

    FORWARD = 1, "first country to second"
    BACKWARD = -1, "second country to first"
    MUTUAL = 0, "both at once"


class Stage(models.TextChoices):
    """How far a planned act has come. An act that happened is held."""

    ANNOUNCED = "announced", "announced"
    POSTPONED = "postponed", "postponed"
    RESCHEDULED = "rescheduled", "rescheduled"
    CANCELLED = "cancelled", "cancelled"
    HELD = "held", "held"


class Precision(models.TextChoices):
    """How exactly a date is known; a week stands as its Monday, a month and a year as their first day."""

    DAY = "day", "day"
    WEEK = "week", "week"
    MONTH = "month", "month"
    YEAR = "year", "year"


class Status(models.TextChoices):
    """What people have said of an event, and whether its evidence still stands."""

    CODED = "coded", "coded, not reviewed"
    CONFIRMED = "confirmed", "confirmed by an editor"
    REJECTED = "rejected", "rejected by an editor"
    WITHDRAWN = "withdrawn", "withdrawn: its reports no longer say so"
    MERGED = "merged", "the same as another event"


# Events that count: neither rejected by an editor, nor withdrawn with their evidence, nor part of another.
STANDING = (Status.CODED.value, Status.CONFIRMED.value)


def in_choices(field: str, choices: type[models.TextChoices] | type[models.IntegerChoices]) -> models.CheckConstraint:
    """A constraint that a column holds one of its choices."""
    return models.CheckConstraint(
        condition=models.Q(**{f"{field}__in": choices.values}), name=f"%(class)s_{field}_is_known"
    )
