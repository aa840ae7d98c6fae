"""Workers, the broker and the database end in the middle of a visit. Real processes, real kills."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import psutil
import psycopg
import pytest
import redis
from celery import current_app
from django.db import OperationalError, connection
from django.db.models import F
from django.utils import timezone

from config.embedded import EmbeddedServers, redis_program
from config.env import BASE_DIR
from relations.ingest import run
from relations.ingest.store_copies import ADDING_ARTICLES
from relations.models import Article, ArticleVersion, Feed, FeedVisit, OpenRequest
from tests.ingest.servers import Answer, Asked, FeedServer
from tests.ingest.texts import BRIDGE, FERRY, item, rss
from tests.running import processes, wait_until

pytestmark = [
    pytest.mark.processes,
    pytest.mark.django_db(transaction=True),
    pytest.mark.xdist_group("flow"),
    pytest.mark.usefixtures("loopback_allowed"),
]

NEWS = rss(item("a"), item("b", "Bridge closed", BRIDGE)).encode()
GENTLE = {"FETCH_ALLOWED_HOSTS": "127.0.0.1,localhost", "FETCH_AT_ONCE": "1", "FETCH_SECONDS_APART": "0"}


class Held:
    """An answer that is held back until it is let go. ``then``: what those get who ask meanwhile and later."""

    def __init__(self, body: bytes, then: bytes | None = None) -> None:
        self.body, self.then = body, then or body
        self.asked, self.let_go = threading.Event(), threading.Event()

    def __call__(self, asked: Asked) -> Answer:
        if self.asked.is_set():
            return Answer(self.then)
        self.asked.set()
        self.let_go.wait(60)
        return Answer(self.body)


def database() -> str:
    settings = connection.settings_dict
    return f"postgresql://{settings['USER']}@/{settings['NAME']}?host={settings['HOST']}"


@contextmanager
def someone_adds_articles() -> Iterator[None]:
    """Whoever wants to add articles too waits until the end of this."""
    with psycopg.connect(database()) as other:
        other.execute("SELECT pg_advisory_xact_lock(%s)", [ADDING_ARTICLES])
        yield


IS_ONE_WAITING = """
SELECT count(*) FROM pg_locks JOIN pg_database ON pg_database.oid = database
WHERE locktype = 'advisory' AND NOT granted AND datname = current_database()
"""


def is_one_waiting() -> bool:
    with connection.cursor() as cursor:
        cursor.execute(IS_ONE_WAITING)
        return bool(cursor.fetchone()[0])


def look() -> None:
    """Tell a worker to look at what is due."""
    current_app.send_task("relations.tasks.refresh_due_feeds")


def deliver_again() -> None:
    """What the broker does with a message that nobody has called done within the visibility timeout."""
    with current_app.connection_for_write(transport_options={"visibility_timeout": 0}) as broker:
        broker.default_channel.qos.restore_visible()


def is_all_done() -> bool:
    """No message waits, and none that was delivered is still worked on."""
    with redis.from_url(os.environ["REDIS_URL"]) as broker:
        return broker.llen("celery") == broker.hlen("unacked") == 0


def add_neighbour(server: FeedServer, add_feed: Callable[..., Feed]) -> Feed:
    """A feed at another host, by which it is seen that a worker works."""
    server.serve(rss(item("n", text="What the neighbours say.")), "/neighbour")
    return add_feed(f"http://localhost:{server.port}/neighbour")


def assert_stored_once(feed: Feed, *texts: str) -> None:
    versions = ArticleVersion.objects.filter(article__feed=feed).order_by("article_id", "number")
    assert list(versions.values_list("number", "text")) == [(1, text) for text in texts]
    assert feed.visits.values_list("trouble", "new_items").get() == ("", len(texts))
    feed.refresh_from_db()
    assert feed.leased_until is None and feed.next_fetch_at > timezone.now()
    assert not OpenRequest.objects.filter(host=feed.domain).exists()


# -- 38 ---------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("amid", ["the answer", "the storing"])
def test_38_a_worker_killed_amid_a_visit_is_followed_by_another_when_its_lease_is_over(server, add_feed, amid):
    held = Held(NEWS)
    server.routes["/feed"] = held
    feed = add_feed(server.url())
    with processes("worker", **GENTLE) as running:
        look()
        with someone_adds_articles():
            assert held.asked.wait(60)
            if amid == "the storing":
                held.let_go.set()
                wait_until(is_one_waiting, what="the storing")
            running.kill("worker")
        held.let_go.set()
        feed.refresh_from_db()
        assert timezone.now() < feed.leased_until == feed.next_fetch_at <= timezone.now() + run.LEASE
        # As long as the lease lasts, nobody else comes, though the broker delivers the message of the killed one again.
        neighbour = add_neighbour(server, add_feed)
        deliver_again()
        running.start("worker")
        wait_until(neighbour.visits.exists, what="the neighbour's visit")
        wait_until(is_all_done, what="the end of that look")
        assert server.paths().count("/feed") == 1 and not feed.visits.exists()
        assert not Article.objects.filter(feed=feed).exists()
        for model, names in ((Feed, ("next_fetch_at", "leased_until")), (OpenRequest, ("until",))):
            model.objects.update(**{name: F(name) - run.LEASE for name in names})
        for _ in range(2):
            look()
        wait_until(feed.visits.exists, what="the second visit")
        wait_until(is_all_done, what="the end of both looks")
    assert server.paths().count("/feed") == 2
    assert_stored_once(feed, FERRY, BRIDGE)


ORPHAN = """
import os, psutil
from relations.ingest import reader

class AsSoonAsItIsGivenTheJob:
    @property
    def size(self):
        print(psutil.Process().children()[0].pid, flush=True)
        os.kill(os.getpid(), 9)

reader.read_feed_bytes(b"<rss><channel></channel></rss>", "", "https://courier.example/")  # it has started then
reader.SECONDS = 1.0
reader.LENGTH = AsSoonAsItIsGivenTheJob()
attributes = " ".join(f'a{n}="{n}"' for n in range(50_000))
reader.read_feed_bytes(f"<rss {attributes}><channel></channel></rss>".encode(), "", "https://courier.example/")
"""


def test_38_a_parser_that_is_held_up_does_not_outlive_its_worker_for_long():
    killed = subprocess.run(
        [sys.executable, "-c", ORPHAN], cwd=BASE_DIR, stdout=subprocess.PIPE, text=True, check=False
    )
    assert killed.returncode == -signal.SIGKILL
    orphan = int(killed.stdout)
    began = time.monotonic()
    wait_until(lambda: not lives(orphan), within=15, what="the end of the parser")
    assert time.monotonic() - began > 0.5, "it was not held up, so this was about nothing"


def lives(pid: int) -> bool:
    return psutil.pid_exists(pid) and psutil.Process(pid).status() != psutil.STATUS_ZOMBIE


# -- 39 ---------------------------------------------------------------------------------------------------------------


@contextmanager
def own_redis(folder: Path) -> Iterator[None]:
    options = ["--port", "0", "--unixsocket", str(folder / "redis.sock"), "--save", "", "--appendonly", "no"]
    process = subprocess.Popen([str(redis_program()), *options, "--dir", str(folder)], stdout=subprocess.DEVNULL)
    try:
        wait_until((folder / "redis.sock").exists, what="Redis")
        yield
    finally:
        process.kill()
        process.wait()
        (folder / "redis.sock").unlink()


def test_39_polling_goes_on_by_itself_when_redis_is_back(server, add_feed, tmp_path):
    feed = add_feed(server.serve(rss(item("a"))))
    with processes(REDIS_URL=f"unix://{tmp_path}/redis.sock?db=0", **GENTLE) as running:
        with own_redis(tmp_path):
            running.start("worker", "beat")
            wait_until(Article.objects.exclude(tagged_at=None).exists, what="the first story")
        # Away for longer than it takes to notice it; what was in it is lost.
        server.serve(NEWS)
        Feed.objects.update(next_fetch_at=timezone.now())
        add_neighbour(server, add_feed)
        time.sleep(3)
        with own_redis(tmp_path):
            wait_until(lambda: Article.objects.exclude(tagged_at=None).count() == 3, what="the other stories")
        assert [process.poll() for process in running.running.values()] == [None, None]
    assert (feed.visits.count(), FeedVisit.objects.exclude(trouble="").count()) == (2, 0)
    assert list(ArticleVersion.objects.values_list("number", flat=True)) == [1, 1, 1]


# -- 40 ---------------------------------------------------------------------------------------------------------------


@contextmanager
def own_postgres() -> Iterator[EmbeddedServers]:
    """Servers that a test may break, with an empty database."""
    folder = Path(tempfile.mkdtemp(prefix="dyad-faults-"))
    folder.chmod(0o711)
    servers = EmbeddedServers(folder)
    servers.start()
    try:
        yield servers
    finally:
        servers.stop()
        shutil.rmtree(folder, ignore_errors=True)


WORKER = """
import sys
import django
django.setup()
from django.core.management import call_command
from django.utils import timezone
from relations.ingest.run import refresh_due_feeds
from relations.models import Feed
call_command("migrate", verbosity=0)
Feed.objects.all().delete()
Feed.objects.create(title="Courier", url=sys.argv[1], next_fetch_at=timezone.now())
print("ready", flush=True)
input()
print(refresh_due_feeds(), flush=True)
"""
IS_ONE_STORING = "SELECT 1 FROM pg_locks WHERE NOT granted AND relation = 'relations_feedvisit'::regclass"
STORED = """
SELECT (SELECT count(*) FROM relations_article), (SELECT count(*) FROM relations_articleversion), new_items,
    leased_until
FROM relations_feedvisit JOIN relations_feed feed ON feed.id = feed_id
"""


def test_40_what_a_breakdown_of_the_database_kept_from_being_committed_is_stored_once_after_it(server):
    with own_postgres() as servers:
        environment = {"DATABASE_URL": servers.database_url, "DJANGO_SETTINGS_MODULE": "config.settings"}
        worker = subprocess.Popen(
            [sys.executable, "-c", WORKER, server.serve(NEWS)],
            cwd=BASE_DIR,
            env=os.environ | environment | GENTLE,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        assert worker.stdin and worker.stdout
        try:
            assert worker.stdout.readline() == "ready\n"
            with psycopg.connect(servers.database_url) as other:
                # The log of visits is written after the articles and before the commit.
                other.execute("LOCK TABLE relations_feedvisit IN SHARE MODE")
                print("go", file=worker.stdin, flush=True)
                wait_until(lambda: other.execute(IS_ONE_STORING).fetchone(), what="the storing")
                os.kill(int((servers.cluster / "postmaster.pid").read_text().split()[0]), signal.SIGKILL)
                wait_until(lambda: servers.ensure_running() == ["PostgreSQL"], what="the breakdown")
                other.close()
            assert worker.communicate(timeout=60)[0] == "2\n"
        finally:
            worker.kill()
            worker.wait()
        assert server.paths() == ["/feed"]
        with psycopg.connect(servers.database_url) as other:
            assert other.execute(STORED).fetchall() == [(2, 2, 2, None)]


def test_40_a_commit_whose_answer_was_lost_is_not_made_twice(server, add_feed, monkeypatch):
    feed = add_feed(server.serve(NEWS))
    record, commit = run.record_success, connection.commit
    recorded: list[FeedVisit] = []
    lost: list[object] = []

    def record_it(*arguments: Any) -> FeedVisit:
        recorded.append(record(*arguments))
        return recorded[-1]

    def lose_the_answer() -> None:
        commit()
        if recorded and not lost:
            lost.append(connection.connection)
            connection.connection.close()
            raise OperationalError("server closed the connection unexpectedly")

    monkeypatch.setattr(run, "record_success", record_it)
    monkeypatch.setattr(connection, "commit", lose_the_answer)
    run.refresh_due_feeds()
    assert lost
    assert server.paths() == ["/feed"]
    assert_stored_once(feed, FERRY, BRIDGE)


# -- 42 ---------------------------------------------------------------------------------------------------------------


def test_42_a_look_that_is_delivered_again_while_it_lasts_visits_nothing_twice(server, add_feed):
    held = Held(NEWS)
    server.routes["/feed"] = held
    feed = add_feed(server.url())
    with processes("worker", **GENTLE | {"FETCH_AT_ONCE": "2"}) as running:
        look()
        assert held.asked.wait(60)
        running.start("another worker")
        neighbour = add_neighbour(server, add_feed)
        deliver_again()
        wait_until(neighbour.visits.exists, what="the second delivery")
        held.let_go.set()
        wait_until(feed.visits.exists, what="the end of the first delivery")
        wait_until(is_all_done, what="the end of both")
    assert server.paths().count("/feed") == 1
    assert_stored_once(feed, FERRY, BRIDGE)


def test_42_a_visit_that_outlasts_its_lease_leaves_the_feed_to_who_came_after(server, add_feed):
    held = Held(rss(item("a", text="What it was long ago.")).encode(), then=NEWS)
    server.routes["/feed"] = held
    feed = add_feed(server.url())
    with processes("worker", **GENTLE | {"FETCH_AT_ONCE": "2"}) as running:
        look()
        assert held.asked.wait(60)
        Feed.objects.update(next_fetch_at=timezone.now())  # as it is when the lease is over
        running.start("another worker")
        deliver_again()
        wait_until(feed.visits.exists, what="the second visit")
        held.let_go.set()
        wait_until(is_all_done, what="the end of both")
    assert server.paths().count("/feed") == 2
    assert_stored_once(feed, FERRY, BRIDGE)
