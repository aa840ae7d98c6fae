import datetime as dt
import json
import sys
from collections.abc import Iterable
from contextlib import ExitStack
from pathlib import Path
from typing import Any, TextIO

from django.core.management.base import BaseCommand, CommandError, CommandParser
from tqdm import tqdm

from relations.codebook.event_types import event_types
from relations.errors import RelationsError
from relations.tagging.coded import CodedEvent, plover_class
from relations.tagging.coder import Given
from relations.tagging.grammar.reading import no_trace
from relations.tagging.lexicon import Lexicon, compile_lexicon
from relations.tagging.registry import DEFAULT, Coder, coder

# Lines coded together: parsing many sentences at once is faster.
BATCH = 32


class BadLine(Exception):
    """A line can't be read; the message says why."""


class Command(BaseCommand):
    help = (
        'Code texts without a database. Each line of IN is {"id", "text", "date"?, "title"?}, with "published_at" read '
        'as the date too; each line of OUT is {"id", "events"}. '
        "A bad line is reported with its number and the rest go on; the exit code is 1 then."
    )
    # It reads no settings of the web application, and is often run for one line.
    requires_system_checks = ()

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("source", metavar="IN.jsonl", help="- for standard input")
        parser.add_argument("target", metavar="OUT.jsonl", help="- for standard output")
        parser.add_argument("--coder", default=DEFAULT, help=f"which coder reads (default: {DEFAULT})")
        parser.add_argument(
            "--explain",
            action="store_true",
            help="show on standard error each sentence with its parse and every rule that was tried",
        )

    def handle(self, *, source: str, target: str, coder: str, explain: bool, **options: Any) -> None:
        with ExitStack() as files:
            try:
                # As bytes, so that a line in another encoding spoils no other.
                lines = getattr(sys.stdin, "buffer", sys.stdin)
                if source != "-":
                    lines = files.enter_context(Path(source).open("rb"))
                out = sys.stdout if target == "-" else files.enter_context(Path(target).open("w", encoding="utf-8"))
                # On standard error, and only where that is a terminal.
                bad = self.code_lines(tqdm(lines, unit=" lines", disable=None), out, coder, explain)
            except OSError as problem:
                raise CommandError(f"{problem.filename}: {problem.strerror}") from None
            except RelationsError as problem:
                raise CommandError(str(problem)) from None
        if bad:
            sys.exit(1)

    def code_lines(self, lines: Iterable[str | bytes], out: TextIO, coder_name: str, explain: bool) -> int:
        """Code each line; the number of lines that couldn't be."""
        reader = coder(coder_name)
        lexicon = compile_lexicon()
        bad = 0
        waiting: list[tuple[dict[str, Any], Given]] = []
        for number, line in enumerate(lines, 1):
            if not line.strip():
                continue
            try:
                record, published_at = _record(line)
            except BadLine as problem:
                bad += 1
                self.stderr.write(f"line {number}: {problem}")
                continue
            waiting.append((record, (record["text"], record.get("title") or "", published_at)))
            if explain or len(waiting) == BATCH:
                self.code_batch(waiting, out, reader, lexicon, explain)
                waiting = []
        self.code_batch(waiting, out, reader, lexicon, explain)
        return bad

    def code_batch(
        self, records: list[tuple[dict[str, Any], Given]], out: TextIO, reader: Coder, lexicon: Lexicon, explain: bool
    ) -> None:
        if explain and records:
            self.stderr.write(f"---- {records[0][0]['id']}")
        trace = self.stderr.write if explain else no_trace
        coded = reader.code([given for _, given in records], lexicon, trace)
        for (record, _), events in zip(records, coded, strict=True):
            row = {"id": record["id"], "events": [as_row(event) for event in events]}
            out.write(json.dumps(row, ensure_ascii=False) + "\n")
            if explain:
                self.explain(record["id"], events)
        out.flush()

    def explain(self, record_id: object, events: list[CodedEvent]) -> None:
        self.stderr.write(f"{record_id}: {len(events)} events")
        for event in events:
            sides = f"{event.source.actor} > {event.target.actor}"
            self.stderr.write(f"  {event.sentence}\n    {sides} {event.type} ({event.confidence:.2f}): {event.because}")


def as_row(event: CodedEvent) -> dict[str, Any]:
    """An event as the command gives it out."""
    kind = event_types()[event.type]
    return {
        "source": event.source.country,
        "target": event.target.country,
        "type": event.type,
        "plover": plover_class(kind, event.stage),
        "mode": kind.mode,
        "cameo": kind.cameo,
        "quad": kind.quad,
        "symmetric": event.symmetric,
        "date": event.occurred_on.isoformat() if event.occurred_on else None,
        "precision": event.precision,
        "stage": event.stage,
        "confidence": event.confidence,
        "source_actor": event.source.actor,
        "target_actor": event.target.actor,
        "quote": event.sentence,
        "because": event.because,
    }


def _record(line: str | bytes) -> tuple[dict[str, Any], dt.datetime | None]:
    try:
        record = json.loads(line)
    except ValueError as problem:
        raise BadLine(f"not JSON: {problem}") from None
    if not isinstance(record, dict) or "id" not in record or not isinstance(record.get("text"), str):
        raise BadLine('needs an object with "id" and "text"')
    if not isinstance(record.get("title") or "", str):
        raise BadLine('"title" is no text')
    # Whole articles, as exports and collections have them, say "published_at".
    given = record.get("date") or record.get("published_at")
    if not given:
        return record, None
    try:
        published = dt.datetime.fromisoformat(given)
    except (TypeError, ValueError):
        raise BadLine(f"the date is {given!r}; it must be a date like 2017-09-01") from None
    return record, published.astimezone(dt.UTC) if published.tzinfo else published.replace(tzinfo=dt.UTC)
