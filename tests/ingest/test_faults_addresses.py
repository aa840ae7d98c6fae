"""Servers that lead astray: faults 12 to 16 of reading feeds.

Each feed was read well once; WatchedFeed holds every visit to what must never break.
"""

from __future__ import annotations

import pytest

from relations.models.sealed import seal
from tests.ingest.misbehaving import NEWS, PUBLIC, Names, WatchedFeed, redirect
from tests.ingest.servers import Asked, FeedServer

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize("loop", [["/feed"], ["/feed", "/b"], [f"/feed{'+' * n}" for n in range(99)]])
def test_12_a_redirect_loop_ends(watched, server, loop):
    server.routes |= {path: redirect(after) for path, after in zip(loop, [*loop[1:], loop[0]], strict=True)}
    asked = len(server.asked)
    assert "5 times" in watched.fails("redirect_loop").words
    assert len(server.asked) - asked == 6


def tried_by_us(names: Names, other_server: FeedServer) -> list[str]:
    """Addresses that were connected to, without those of the neighbour."""
    return [address for address, port in names.tried if port != other_server.port]


@pytest.mark.parametrize(
    ("host", "status"),
    [
        ("169.254.169.254", 302),
        ("169.254.169.254", 308),
        ("[fe80::1]", 301),
        ("[::ffff:169.254.169.254]", 303),
        ("metadata.example", 307),
        ("127.0.0.1", 302),
    ],
)
def test_13_a_redirect_to_a_link_local_or_inner_address_sends_no_packet(
    named, server, other_server, names, host, status
):
    names.answers["metadata.example"] = [["169.254.169.254"]]
    server.routes["/feed"] = redirect(f"http://{host}:{server.port}/latest/meta-data/", status)
    visit = named.fails("refused_address")
    assert tried_by_us(names, other_server) == [PUBLIC]
    assert server.paths() == ["/feed", "/feed"]
    assert "FETCH_ALLOWED_HOSTS" in visit.words


def test_14_a_name_is_connected_at_the_address_that_was_checked_whatever_it_resolves_to_next(
    named, other_server, names
):
    names.answers["feeds.example"] = [[PUBLIC], ["127.0.0.1"]]
    named.goes_well()
    assert tried_by_us(names, other_server) == [PUBLIC]
    named.fails("refused_address")
    assert tried_by_us(names, other_server) == [PUBLIC]


@pytest.mark.parametrize(
    "mixed", [["127.0.0.1", "10.0.0.1", PUBLIC], [PUBLIC, "127.0.0.1", "169.254.169.254"]], ids=["last", "first"]
)
def test_14_of_a_name_with_inner_addresses_too_only_the_public_one_is_connected_to(named, other_server, names, mixed):
    names.answers["feeds.example"] = [mixed]
    named.goes_well()
    assert tried_by_us(names, other_server) == [PUBLIC]


def test_14_the_inner_addresses_of_a_name_do_not_step_in_for_a_public_one_that_is_down(
    named, server, other_server, names
):
    names.answers["feeds.example"] = [[PUBLIC, "127.0.0.1"]]
    server.close()
    named.fails("connection")
    assert tried_by_us(names, other_server) == [PUBLIC]


@pytest.mark.parametrize(
    "host",
    [
        *("0x7f.1", "2130706433", "127.1", "0.0.0.0", "localhost", "0xa.1", "[::1]", "[::]"),
        *("[::ffff:127.0.0.1]", "[::ffff:10.0.0.1]", "[::ffff:a00:1]", "[64:ff9b::7f00:1]", "[64:ff9b::10.0.0.1]"),
        *("[2002:7f00:1::1]", "[fd00::1]", "public@127.0.0.1", "127。0。0。1"),
    ],
)
def test_15_inner_addresses_in_disguise_are_refused(named, server, other_server, names, settings, host):
    settings.FETCH_ALLOWED_HOSTS = [f"localhost:{other_server.port}"]
    inner = f"http://{host}:{server.port}/feed"
    server.routes["/feed"] = redirect(inner.encode().decode("latin-1"))  # as bytes go through headers
    named.fails("refused_address")
    named.now_at(inner)
    named.fails("refused_address")
    assert tried_by_us(names, other_server) == [PUBLIC]


@pytest.mark.parametrize("host", ["0177.0.0.1", "１２７.０.０.１", "[::1"])
def test_15_what_some_programs_take_for_an_address_is_none(named, server, other_server, names, host):
    inner = f"http://{host}:{server.port}/feed"
    server.routes["/feed"] = redirect(inner.encode().decode("latin-1"))
    named.fails("refused_address", status=302)
    named.now_at(inner)
    named.fails("refused_address")
    assert tried_by_us(names, other_server) == [PUBLIC]


# -- secrets --------------------------------------------------------------------------------------------------------


SECRETS = {"user": "ann", "password": "open sesame", "headers": {"X-Key": "clé-1", "Cookie": "session=s-1"}}


def carries_secrets(asked: Asked) -> bool:
    """Whether a request has all of the secrets; it must have all or none."""
    has = [asked.headers[name] for name in ("Authorization", "X-Key", "Cookie")]
    assert all(has) or not any(has), has
    return all(has)


def test_16_a_password_and_headers_are_sent_to_the_origin_of_the_feed_alone(
    server, other_server, add_feed, loopback_allowed, settings
):
    settings.FETCH_ALLOWED_HOSTS = ["127.0.0.1", "localhost"]
    watched = WatchedFeed(server.serve(NEWS), other_server, add_feed, sealed=seal(SECRETS))
    assert carries_secrets(server.asked[0])
    stranger = FeedServer()
    try:
        # Within the origin, to another port, to the first once more, and to another name of the same machine.
        server.routes |= {"/feed": redirect("/b"), "/b": redirect(stranger.url("/c"))}
        stranger.routes["/c"] = redirect(server.url("/d"))
        server.routes["/d"] = redirect(f"http://localhost:{server.port}/e")
        server.serve(NEWS, "/e")
        watched.goes_well()
    finally:
        stranger.close()
    carried = {asked.path: carries_secrets(asked) for asked in server.asked + stranger.asked}
    assert carried == {"/feed": True, "/b": True, "/c": False, "/d": True, "/e": False}


def test_16_a_password_in_the_address_is_sent_to_its_origin_alone(watched, server, other_server):
    watched.now_at(f"http://ann:sesame@127.0.0.1:{server.port}/feed")
    server.routes["/feed"] = redirect(other_server.url("/c"))
    other_server.routes["/c"] = redirect(server.url("/d"))
    server.serve(NEWS, "/d")
    watched.goes_well()
    carried = {asked.path: asked.headers["Authorization"] for asked in server.asked[1:] + other_server.asked}
    assert carried["/feed"].startswith("Basic ")
    assert carried["/c"] is carried["/d"] is None
