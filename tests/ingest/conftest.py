from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest
from django.utils import timezone

from relations.models import Feed
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
    settings.FETCH_ALLOWED_HOSTS = ["127.0.0.1"]


@pytest.fixture
def add_feed() -> Callable[..., Feed]:
    """Makes a feed that is due now."""

    def add(url: str, **fields: object) -> Feed:
        return Feed.objects.create(**{"title": url[:200], "url": url, "next_fetch_at": timezone.now(), **fields})

    return add
