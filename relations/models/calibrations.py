"""Lines that make a coder's raw figures probabilities, as fitted on editors' verdicts; the newest is in force."""

from __future__ import annotations

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q

from relations.tension.lines import Line, Lines


class Calibration(models.Model):
    """log odds that a reading is right = slope x raw figure + offset, for one version of a coder.

    coder: name and version, as reports carry it; another version has other figures, and the line that comes with it.
    judged: how many verdicts it was fitted on. error_before, error_after: expected calibration error with the line
    until then, and of the new one on verdicts that it was not fitted on. line_before: [slope, offset] until then.
    """

    made_at = models.DateTimeField(auto_now_add=True)
    coder = models.CharField(max_length=40)
    slope = models.FloatField()
    offset = models.FloatField()
    judged = models.PositiveIntegerField()
    error_before = models.FloatField()
    error_after = models.FloatField()
    line_before = ArrayField(models.FloatField(), size=2)

    class Meta:
        ordering = ["-pk"]
        constraints = [
            # A surer reading stays the surer one.
            models.CheckConstraint(condition=Q(slope__gt=0), name="calibration_rises"),
        ]

    def __str__(self) -> str:
        return f"calibration of {self.coder}, {self.made_at:%Y-%m-%d}"

    @property
    def line(self) -> Line:
        return Line(self.slope, self.offset)


def lines_of(coder: str, shipped: Line) -> Lines:
    """The lines that a coder's version had, the one that comes with it first; one query."""
    return lines_by_coder(coder=coder).get(coder, Lines(shipped))


def lines_by_coder(**of: str) -> dict[str, Lines]:
    """The lines of each version that any was fitted for; one query."""
    kept: dict[str, list[Calibration]] = {}
    for one in Calibration.objects.filter(**of).order_by("pk"):
        kept.setdefault(one.coder, []).append(one)
    return {
        coder: Lines(Line(*ones[0].line_before), [one.made_at for one in ones], [one.line for one in ones])
        for coder, ones in kept.items()
    }
