"""What a visit leaves behind on its feed: when the next one is, gaps, moves, states, and what is kept of quiet ones."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

import pytest
from django.db import connection
from django.forms.models import model_to_dict
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from relations.ingest import run, schedule
from relations.ingest.run import refresh_due_feeds
from relations.ingest.store_visits import HURRY
from relations.models import Article, Feed, FeedGap, FeedState, FeedVisit
from relations.models.sealed import seal
from tests.ingest.servers import Answer
from tests.ingest.texts import BRIDGE, FERRY, item, rss

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("loopback_allowed")]

MINUTE, HOUR, DAY = timedelta(minutes=1), timedelta(hours=1), timedelta(days=1)
NEWS = rss(item("a"), item("b", "Bridge closed", BRIDGE))


def visit(**changes: object) -> Feed:
    """The only feed, after it was visited."""
    Feed.objects.update(next_fetch_at=timezone.now(), **changes)
    refresh_due_feeds()
    return Feed.objects.get()


def wait_of(feed: Feed) -> timedelta:
    return feed.next_fetch_at - timezone.now()


# -- when the next one is -------------------------------------------------------------------------------------------


def updates(period: str, frequency: str = "") -> str:
    namespace = 'xmlns:sy="http://purl.org/rss/1.0/modules/syndication/"'
    often = f"<sy:updateFrequency {namespace}>{frequency}</sy:updateFrequency>" if frequency else ""
    return f"<sy:updatePeriod {namespace}>{period}</sy:updatePeriod>{often}"


@pytest.mark.parametrize(
    ("extra", "headers", "least"),
    [
        ("<ttl>240</ttl>", {}, 4 * HOUR),
        (updates("hourly"), {}, HOUR),
        (updates("daily", "4"), {}, 6 * HOUR),
        (updates(" Daily\n", "0"), {}, DAY),
        (updates("weekly"), {}, DAY),
        ("", {"Cache_Control": "public, max-age=10800"}, 3 * HOUR),
        ("", {"Cache_Control": "private,MAX-AGE=10800"}, 3 * HOUR),
        ("", {"Retry_After": "10800"}, 3 * HOUR),
        ("<ttl>60</ttl>", {"Cache_Control": "max-age=10800"}, 3 * HOUR),
        ("<ttl>999999</ttl>", {"Cache_Control": "max-age=999999999"}, DAY),
    ],
)
def test_a_feed_is_left_in_peace_for_as_long_as_it_asks(server, add_feed, extra, headers, least):
    add_feed(server.serve(rss(item("a"), extra=extra), **headers))
    assert least - MINUTE < wait_of(visit()) < min(least * 1.1, DAY) + MINUTE


@pytest.mark.parametrize(
    ("extra", "headers"),
    [
        *(("<ttl>soon</ttl>", {}), ("<ttl>-5</ttl>", {}), ("<ttl>0</ttl>", {}), (updates("often", "9"), {})),
        *(
            ("", {"Cache_Control": "s-maxage=86400"}),
            ("", {"Cache_Control": "max-age=now"}),
            ("", {"Retry_After": "x"}),
        ),
    ],
)
def test_what_asks_for_nothing_changes_nothing(server, add_feed, extra, headers):
    add_feed(server.serve(rss(item("a"), extra=extra), **headers))
    assert wait_of(visit()) < 45 * MINUTE + MINUTE


def test_an_unchanged_feed_is_left_in_peace_too(server, add_feed):
    add_feed(server.serve(NEWS, Cache_Control="max-age=10800"))
    visit()
    assert visit().last_outcome == "nothing new"
    assert wait_of(Feed.objects.get()) > 3 * HOUR - MINUTE


# -- the gap ledger -------------------------------------------------------------------------------------------------


def dated(identity: str, hours: float) -> str:
    moment = (timezone.now() - hours * HOUR).replace(microsecond=0)
    return item(identity, text=f"{identity} {FERRY}", date=moment.isoformat())


def test_when_nothing_of_the_last_visit_is_shown_any_more_it_is_told_and_the_feed_visited_more_often(server, add_feed):
    add_feed(server.serve(rss(dated("a", 9), dated("b", 8))))
    before = visit()
    server.serve(rss(dated("d", 3), dated("e", 2)))
    feed = visit()
    gap = FeedGap.objects.get()
    assert (gap.feed, gap.since) == (feed, before.last_visit_at)
    assert abs(timezone.now() - 3 * HOUR - gap.until) < MINUTE
    assert "some may have been missed" in feed.last_outcome
    assert feed.hurry_until and abs(feed.hurry_until - timezone.now() - HURRY) < MINUTE


def test_a_hurried_feed_is_visited_four_times_as_often_also_where_nothing_is_new(server, add_feed, monkeypatch):
    monkeypatch.setattr(schedule.random, "uniform", lambda low, high: (low + high) / 2)
    add_feed(server.serve(NEWS))
    Feed.objects.update(created_at=timezone.now() - 99 * DAY)
    assert 15 * HOUR < wait_of(visit()) < 17 * HOUR
    server.serve(rss(dated("c", 2)))
    assert 5 * HOUR < wait_of(visit(hurry_until=timezone.now() + DAY)) < 7 * HOUR
    long_known = {"interval": 20 * HOUR, "hurry_until": timezone.now() + DAY}
    Feed.objects.update(last_item_at=timezone.now())
    assert 2 * HOUR < wait_of(visit(**long_known)) < 8 * HOUR
    assert wait_of(visit(interval=20 * HOUR, hurry_until=timezone.now() - DAY)) > 9 * HOUR


@pytest.mark.parametrize(
    "later",
    [
        rss(dated("b", 8), dated("c", 1)),
        rss(),
        rss(dated("a", 9), dated("b", 8)),
        # The same stories under new guids.
        rss(dated("a", 9).replace(">a<", ">new-a<"), dated("b", 8).replace(">b<", ">new-b<"), dated("c", 1)),
    ],
)
def test_where_something_known_is_shown_or_nothing_at_all_there_is_no_gap(server, add_feed, later):
    add_feed(server.serve(rss(dated("a", 9), dated("b", 8))))
    visit()
    server.serve(later)
    assert visit().hurry_until is None
    assert not FeedGap.objects.exists()


def test_the_first_visit_is_no_gap(server, add_feed):
    add_feed(server.serve(NEWS), last_visit_at=timezone.now() - DAY)
    visit()
    assert not FeedGap.objects.exists()


# -- moves ----------------------------------------------------------------------------------------------------------


@pytest.fixture
def moving(server, add_feed) -> Callable[..., Feed]:
    """A feed that was read at /old and whose server now says that it has moved to another place for good."""
    add_feed(server.serve(NEWS, "/old"))
    visit()

    def move(to: str = "/new", status: int = 308) -> Feed:
        server.routes["/old"] = Answer(status=status, headers={"Location": to})
        return visit()

    return move


def days_pass(days: float) -> None:
    Feed.objects.exclude(moved_since=None).update(moved_since=timezone.now() - days * DAY)


@pytest.mark.parametrize("body", [NEWS, rss(item("b", "Bridge closed", BRIDGE), item("c", text=f"New. {FERRY}"))])
def test_a_move_is_believed_after_three_visits_over_two_days(server, moving, body):
    server.serve(body, "/new")
    moving()
    days_pass(2.1)
    assert moving().url == server.url("/old")  # two visits
    days_pass(1.9)
    assert moving().url == server.url("/old")  # not long enough
    days_pass(2.1)
    feed = moving()
    assert (feed.url, feed.domain) == (server.url("/new"), "127.0.0.1")
    assert (feed.moved_to, feed.moved_polls, feed.moved_since) == ("", 0, None)
    assert "moved for good" in feed.last_outcome
    assert visit().last_outcome in ("nothing new", "2 items, nothing new")
    assert server.paths()[-1] == "/new"


def visits_of_a_move(moving, *, times: int = 5, **options) -> Feed:
    for _ in range(times):
        feed = moving(**options)
        days_pass(3)
    return feed


@pytest.mark.parametrize(
    ("body", "status"),
    [
        # A page that says the site is being rebuilt; a feed of others, whose items are known from the second visit on.
        ("<html><body>We are being rebuilt.</body></html>", 308),
        (rss(), 308),
        # Not for good.
        (NEWS, 302),
        (NEWS, 307),
    ],
)
def test_a_move_that_leads_to_no_feed_to_nothing_that_is_known_or_not_for_good_is_not_believed(
    server, moving, body, status
):
    server.serve(body, "/new")
    feed = visits_of_a_move(moving, status=status)
    assert feed.url == server.url("/old")
    assert Article.objects.count() == 2


def test_a_move_is_forgotten_where_it_is_not_said_any_more(server, moving):
    server.serve(NEWS, "/new")
    moving(), moving()
    server.serve(NEWS, "/old")
    feed = visit()
    assert (feed.moved_to, feed.moved_since, feed.moved_polls) == ("", None, 0)
    moving()
    days_pass(3)
    assert moving().url == server.url("/old")


@pytest.mark.parametrize(
    "to", ["/new", "/new#top", "http://me:word@127.0.0.1:{port}/new", "HTTP://127.0.0.1:{port}/new"]
)
def test_no_address_is_twice_in_the_list(server, add_feed, moving, to):
    server.serve(NEWS, "/new")
    with_new = add_feed(server.url("/new"), paused=True)
    for _ in range(4):
        Feed.objects.exclude(pk=with_new.pk).update(next_fetch_at=timezone.now())
        server.routes["/old"] = Answer(status=301, headers={"Location": to.format(port=server.port)})
        refresh_due_feeds()
        days_pass(3)
    feed = Feed.objects.exclude(pk=with_new.pk).get()
    assert (feed.url, feed.state) == (server.url("/old"), FeedState.OK)
    assert "is in the list already" in feed.last_outcome


def test_an_address_is_kept_in_the_spelling_of_all_others(server, moving):
    server.serve(NEWS, "/new")
    feed = visits_of_a_move(moving, to=f"HTTP://me:word@127.0.0.1:{server.port}/new#top")
    assert feed.url == server.url("/new")


def test_a_password_is_not_taken_along_to_another_server(server, other_server, moving):
    other_server.serve(NEWS, "/new")
    Feed.objects.update(sealed=seal({"user": "me", "password": "a word"}))
    feed = visits_of_a_move(moving, to=other_server.url("/new"))
    assert feed.url == server.url("/old")
    assert "is not told its password" in feed.last_outcome
    assert all(asked.headers["Authorization"] is None for asked in other_server.asked)
    server.serve(NEWS, "/new")
    assert visits_of_a_move(moving, to="/new").url == server.url("/new")


# -- quiet visits ---------------------------------------------------------------------------------------------------

# What two ways of recording the same may differ in: moments, and where the wait is by chance.
BY_CHANCE = {"next_fetch_at", "last_visit_at", "unconditional_at", "created_at", "id", "url", "title"}


@pytest.mark.parametrize(
    "answer", [Answer(status=304), Answer(NEWS.encode(), headers={"ETag": '"2"', "Last-Modified": "now"})]
)
@pytest.mark.parametrize("state", [FeedState.SILENT, FeedState.FAILING, FeedState.OK])
@pytest.mark.parametrize("is_conditional", [True, False])
def test_visits_recorded_together_leave_what_visits_recorded_singly_leave(
    server, add_feed, monkeypatch, answer, state, is_conditional
):
    monkeypatch.setattr(schedule.random, "uniform", lambda low, high: (low + high) / 2)
    feeds = [add_feed(server.serve(NEWS, path, ETag='"1"'), language="en") for path in ("/together", "/singly")]
    refresh_due_feeds()
    for path in ("/together", "/singly"):
        server.routes[path] = answer
    Feed.objects.update(
        last_visit_at=timezone.now() - HOUR,
        state=state,
        failures=3,
        interval=HOUR,
        created_at=timezone.now() - 9 * HOUR,
        last_item_at=timezone.now() - HOUR,
        unconditional_at=timezone.now() - HOUR * (1 if is_conditional else 25),
    )
    before = Feed.objects.get(pk=feeds[0].pk)
    for feed, is_quiet in zip(feeds, (run.is_quiet, lambda findings: False), strict=True):
        Feed.objects.filter(pk__gt=feed.pk).update(next_fetch_at=timezone.now() + DAY)
        Feed.objects.filter(pk=feed.pk).update(next_fetch_at=timezone.now())
        monkeypatch.setattr(run, "is_quiet", is_quiet)
        refresh_due_feeds()
    together, singly = (Feed.objects.get(pk=feed.pk) for feed in feeds)
    values = [{k: v for k, v in model_to_dict(feed).items() if k not in BY_CHANCE} for feed in (together, singly)]
    assert values[0] == values[1]
    assert abs(wait_of(together) - wait_of(singly)) < MINUTE
    for name in ("last_visit_at", "unconditional_at"):
        moved = [getattr(feed, name) - getattr(before, name) > MINUTE for feed in (together, singly)]
        assert moved[0] == moved[1]
    visits = FeedVisit.objects.order_by("feed_id", "-started_at").distinct("feed_id")
    (one, other) = visits.values("outcome", "trouble", "words", "http_status", "items", "new_items")
    assert one == other


def test_many_quiet_visits_are_recorded_together(server, add_feed, monkeypatch):
    monkeypatch.setattr(run, "QUIET_SECONDS", 60)
    for n in range(16):
        server.routes[f"/{n}"] = Answer(status=304)
        add_feed(server.url(f"/{n}"))
    with CaptureQueriesContext(connection) as captured:
        refresh_due_feeds()
    written = [query["sql"] for query in captured if 'INTO "relations_feedvisit"' in query["sql"]]
    assert (len(written), FeedVisit.objects.filter(words="nothing new").count()) == (1, 16)


def test_a_feed_whose_address_was_changed_meanwhile_keeps_nothing_of_a_quiet_visit(server, add_feed, monkeypatch):
    add_feed(server.serve(NEWS))
    visit()

    def changed_meanwhile(visits):
        Feed.objects.update(url=server.url("/other"), last_outcome="")
        conclude(visits)

    conclude = run._conclude_quiet
    monkeypatch.setattr(run, "_conclude_quiet", changed_meanwhile)
    assert visit().last_outcome == ""
    assert FeedVisit.objects.count() == 1


# -- states ---------------------------------------------------------------------------------------------------------


def test_a_silent_feed_stays_silent_until_something_new_comes(server, add_feed):
    add_feed(server.serve(NEWS))
    visit()
    Feed.objects.update(state=FeedState.SILENT)
    assert visit().state == FeedState.SILENT  # the same bytes
    server.serve(rss(item("b", "Bridge closed", BRIDGE)))
    assert visit().state == FeedState.SILENT  # other bytes, but nothing new
    server.serve(rss(item("b", "Bridge closed", FERRY)))
    assert visit().state == FeedState.SILENT  # an edit of what is old
    server.serve(rss(item("c", "Ferry")))
    assert visit().state == FeedState.OK


def test_secrets_that_can_not_be_read_any_more_are_told_and_nothing_is_asked(server, add_feed, settings):
    add_feed(server.serve(NEWS), sealed=seal({"user": "me", "password": "a word"}))
    assert visit().state == FeedState.OK
    settings.SECRET_KEY, before = "another key", settings.SECRET_KEY
    feed = visit()
    assert (feed.state, len(server.asked)) == (FeedState.FAILING, 1)
    assert [record.trouble for record in feed.visits.all()] == ["secrets", ""]
    assert "SECRET_KEY" in feed.last_outcome and "a word" not in feed.last_outcome
    settings.SECRET_KEY_FALLBACKS = [before]
    assert visit().state == FeedState.OK


def test_a_feed_with_another_one_in_trouble_is_visited_all_the_same(server, add_feed):
    add_feed(server.serve(NEWS, "/bad"), sealed="no token at all")
    add_feed(server.serve(NEWS, "/good"))
    refresh_due_feeds()
    assert dict(Feed.objects.values_list("url", "state")) == {server.url("/bad"): "failing", server.url("/good"): "ok"}
    assert not Feed.objects.filter(next_fetch_at__lte=timezone.now()).exists()
