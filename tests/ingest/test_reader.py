"""Feeds and pages are read in processes of their own: what a hostile one can do there, and what the others notice."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from relations.ingest import reader
from relations.ingest.parse import parse
from relations.ingest.reader import (
    LENGTHS,
    PROCESSES,
    ReadingFault,
    _Process,
    _Readers,
    feeds_named_on,
    read_feed_bytes,
    read_page_bytes,
)
from relations.ingest.trouble import EmptyFeed, NotAFeed, TooHard
from tests.ingest.texts import ATOM, BRIDGE, FERRY, item, rss
from tests.running import wait_until

URL = "https://courier.example/feed"
NEWS = rss(item("a"), item("b", "Bridge closed", BRIDGE, date="Tue, 04 Mar 2031 10:00:00 +0200")).encode()
# The real process, in which a parser was taken over by what it read.
TAKEN_OVER = """
import ctypes, os, sys, time
from relations.ingest import reading

def obey(body, content_type, url):
    order, _, rest = body.decode().partition(" ")
    if order == "write":
        with open(rest, "w") as file:
            file.write("x" * 100)
    if order == "loop":
        while True:
            pass
    if order == "sleep":
        time.sleep(float(rest))
    if order == "crash":
        ctypes.string_at(0)
    if order == "memory":
        bytearray(3 << 30)
    if order == "deep":
        return obey(body, content_type, url)
    if order == "environment":
        return dict(os.environ)
    if order == "fault":
        raise ZeroDivisionError("of ours")
    return os.getpid()

reading.JOBS["feed"] = obey
reading.language_of = len  # whose model takes a while to load
reading.main(sys.stdin.buffer, sys.stdout.buffer)
"""


@pytest.fixture
def taken_over(monkeypatch) -> Iterator[Callable[[str], object]]:
    """Gives an order to reading processes that obey it; what they answer."""
    popen = subprocess.Popen
    monkeypatch.setattr(
        reader.subprocess, "Popen", lambda command, **options: popen([sys.executable, "-c", TAKEN_OVER], **options)
    )
    readers = _Readers()
    yield lambda order: readers.read("feed", order.encode(), "", URL)
    readers.end()


# -- when all is well -----------------------------------------------------------------------------------------------


@pytest.mark.parametrize("body", [NEWS, ATOM.encode(), rss().encode()])
def test_a_feed_read_in_another_process_is_what_it_is(body):
    assert read_feed_bytes(body, "text/xml", URL) == parse(body, "text/xml", URL)


def test_a_page_and_the_feeds_that_it_names():
    page = (
        '<html><head><link rel="alternate" type="application/rss+xml" title="News" href="/rss"></head>'
        f"<body><h1>Ferry</h1><article><p>{FERRY}</p><p>{BRIDGE}</p></article></body></html>"
    ).encode()
    assert read_page_bytes(page, URL).text == f"{FERRY}\n\n{BRIDGE}"
    assert feeds_named_on(page, "text/html", URL) == [("https://courier.example/rss", "News")]


def test_trouble_crosses_with_its_class_and_its_words():
    with pytest.raises(NotAFeed, match="web page, not a feed"):
        read_feed_bytes(b"<html><body>Hi</body></html>", "text/html", URL)
    with pytest.raises(EmptyFeed, match="empty page"):
        read_feed_bytes(b"", "", URL)


# -- what a hostile feed can do -------------------------------------------------------------------------------------


def test_what_takes_too_long_is_ended_and_the_next_is_read_by_another_process(taken_over, monkeypatch):
    before = taken_over("pid")
    monkeypatch.setattr(reader, "SECONDS", 0.5)
    began = time.monotonic()
    with pytest.raises(TooHard, match=r"more than 0\.5 seconds"):
        taken_over("loop")
    assert time.monotonic() - began < 5
    monkeypatch.setattr(reader, "SECONDS", 15)
    assert taken_over("pid") != before
    assert not is_alive(before)


def test_what_breaks_the_program_costs_itself_alone(taken_over):
    before = taken_over("pid")
    with pytest.raises(TooHard, match="broke down"):
        taken_over("crash")
    assert taken_over("pid") != before


@pytest.mark.parametrize("order", ["memory", "deep"])
def test_memory_is_limited(taken_over, order):
    before = taken_over("pid")
    with pytest.raises(TooHard, match="too much memory"):
        taken_over(order)
    assert taken_over("pid") == before


def test_it_knows_no_secret(taken_over, monkeypatch):
    monkeypatch.setenv("SECRET_KEY", "a secret")
    monkeypatch.setenv("DATABASE_URL", "postgresql://me:word@example.org/dyad")
    known = taken_over("environment")
    assert isinstance(known, dict)
    allowed = {"PATH", "PYTHONPATH", "LANG", "LC_CTYPE", "OPENBLAS_NUM_THREADS", "OMP_NUM_THREADS"}
    assert set(known) <= allowed


def test_it_can_not_write_a_file(taken_over, tmp_path):
    with pytest.raises(ReadingFault, match="OSError"):
        taken_over(f"write {tmp_path / 'file'}")
    assert not any(file.read_bytes() for file in tmp_path.iterdir())


def test_a_fault_of_ours_is_told_with_its_trace_in_the_log(taken_over, caplog):
    with pytest.raises(ReadingFault, match="ZeroDivisionError"):
        taken_over("fault")
    assert "ZeroDivisionError: of ours" in caplog.text and "Traceback" in caplog.text


# -- whose processes they are ---------------------------------------------------------------------------------------


def test_a_process_is_replaced_after_a_number_of_jobs(taken_over, monkeypatch):
    monkeypatch.setattr(reader, "JOBS_EACH", 2)
    pids = [taken_over("pid") for _ in range(4)]
    assert pids[0] == pids[1] != pids[2] == pids[3]


def test_a_process_that_the_system_ended_between_two_jobs_is_no_trouble_of_the_next_feed(taken_over):
    before = taken_over("pid")
    assert isinstance(before, int)
    os.kill(before, signal.SIGKILL)
    wait_until(lambda: not is_alive(before))
    assert taken_over("pid") != before


def test_who_is_interrupted_leaves_no_half_job_to_the_next(taken_over, monkeypatch):
    before = taken_over("pid")
    with monkeypatch.context() as interrupted:
        interrupted.setattr(reader.json, "loads", raise_interrupt)
        with pytest.raises(KeyboardInterrupt):
            taken_over("pid")
    assert taken_over("pid") != before


def raise_interrupt(*args: object) -> None:
    raise KeyboardInterrupt


def test_more_threads_than_processes_wait_for_their_turn(taken_over):
    pids: list[object] = []

    def work() -> None:
        taken_over("sleep 0.05")
        pids.append(taken_over("pid"))

    threads = [threading.Thread(target=work) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(pids) == 8 and len(set(pids)) <= PROCESSES


def test_a_forked_process_has_readers_of_its_own():
    """Both would write into one pipe otherwise."""
    read_feed_bytes(NEWS, "", URL)
    ours = reader._readers()
    receiving, sending = os.pipe()
    if not (child := os.fork()):
        found = len(read_feed_bytes(NEWS, "", URL).items)
        os.write(sending, f"{found} {reader._readers() is ours}".encode())
        reader._readers().end()
        os._exit(0)
    os.waitpid(child, 0)
    assert os.read(receiving, 100) == b"2 False"
    for end in (receiving, sending):
        os.close(end)
    assert reader._readers() is ours
    assert len(read_feed_bytes(NEWS, "", URL).items) == 2


def test_all_processes_end_with_the_one_that_started_them():
    readers = _Readers()
    together = threading.Barrier(PROCESSES)

    def read() -> None:
        with readers._one() as process:
            process.ask({"job": "feed", "content_type": "", "url": URL}, NEWS, 15)
            started.append(process._process)
            together.wait()

    started: list[subprocess.Popen[bytes]] = []
    threads = [threading.Thread(target=read) for _ in range(PROCESSES)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    readers.end()
    assert len(started) == PROCESSES and all(process.poll() is not None for process in started)


def test_a_process_ends_by_itself_when_whoever_asks_is_gone(monkeypatch):
    idle = _Process()._process
    assert idle.stdin
    idle.stdin.close()
    assert idle.wait(20) == 0
    # In the middle of a job it can't notice, so the system ends it.
    popen = subprocess.Popen
    monkeypatch.setattr(
        reader.subprocess, "Popen", lambda command, **options: popen([sys.executable, "-c", TAKEN_OVER], **options)
    )
    busy = _Process()._process
    assert busy.stdin
    head = json.dumps({"job": "feed", "content_type": "", "url": URL, "seconds": 0.2}).encode()
    busy.stdin.write(LENGTHS.pack(len(head), 4) + head + b"loop")
    busy.stdin.close()
    assert busy.wait(20) == -signal.SIGALRM


def is_alive(pid: object) -> bool:
    assert isinstance(pid, int)
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    state = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0]
    return state != "Z"  # ended, but nobody has asked for its end yet
