"""The process in which feeds and pages are read: it knows no secret, can't write a file and may be killed at any time.

``python -m relations.ingest.reading`` takes jobs on standard input and answers on standard output; reader.py talks to
it. A job: two lengths (4 bytes each), a JSON object ({"job", "content_type", "url", "seconds"}) and the bytes to read.
An answer: a length and a JSON object. JSON, as whoever can take over this process must not reach the next.
"""

from __future__ import annotations

import dataclasses
import datetime as dt
import json
import resource
import signal
import struct
import sys
from collections.abc import Callable
from typing import Any, BinaryIO

from relations.ingest.items import PageText, ParsedFeed, ParsedItem
from relations.ingest.language import language_of
from relations.ingest.trouble import FeedTrouble, TooHard

MEMORY = 1 << 30  # bytes that a job may take
LENGTHS, LENGTH = struct.Struct(">II"), struct.Struct(">I")


def main(jobs: BinaryIO, answers: BinaryIO) -> None:
    language_of("Its model is unpacked into a file, which is not allowed any more below.")
    resource.setrlimit(resource.RLIMIT_DATA, (MEMORY, MEMORY))
    resource.setrlimit(resource.RLIMIT_FSIZE, (0, 0))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    sys.setrecursionlimit(5_000)
    while lengths := jobs.read(LENGTHS.size):
        head, body = LENGTHS.unpack(lengths)
        about = json.loads(jobs.read(head))
        # Whoever asked ends us sooner, unless it was killed itself. No handler: a parser in C would not let it run.
        signal.setitimer(signal.ITIMER_REAL, 2 * about["seconds"])
        answer = json.dumps(_answer(about, jobs.read(body))).encode()
        answers.write(LENGTH.pack(len(answer)) + answer)
        answers.flush()
        signal.setitimer(signal.ITIMER_REAL, 0)


def _answer(about: dict[str, Any], body: bytes) -> dict[str, Any]:
    try:
        return {"found": to_json(JOBS[about["job"]](body, about["content_type"], about["url"]))}
    except FeedTrouble as trouble:
        return {"trouble": trouble.kind, "words": str(trouble)}
    except (MemoryError, RecursionError):
        return {"trouble": TooHard.kind, "words": "It is built so that reading it takes too much memory."}
    except Exception as error:
        # For the log of the process that asked; the feed's own says only that there was a fault.
        import traceback

        return {"bug": type(error).__name__, "trace": traceback.format_exc()}


def _feed(body: bytes, content_type: str, url: str) -> ParsedFeed:
    from relations.ingest.parse import parse

    return parse(body, content_type, url)


def _page(body: bytes, content_type: str, url: str) -> PageText:
    from relations.ingest.extract import extract

    return extract(body, url, content_type)


def _feeds_named(body: bytes, content_type: str, url: str) -> list[list[str]]:
    from relations.ingest.discover import feeds_named_in

    return [[feed.url, feed.title] for feed in feeds_named_in(body, url)]


# Imported when first asked for: reading pages takes libraries that feeds don't need.
JOBS: dict[str, Callable[[bytes, str, str], Any]] = {"feed": _feed, "page": _page, "feeds_named": _feeds_named}


def to_json(found: Any) -> Any:
    return dataclasses.asdict(found, dict_factory=_plain) if dataclasses.is_dataclass(found) else found  # type: ignore[arg-type]


def _plain(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    return {name: _plain_value(value) for name, value in pairs}


def _plain_value(value: Any) -> Any:
    if isinstance(value, bytes):
        return value.hex()
    return value.isoformat() if isinstance(value, dt.date) else value


def feed_from_json(found: dict[str, Any]) -> ParsedFeed:
    items = tuple(ParsedItem(**_typed(item)) for item in found["items"])
    return ParsedFeed(**{**found, "items": items, "deleted": tuple(found["deleted"])})


def page_from_json(found: dict[str, Any]) -> PageText:
    return PageText(**_typed(found))


def _typed(values: dict[str, Any]) -> dict[str, Any]:
    moment, day = values["published_at"], values["dateline_on"]
    return {
        **values,
        "published_at": dt.datetime.fromisoformat(moment) if moment else None,
        "dateline_on": dt.date.fromisoformat(day) if day else None,
        "sketch": bytes.fromhex(values["sketch"]),
    }


if __name__ == "__main__":
    main(sys.stdin.buffer, sys.stdout.buffer)
