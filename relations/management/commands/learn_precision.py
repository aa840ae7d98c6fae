"""manage.py learn_precision: let editors' verdicts bear on the probabilities of events, and so on scores."""

from typing import Any

from django.core.management.base import BaseCommand

from relations.codebook.event_types import event_types
from relations.models import LearntPrecision
from relations.pipeline import learn_precision
from relations.tension.precision import IN_PASSING, INTERVAL, Verdicts


class Command(BaseCommand):
    help = "Count editors' verdicts by type; where they move a type's odds, all pairs are scored with them from now on."

    def handle(self, **options: Any) -> None:
        changed = learn_precision()
        newest = changed or LearntPrecision.objects.first()
        for slug, (judged, right, expected) in (newest.verdicts if newest else {}).items():
            verdicts = Verdicts(judged, right, expected)
            low, high = verdicts.belief.interval()
            self.stdout.write(
                f"{event_types()[slug].name:32} {verdicts.right:4g} of {verdicts.judged:4g} upheld; "
                f"said {verdicts.stated:.2f}, learnt {verdicts.learnt:.2f} ({low:.2f} to {high:.2f})"
            )
        if newest and newest.verdicts:
            self.stdout.write(f"A verdict given in passing counts {IN_PASSING:g}. Intervals: {INTERVAL:.0%}.")
        if changed:
            self.stdout.write(
                "All pairs are due for scoring with it: manage.py score_stale_days, or wait for a worker."
            )
        else:
            self.stdout.write(
                "No verdict is new enough to move a score." if newest else "No editor has judged an event yet."
            )
