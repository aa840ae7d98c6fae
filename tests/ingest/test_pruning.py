"""What is old and asked for by nobody goes; all else stays."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta

import pytest
from django.core.management import call_command
from django.db import connection, connections, transaction
from django.test.utils import CaptureQueriesContext

from config.celery import app
from relations import tasks
from relations.ingest import run_pruning
from relations.ingest.run_pruning import prune
from relations.models import (
    ArticleImport,
    Feed,
    FeedAlert,
    FeedGap,
    FeedKind,
    FeedState,
    FeedVisit,
    ImportPiece,
    PieceKind,
    RobotsFile,
    VisitOutcome,
)
from tests import making

pytestmark = pytest.mark.django_db

NOW = datetime(2031, 3, 4, 10, tzinfo=UTC)
MINUTE, DAY = timedelta(minutes=1), timedelta(days=1)


def visit(feed: Feed, *ages: timedelta) -> None:
    FeedVisit.objects.bulk_create(
        FeedVisit(feed=feed, started_at=NOW - age, took=MINUTE, outcome=VisitOutcome.UNCHANGED, words="nothing new")
        for age in ages
    )


def ages(feed: Feed) -> list[timedelta]:
    return [NOW - started_at for started_at in feed.visits.values_list("started_at", flat=True)]


@pytest.fixture
def small_batches(monkeypatch) -> None:
    monkeypatch.setattr(run_pruning, "BATCH", 7)


@pytest.mark.usefixtures("small_batches")
def test_visits_older_than_sixty_days_go_but_the_newest_fifty_of_each_feed_stay():
    busy, slow, few, none = (making.feed() for _ in range(4))
    visit(busy, *[n * DAY for n in range(100)])
    visit(slow, *[(100 + n) * DAY for n in range(70)])
    visit(few, *[(100 + n) * DAY for n in range(50)])
    assert prune(NOW) == 39 + 20
    assert ages(busy) == [n * DAY for n in range(61)]
    assert ages(slow) == [(100 + n) * DAY for n in range(50)]
    assert len(ages(few)) == 50 and not ages(none)
    assert prune(NOW) == 0


def test_the_newest_fifty_are_those_of_the_feed_not_of_all():
    one, other = making.feed(), making.feed()
    visit(one, *[(100 + n) * DAY for n in range(30)])
    visit(other, *[(300 + n) * DAY for n in range(55)])
    assert prune(NOW) == 5
    assert len(ages(one)) == 30


@pytest.mark.usefixtures("small_batches")
def test_alerts_that_ended_and_gaps_go_after_a_year():
    feed = making.feed()
    for days in [1, 364, 366, 400, 500, *[600] * 10]:
        FeedAlert.objects.create(feed=feed, state=FeedState.GONE, began_at=NOW - 900 * DAY, ended_at=NOW - days * DAY)
        FeedGap.objects.create(feed=feed, noticed_at=NOW - days * DAY, until=NOW - days * DAY)
    FeedAlert.objects.create(feed=feed, state=FeedState.GONE, began_at=NOW - 900 * DAY)
    assert prune(NOW) == 26
    ended = FeedAlert.objects.exclude(ended_at=None).order_by("ended_at")
    assert list(ended.values_list("ended_at", flat=True)) == [NOW - 364 * DAY, NOW - DAY]
    assert FeedAlert.objects.filter(ended_at=None).count() == 1
    assert FeedGap.objects.count() == 2


@pytest.mark.usefixtures("small_batches")
def test_pieces_of_finished_uploads_go_after_ninety_days_but_the_refused_stay():
    source = making.feed(kind=FeedKind.MANUAL, url="")

    def upload(finished_at: datetime | None) -> ArticleImport:
        made = ArticleImport.objects.create(
            feed=source, name="a.jsonl", started_at=NOW - 200 * DAY, finished_at=finished_at
        )
        for n in range(10):
            ImportPiece.objects.create(upload=made, number=n, kind=PieceKind.RECORD, refused=n < 3, done_at=finished_at)
        return made

    old, young, waiting = upload(NOW - 91 * DAY), upload(NOW - 89 * DAY), upload(None)
    assert prune(NOW) == 7
    assert list(old.pieces.values_list("refused", flat=True)) == [True] * 3
    assert young.pieces.count() == waiting.pieces.count() == 10


def test_what_a_robots_txt_said_goes_after_two_days():
    for days in (1, 3):
        RobotsFile.objects.create(origin=f"https://{days}.example", fetched_at=NOW - days * DAY)
    assert prune(NOW) == 1
    assert RobotsFile.objects.get().origin == "https://1.example"


def test_rows_go_in_batches_of_a_transaction_each(monkeypatch):
    monkeypatch.setattr(run_pruning, "BATCH", 10)
    feed = making.feed()
    visit(feed, *[(100 + n) * DAY for n in range(85)])
    with CaptureQueriesContext(connection) as asked:
        assert prune(NOW) == 35
    removals = [query["sql"] for query in asked if query["sql"].startswith('DELETE FROM "relations_feedvisit"')]
    assert [removal.count(",") + 1 for removal in removals] == [10, 10, 10, 5]


@pytest.mark.django_db(transaction=True)
@pytest.mark.usefixtures("small_batches")
def test_two_workers_at_once_hinder_each_other_in_nothing():
    feeds = [making.feed() for _ in range(5)]
    for feed in feeds:
        visit(feed, *[(100 + n) * DAY for n in range(110)])
        for n in range(20):
            FeedGap.objects.create(feed=feed, noticed_at=NOW - (400 + n) * DAY, until=NOW - 400 * DAY)
    with ThreadPoolExecutor(3) as pool:
        list(pool.map(in_a_connection_of_its_own, [prune] * 3))
    prune(NOW)
    assert [len(ages(feed)) for feed in feeds] == [50] * 5
    assert not FeedGap.objects.exists()


@pytest.mark.django_db(transaction=True)
def test_rows_that_another_worker_holds_are_passed_over():
    feed = making.feed()
    for n in range(5):
        FeedGap.objects.create(feed=feed, noticed_at=NOW - (400 + n) * DAY, until=NOW - 400 * DAY)
    with transaction.atomic(), ThreadPoolExecutor(1) as pool:
        FeedGap.objects.select_for_update().latest("noticed_at")
        assert pool.submit(in_a_connection_of_its_own, prune).result() == 4
    assert prune(NOW) == 1


def in_a_connection_of_its_own(work: Callable[[datetime], int]) -> int:
    try:
        with connection.cursor() as cursor:
            cursor.execute("SET lock_timeout = '10s'")  # who waits for ever fails instead
        return work(NOW)
    finally:
        connections.close_all()


def test_the_task_and_the_command_prune(capsys):
    RobotsFile.objects.create(origin="https://a.example", fetched_at=NOW - 10_000 * DAY)
    tasks.prune()
    assert not RobotsFile.objects.exists()
    call_command("prune")
    assert capsys.readouterr().out == "0 rows removed.\n"


def test_the_beat_prunes_once_a_night():
    app.finalize()
    entry = app.conf.beat_schedule["relations.tasks.prune"]
    assert entry["task"] == "relations.tasks.prune"
    assert (entry["schedule"].hour, entry["schedule"].minute) == ({3}, {20})
