from typing import Any

from django.core.management.base import BaseCommand

from relations.pipeline import merge_new_reports


class Command(BaseCommand):
    help = "Merge reports that belong to no event yet."

    def handle(self, **options: Any) -> None:
        self.stdout.write(f"{merge_new_reports()} events made or changed.")
