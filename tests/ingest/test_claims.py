"""Who may visit a feed, and what happens to it in the meantime."""

from __future__ import annotations

import threading
from datetime import timedelta

import pytest
from django.db import connection, connections
from django.utils import timezone

from relations.errors import RelationsError
from relations.ingest import run
from relations.ingest.run import refresh_due_feeds, refresh_feed
from relations.models import Article, Feed, FeedState, FeedVisit, VisitOutcome
from tests.ingest.servers import Answer
from tests.ingest.texts import BRIDGE, item, rss

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("loopback_allowed")]

MINUTE, DAY = timedelta(minutes=1), timedelta(days=1)
NEWS = rss(item("a"), item("b", "Bridge closed", BRIDGE))


def test_one_feed_can_be_fetched_now_even_if_paused(server, add_feed):
    feed = add_feed(server.serve(NEWS), paused=True, next_fetch_at=timezone.now() + DAY)
    visit = refresh_feed(feed.pk)
    assert (visit.feed_id, visit.outcome, visit.new_items) == (feed.pk, VisitOutcome.ITEMS, 2)
    feed.refresh_from_db()
    assert feed.paused
    assert timezone.now() < feed.next_fetch_at < timezone.now() + 46 * MINUTE


def test_a_feed_that_does_not_exist_can_not_be_fetched():
    with pytest.raises(Feed.DoesNotExist):
        refresh_feed(0)


def during_the_visit(server, change):
    """Serve the news, and change the database while the feed is being fetched."""

    def answer(asked):
        try:
            change()
        finally:
            connection.close()
        return Answer(NEWS.encode())

    server.routes["/feed"] = answer


@pytest.mark.django_db(transaction=True)
def test_a_feed_deleted_or_moved_during_its_visit_is_no_trouble(server, add_feed):
    add_feed(server.url())
    during_the_visit(server, Feed.objects.all().delete)
    assert refresh_due_feeds() == 0
    feed = add_feed(server.url())
    during_the_visit(server, lambda: Feed.objects.update(url="https://elsewhere.example/"))
    with pytest.raises(RelationsError, match="changed"):
        refresh_feed(feed.pk)
    assert not Article.objects.exists()


@pytest.mark.django_db(transaction=True)
def test_a_feed_paused_during_its_visit_stays_paused_and_keeps_what_it_brought(server, add_feed):
    feed = add_feed(server.url())
    during_the_visit(server, lambda: Feed.objects.update(paused=True))
    assert refresh_due_feeds() == 2
    feed.refresh_from_db()
    assert feed.paused and feed.state == FeedState.OK


# -- claims ---------------------------------------------------------------------------------------------------------


@pytest.mark.django_db(transaction=True)
def test_a_feed_is_leased_before_it_is_asked_so_that_it_comes_back_if_the_worker_dies(server, add_feed):
    add_feed(server.url())
    seen = []
    during_the_visit(server, lambda: seen.append(Feed.objects.get().next_fetch_at - timezone.now()))
    refresh_due_feeds()
    assert run.LEASE - MINUTE < seen[0] <= run.LEASE


def work_at_once(workers: int, limit: int) -> int:
    """Let several workers, each with a database connection of its own, refresh feeds; what they changed together."""
    start, changed = threading.Barrier(workers), []

    def work() -> None:
        try:
            start.wait()
            changed.append(refresh_due_feeds(limit))
        finally:
            connections.close_all()

    threads = [threading.Thread(target=work) for _ in range(workers)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return sum(changed)


@pytest.mark.django_db(transaction=True)
def test_two_workers_never_fetch_one_feed_twice(server, add_feed):
    for n in range(24):
        add_feed(server.serve(rss(item(str(n), text=f"Story {n}")), f"/{n}"))
    assert work_at_once(workers=2, limit=3) == 24
    assert sorted(server.paths()) == sorted(f"/{n}" for n in range(24))
    assert FeedVisit.objects.count() == Article.objects.count() == 24


@pytest.mark.django_db(transaction=True)
def test_copies_are_found_even_when_their_feeds_are_stored_at_once(server, add_feed):
    for n in range(8):
        add_feed(server.serve(rss(item(str(n))), f"/{n}"))
    assert work_at_once(workers=4, limit=1) == 8
    assert Article.objects.filter(copy_of=None).count() == 1
