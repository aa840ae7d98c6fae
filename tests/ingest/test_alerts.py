"""Which feeds need an admin, and from when to when."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from django.core.management import call_command
from django.db import connection
from django.db.models import F
from django.test.utils import CaptureQueriesContext

from config.celery import app
from relations import tasks
from relations.ingest import store_alerts
from relations.ingest.run_alerts import watch_feeds
from relations.models import Feed, FeedAlert, FeedKind, FeedState
from tests import making

pytestmark = pytest.mark.django_db

NOW = datetime(2031, 3, 4, 10, tzinfo=UTC)
HOUR, DAY = timedelta(hours=1), timedelta(days=1)


def failing(failures: int = 3, **values) -> Feed:
    return making.feed(**{"state": FeedState.FAILING, "failures": failures, "last_outcome": "No answer."} | values)


def change(feed: Feed, **values) -> None:
    Feed.objects.filter(pk=feed.pk).update(**values)


# -- what opens and closes an alert ---------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("values", "opens"),
    [
        ({"state": FeedState.GONE}, True),
        ({"state": FeedState.BLOCKED}, True),
        ({"state": FeedState.SILENT}, True),
        ({"state": FeedState.FAILING, "failures": 3}, True),
        ({"state": FeedState.FAILING, "failures": 2}, False),
        ({"state": FeedState.LIMITED, "failures": 9}, False),
        ({"state": FeedState.OK}, False),
        ({"state": FeedState.NEW}, False),
        ({"state": FeedState.GONE, "paused": True}, False),
        ({"state": FeedState.GONE, "kind": FeedKind.MANUAL, "url": ""}, False),
    ],
)
def test_feeds_that_need_an_admin_get_an_alert(values, opens):
    feed = making.feed(last_outcome="The server answered 410.", **values)
    assert watch_feeds(NOW) == opens
    alerts = list(FeedAlert.objects.values_list("feed", "state", "words", "began_at", "ended_at", "mailed_at"))
    assert alerts == [(feed.pk, values["state"], "The server answered 410.", NOW, None, None)] * opens


def test_a_second_look_opens_no_second_alert():
    failing()
    assert watch_feeds(NOW) == 1
    assert watch_feeds(NOW + HOUR) == 0
    assert FeedAlert.objects.count() == 1


@pytest.mark.parametrize(
    "cure", [{"state": FeedState.OK, "failures": 0}, {"state": FeedState.NEW}, {"paused": True}], ids=str
)
def test_an_alert_ends_when_its_feed_needs_nobody_any_more(cure):
    well, ill = failing(), failing()
    watch_feeds(NOW)
    change(well, **cure)
    assert watch_feeds(NOW + HOUR) == 1
    assert FeedAlert.objects.get(feed=well).ended_at == NOW + HOUR
    assert FeedAlert.objects.get(feed=ill).ended_at is None
    change(well, state=FeedState.GONE, paused=False)
    assert watch_feeds(NOW + 2 * HOUR) == 1
    assert [alert.began_at for alert in FeedAlert.objects.filter(feed=well)] == [NOW + 2 * HOUR, NOW]


@pytest.mark.parametrize("state", [FeedState.LIMITED, FeedState.GONE, FeedState.BLOCKED])
def test_an_alert_follows_the_trouble_when_it_becomes_another_one(state):
    feed = failing()
    watch_feeds(NOW)
    change(feed, state=state, failures=1, last_outcome="Something else.")
    assert watch_feeds(NOW + HOUR) == 1
    alert = FeedAlert.objects.get()
    assert (alert.state, alert.words, alert.began_at, alert.ended_at) == (state, "Something else.", NOW, None)
    assert watch_feeds(NOW + 2 * HOUR) == 0


def test_the_end_comes_after_the_mail_that_told_of_the_beginning_whatever_the_clocks_say():
    feed = failing()
    watch_feeds(NOW)
    FeedAlert.objects.update(mailed_at=NOW + HOUR)  # by a machine whose clock is ahead
    change(feed, state=FeedState.OK)
    watch_feeds(NOW + DAY / 48)
    assert FeedAlert.objects.filter(ended_at__gt=F("mailed_at")).exists()


def test_the_number_of_queries_does_not_grow_with_the_feeds():
    def look(now) -> int:
        with CaptureQueriesContext(connection) as asked:
            watch_feeds(now)
        return len(asked)

    def add(number: int) -> None:
        for n in range(number):
            failing(state=[FeedState.FAILING, FeedState.GONE][n % 2])
            quiet(400 * DAY)

    making.user("admin")
    add(2)
    few = [look(NOW), look(NOW + HOUR)]
    Feed.objects.update(state=FeedState.OK, last_item_at=NOW, last_visit_at=NOW)
    few.append(look(NOW + 2 * HOUR))
    add(60)
    assert [look(NOW + 3 * HOUR), look(NOW + 4 * HOUR)] == few[:2]
    Feed.objects.update(state=FeedState.OK, last_item_at=NOW, last_visit_at=NOW)
    assert look(NOW + 5 * HOUR) == few[2]
    assert FeedAlert.objects.filter(ended_at__isnull=False).count() == 124


# -- feeds that fall silent -----------------------------------------------------------------------------------------


def quiet(since: timedelta, moments: int = 0, distance: timedelta = DAY, **values) -> Feed:
    """A feed that answers well and brought nothing for so long; before that, items at so many moments."""
    last = NOW - since
    feed = making.feed(**{"state": FeedState.OK, "last_item_at": last, "last_visit_at": NOW} | values)
    for n in range(moments):
        making.article(feed=feed, published_at=last - n * distance)
    return feed


@pytest.mark.parametrize(
    ("moments", "distance", "patience"),
    [
        (20, HOUR, 7 * DAY),  # never sooner than a week
        (20, DAY, 10 * DAY),
        (5, 20 * DAY, 200 * DAY),
        (5, 22 * DAY + 12 * HOUR, 30 * DAY),  # the first of them is 90 days back, so that too few are left
        (4, HOUR, 30 * DAY),
        (0, DAY, 30 * DAY),
    ],
)
def test_a_feed_is_silent_after_ten_times_its_usual_distance(moments, distance, patience):
    feed = quiet(patience - HOUR, moments, distance)
    watch_feeds(NOW)
    feed.refresh_from_db()
    assert feed.state == FeedState.OK
    change(feed, last_visit_at=NOW + 2 * HOUR)
    assert watch_feeds(NOW + 2 * HOUR) == 1
    feed.refresh_from_db()
    assert feed.state == FeedState.SILENT
    assert FeedAlert.objects.get().state == FeedState.SILENT


def test_items_that_came_at_one_moment_say_nothing_about_their_distance():
    feed = quiet(8 * DAY)
    for _ in range(30):
        making.article(feed=feed, published_at=NOW - 8 * DAY)
    assert watch_feeds(NOW) == 0


def test_a_feed_that_never_brought_anything_counts_from_when_it_was_added():
    feed = making.feed(state=FeedState.OK, last_visit_at=NOW)
    change(feed, created_at=NOW - 29 * DAY)
    assert watch_feeds(NOW) == 0
    change(feed, created_at=NOW - 31 * DAY)
    assert watch_feeds(NOW) == 1


def test_a_feed_that_nobody_visited_was_not_silent():
    """The machine stood still for a month: that no feed brought anything is not the feeds' fault."""
    quiet(30 * DAY, 20, last_visit_at=NOW - 30 * DAY + HOUR)
    assert watch_feeds(NOW) == 0


@pytest.mark.parametrize(
    "values", [{"paused": True}, {"kind": FeedKind.MANUAL, "url": ""}, {"state": FeedState.LIMITED}], ids=str
)
def test_only_feeds_that_are_visited_and_well_fall_silent(values):
    feed = quiet(400 * DAY, **values)
    assert watch_feeds(NOW) == 0
    feed.refresh_from_db()
    assert feed.state == values.get("state", FeedState.OK)


def test_what_a_feed_brought_long_before_does_not_count():
    feed = quiet(8 * DAY, 20, HOUR)
    for n in range(10):
        long_ago = NOW - 500 * DAY - n * 30 * DAY
        making.article(feed=feed, published_at=long_ago)
        making.article(feed=feed, published_at=long_ago, first_seen_at=NOW - 8 * DAY)  # from the feed's archive
    assert watch_feeds(NOW) == 1


# -- who looks ------------------------------------------------------------------------------------------------------


def test_the_task_and_the_command_look(capsys):
    failing()
    tasks.watch_feeds()
    assert FeedAlert.objects.count() == 1
    failing()
    call_command("watch_feeds")
    assert capsys.readouterr().out == "1 alerts began, ended or became another.\n"


def test_the_beat_looks_every_five_minutes():
    app.finalize()
    entry = app.conf.beat_schedule["relations.tasks.watch_feeds"]
    assert entry == {"task": "relations.tasks.watch_feeds", "schedule": 300, "options": {"expires": 300}}


def test_many_alerts_are_made_by_one_query(monkeypatch):
    Feed.objects.bulk_create(
        Feed(title=f"Feed {n}", url=f"https://feed.example/{n}", next_fetch_at=NOW, state=FeedState.GONE)
        for n in range(20_000)
    )
    with CaptureQueriesContext(connection) as asked:
        assert store_alerts.begin_alerts(NOW) == 20_000
    assert len([query for query in asked if query["sql"].startswith("INSERT")]) == 1
