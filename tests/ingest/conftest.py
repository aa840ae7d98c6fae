from __future__ import annotations

import dataclasses
import functools
from collections.abc import Callable, Iterator

import pytest
from django.contrib.auth.models import User
from django.utils import timezone

from relations.ingest import fetch, run_alerts
from relations.models import Feed
from tests.ingest.mailbox import Mailbox, person
from tests.ingest.misbehaving import NEWS, PUBLIC, Names, WatchedFeed
from tests.ingest.servers import FeedServer


@pytest.fixture
def server() -> Iterator[FeedServer]:
    server = FeedServer()
    yield server
    server.close()


@pytest.fixture
def other_server() -> Iterator[FeedServer]:
    server = FeedServer()
    yield server
    server.close()


@pytest.fixture
def loopback_allowed(settings) -> None:
    """All test servers share one host, which need not be spared."""
    settings.FETCH_ALLOWED_HOSTS = ["127.0.0.1"]
    settings.FETCH_AT_ONCE, settings.FETCH_SECONDS_APART = 16, 0


@pytest.fixture
def add_feed() -> Callable[..., Feed]:
    """Makes a feed that is due now."""

    def add(url: str, **fields: object) -> Feed:
        return Feed.objects.create(**{"title": url[:200], "url": url, "next_fetch_at": timezone.now(), **fields})

    return add


@pytest.fixture
def mailbox(settings, monkeypatch) -> Iterator[Mailbox]:
    """The server that mails are handed to."""
    mailbox = Mailbox()
    settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", mailbox.port
    settings.SITE_URL = "https://dyad.example"
    monkeypatch.setattr(run_alerts, "_hindrance", "")
    yield mailbox
    mailbox.go()


@pytest.fixture
def admin(db) -> User:
    return person()


@pytest.fixture
def watched(server, other_server, add_feed, loopback_allowed, settings) -> WatchedFeed:
    """A feed of ``server`` that was read well once, with a neighbour on ``other_server``."""
    settings.FETCH_ALLOWED_HOSTS = ["127.0.0.1", "localhost"]
    return WatchedFeed(server.serve(NEWS, ETag='"1"'), other_server, add_feed)


@pytest.fixture
def names(monkeypatch) -> Names:
    return Names(monkeypatch)


@pytest.fixture
def named(server, other_server, add_feed, loopback_allowed, settings, names) -> WatchedFeed:
    """A watched feed at feeds.example, which has a public address."""
    settings.FETCH_ALLOWED_HOSTS = ["localhost"]
    names.answers["feeds.example"] = [[PUBLIC]]
    names.stands_for[PUBLIC] = "127.0.0.1"
    server.serve(NEWS)
    made = WatchedFeed(f"http://feeds.example:{server.port}/feed", other_server, add_feed)
    names.tried.clear()
    return made


@pytest.fixture
def hasty(monkeypatch) -> float:
    """Seconds that a visit may take, instead of the 30."""
    limits = dataclasses.replace(fetch.LIMITS, total=0.5)
    monkeypatch.setattr("relations.ingest.visit.fetch", functools.partial(fetch.fetch, limits=limits))
    return limits.total
