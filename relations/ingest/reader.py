"""Reading feeds and pages in processes of their own, which are killed when one holds them up.

What strangers send is given to parsers of several libraries, some of them in C. A feed that keeps a parser busy for
ever, takes all memory or breaks it costs its own visit and nothing else.
"""

from __future__ import annotations

import atexit
import json
import logging
import os
import queue
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

from relations.ingest.items import PageText, ParsedFeed
from relations.ingest.reading import LENGTH, LENGTHS, feed_from_json, page_from_json
from relations.ingest.trouble import TooHard, by_kind

SECONDS = 15.0  # that reading one feed or page may take
STARTING = 10.0  # more for the first job of a process, on a machine with much else to do
PROCESSES = 2  # at once; more threads wait for their turn
JOBS_EACH = 500  # after which a process is replaced, so that what libraries leak can't add up
ROOT = Path(__file__).resolve().parents[2]

log = logging.getLogger(__name__)


def read_feed_bytes(body: bytes, content_type: str, url: str) -> ParsedFeed:
    """The feed in these bytes, found at ``url``. Raises FeedTrouble."""
    return feed_from_json(_readers().read("feed", body, content_type, url))


def read_page_bytes(body: bytes, url: str, content_type: str = "") -> PageText:
    """The story on this page, found at ``url``. Raises FeedTrouble."""
    return page_from_json(_readers().read("page", body, content_type, url))


def feeds_named_on(body: bytes, content_type: str, url: str) -> list[tuple[str, str]]:
    """Addresses and titles of the feeds that this page names. Raises FeedTrouble."""
    return [(address, title) for address, title in _readers().read("feeds_named", body, content_type, url)]


class ReadingFault(Exception):
    """A fault of ours in the reading process; its trace is in the log."""


class _Process:
    """One reading process. Not to be used by two threads at once."""

    def __init__(self) -> None:
        # None of our environment, which holds the secrets of the application.
        environment = {"PATH": os.environ.get("PATH", ""), "PYTHONPATH": str(ROOT), "LANG": "C.UTF-8"}
        environment |= dict.fromkeys(("OPENBLAS_NUM_THREADS", "OMP_NUM_THREADS"), "1")
        self._process = subprocess.Popen(
            [sys.executable, "-m", "relations.ingest.reading"],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            env=environment,
            cwd=ROOT,
            start_new_session=True,  # Ctrl-C is for those who started us; it ends with its input
        )
        self.jobs = 0
        self.is_dead = False

    def ask(self, about: dict[str, str], body: bytes, seconds: float) -> dict[str, Any] | None:
        """Its answer; None where there was none in time, and then it is dead."""
        self.jobs += 1
        self.is_dead = True  # until it has answered: whoever is interrupted here leaves half a job in its pipes
        head = json.dumps({**about, "seconds": seconds}).encode()
        overdue = threading.Timer(seconds + (STARTING if self.jobs == 1 else 0), self.kill)
        overdue.start()
        try:
            assert self._process.stdin and self._process.stdout  # noqa: S101  both are pipes
            self._process.stdin.write(LENGTHS.pack(len(head), len(body)) + head + body)
            self._process.stdin.flush()
            length = self._process.stdout.read(LENGTH.size)
            answer = self._process.stdout.read(LENGTH.unpack(length)[0]) if len(length) == LENGTH.size else b""
            if answer:
                found: dict[str, Any] = json.loads(answer)
                self.is_dead = False
                return found
        except (OSError, ValueError):
            pass
        finally:
            overdue.cancel()
        return None

    def has_ended(self) -> bool:
        """Without a job, as when the system took it for its memory."""
        return self._process.poll() is not None

    def kill(self) -> None:
        self._process.kill()

    def end(self) -> None:
        self.kill()
        for pipe in (self._process.stdin, self._process.stdout):
            # What was not sent yet is lost with the process.
            with suppress(OSError):
                if pipe:
                    pipe.close()
        self._process.wait()


class _Readers:
    """The reading processes of one process of ours, started when they are first needed."""

    def __init__(self) -> None:
        self._idle: queue.LifoQueue[_Process | None] = queue.LifoQueue()
        for _ in range(PROCESSES):
            self._idle.put(None)

    def read(self, job: str, body: bytes, content_type: str, url: str) -> Any:
        """What the job found. Raises FeedTrouble, and ReadingFault for a fault of ours."""
        about = {"job": job, "content_type": content_type, "url": url}
        began = time.monotonic()
        with self._one() as process:
            began = time.monotonic()
            answer = process.ask(about, body, SECONDS)
        if answer is None:
            if time.monotonic() - began >= SECONDS:
                raise TooHard(f"It is built so that reading it takes more than {SECONDS:g} seconds; it was given up.")
            raise TooHard("It is built so that the program that reads it broke down; it was given up.")
        if "found" not in answer:
            raise _trouble(answer)
        return answer["found"]

    @contextmanager
    def _one(self) -> Iterator[_Process]:
        process = self._idle.get()
        try:
            if process is not None and process.has_ended():
                process.end()
                process = None
            process = process or _Process()
            yield process
        finally:
            if process is not None and (process.jobs >= JOBS_EACH or process.is_dead):
                process.end()
                process = None
            self._idle.put(process)

    def end(self) -> None:
        for process in [self._idle.get() for _ in range(PROCESSES)]:
            if process:
                process.end()
            self._idle.put(None)


def _trouble(answer: dict[str, Any]) -> Exception:
    if "bug" in answer:
        log.error("Reading failed:\n%s", answer["trace"])
        return ReadingFault(answer["bug"])
    return by_kind(answer["trouble"])(answer["words"])


_of_this_process: tuple[int, _Readers] | None = None
_making = threading.Lock()


def _readers() -> _Readers:
    """Those of a process forked from us are not ours: two that write into one pipe would spoil each other's jobs."""
    global _of_this_process
    with _making:
        if _of_this_process is None or _of_this_process[0] != os.getpid():
            readers = _Readers()
            _of_this_process = os.getpid(), readers
            atexit.register(readers.end)
        return _of_this_process[1]
