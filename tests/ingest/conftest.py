from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest
from django.contrib.auth.models import User
from django.utils import timezone

from relations.ingest import run_alerts
from relations.models import Feed
from tests.ingest.mailbox import Mailbox, person
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
