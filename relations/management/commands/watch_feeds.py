from typing import Any

from django.core.management.base import BaseCommand

from relations.pipeline import watch_feeds


class Command(BaseCommand):
    help = "Note which feeds need an admin and which do no longer, and mail the admins what is new."

    def handle(self, **options: Any) -> None:
        self.stdout.write(f"{watch_feeds()} alerts began, ended or became another.")
