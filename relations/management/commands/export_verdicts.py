"""manage.py export_verdicts: what editors said, as a file."""

from __future__ import annotations

import datetime as dt
import sys
from contextlib import ExitStack
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from relations.codebook.event_types import event_types
from relations.exports.as_gold import as_gold
from relations.exports.as_plover import as_plover
from relations.queries.gold_rows import gold_articles
from relations.queries.timelines import find_pair
from relations.queries.verdict_rows import VerdictFilters, verdict_rows


class Command(BaseCommand):
    help = (
        "Write editors' verdicts as PLOVER JSON lines (plover), or the stories whose events they judged as gold on "
        "which a coder can be measured (gold): python -m bench.verdicts FILE. Gold holds the whole texts of stories; "
        "give it only to whom their publishers allow it."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("form", choices=["plover", "gold"])
        parser.add_argument("--since", metavar="DAY", help="verdicts given from this day on, like 2026-11-01 (UTC)")
        parser.add_argument("--until", metavar="DAY", help="verdicts given up to this day, itself included")
        parser.add_argument("--pair", default="", help="of one pair of countries, like pak-usa")
        parser.add_argument("--type", default="", help="of one event type, by its name in the codebook, like clash")
        parser.add_argument("--audit", action="store_true", help="of the random sample alone")
        parser.add_argument("--readings", action="store_true", help="plover: after each verdict what was judged")
        parser.add_argument(
            "--partly", action="store_true", help='gold: also stories with events that nobody judged, as "ignore"'
        )
        parser.add_argument("--output", metavar="FILE", type=Path, help="instead of standard output")

    def handle(self, *, form: str, output: Path | None, **options: Any) -> None:
        filters = self.filters(options)
        if form == "gold":
            lines = as_gold(gold_articles(filters))
        else:
            lines = as_plover(verdict_rows(filters), readings=filters.readings)
        written = 0
        with ExitStack() as files:
            try:
                out: Any = files.enter_context(output.open("w", encoding="utf-8")) if output else self.stdout
            except OSError as problem:
                raise CommandError(f"{output}: {problem.strerror}") from None
            for line in lines:
                out.write(line)
                written += 1
        if output or not written:
            what = "stories" if form == "gold" else "lines"
            print(f"{written:,} {what}{f' in {output}' if output else ''}", file=sys.stderr)

    def filters(self, options: dict[str, Any]) -> VerdictFilters:
        since, until = _day(options["since"]), _day(options["until"])
        if since and until and since > until:
            raise CommandError(f"--since {since} is after --until {until}, so no day fits. Swap them.")
        if options["pair"] and find_pair(options["pair"]) is None:
            raise CommandError(f"Nothing is known of the pair {options['pair']!r}. A pair is written like pak-usa.")
        if options["type"] and options["type"] not in event_types():
            raise CommandError(f"There is no event type {options['type']!r} in the codebook.")
        return VerdictFilters(
            since=since,
            until=until,
            pair=options["pair"],
            type=options["type"],
            audit=options["audit"],
            readings=options["readings"],
            complete=not options["partly"],
        )


def _day(text: str | None) -> dt.date | None:
    try:
        return dt.date.fromisoformat(text) if text else None
    except ValueError:
        raise CommandError(f"{text!r} is no day; write it like 2026-11-01.") from None
