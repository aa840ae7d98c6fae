"""What the pages say, with and without htmx, and how many queries they ask."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from relations.models import Event, PairStanding
from relations.scoring.run import score_stale_days
from tests import making

pytestmark = pytest.mark.django_db
PAIR = "/pairs/pak-usa/"


def ago(days: int) -> dt.date:
    return making.today() - dt.timedelta(days=days)


def reported(source: str = "PAK", target: str = "USA", type: str = "clash", days: int = 0, **values: Any) -> Event:
    event = making.event(source, target, type, occurred_on=ago(days), **values)
    making.report(source, target, type, event=event, occurred_on=ago(days))
    return event


def text(client: Client, url: str, **headers: str) -> str:
    response = client.get(url, headers=headers)
    assert response.status_code == 200, response.content[:300]
    return response.content.decode()


def htmx(target: str) -> dict[str, str]:
    return {"hx-request": "true", "hx-target": target}


def test_an_empty_overview_says_what_is_missing_and_what_to_do(signed_in: Any) -> None:
    assert "An admin can add one" in text(signed_in(), "/")
    assert "Add a feed" in text(signed_in("admin"), "/")
    making.feed()
    assert "visited every minute" in text(signed_in(), "/")


def test_the_overview_ranks_pairs_by_change_and_names_the_mover(signed_in: Any) -> None:
    reported("PAK", "USA", "clash", 2)
    reported("FRA", "DEU", "agreement_signed", 2, mutual=True)
    score_stale_days()
    client = signed_in()

    def listed(query: str) -> str:
        page = text(client, f"/?{query}")
        return page[: page.index("Latest events")]

    tense, calm = "Pakistan – United States", "Germany – France"
    assert tense in listed("order=rising") and calm not in listed("order=rising")
    assert calm in listed("order=easing") and tense not in listed("order=easing")
    assert listed("order=tense").index(tense) < listed("order=tense").index(calm)
    assert "Armed clash" in listed("order=rising")
    assert "No pair&#x27;s score rose" not in listed("order=rising")


def test_a_score_that_only_fades_is_no_news(signed_in: Any) -> None:
    reported(type="clash", days=60)
    reported("FRA", "DEU", "agreement_signed", 60, mutual=True)
    score_stale_days()
    client = signed_in()
    page = text(client, "/?order=rising&days=30")
    assert (
        "rose by what happened in the last 30 days" in page
        and "Pakistan – United States" not in page.split("Latest")[0]
    )
    assert "Pakistan – United States" in text(client, "/?order=rising&days=90").split("Latest")[0]


@pytest.mark.parametrize("query", ["?order=nonsense", "?days=abc", "?days=8", "?after=zzz", "?after=1_x"])
def test_nonsense_in_the_overviews_address_shows_the_overview(signed_in: Any, query: str) -> None:
    assert "What changed?" in text(signed_in(), f"/{query}")


def test_the_overview_pages_by_keyset_without_loss(signed_in: Any) -> None:
    codes = ["AFG", "ALB", "DZA", "AND", "AGO", "ARG", "ARM", "AUS", "AUT", "AZE"]
    pairs = [(one, other) for at, one in enumerate(codes) for other in codes[at + 1 :]][:40]
    for number, (one, other) in enumerate(pairs):
        making.event(one, other, "clash", occurred_on=ago(number % 5))
    score_stale_days()
    client = signed_in()
    seen: list[str] = []
    url = "/?order=tense&days=30"
    while url:
        page = client.get(url).context["page"]
        seen += [row.slug for row in page.rows]
        url = f"/?order=tense&days=30&after={page.next}" if page.next else ""
    assert len(seen) == len(set(seen)) == 40


def test_the_timeline_shows_who_did_what_to_whom_with_the_sentence(signed_in: Any) -> None:
    event = reported("PAK", "USA", "visit_postponed", 3, stage="postponed")
    score_stale_days()
    page = text(signed_in(), PAIR)
    for words in (
        "Visit postponed",
        "Pakistan",
        "→",
        "United States",
        event.reports.get().sentence,
        "1 report, 1 source",
    ):
        assert words in page
    assert page.count("<svg") == 2 and "of today's score" in page


@pytest.mark.parametrize(
    ("query", "types"),
    [
        ("", {"clash", "visit_made", "agreement_signed"}),
        ("group=force", {"clash"}),
        ("group=force&group=diplomacy", {"clash", "visit_made"}),
        ("direction=-1", {"visit_made"}),
        ("direction=0", {"agreement_signed"}),
        ("since={5}", {"clash"}),
        ("until={5}", {"visit_made", "agreement_signed"}),
        ("rejected=on", {"clash", "visit_made", "agreement_signed", "apology"}),
        ("direction=5&group=nonsense&since=yesterday", {"clash", "visit_made", "agreement_signed"}),
    ],
)
def test_the_filters_choose_events(signed_in: Any, query: str, types: set[str]) -> None:
    reported("PAK", "USA", "clash", 1)
    reported("USA", "PAK", "visit_made", 10)
    reported("PAK", "USA", "agreement_signed", 20, mutual=True)
    reported("PAK", "USA", "apology", 20, status="rejected")
    score_stale_days()
    query = query.replace("{5}", ago(5).isoformat())
    page = signed_in().get(f"{PAIR}?{query}").context["page"]
    shown = {Event.objects.get(pk=row.words.id).type for day in page.days for row in day.events}
    assert shown == types


def test_a_wrong_filter_is_told_and_left_out(signed_in: Any) -> None:
    reported()
    page = text(signed_in(), f"{PAIR}?since=yesterday")
    assert "write the date as 2017-09-01" in page and "Armed clash" in page
    page = text(signed_in(), f"{PAIR}?since=2020-02-01&until=2020-01-01")
    assert "Swap them" in page


def test_no_match_says_so(signed_in: Any) -> None:
    reported()
    assert "No event fits these filters" in text(signed_in(), f"{PAIR}?group=threats")


def test_pages_of_the_timeline_follow_each_other_without_gap_or_overlap(signed_in: Any) -> None:
    made = [making.event(type="accusation", occurred_on=ago(number // 4)).pk for number in range(120)]
    client = signed_in()
    seen: list[int] = []
    after = ""
    while True:
        page = client.get(f"{PAIR}?after={after}").context["page"]
        seen += [row.words.id for day in page.days for row in day.events]
        if not (after := page.next):
            break
    assert sorted(seen) == sorted(made) and len(seen) == 120


@pytest.mark.parametrize("after", ["x", "2020-01-01_x", "2020-13-01_1", "_"])
def test_a_broken_cursor_shows_the_first_page(signed_in: Any, after: str) -> None:
    reported()
    assert "Armed clash" in text(signed_in(), f"{PAIR}?after={after}")


@pytest.mark.parametrize(
    ("url", "target", "root"),
    [("/", "pairs", '<section id="pairs"'), (PAIR, "timeline", '<div id="timeline"'), (PAIR, "more", "<section")],
)
def test_htmx_gets_the_fragment_of_what_it_replaces_and_browsers_the_page(
    signed_in: Any, url: str, target: str, root: str
) -> None:
    reported()
    score_stale_days()
    client = signed_in()
    fragment = text(client, url, **htmx(target)).strip()
    assert fragment.startswith(root) and "<html" not in fragment
    for headers in ({}, {**htmx(target), "hx-boosted": "true"}, {**htmx(target), "hx-history-restore-request": "true"}):
        assert "<html" in text(client, url, **headers)
    assert "HX-Request" in client.get(url)["Vary"]


def test_unknown_pairs(signed_in: Any) -> None:
    client = signed_in()
    assert "not the same as calm" in text(client, "/pairs/fji-isl/")
    assert client.get("/pairs/qqq-zzz/").status_code == 404
    wrong_order = client.get("/pairs/usa-pak/")
    assert wrong_order.status_code == 404 and "/pairs/pak-usa/" in wrong_order.content.decode()
    assert client.get("/pairs/usa-usa/").status_code == 404
    assert "nothing at this address" in client.get("/no/such/page").content.decode()


def test_the_event_page_marks_who_did_what_to_whom_in_its_context(signed_in: Any) -> None:
    sentence = "Pakistan put off a visit by US officials."
    article = making.article(f"Before it. {sentence} After it.\n\nMore.")
    event = making.event(type="visit_postponed")
    spans = {"source": [0, 8], "trigger": [9, 16], "target": [28, 30]}
    making.report(
        type="visit_postponed", event=event, article=article, sentence=sentence, spans=spans, because="put off + visit"
    )
    page = text(signed_in(), event.get_absolute_url())
    assert '<mark class="source" title="source">Pakistan</mark>' in page
    assert '<mark class="trigger" title="trigger">put off</mark>' in page
    assert '<mark class="target" title="target">US</mark>' in page
    assert "Before it. " in page and " After it." in page and "put off + visit" in page
    assert "A planned visit" in page or "visit" in event.kind.definition


def test_text_from_a_feed_is_shown_as_text(signed_in: Any) -> None:
    evil = "<script>alert(1)</script> Pakistan accused the US."
    article = making.article(evil, title="<img src=x onerror=alert(1)>")
    event = making.event()
    making.report(event=event, article=article, sentence=evil, spans={"source": [0, 900], "target": [5, 2]})
    client = signed_in()
    for url in (event.get_absolute_url(), PAIR, reverse("article", args=[article.pk])):
        page = text(client, url)
        assert "<script>alert" not in page and "<img src=x" not in page and "&lt;script&gt;" in page


def test_every_page_forbids_what_it_does_not_need(signed_in: Any) -> None:
    response = signed_in().get("/")
    assert "default-src 'none'" in response["Content-Security-Policy"]
    assert "unsafe" not in response["Content-Security-Policy"]
    page = response.content.decode()
    assert " style=" not in page and "<style" not in page and " onclick" not in page


@pytest.fixture
def count_queries(signed_in: Any) -> Any:
    client = signed_in("admin")

    def count(url: str, **headers: str) -> int:
        client.get(url, headers=headers)  # the first request also reads the session's user
        with CaptureQueriesContext(connection) as queries:
            assert client.get(url, headers=headers).status_code == 200
        return len(queries)

    return count


def test_query_counts_do_not_grow_from_ten_to_a_thousand_events(count_queries: Any) -> None:
    """The figures are stated, so that a page that begins to ask more is noticed."""
    article = making.article("A story.")

    def fill(start: int, stop: int) -> None:
        for number in range(start, stop):
            event = making.event(type="accusation", occurred_on=ago(number % 300))
            making.report(
                type="accusation", event=event, article=article, sentence_number=number, occurred_on=ago(number % 300)
            )
        for code in ("AFG", "ALB", "DZA", "AGO", "ARG")[: 1 if stop <= 10 else 5]:
            making.event("PAK", code)
        score_stale_days()

    fill(0, 10)
    event = Event.objects.filter(reports__isnull=False).first()
    assert event
    urls = {
        "overview": "/",
        "timeline": PAIR,
        "timeline, filtered": f"{PAIR}?group=words&direction=1&since=2020-01-01",
        "event": event.get_absolute_url(),
        "article": reverse("article", args=[article.pk]),
        "feeds": reverse("feeds"),
    }
    few = {name: count_queries(url) for name, url in urls.items()}
    fill(10, 1000)
    for _ in range(20):
        making.feed()
        making.report(type="accusation", event=event, occurred_on=event.occurred_on)
    many = {name: count_queries(url) for name, url in urls.items()}
    assert many == few
    # Two of each are the session and its user; feeds and corrections ask for permissions too.
    assert few == {"overview": 6, "timeline": 9, "timeline, filtered": 9, "event": 11, "article": 8, "feeds": 5}


def test_a_standing_of_which_little_is_known_says_so(signed_in: Any) -> None:
    reported(type="statement_neutral", days=200)
    score_stale_days()
    assert PairStanding.objects.get().known < 0.5
    client = signed_in()
    assert "little known" in text(client, "/?order=tense") and "little known" in text(client, PAIR)
