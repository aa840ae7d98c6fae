"""Taking lists of feeds in."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest
from django.db import IntegrityError, connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from relations.ingest import run_opml
from relations.ingest.run_opml import Imported, import_opml
from relations.models import Feed
from tests import making
from tests.ingest.test_opml import opml, row

pytestmark = pytest.mark.django_db


@pytest.fixture
def take_in() -> Any:
    admin = making.user("admin")

    def take(*rows: str) -> Imported:
        return import_opml(opml(*rows), admin, timezone.now())

    return take


def test_of_five_thousand_rows_with_one_bad_one_all_others_come_in(take_in: Any) -> None:
    rows = [row(f"https://{number}.example/rss") for number in range(5000)]
    rows[2316] = row("gopher://bad.example/", "Bad one")
    outcome = take_in(*rows)
    assert (outcome.added, outcome.known, outcome.rows) == (4999, 0, 5000)
    (refused,) = outcome.refused
    assert (refused.number, refused.title, refused.url) == (2317, "Bad one", "gopher://bad.example/")
    assert "Only http and https" in refused.problem
    assert Feed.objects.count() == 4999


def test_feeds_that_come_together_are_not_all_due_together(take_in: Any) -> None:
    before = timezone.now()
    take_in(*(row(f"https://{number}.example/rss") for number in range(300)))
    due = sorted(Feed.objects.values_list("next_fetch_at", flat=True))
    assert before <= due[0] and due[-1] < timezone.now() + dt.timedelta(minutes=30)
    for start in range(0, 30, 3):
        begin = due[0] + dt.timedelta(minutes=start)
        within = [at for at in due if begin <= at < begin + dt.timedelta(minutes=3)]
        assert 25 <= len(within) <= 35


def test_a_row_becomes_a_feed_with_all_that_it_says(take_in: Any) -> None:
    outline = '<outline text="Post" xmlUrl="https://me:secret@rss.Post.co.uk/a" htmlUrl="https://post.co.uk"/>'
    take_in('<outline text="Press"><outline text="Daily">', outline, "</outline></outline>")
    feed = Feed.objects.get()
    assert (feed.title, feed.url, feed.folder) == ("Post", "https://rss.post.co.uk/a", "Press/Daily")
    assert (feed.domain, feed.site_url) == ("post.co.uk", "https://post.co.uk/")
    assert feed.secrets() == {"user": "me", "password": "secret"} and "secret" not in feed.sealed
    assert feed.added_by and feed.added_by.username.startswith("admin")


def test_a_feed_without_a_title_takes_its_own_at_the_first_visit(take_in: Any) -> None:
    take_in(row("https://one.example/", ""), row("https://two.example/" + "x" * 500, ""))
    assert [feed.title for feed in Feed.objects.order_by("url")] == ["https://one.example/", ""]


def test_known_feeds_are_counted_and_left_as_they_are(take_in: Any) -> None:
    known = making.feed(url="https://known.example/rss", title="Mine", paused=True)
    outcome = take_in(
        row("HTTPS://Known.example/rss#top", "Theirs"),
        row("https://new.example/rss", "First"),
        row("https://new.example/rss", "Second"),
    )
    assert (outcome.added, outcome.known) == (1, 2)
    known.refresh_from_db()
    assert (known.title, known.paused) == ("Mine", True)
    assert Feed.objects.get(url="https://new.example/rss").title == "First"
    again = take_in(row("https://new.example/rss"))
    assert (again.added, again.known) == (0, 1)


def test_the_number_of_queries_does_not_grow(take_in: Any) -> None:
    def queries(start: int, stop: int) -> int:
        with CaptureQueriesContext(connection) as captured:
            take_in(*(row(f"https://{number}.example/rss") for number in range(start, stop)))
        return len([query for query in captured if "SAVEPOINT" not in query["sql"]])

    assert queries(0, 10) == queries(10, 2000) == 2


def test_feeds_that_someone_adds_at_the_same_moment_are_known_then(
    take_in: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    new_feed = run_opml.new_feed

    def someone_is_quicker(*args: Any, **options: Any) -> Feed:
        monkeypatch.setattr(run_opml, "new_feed", new_feed)
        raise IntegrityError("feed_once")

    monkeypatch.setattr(run_opml, "new_feed", someone_is_quicker)
    assert take_in(row("https://one.example/")).added == 1
