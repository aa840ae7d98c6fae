"""What becomes of stories whose feed shows them otherwise than before: noise, floods, corrections, retractions."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from relations.ingest import store
from relations.ingest.run import refresh_due_feeds
from relations.ingest.store import MOST_VERSIONS, MOST_VERSIONS_A_DAY, Stored, store_articles
from relations.models import Article, ArticleVersion, Feed
from tests.ingest.pages import stored, teaser, texts
from tests.ingest.texts import ATOM, BRIDGE, FERRY, item, rss

pytestmark = pytest.mark.django_db

NOW = timezone.now().replace(hour=12)
HOUR, DAY = timedelta(hours=1), timedelta(days=1)
LINK = "https://courier.example/a"
TAKEN_BACK = "This article has been retracted."


@pytest.fixture
def feed(add_feed) -> Feed:
    return add_feed("https://courier.example/feed", full_text="never")


def shows(feed: Feed, text: str = FERRY, title: str = "Ferry sails again", now=NOW, **options) -> Stored:
    """The feed's only item."""
    feed.refresh_from_db()
    return store_articles(feed, [teaser(LINK, "a", text, title)], now, **options)


# -- noise ----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("change", ["text", "title"])
def test_what_changes_at_every_visit_gets_a_few_versions_a_day_and_the_feed_is_marked(feed, change):
    def visits(day: int, first: int) -> list[Stored]:
        moments = [NOW + day * DAY + n * HOUR for n in range(9)]
        return [shows(feed, now=moment, **{change: f"{first + n} {FERRY[:200]}"}) for n, moment in enumerate(moments)]

    found = visits(0, 0)
    assert [one.new + one.edited for one in found] == [1] * MOST_VERSIONS_A_DAY + [0] * (9 - MOST_VERSIONS_A_DAY)
    assert [one.noisy for one in found] == [0] * MOST_VERSIONS_A_DAY + [1] * (9 - MOST_VERSIONS_A_DAY)
    assert str(found[-1]) == "1 left that change at every visit"
    assert sum(one.edited for one in visits(2, 100)) == MOST_VERSIONS_A_DAY
    Article.objects.update(version=MOST_VERSIONS)
    assert visits(9, 200)[0].noisy == 1


@pytest.mark.usefixtures("loopback_allowed")
def test_what_was_left_is_looked_at_again_even_if_the_feed_stays_as_it_is(server, add_feed):
    add_feed(server.url(), full_text="never")
    for n in range(MOST_VERSIONS_A_DAY + 1):
        server.serve(rss(item("a", text=f"{n} {FERRY}")), ETag='"1"')
        Feed.objects.update(next_fetch_at=timezone.now())
        refresh_due_feeds()
    feed = Feed.objects.get()
    assert feed.noisy_at is not None and (feed.etag, feed.body_hash) == ("", "")
    ArticleVersion.objects.update(seen_at=timezone.now() - 2 * DAY)
    Feed.objects.update(next_fetch_at=timezone.now())
    assert refresh_due_feeds() == 1
    assert texts(Article.objects.get())[-1] == ("feed", f"{MOST_VERSIONS_A_DAY} {FERRY}")


# -- floods ---------------------------------------------------------------------------------------------------------


def flood(feed: Feed, count: int, now=NOW, start: int = 0, **values) -> Stored:
    feed.refresh_from_db()
    items = [
        teaser("", str(n), f"{n} {FERRY}", published_at=now - (count - n) * timedelta(seconds=1), **values)
        for n in range(start, start + count)
    ]
    return store_articles(feed, items, now)


def test_a_feed_brings_so_much_a_day_newest_first_and_the_rest_the_day_after(feed, monkeypatch):
    monkeypatch.setattr(store, "MOST_A_DAY", 5_000)
    first = flood(feed, 8)
    assert (first.new, first.over) == (5, 3)
    assert "3 left until tomorrow" in str(first)
    assert {article.identity for article in Article.objects.all()} == set("34567")
    again = flood(feed, 8)
    assert (again.new, again.over, again.known) == (0, 3, 5)
    assert (flood(feed, 8, NOW + DAY).new, Article.objects.count()) == (3, 8)


def test_long_texts_count_as_much_as_they_are(feed, monkeypatch):
    monkeypatch.setattr(store, "MOST_A_DAY", 10_000)
    long = teaser("", "long", FERRY * 20)
    assert store_articles(feed, [long], NOW).new == 1
    feed.refresh_from_db()
    assert feed.stored_characters == len(FERRY) * 20
    assert flood(feed, 9).new == (10_000 - len(FERRY) * 20) // 1000


def test_edits_count_too_but_not_those_that_are_left_for_noise(feed, monkeypatch):
    monkeypatch.setattr(store, "MOST_A_DAY", 20_000)
    for n in range(30):
        shows(feed, f"{n} {FERRY}", now=NOW + n * timedelta(minutes=1))
    feed.refresh_from_db()
    assert feed.stored_characters == MOST_VERSIONS_A_DAY * 1_000
    # Or a feed with a counter in each item would soon bring no news any more.
    assert flood(feed, 5, NOW + HOUR, start=50).new == 5


def test_people_may_bring_as_much_as_they_like(monkeypatch):
    monkeypatch.setattr(store, "MOST_A_DAY", 2_000)
    by_hand = Feed.objects.create(title="By hand", kind="manual", next_fetch_at=NOW)
    assert flood(by_hand, 8).new == 8


def test_many_edits_take_as_many_queries_as_few(feed, add_feed):
    def queries_of_edits(count: int) -> int:
        other = add_feed(f"https://courier.example/{count}", full_text="never")
        flood(other, count)
        items = [teaser("", str(n), f"Edited {n} {BRIDGE}") for n in range(count)]
        with CaptureQueriesContext(connection) as captured:
            assert store_articles(other, items, NOW + HOUR).edited == count
        return len(captured)

    assert queries_of_edits(3) == queries_of_edits(60) <= 8


# -- retractions ----------------------------------------------------------------------------------------------------


def article() -> Article:
    return Article.objects.get()


def is_taken_back() -> bool:
    return article().retracted_at is not None


@pytest.mark.parametrize("change", [{"text": TAKEN_BACK}, {"title": "RETRACTED: Ferry sails again"}])
def test_a_story_taken_back_by_its_text_or_title_counts_no_more_and_once(feed, change):
    shows(feed)
    Article.objects.update(tagged_at=NOW)
    found = shows(feed, now=NOW + HOUR, **change)
    assert (found.edited, found.retracted, str(found)) == (1, 1, "1 edited, 1 taken back")
    assert (article().retracted_at, article().tagged_at) == (NOW + HOUR, None)
    assert article().retraction == next(iter(change.values()))
    assert shows(feed, now=NOW + 2 * HOUR, **change) == Stored(known=1)
    Article.objects.reinstate()
    # The same words again, under another text too.
    assert shows(feed, now=NOW + 3 * HOUR, **{"text": f"{FERRY} More.", **change}).retracted == 0
    if "text" in change:
        assert shows(feed, f"{TAKEN_BACK}\n\n{BRIDGE}", now=NOW + 4 * HOUR).retracted == 0
    assert not is_taken_back()
    assert shows(feed, "This story has been withdrawn.", now=NOW + 5 * HOUR).retracted == 1


def test_a_story_that_is_taken_back_when_it_is_first_seen(feed):
    assert shows(feed, title="RETRACTED: Ferry sails again").new == 1
    assert (article().retracted_at, article().waits_for_page) == (NOW, False)


def test_a_story_that_its_feed_lists_as_deleted_counts_no_more_and_once(feed, add_feed):
    shows(feed)
    same_guid = stored(add_feed("https://gazette.example/feed"), teaser("https://gazette.example/a", "a"))
    assert store_articles(feed, [], NOW + HOUR, deleted=["a", "never seen"]).retracted == 1
    found = Article.objects.get(feed=feed)
    assert (found.retracted_at, found.retraction) == (NOW + HOUR, "Its feed says that it was deleted.")
    assert store_articles(feed, [], NOW + 2 * HOUR, deleted=["a"]).retracted == 0
    Article.objects.reinstate()
    assert store_articles(feed, [], NOW + 3 * HOUR, deleted=["a"]).retracted == 0
    same_guid.refresh_from_db()
    assert same_guid.retracted_at is None


@pytest.mark.usefixtures("loopback_allowed")
def test_a_deleted_entry_of_a_feed_that_is_read(server, add_feed):
    add_feed(server.serve(ATOM))
    refresh_due_feeds()
    gone = '<at:deleted-entry xmlns:at="http://purl.org/atompub/tombstones/1.0" when="2031"\n ref="urn:gazette:1"/>'
    start, _, rest = ATOM.partition("<entry>")
    server.serve(start + gone + rest.partition("</entry>")[2])
    Feed.objects.update(next_fetch_at=timezone.now())
    assert refresh_due_feeds() == 1
    assert is_taken_back()
    assert Feed.objects.get().last_outcome == "0 items, 1 taken back"


# -- corrections ----------------------------------------------------------------------------------------------------


def test_a_correction_is_kept_with_the_text_that_has_it(feed):
    shows(feed)
    words = "Correction: the ferry leaves at nine."
    shows(feed, f"{FERRY}\n\n{words}", now=NOW + HOUR)
    shows(feed, f"{FERRY} It rained.", now=NOW + 2 * HOUR)
    shows(feed, title="Corrected: Ferry sails", now=NOW + 3 * HOUR)
    kept = ArticleVersion.objects.order_by("number").values_list("correction", flat=True)
    assert list(kept) == ["", words, "", "Corrected: Ferry sails"]
    assert not is_taken_back()
