"""Adding a feed by the address of a site: what is offered, and what the coder would find in it."""

from __future__ import annotations

import datetime as dt
from email.utils import format_datetime

import pytest

from relations.errors import RelationsError
from relations.ingest.items import ParsedItem
from relations.ingest.run_preview import items_a_week
from relations.pipeline import preview_site
from tests.ingest.servers import Answer
from tests.ingest.texts import item, rss

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("loopback_allowed")]

EXPELLED = "Bolivia's government expelled two Chilean diplomats on Tuesday."
NOW = dt.datetime.now(dt.UTC)


def ago(hours: float) -> str:
    return format_datetime(NOW - dt.timedelta(hours=hours))


def page(*links: str) -> bytes:
    return f"<html><head>{''.join(links)}</head><body><p>Welcome</p></body></html>".encode()


def link(href: str, title: str = "News", kind: str = "application/rss+xml") -> str:
    return f'<link rel="alternate" type="{kind}" title="{title}" href="{href}">'


def test_the_address_of_a_feed_is_offered_with_what_the_coder_finds_in_it(server):
    feed = rss(
        item("a", "Envoys expelled", EXPELLED, ago(30)),
        item("b", "Die Fähre", "Die Minister trafen sich am Hafen und sagten sehr wenig über die Fähre.", ago(2)),
        item("c", "Opinion: let them sail", "The ferry should sail again, whatever the ministers say.", ago(1)),
    )
    found = preview_site(server.serve(feed))
    assert found.words == "This is the address of a feed."
    (offer,) = found.offers
    assert (offer.url, offer.title, offer.site_url) == (server.url(), "The Courier", "https://courier.example/")
    opinion, german, envoys = offer.items
    assert envoys.events == ("Bolivia → Chile: Diplomat expelled",)
    assert (envoys.title, envoys.kind, envoys.language, envoys.unread_because) == ("Envoys expelled", "news", "en", "")
    assert german.language == "de" and "language" in german.unread_because and german.events == ()
    assert opinion.kind == "opinion" and "opinion" in opinion.unread_because
    assert offer.items_a_week == pytest.approx(3 * 7 * 24 / 30, abs=0.1)


def test_feeds_named_on_a_page_are_read_before_they_are_offered(server):
    server.serve(rss(item("a"), title="World"), "/world.xml")
    server.serve(rss(item("b"), title="Home"), "/home.rss")
    server.serve("<html>no feed</html>", "/broken.xml")
    server.routes["/"] = Answer(
        page(link("/world.xml", "World"), link("/broken.xml"), link("/missing"), '<a href="/home.rss">RSS</a>')
    )
    found = preview_site(server.url("/"))
    assert [(offer.url, offer.title) for offer in found.offers] == [
        (server.url("/world.xml"), "World"),
        (server.url("/home.rss"), "Home"),
    ]
    assert found.words == "The page names 2 feeds."


def test_one_feed_under_several_addresses_is_offered_once(server):
    for path in ("/feed", "/rss"):
        server.serve(rss(item("a")), path)
    server.routes["/"] = Answer(page(link("/feed"), link("/rss")))
    assert [offer.url for offer in preview_site(server.url("/")).offers] == [server.url("/feed")]


def test_feeds_are_looked_for_where_sites_usually_have_them(server):
    server.routes["/"] = Answer(page())
    server.serve(rss(item("a")), "/rss.xml")
    found = preview_site(server.url("/"))
    assert [offer.url for offer in found.offers] == [server.url("/rss.xml")]
    assert "names no feed" in found.words


def test_a_json_feed_is_offered_too(server):
    server.serve(
        '{"version": "https://jsonfeed.org/version/1.1", "title": "Quay", "home_page_url": "https://quay.example/", '
        '"items": [{"id": 7, "url": "https://quay.example/7", "title": "Envoys talk", '
        '"content_html": "<p>They did.</p>", "date_published": "2031-03-04T10:00:00+02:00"}]}',
        "/feed.json",
    )
    server.routes["/"] = Answer(page(link("/feed.json", kind="application/feed+json")))
    (offer,) = preview_site(server.url("/")).offers
    assert (offer.title, offer.items[0].title) == ("Quay", "Envoys talk")


def test_a_site_without_a_feed_is_told(server):
    server.routes["/"] = Answer(page())
    found = preview_site(server.url("/"))
    assert found.offers == () and "No feed was found" in found.words


@pytest.mark.parametrize("address", ["", "ftp://example.org/", "http://10.0.0.1/", "http://no-such-host.invalid/"])
def test_an_address_that_can_not_be_fetched_is_told(address):
    with pytest.raises(RelationsError):
        preview_site(address)


def test_nothing_inside_is_reached_through_a_page(server, other_server, settings):
    settings.FETCH_ALLOWED_HOSTS = [f"127.0.0.1:{server.port}"]
    server.routes["/"] = Answer(page(link(other_server.url("/feed"))))
    other_server.serve(rss(item("a")))
    assert preview_site(server.url("/")).offers == ()
    assert other_server.asked == []


@pytest.mark.parametrize(("hours", "rate"), [([1, 2], None), ([1, 2, 24], 21.0), ([1, 100, 200, 300], 2.0)])
def test_items_a_week(hours, rate):
    items = [ParsedItem(str(n), "", "", "", NOW - dt.timedelta(hours=ago)) for n, ago in enumerate(hours)]
    assert items_a_week(items, NOW) == rate
