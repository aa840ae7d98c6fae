from typing import Any

from django.core.management.base import BaseCommand, CommandError

from relations.codebook.event_types import event_types
from relations.errors import RelationsError
from relations.models.loading import load_codebook


class Command(BaseCommand):
    help = "Load countries, actors and tenures from the codebook's files into the database; safe to repeat."

    def handle(self, **options: Any) -> None:
        try:
            kinds = len(event_types())
            counts = load_codebook()
        except RelationsError as trouble:
            raise CommandError(str(trouble)) from None
        told = ", ".join(f"{count} {name}" for name, count in counts.items())
        self.stdout.write(f"Codebook loaded: {kinds} event types, {told}.")
