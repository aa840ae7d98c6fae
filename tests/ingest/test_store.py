from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from relations.ingest.items import ParsedItem
from relations.ingest.marks import marked
from relations.ingest.store import Stored, store_articles
from relations.models import Article, ArticleVersion
from tests.ingest.texts import BRIDGE, FERRY

pytestmark = pytest.mark.django_db

NOW = timezone.now().replace(microsecond=0)
HOUR, DAY = timedelta(hours=1), timedelta(days=1)


def an_item(identity="a", text=FERRY, published_at=NOW - HOUR, title="Ferry sails again"):
    return marked(ParsedItem(identity, f"https://courier.example/{identity}", title, text, published_at))


@pytest.fixture
def feed(add_feed):
    return add_feed("https://courier.example/feed")


def test_a_new_item_is_an_article_with_its_first_version(feed):
    assert store_articles(feed, [an_item()], NOW) == Stored(new=1)
    article = Article.objects.get()
    assert (article.feed, article.identity, article.url) == (feed, "a", "https://courier.example/a")
    assert (article.title, article.version, article.tagged_at) == ("Ferry sails again", 1, None)
    assert (article.published_at, article.date_was_given, article.first_seen_at) == (NOW - HOUR, True, NOW)
    version = article.versions.get()
    assert (version.number, version.title, version.text, version.seen_at) == (1, "Ferry sails again", FERRY, NOW)


def test_a_date_that_is_missing_or_in_the_future_is_when_it_was_first_seen(feed):
    store_articles(feed, [an_item("none", published_at=None), an_item("future", published_at=NOW + 2 * DAY)], NOW)
    none, future = Article.objects.order_by("-identity")
    assert (none.published_at, none.date_was_given) == (NOW, False)
    assert (future.published_at, future.date_was_given) == (NOW, True)


def test_the_same_items_again_change_nothing(feed):
    store_articles(feed, [an_item("a"), an_item("b", BRIDGE)], NOW)
    Article.objects.update(tagged_at=NOW)
    before = list(Article.objects.values()), list(ArticleVersion.objects.values())
    assert store_articles(feed, [an_item("b", BRIDGE), an_item("a")], NOW + HOUR) == Stored(known=2)
    assert (list(Article.objects.values()), list(ArticleVersion.objects.values())) == before


@pytest.mark.parametrize("change", [{"title": "Ferry stays"}, {"text": BRIDGE}])
def test_an_edited_item_is_a_new_version_to_be_read_again(feed, change):
    store_articles(feed, [an_item()], NOW)
    Article.objects.update(tagged_at=NOW)
    edited = replace(an_item(published_at=NOW), **change)
    assert store_articles(feed, [edited], NOW + HOUR) == Stored(known=1, edited=1)
    article = Article.objects.get()
    assert (article.version, article.title, article.tagged_at) == (2, edited.title, None)
    assert (article.published_at, article.first_seen_at) == (NOW - HOUR, NOW)
    second, first = article.versions.all()
    assert (second.number, second.title, second.text, second.seen_at) == (2, edited.title, edited.text, NOW + HOUR)
    assert (first.number, first.title, first.text) == (1, "Ferry sails again", FERRY)
    assert store_articles(feed, [edited], NOW + 2 * HOUR) == Stored(known=1)


def test_items_of_other_feeds_are_other_articles(feed, add_feed):
    other = add_feed("https://gazette.example/feed")
    store_articles(feed, [an_item()], NOW)
    assert store_articles(other, [an_item(text=BRIDGE)], NOW) == Stored(new=1)
    assert Article.objects.count() == 2


def queries_of(feed, items):
    with CaptureQueriesContext(
        connection,
    ) as queries:
        store_articles(feed, items, NOW)
    return len(queries)


def test_many_unchanged_items_take_as_many_queries_as_few(feed, add_feed):
    other = add_feed("https://gazette.example/feed")
    few, many = ([an_item(str(n), f"Text {n}") for n in range(count)] for count in (5, 500))
    first = queries_of(feed, few), queries_of(other, many)
    again = queries_of(feed, few), queries_of(other, many)
    assert again == (1, 1)
    assert first[0] == first[1] <= 7


# -- copies ---------------------------------------------------------------------------------------------------------


def originals():
    return {article.identity: article.copy_of and article.copy_of.identity for article in Article.objects.all()}


def test_a_reprint_is_linked_to_the_earliest_article_of_its_story(feed, add_feed):
    store_articles(feed, [an_item("first", published_at=NOW - 9 * HOUR), an_item("bridge", BRIDGE)], NOW)
    for n, name in enumerate(("second", "third")):
        other = add_feed(f"https://{name}.example/feed")
        reprint = an_item(name, f"HARBOUR CITY - {FERRY}", NOW - (3 - n) * HOUR, "Old boat, new trip")
        store_articles(other, [reprint], NOW)
    assert originals() == {"first": None, "bridge": None, "second": "first", "third": "first"}


def test_a_reprint_is_linked_even_where_it_says_that_it_is_older(feed, add_feed):
    store_articles(feed, [an_item("first", published_at=NOW - HOUR)], NOW)
    other = add_feed("https://gazette.example/feed")
    store_articles(other, [an_item("older", published_at=NOW - 5 * HOUR)], NOW)
    store_articles(other, [an_item("last", published_at=NOW)], NOW)
    assert originals() == {"first": None, "older": "first", "last": "first"}


def test_copies_within_one_feed_are_linked_too(feed):
    store_articles(feed, [an_item("late", published_at=NOW), an_item("early", published_at=NOW - HOUR)], NOW)
    assert originals() == {"early": None, "late": "early"}


def test_the_text_compared_is_the_newest(feed, add_feed):
    store_articles(feed, [an_item("first", BRIDGE)], NOW)
    store_articles(feed, [an_item("first", FERRY)], NOW)
    store_articles(add_feed("https://gazette.example/feed"), [an_item("x", BRIDGE), an_item("y", FERRY)], NOW)
    assert originals() == {"first": None, "x": None, "y": "first"}


def test_what_was_printed_long_before_is_another_story(feed, add_feed):
    store_articles(feed, [an_item("old", published_at=NOW - 4 * DAY), an_item("older", BRIDGE, NOW - 400 * DAY)], NOW)
    store_articles(add_feed("https://gazette.example/feed"), [an_item("new"), an_item("n2", BRIDGE)], NOW)
    assert set(originals().values()) == {None}


def test_an_archive_in_the_feed_does_not_widen_the_search(feed, add_feed):
    store_articles(feed, [an_item("old", published_at=NOW - 5 * DAY)], NOW)
    archive = an_item("archive", BRIDGE, NOW - 5 * DAY)
    store_articles(add_feed("https://gazette.example/feed"), [an_item("new"), archive], NOW)
    assert set(originals().values()) == {None}


def test_short_texts_are_never_copies(feed, add_feed):
    store_articles(feed, [an_item("a", "No news today.")], NOW)
    store_articles(add_feed("https://gazette.example/feed"), [an_item("b", "No news today.")], NOW)
    assert set(originals().values()) == {None}
