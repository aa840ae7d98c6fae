"""How gently hosts are asked, however many feeds they have and however many workers we are."""

from __future__ import annotations

import threading
import time
from datetime import timedelta

import pytest
from django.db import connections, transaction
from django.utils import timezone

from relations.ingest import run_hosts
from relations.ingest.run import refresh_due_feeds
from relations.ingest.run_hosts import LEAST_WAIT, LONGEST_REQUEST, give_back, take_turns
from relations.models import Feed, FeedVisit, Host, OpenRequest, registrable_domain
from tests.ingest.servers import Answer, FeedServer
from tests.ingest.texts import item, rss

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("loopback_allowed")]

SECOND, MINUTE, HOUR = timedelta(seconds=1), timedelta(minutes=1), timedelta(hours=1)
NEWS = Answer(rss(item("a")).encode())


@pytest.fixture
def gentle(settings, loopback_allowed) -> None:
    settings.FETCH_ALLOWED_HOSTS = ["127.0.0.1", "localhost"]
    settings.FETCH_AT_ONCE, settings.FETCH_SECONDS_APART = 2, 0


class Counted:
    """A route that takes its time; begun: when each request came, most: how many were under way at once."""

    def __init__(self, seconds: float = 0.03, answer: Answer = NEWS) -> None:
        self.answer, self.seconds, self.begun, self.most = answer, seconds, list[float](), 0
        self._under_way, self._lock = 0, threading.Lock()

    def __call__(self, asked: object) -> Answer:
        with self._lock:
            self.begun.append(time.monotonic())
            self._under_way += 1
            self.most = max(self.most, self._under_way)
        time.sleep(self.seconds)
        with self._lock:
            self._under_way -= 1
        return self.answer


def add_feeds(server: FeedServer, add_feed, count: int, route: Counted, host: str = "127.0.0.1") -> list[Feed]:
    for n in range(count):
        server.routes[f"/{n}"] = route
    return [add_feed(f"http://{host}:{server.port}/{n}") for n in range(count)]


def work_at_once(workers: int) -> None:
    def work() -> None:
        try:
            refresh_due_feeds()
        finally:
            connections.close_all()

    threads = [threading.Thread(target=work) for _ in range(workers)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()


# -- turns ----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("url", "domain"),
    [
        ("https://feeds.courier.co.uk/x", "courier.co.uk"),
        ("https://www.Courier.CO.UK:8443/y", "courier.co.uk"),
        ("http://me:word@courier.example./", "courier.example"),
        ("https://one.blogspot.com/", "blogspot.com"),
        ("http://127.0.0.1:8000/feed", "127.0.0.1"),
        ("http://[2001:db8::1]/feed", "2001:db8::1"),
        ("http://localhost/", "localhost"),
        ("https://courier.xn--p1ai/", "courier.xn--p1ai"),
        *((address, "") for address in ("", "http://[broken", "no address", "http:///x")),
    ],
)
def test_what_belongs_to_one_host(url, domain):
    assert registrable_domain(url) == domain


def test_two_may_be_begun_and_the_others_wait_one_after_the_other(gentle):
    now = timezone.now()
    begun, waiting = take_turns([(n, "courier.example") for n in range(5)] + [(9, "gazette.example")], now)
    assert [asked for asked, _ in begun] == [0, 1, 9]
    assert waiting == [(2, now + LEAST_WAIT), (3, now + 2 * LEAST_WAIT), (4, now + 3 * LEAST_WAIT)]
    give_back([begun[0][1]])
    begun, waiting = take_turns([(n, "courier.example") for n in (2, 3)], now)
    assert ([asked for asked, _ in begun], [asked for asked, _ in waiting]) == ([2], [3])


def test_requests_are_begun_apart(settings):
    settings.FETCH_AT_ONCE, settings.FETCH_SECONDS_APART = 2, 5
    now = timezone.now()

    def begun_at(moment):
        begun, waiting = take_turns([("a", "courier.example")], moment)
        return bool(begun), [free_at for _, free_at in waiting]

    assert begun_at(now) == (True, [])
    assert begun_at(now + 4 * SECOND) == (False, [now + 10 * SECOND])
    assert begun_at(now + 5 * SECOND) == (True, [])


def test_a_host_that_is_paused_is_not_asked(gentle):
    now = timezone.now()
    Host.objects.create(domain="courier.example", paused_until=now + HOUR)
    begun, waiting = take_turns([("a", "courier.example"), ("b", "gazette.example")], now)
    assert [asked for asked, _ in begun] == ["b"]
    assert waiting == [("a", now + HOUR + LEAST_WAIT)]
    assert take_turns([("a", "courier.example")], now + HOUR)[1] == []


def test_a_request_whose_worker_died_is_forgotten_when_it_is_overdue(gentle):
    now = timezone.now()
    take_turns([(n, "courier.example") for n in range(2)], now)
    assert take_turns([("a", "courier.example")], now + LONGEST_REQUEST - SECOND)[0] == []
    ((asked, _),) = take_turns([("a", "courier.example")], now + LONGEST_REQUEST)[0]
    assert asked == "a" and OpenRequest.objects.count() == 1


def test_giving_back_twice_or_nothing_is_no_trouble(gentle):
    ((_, request),) = take_turns([("a", "courier.example")], timezone.now())[0]
    give_back([request, None])
    give_back([request])
    give_back([])
    assert not OpenRequest.objects.exists()


def test_turns_take_as_many_queries_for_many_as_for_few(gentle, django_assert_num_queries):
    now = timezone.now()
    for count in (3, 60):
        with django_assert_num_queries(6):
            take_turns([(n, f"site-{count}-{n % 30}.example") for n in range(count)], now)


@pytest.mark.django_db(transaction=True)
def test_workers_who_want_the_same_hosts_in_other_orders_do_not_hold_each_other_up(gentle):
    domains = [f"site-{n}.example" for n in range(40)]
    troubles: list[BaseException] = []

    def work(wanted: list[str]) -> None:
        try:
            for _ in range(8):
                with transaction.atomic():
                    begun, _ = take_turns([(domain, domain) for domain in wanted], timezone.now())
                give_back(request for _, request in begun)
        except BaseException as trouble:
            troubles.append(trouble)
        finally:
            connections.close_all()

    threads = [
        threading.Thread(target=work, args=(wanted,)) for wanted in (domains, domains[::-1], domains[20:] + domains)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert troubles == []
    assert not OpenRequest.objects.exists()


# -- feeds ----------------------------------------------------------------------------------------------------------


@pytest.mark.django_db(transaction=True)
def test_two_at_once_over_several_workers_and_all_feeds_of_a_host(server, add_feed, gentle, monkeypatch):
    monkeypatch.setattr(run_hosts, "LEAST_WAIT", timedelta(milliseconds=20))
    route = Counted()
    add_feeds(server, add_feed, 16, route)
    work_at_once(3)
    assert (len(route.begun), route.most, FeedVisit.objects.count()) == (16, 2, 16)
    assert not OpenRequest.objects.exists()


@pytest.mark.django_db(transaction=True)
def test_seconds_apart_over_several_workers(server, add_feed, settings):
    settings.FETCH_AT_ONCE, settings.FETCH_SECONDS_APART = 2, 1
    route = Counted()
    add_feeds(server, add_feed, 3, route)
    work_at_once(2)
    waits = [later - earlier for earlier, later in zip(route.begun, route.begun[1:], strict=False)]
    assert len(waits) == 2 and min(waits) > 0.9


@pytest.mark.parametrize(("count", "status"), [(100, 404), (20, 304)])
def test_all_of_many_feeds_of_one_host_are_visited_in_one_round(server, add_feed, gentle, monkeypatch, count, status):
    monkeypatch.setattr(run_hosts, "LEAST_WAIT", timedelta(milliseconds=10))
    route = Counted(0, Answer(status=status))
    feeds = add_feeds(server, add_feed, count, route)
    refresh_due_feeds()
    assert len(route.begun) == len(feeds) == FeedVisit.objects.count()
    assert not Feed.objects.filter(next_fetch_at__lte=timezone.now() + MINUTE).exists()


@pytest.mark.parametrize("is_known", [True, False])
def test_a_host_with_many_feeds_does_not_wait_for_a_slow_one(
    server, other_server, add_feed, gentle, monkeypatch, is_known
):
    """Whether they bring something or not: visits that bring nothing are recorded together."""
    monkeypatch.setattr(run_hosts, "LEAST_WAIT", timedelta(milliseconds=10))
    monkeypatch.setattr("relations.ingest.rounds.LOOK_EVERY", 0.05)
    monkeypatch.setattr("relations.ingest.run.QUIET_SECONDS", 0.05)
    many, slow = Counted(0), Counted(2.5)
    add_feeds(server, add_feed, 12, many)
    if is_known:
        refresh_due_feeds()
        many.begun.clear()
        Feed.objects.update(next_fetch_at=timezone.now())
    add_feeds(other_server, add_feed, 1, slow, "localhost")
    began = time.monotonic()
    refresh_due_feeds()
    assert len(many.begun) == 12 and max(many.begun) - began < 2.2


def test_the_feeds_of_other_hosts_do_not_wait_for_a_paused_one(server, other_server, add_feed, gentle):
    Host.objects.create(domain="127.0.0.1", paused_until=timezone.now() + HOUR)
    waiting = add_feeds(server, add_feed, 5, Counted())
    route = Counted()
    add_feeds(other_server, add_feed, 2, route, "localhost")
    refresh_due_feeds(limit=3)
    assert (len(server.asked), len(route.begun)) == (0, 2)
    for feed in waiting:
        feed.refresh_from_db()
        assert HOUR - MINUTE < feed.next_fetch_at - timezone.now() < HOUR + MINUTE
        assert (feed.leased_until, feed.failures, feed.visits.count()) == (None, 0, 0)


def test_without_a_word_for_how_long_a_host_is_not_paused_for_longer_with_each_failure(server, add_feed, gentle):
    server.routes["/0"] = Answer(status=429)
    add_feed(server.url("/0"), failures=9)
    refresh_due_feeds()
    until = Host.objects.get().paused_until
    assert until and until - timezone.now() <= 10 * MINUTE
    assert Feed.objects.get().next_fetch_at - timezone.now() > 6 * HOUR
