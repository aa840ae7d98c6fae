from __future__ import annotations

from datetime import UTC, datetime, timedelta
from email.utils import format_datetime

import pytest

from relations.ingest.parse import parse
from relations.ingest.trouble import EmptyFeed, NotAFeed, Unreadable
from tests.ingest.texts import ATOM, FERRY, item, rss

BASE = "https://courier.example/news/feed"


def read(text: str | bytes, content_type: str = "application/xml"):
    return parse(text.encode() if isinstance(text, str) else text, content_type, BASE)


def only_item(text: str | bytes, content_type: str = "application/xml"):
    (found,) = read(text, content_type).items
    return found


def test_rss():
    feed = read(rss(item("a", date="Tue, 04 Mar 2031 10:00:00 +0200"), extra="<ttl>90</ttl>"))
    assert (feed.title, feed.ttl_minutes) == ("The Courier", 90)
    (found,) = feed.items
    assert (found.identity, found.link) == ("a", "https://courier.example/a")
    assert (found.title, found.text) == ("Ferry sails again", FERRY)
    assert found.published_at == datetime(2031, 3, 4, 8, tzinfo=UTC)


def test_atom_and_its_longer_content():
    feed = read(ATOM)
    assert (feed.title, feed.ttl_minutes) == ("Harbour Gazette", None)
    (found,) = feed.items
    assert (found.identity, found.link) == ("urn:gazette:1", "https://courier.example/stories/1")
    assert found.title == "Envoys & ferrymen talk"
    assert found.text == "Envoys talked on the quay.\n\nThe ferrymen listened."
    assert found.published_at == datetime(2031, 3, 4, 10, 30, tzinfo=UTC)


def test_a_feed_without_items_is_a_feed():
    assert read(rss()).items == ()


@pytest.mark.parametrize("body", ["", "  \n "])
def test_an_empty_page_is_trouble(body):
    with pytest.raises(EmptyFeed):
        read(body)


def test_a_web_page_is_told_as_such():
    with pytest.raises(NotAFeed, match="web page"):
        read("<!DOCTYPE html><html><head><title>News</title></head><body><p>Hi</p></body></html>", "text/html")


def test_other_things_are_not_feeds():
    with pytest.raises(NotAFeed):
        read('{"a": 1}', "application/json")
    with pytest.raises(NotAFeed):
        read(b"\x89PNG\r\n\x1a\n\x00\x00", "image/png")


def test_a_feed_that_breaks_off_before_its_first_item_is_damaged():
    with pytest.raises(Unreadable):
        read("<rss><chan")


# -- identity -------------------------------------------------------------------------------------------------------


def test_identity_is_the_guid_even_when_the_feed_moves():
    text = rss("<item><guid>17</guid><title>t</title></item>")
    assert parse(text.encode(), "", "https://new.example/").items[0].identity == only_item(text).identity == "17"


def test_identity_without_a_guid_is_the_link_and_without_both_a_hash():
    assert (
        only_item(rss("<item><link>https://c.example/1</link><title>t</title></item>")).identity
        == "https://c.example/1"
    )
    one, other = (only_item(rss(f"<item><title>{title}</title></item>")).identity for title in ("one", "other"))
    assert one != other and one.startswith("sha256:")


def test_an_identity_too_long_for_the_index_is_hashed():
    found = only_item(rss(item("\u00fc" * 900)))
    assert len(found.identity.encode()) < 100


def test_one_identity_comes_once():
    assert len(read(rss(item("a"), item("a", "Again"), item("b"))).items) == 2


def test_links_are_absolute_and_of_the_web():
    assert only_item(rss(item(link="/x?a=1&b=2"))).link == "https://courier.example/x?a=1&b=2"
    for link in ("javascript:alert(1)", "http://[broken", "https://c.example/" + "x" * 2000):
        assert only_item(rss(item(link=link))).link == ""


# -- text -----------------------------------------------------------------------------------------------------------


def test_html_becomes_paragraphs():
    text = (
        "<div><p>Envoys <b>talked</b>\n on the&nbsp;quay.</p><script>alert(1)</script><style>p{}</style>"
        "They left.<br><br>It rained &amp; stopped.<ul><li>One</li><li>Two</li></ul><p> </p></div>"
    )
    assert only_item(rss(item(text=text))).text == (
        "Envoys talked on the quay.\n\nThey left.\n\nIt rained & stopped.\n\nOne\n\nTwo"
    )


def test_plain_text_keeps_its_paragraphs_and_its_signs():
    assert (
        only_item(rss(item(text="Tax < 3 % and\nfalling.\n \nOr > 3 %?"))).text == "Tax < 3 % and falling.\n\nOr > 3 %?"
    )


def test_titles_are_one_line_of_text():
    assert only_item(rss(item(title="Q&amp;A: <i>who</i>\n won &#8211; and why"))).title == "Q&A: who won – and why"
    assert len(only_item(rss(item(title="x" * 5000))).title) == 1000


def test_an_item_without_a_title_is_called_by_its_first_words():
    assert only_item(rss(item(title=""))).title.startswith("The harbour masters of two small republics")


def test_illegal_characters_are_dropped():
    found = only_item(rss(item("a\x00b", "NUL\x00 and \x08bell &#0; &#xD800;", "te\x0bxt\ufffe &#xD800; end")))
    assert "\x00" not in found.identity + found.title + found.text
    for text in (found.identity, found.title, found.text):
        text.encode()  # no lone surrogates
        assert not set(text) & {"\x00", "\x08", "\x0b", "\ufffe"}
    assert found.text.endswith("end")


# -- encodings ------------------------------------------------------------------------------------------------------

STORY = rss(item(title="Żółw mówi: café"))


@pytest.mark.parametrize(
    ("body", "content_type"),
    [
        (STORY.encode(), "text/xml"),
        (STORY.encode(), "text/xml; charset=iso-8859-1"),
        (STORY.encode(), "application/octet-stream"),
        (b"\xef\xbb\xbf" + STORY.encode(), "application/xml"),
        (STORY.replace("utf-8", "iso-8859-2").encode("iso-8859-2"), "text/xml"),
        (STORY.encode("iso-8859-2"), "text/xml; charset=ISO-8859-2"),
        (STORY.replace("utf-8", "utf-16").encode("utf-16"), "text/xml"),
    ],
)
def test_the_text_is_right_whatever_the_encoding(body, content_type):
    if content_type.endswith("ISO-8859-2"):
        body = body.replace(b' encoding="utf-8"', b"")
    title = only_item(body, content_type).title
    assert title == "Żółw mówi: café"


def test_bytes_that_are_no_text_do_not_cost_the_item():
    found = only_item(rss(item(title="caf_ bar")).encode().replace(b"caf_", b"caf\xff"))
    assert (found.title[:3], found.text) == ("caf", FERRY)


# -- dates ----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "date",
    [
        *("", "yesterday", "Thu, 01 Jan 1970 00:00:00 GMT", "Fri, 31 Dec 9999 23:59:59 GMT"),
        *("Mon, 01 Jan 0001 00:00:00 GMT", "Wed, 01 Jan 2200 00:00:00 GMT", "Tue, 45 Mar 2031 10:00:00 GMT"),
    ],
)
def test_absurd_dates_are_no_dates(date):
    assert only_item(rss(item(date=date))).published_at is None


def test_the_newest_500_items_are_kept():
    start = datetime(2031, 1, 1, tzinfo=UTC)
    items = [item(str(i), text="t", date=format_datetime(start + timedelta(minutes=i))) for i in range(600)]
    kept = read(rss(*items)).items
    assert {found.identity for found in kept} == {str(i) for i in range(100, 600)}


@pytest.mark.parametrize("tag", ["noscript", "iframe", "noframes", "textarea"])
def test_what_stands_in_tags_that_are_not_shown_is_no_text(tag):
    assert only_item(rss(item(text=f"Envoys <{tag}><b>no</b> text</{tag}>talked."))).text == "Envoys talked."
    assert only_item(rss(item(text=f"Envoys <{tag} src='x'>talked."))).text == "Envoys talked."


def test_the_title_of_an_image_in_an_item_is_not_the_items():
    found = only_item(rss("<item><title>Envoys talk</title><image><title>A quay</title></image></item>"))
    assert found.title == "Envoys talk"
