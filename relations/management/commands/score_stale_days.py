from typing import Any

from django.core.management.base import BaseCommand

from relations.pipeline import score_stale_days


class Command(BaseCommand):
    help = "Score the pairs whose days changed."

    def handle(self, **options: Any) -> None:
        self.stdout.write(f"{score_stale_days()} pairs scored.")
