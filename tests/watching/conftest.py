from __future__ import annotations

from collections.abc import Iterator

import pytest
from django.contrib.auth.models import User

from relations.watching import run_mail
from tests.ingest.mailbox import Mailbox, person


@pytest.fixture
def mailbox(settings, monkeypatch) -> Iterator[Mailbox]:
    """The server that mails are handed to."""
    mailbox = Mailbox()
    settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", mailbox.port
    settings.SITE_URL = "https://dyad.example"
    monkeypatch.setattr(run_mail, "_hindrances", set())
    yield mailbox
    mailbox.go()


@pytest.fixture
def ada(db) -> User:
    return person("ada@dyad.example", "analyst")
