from typing import Any

from django.core.management.base import BaseCommand

from relations.pipeline import STAGES


class Command(BaseCommand):
    help = "Run every stage once, in order: fetch due feeds, tag new articles, merge reports, score days."

    def handle(self, **options: Any) -> None:
        for stage in STAGES:
            self.stdout.write(f"{stage.__name__}: {stage()}")
