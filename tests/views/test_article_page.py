"""What the page of an article tells of it, beside its text."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from relations.models import Article, ArticleVersion
from tests import making

pytestmark = pytest.mark.django_db


def shown(client: Client, article: Article) -> str:
    return " ".join(client.get(f"/articles/{article.pk}/").content.decode().split()).replace("\xa0", " ")


def test_a_plain_article_has_no_notes(signed_in: Any) -> None:
    page = shown(signed_in(), making.article(language="en", tagged_at=timezone.now()))
    assert 'class="note"' not in page and 'class="tag"' not in page and "UTC (" not in page
    assert "The coder found no event between two countries in it." in page


@pytest.mark.parametrize(
    ("values", "words"),
    [
        ({"kind": "opinion"}, ["opinion</span>", "takes nothing from it: it is an opinion piece"]),
        ({"kind": "live"}, ["live blog</span>"]),
        ({"language": "fr"}, ["French</span>", "does not read its language"]),
        ({"language": "xx"}, ["xx</span>"]),
        ({"date_was_given": False}, ["UTC (first seen; the feed gave no date)"]),
        ({"zone_assumed": True}, ["no time zone was named, so UTC was taken"]),
        ({"shortened": True}, ["longer than is kept"]),
        ({"page_words": "The page asks to sign in."}, ["Its page: The page asks to sign in."]),
        ({"waits_for_page": True}, ["waits for the text of its page"]),
        ({"tagged_at": timezone.now(), "coder": "grammar/2 failed"}, ["The coder failed on it"]),
        (
            {"retracted_at": timezone.now(), "retraction": "This story has been withdrawn."},
            ["took this story back", "Known by: This story has been withdrawn.", "takes nothing from it"],
        ),
    ],
)
def test_what_is_to_be_known_of_an_article_is_told(signed_in: Any, values: dict[str, Any], words: list[str]) -> None:
    page = shown(signed_in(), making.article(**values))
    for each in words:
        assert each in page


def test_a_date_to_come_is_told(signed_in: Any) -> None:
    article = making.article()
    for ahead, told in ((dt.timedelta(days=3), True), (dt.timedelta(minutes=5), False), (-dt.timedelta(days=3), False)):
        Article.objects.update(dated_at=article.first_seen_at + ahead)
        page = shown(signed_in(), article)
        assert ("its source dated it 3 days ahead" in page, "ahead" in page) == (told, told)


def test_the_words_of_a_correction_are_told_once(signed_in: Any) -> None:
    article = making.article()
    words = "Correction: it was a Tuesday."
    for number, correction in ((2, words), (3, words)):
        ArticleVersion.objects.create(
            article=article, number=number, title="", text="A.", correction=correction, seen_at=timezone.now()
        )
    Article.objects.update(version=3)
    assert shown(signed_in(), article).count(words) == 1


@pytest.mark.parametrize(
    ("kind", "origin", "words"),
    [
        ("polled", "feed", "Gazette · 1"),
        ("polled", "page", "Gazette · text from its page · 1"),
        ("manual", "hand", "Gazette · added by hand · 1"),
        ("manual", "page", "Gazette · text from its page, address added by hand · 1"),
    ],
)
def test_where_an_article_is_from_is_told(signed_in: Any, kind: str, origin: str, words: str) -> None:
    feed = making.feed(title="Gazette", kind=kind)
    article = making.article(feed=feed, published_at=dt.datetime(2026, 3, 1, tzinfo=dt.UTC))
    ArticleVersion.objects.update(origin=origin)
    assert words in shown(signed_in(), article)
