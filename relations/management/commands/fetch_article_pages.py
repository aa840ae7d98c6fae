from typing import Any

from django.core.management.base import BaseCommand

from relations.ingest.run_pages import fetch_article_pages


class Command(BaseCommand):
    help = "Fetch the pages of articles of which the feed has only a teaser."

    def handle(self, **options: Any) -> None:
        self.stdout.write(f"{fetch_article_pages()} articles have a longer text.")
