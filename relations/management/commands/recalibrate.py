"""manage.py recalibrate: let editors' verdicts say what the coder's figures are worth as probabilities."""

from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from relations.errors import RelationsError
from relations.pipeline import Recalibration, learn_precision, recalibrate, restate_figures
from relations.tagging.calibration import FOLDS, Tenth
from relations.tagging.run_calibration import left_words
from relations.tension.lines import Line


class Command(BaseCommand):
    help = (
        "Fit the line that makes the coder's figures probabilities on editors' verdicts, and show how well it states "
        "them before and after. It is kept only if it errs less on verdicts that it was not fitted on."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--dry-run", action="store_true", help="only show what it would come to")

    def handle(self, *, dry_run: bool, **options: Any) -> None:
        try:
            found = recalibrate(save=not dry_run)
        except RelationsError as refusal:
            raise CommandError(str(refusal)) from None
        self.show(found)
        if found.refused:
            raise CommandError(found.refused)
        if dry_run:
            self.stdout.write("Nothing is kept; without --dry-run the new line would be.")
            return
        # At once: what was learnt with the line of before would mend its error a second time.
        learn_precision()
        restated = restate_figures()
        self.stdout.write(
            f"Kept. New stories are read with it from the next batch on. {restated:,} stored figures are stated by it "
            "now, and what verdicts teach is reckoned with them. Events and scores follow within minutes, or by "
            "manage.py merge_new_reports and score_stale_days."
        )

    def show(self, found: Recalibration) -> None:
        fit = found.fit
        self.stdout.write(f"{found.readings:,} judged readings of {found.coder}.")
        if found.left:
            self.stdout.write(left_words(found.left, found.coder))
        self.table(f"Before, by {_words(found.before)}:", fit.before, fit.error_before)
        self.table(
            f"After, each reading by a line fitted on the other {FOLDS - 1} of {FOLDS} parts:",
            fit.after,
            fit.error_after,
        )
        self.stdout.write(f"Fitted on all: {_words(fit.line)}.")

    def table(self, title: str, tenths: list[Tenth], error: float) -> None:
        self.stdout.write(f"{title}\n  said      verdicts  mean  right")
        for one in tenths:
            self.stdout.write(
                f"  {one.low:.1f}-{one.low + 0.1:.1f} {one.judged:10,.10g}  {one.said:.2f}   {one.right:.2f}"
            )
        self.stdout.write(f"  expected calibration error {error:.3f}")


def _words(line: Line) -> str:
    return f"log odds = {line.slope:.3f} x figure {line.offset:+.3f}"
