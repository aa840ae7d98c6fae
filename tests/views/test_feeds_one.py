"""One feed: what its page says."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from relations.models import Feed, FeedAlert, FeedGap, FeedKind, FeedVisit, Host
from relations.models.sealed import seal
from relations.queries import feeds_one
from tests import making
from tests.views.test_feeds import read, text, words_of

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("told")]
SECRETS = {"headers": {"X-Key": "abc123", "Cookie": "id=777"}, "user": "reader", "password": "hunter2"}


@pytest.fixture
def admin(signed_in: Any) -> Client:
    client: Client = signed_in("admin")
    return client


def page_of(feed: Feed) -> str:
    return reverse("feed", args=[feed.pk])


def visited(feed: Feed, minutes_ago: int, **values: Any) -> FeedVisit:
    defaults = {"took": dt.timedelta(seconds=1.24), "outcome": "items", "words": f"visit {minutes_ago}"}
    at = timezone.now() - dt.timedelta(minutes=minutes_ago)
    return FeedVisit.objects.create(feed=feed, started_at=at, **(defaults | values))


def test_the_page_says_how_the_feed_is_and_what_can_be_done(admin: Client) -> None:
    now = timezone.now()
    feed = making.feed(
        title="Morning Post",
        state="blocked",
        last_outcome="The server refuses us. (HTTP 403)",
        folder="Press",
        user_agent="Reader/1",
        language="en",
        full_text="never",
        site_url="https://post.example/",
        interval=dt.timedelta(minutes=90),
        moved_to="https://new.example/rss",
        noisy_at=now,
        sealed=seal(SECRETS),
    )
    FeedGap.objects.create(feed=feed, noticed_at=now, since=now - dt.timedelta(hours=2), until=now)
    FeedAlert.objects.create(feed=feed, state="blocked", words="It refuses us.", began_at=now)
    Host.objects.create(domain=feed.domain, paused_until=now + dt.timedelta(hours=1))
    page = text(admin, page_of(feed))
    for words in (
        "blocked The server refuses us. (HTTP 403)",
        "A password, another header or another user agent may help",
        "Items may have been lost",
        "moved for good to https://new.example/rss",
        "change at nearly every visit",
        "asked for fewer requests",
        "Visited every 1 hour, 30 minutes",
        "Cookie, X-Key, a user name and password kept encrypted",
        "Reader/1",
        "fetched never",
        "Blocked from",
        "may be missing",
    ):
        assert words in page, words


@pytest.mark.parametrize(
    ("state", "words"),
    [
        ("gone", "It is still tried once a day"),
        ("failing", "4 visits in a row failed"),
        ("limited", "asked for patience"),
        ("silent", "nothing new has come since it was added"),
    ],
)
def test_each_trouble_is_explained(admin: Client, state: str, words: str) -> None:
    assert words in text(admin, page_of(making.feed(state=state, failures=4)))


def test_the_newest_stories_with_their_events_and_why_some_are_not_read(admin: Client) -> None:
    feed = making.feed()
    for number in range(25):
        read(feed, days=30 + number, title=f"Old {number}")
    read(feed, title="Told", told=2)
    read(feed, title="Opinion", kind="opinion")
    read(feed, title="French", language="fr")
    read(feed, title="Taken back", retracted_at=timezone.now())
    read(feed, title="Waiting", tagged_at=None)
    read(feed, title="Page first", tagged_at=None, waits_for_page=True)
    page = admin.get(page_of(feed))
    rows = {row.article.title: row for row in page.context["page"].articles}
    assert len(rows) == 20 and "Old 13" in rows and "Old 14" not in rows
    assert rows["Told"].events == 2 and rows["Told"].unread == "" and rows["Old 1"].unread == ""
    assert "opinion piece" in rows["Opinion"].unread and "language" in rows["French"].unread
    assert "took it back" in rows["Taken back"].unread
    assert "the coder is to come" in rows["Waiting"].unread and "page is fetched first" in rows["Page first"].unread
    assert f'href="/articles/{rows["Told"].article.pk}/"' in page.content.decode()
    assert "Stories in all 31" in words_of(page.content.decode())


@pytest.mark.parametrize("same_moment", [False, True])
def test_the_log_of_visits_pages_without_gap_or_overlap(admin: Client, same_moment: bool) -> None:
    feed = making.feed()
    now = timezone.now()
    made = [visited(feed, 0 if same_moment else number) for number in range(120)]
    if same_moment:
        FeedVisit.objects.update(started_at=now)
    visited(making.feed(), 5)
    seen: list[int] = []
    after = ""
    while True:
        page = admin.get(page_of(feed), {"after": after}).context["page"].visits
        seen += [row.visit.pk for row in page.rows]
        if not (after := page.next):
            break
    assert len(seen) == 120 and set(seen) == {visit.pk for visit in made}


def test_the_log_says_what_came_of_each_visit_and_htmx_gets_the_rest_alone(admin: Client) -> None:
    feed = making.feed()
    visited(feed, 1, outcome="failed", words="The name could not be found.", trouble="dns")
    for number in range(2, 60):
        visited(feed, number, items=20, new_items=3, http_status=200)
    page = text(admin, page_of(feed))
    assert "failed The name could not be found. 0 0 – 1.2 s" in page and "read visit 2 20 3 200 1.2 s" in page
    after = admin.get(page_of(feed)).context["page"].visits.next
    url = f"{page_of(feed)}?after={after}"
    rest = admin.get(url, headers={"hx-request": "true", "hx-target": "more-visits"}).content.decode()
    assert rest.strip().startswith("<tbody") and "visit 59" in rest and "visit 2 " not in rest


@pytest.mark.parametrize("after", ["x", "20200101T000000.0_x", "20200101T000000.0_" + "9" * 30, "99999_1"])
def test_cursors_that_nobody_gave_show_the_newest_visits(admin: Client, after: str) -> None:
    feed = making.feed()
    visited(feed, 1)
    assert "visit 1" in text(admin, f"{page_of(feed)}?after={after}")


def test_the_number_of_queries_is_the_same_for_every_number_of_rows(admin: Client) -> None:
    feed = making.feed()

    def count() -> int:
        admin.get(page_of(feed))
        with CaptureQueriesContext(connection) as captured:
            assert admin.get(page_of(feed)).status_code == 200
        return len(captured)

    def fill(number: int) -> None:
        now = timezone.now()
        for at in range(number):
            visited(feed, at)
            read(feed, told=1)
            FeedGap.objects.create(feed=feed, noticed_at=now, until=now)
            FeedAlert.objects.create(feed=feed, state="gone", words="x", began_at=now, ended_at=now)

    fill(1)
    few = count()
    fill(60)
    # Session, user and two of rights; the feed, its gaps, host, alerts and visits, stories, their number and events.
    assert count() == few == 12


def test_a_source_by_hand_has_no_visits(admin: Client) -> None:
    feed = making.feed(title="Clippings", kind=FeedKind.MANUAL, url="")
    read(feed, title="A clipping")
    page = text(admin, page_of(feed))
    assert "A clipping" in page and "added by people" in page
    for words in ("Visits", "Next visit", "Fetch now", "Pause"):
        assert words not in page


def test_buttons_on_the_page_lead_back_to_it(admin: Client) -> None:
    feed = making.feed()
    for what in ("pause", "resume", "fetch"):
        url = reverse(f"{what}-feed", args=[feed.pk])
        assert admin.post(url, {"page": "feed"})["Location"] == page_of(feed)
        fragment = admin.post(url, {"page": "feed"}, headers={"hx-request": "true", "hx-target": "feed"})
        assert fragment.content.decode().strip().startswith('<div id="feed">')


def test_a_feed_that_does_not_exist_is_not_found(admin: Client) -> None:
    for url in ("/feeds/999999/", "/feeds/999999/edit/"):
        assert admin.get(url).status_code == 404


def test_limits_are_what_the_page_holds() -> None:
    assert (feeds_one.VISITS, feeds_one.ARTICLES) == (50, 20)
