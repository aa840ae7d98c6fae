"""Which pages are fetched, when, and how politely; what is kept of them is in test_page_texts.py."""

from __future__ import annotations

import threading
import time
from datetime import timedelta

import pytest
from django.db import connection, connections
from django.utils import timezone

from relations.ingest import page_visit, run_pages
from relations.ingest.reader import ReadingFault
from relations.ingest.run_pages import fetch_article_pages
from relations.ingest.store import TEASER as TEASER_LENGTH
from relations.ingest.trouble import TooHard
from relations.models import Article, Feed, Host, OpenRequest, RobotsFile
from tests.ingest.pages import STORY, html, stored, teaser, texts
from tests.ingest.servers import Answer
from tests.ingest.texts import FERRY, TEASER

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("loopback_allowed")]

MINUTE, HOUR, DAY = timedelta(minutes=1), timedelta(hours=1), timedelta(days=1)


@pytest.fixture
def feed(add_feed) -> Feed:
    return add_feed("https://courier.example/feed")


def make_due() -> None:
    Article.objects.exclude(page_due_at=None).update(page_due_at=timezone.now())


def is_due_in(article: Article, wait: timedelta) -> bool:
    article.refresh_from_db()
    return article.page_due_at is not None and abs(article.page_due_at - timezone.now() - wait) < MINUTE


def for_the_coder() -> int:
    return len(Article.objects.claim_untagged(100))


# -- which ----------------------------------------------------------------------------------------------------------

LONG = "Ferries sail again, it was said. " * (TEASER_LENGTH // 30)


@pytest.mark.parametrize(
    ("full_text", "text", "is_due"),
    [
        *(("auto", TEASER, True), ("auto", LONG, False), ("always", TEASER, True)),
        *(("always", LONG, True), ("never", TEASER, False), ("never", LONG, False)),
    ],
)
def test_pages_are_fetched_where_the_feed_has_a_teaser_or_always_or_never(server, feed, full_text, text, is_due):
    feed.full_text = full_text
    article = stored(feed, teaser(server.serve(html(f"{LONG}\n\n{STORY}"), "/story"), text=text))
    assert (article.page_due_at is not None, article.waits_for_page) == (is_due, is_due)
    assert fetch_article_pages() == is_due
    assert ("/story" in server.paths()) == is_due


@pytest.mark.parametrize(
    "item",
    [
        teaser(""),
        teaser("https://courier.example/opinion/1"),
        teaser("https://courier.example/1", title="RETRACTED: Ferry sails"),
        teaser("https://courier.example/1", text="Minister trafen sich zum Essen und sagten wenig dazu."),
    ],
)
def test_no_page_is_fetched_that_the_coder_would_not_read(feed, item):
    feed.full_text = "always"
    assert (stored(feed, item).page_due_at, for_the_coder()) == (None, 1)


# -- the coder waits for the first attempt and for no other ---------------------------------------------------------


def test_the_coder_waits_for_the_page(server, feed):
    article = stored(feed, teaser(server.serve(html(), "/story")))
    assert for_the_coder() == 0
    assert fetch_article_pages() == 1
    assert texts(article) == [("feed", TEASER), ("page", STORY)]
    article.refresh_from_db()
    assert (article.version, article.page_due_at, article.page_words, article.page_tries) == (2, None, "", 0)
    assert for_the_coder() == 1


@pytest.mark.parametrize(
    "answer",
    [
        *(Answer(status=404), Answer(status=403), Answer(status=410), Answer(status=500), Answer(status=429), Answer()),
        *(Answer(b"\x89PNG\r\n\x00"), Answer(html("<p>Subscribe to continue reading.</p>"))),
        Answer(status=302, headers={"Location": "http://10.0.0.1/"}),
        Answer(status=302, headers={"Location": "/story"}),
        Answer(status=200, headers={"Content-Encoding": "br"}, body=b"x"),
    ],
)
def test_whatever_the_page_is_the_coder_then_reads_what_the_feed_has(server, feed, answer):
    article = stored(feed, teaser(server.url("/story")))
    server.routes["/story"] = answer
    assert fetch_article_pages() == 0
    assert (texts(article), for_the_coder()) == ([("feed", TEASER)], 1)
    article.refresh_from_db()
    assert article.page_words
    assert not OpenRequest.objects.exists()


@pytest.mark.parametrize(
    "link", ["http://no-such-host.invalid/1", "http://10.0.0.1/1", "http:///nowhere", "https://x:99999/"]
)
def test_an_address_that_leads_nowhere_holds_nothing_up(feed, link):
    article = stored(feed, teaser(link))
    assert fetch_article_pages() == 0
    article.refresh_from_db()
    assert (article.waits_for_page, bool(article.page_words)) == (False, True)


@pytest.mark.parametrize("error", [TooHard("It is built so."), ReadingFault("KeyError"), ZeroDivisionError("ours")])
def test_a_page_that_can_not_be_read_costs_itself_alone(server, feed, monkeypatch, error):
    def read(body, *args):
        if b"Bad" in body:
            raise error
        return read_page_bytes(body, *args)

    read_page_bytes = page_visit.read_page_bytes
    monkeypatch.setattr(page_visit, "read_page_bytes", read)
    stored(feed, teaser(server.serve(html(title="Bad"), "/bad")), teaser(server.serve(html(), "/good")))
    assert fetch_article_pages() == 1
    assert for_the_coder() == 2


def test_a_feed_whose_pages_hold_the_readers_up_is_not_read_to_the_end(server, feed, monkeypatch):
    def read(body, *args):
        raise TooHard("It is built so.")

    monkeypatch.setattr(page_visit, "read_page_bytes", read)
    stored(feed, *[teaser(server.serve(html(), f"/{n}")) for n in range(12)])
    fetch_article_pages(limit=2)
    fetched = [path for path in server.paths() if path != "/robots.txt"]
    assert 3 <= len(fetched) < 12
    assert for_the_coder() == 12 and not Article.objects.filter(page_due_at__isnull=False).exists()


def test_pages_count_for_what_a_feed_may_bring_in_a_day(server, feed, monkeypatch):
    monkeypatch.setattr("relations.ingest.store.MOST_A_DAY", 2_100 + len(STORY))
    articles = [
        stored(feed, teaser(server.serve(html(title=f"Ferry {n}", text=f"{n} {STORY}"), f"/{n}"))) for n in range(2)
    ]
    assert fetch_article_pages() == 1
    words = set(Article.objects.values_list("page_words", flat=True))
    assert len(articles) == 2 and "" in words and any("more text today" in one for one in words)


def test_a_text_that_can_not_be_stored_is_told_and_the_others_go_on(server, feed, monkeypatch, caplog):
    def broken(article, page, now):
        changed = record_page(article, page, now)
        if page.title == "Bad":
            raise ZeroDivisionError
        return changed

    record_page = run_pages.record_page
    monkeypatch.setattr(run_pages, "record_page", broken)
    bad = stored(feed, teaser(server.serve(html(title="Bad"), "/bad")), teaser(server.serve(html(), "/good")))
    assert fetch_article_pages() == 1
    bad.refresh_from_db()
    assert (bad.version, bad.waits_for_page, for_the_coder()) == (1, False, 2)
    assert "fault in Dyad" in bad.page_words and "ZeroDivisionError" in caplog.text
    assert not OpenRequest.objects.exists()


def test_where_its_site_may_not_be_asked_for_long_the_coder_does_not_wait(feed):
    Host.objects.create(domain="courier.example", paused_until=timezone.now() + 3 * HOUR)
    article = stored(feed, teaser("https://courier.example/1"))
    assert fetch_article_pages() == 0
    assert (is_due_in(article, 3 * HOUR), for_the_coder(), article.page_tries) == (True, 1, 0)


def test_where_its_site_may_be_asked_soon_it_waits(feed):
    Host.objects.create(domain="courier.example", paused_until=timezone.now() + 10 * MINUTE)
    article = stored(feed, teaser("https://courier.example/1"))
    assert fetch_article_pages() == 0
    assert (is_due_in(article, 10 * MINUTE), for_the_coder()) == (True, 0)


# -- again ----------------------------------------------------------------------------------------------------------


def test_what_may_pass_is_tried_three_times_ever_later(server, feed):
    article = stored(feed, teaser(server.url("/story")))
    server.routes["/story"] = Answer(status=500)
    for wait in (15 * MINUTE, HOUR):
        fetch_article_pages()
        assert is_due_in(article, wait)
        make_due()
    fetch_article_pages()
    article.refresh_from_db()
    assert (article.page_due_at, server.paths().count("/story")) == (None, 3)


def test_what_comes_later_is_read_again_by_the_coder(server, feed):
    article = stored(feed, teaser(server.url("/story")))
    server.routes["/story"] = Answer(status=500)
    fetch_article_pages()
    Article.objects.update(tagged_at=timezone.now())
    server.serve(html(), "/story")
    make_due()
    assert fetch_article_pages() == 1
    assert (texts(article)[-1], for_the_coder()) == (("page", STORY), 1)


def test_a_site_that_counts_requests_is_left_in_peace(server, feed):
    server.routes["/story"] = Answer(status=429, headers={"Retry-After": "7200"})
    article = stored(feed, teaser(server.url("/story")))
    fetch_article_pages()
    assert is_due_in(article, 2 * HOUR)
    other = stored(feed, teaser(server.serve(html(), "/other")))
    assert fetch_article_pages() == 0
    assert "/other" not in server.paths() and is_due_in(other, 2 * HOUR)


def test_a_page_whose_worker_died_comes_up_again_and_one_taken_since_is_left_alone(server, feed):
    article = stored(feed, teaser(server.serve(html(), "/story")))
    (errand,) = run_pages._claim(9)
    assert is_due_in(article, run_pages.LEASE) and run_pages._claim(9) == []
    make_due()
    (next_errand,) = run_pages._claim(9)
    # The first comes back after all, while the second is on its way.
    assert run_pages._conclude(run_pages._visit(errand)) == 0
    assert texts(article) == [("feed", TEASER)] and is_due_in(article, run_pages.LEASE)
    assert run_pages._conclude(run_pages._visit(next_errand)) == 1
    assert texts(article) == [("feed", TEASER), ("page", STORY)]


# -- robots.txt -----------------------------------------------------------------------------------------------------


def rules(text: str) -> Answer:
    return Answer(text.encode(), headers={"Content-Type": "text/plain"})


@pytest.mark.parametrize(
    ("robots", "is_allowed"),
    [
        (rules(""), True),
        (rules("User-agent: *\nDisallow: /private"), True),
        (rules("User-agent: *\nDisallow: /"), False),
        (rules("User-agent: *\nDisallow: /\nAllow: /story"), True),
        (rules("User-agent: *\nDisallow: /\n\nUser-agent: Dyad\nDisallow:"), True),
        (rules("User-agent: dyad\nDisallow: /story\n\nUser-agent: *\nDisallow:"), False),
        (rules("User-agent: a\nUser-agent: Dyad # us\nUser-agent: b\nDisallow: /*ory$"), False),
        (rules("User-agent: a\nUser-agent: b\nDisallow: /"), True),
        (rules("User-agent: a\nDisallow: /\nUser-agent: *\nDisallow: /x"), True),
        (rules("\ufeffUser-agent: *\r\nDisallow: /story\r\n"), False),
        (Answer(b"\x00\xff\xfe nonsense"), True),
        (Answer(status=404), True),
        (Answer(status=403), True),
        (Answer(status=410), True),
        (Answer(status=500), False),
        (Answer(status=503), False),
        (Answer(status=301, headers={"Location": "/elsewhere"}), False),
    ],
)
def test_robots_txt_holds(server, feed, robots, is_allowed):
    server.routes["/robots.txt"], server.routes["/elsewhere"] = robots, rules("User-agent: *\nDisallow: /")
    article = stored(feed, teaser(server.serve(html(), "/story")))
    assert fetch_article_pages() == is_allowed
    assert ("/story" in server.paths()) == is_allowed
    article.refresh_from_db()
    assert ("robots.txt" in article.page_words) == (not is_allowed)
    assert for_the_coder() == 1


def test_what_robots_txt_forbids_is_not_tried_again_but_what_it_did_not_say_is(server, feed):
    server.routes["/robots.txt"] = rules("User-agent: *\nDisallow: /")
    forbidden = stored(feed, teaser(server.serve(html(), "/story")))
    fetch_article_pages()
    forbidden.refresh_from_db()
    assert forbidden.page_due_at is None
    RobotsFile.objects.all().delete()
    server.routes["/robots.txt"] = Answer(status=500)
    unknown = stored(feed, teaser(server.serve(html(), "/other")))
    fetch_article_pages()
    assert is_due_in(unknown, 15 * MINUTE)
    server.routes["/robots.txt"] = Answer(status=404)
    RobotsFile.objects.update(fetched_at=timezone.now() - HOUR)
    make_due()
    assert fetch_article_pages() == 1


def test_a_site_that_counts_requests_for_its_robots_txt_is_asked_later(server, feed):
    server.routes["/robots.txt"] = Answer(status=429, headers={"Retry-After": "7200"})
    article = stored(feed, teaser(server.serve(html(), "/story")))
    fetch_article_pages()
    assert is_due_in(article, 2 * HOUR) and "/story" not in server.paths()


def test_robots_txt_is_asked_for_once_a_day(server, feed):
    def read_one(number):
        stored(feed, teaser(server.serve(html(), f"/{number}"), title=f"Story {number}"))
        fetch_article_pages()
        return server.paths().count("/robots.txt")

    assert [read_one(1), read_one(2)] == [1, 1]
    RobotsFile.objects.update(fetched_at=timezone.now() - DAY)
    assert read_one(3) == 2
    assert read_one(4) == 2


def test_the_rules_of_the_site_that_a_link_leads_to_hold(server, other_server, feed, settings):
    settings.FETCH_ALLOWED_HOSTS = ["127.0.0.1", "localhost"]
    other_server.serve(html(), "/story")
    other_server.routes["/robots.txt"] = rules("User-agent: *\nDisallow: /story")
    target = f"http://localhost:{other_server.port}/story"
    server.routes["/to"] = Answer(status=302, headers={"Location": target})
    article = stored(feed, teaser(server.url("/to")))
    assert fetch_article_pages() == 0
    article.refresh_from_db()
    assert "robots.txt" in article.page_words and texts(article) == [("feed", TEASER)]
    assert RobotsFile.objects.count() == 2


def test_a_robots_txt_that_means_harm_is_read_in_no_time(server, feed):
    """Every rule for each of many names: four million rules, were they spelled out."""
    names = "".join(f"User-agent: bot{n}\n" for n in range(2_000))
    server.routes["/robots.txt"] = rules(names + "".join(f"Disallow: /{n}\n" for n in range(2_000)))
    stored(feed, teaser(server.serve(html(), "/story")))
    began = time.process_time()
    assert fetch_article_pages() == 1
    assert time.process_time() - began < 2


# -- politely -------------------------------------------------------------------------------------------------------


def test_a_page_is_asked_for_as_a_browser_would_by_our_name_and_without_the_feeds_secrets(server, feed, settings):
    feed.user_agent = "Courier reader/1"
    feed.save()
    stored(feed, teaser(server.serve(html(), "/story")))
    fetch_article_pages()
    for asked in server.asked:
        assert asked.headers["User-Agent"] == "Courier reader/1"
        assert asked.headers["Authorization"] is asked.headers["Cookie"] is None
    assert server.paths() == ["/robots.txt", "/story"]
    assert server.asked[1].headers["Accept"].startswith("text/html")


def slowly(server, page: bytes, most: list[int]):
    """A route that takes its time and notes how many requests are under way."""
    lock, under_way = threading.Lock(), [0]

    def answer(asked):
        with lock:
            under_way[0] += 1
            most.append(under_way[0])
        time.sleep(0.05)
        with lock:
            under_way[0] -= 1
        return Answer(page)

    return answer


@pytest.mark.django_db(transaction=True)
def test_two_pages_of_a_site_at_once_over_several_workers_and_each_once(server, feed, settings, monkeypatch):
    settings.FETCH_AT_ONCE, settings.FETCH_SECONDS_APART = 2, 0
    monkeypatch.setattr("relations.ingest.run_hosts.LEAST_WAIT", timedelta(milliseconds=20))
    most: list[int] = []
    pages = [f"/{n}" for n in range(12)]
    for n, path in enumerate(pages):
        server.routes[path] = slowly(server, html(f"{n} {FERRY}\n\n{n} {STORY}"), most)
    RobotsFile.objects.create(origin=f"http://127.0.0.1:{server.port}", fetched_at=timezone.now())
    stored(feed, *[teaser(server.url(path), title=f"Story {path}") for path in pages])

    def work() -> None:
        try:
            changed.append(fetch_article_pages())
        finally:
            connections.close_all()

    changed: list[int] = []
    threads = [threading.Thread(target=work) for _ in range(3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    connection.close()
    assert sum(changed) == len(pages)
    assert sorted(server.paths()) == sorted(pages)
    assert max(most) <= 2
    assert not OpenRequest.objects.exists()
