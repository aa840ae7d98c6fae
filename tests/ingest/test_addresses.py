"""Addresses of feeds as people and files write them."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from relations.errors import RelationsError
from relations.ingest.addresses import Address, read_address, read_folder, same_server, without_secrets


@pytest.mark.parametrize(
    ("written", "url"),
    [
        ("https://news.example/rss", "https://news.example/rss"),
        (" HTTPS://News.Example:443/RSS#part\n", "https://news.example/RSS"),
        ("news.example", "https://news.example/"),
        ("news.example:8080/rss", "https://news.example:8080/rss"),
        ("//news.example/rss", "https://news.example/rss"),
        ("feed://news.example/rss", "http://news.example/rss"),
        ("feed:https://news.example/rss", "https://news.example/rss"),
        ("http://news.example.:80/", "http://news.example/"),
        ("https://straße.example/ä?q=ö b", "https://xn--strae-oqa.example/%C3%A4?q=%C3%B6%20b"),
        ("https://news.example/a%2Fb%20?q=%26+c", "https://news.example/a%2Fb%20?q=%26+c"),
        ("http://bridge/rss", "http://bridge/rss"),
        ("http://[::1]:8080/rss", "http://[::1]:8080/rss"),
    ],
)
def test_an_address_has_one_spelling(written: str, url: str) -> None:
    assert read_address(written) == Address(url)
    assert read_address(url) == Address(url)


@given(st.text(max_size=40), st.sampled_from(["", "https://", "https://news.example/", "feed:"]))
def test_whatever_is_written_is_refused_in_words_or_keeps_its_spelling(text: str, before: str) -> None:
    try:
        address = read_address(before + text)
    except RelationsError as refusal:
        assert str(refusal).endswith((".", "kept."))
        return
    assert address.url.isascii() and address.url.startswith(("http://", "https://"))
    assert read_address(address.url) == Address(address.url)


@pytest.mark.parametrize(
    ("written", "why"),
    [
        ("", "missing"),
        ("nonsense", "no address"),
        ("no address", "no address"),
        ("https://two words.example/", "no address"),
        ("https://news..example/", "no address"),
        ("https://-news.example/", "no address"),
        ("https:///rss", "no address"),
        ("https://news.example:99999/", "no address"),
        ("https://news.example\n.org/", "no address"),
        ("ftp://news.example/rss", "Only http and https"),
        ("javascript:alert(1)", "Only http and https"),
        ("https://news.example/" + "x" * 1000, "1,021 characters; at most 1,000"),
    ],
)
def test_what_is_no_address_is_refused_in_words(written: str, why: str) -> None:
    with pytest.raises(RelationsError, match=why):
        read_address(written)


def test_secrets_are_taken_out_of_an_address_and_never_told() -> None:
    assert read_address("https://me:p%40ss@news.example/rss") == Address("https://news.example/rss", "me", "p@ss")
    with pytest.raises(RelationsError) as refusal:
        read_address("https://me:secret@news..example/rss")
    assert "secret" not in str(refusal.value)
    assert without_secrets("https://me:secret@news.example/@me?to=a@b") == "https://news.example/@me?to=a@b"
    assert without_secrets("https://news.example/@me") == "https://news.example/@me"


@pytest.mark.parametrize(
    ("other", "same"),
    [
        ("https://news.example/other?x=1", True),
        ("https://me:secret@news.example/", True),
        ("http://news.example/rss", False),
        ("https://news.example:8443/rss", False),
        ("https://feeds.news.example/rss", False),
    ],
)
def test_secrets_belong_to_scheme_host_and_port(other: str, same: bool) -> None:
    assert same_server("https://news.example/rss", other) is same


def test_a_folder_is_a_path_of_names() -> None:
    assert read_folder(" / Asia /  South  and East/ ") == "Asia/South and East"
    assert len(read_folder("x/" * 300)) <= 200
