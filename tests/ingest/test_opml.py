"""Lists of feeds: what is in them, what is told of rows that are no feeds, and what files do no harm."""

from __future__ import annotations

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from relations.errors import RelationsError
from relations.ingest.opml import MOST_BYTES, MOST_ROWS, OpmlRow, read_opml, write_opml


def opml(*rows: str, before: str = "") -> bytes:
    return f'{before}<opml version="2.0"><head/><body>\n{chr(10).join(rows)}\n</body></opml>'.encode()


def row(url: str, text: str = "News") -> str:
    return f'<outline text="{text}" type="rss" xmlUrl="{url}"/>'


def test_rows_keep_their_folders_titles_and_order() -> None:
    body = opml(
        row("https://one.example/rss", "One"),
        '<outline text="Asia"><outline text="South">',
        '<outline title="  Two\n words " text="ignored" XMLURL="Two.example" htmlUrl="two.example/home"/>',
        "</outline>",
        row("https://three.example/", "Three"),
        "</outline>",
        row("https://four.example/", ""),
    )
    assert read_opml(body) == (
        OpmlRow("One", "https://one.example/rss", number=1),
        OpmlRow("Two words", "https://two.example/", "https://two.example/home", "Asia/South", number=2),
        OpmlRow("Three", "https://three.example/", folder="Asia", number=3),
        OpmlRow("", "https://four.example/", number=4),
    )


def test_a_feed_that_holds_feeds_is_a_row_and_a_folder() -> None:
    inner = row("https://inner.example/")
    rows = read_opml(opml(f'<outline text="Outer" xmlUrl="https://outer.example/">{inner}</outline>'))
    assert [(found.url, found.folder) for found in rows] == [
        ("https://outer.example/", ""),
        ("https://inner.example/", "Outer"),
    ]


def test_one_bad_row_of_five_thousand_is_told_and_no_other_is_lost() -> None:
    rows = [row(f"https://{number}.example/rss") for number in range(5000)]
    rows[2316] = row("https://two words/rss", "Bad one")
    found = read_opml(opml(*rows))
    assert len(found) == 5000
    wrong = [one for one in found if one.problem]
    assert [(one.number, one.title, one.url) for one in wrong] == [(2317, "Bad one", "https://two words/rss")]
    assert "no address" in wrong[0].problem


@pytest.mark.parametrize(
    "broken",
    [
        '<outline text="Bad one" xmlUrl="https://bad.example/"',
        '<outline text="Bad one" xmlUrl=https://bad.example/ />',
        '<outline text="Bad "one"" xmlUrl="https://bad.example/"/>',
        '<outline text="Bad one" text="twice" xmlUrl="https://bad.example/"/>',
    ],
)
def test_broken_xml_costs_its_own_row_and_no_other(broken: str) -> None:
    rows = [row(f"https://{number}.example/rss") for number in range(50)]
    body = opml('<outline text="Folder">', *rows[:30], broken, "</outline>", *rows[30:])
    found = read_opml(body)
    assert len(found) == 51
    (wrong,) = [one for one in found if one.problem]
    assert wrong.number == 31 and "Bad" in wrong.title and "not well-formed" in wrong.problem
    assert [one.folder for one in found] == ["Folder"] * 31 + [""] * 20


def test_signs_that_nobody_escaped_are_understood() -> None:
    (first, second) = read_opml(
        opml(row("https://one.example/?a=1&b=2", "A & B"), row("https://two.example/", "1 < 2"))
    )
    assert (first.title, first.url, first.problem) == ("A & B", "https://one.example/?a=1&b=2", "")
    assert (second.title, second.problem) == ("1 < 2", "")


def test_a_list_that_ends_too_early_is_read_as_far_as_it_goes() -> None:
    body = opml('<outline text="Asia">', *(row(f"https://{number}.example/") for number in range(5)))
    found = read_opml(body[: body.index(b"https://3.")])
    assert [one.folder for one in found] == ["Asia"] * 4
    assert [bool(one.problem) for one in found] == [False, False, False, True]


def test_comments_hide_rows_in_sound_and_in_broken_files() -> None:
    for end in ("", "<"):
        found = read_opml(opml(f"<!-- {row('https://hidden.example/')} -->", row("https://shown.example/"), end))
        assert [one.url for one in found] == ["https://shown.example/"]


@pytest.mark.parametrize(
    ("outline", "why"),
    [
        ('<outline text="A note"/>', "no xmlUrl"),
        ('<outline text="A note" xmlUrl=" "/>', "no xmlUrl"),
        (row("javascript:alert(1)"), "Only http and https"),
        (row("nonsense"), "no address"),
    ],
)
def test_what_is_no_feed_is_told(outline: str, why: str) -> None:
    (found,) = read_opml(opml(outline))
    assert why in found.problem


def test_secrets_are_kept_apart_from_the_address_and_not_written_out() -> None:
    (found,) = read_opml(opml(row("https://me:secret@one.example/")))
    assert (found.url, found.user, found.password) == ("https://one.example/", "me", "secret")
    assert "secret" not in repr(found)
    (refused,) = read_opml(opml(row("https://me:secret@one..example/")))
    assert "secret" not in f"{refused.title} {refused.url} {refused.problem}"
    assert b"secret" not in write_opml(
        [OpmlRow("One", "https://me:secret@one.example/", "https://me:secret@one.example")]
    )


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "iso-8859-1"])
@pytest.mark.parametrize("end", ["", "<"], ids=["sound", "broken"])
def test_encodings(encoding: str, end: str) -> None:
    declared = "utf-8" if encoding == "utf-8-sig" else encoding
    text = opml(row("https://one.example/", "Zürich"), end, before=f'<?xml version="1.0" encoding="{declared}"?>')
    (found,) = read_opml(text.decode().encode(encoding))
    assert found.title == "Zürich"


@pytest.mark.parametrize(
    ("body", "why"),
    [
        (b"", "no list of feeds"),
        (b"one, two, three", "no list of feeds"),
        (b"<html><body/></html>", "begins with <html>"),
        (b"<rss><channel/></rss>", "begins with <rss>"),
        (b"x" * (MOST_BYTES + 1), "at most 5 MB"),
        (opml(*[row("https://one.example/")] * (MOST_ROWS + 1)), "more than 20,000 rows"),
    ],
)
def test_what_is_no_list_is_refused_in_words(body: bytes, why: str) -> None:
    with pytest.raises(RelationsError, match=why):
        read_opml(body)


@pytest.mark.parametrize("end", ["", "<"], ids=["sound", "broken"])
def test_entities_are_neither_expanded_nor_fetched(end: str) -> None:
    nested = "".join(f'<!ENTITY e{number} "{f"&e{number - 1};" * 10}">' for number in range(1, 30))
    for entities in ('<!ENTITY x SYSTEM "file:///etc/hostname">', f'<!ENTITY e0 "ha">{nested}'):
        for use in ("&x;", "&e0;", "&e29;", "none"):
            started = time.monotonic()
            with pytest.raises(RelationsError, match="entities"):
                read_opml(opml(row("https://one.example/", use), end, before=f"<!DOCTYPE opml [{entities}]>"))
            assert time.monotonic() - started < 1


@pytest.mark.parametrize(
    "body",
    [
        b"<opml>" + b"<!--" * 1_000_000,
        b"<opml>" + b"<outline " + b"a='" * 1_000_000,
        b"<opml>" + b'<outline text="a' * 19_000,
        b"<opml><body>" + b'<outline text="a">' * 19_000,
        b'<opml><body><outline text="' + b"a" * 4_000_000 + b'"/></body></opml>',
    ],
    ids=["comments", "quotes", "no ends", "depth", "a long title"],
)
def test_no_file_takes_long(body: bytes) -> None:
    started = time.monotonic()
    read_opml(body)
    assert time.monotonic() - started < 5


names = st.text(st.characters(exclude_characters="/", exclude_categories=["C", "Z"]), min_size=1, max_size=20)


@given(st.lists(st.tuples(names, st.integers(0, 999), st.lists(names, max_size=3)), max_size=8))
def test_what_is_written_is_read_again(feeds: list[tuple[str, int, list[str]]]) -> None:
    rows = {
        OpmlRow(title, f"https://{number}.example/?a=1&b=2", f"https://{number}.example/", "/".join(folder))
        for title, number, folder in feeds
    }
    found = read_opml(write_opml(rows))
    assert {OpmlRow(one.title, one.url, one.site_url, one.folder) for one in found} == rows
    assert [one.number for one in found] == list(range(1, len(rows) + 1))


@given(st.binary(max_size=200), st.sampled_from([b"", b"<opml>", b"<opml><outline ", opml("<outline text='")]))
def test_whatever_the_bytes_they_are_read_or_refused_in_words(body: bytes, before: bytes) -> None:
    try:
        rows = read_opml(before + body)
    except RelationsError:
        return
    for at, found in enumerate(rows, 1):
        assert found.number == at and (found.problem or found.url.startswith("http"))


def test_signs_that_xml_forbids_are_left_out() -> None:
    (found,) = read_opml(write_opml([OpmlRow("A\x00\x01\ufffe B", "https://one.example/", folder="X\x0b")]))
    assert (found.title, found.folder) == ("A B", "X")
