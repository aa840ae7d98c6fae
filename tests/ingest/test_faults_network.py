"""Servers that cut off, trickle, flood and pack: faults 1 to 5, 10, 11, 36 and 37 of reading feeds.

Each feed was read well once; WatchedFeed holds every visit to what must never break.
"""

from __future__ import annotations

import gzip
import itertools
import random
import socket
import ssl
import time
import tracemalloc
import zlib
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime

import pytest
import trustme
from h2.config import H2Configuration
from h2.connection import H2Connection
from h2.events import RequestReceived
from hyperframe.frame import ContinuationFrame, HeadersFrame

from relations.ingest import fetch
from relations.ingest.items import LONGEST_TITLE, MOST_ITEMS
from relations.models import Article
from tests.ingest.misbehaving import (
    NEWS,
    OLD,
    PUBLIC,
    RawServer,
    SecureFeedServer,
    WatchedFeed,
    endlessly,
    redirect,
    writes,
)
from tests.ingest.texts import FERRY, TEASER, item, rss

pytestmark = pytest.mark.django_db

MB = 2**20
MORE = rss(*OLD, item("c", "Regatta", TEASER), item("d", "Fog")).encode()
CUT = MORE[: -len(FERRY) // 2]  # in the middle of the last story
OK = b"HTTP/1.1 200 OK\r\n"


@pytest.fixture
def authority(monkeypatch) -> trustme.CA:
    """An authority of certificates that we trust besides those that we always do."""
    made, ours = trustme.CA(), fetch._ssl_context.__wrapped__()
    made.configure_trust(ours)
    monkeypatch.setattr(fetch, "_ssl_context", lambda: ours)
    return made


def context_of(certificate: trustme.LeafCert) -> ssl.SSLContext:
    """For a server that has this certificate."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    certificate.configure_cert(context)
    return context


# -- connections that end too soon, too late or never ---------------------------------------------------------------


@pytest.mark.parametrize(
    ("answer", "kind", "status"),
    [
        (b'%sContent-Length: 9999\r\nETag: "2"\r\n\r\n%s' % (OK, MORE), "connection", None),
        (b'%sTransfer-Encoding: chunked\r\nETag: "2"\r\n\r\n%x\r\n%s\r\n' % (OK, len(MORE), MORE), "connection", None),
        (b"%sContent-Len" % OK, "connection", None),
        (b"", "connection", None),
        # Where the server says nothing of the length, the feed alone can show that there was more.
        (b'%sETag: "2"\r\n\r\n%s' % (OK, CUT), "unreadable", 200),
        (b'%sETag: "2"\r\nContent-Encoding: gzip\r\n\r\n%s' % (OK, gzip.compress(MORE)[:-99]), "unreadable", 200),
    ],
    ids=["amid its length", "amid its chunks", "amid the head", "at once", "amid an item", "amid what is packed"],
)
def test_01_a_connection_that_is_closed_too_soon_brings_nothing_and_keeps_the_validators(
    watched, server, answer, kind, status
):
    server.raw["/feed"] = writes(answer)
    watched.fails(kind, status=status)
    del server.raw["/feed"]
    server.serve(MORE, ETag='"2"')
    watched.goes_well(new=2)
    assert server.asked[-1].headers["If-None-Match"] == '"1"'


@pytest.mark.parametrize(
    "start", [b"", b"%sX-Name: " % OK, b"%sContent-Length: 9999\r\n\r\n" % OK, b"%s\r\n" % OK],
    ids=["before the head", "in the head", "in the body", "without a length"],
)  # fmt: skip
def test_02_a_server_that_trickles_is_left_when_the_time_of_the_visit_is_over(watched, server, hasty, start):
    server.raw["/feed"] = writes(start, endlessly(b"H", pause=0.02))
    visit = watched.fails("timeout")
    assert hasty <= visit.took.total_seconds() < hasty + 1


@pytest.mark.parametrize("scheme", ["http", "https"])
def test_02_a_server_that_says_nothing_at_all_is_left_too(watched, server, hasty, scheme):
    with RawServer(lambda connection: time.sleep(3)) as silent:
        server.routes["/feed"] = redirect(f"{scheme}://{silent.host}/")
        visit = watched.fails("timeout")
    assert hasty <= visit.took.total_seconds() < hasty + 1


def test_02_the_time_is_for_all_redirects_together(watched, server, hasty):
    def slowly(asked):
        time.sleep(0.2)
        return redirect(f"{asked.path}+")

    server.routes |= {f"/feed{'+' * n}": slowly for n in range(5)}
    visit = watched.fails("timeout")
    assert visit.took.total_seconds() < hasty + 0.5


def test_02_the_times_are_those_of_the_rules():
    assert (fetch.LIMITS.connect, fetch.LIMITS.total) == (10, 30)


@pytest.mark.parametrize(
    ("start", "piece"),
    [
        (OK, b"X-Name: %s\r\n" % (b"x" * 1000)),
        (OK + b"X-Name: ", b"x" * 1000),
        (b"%sTransfer-Encoding: chunked\r\n\r\n5;" % OK, b"x" * 1000),
        (b"%sTransfer-Encoding: chunked\r\n\r\n0\r\n" % OK, b"X-Name: %s\r\n" % (b"x" * 1000)),
    ],
    ids=["headers", "one header", "size of a chunk", "trailers"],
)
def test_03_endless_headers_are_capped(watched, server, start, piece):
    taken = itertools.count()
    server.raw["/feed"] = writes(start, (piece for piece in endlessly(piece) if next(taken) >= 0))
    visit = watched.fails("connection")
    assert next(taken) * len(piece) < 20 * MB  # most of it is in the buffers of the connection
    assert visit.took < timedelta(seconds=5)


def test_03_endless_headers_in_http_2_are_capped(watched, server, authority):
    context = context_of(authority.issue_cert("127.0.0.1"))
    context.set_alpn_protocols(["h2"])
    sent = 0

    def flood(connection: socket.socket) -> None:
        nonlocal sent
        http = H2Connection(H2Configuration(client_side=False))
        http.initiate_connection()
        connection.sendall(http.data_to_send())
        while not any(isinstance(event, RequestReceived) for event in http.receive_data(connection.recv(MB))):
            pass
        connection.sendall(HeadersFrame(1).serialize())
        for piece in endlessly(ContinuationFrame(1, b"x" * 16_384).serialize()):
            connection.sendall(piece)
            sent += len(piece)

    with RawServer(flood, context) as flooding:
        server.routes["/feed"] = redirect(f"https://{flooding.host}/")
        watched.fails("connection")
    assert 0 < sent < 20 * MB


# -- floods ---------------------------------------------------------------------------------------------------------


def bomb(wbits: int, size: int = 1024 * MB) -> bytes:
    """So many zeros, packed a thousand times smaller: one packed block again and again, as packing them all is slow."""
    packer = zlib.compressobj(9, zlib.DEFLATED, wbits)
    start = packer.compress(b"") + packer.flush(zlib.Z_FULL_FLUSH)
    block = packer.compress(bytes(MB)) + packer.flush(zlib.Z_FULL_FLUSH)
    return start + block * (size // MB)


@pytest.mark.parametrize(("encoding", "wbits"), [("gzip", 31), ("deflate", 15), ("deflate", -15)])
def test_04_a_bomb_is_left_at_the_limit_and_takes_little_memory(watched, server, encoding, wbits):
    packed = bomb(wbits)
    assert len(packed) < 2 * MB
    server.serve(packed, Content_Encoding=encoding)
    tracemalloc.start()
    try:
        visit = watched.fails("too_large", status=200)
        peak = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    assert peak < 50 * MB
    assert "10 MB" in visit.words


def test_04_an_endless_body_is_left_at_the_limit(watched, server):
    server.raw["/feed"] = writes(b"%s\r\n<rss><channel>" % OK, endlessly(b"<title>again</title>" * 1000))
    watched.fails("too_large", status=200)


@pytest.mark.parametrize("encoding", ["gzip, gzip", "br", "zstd", "compress", "gzip, br", "x-nothing", "gzip;q=1"])
def test_05_what_is_packed_twice_or_in_an_unknown_way_is_rejected(watched, server, encoding):
    server.serve(gzip.compress(gzip.compress(MORE)), Content_Encoding=encoding)
    visit = watched.fails("unreadable")
    assert f"“{encoding}”" in visit.words


def test_05_what_is_said_to_be_packed_twice_by_two_headers_is_rejected(watched, server):
    head = b"%sContent-Encoding: gzip\r\nContent-Encoding: gzip\r\n\r\n" % OK
    server.raw["/feed"] = writes(head + gzip.compress(gzip.compress(MORE)))
    watched.fails("unreadable")


def test_05_what_is_packed_more_often_than_is_said_is_no_feed(watched, server):
    server.serve(gzip.compress(gzip.compress(MORE)), Content_Encoding="gzip")
    watched.fails("not_a_feed", status=200)


def test_05_what_is_not_packed_as_is_said_is_rejected(watched, server):
    server.serve(MORE, Content_Encoding="gzip")
    assert "damaged" in watched.fails("unreadable").words


def test_10_a_title_of_10_mb_is_shortened_and_flagged(watched, server):
    around = len(rss(*OLD, item("c", "")).encode())
    server.serve(rss(*OLD, item("c", "T" * (10 * MB - around))))
    watched.goes_well(new=1)
    article = Article.objects.get(identity="c")
    assert article.title == "T" * LONGEST_TITLE
    assert article.shortened
    assert not Article.objects.exclude(identity="c").filter(shortened=True).exists()


def test_11_of_100_000_items_the_newest_are_kept_and_the_others_counted(watched, server):
    newest = datetime.now(UTC) - timedelta(hours=1)
    items = [
        f"<item><guid>{n}</guid><title>{n}</title><pubDate>{format_datetime(newest - n * timedelta(minutes=1))}"
        "</pubDate></item>"
        for n in range(100_000)
    ]
    random.Random(4).shuffle(items)
    server.serve(rss(*items))
    visit = watched.goes_well(new=MOST_ITEMS)
    assert f"{MOST_ITEMS} items and {100_000 - MOST_ITEMS} older ones that are not looked at" in visit.words
    fresh = Article.objects.filter(feed=watched.feed).exclude(identity__in=["a", "b"])
    assert {int(article.identity) for article in fresh} == set(range(MOST_ITEMS))


# -- certificates and names -----------------------------------------------------------------------------------------


def self_signed() -> ssl.SSLContext:
    context, alone = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER), trustme.CA()
    with alone.cert_pem.tempfile() as certificate, alone.private_key_pem.tempfile() as key:
        context.load_cert_chain(certificate, key)
    return context


TODAY = datetime.now(UTC)
YEAR, DAY, HOUR, MINUTE = timedelta(days=365), timedelta(days=1), timedelta(hours=1), timedelta(minutes=1)


@pytest.mark.parametrize(
    ("certificate", "words"),
    [
        (lambda ours: ours.issue_cert("127.0.0.1", not_before=TODAY - YEAR, not_after=TODAY - DAY), "expired"),
        (lambda ours: ours.issue_cert("127.0.0.1", not_before=TODAY + DAY), "not yet valid"),
        (lambda ours: ours.issue_cert("elsewhere.example"), "not valid for '127.0.0.1'"),
        (lambda ours: trustme.CA().issue_cert("127.0.0.1"), "local issuer"),
        (None, "self-signed"),
    ],
    ids=["expired", "not valid yet", "for another host", "by nobody we know", "self-signed"],
)
def test_36_a_certificate_that_can_not_be_trusted_is_trouble_of_its_own_class(
    other_server, add_feed, loopback_allowed, settings, authority, certificate, words
):
    settings.FETCH_ALLOWED_HOSTS = ["127.0.0.1", "localhost"]
    well = context_of(authority.issue_cert("127.0.0.1"))
    server = SecureFeedServer(well)
    try:
        watched = WatchedFeed(server.serve(NEWS), other_server, add_feed)
        server.context = context_of(certificate(authority)) if certificate else self_signed()
        server.serve(MORE)
        visit = watched.fails("tls")
        assert words in visit.words and "_ssl.c" not in visit.words
        assert server.paths() == ["/feed"]
        server.context = well
        watched.goes_well(new=2)
    finally:
        server.close()


def test_37_a_name_that_is_gone_is_asked_for_ever_less_often_until_it_is_back(named, server, names):
    names.answers["feeds.example"] = [[]]
    waits = []
    for _ in range(8):
        visit = named.fails("dns")
        waits.append(named.wait)
    assert "feeds.example" in visit.words
    # Each wait is spread by half around its middle: 1, 2, 4, 8 and then 16 hours.
    for hours, wait in zip([1, 2, 4, 8, 16, 16, 16, 16], waits, strict=True):
        assert 0.5 * hours * HOUR - MINUTE < wait < 1.5 * hours * HOUR + MINUTE
    assert server.paths() == ["/feed"]
    names.answers["feeds.example"] = [[PUBLIC]]
    server.serve(MORE)
    named.goes_well(new=2)
    assert named.wait <= HOUR


def test_37_a_name_that_nobody_has_is_told_as_such(watched):
    watched.now_at("http://no-such-host.invalid/feed")
    watched.fails("dns")
