"""What is done to a feed's bytes before a parser sees them."""

from __future__ import annotations

import re
import time
from email.utils import format_datetime

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from relations.ingest.items import MOST_ITEMS
from relations.ingest.marks import dateline_of, kind_of, notes
from relations.ingest.parse import parse
from relations.ingest.trimming import TRIMMED_FROM, moment_of, newest_only, readable
from relations.ingest.walls import wall_in
from tests.ingest.test_dates import TEN, WORDS
from tests.ingest.texts import item, rss

LEGAL = st.text(
    st.characters(exclude_categories=["Cs"], exclude_characters=[chr(code) for code in range(32)] + ["\ufeff"])
)
CONTROLS = {code: None for code in range(32) if chr(code) not in "\t\n\r"}
UTF = ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be", "utf-32", "utf-32-le", "utf-32-be"]


def read_again(body: bytes, content_type: str = "") -> str:
    trimmed, encoding = readable(body, content_type)
    return trimmed.decode(encoding)


# -- encodings and characters ---------------------------------------------------------------------------------------


@given(LEGAL, st.sampled_from(UTF), st.sampled_from(["", "text/xml; charset=iso-8859-1", "text/xml; charset=nonsense"]))
@settings(max_examples=150)
def test_every_legal_character_is_kept_whatever_the_encoding_and_what_the_server_says(text, encoding, content_type):
    text = f"<rss>{text.replace('&#', '')}</rss>"
    assert read_again(text.encode(encoding), content_type) == text


@given(st.text(st.characters(exclude_categories=["Cs"])))
@settings(max_examples=200)
def test_nothing_but_control_characters_is_dropped(text):
    text = f"<rss>{text.replace('&#', '')}</rss>"
    assert read_again(text.encode()) == text.translate(CONTROLS)


@pytest.mark.parametrize(
    "encoding", ["iso-8859-2", "windows-1251", "shift_jis", "gb18030", "euc-kr", "koi8-r", "iso-2022-jp"]
)
def test_text_in_an_older_encoding_that_is_named(encoding):
    text = {
        "iso-8859-2": "Żółw",
        "shift_jis": "日本の船",
        "iso-2022-jp": "日本の船",
        "gb18030": "渡轮",
        "euc-kr": "배가",
    }.get(encoding, "Паром")
    head = f'<?xml version="1.0" encoding="{encoding}"?><rss>'
    assert read_again(f"{head}{text}</rss>".encode(encoding)) == f"{head}{text}</rss>"
    assert read_again(f"<rss>{text}</rss>".encode(encoding), f"text/xml; charset={encoding}") == f"<rss>{text}</rss>"


def test_a_few_bad_bytes_are_damage_and_many_are_another_encoding():
    assert read_again("<rss>café".encode() + b"\xff noir</rss>") == "<rss>café\ufffd noir</rss>"
    assert read_again(b"<rss>caf\xe9 d\xe9j\xe0</rss>", "text/xml; charset=utf-8") == "<rss>café déjà</rss>"


@pytest.mark.parametrize(
    "reference", ["&#0;", "&#x0;", "&#8;", "&#xD800;", "&#55296;", "&#xFFFE;", "&#x110000;", "&#9999999999;"]
)
def test_references_to_what_no_xml_may_hold_are_dropped(reference):
    assert read_again(f"<rss>a{reference}b</rss>".encode()) == "<rss>ab</rss>"


@pytest.mark.parametrize(
    "reference", ["&#9;", "&#x20;", "&#233;", "&#xD7FF;", "&#xE000;", "&#x1F6A2;", "&#x10FFFF;", "&#12", "&#;"]
)
def test_other_references_stay(reference):
    assert read_again(f"<rss>a{reference} b</rss>".encode()) == f"<rss>a{reference} b</rss>"


# -- many items -----------------------------------------------------------------------------------------------------


def entry(number: int, tag: str = "item", date: str | None = "") -> str:
    """date: empty for one that is later for a smaller number; None for no date."""
    day = (
        f"<pubDate>{date or format_datetime(TEN.replace(year=2030 - number % 30))}</pubDate>"
        if date is not None
        else ""
    )
    return f"<{tag} a='1'><guid>{number}</guid><title>Ferry {number}</title>{day}</{tag} >"


def numbers(body: bytes) -> list[int]:
    return [int(found) for found in re.findall(rb"<guid>(\d+)</guid>", body)]


def test_a_feed_that_is_not_very_long_stays_as_it_is():
    body = "".join(entry(n) for n in range(TRIMMED_FROM - 1)).encode()
    assert newest_only(body) == (body, 0)


@pytest.mark.parametrize("tag", ["item", "entry", "atom:entry"])
def test_of_very_many_items_the_newest_are_left_in_their_order_with_all_that_stands_around_them(tag):
    many = [f"{entry(n, tag)}\n" for n in range(TRIMMED_FROM)]
    trimmed, left_out = newest_only(f"<rss><title>T</title>{''.join(many)}</rss>".encode())
    assert left_out == TRIMMED_FROM - MOST_ITEMS
    kept = numbers(trimmed)
    assert kept == sorted(kept) and len(kept) == MOST_ITEMS
    # Sixteen or seventeen items a year, so those of the newest seven years are among them.
    assert set(kept) >= {n for n in range(TRIMMED_FROM) if n % 30 < 7}
    assert trimmed.startswith(b"<rss><title>T</title>") and trimmed.endswith(b"</rss>")
    assert all(entry(n, tag).encode() in trimmed for n in kept)


def test_items_without_a_date_may_be_new_and_come_first():
    many = [entry(n, date=None if n % 10 == 3 else "") for n in range(TRIMMED_FROM)]
    assert set(numbers(newest_only("".join(many).encode())[0])) >= set(range(3, TRIMMED_FROM, 10))


def test_a_long_feed_is_read_after_it_was_trimmed():
    many = [item(str(n), text="t", date=format_datetime(TEN.replace(year=2030 - n % 30))) for n in range(TRIMMED_FROM)]
    found = parse(rss(*many).encode(), "", "https://courier.example/feed")
    assert (len(found.items), found.left_out, found.title) == (MOST_ITEMS, TRIMMED_FROM - MOST_ITEMS, "The Courier")


@given(WORDS)
@settings(max_examples=200, deadline=None)
def test_the_quick_look_at_a_date_never_fails(words):
    assert moment_of(words) == moment_of(words)


def test_the_quick_look_at_a_date():
    assert moment_of("2031-03-04T12:00:00+02:00") == moment_of("Tue, 04 Mar 2031 10:00:00 GMT") == TEN.timestamp()
    assert moment_of("2031-03-04T10:00:00") == TEN.timestamp()
    assert moment_of("yesterday") == moment_of("") == float("inf")


# -- hostile --------------------------------------------------------------------------------------------------------

SIZE = 200_000
REPEATED = [
    *(
        "<item>",
        "<item a='1' ",
        "</item",
        "<item></item",
        "<entry ",
        "<a:item ",
        "<item><pubDate ",
        "<pubDate ",
        "<pubDate>",
        "&#x1",
    ),
    *(
        "<deleted-entry ",
        '<deleted-entry ref="',
        "<deleted-entry ref='a\" ",
        "<?xml encoding ",
        "<a:",
        "a",
        " ",
        "!",
        "\n\n",
    ),
    *("this article (", "editor's note ", "correction ", "[(retracted)]", "A ", "Aa", "(", "live ", "awswaf", "cf-chl"),
    *("we and our ", "subscribe to ", "_Incapsula_Resource?", "Kabul, ", "KABUL ", "an earlier version of this "),
]


@pytest.mark.parametrize("piece", REPEATED)
def test_nothing_that_is_looked_for_takes_long_in_a_hostile_text(piece):
    """200 kB of each piece. What looks again and again to their end takes many seconds, even on a fast machine."""
    text = piece * (SIZE // len(piece))
    began = time.process_time()
    readable(text.encode(), "")
    newest_only(text.encode())
    newest_only("".join([f"<item>{text}</item>", *["<item></item>"] * TRIMMED_FROM]).encode())
    kind_of(f"https://courier.example/{text}", text, [text])
    notes(text, text)
    dateline_of(text, TEN)
    wall_in("https://courier.example/", text.encode(), text, text[:300])
    wall_in("https://courier.example/", b"", "", text)
    assert time.process_time() - began < 2


@pytest.mark.parametrize("piece", REPEATED)
def test_nothing_in_a_hostile_feed_makes_reading_it_take_long(piece):
    """But what feedparser itself can't do; the reading process is ended for that."""
    text = piece * (SIZE // len(piece))
    began = time.process_time()
    parse(f"<rss><channel><item><title>deleted-entry</title></item></channel></rss><!-- {text} -->".encode(), "", "")
    assert time.process_time() - began < 2
