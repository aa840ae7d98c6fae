"""manage.py renew_queue: make the queue of the desk at once, as is done at night."""

from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand

from relations.pipeline import renew_queue


class Command(BaseCommand):
    help = (
        "Work out anew what a look at each waiting event is worth, and let events that have no place in the queue of "
        "the desk get one. Done every night; can be repeated without harm."
    )

    def handle(self, **options: Any) -> None:
        number = renew_queue()
        self.stdout.write(f"{number:,} {'event was' if number == 1 else 'events were'} looked at.")
