"""What admins do to feeds, and what follows from it."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest
from django.utils import timezone

from relations.errors import RelationsError
from relations.ingest.addresses import Address
from relations.ingest.run_feed_changes import (
    KnownFeed,
    add_feed,
    change_feed,
    delete_feeds,
    move_feeds,
    pause_feeds,
    resume_feeds,
    visit_feeds_soon,
)
from relations.merging.run import merge_new_reports
from relations.models import ArticleImport, Event, Feed, FeedKind, FeedVisit
from relations.models.sealed import seal
from tests import making

pytestmark = pytest.mark.django_db
SECRETS = {"headers": {"X-Key": "abc"}, "user": "me", "password": "secret"}
LATER = dt.timedelta(hours=5)


def visited_feed(**values: Any) -> Feed:
    """Of which much is known, and not due for five hours."""
    known = {"etag": '"1"', "last_modified": "then", "body_hash": "ff", "unconditional_at": timezone.now()}
    moved = {"moved_to": "https://new.example/", "moved_since": timezone.now(), "moved_polls": 2}
    state = {"state": "gone", "failures": 9, "last_outcome": "It is gone.", "next_fetch_at": timezone.now() + LATER}
    return making.feed(**{"url": "https://old.example/rss", **known, **moved, **state, **values})


def manual_source() -> Feed:
    return making.feed(kind=FeedKind.MANUAL, url="", title="Clippings")


def test_a_new_feed_is_due_at_once_and_keeps_secrets_apart() -> None:
    now, admin = timezone.now(), making.user("admin")
    address = Address("https://one.example/rss", "me", "secret")
    feed = add_feed(address, title="", folder=" Asia / South ", added_by=admin, now=now)
    feed.refresh_from_db()
    assert (feed.title, feed.folder, feed.next_fetch_at) == ("https://one.example/rss", "Asia/South", now)
    assert feed.domain == "one.example" and feed.secrets() == {"user": "me", "password": "secret"}
    with pytest.raises(KnownFeed, match="in the list already"):
        add_feed(Address("https://one.example/rss"), title="", folder="", added_by=admin, now=now)


def test_nothing_that_is_known_of_an_old_address_holds_for_a_new_one() -> None:
    feed, now = visited_feed(leased_until=timezone.now() + LATER), timezone.now()
    words = change_feed(feed.pk, {"url": "https://other.co.uk/rss"}, now)
    feed.refresh_from_db()
    assert (feed.etag, feed.last_modified, feed.body_hash, feed.moved_to) == ("", "", "", "")
    assert (feed.unconditional_at, feed.moved_since, feed.moved_polls, feed.leased_until) == (None, None, 0, None)
    assert (feed.state, feed.failures, feed.last_outcome) == ("new", 0, "")
    assert (feed.domain, feed.next_fetch_at) == ("other.co.uk", now)
    assert words == ["It is visited at its new address within a minute."]
    making.feed(url="https://two.example/", paused=True, pk=10**6)
    assert change_feed(10**6, {"url": "https://new.example/"}, now) == [
        "It is visited at its new address when it is resumed."
    ]


def test_what_is_known_stays_when_the_address_does() -> None:
    feed = visited_feed()
    change_feed(feed.pk, {"title": "Other", "url": feed.url}, timezone.now())
    feed.refresh_from_db()
    assert (feed.title, feed.etag, feed.state, feed.failures) == ("Other", '"1"', "gone", 9)


@pytest.mark.parametrize(
    ("url", "kept"),
    [
        ("https://old.example/other", True),
        ("http://old.example/rss", False),
        ("https://old.example:8443/rss", False),
        ("https://elsewhere.example/rss", False),
    ],
)
def test_secrets_are_told_to_no_other_server(url: str, kept: bool) -> None:
    feed = visited_feed(sealed=seal(SECRETS))
    words = change_feed(feed.pk, {"url": url}, timezone.now())
    feed.refresh_from_db()
    assert feed.secrets() == (SECRETS if kept else {})
    assert ("kept for another server" in " ".join(words)) is not kept


def test_secrets_entered_together_with_the_address_belong_to_it() -> None:
    feed = visited_feed(sealed=seal(SECRETS))
    change_feed(feed.pk, {"url": "https://new.example/", "sealed": seal({"user": "new"})}, timezone.now())
    feed.refresh_from_db()
    assert feed.secrets() == {"user": "new"}


def test_a_change_writes_only_its_own_fields() -> None:
    feed = visited_feed()
    seen_by_admin = Feed.objects.get(pk=feed.pk)
    Feed.objects.filter(pk=feed.pk).update(etag='"2"', state="ok")  # a worker comes in between
    change_feed(seen_by_admin.pk, {"title": "Other"}, timezone.now())
    feed.refresh_from_db()
    assert (feed.title, feed.etag, feed.state) == ("Other", '"2"', "ok")


def test_an_address_of_another_feed_is_refused_and_nothing_is_changed() -> None:
    feed = visited_feed()
    making.feed(url="https://taken.example/")
    with pytest.raises(KnownFeed):
        change_feed(feed.pk, {"title": "Other", "url": "https://taken.example/"}, timezone.now())
    assert issubclass(KnownFeed, RelationsError)
    assert Feed.objects.get(pk=feed.pk).title == feed.title


def test_events_follow_the_reliability_of_their_feeds() -> None:
    report = making.report()
    other = making.report("FRA", "DEU")
    merge_new_reports()
    before = Event.objects.get(reports=other).confidence
    words = change_feed(report.article.feed_id, {"reliability": 0.1}, timezone.now())
    assert "follows within a minute" in " ".join(words)
    merge_new_reports()
    assert Event.objects.get(reports=report).confidence == pytest.approx(0.1 * 0.9)
    assert Event.objects.get(reports=other).confidence == before


def test_a_title_that_is_the_address_follows_it() -> None:
    feed = visited_feed(title="https://old.example/rss")
    change_feed(feed.pk, {"url": "https://new.example/rss"}, timezone.now())
    assert Feed.objects.get().title == "https://new.example/rss"


# -- many at once ---------------------------------------------------------------------------------------------------


def test_pausing_tells_which_were_paused_and_which_are_never_visited() -> None:
    feeds = [making.feed(), making.feed(), making.feed(paused=True, title="Old one"), manual_source()]
    outcome = pause_feeds([feed.pk for feed in feeds])
    assert outcome.changed == 2
    assert outcome.left["paused already"] == ["Old one"]
    assert outcome.left["their articles are added by hand, so they are not visited"] == ["Clippings"]
    assert Feed.objects.filter(paused=True).count() == 3


def test_resumed_feeds_are_due_at_once() -> None:
    now = timezone.now()
    paused = [visited_feed(paused=True, url=f"https://{number}.example/") for number in range(2)]
    running = visited_feed(title="Running")
    outcome = resume_feeds([feed.pk for feed in [*paused, running]], now)
    assert outcome.changed == 2 and outcome.left == {"not paused": ["Running"]}
    assert set(Feed.objects.filter(next_fetch_at=now)) == set(paused)
    assert not Feed.objects.filter(paused=True).exists()


def test_feeds_to_be_visited_soon_are_due_at_once_but_not_those_being_visited() -> None:
    now = timezone.now()
    waiting = visited_feed()
    visited = visited_feed(url="https://two.example/", leased_until=now + LATER)
    paused = visited_feed(url="https://three.example/", paused=True, title="Paused")
    outcome = visit_feeds_soon([feed.pk for feed in (waiting, visited, paused, manual_source())], now)
    assert outcome.changed == 2
    assert outcome.left["paused; resume them first"] == ["Paused"]
    assert list(Feed.objects.filter(next_fetch_at=now, kind=FeedKind.POLLED)) == [waiting]


def test_moving_into_a_folder_and_out_of_all() -> None:
    feeds = [making.feed(), manual_source()]
    ids = [feed.pk for feed in feeds]
    assert move_feeds(ids, " Asia / South/ ").changed == 2
    assert set(Feed.objects.values_list("folder", flat=True)) == {"Asia/South"}
    move_feeds(ids, "")
    assert set(Feed.objects.values_list("folder", flat=True)) == {""}


def test_only_feeds_that_brought_nothing_are_deleted() -> None:
    empty, used, source = making.feed(), making.feed(title="Used"), manual_source()
    making.article(feed=used)
    now = timezone.now()
    ArticleImport.objects.create(feed=source, name="a.jsonl", started_at=now)
    FeedVisit.objects.create(feed=empty, started_at=now, took=dt.timedelta(seconds=1), outcome="failed", words="no")
    outcome = delete_feeds([empty.pk, used.pk, source.pk, 10**9])
    assert outcome.changed == 1
    assert outcome.left == {"they have articles; pause them instead": ["Used", "Clippings"]}
    assert set(Feed.objects.all()) == {used, source}
