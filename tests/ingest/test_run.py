from __future__ import annotations

from collections import Counter
from datetime import timedelta

import pytest
from django.utils import timezone

from relations.ingest import run, store
from relations.ingest.reader import read_feed_bytes
from relations.ingest.run import refresh_due_feeds
from relations.models import Article, ArticleVersion, Feed, FeedState, FeedVisit, VisitOutcome
from tests.ingest.servers import Answer
from tests.ingest.texts import BRIDGE, FERRY, item, rss

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("loopback_allowed")]

MINUTE, HOUR, DAY = timedelta(minutes=1), timedelta(hours=1), timedelta(days=1)
NEWS = rss(item("a"), item("b", "Bridge closed", BRIDGE))


def make_due(**changes):
    Feed.objects.update(next_fetch_at=timezone.now(), **changes)


def waits_about(feed: Feed, wait: timedelta) -> bool:
    return wait * 0.5 - MINUTE < feed.next_fetch_at - timezone.now() < wait * 1.5 + MINUTE


# -- when all is well -----------------------------------------------------------------------------------------------


def test_a_due_feed_is_read(server, add_feed):
    feed = add_feed(server.serve(NEWS, ETag='"1"', Last_Modified="then"), failures=3, state=FeedState.FAILING)
    assert refresh_due_feeds() == 2
    assert Article.objects.count() == 2
    feed.refresh_from_db()
    assert (feed.title, feed.state, feed.failures, feed.last_outcome) == ("The Courier", "ok", 0, "2 items, 2 new")
    assert (feed.etag, feed.last_modified) == ('"1"', "then")
    assert feed.last_visit_at == feed.last_item_at == feed.unconditional_at
    assert waits_about(feed, 30 * MINUTE)
    assert feed.leased_until is None
    visit = feed.visits.get()
    assert (visit.outcome, visit.trouble, visit.words) == (VisitOutcome.ITEMS, "", "2 items, 2 new")
    assert (visit.http_status, visit.items, visit.new_items) == (200, 2, 2)
    assert timedelta(0) < visit.took < MINUTE


def test_feeds_that_are_not_due_or_paused_are_left_alone(server, add_feed):
    add_feed(server.serve(NEWS, "/later"), next_fetch_at=timezone.now() + HOUR)
    add_feed(server.serve(NEWS, "/paused"), paused=True)
    assert refresh_due_feeds() == 0
    assert server.asked == []


def test_all_due_feeds_are_read_however_few_at_a_time(server, add_feed):
    for n in range(5):
        add_feed(server.serve(rss(item(str(n))), f"/{n}"))
    assert refresh_due_feeds(limit=2) == 5
    assert sorted(server.paths()) == [f"/{n}" for n in range(5)]


def test_the_same_poll_twice_adds_nothing(server, add_feed):
    feed = add_feed(server.serve(NEWS))
    refresh_due_feeds()
    make_due()
    assert refresh_due_feeds() == 0
    assert (Article.objects.count(), ArticleVersion.objects.count()) == (2, 2)
    feed.refresh_from_db()
    assert (feed.state, feed.last_outcome) == ("ok", "nothing new")
    assert feed.visits.first().outcome == VisitOutcome.UNCHANGED


def test_an_edited_item_counts_as_changed(server, add_feed):
    feed = add_feed(server.serve(rss(item("a"))))
    refresh_due_feeds()
    make_due()
    server.serve(rss(item("a", text=BRIDGE), item("b", "Ferry", FERRY)))
    assert refresh_due_feeds() == 2
    assert Article.objects.get(identity="a").version == 2
    feed.refresh_from_db()
    assert feed.last_outcome == "2 items, 1 new, 1 edited"
    make_due()
    server.serve(rss(item("b", "Ferry", FERRY)))
    assert refresh_due_feeds() == 0
    feed.refresh_from_db()
    assert feed.last_outcome == "1 item, nothing new"


def test_the_second_visit_is_conditional_and_a_304_keeps_what_is_known(server, add_feed):
    feed = add_feed(server.serve(NEWS, ETag='W/"1"', Last_Modified="then"))
    refresh_due_feeds()
    make_due()
    server.routes["/feed"] = Answer(status=304)
    refresh_due_feeds()
    assert server.asked[1].headers["If-None-Match"] == 'W/"1"'
    assert server.asked[1].headers["If-Modified-Since"] == "then"
    feed.refresh_from_db()
    assert (feed.etag, feed.last_modified, feed.last_outcome) == ('W/"1"', "then", "nothing new")
    assert (feed.visits.first().http_status, Article.objects.count()) == (304, 2)


def test_once_a_day_a_visit_is_unconditional(server, add_feed):
    feed = add_feed(server.serve(NEWS, ETag='"1"'))
    refresh_due_feeds()
    make_due(unconditional_at=timezone.now() - DAY)
    server.serve(rss(item("c")), ETag='"1"')
    assert refresh_due_feeds() == 1
    assert server.asked[1].headers["If-None-Match"] is None
    feed.refresh_from_db()
    assert timezone.now() - feed.unconditional_at < MINUTE


def test_a_title_given_by_a_person_stays(server, add_feed):
    feed = add_feed(server.serve(NEWS), title="My courier")
    refresh_due_feeds()
    feed.refresh_from_db()
    assert feed.title == "My courier"


def test_a_feed_is_not_visited_more_often_than_it_asks_for(server, add_feed):
    feed = add_feed(server.serve(rss(extra="<ttl>240</ttl>")))
    refresh_due_feeds()
    feed.refresh_from_db()
    assert waits_about(feed, 4 * HOUR)


def test_a_move_for_good_is_told(server, add_feed):
    feed = add_feed(server.url("/old"))
    server.routes["/old"] = Answer(status=301, headers={"Location": "/feed"})
    server.serve(NEWS)
    refresh_due_feeds()
    feed.refresh_from_db()
    assert feed.last_outcome == f"2 items, 2 new, the feed says that it has moved to {server.url()}"
    assert feed.url == server.url("/old")


# -- trouble --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("answer", "kind", "status", "state"),
    [
        (Answer(status=404), "http_error", 404, "failing"),
        (Answer(b"<html><body>Welcome</body></html>"), "not_a_feed", 200, "failing"),
        (Answer(b""), "empty", 200, "failing"),
        (Answer(status=302, headers={"Location": "http://10.0.0.1/"}), "refused_address", None, "failing"),
        (Answer(status=429), "rate_limited", 429, "limited"),
        (Answer(status=410), "gone", 410, "failing"),
    ],
)
def test_trouble_is_told_and_costs_nothing_that_was_known(server, add_feed, answer, kind, status, state):
    feed = add_feed(server.serve(NEWS, ETag='"1"'))
    refresh_due_feeds()
    make_due()
    before = Feed.objects.values(
        "etag", "last_modified", "body_hash", "unconditional_at", "title", "last_item_at"
    ).get()
    server.routes["/feed"] = answer
    assert refresh_due_feeds() == 0
    feed.refresh_from_db()
    visit = feed.visits.first()
    assert (visit.outcome, visit.trouble, visit.http_status) == (VisitOutcome.FAILED, kind, status)
    assert visit.words and feed.last_outcome == visit.words
    assert (feed.state, feed.failures) == (state, 1)
    assert waits_about(feed, HOUR)
    assert {name: getattr(feed, name) for name in before} == before
    assert Article.objects.count() == 2


def test_visits_get_rarer_with_each_failure(server, add_feed):
    feed = add_feed(server.url("/nothing"))
    for hours in (1, 2, 4, 8):
        refresh_due_feeds()
        feed.refresh_from_db()
        assert waits_about(feed, hours * HOUR)
        make_due()
    assert feed.failures == 4


@pytest.mark.parametrize(("seconds", "wait"), [("7200", 2 * HOUR), ("315360000", DAY)])
def test_a_server_that_asks_for_patience_gets_it(server, add_feed, seconds, wait):
    server.routes["/feed"] = Answer(status=503, headers={"Retry-After": seconds})
    server.serve(NEWS, "/other")
    feed, other = add_feed(server.url()), add_feed(server.url("/other"))
    refresh_due_feeds()
    feed.refresh_from_db()
    assert feed.state == FeedState.LIMITED
    assert wait - MINUTE < feed.next_fetch_at - timezone.now() <= min(wait * 1.1, DAY)
    other.refresh_from_db()
    assert other.state == FeedState.OK


def test_a_server_that_counts_requests_is_left_in_peace_for_all_its_feeds(server, add_feed):
    server.routes["/feed"] = Answer(status=429, headers={"Retry-After": "7200"})
    feed = add_feed(server.url())
    refresh_due_feeds()
    other = add_feed(server.serve(NEWS, "/other"))
    assert refresh_due_feeds() == 0
    assert server.paths() == ["/feed"]
    for one in (feed, other):
        one.refresh_from_db()
        assert 2 * HOUR - MINUTE < one.next_fetch_at - timezone.now() <= 2.2 * HOUR + MINUTE
    assert (feed.state, other.state) == (FeedState.LIMITED, FeedState.NEW)


def test_a_feed_is_gone_when_the_server_said_so_a_day_apart(server, add_feed):
    feed = add_feed(server.url())
    server.routes["/feed"] = Answer(status=410)

    def state_after_a_visit():
        make_due()
        refresh_due_feeds()
        return Feed.objects.get().state

    assert [state_after_a_visit(), state_after_a_visit()] == ["failing", "failing"]
    FeedVisit.objects.update(started_at=timezone.now() - DAY)
    seen = FeedVisit.objects.create(
        feed=feed, started_at=timezone.now() - HOUR, took=MINUTE, outcome=VisitOutcome.ITEMS, words=""
    )
    assert state_after_a_visit() == "failing"
    seen.delete()
    assert state_after_a_visit() == "gone"
    assert Feed.objects.get().next_fetch_at > timezone.now()


def test_one_bad_feed_does_not_stop_the_others(server, add_feed, caplog):
    add_feed("http://no-such-host.invalid/feed")
    add_feed("http://[::1")
    add_feed(server.serve("<html>", "/page"))
    add_feed(server.serve(NEWS))
    assert refresh_due_feeds() == 2
    states = Counter(Feed.objects.values_list("state", flat=True))
    assert states == {"failing": 3, "ok": 1}
    assert not Feed.objects.filter(next_fetch_at__lte=timezone.now()).exists()


def test_a_fault_of_ours_is_logged_and_recorded_and_the_others_go_on(server, add_feed, monkeypatch, caplog):
    def broken(body, *args):
        if b"Bad" in body:
            raise ZeroDivisionError
        return read_feed_bytes(body, *args)

    monkeypatch.setattr("relations.ingest.visit.read_feed_bytes", broken)
    bad = add_feed(server.serve(rss(title="Bad"), "/bad"))
    add_feed(server.serve(NEWS))
    assert refresh_due_feeds() == 2
    visit = bad.visits.get()
    assert (visit.outcome, visit.trouble) == (VisitOutcome.FAILED, "bug")
    assert "ZeroDivisionError" in visit.words
    assert "ZeroDivisionError" in caplog.text and "Traceback" in caplog.text


def test_what_can_not_be_stored_is_recorded_and_the_others_go_on(server, add_feed, monkeypatch):
    def broken(feed, *args, **options):
        stored = store.store_articles(feed, *args, **options)
        if feed.url.endswith("/bad"):
            raise ZeroDivisionError
        return stored

    monkeypatch.setattr(run, "store_articles", broken)
    bad = add_feed(server.serve(NEWS, "/bad"))
    add_feed(server.serve(NEWS))
    assert refresh_due_feeds() == 2
    bad.refresh_from_db()
    assert (bad.state, bad.body_hash, bad.articles.count(), bad.visits.get().trouble) == ("failing", "", 0, "bug")
