from typing import Any

from django.core.management.base import BaseCommand, CommandParser

from relations.sample.feeds import serve


class Command(BaseCommand):
    help = "Serve the sample's two feeds on loopback until stopped."
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--port", type=int, default=8001)

    def handle(self, *, port: int, **options: Any) -> None:
        serve(port).serve_forever()
