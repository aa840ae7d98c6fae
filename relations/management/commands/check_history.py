"""manage.py check_history: what the score makes of well-known episodes, against what a historian would say."""

from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand, CommandParser

from relations.codebook.weights import DEFAULT, weight_sets
from relations.sample import history


class Command(BaseCommand):
    help = (
        "Score the well-known episodes of relations/sample/history and print each claim of a historian, the two scores "
        "and whether they agree. Needs no database."
    )
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--weights", choices=sorted(weight_sets()), default=DEFAULT, help="the weight set")
        parser.add_argument("--stretch", type=float, default=1.0, help="what half-lives are multiplied by (default 1)")

    def handle(self, *args: Any, **options: Any) -> None:
        weights, stretch = weight_sets()[options["weights"]], options["stretch"]
        held = 0
        for claim in history.claims():
            high, low = (history.on_day(*place, weights, stretch).score for place in (claim.higher, claim.lower))
            held += high > low
            places = f"{claim.higher[0]} {claim.higher[1]} {high:5.1f}  >  {claim.lower[0]} {claim.lower[1]} {low:5.1f}"
            self.stdout.write(f"{'   ' if high > low else 'NO '}{places}  {claim.why}")
        self.stdout.write(
            f"{held} of {len(history.claims())} claims hold with {weights.label}, half-lives x {stretch:g}."
        )
