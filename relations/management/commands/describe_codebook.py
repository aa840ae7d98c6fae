from typing import Any

from django.core.management.base import BaseCommand

from relations.codebook.describe import as_markdown


class Command(BaseCommand):
    help = "Print the codebook as Markdown, for docs/codebook.md."
    requires_system_checks: list[str] = []

    def handle(self, **options: Any) -> None:
        self.stdout.write(as_markdown(), ending="")
