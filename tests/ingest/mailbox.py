"""A mail server on the loopback interface that keeps what it is given, or refuses it, or is away."""

from __future__ import annotations

import email
import threading
import time
from email.message import EmailMessage
from email.policy import default
from typing import Any

import pytest
from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, Envelope, Session
from django.contrib.auth.models import User

from relations.ingest import run_alerts
from relations.ingest.run_alerts import BEGAN_UNTOLD, ENDED_UNTOLD
from relations.models import Feed, FeedAlert, FeedState
from tests import making
from tests.running import free_port


class Mailbox:
    """mails: what was taken, in order. receivers: of each. refuses: what the server says instead of taking a mail."""

    def __init__(self) -> None:
        self.port = free_port()
        self.mails: list[EmailMessage] = []
        self.receivers: list[list[str]] = []
        self.refuses = ""
        self.refuses_address = ""
        self.takes = 0.0  # seconds to answer to a mail
        self.arriving = threading.Event()
        self._controller: Controller | None = None
        self.come()

    def come(self) -> None:
        if self._controller is None:
            self._controller = Controller(self, hostname="127.0.0.1", port=self.port)
            self._controller.start()

    def go(self) -> None:
        if self._controller is not None:
            self._controller.stop()
            self._controller = None

    def texts(self) -> list[str]:
        return [mail.get_content().replace("\r\n", "\n") for mail in self.mails]

    def subjects(self) -> list[str]:
        return [mail["Subject"] for mail in self.mails]

    async def handle_RCPT(
        self, server: SMTP, session: Session, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        if address == self.refuses_address:
            return "550 no such person"
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:
        self.arriving.set()
        time.sleep(self.takes)
        if self.refuses:
            return self.refuses
        content: Any = envelope.content
        self.mails.append(email.message_from_bytes(content, policy=default))
        self.receivers.append(sorted(envelope.rcpt_tos))
        return "250 OK"


def person(address: str = "ada@dyad.example", role: str = "admin", **values: Any) -> User:
    user = making.user(role)
    User.objects.filter(pk=user.pk).update(email=address, **values)
    return user


def gone(title: str = "The Courier", **values: Any) -> Feed:
    """A feed that needs an admin."""
    words = "The server answered 410."
    return making.feed(**{"title": title, "state": FeedState.GONE, "last_outcome": words} | values)


def cure(*feeds: Feed) -> None:
    Feed.objects.filter(pk__in=[feed.pk for feed in feeds]).update(state=FeedState.OK)


def untold() -> int:
    """How many alerts began or ended without a mail that told it."""
    return FeedAlert.objects.filter(BEGAN_UNTOLD | ENDED_UNTOLD).count()


def said(caplog: pytest.LogCaptureFixture) -> list[str]:
    """What the log says of mails; the mail server of the tests logs too."""
    return [record.getMessage() for record in caplog.records if record.name == run_alerts.__name__]
