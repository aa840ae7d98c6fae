from typing import Any

from django.core.management.base import BaseCommand

from relations.pipeline import refresh_due_feeds


class Command(BaseCommand):
    help = "Fetch the feeds that are due and store their new articles."

    def handle(self, **options: Any) -> None:
        self.stdout.write(f"{refresh_due_feeds()} new or changed articles.")
