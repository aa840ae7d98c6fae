"""What is made of a feed, whichever its format: identities, links, limits. And JSON Feed, whose parser is ours."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from relations.ingest.dates import ReadDate
from relations.ingest.items import LONGEST_IDENTITY, LONGEST_LINK, LONGEST_TEXT, LONGEST_TITLE, MOST_ITEMS, PageText
from relations.ingest.parse import parse
from relations.ingest.raw import RawFeed, RawItem, finished, identity, web_address
from relations.ingest.reading import feed_from_json, page_from_json, to_json
from relations.ingest.trouble import FeedTrouble, NotAFeed, Unreadable
from tests.ingest.texts import ATOM, BRIDGE, FERRY, item, rss

BASE = "https://courier.example/news/feed"
TEN = datetime(2031, 3, 4, 10, tzinfo=UTC)


def raw(
    guid: str = "", link: str = "", title: str = "Ferry", text: str = FERRY, moment: datetime | None = None
) -> RawItem:
    return RawItem(guid, link, title, text, ReadDate("", moment, zone_assumed=False))


def feed(*items: RawItem, **values: Any) -> RawFeed:
    return RawFeed(**{"title": "", "site_url": "", "language": "", "ttl_minutes": None, "items": list(items), **values})


def identities(*items: RawItem) -> list[str]:
    return [found.identity for found in finished(feed(*items), BASE).items]


# -- identities -----------------------------------------------------------------------------------------------------


def test_an_item_is_known_by_its_guid_else_its_link_else_what_it_says():
    assert identities(raw("17", "/a"), raw("", "/b")) == ["17", "https://courier.example/b"]
    one, other = identities(raw(title="One"), raw(title="Other"))
    assert one != other and one.startswith("sha256:") and other.startswith("sha256:")
    assert identities(raw("", "javascript:x()"))[0].startswith("sha256:")


def test_distinct_items_that_share_a_guid_are_all_kept():
    shared = [raw("site", f"/{n}", f"Story {n}") for n in range(3)]
    assert len(set(identities(*shared, raw("other", "/9")))) == 4
    assert "other" in identities(*shared, raw("other", "/9"))
    assert len(identities(*[raw("site", "", f"Story {n}") for n in range(3)])) == 3


def test_distinct_items_without_a_guid_that_share_a_link_are_all_kept():
    assert len(identities(*[raw("", "/", f"Story {n}") for n in range(3)])) == 3
    assert len(identities(*[raw("", "/", "", f"{n} {FERRY}") for n in range(3)])) == 3


def test_the_same_item_twice_comes_once_as_it_stands_first():
    (kept,) = finished(feed(raw("a", "/a", "New"), raw("a", "/a", "Old")), BASE).items
    assert kept.title == "New"
    assert len(identities(raw("", "/a"), raw("", "/a"))) == len(identities(raw(), raw())) == 1


NAMES = st.sampled_from(["", "a", "b", "c", "https://courier.example/1", "\u00fc" * 600])
ITEMS = st.lists(st.builds(raw, NAMES, NAMES, NAMES, NAMES), max_size=12)


@given(ITEMS, st.randoms(use_true_random=False))
@settings(max_examples=200, deadline=None)
def test_identities_are_unique_fit_the_index_and_do_not_hang_on_the_order(items, chance):
    found = identities(*items)
    assert len(set(found)) == len(found)
    assert all(0 < len(one.encode()) <= LONGEST_IDENTITY for one in found)
    shuffled = list(items)
    chance.shuffle(shuffled)
    assert set(identities(*shuffled)) == set(found)
    assert len(found) >= len({one.guid for one in items if one.guid})
    assert len(found) >= len({one.title for one in items if one.title and not one.guid})


@given(st.text(max_size=50), st.text(max_size=50))
def test_an_identity_is_never_empty_and_can_be_stored(guid, otherwise):
    found = identity(guid, otherwise)
    assert found and found == found.strip() and "\x00" not in found
    found.encode()
    assert identity(guid, otherwise) == found


def test_what_a_feed_took_back_is_known_by_the_same_identities():
    long = "\u00fc" * 900
    found = finished(feed(raw("a"), raw(long), deleted=("a", long)), BASE)
    assert found.deleted == tuple(one.identity for one in found.items)


# -- links and limits -----------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("link", "address"),
    [
        ("/x?a=1", "https://courier.example/x?a=1"),
        ("x", "https://courier.example/news/x"),
        ("//other.example/x", "https://other.example/x"),
        (" http://other.example/x\n", "http://other.example/x"),
        ("", ""),
        ("javascript:alert(1)", ""),
        ("data:text/html,x", ""),
        ("ftp://other.example/x", ""),
        ("http://[broken", ""),
        (f"/{'x' * LONGEST_LINK}", ""),
    ],
)
def test_a_link_is_an_address_of_the_web_or_none(link, address):
    assert web_address(link, BASE) == address


def test_titles_and_texts_have_limits_and_it_is_told():
    (whole,) = finished(feed(raw("a", title="x" * LONGEST_TITLE, text="y" * LONGEST_TEXT)), BASE).items
    assert not whole.shortened
    for title, text in (("x" * (LONGEST_TITLE + 1), "y"), ("x", "y" * (LONGEST_TEXT + 1))):
        (cut,) = finished(feed(raw("a", title=title, text=text)), BASE).items
        assert cut.shortened
        assert len(cut.title) <= LONGEST_TITLE and len(cut.text) <= LONGEST_TEXT


def test_the_newest_items_are_kept_those_without_a_date_first_and_the_rest_is_counted():
    dated = [raw(str(n), moment=TEN + timedelta(minutes=n)) for n in range(MOST_ITEMS + 20)]
    found = finished(feed(*dated, raw("undated"), left_out=7), BASE)
    assert {one.identity for one in found.items} == {"undated", *map(str, range(21, MOST_ITEMS + 20))}
    assert (len(found.items), found.left_out) == (MOST_ITEMS, 21 + 7)


def test_an_item_without_a_title_is_called_by_its_first_words_else_its_address():
    assert finished(feed(raw("a", title="")), BASE).items[0].title.startswith("The harbour masters")
    assert finished(feed(raw("a", "/a", "", "")), BASE).items[0].title == "https://courier.example/a"


def test_marks_are_put_on_each_item_with_the_language_of_the_feed_where_it_has_none():
    own = RawItem("b", "", "4 – 3", "", ReadDate("", None, False), sections=["Opinion"], language="de")
    plain, german = finished(feed(raw("a", title="4 – 3", text=""), own, language="en-GB"), BASE).items
    assert (plain.language, plain.kind, german.language, german.kind) == ("en", "news", "de", "opinion")


# -- JSON Feed ------------------------------------------------------------------------------------------------------


def json_feed(*items: Any, **values: Any) -> bytes:
    return json.dumps({"version": "https://jsonfeed.org/version/1.1", "title": "T", "items": items, **values}).encode()


def read(*items: Any, **values: Any):
    return parse(json_feed(*items, **values), "application/feed+json", BASE)


def test_a_json_feed():
    found = read(
        {
            "id": "a",
            "url": "/a",
            "title": "Ferry\n sails",
            "content_html": "<p>Envoys <b>met</b>.</p><p>They left.</p><script>x()</script>",
            "content_text": "Short.",
            "date_published": "2031-03-04T12:00:00+02:00",
            "tags": ["World", "Opinion"],
        },
        title="The <i>Courier</i>",
        home_page_url="https://courier.example/",
        language="en-GB",
    )
    assert (found.title, found.site_url, found.language) == ("The Courier", "https://courier.example/", "en-GB")
    (one,) = found.items
    assert (one.identity, one.link, one.title) == ("a", "https://courier.example/a", "Ferry sails")
    assert (one.text, one.kind) == ("Envoys met.\n\nThey left.", "opinion")
    assert (one.published_at, one.date_words, one.zone_assumed) == (TEN, "2031-03-04T12:00:00+02:00", False)


def test_what_a_json_feed_may_have_otherwise():
    number, old, plain, nothing = read(
        {"id": 17, "external_url": "https://other.example/x", "content_text": "One.\n\nTwo < 3."},
        {"id": "b", "date_modified": "2031-03-04T10:00:00Z", "summary": "Only this."},
        {"url": "/c", "content_html": None, "title": {"not": "text"}, "tags": "x", "date_published": 5},
        {},
    ).items
    assert (number.identity, number.link, number.text) == ("17", "https://other.example/x", "One.\n\nTwo < 3.")
    assert (old.published_at, old.text) == (TEN, "Only this.")
    assert (plain.identity, plain.published_at) == ("https://courier.example/c", None)
    assert nothing.identity.startswith("sha256:")


def test_what_is_no_item_in_a_json_feed_is_passed_over():
    assert [one.identity for one in read(5, None, [], {"id": "a"}, "x").items] == ["a"]


@pytest.mark.parametrize(
    ("body", "trouble"),
    [
        (b'{"version": "https://jsonfeed.org/version/1", "items": [', Unreadable),
        (b'{"version": "https://jsonfeed.org/version/1", "items": ' + b"[" * 100_000, Unreadable),
        (b'{"version": "https://jsonfeed.org/version/1", "items": [{"id": ' + b"9" * 9000 + b"}]}", Unreadable),
        (b'{"version": "https://jsonfeed.org/version/1", "items": {}}', NotAFeed),
        (b'{"version": 1, "items": []}', NotAFeed),
        (b'{"error": "none"}', NotAFeed),
    ],
)
def test_damaged_json_and_other_json_is_told(body, trouble):
    with pytest.raises(trouble, match="JSON Feed"):
        parse(body, "application/json", BASE)


def test_half_characters_and_controls_in_json_are_dropped():
    (one,) = read(
        {
            "id": "a\ud800b",
            "title": "T\x00\udfff",
            "content_html": "<p>x\ud800</p>\x00",
            "language": "\ud800",
            "url": "\ud800",
        },
        language="\ud800",
    ).items
    assert (one.identity, one.title, one.text) == ("ab", "T", "x")


# -- whatever comes -------------------------------------------------------------------------------------------------

FEEDS = [
    rss(
        item("a"),
        item("b", "Q&A", BRIDGE, date="Tue, 04 Mar 2031 10:00:00 +0200"),
        item("a", "C"),
        extra="<ttl>9</ttl>",
    ),
    ATOM.replace("</feed>", '<at:deleted-entry xmlns:at="urn:x" ref="urn:gazette:9"/></feed>'),
    json_feed({"id": "1", "url": "/1", "title": "t", "content_html": "<p>x</p>", "date_published": "2031"}).decode(),
    '<rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#" xmlns="http://purl.org/rss/1.0/"><channel>'
    "<title>t</title></channel><item><title>z</title><link>http://x.example/z</link></item></rdf:RDF>",
]
JUNK = [
    *(
        b"<",
        b">",
        b"&",
        b"\x00",
        b"\xff",
        b"&a;",
        b"]]>",
        b"<![CDATA[",
        b"<!--",
        b"-->",
        b"&#xD800;",
        b"&#0;",
        b'"',
        b"'",
    ),
    *(
        b"{",
        b"}",
        b"[",
        b",",
        b"\\ud800",
        b"null",
        b"1e999",
        b"<svg>",
        b"<math>",
        b"<language/>",
        b"<id/>",
        b"<id></id>",
    ),
    *(b"<a href='http://['>", b"<link href='http://[x'/>", b"<link>http://[</link>", b"<enclosure url='http://['/>"),
    *(
        b"<pubDate>31 31 31</pubDate>",
        b"<guid isPermaLink='true'>http://[</guid>",
        b"<source url='http://['>",
        b"<item>",
    ),
    *(
        b"<content type='xhtml'><div>",
        b"<content mode='base64'>!!</content>",
        b"<title type='base64'>a</title>",
        b"<ttl>x",
    ),
    *(
        b" xml:base='http://[' ",
        b" xml:lang='' ",
        b"<gml:pos>1</gml:pos>",
        b"<georss:point>a b</georss:point>",
        b"<entry>",
    ),
    *(
        b"<textInput>",
        b"<sy:updatePeriod>hourly</sy:updatePeriod><sy:updateFrequency>0</sy:updateFrequency>",
        b"</item>",
    ),
    *(b"<deleted-entry ref='", b"</entry>", b"</rss>", b"<?xml encoding='idna'?>", b"<itunes:image href='http://['/>"),
    *(
        b"<!DOCTYPE x [<!ENTITY a 'b'>]>",
        b"<image><url>http://[</url></image>",
        b"<category/>",
        b"<author><name/></author>",
    ),
]
TYPES = [
    "",
    "text/xml; charset=iso-8859-2",
    "x; charset=nonsense",
    "x; charset=punycode",
    "x; charset=idna",
    "x; charset=utf-7",
]
CHANGES = st.tuples(st.floats(0, 1), st.integers(0, 60), st.sampled_from(JUNK))


def text_of(found) -> str:
    texts = [text for one in found.items for text in (one.identity, one.link, one.title, one.text, one.date_words)]
    return "".join([found.title, found.site_url, found.language, *found.deleted, *texts])


@pytest.mark.parametrize(
    "charset", ["punycode", "idna", "unicode_escape", "raw_unicode_escape", "undefined", "hex", "nonsense"]
)
def test_an_absurd_charset_costs_nothing(charset):
    body = FEEDS[1].encode().replace(b"Envoys talk.", b"Envoys talk\xe9 \\N{x} \\u12.")
    found = parse(body, f"application/xml; charset={charset}", BASE)
    assert (len(found.items), found.deleted) == (1, ("urn:gazette:9",))


ATOM_OF = '<feed xmlns="http://www.w3.org/2005/Atom"><title>T</title>{}</feed>'


@pytest.mark.parametrize(
    "body",
    [
        ATOM_OF.format("<entry><id>1</<gml:pos>1</gml:pos>x</title></entry>"),
        ATOM_OF.format("<entry><id>1<b>2<b>3</b></id><title>T <a<category/><link href='/s'/></entry>"),
        "<rss><channel><item><guid>b</guid><textInput>s://x</link><title>Q</title></item></channel></rss>",
    ],
)
def test_tags_over_which_the_parser_stumbles_are_no_fault_of_ours(body):
    try:
        assert parse(body.encode(), "", BASE).title in ("T", "")
    except Unreadable as trouble:
        assert "damaged" in str(trouble)


@given(st.sampled_from(FEEDS), st.lists(CHANGES, min_size=1, max_size=6), st.sampled_from(TYPES))
@settings(max_examples=250, deadline=None)
def test_a_feed_damaged_anyhow_is_read_or_told_and_what_is_read_can_be_stored_and_passed_on(
    text, changes, content_type
):
    body = text.encode()
    for where, cut, junk in changes:
        at = int(where * len(body))
        body = body[:at] + junk + body[at + cut :]
    try:
        found = parse(body, content_type, BASE)
    except FeedTrouble as trouble:
        assert str(trouble)
        return
    assert len({one.identity for one in found.items}) == len(found.items)
    assert "\x00" not in text_of(found)
    text_of(found).encode()
    assert feed_from_json(json.loads(json.dumps(to_json(found)))) == found


MOMENTS = st.none() | st.datetimes(timezones=st.just(UTC))
PAGES = st.builds(
    PageText,
    st.text(),
    st.text(),
    MOMENTS,
    st.text(),
    st.booleans(),
    st.booleans(),
    dateline_on=st.none() | st.dates(),
    correction=st.text(),
    sketch=st.binary(max_size=40),
    wall=st.text(),
)


@given(PAGES)
@settings(max_examples=100)
def test_a_page_crosses_from_the_reading_process_as_it_was(page):
    assert page_from_json(json.loads(json.dumps(to_json(page)))) == page
