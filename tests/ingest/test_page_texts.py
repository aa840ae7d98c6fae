"""What is kept of the page that was fetched for an article."""

from __future__ import annotations

import threading
from datetime import UTC, datetime, timedelta

import pytest
from django.db import connection, transaction
from django.db.models import F
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from relations.ingest.store import MOST_VERSIONS_A_DAY, database_now, store_articles
from relations.ingest.store_copies import wait_for_others_who_add_articles
from relations.ingest.store_pages import SAME_TEXT, record_page
from relations.models import Article, Event, Feed, TextOrigin
from tests import making
from tests.ingest.pages import STORY, page_text, stored, teaser, texts
from tests.ingest.texts import BRIDGE, FERRY, TEASER

pytestmark = pytest.mark.django_db

HOUR = timedelta(hours=1)
LINK = "https://courier.example/1"


@pytest.fixture
def feed(add_feed) -> Feed:
    return add_feed("https://courier.example/feed")


def give(article: Article, page) -> bool:
    """Let the page be read for the article, as it stands in the database."""
    with transaction.atomic():
        wait_for_others_who_add_articles()
        held = Article.objects.select_for_update(no_key=True).get(pk=article.pk)
        changed = record_page(held, page, database_now())
    article.refresh_from_db()
    return changed


# -- which text -----------------------------------------------------------------------------------------------------


def test_the_longer_text_is_kept(feed):
    short = stored(feed, teaser(LINK))
    assert give(short, page_text())
    assert texts(short) == [(TextOrigin.FEED, TEASER), (TextOrigin.PAGE, STORY)]
    assert (short.version, short.tagged_at, short.page_words) == (2, None, "")
    long = stored(feed, teaser("https://courier.example/2", text=STORY))
    assert not give(long, page_text(FERRY))
    assert texts(long) == [(TextOrigin.FEED, STORY)]
    assert long.page_words == "The page has no more text than the feed."


def test_the_title_is_the_feeds_and_all_marks_are_the_texts(feed):
    article = stored(feed, teaser(LINK, published_at=datetime(2024, 3, 5, tzinfo=UTC)))
    # No date on the page: the day is the one near to the feed's date.
    assert give(
        article,
        page_text(f"HARBOUR CITY, March 4 (Agency) - {STORY}\n\nCorrection: it leaves at nine.", "Ferry, again"),
    )
    newest = article.versions.get(number=2)
    assert (article.title, newest.title, newest.correction) == (
        *["Ferry sails again"] * 2,
        "Correction: it leaves at nine.",
    )
    assert (str(article.dateline_on), article.language, len(article.sketch) > 0) == ("2024-03-04", "en", True)


@pytest.mark.parametrize("page", [page_text(""), page_text(STORY, wall="A form."), page_text("", wall="A form.")])
def test_a_page_without_a_story_gives_no_text(feed, page):
    article = stored(feed, teaser(LINK))
    assert not give(article, page)
    assert texts(article) == [(TextOrigin.FEED, TEASER)]
    assert article.page_words == (page.wall or "No story could be made out on the page.")


def test_a_page_that_says_it_is_taken_back_counts_however_short_it_is(feed):
    article = stored(feed, teaser(LINK, text=STORY))
    assert give(article, page_text("This article has been retracted."))
    assert (article.retraction, article.retracted_at is not None) == ("This article has been retracted.", True)
    Article.objects.reinstate()
    assert not give(article, page_text("This article has been retracted."))
    assert article.retracted_at is None


# -- dates ----------------------------------------------------------------------------------------------------------

THEN = datetime(2024, 3, 4, 10, tzinfo=UTC)


@pytest.mark.parametrize("text", [STORY, "Short."])
def test_a_story_without_a_date_gets_that_of_its_page(feed, text):
    article = stored(feed, teaser(LINK, published_at=None))
    Article.objects.update(tagged_at=timezone.now())
    give(article, page_text(text, published_at=THEN, date_words="4 March 2024", zone_assumed=True))
    assert (article.published_at, article.dated_at, article.date_was_given) == (THEN, THEN, True)
    assert (article.date_words, article.zone_assumed, article.tagged_at) == ("4 March 2024", True, None)


def test_a_date_to_come_does_not_pin_it_to_the_top(feed):
    article = stored(feed, teaser(LINK, published_at=None))
    give(article, page_text(published_at=timezone.now() + 99 * HOUR))
    assert article.dated_at
    assert article.published_at == article.first_seen_at < article.dated_at


def test_the_date_of_the_feed_stays(feed):
    article = stored(feed, teaser(LINK))
    before = article.published_at
    give(article, page_text(published_at=THEN))
    assert article.published_at == before


# -- the same text on several addresses -----------------------------------------------------------------------------

NOTICE = f"Dear readers, our site is being rebuilt. {BRIDGE} Come back soon, and thank you for your patience with us."


def several(feed: Feed, count: int) -> list[Article]:
    items = [teaser(f"https://courier.example/{n}", text=f"{n} {TEASER}", title=f"Story {n}") for n in range(count)]
    store_articles(feed, items, database_now())
    return list(Article.objects.filter(feed=feed).order_by("identity"))


def newest(articles: list[Article]) -> list[tuple[str, str]]:
    return [texts(article)[-1] for article in articles]


def test_what_three_addresses_of_a_site_show_is_no_story(feed):
    articles = several(feed, 6)
    assert [give(article, page_text(NOTICE)) for article in articles] == [True, True, *[False] * 4]
    assert newest(articles) == [(TextOrigin.FEED, f"{n} {TEASER}") for n in range(6)]
    Article.objects.update(tagged_at=timezone.now())
    for article in articles:
        article.refresh_from_db()
        assert "same text for other stories" in article.page_words
        # They were copies of one another for a while.
        assert article.copy_of is None
    # Nothing that was read is lost.
    assert texts(articles[0])[1] == (TextOrigin.PAGE, NOTICE)


def test_those_that_go_back_are_read_again(feed):
    articles = several(feed, SAME_TEXT)
    for article in articles[:-1]:
        give(article, page_text(NOTICE))
    Article.objects.update(tagged_at=timezone.now())
    give(articles[-1], page_text(NOTICE))
    assert Article.objects.filter(tagged_at=None).count() == SAME_TEXT - 1


def test_a_story_in_three_feeds_of_its_site_is_a_story(feed, add_feed):
    feeds = [feed, *(add_feed(f"https://courier.example/feed/{n}") for n in range(3))]
    articles = [stored(one, teaser(f"{LINK}?from=feed-{n}")) for n, one in enumerate(feeds)]
    assert all(give(article, page_text()) for article in articles)
    assert newest(articles) == [(TextOrigin.PAGE, STORY)] * 4
    assert Article.objects.filter(copy_of=None).count() == 1


def test_agency_text_on_several_sites_is_a_story(add_feed):
    sites = ["courier.example", "gazette.test", "herald.invalid", "post.example.org"]
    articles = [
        stored(add_feed(f"https://{site}/feed"), teaser(f"https://{site}/{n}", title=f"Ferry {n}"))
        for n, site in enumerate(sites)
    ]
    assert all(give(article, page_text()) for article in articles)
    assert newest(articles) == [(TextOrigin.PAGE, STORY)] * 4


def test_a_notice_on_very_many_pages_takes_no_more_work_than_on_a_few(feed):
    articles = several(feed, 40)

    def queries(article: Article) -> int:
        with CaptureQueriesContext(connection) as captured:
            give(article, page_text(NOTICE))
        return len(captured)

    counts = [queries(article) for article in articles]
    assert counts[-1] <= counts[5] <= 10


# -- edited ---------------------------------------------------------------------------------------------------------


def with_page(feed: Feed, text: str = STORY) -> Article:
    article = stored(feed, teaser(LINK))
    assert give(article, page_text(text))
    Article.objects.update(tagged_at=timezone.now())
    return article


def edited(feed: Feed, article: Article, text: str = f"{TEASER} Again.", **values) -> Article:
    """The feed shows another text or title of it."""
    assert store_articles(feed, [teaser(LINK, text=text, **values)], database_now()).edited == 1
    article.refresh_from_db()
    return article


def test_where_the_text_is_the_pages_an_edit_in_the_feed_is_looked_for_on_the_page(feed):
    article = edited(feed, with_page(feed))
    assert (article.version, article.tagged_at is None, article.waits_for_page) == (2, False, False)
    assert article.page_due_at is not None and article.page_tries == 0
    assert store_articles(feed, [teaser(LINK, text=f"{TEASER} Again.")], database_now()).edited == 0
    # As long as before, and shorter: both are what the story says now.
    for text in (
        STORY.replace("Tuesday", "Mondays"),
        STORY.replace(" by the border river", "").replace("lorries, ", ""),
    ):
        assert give(article, page_text(text))
        assert (texts(article)[-1], article.tagged_at) == ((TextOrigin.PAGE, text), None)
    assert article.version == 4


def test_a_page_that_did_not_change_is_no_new_version(feed):
    article = edited(feed, with_page(feed))
    assert not give(article, page_text())
    assert (article.version, article.tagged_at is None, article.page_words) == (
        2,
        False,
        "The page shows what it showed before.",
    )


def test_a_page_that_shows_less_than_the_feed_by_now_is_not_believed(feed):
    article = edited(feed, with_page(feed), f"{TEASER} {FERRY}")
    assert not give(article, page_text("Short by now."))
    assert texts(article)[-1] == (TextOrigin.PAGE, STORY)


def test_a_new_headline_is_taken_with_the_text_of_the_page(feed):
    article = edited(feed, with_page(feed), TEASER, title="Ferry stays, after all")
    assert article.title == "Ferry stays, after all"
    assert give(article, page_text())
    assert [version.title for version in article.versions.order_by("number")][1:] == [
        "Ferry sails again",
        article.title,
    ]
    assert article.tagged_at is None


def test_a_retraction_in_the_feed_is_not_looked_for_on_the_page(feed):
    article = edited(feed, with_page(feed), "This article has been retracted.")
    assert (article.version, article.retraction, article.tagged_at) == (3, "This article has been retracted.", None)
    assert article.retracted_at is not None


def test_a_feed_that_shows_more_than_the_page_is_the_text_again(feed):
    article = edited(feed, with_page(feed), f"{STORY}\n\n{FERRY} And more.")
    assert texts(article)[-1] == (TextOrigin.FEED, f"{STORY}\n\n{FERRY} And more.")


def test_edits_of_articles_with_texts_of_pages_are_capped_too(feed):
    article = with_page(feed)
    for n in range(MOST_VERSIONS_A_DAY + 3):
        store_articles(feed, [teaser(LINK, text=f"{TEASER} {n}")], database_now())
        article.refresh_from_db()
        if article.page_due_at is not None:
            give(article, page_text(f"{STORY} {n}"))
    assert article.version == MOST_VERSIONS_A_DAY


# -- copies ---------------------------------------------------------------------------------------------------------


def two_teasers(add_feed) -> tuple[Article, Article]:
    """Of one story, in two papers; the earlier one first."""
    one, other = (add_feed(f"https://{name}.example/feed") for name in ("courier", "gazette"))
    return stored(one, teaser(LINK)), stored(other, teaser("https://gazette.example/1", title="Old boat, new trip"))


@pytest.mark.parametrize("order", [(0, 1), (1, 0)])
def test_copies_are_found_by_the_texts_of_pages_in_whatever_order_they_come(add_feed, order):
    articles = two_teasers(add_feed)
    for at in order:
        give(articles[at], page_text(STORY if at else f"HARBOUR CITY - {STORY}"))
    assert Article.objects.get(pk=articles[0].pk).copy_of is None
    assert Article.objects.get(pk=articles[1].pk).copy_of == articles[0]


def test_a_reprint_that_was_read_before_is_one_source_with_the_story_from_then_on(add_feed):
    original, reprint = two_teasers(add_feed)
    third = stored(add_feed("https://herald.example/feed"), teaser("https://herald.example/1", text=STORY))
    give(reprint, page_text())
    third.refresh_from_db()
    assert third.copy_of == reprint
    event = making.event()
    making.report(article=third, event=event)
    Event.objects.update(evidence_changed=False)
    give(original, page_text())
    for copy in (reprint, third):
        copy.refresh_from_db()
        assert copy.copy_of == original
    event.refresh_from_db()
    assert event.evidence_changed


# -- at once --------------------------------------------------------------------------------------------------------


@pytest.mark.django_db(transaction=True)
def test_a_feed_and_a_page_that_give_an_article_a_text_at_once_give_it_one_after_the_other(feed):
    article = stored(feed, teaser(LINK))
    troubles: list[BaseException] = []

    def edit() -> None:
        try:
            with transaction.atomic():
                store_articles(Feed.objects.get(), [teaser(LINK, text=f"{TEASER} Again.")], database_now())
        except BaseException as trouble:
            troubles.append(trouble)
        finally:
            connection.close()

    with transaction.atomic():
        wait_for_others_who_add_articles()
        held = Article.objects.select_for_update(no_key=True).get(pk=article.pk)
        worker = threading.Thread(target=edit)
        worker.start()
        worker.join(0.5)
        record_page(held, page_text(), database_now())
    worker.join()
    assert troubles == []
    assert texts(article) == [(TextOrigin.FEED, TEASER), (TextOrigin.PAGE, STORY)]
    article.refresh_from_db()
    # What the feed shows now is to be looked for on the page.
    assert (article.version, article.page_due_at is not None) == (2, True)
    assert not Article.objects.exclude(version=F("versions__number")).filter(versions__number__gt=F("version")).exists()
