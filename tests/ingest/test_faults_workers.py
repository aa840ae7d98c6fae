"""Workers that meet at one feed, and workers whose clock is wrong: faults 41 and 43 of reading feeds."""

from __future__ import annotations

import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from django.db import connection, connections, transaction

from config.env import BASE_DIR
from relations.errors import RelationsError
from relations.ingest.run import LEASE, refresh_due_feeds, refresh_feed
from relations.ingest.store import database_now
from relations.models import Article, Feed, FeedState, FeedVisit, Host
from tests.ingest.misbehaving import OLD, endlessly, writes
from tests.ingest.servers import Answer
from tests.ingest.texts import TEASER, item, rss
from tests.running import Processes, wait_until

pytestmark = pytest.mark.django_db(transaction=True)

MINUTE, HOUR = timedelta(minutes=1), timedelta(hours=1)
MORE = rss(*OLD, item("c", "Regatta", TEASER))


# -- two workers, one feed ------------------------------------------------------------------------------------------


def test_41_a_feed_that_one_worker_visits_is_left_alone_by_all_others(watched, server):
    outcomes: list[object] = []

    def answer(asked):
        """Another worker looks for feeds, and a person asks for this one, while it is being visited."""
        try:
            outcomes.append(refresh_due_feeds())
            refresh_feed(watched.feed.pk)
        except RelationsError as refusal:
            outcomes.append(str(refusal))
        finally:
            connection.close()
        return Answer(MORE.encode())

    server.routes["/feed"] = answer
    watched.goes_well(new=1)
    assert outcomes == [0, "The feed is being visited right now."]
    assert server.paths() == ["/feed", "/feed"]


def test_41_a_feed_that_another_worker_is_just_claiming_is_passed_over_without_waiting(
    server, add_feed, loopback_allowed
):
    mine = add_feed(server.serve(MORE, "/mine"), next_fetch_at=database_now() - MINUTE)
    add_feed(server.serve(MORE, "/other"))

    def work() -> None:
        try:
            refresh_due_feeds()
        finally:
            connections.close_all()

    other_worker = threading.Thread(target=work, daemon=True)
    with transaction.atomic():
        assert Feed.objects.claim_due(database_now(), 1) == [mine]
        other_worker.start()
        wait_until(lambda: FeedVisit.objects.exists(), within=10, what="the visit to the other feed")
        assert server.paths() == ["/other"]
    other_worker.join(timeout=20)
    refresh_due_feeds()
    assert sorted(server.paths()) == ["/mine", "/other"]


# -- clocks ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("jump", [-HOUR, HOUR], ids=["back", "ahead"])
def test_43_a_jump_of_the_clock_during_a_visit_neither_ends_nor_prolongs_it(watched, server, hasty, monkeypatch, jump):
    real, off_by = time.time, timedelta(0)
    monkeypatch.setattr(time, "time", lambda: real() + off_by.total_seconds())

    def answer(asked):
        nonlocal off_by
        off_by = jump
        return Answer(MORE.encode())

    def trickle() -> Iterator[bytes]:
        nonlocal off_by
        off_by = jump
        yield from endlessly(b"H", pause=0.02)

    server.routes["/feed"] = answer
    assert watched.goes_well(new=1).took < timedelta(seconds=hasty)
    off_by = timedelta(0)
    server.raw["/feed"] = writes(b"", trickle())
    began = time.monotonic()
    visit = watched.fails("timeout")
    assert hasty <= visit.took.total_seconds() <= time.monotonic() - began < hasty + 1


# Loaded by Python before all else: the clock of this process is off, as that of a machine may be.
WRONG_CLOCK = """
import datetime, os, time

off_by = float(os.environ["CLOCK_OFF_BY"])
right, true_time, true_time_ns = datetime.datetime, time.time, time.time_ns
time.time = lambda: true_time() + off_by
time.time_ns = lambda: true_time_ns() + int(off_by * 1e9)


class Kind(type):
    def __instancecheck__(self, value):
        return isinstance(value, right)


class datetime_by_the_wrong_clock(right, metaclass=Kind):
    @classmethod
    def now(cls, tz=None):
        return right.now(tz) + datetime.timedelta(seconds=off_by)

    @classmethod
    def utcnow(cls):
        return right.utcnow() + datetime.timedelta(seconds=off_by)


datetime.datetime = datetime_by_the_wrong_clock
"""
REFRESH = """
import time
from django.utils import timezone
from relations.pipeline import refresh_due_feeds

print(timezone.now().timestamp() - time.clock_gettime(time.CLOCK_REALTIME))
refresh_due_feeds(limit=2)
"""


class Workers:
    """Processes that refresh the feeds that are due, each by a clock that is off by so much."""

    def __init__(self, folder: Path) -> None:
        (folder / "sitecustomize.py").write_text(WRONG_CLOCK)
        self._processes = Processes(PYTHONPATH=str(folder), FETCH_ALLOWED_HOSTS="127.0.0.1,localhost")
        self._started: list[tuple[timedelta, subprocess.Popen[str]]] = []

    def start(self, off_by: timedelta) -> None:
        environment = {
            **self._processes.environment,
            "CLOCK_OFF_BY": str(off_by.total_seconds()),
            "FETCH_USER_AGENT": f"Clock {off_by}",
            "FETCH_AT_ONCE": "16",
            "FETCH_SECONDS_APART": "0",
        }
        command = [sys.executable, "manage.py", "shell", "--no-imports", "-c", REFRESH]
        process = subprocess.Popen(command, cwd=BASE_DIR, env=environment, stdout=subprocess.PIPE, text=True)
        self._started.append((off_by, process))

    def finish(self) -> None:
        """Wait for them; their clocks must have been as wrong as they were meant to be."""
        for off_by, process in self._started:
            told, _ = process.communicate(timeout=60)
            assert process.returncode == 0
            assert float(told) == pytest.approx(off_by.total_seconds(), abs=5)

    def stop(self) -> None:
        for _, process in self._started:
            process.kill()
            process.communicate()
        self._processes.stop()


@pytest.fixture
def workers(tmp_path) -> Iterator[Workers]:
    made = Workers(tmp_path)
    yield made
    made.stop()


WRONG = pytest.mark.parametrize("off_by", [-HOUR, HOUR], ids=["behind", "ahead"])


@pytest.mark.processes
@WRONG
def test_43_feeds_are_due_by_the_clock_of_the_database(server, other_server, add_feed, workers, off_by):
    now = database_now()
    leases: list[timedelta] = []

    def answer(asked):
        try:
            until = Feed.objects.get(url=server.url()).leased_until
            leases.append(until - database_now() if until else timedelta(0))
        finally:
            connection.close()
        return Answer(MORE.encode())

    server.routes |= {"/feed": answer, "/overloaded": Answer(status=503, headers={"Retry-After": "7200"})}
    due = add_feed(server.url(), next_fetch_at=now - MINUTE)
    overloaded = add_feed(server.url("/overloaded"), next_fetch_at=now - MINUTE)
    add_feed(server.url("/later"), next_fetch_at=now + 30 * MINUTE)
    add_feed(server.url("/visited"), next_fetch_at=now + 5 * MINUTE, leased_until=now + 5 * MINUTE)
    Host.objects.create(domain="localhost", paused_until=now + 30 * MINUTE)
    spared = add_feed(f"http://localhost:{other_server.port}/spared", next_fetch_at=now - MINUTE)
    workers.start(off_by)
    workers.finish()

    def is_about(moment, expected):
        return abs(moment - expected) < MINUTE

    assert sorted(server.paths()) == ["/feed", "/overloaded"]
    assert other_server.asked == []
    for feed in (due, overloaded, spared):
        feed.refresh_from_db()
    assert is_about(now + leases[0], now + LEASE)
    assert (due.state, due.leased_until) == (FeedState.OK, None)
    assert is_about(due.last_visit_at, now) and is_about(FeedVisit.objects.get(feed=due).started_at, now)
    assert 15 * MINUTE - MINUTE < due.next_fetch_at - now < 45 * MINUTE + MINUTE
    assert 2 * HOUR - MINUTE < overloaded.next_fetch_at - now < 2.2 * HOUR + MINUTE
    assert is_about(spared.next_fetch_at, now + 30 * MINUTE)
    for article in Article.objects.all():
        assert is_about(article.first_seen_at, now) and is_about(article.published_at, now)


@pytest.mark.processes
def test_43_two_workers_whose_clocks_are_two_hours_apart_visit_each_feed_once(server, add_feed, workers):
    both_are_here = threading.Barrier(2)
    seen: set[str] = set()

    def answer(asked):
        if (agent := asked.headers["User-Agent"]) not in seen:
            seen.add(agent)
            both_are_here.wait(timeout=60)
        return Answer(rss(item(asked.path, text=f"Story of {asked.path}")).encode())

    paths = [f"/{n}" for n in range(12)]
    for path in paths:
        server.routes[path] = answer
        add_feed(server.url(path))
    for off_by in (-HOUR, HOUR):
        workers.start(off_by)
    workers.finish()
    assert len(seen) == 2
    assert sorted(server.paths()) == sorted(paths)
    assert FeedVisit.objects.count() == Article.objects.count() == 12
