from typing import Any

from django.core.management.base import BaseCommand

from relations.pipeline import prune, prune_alerts


class Command(BaseCommand):
    help = "Remove visits, alerts and other records that are older than they are kept."

    def handle(self, **options: Any) -> None:
        self.stdout.write(f"{prune() + prune_alerts()} rows removed.")
