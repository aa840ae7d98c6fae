"""The story on a web page, and what stands before a story instead of it. All pages are invented."""

from __future__ import annotations

import json
from datetime import UTC, date, datetime

import pytest
import trafilatura
from hypothesis import given, settings
from hypothesis import strategies as st

from relations.ingest.extract import extract
from relations.ingest.items import LONGEST_TEXT, LONGEST_TITLE
from relations.ingest.walls import CHALLENGE, CONSENT, MISSING, SIGN_IN, wall_in
from tests.ingest.test_marks import HEADLINES
from tests.ingest.texts import BRIDGE, FERRY

URL = "https://courier.example/world/ferry"
STORY = f"<p>{FERRY}</p><p>{BRIDGE}</p>"
MORE = "<p>" + "</p><p>".join(f"{FERRY} It was said {n} times." for n in range(8)) + "</p>"
TEN = datetime(2031, 3, 4, 10, tzinfo=UTC)


def page(story: str = STORY, head: str = "", title: str = "Ferry sails again | The Courier", foot: str = "") -> bytes:
    return (
        f'<!doctype html><html lang="en-GB"><head><meta charset="utf-8"><title>{title}</title>{head}</head><body>'
        '<header><nav><a href="/">Home</a> <a href="/world">World</a> <a href="/sport">Sport</a></nav></header>'
        f"<main><article><h1>Ferry sails again</h1>{story}</article></main>"
        f"<aside><h2>Most read</h2><ul><li><a href='/1'>King opens bridge</a></li></ul></aside>"
        f"<footer>{foot or 'Copyright 2027 The Courier'}</footer></body></html>"
    ).encode()


# -- text -----------------------------------------------------------------------------------------------------------


def test_a_story_is_its_paragraphs_and_nothing_of_what_stands_around_it():
    found = extract(page(), URL)
    assert found.text == f"{FERRY}\n\n{BRIDGE}"
    assert (found.title, found.wall, found.language, found.kind) == ("Ferry sails again", "", "en", "news")
    assert (found.shortened, found.published_at, found.date_words) == (False, None, "")
    assert len(found.sketch) > 0


def test_markup_in_a_page_is_never_text():
    hostile = (
        '<script>alert("x")</script><style>p{}</style><p onclick="steal()">Envoys <b>met</b> <a href="javascript:x()">'
        "on the quay</a>.</p><svg><script>alert(2)</script></svg><p>Tax &lt; 3 % &amp; falling.</p><!-- secret -->"
    )
    found = extract(page(hostile + STORY), URL)
    assert found.text.startswith("Envoys met on the quay.\n\nTax < 3 % & falling.\n\n")
    assert "alert" not in found.text and "secret" not in found.text and "steal" not in found.text


@pytest.mark.parametrize(
    ("head", "title"),
    [
        ('<meta property="og:title" content="Ferry sails, after all">', "Ferry sails, after all"),
        ('<meta name="twitter:title" content="Ferry&#10;  sails &amp; sails">', "Ferry sails & sails"),
        ('<meta property="og:title" content=" "><meta name="twitter:title" content="Sails">', "Sails"),
    ],
)
def test_the_title_is_the_one_that_the_page_gives_to_others(head, title):
    assert extract(page(head=head), URL).title == title


@pytest.mark.parametrize(
    ("title", "read"),
    [
        ("Ferry sails again | The Courier", "Ferry sails again"),
        ("Ferry sails - again - The Courier", "Ferry sails - again"),
        ("Westmark-Norland ferry sails", "Westmark-Norland ferry sails"),
    ],
)
def test_the_name_of_the_site_is_no_part_of_the_title(title, read):
    assert extract(page(title=title).replace(b"<h1>Ferry sails again</h1>", b""), URL).title == read


@pytest.mark.parametrize(
    ("encoding", "content_type"),
    [
        ("utf-8", ""),
        ("utf-8", "text/html; charset=iso-8859-1"),
        ("iso-8859-2", "text/html; charset=ISO-8859-2"),
        ("windows-1250", 'text/html; charset="windows-1250"'),
        ("iso-8859-2", "text/html"),
    ],
)
def test_the_text_is_right_whatever_the_encoding(encoding, content_type):
    body = page(f"<p>Żółw płynie nad Łabą do Brześcia, mówi kapitan.</p>{STORY}").decode()
    found = extract(body.replace('charset="utf-8"', f'charset="{encoding}"').encode(encoding), URL, content_type)
    assert found.text.startswith("Żółw płynie nad Łabą do Brześcia, mówi kapitan.")


@pytest.mark.parametrize("charset", ["idna", "undefined", "hex", "no-such-thing"])
def test_an_absurd_charset_costs_nothing(charset):
    body = page(f"<p>Caf\u00e9.</p>{STORY}").replace("\u00e9".encode(), b"\xe9")
    assert BRIDGE in extract(body, URL, f"text/html; charset={charset}").text


def test_where_a_library_stumbles_over_a_page_it_has_no_text(monkeypatch):
    assert extract(b"<svg><p><blockquote><graphic><code><base href='//['>", "").published_at is None

    def stumble(*args, **options):
        raise AssertionError

    monkeypatch.setattr(trafilatura, "extract", stumble)
    assert (extract(page(), URL).text, extract(page(), URL).title) == ("", "Ferry sails again")


@pytest.mark.parametrize(
    "body", [b"", b"  ", b"\x00", b"<html></html>", b"<html><head></head></html>", b"%PDF-1.7\x00"]
)
def test_a_page_without_a_story_has_no_text(body):
    assert extract(body, URL).text == ""


def test_limits():
    found = extract(page(f"<p>{FERRY}</p>" * 800, head=f'<meta property="og:title" content="{"x" * 3000}">'), URL)
    assert (len(found.title), found.shortened) == (LONGEST_TITLE, True)
    many = "".join(f"<p>{FERRY} {n}</p>" for n in range(900))
    assert (len(extract(page(many), URL).text), extract(page(many), URL).shortened) == (LONGEST_TEXT, True)


# -- what the page says of itself -----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "head",
    [
        '<meta property="article:published_time" content="2031-03-04T12:00:00+02:00">',
        '<meta itemprop="datePublished" content="2031-03-04T10:00:00Z">',
        '<meta name="parsely-pub-date" content="2031-03-04T10:00:00Z">',
        '<script type="application/ld+json">{"@graph": [{"@type": "WebSite"}, '
        '{"@type": "NewsArticle", "datePublished": "2031-03-04T10:00:00Z"}]}</script>',
        '<script type="application/ld+json">{broken</script><script type="application/ld+json">'
        '[{"datePublished": "2031-03-04T10:00:00Z", "dateModified": "2031-05-01T10:00:00Z"}]</script>',
        '<meta property="article:modified_time" content="2031-05-01T10:00:00Z">'
        '<meta property="article:published_time" content="2031-03-04T10:00:00Z">',
        '<meta property="article:published_time" content="soon"><time pubdate datetime="2031-03-04T10:00:00Z"></time>',
    ],
)
def test_the_date_that_a_page_names_for_machines(head):
    found = extract(page(head=head), URL)
    assert (found.published_at, found.zone_assumed) == (TEN, False)


def test_the_day_that_a_page_shows_is_better_than_none():
    found = extract(page(f'<p class="byline">By Ann Writer, 4 March 2031</p>{STORY}'), URL)
    assert (found.published_at, found.zone_assumed) == (datetime(2031, 3, 4, tzinfo=UTC), True)
    assert extract(page(), "https://courier.example/2031/03/04/ferry").published_at == found.published_at


@pytest.mark.parametrize(
    "story", [f"{STORY}<p>The ferry sank on 3 March 2019.</p>", f"{STORY}<p>Talks begin on 12 April 2027.</p>", STORY]
)
def test_a_day_that_the_story_tells_of_or_the_year_of_the_copyright_is_no_date(story):
    assert extract(page(story, foot="Copyright 2027 The Courier"), URL).published_at is None


def test_kind_notes_and_dateline_are_read_on_the_page():
    moment = '<meta property="article:published_time" content="2031-03-05T10:00:00Z">'
    found = extract(
        page(
            f"<p>HARBOUR CITY, March 4 (Agency) - {FERRY}</p><p>{BRIDGE}</p><p>This article has been retracted.</p>",
            f'{moment}<meta property="article:section" content="Opinion">',
        ),
        URL,
    )
    assert (found.kind, found.dateline_on) == ("opinion", date(2031, 3, 4))
    assert found.retraction == "This article has been retracted."
    assert extract(page(), "https://courier.example/live/ferry").kind == "live"


# -- walls ----------------------------------------------------------------------------------------------------------

NOTHING = "<p>Please turn on scripts.</p>"
COOKIES = (
    "<p>We and our 912 partners store and/or access information on a device, such as cookies, for personalised ads "
    "and content. You may change your mind at any time in the cookie settings.</p><p>Accept all</p><p>Reject all</p>"
)


@pytest.mark.parametrize(
    ("body", "url", "wall"),
    [
        (page(COOKIES, title="The Courier"), URL, CONSENT),
        (page("<p>Before you read on, a word.</p>"), "https://consent.courier.example/?to=ferry", CONSENT),
        (page(NOTHING, title="Just a moment...").replace(b"<h1>Ferry sails again</h1>", b""), URL, CHALLENGE),
        (page(NOTHING, title="Attention Required! | Wall").replace(b"<h1>Ferry sails again</h1>", b""), URL, CHALLENGE),
        (page(NOTHING, head="<script>window._cf_chl_opt={}</script>"), URL, CHALLENGE),
        (page("<p>Verify that you are human to go on.</p>", title="The Courier"), URL, CHALLENGE),
        (page("<p>I'm not a robot</p>", title="The Courier"), URL, CHALLENGE),
        (page("<p>Something went wrong. Ray ID: 7f00c0ffee01</p>", title="The Courier"), URL, CHALLENGE),
        (page("<p>Subscribe to continue reading this story, or sign in.</p>"), URL, SIGN_IN),
        (page("<p>This article is only for subscribers.</p>"), URL, SIGN_IN),
        (page("<p>You have reached your limit of free articles.</p>"), URL, SIGN_IN),
        (page("<p>Look elsewhere.</p>", title="404").replace(b"<h1>Ferry sails again</h1>", b""), URL, MISSING),
        (page(MORE, title="Page not found").replace(b"<h1>Ferry sails again</h1>", b""), URL, MISSING),
    ],
)
def test_a_wall_is_told_in_words(body, url, wall):
    assert extract(body, url).wall == wall


SHORT_STORIES = [
    "The union said it would accept all terms, while the king would reject all of them but one.",
    "The bank said that the loan is available to members of the customs union.",
    "The treaty's text is available only to members of the council.",
    "Westmark has a legitimate interest in the strait, the envoy said, and would allow all ships to pass.",
    "The envoy said of the new ferry that its pilot is not a robot.",
    "Sailors carry an X-ray ID card on board.",
    "The ministry saw unusual activity from the other shore.",
    "Westmark will register to keep its vote in the union.",
    "Norland asked its neighbour to consent to the use of the quay.",
    "Ministers were asked to sign in at the gate before they could continue to the hall.",
]


@pytest.mark.parametrize("words", SHORT_STORIES)
def test_a_short_story_that_speaks_of_such_things_is_a_story(words):
    found = extract(page(f"<p>{words}</p><p>{BRIDGE}</p>"), URL)
    assert (found.wall, found.text) == ("", f"{words}\n\n{BRIDGE}")


@pytest.mark.parametrize(
    "title",
    [
        *HEADLINES,
        "404 sailors rescued off the cape",
        "Page not found in the treaty's archive, says historian",
        "Access denied: Norland shuts its strait to tankers",
        "Security check at the harbour gate ends in a brawl",
        "Are you human? A clerk's letter to the customs machine",
        "Please wait, says the minister to the ferrymen",
        "Human verification of ballots begins on the island",
        "Just a moment of silence for the drowned crew",
        "Request blocked by the upper chamber is to be voted on again",
        "Attention required to the strait, admirals say",
    ],
)
def test_an_ordinary_headline_does_not_make_a_wall(title):
    assert wall_in(URL, page(title=title), title, FERRY) == ""


def test_a_long_story_is_no_wall_whatever_else_stands_on_the_page():
    head = '<script src="/_Incapsula_Resource?x"></script><script>var px = "px-captcha"</script>'
    found = extract(page(MORE + COOKIES + "<p>Subscribe to continue reading.</p>", head=head), URL)
    assert found.wall == "" and len(found.text) > 1500


def test_what_guards_a_site_stands_in_the_pages_of_short_stories_too():
    head = '<script src="/_Incapsula_Resource?x"></script><script src="/cdn-cgi/challenge-platform/h/b/jsd/main.js">'
    assert extract(page(head=head), URL).wall == ""


# -- whatever comes -------------------------------------------------------------------------------------------------

PIECES = st.sampled_from(
    [
        *(
            "<html lang='en'>",
            "<head>",
            "</head>",
            "<body>",
            "<article>",
            "</article>",
            "<p>",
            "</p>",
            "</div>",
            "<svg>",
        ),
        *("<h1>Ferry</h1>", "<title>Ferry | Courier</title>", "<!--", "-->", "<![CDATA[", "]]>", "\x00", STORY, "<li>"),
        *(
            "<meta property='article:published_time' content='31/31/31'>",
            "<time pubdate datetime='x'>",
            "<div class='x'>",
        ),
        *("<a href='http://['>", "<base href='//['>", "&#xD800;", "&amp;lt;", "<template>", "<iframe>", "<textarea>"),
        *("<link rel=canonical href='http://['>", "<meta charset='x'>", "<blockquote>", "<br>", "<code>", "<graphic>"),
        *(
            "<script type='application/ld+json'>" + json.dumps({"datePublished": 1}) + "</script>",
            "<table><tr><td>",
            "\udcff",
        ),
    ]
)


@given(st.lists(PIECES, max_size=20).map("".join), st.sampled_from(["", "text/html; charset=latin-1"]))
@settings(max_examples=100, deadline=None)
def test_nothing_that_a_page_holds_is_a_fault_of_ours(body, content_type):
    found = extract(body.encode(errors="surrogateescape"), URL, content_type)
    assert not set(found.title + found.text) & {"\x00", chr(0xD800), chr(0xDCFF)}
