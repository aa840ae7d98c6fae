"""Servers that answer what is no feed, or not now, or no more: faults 28 to 35 of reading feeds.

Each feed was read well once; WatchedFeed holds every visit to what must never break.
"""

from __future__ import annotations

import socket
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime

import pytest

from relations.ingest import run
from relations.ingest.schedule import LONGEST
from relations.ingest.store import database_now
from relations.models import Article, Feed, FeedState, FeedVisit, Host, VisitOutcome
from tests.ingest.misbehaving import NEWS, OLD, RawServer, redirect, writes
from tests.ingest.servers import Answer
from tests.ingest.texts import TEASER, item, rss

pytestmark = pytest.mark.django_db

SECOND, MINUTE, HOUR, DAY = timedelta(seconds=1), timedelta(minutes=1), timedelta(hours=1), timedelta(days=1)
MORE = rss(*OLD, item("c", "Regatta", TEASER))
REPAIR = "<!doctype html><html><head><title>Back soon</title></head><body><h1>We are being repaired</h1></body></html>"
HTML = "text/html; charset=utf-8"


# -- what is no feed ------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("content_type", [HTML, "application/rss+xml", "application/json", ""])
def test_28_a_web_page_is_told_as_such_with_the_feeds_that_it_names(watched, server, content_type):
    page = """<!DOCTYPE html><html><head><title>The Courier</title>
        <link rel="alternate" type="application/rss+xml" href="/news.rss" title="News">
        <link rel="alternate" type="application/atom+xml" href="https://courier.example/world.atom"></head>
        <body><item><guid>z</guid><title>No item</title></item><p>Welcome & hello<br></body></html>"""
    server.serve(page, Content_Type=content_type)
    visit = watched.fails("not_a_feed", status=200)
    assert "web page" in visit.words
    assert server.url("/news.rss") in visit.words and "https://courier.example/world.atom" in visit.words


def test_28_a_web_page_that_is_sound_xml_and_names_no_feed_is_told_as_such(watched, server):
    server.serve('<?xml version="1.0"?><html xmlns="http://www.w3.org/1999/xhtml"><body><p>Welcome</p></body></html>')
    assert "names no feed" in watched.fails("not_a_feed", status=200).words


@pytest.mark.parametrize("body", [b"", b" \r\n\t ", b"\xef\xbb\xbf", b"\xef\xbb\xbf\n", b"\x00\x00\x00"])
def test_29_an_empty_answer_is_an_error_and_deletes_nothing(watched, server, body):
    server.serve(body, ETag='"2"')
    watched.fails("empty", status=200)


def test_29_a_feed_without_items_is_none_and_deletes_nothing(watched, server):
    server.serve(rss(), ETag='"2"')
    assert watched.goes_well().words == "0 items, nothing new"
    server.serve(MORE, ETag='"3"')
    watched.goes_well(new=1)


# -- what was and what was not changed ------------------------------------------------------------------------------


def unchanged_with_a_body(body: bytes) -> bytes:
    return b'HTTP/1.1 304 Not Modified\r\nETag: "2"\r\nContent-Length: %d\r\n\r\n%s' % (len(body), body)


@pytest.mark.parametrize("body", [MORE.encode(), rss().encode(), b"", REPAIR.encode()])
def test_30_the_body_of_an_unchanged_feed_is_ignored(watched, server, body):
    server.raw["/feed"] = writes(unchanged_with_a_body(body))
    assert watched.goes_well().http_status == 304
    assert watched.feed.etag == '"1"'


def test_30_such_a_body_is_not_taken_for_the_answer_to_the_next_request(watched, server, add_feed, monkeypatch):
    monkeypatch.setattr(run, "THREADS", 1)  # so that the connection is there for the next feed of this server
    connections = []

    def talk(connection: socket.socket) -> None:
        connections.append(connection)
        while asked := connection.recv(65536):
            if b"If-None-Match" in asked:
                connection.sendall(unchanged_with_a_body(MORE.encode()))
            else:
                page = rss(item("x", "Beside")).encode()
                connection.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: %d\r\n\r\n%s" % (len(page), page))

    with RawServer(talk) as confusing:
        server.routes["/feed"] = redirect(f"http://{confusing.host}/feed")
        beside = add_feed(f"http://{confusing.host}/beside", next_fetch_at=database_now() + SECOND)
        watched.goes_well()
    visit = FeedVisit.objects.get(feed=beside)
    assert (visit.outcome, visit.words) == (VisitOutcome.ITEMS, "1 item, 1 new")


@pytest.mark.parametrize(
    ("validator", "condition"), [("ETag", "If-None-Match"), ("Last-Modified", "If-Modified-Since")]
)
def test_31_a_server_that_says_unchanged_of_what_changed_is_found_out_within_a_day(
    watched, server, validator, condition
):
    def answer(asked):
        is_asked = asked.headers[condition] == '"same"'
        return Answer(b"" if is_asked else MORE.encode(), 304 if is_asked else 200, {validator: '"same"'})

    server.serve(NEWS, **{validator: '"same"'})
    watched.goes_well()
    server.routes["/feed"] = answer
    assert watched.goes_well().http_status == 304
    assert watched.goes_well().http_status == 304
    watched.shift(unconditional_at=DAY)
    assert watched.goes_well(new=1).http_status == 200
    assert Article.objects.filter(identity="c").exists()


# -- not now --------------------------------------------------------------------------------------------------------


def http_date(moment: datetime) -> str:
    return format_datetime(moment, usegmt=True)


RETRY_AFTER = {
    "7200": (2 * HOUR, 2.3 * HOUR),
    "in two hours": (2 * HOUR, 2.3 * HOUR),
    "0": (30 * MINUTE, 34 * MINUTE),  # as often as usual
    "an hour ago": (30 * MINUTE, 34 * MINUTE),
    "Tue, 04 Mar 2003 10:00:00 GMT": (30 * MINUTE, 34 * MINUTE),
    "315360000": (DAY, DAY),
    "in ten years": (DAY, DAY),
    "9" * 5000: (DAY, DAY),
}
MEANT = {"in two hours": 2 * HOUR, "an hour ago": -HOUR, "in ten years": 3653 * DAY}


@pytest.mark.parametrize("asked", RETRY_AFTER, ids=lambda asked: asked[:30])
def test_32_retry_after_is_kept_to_within_a_day(watched, server, asked):
    words = http_date(datetime.now(UTC) + MEANT[asked]) if asked in MEANT else asked
    server.routes["/feed"] = Answer(MORE.encode(), 429, {"Retry-After": words})
    watched.fails("rate_limited", status=429, state="limited")
    least, most = RETRY_AFTER[asked]
    assert least - MINUTE < watched.wait < min(most, LONGEST) + MINUTE
    # The host too, with all its other feeds.
    assert Host.objects.get(domain="127.0.0.1").paused_until == watched.feed.next_fetch_at


@pytest.mark.parametrize("asked", ["soon", "-5", ""])
def test_32_what_can_not_be_understood_is_a_failure_like_any_other(watched, server, asked):
    server.routes["/feed"] = Answer(MORE.encode(), 429, {"Retry-After": asked})
    watched.fails("rate_limited", status=429, state="limited")
    assert 30 * MINUTE - MINUTE < watched.wait < 90 * MINUTE + MINUTE
    paused_until = Host.objects.get(domain="127.0.0.1").paused_until
    assert paused_until and database_now() < paused_until <= watched.feed.next_fetch_at


@pytest.mark.parametrize("hours", [-3, 3], ids=["behind", "ahead"])
def test_32_a_date_is_read_by_the_clock_of_its_server_however_wrong_that_is(watched, server, hours):
    theirs = datetime.now(UTC) + hours * HOUR
    head = f"Date: {http_date(theirs)}\r\nRetry-After: {http_date(theirs + 2 * HOUR)}\r\n\r\n"
    server.raw["/feed"] = writes(b"HTTP/1.1 429 Too Many Requests\r\n" + head.encode())
    watched.fails("rate_limited", status=429, state="limited")
    assert 2 * HOUR - MINUTE < watched.wait < 2.3 * HOUR


def test_32_a_feed_that_is_overloaded_is_left_alone_and_its_host_is_not(watched, server, add_feed):
    server.routes["/feed"] = Answer(MORE.encode(), 503, {"Retry-After": "7200"})
    beside = add_feed(server.serve(rss(item("x", "Beside")), "/beside"))
    watched.fails("rate_limited", status=503, state="limited")
    assert 2 * HOUR - MINUTE < watched.wait < 2.3 * HOUR
    beside.refresh_from_db()
    assert beside.state == FeedState.OK
    assert Host.objects.get(domain="127.0.0.1").paused_until is None


@pytest.mark.parametrize("status", [500, 502, 503, 504])
@pytest.mark.parametrize("body", [REPAIR, MORE, ""], ids=["a page", "a feed", "nothing"])
def test_33_what_comes_with_an_error_of_the_server_is_not_read(watched, server, monkeypatch, status, body):
    server.routes["/feed"] = Answer(body.encode(), status, {"Content-Type": HTML, "ETag": '"2"'})
    visit = watched.fails("http_error", status=status)
    assert str(status) in visit.words and "page" not in visit.words


# -- no more --------------------------------------------------------------------------------------------------------


def test_34_a_feed_is_gone_when_its_server_said_so_twice_and_that_is_to_be_seen(watched, server, signed_in):
    server.routes["/feed"] = Answer(REPAIR.encode(), 410, {"Content-Type": HTML})
    watched.fails("gone", status=410)
    watched.fails("gone", status=410)  # an hour later it may be a mistake still
    watched.visited_earlier(DAY)
    watched.fails("gone", status=410, state="gone")
    admin = signed_in("admin")
    shown = admin.get("/feeds/?state=gone").content.decode()
    assert "The Courier" in shown and "The Neighbour" not in shown
    assert "gone for good (410)" in admin.get(f"/feeds/{watched.feed.pk}/").content.decode()
    server.serve(MORE)
    watched.goes_well(new=1)  # it is asked for still, though rarely
    assert watched.feed.state == FeedState.OK


@pytest.mark.parametrize("status", [301, 308])
def test_35_a_permanent_redirect_to_a_page_of_repairs_is_never_adopted(watched, server, status):
    server.routes |= {"/feed": redirect("/repair", status), "/repair": Answer(REPAIR.encode())}
    for _ in range(5):
        watched.fails("not_a_feed", status=200)
        watched.visited_earlier(DAY)
    assert watched.feed.moved_to == ""


@pytest.mark.parametrize("status", [301, 308])
def test_35_nor_is_one_to_a_feed_that_has_nothing_of_the_old_one(watched, server, status):
    url = watched.feed.url
    server.routes["/feed"] = redirect("/repair", status)
    server.serve(rss(item("sorry", "We are being repaired", TEASER), title="Repairs"), "/repair")
    watched.goes_well(new=1)
    for _ in range(5):
        if watched.feed.moved_since:
            watched.shift(moved_since=DAY)
        watched.goes_well()
    assert Feed.objects.get(pk=watched.feed.pk).url == url


@pytest.mark.parametrize("status", [301, 308])
def test_35_but_one_to_the_same_feed_is_after_three_visits_over_two_days(watched, server, status):
    url = watched.feed.url
    server.routes["/feed"] = redirect("/new-home", status)
    server.serve(MORE, "/new-home")
    watched.goes_well(new=1)
    for _ in range(2):
        watched.goes_well()
    assert watched.feed.url == url
    watched.shift(moved_since=2 * DAY)
    watched.goes_well()
    assert watched.feed.url == server.url("/new-home")
