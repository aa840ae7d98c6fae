from __future__ import annotations

import gzip
import threading
import time
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime

import pytest

from relations.ingest.fetch import Asker, Limits, fetch
from relations.ingest.network import is_public
from relations.ingest.trouble import (
    ConnectionTrouble,
    Gone,
    HTTPTrouble,
    NoSuchHost,
    RateLimited,
    RedirectLoop,
    RefusedAddress,
    TLSTrouble,
    TooLarge,
    TooSlow,
    Unreadable,
)
from tests.ingest.servers import Answer


def get(url, **options):
    return fetch(url, **{"asker": Asker("Test/1"), "allowed_hosts": ["127.0.0.1"], **options})


def test_a_page_comes_with_its_validators_verbatim(server):
    url = server.serve("hello", ETag='W/"a-\u00fc"', Last_Modified="Tue, 04 Mar 2031 10:00:00 GMT")
    page = get(url)
    assert (page.status, page.url, page.body, page.content_type) == (200, url, b"hello", "application/xml")
    assert (page.etag, page.last_modified) == ('W/"a-\u00fc"', "Tue, 04 Mar 2031 10:00:00 GMT")
    assert (page.permanent_url, page.retry_after) == ("", None)
    assert server.asked[0].headers["User-Agent"] == "Test/1"
    assert server.asked[0].headers["Accept-Encoding"] == "gzip, deflate"
    assert server.asked[0].headers["If-None-Match"] is None


def test_validators_go_back_verbatim_and_304_has_no_body(server):
    server.routes["/feed"] = Answer(b"ignored", 304)
    page = get(server.url(), etag='W/"a-\u00fc"', last_modified="yesterday-ish")
    assert (page.status, page.body) == (304, b"")
    assert server.asked[0].headers["If-None-Match"] == 'W/"a-\u00fc"'
    assert server.asked[0].headers["If-Modified-Since"] == "yesterday-ish"


def test_a_packed_page_is_unpacked(server):
    assert get(server.serve(gzip.compress(b"hello" * 100), Content_Encoding="gzip")).body == b"hello" * 100


def test_a_damaged_or_unknown_packing_is_told(server):
    with pytest.raises(Unreadable):
        get(server.serve(b"not gzip at all", Content_Encoding="gzip"))
    with pytest.raises(Unreadable, match="br"):
        get(server.serve(b"?", Content_Encoding="br"))


# -- addresses ------------------------------------------------------------------------------------------------------


def test_this_machine_is_refused_by_default(server):
    for host in ("127.0.0.1", "localhost", "0x7f.1", "2130706433", "[::ffff:127.0.0.1]", "0.0.0.0"):
        with pytest.raises(RefusedAddress):
            get(f"http://{host}:{server.port}/feed", allowed_hosts=[])
    assert server.asked == []


@pytest.mark.parametrize("host", ["10.0.0.1", "[::ffff:10.0.0.1]", "[64:ff9b::a00:1]", "169.254.169.254", "[fe80::1]"])
def test_private_addresses_are_refused(host):
    with pytest.raises(RefusedAddress, match="FETCH_ALLOWED_HOSTS"):
        get(f"http://{host}/feed")


@pytest.mark.parametrize(
    "address",
    [
        *("127.0.0.1", "10.1.2.3", "172.16.0.1", "192.168.1.1", "169.254.1.1", "100.64.0.1", "224.0.0.1", "0.0.0.0"),
        *("255.255.255.255", "240.0.0.1", "198.18.0.1", "::", "::1", "fe80::1", "fe80::1%eth0", "fc00::1", "fec0::1"),
        *("ff02::1", "::ffff:8.8.8.8", "::7f00:1", "64:ff9b::8.8.8.8", "64:ff9b:1::1", "2002:a00:1::", "2001:0:1::1"),
        "2001:db8::1",
    ],
)
def test_addresses_that_are_not_public(address):
    assert not is_public(address)


@pytest.mark.parametrize("address", ["8.8.8.8", "93.184.215.14", "2606:2800:21f:cb07:6820:80da:af6b:8b2c"])
def test_addresses_that_are_public(address):
    assert is_public(address)


def test_an_allowed_host_may_be_one_port_only(server, other_server):
    server.serve("hello")
    allowed = [f"127.0.0.1:{server.port}"]
    assert get(server.url(), allowed_hosts=allowed).body == b"hello"
    with pytest.raises(RefusedAddress):
        get(other_server.url(), allowed_hosts=allowed)


@pytest.mark.parametrize(
    "url", ["file:///etc/passwd", "ftp://feeds.example/x", "feeds.example", "http://", "http://[::1"]
)
def test_only_web_addresses_are_fetched(url):
    with pytest.raises(RefusedAddress):
        get(url)


def test_a_name_that_does_not_exist():
    with pytest.raises(NoSuchHost):
        get("http://no-such-host.invalid/feed")


# -- redirects ------------------------------------------------------------------------------------------------------


def redirect(to: str, status: int = 302) -> Answer:
    return Answer(b"", status, {"Location": to})


def test_redirects_are_followed_and_permanent_ones_remembered_as_far_as_they_lead(server):
    server.routes |= {"/a": redirect("/b", 301), "/b": redirect("/c", 308), "/c": redirect("/d", 302)}
    server.serve("hello", "/d")
    page = get(server.url("/a"))
    assert (page.body, page.url, page.permanent_url) == (b"hello", server.url("/d"), server.url("/c"))
    assert get(server.url("/c")).permanent_url == ""


def test_no_request_reaches_a_refused_address_by_redirect(server, other_server):
    server.routes["/feed"] = redirect(other_server.url("/secret"))
    with pytest.raises(RefusedAddress):
        get(server.url(), allowed_hosts=[f"127.0.0.1:{server.port}"])
    assert server.paths() == ["/feed"]
    assert other_server.asked == []


def test_a_redirect_can_not_leave_the_web(server):
    server.routes["/feed"] = redirect("file:///etc/passwd")
    with pytest.raises(RefusedAddress):
        get(server.url())


def test_a_redirect_loop_ends(server):
    server.routes |= {"/a": redirect("/b"), "/b": redirect("/a")}
    with pytest.raises(RedirectLoop):
        get(server.url("/a"))
    assert len(server.asked) == 6


# -- limits ---------------------------------------------------------------------------------------------------------


def test_too_large_a_page_is_left(server):
    with pytest.raises(TooLarge):
        get(server.serve(b"x" * 5000), limits=Limits(body=4999))
    assert len(get(server.serve(b"x" * 5000), limits=Limits(body=5000)).body) == 5000


def test_the_size_that_counts_is_the_unpacked_one(server):
    with pytest.raises(TooLarge):
        get(server.serve(gzip.compress(b"x" * 2_000_000), Content_Encoding="gzip"), limits=Limits(body=1_000_000))


@pytest.mark.parametrize("start", [b"", b"HTTP/1.1 200 OK\r\nContent-Length: 9999\r\n\r\n"])
def test_a_server_that_trickles_is_left_at_the_deadline(server, start):
    over = threading.Event()

    def trickle(out):
        out.write(start)
        while not over.wait(0.05):
            out.write(b"H")
            out.flush()

    server.raw["/feed"] = trickle
    began = time.monotonic()
    with pytest.raises((TooSlow, ConnectionTrouble)) as caught:
        get(server.url(), limits=Limits(total=0.5))
    over.set()
    assert caught.value.kind == "timeout"
    assert 0.4 < time.monotonic() - began < 2


def test_a_connection_cut_in_the_middle_is_trouble_not_half_a_page(server):
    server.raw["/feed"] = lambda out: out.write(b"HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nhalf")
    with pytest.raises(ConnectionTrouble):
        get(server.url())


def test_nobody_listens(server):
    url = server.url()
    server.close()
    with pytest.raises(ConnectionTrouble):
        get(url)


def test_a_server_without_tls_is_told_as_such(server):
    with pytest.raises(TLSTrouble):
        get(server.url().replace("http:", "https:"))


# -- answers that are no page ---------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("status", "trouble", "kind"),
    [
        (404, HTTPTrouble, "http_error"),
        (500, HTTPTrouble, "http_error"),
        (410, Gone, "gone"),
        (429, RateLimited, "rate_limited"),
    ],
)
def test_other_answers_are_trouble_with_their_status(server, status, trouble, kind):
    server.routes["/feed"] = Answer(b"<html>", status)
    with pytest.raises(trouble, match=str(status)) as caught:
        get(server.url())
    assert (caught.value.kind, caught.value.status) == (kind, status)


@pytest.mark.parametrize(
    ("value", "seconds"),
    [
        ("120", 120),
        ("0", 0),
        ("315360000", 86400),
        ("9" * 5000, 86400),
        ("Tue, 04 Mar 2003 10:00:00 GMT", 0),
        ("soon", None),
        ("-5", None),
    ],
)
def test_retry_after_in_seconds_or_as_a_date(server, value, seconds):
    server.routes["/feed"] = Answer(b"", 429, {"Retry-After": value})
    with pytest.raises(RateLimited) as caught:
        get(server.url())
    assert caught.value.retry_after == seconds


def test_retry_after_as_a_date_to_come(server):
    in_an_hour = format_datetime(datetime.now(UTC) + timedelta(hours=1), usegmt=True)
    server.routes["/feed"] = Answer(b"", 429, {"Retry-After": in_an_hour})
    with pytest.raises(RateLimited) as caught:
        get(server.url())
    assert caught.value.retry_after == pytest.approx(3600, abs=60)


def test_an_overloaded_server_that_says_for_how_long_is_limiting_us(server):
    server.routes |= {"/a": Answer(b"", 503, {"Retry-After": "60"}), "/b": Answer(b"", 503)}
    with pytest.raises(RateLimited):
        get(server.url("/a"))
    with pytest.raises(HTTPTrouble) as caught:
        get(server.url("/b"))
    assert caught.value.kind == "http_error"
