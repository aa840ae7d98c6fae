"""Pages that show something else than the story that they are the address of."""

from __future__ import annotations

import pytest
from django.utils import timezone

from relations.ingest.run import refresh_due_feeds
from relations.ingest.run_pages import fetch_article_pages
from relations.models import Article, Feed, FullText, TextOrigin
from tests.ingest.misbehaving import Names, redirect
from tests.ingest.servers import Answer
from tests.ingest.texts import BRIDGE, FERRY, TEASER, item, rss

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("loopback_allowed")]


def page(*paragraphs: str, title: str = "Ferry sails again", head: str = "") -> bytes:
    body = "".join(f"<p>{paragraph}</p>" for paragraph in paragraphs)
    return f"<html><head><title>{title}</title>{head}</head><body><article>{body}</article></body></html>".encode()


def read_stories(add_feed, server, *links: str, text: str = TEASER) -> list[Article]:
    """The articles of a feed with these links, in their order, after their pages were visited."""
    server.serve(rss(*(item(f"story-{n}", f"Story {n}", text, link=link) for n, link in enumerate(links))))
    add_feed(server.url(), full_text=FullText.ALWAYS)
    refresh_due_feeds()
    Article.objects.update(tagged_at=timezone.now())
    fetch_article_pages()
    return sorted(Article.objects.all(), key=lambda article: article.identity)


def assert_has_text_of_feed(article: Article, words: str, text: str = TEASER) -> None:
    """words: in which the article says why."""
    assert article.versions.get(number=article.version).text == text
    assert words in article.page_words
    # Nothing holds up the coder, and the page is not asked for again and again.
    assert (article.waits_for_page, article.page_due_at) == (False, None)


CONSENT = (
    "Before you continue to the Courier, we value your privacy.",
    "We and our 812 partners store and/or access information on a device and show personalised ads and content.",
    "You can accept all, reject all or manage cookies. Your choices hold for this site only.",
)
LONG_CONSENT = (
    *CONSENT,
    *(
        f"Partner {n} asks for consent to the use of your data for purpose {n}, or relies on its legitimate interest; "
        "personalised ads are chosen by what you read here and how long. You can object to this at any time below."
        for n in range(1, 21)
    ),
    "Accept all. Reject all. Cookie settings.",
)
CHALLENGE = "Checking your browser. Enable JavaScript and cookies to continue. This takes a few seconds at most."


@pytest.mark.parametrize(
    ("answer", "words"),
    [
        (Answer(page(*CONSENT, title="The Courier")), "consent to cookies"),
        (Answer(page(*LONG_CONSENT, title="The Courier")), "consent to cookies"),
        (Answer(page(CHALLENGE, title="Just a moment...")), "checks for robots"),
        (Answer(page(CHALLENGE, title="Just a moment..."), 503), "HTTP 503"),
        (Answer(page(CHALLENGE), 403, {"cf-mitigated": "challenge"}), "checks for robots"),
        (Answer(page(CHALLENGE, title="courier.example")), "checks for robots"),
        (Answer(page(FERRY, head='<script src="https://captcha-delivery.com/c.js"></script>')), "checks for robots"),
        (Answer(page(FERRY[:200], "Already a subscriber? Sign in to continue reading.")), "sign in or subscribe"),
        (Answer(page(BRIDGE, title="Page not found")), "does not exist"),
    ],
    ids=[
        "consent",
        "long consent",
        "challenge",
        "503",
        "403",
        "by its words",
        "by its script",
        "to sign in",
        "missing",
    ],
)
def test_44_a_wall_is_not_taken_for_the_story(server, add_feed, answer, words):
    server.routes["/1"] = answer
    (article,) = read_stories(add_feed, server, server.url("/1"))
    assert server.paths() == ["/feed", "/robots.txt", "/1"]
    if answer.status != 503:  # that may be over in a while
        assert_has_text_of_feed(article, words)
    assert (article.version, article.waits_for_page, words in article.page_words) == (1, False, True)


def test_44_a_form_of_consent_on_another_host_is_not_taken_for_the_story(server, add_feed, settings, monkeypatch):
    Names(monkeypatch).answers["consent.courier.example"] = [["127.0.0.1"]]
    settings.FETCH_ALLOWED_HOSTS = ["127.0.0.1", "consent.courier.example"]
    server.routes["/1"] = redirect(f"http://consent.courier.example:{server.port}/form")
    server.routes["/form"] = Answer(page("Choose what we may know of you, and read on afterwards.", FERRY))
    (article,) = read_stories(add_feed, server, server.url("/1"))
    assert_has_text_of_feed(article, "consent to cookies")


def test_44_a_story_that_speaks_of_such_things_is_one(server, add_feed):
    story = (FERRY, BRIDGE, "The ferry line's site shows a form of consent to cookies; a robot on board sells coffee.")
    server.routes["/1"] = Answer(page(*story))
    (article,) = read_stories(add_feed, server, server.url("/1"))
    assert article.versions.get(number=2).text == "\n\n".join(story)
    assert (article.tagged_at, article.page_words) == (None, "")


NOTICE = (
    "Dear readers, the site of the Courier is being renewed this week and most stories can't be shown right now.",
    "They come back on Monday with larger letters, fewer colours and a search that finds what you are looking for.",
)


@pytest.mark.parametrize("count", [3, 4, 5, 7])
def test_44_one_text_at_three_addresses_of_a_site_is_no_story(server, add_feed, count):
    for n in range(count):
        server.routes[f"/{n}"] = Answer(page(*NOTICE))
    server.routes["/real"] = Answer(page(FERRY, BRIDGE))
    links = [server.url(f"/{n}") for n in range(count)]
    *articles, real = read_stories(add_feed, server, *links, server.url("/real"))
    for article in articles:
        assert_has_text_of_feed(article, "same text for other stories")
    # Two had been given it before it came a third time. It stays among their versions, and the coder reads them again.
    went_back = [article for article in articles if article.version == 3]
    assert len(went_back) == 2
    for article in went_back:
        assert article.versions.get(number=2).origin == TextOrigin.PAGE
        assert (article.tagged_at, article.title[:5]) == (None, "Story")
    assert real.versions.get(number=real.version).text.startswith(FERRY)


def test_44_nor_is_it_when_the_addresses_come_one_at_a_time(server, add_feed):
    feed = add_feed(server.url(), full_text=FullText.ALWAYS)
    for n in range(5):
        server.routes[f"/{n}"] = Answer(page(*NOTICE))
        server.serve(rss(item(f"story-{n}", f"Story {n}", TEASER, link=server.url(f"/{n}"))))
        Feed.objects.filter(pk=feed.pk).update(next_fetch_at=timezone.now())
        refresh_due_feeds()
        fetch_article_pages()
    for article in Article.objects.all():
        assert_has_text_of_feed(article, "same text for other stories")


def test_44_an_agencys_story_on_three_sites_is_a_story(server, add_feed, settings, monkeypatch):
    names = Names(monkeypatch)
    hosts = ["courier.example", "gazette.test", "herald.invalid"]
    names.answers |= {host: [["127.0.0.1"]] for host in hosts}
    settings.FETCH_ALLOWED_HOSTS = ["127.0.0.1", *hosts]
    server.routes["/1"] = Answer(page(FERRY, BRIDGE))
    articles = read_stories(add_feed, server, *(f"http://{host}:{server.port}/1" for host in hosts))
    for article in articles:
        assert article.versions.get(number=article.version).text == f"{FERRY}\n\n{BRIDGE}"
    assert len({article.story_id for article in articles}) == 1
