"""What changed from one version of a story to the next."""

from __future__ import annotations

import time
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from relations.queries import article_versions
from relations.queries.article_versions import ADDED, REMOVED, SAME, compared
from tests import making

WORDS = st.lists(st.sampled_from(["the", "envoy", "left", "town", "<b>", "on", "Friday", "\u00e9lan"]), max_size=12)
TEXTS = st.lists(WORDS.map(" ".join), max_size=6).map("\n\n".join)


def whole(text: str) -> str:
    return "".join(part for part in text.split("\n\n") if part.strip())


@given(TEXTS, TEXTS)
def test_both_texts_can_be_read_from_a_comparison(old: str, new: str) -> None:
    pieces = [piece for paragraph in compared(old, new) for piece in paragraph]
    assert "".join(text for text, what in pieces if what != ADDED) == whole(old)
    assert "".join(text for text, what in pieces if what != REMOVED) == whole(new)


@given(TEXTS)
def test_a_text_is_the_same_as_itself(text: str) -> None:
    assert {what for paragraph in compared(text, text) for _, what in paragraph} <= {SAME}


def test_a_changed_word_is_marked_alone() -> None:
    [paragraph] = compared("The envoy left on Monday.", "The envoy left on Friday.")
    assert paragraph == [("The envoy left on ", SAME), ("Monday.", REMOVED), ("Friday.", ADDED)]


def test_a_new_paragraph_is_new_as_a_whole() -> None:
    found = compared(
        "The envoy left.\n\nNothing else is known.", "The envoy left.\n\nRain fell.\n\nNothing else is known."
    )
    assert found == [[("The envoy left.", SAME)], [("Rain fell.", ADDED)], [("Nothing else is known.", SAME)]]


def test_texts_too_long_to_compare_are_shown_whole(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(article_versions, "MOST_WORDS", 4)
    assert compared("a b c d e", "a b c d f") == [[("a b c d e", REMOVED), ("a b c d f", ADDED)]]
    monkeypatch.setattr(article_versions, "MOST_PARAGRAPHS", 1)
    assert compared("a\n\nb", "a") == [[("a", REMOVED)], [("b", REMOVED)], [("a", ADDED)]]


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("a " * 999, "a b " * 499),
        ("a\n\n" * 2000, "a\n\nb\n\n" * 1000),
        tuple("\n\n".join(f"{side}{at} {'w' * 60} {side} {at}" for at in range(2000)) for side in "ab"),
    ],
)
def test_the_longest_texts_are_compared_within_seconds(old: str, new: str) -> None:
    began = time.monotonic()
    compared(old, new)
    assert time.monotonic() - began < 3


def test_a_word_in_a_long_text_is_all_that_changed() -> None:
    words = [f"the {at}" for at in range(150)]
    old, new = (" ".join([*words[:70], middle, *words[70:]]) for middle in ("yes", "no"))
    assert compared(old, new) == [
        [(" ".join([*words[:70], ""]), SAME), ("yes", REMOVED), ("no", ADDED), (" ".join(["", *words[70:]]), SAME)]
    ]


@pytest.mark.django_db
def test_the_article_leads_to_what_each_version_changed(signed_in: Any) -> None:
    article = making.article("The envoy left on Monday.\n\nHe will be <b>back</b>.")
    client = signed_in()
    page = client.get(f"/articles/{article.pk}/")
    assert "Its versions" not in page.content.decode()
    making.second_version(article, "The envoy left on Friday.\n\nHe will be <b>back</b>.")
    body = client.get(f"/articles/{article.pk}/").content.decode()
    assert f'href="/articles/{article.pk}/versions/2/"' in body and "versions/1/" not in body
    body = client.get(f"/articles/{article.pk}/versions/2/").content.decode()
    assert "<del>Monday.</del><ins>Friday.</ins>" in body and "1 word added, 1 removed" in body
    assert "&lt;b&gt;back" in body
    for missing in (
        f"/articles/{article.pk}/versions/1/",
        f"/articles/{article.pk}/versions/3/",
        "/articles/0/versions/2/",
    ):
        assert client.get(missing).status_code == 404


@pytest.mark.django_db
def test_actors_and_trigger_are_marked_in_the_story(signed_in: Any) -> None:
    sentence = "Pakistan accused the US."
    article = making.article(f"Before. {sentence} After.")
    spans = {"source": [0, 8], "trigger": [9, 16], "target": [21, 23]}
    making.report(event=making.event(), article=article, sentence=sentence, spans=spans)
    body = signed_in().get(f"/articles/{article.pk}/").content.decode()
    assert '<mark class="source">Pakistan</mark> <mark class="trigger">accused</mark>' in body
    assert "Before. <a" in body and "</a> After." in body
