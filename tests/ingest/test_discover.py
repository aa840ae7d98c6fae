"""Which feeds a page names, and where a site may have some."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from relations.ingest.discover import MOST, feeds_named_in, usual_places

URL = "https://courier.example/world/"


def named(page: str) -> list[tuple[str, str]]:
    return [(feed.url, feed.title) for feed in feeds_named_in(page.encode(), URL)]


def test_feeds_are_named_in_the_head_and_by_links_that_say_so():
    page = """<html><head>
      <link rel="alternate" type="application/rss+xml" title="All  news" href="/all.xml">
      <link rel="Alternate" type="application/atom+xml; charset=utf-8" href="world#top">
      <link rel="feed" href="//feeds.courier.example/json">
      <link rel="stylesheet" type="text/css" href="/feed.css">
      <link rel="alternate" type="text/html" hreflang="fr" href="/fr/">
    </head><body><a href="/rss/">By <b>RSS</b></a> <a href="/all.xml">Again</a>
      <a href="?format=feed">x</a></body></html>"""
    assert named(page) == [
        ("https://courier.example/all.xml", "All news"),
        ("https://courier.example/world/world", ""),
        ("https://feeds.courier.example/json", ""),
        ("https://courier.example/rss/", "By RSS"),
        ("https://courier.example/world/?format=feed", "x"),
    ]


@pytest.mark.parametrize(
    "href", ["/rss", "/feeds/", "/atom.xml", "/index.rdf", "/rss2.php", "/newsfeed.xml", "/x?type=rss", "/FEED"]
)
def test_addresses_that_are_feeds_by_their_name(href):
    assert len(named(f"<a href='{href}'>x</a>")) == 1


@pytest.mark.parametrize(
    "href",
    [
        "/feedback",
        "/atomic-agency-visits-norland",
        "/anatomy",
        "/crossborder",
        "/feed/story-1",
        "http://[rss",
        "javascript:rss",
    ],
)
def test_stories_with_such_a_word_in_their_name_are_none(href):
    assert named(f"<a href='{href}'>x</a>") == []


@pytest.mark.parametrize(
    ("base", "feed"),
    [
        ("https://other.example/", "https://other.example/rss"),
        ("/sub/", "https://courier.example/sub/rss"),
        ("http://[broken", "https://courier.example/world/rss"),
        ("javascript:x", "https://courier.example/world/rss"),
    ],
)
def test_the_base_of_the_page_counts_where_it_is_one(base, feed):
    assert [url for url, _ in named(f"<base href='{base}'><a href='rss'>x</a>")] == [feed]


def test_no_more_than_a_dozen():
    assert len(named("".join(f"<a href='/{n}/rss'>x</a>" for n in range(50)))) == MOST


@pytest.mark.parametrize("page", ["", " ", "<!-- -->", "\x00", "plain words"])
def test_what_is_no_page_names_none(page):
    assert named(page) == []


@given(
    st.lists(
        st.sampled_from(
            [
                "<base href='//['>",
                "<link rel=feed href='http://['>",
                "<a href='//[rss'>",
                "<a href='rss'>",
                "<",
                "\x00",
                "é",
                "<a>",
            ]
        )
    )
)
@settings(max_examples=100, deadline=None)
def test_no_page_is_a_fault_of_ours(pieces):
    assert all(url.startswith("https://courier.example/") for url, _ in named("".join(pieces)))


def test_the_usual_places_of_a_site_and_of_the_part_that_was_named():
    places = usual_places("https://courier.example/world?x=1")
    assert places[:3] == [
        "https://courier.example/world/feed",
        "https://courier.example/world/rss",
        "https://courier.example/feed",
    ]
    assert usual_places("https://courier.example")[0] == "https://courier.example/feed"
    assert len(set(places)) == len(places)
