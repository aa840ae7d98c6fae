from typing import Any

from django.core.management.base import BaseCommand

from relations.pipeline import tag_new_articles


class Command(BaseCommand):
    help = "Read the articles that no coder has read."

    def handle(self, **options: Any) -> None:
        self.stdout.write(f"{tag_new_articles()} articles read.")
