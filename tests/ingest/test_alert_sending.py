"""Mails to admins: how often, what where they can't be sent, and that nothing is told twice."""

from __future__ import annotations

import random
import re
import threading
from collections import Counter
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from pathlib import Path

import pytest
from django.db import connection, connections
from django.test.utils import CaptureQueriesContext

from relations.ingest.run_alerts import watch_feeds
from relations.models import Feed, FeedAlert, FeedState
from tests.ingest.mailbox import gone, person, said, untold

pytestmark = pytest.mark.django_db

NOW = datetime(2031, 3, 4, 10, tzinfo=UTC)
MINUTE, HOUR = timedelta(minutes=1), timedelta(hours=1)


# -- how often, and when it can't be sent ---------------------------------------------------------------------------


@pytest.mark.usefixtures("admin")
@pytest.mark.parametrize("every", [30, 120])
def test_there_is_one_mail_in_a_while_however_much_happens(mailbox, settings, every):
    settings.ALERT_MAIL_EVERY = every
    gone()
    watch_feeds(NOW)
    gone("The Herald")
    gone("The Gazette")
    watch_feeds(NOW + (every - 1) * MINUTE)
    assert len(mailbox.mails) == 1
    watch_feeds(NOW + every * MINUTE)
    assert mailbox.subjects() == ["Dyad: 1 feed needs you", "Dyad: 2 feeds need you"]
    watch_feeds(NOW + 9 * every * MINUTE)
    assert len(mailbox.mails) == 2


@pytest.mark.usefixtures("admin")
@pytest.mark.parametrize("refuses", ["", "451 later", "554 never", "421 closing"])
def test_a_mail_that_can_not_be_sent_is_tried_at_the_next_look_and_logged_once(mailbox, caplog, refuses):
    if refuses:
        mailbox.refuses = refuses
    else:
        mailbox.go()
    gone()
    assert watch_feeds(NOW) == 1
    assert watch_feeds(NOW + 5 * MINUTE) == 0
    assert untold() == FeedAlert.objects.count() == 1
    assert len(said(caplog)) == 1
    mailbox.refuses = ""
    mailbox.come()
    gone("The Herald")
    watch_feeds(NOW + 6 * MINUTE)
    assert mailbox.subjects() == ["Dyad: 2 feeds need you"]
    assert not untold()


@pytest.mark.usefixtures("admin")
def test_a_new_hindrance_is_logged_again_after_mails_went_out(mailbox, caplog):
    for n in range(2):
        gone()
        mailbox.refuses = "451 later"
        watch_feeds(NOW + n * 2 * HOUR)
        mailbox.refuses = ""
        watch_feeds(NOW + (n * 2 + 1) * HOUR)
    assert len(mailbox.mails) == len(said(caplog)) == 2


@pytest.mark.usefixtures("admin")
def test_a_worker_that_dies_while_it_sends_leaves_nothing_marked(mailbox, monkeypatch):
    gone()

    def die(*_: object) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patched, pytest.raises(KeyboardInterrupt):
        patched.setattr("django.core.mail.EmailMessage.send", die)
        watch_feeds(NOW)
    assert untold() == FeedAlert.objects.count() == 1
    watch_feeds(NOW)
    assert len(mailbox.mails) == 1


@pytest.mark.usefixtures("admin")
def test_where_the_mail_went_out_but_was_not_noted_it_goes_out_as_the_same_one(mailbox):
    gone()
    watch_feeds(NOW)
    FeedAlert.objects.update(mailed_at=None)
    watch_feeds(NOW + HOUR)
    FeedAlert.objects.update(ended_at=NOW + 2 * HOUR)
    watch_feeds(NOW + 3 * HOUR)
    first, second, third = [mail["Message-ID"] for mail in mailbox.mails]
    assert first == second != third


@pytest.mark.usefixtures("admin")
def test_without_a_server_mails_are_files(settings, tmp_path):
    settings.EMAIL_BACKEND = "django.core.mail.backends.filebased.EmailBackend"
    settings.EMAIL_FILE_PATH = tmp_path / "mail"
    gone()
    watch_feeds(NOW)
    [file] = Path(settings.EMAIL_FILE_PATH).iterdir()
    assert "Subject: Dyad: 1 feed needs you" in file.read_text()
    assert not untold()
    settings.EMAIL_FILE_PATH = file / "not a folder"
    gone()
    assert watch_feeds(NOW + HOUR) == 1
    assert untold() == 1


# -- never twice ----------------------------------------------------------------------------------------------------


@pytest.mark.django_db(transaction=True)
def test_two_workers_at_once_send_one_mail(mailbox):
    person()
    for n in range(5):
        gone(f"Feed {n}")
    mailbox.takes = 0.5
    looked: list[int] = []

    def look() -> None:
        try:
            looked.append(watch_feeds(NOW))
        finally:
            connections.close_all()

    threads = [threading.Thread(target=look) for _ in range(4)]
    for thread in threads:
        thread.start()
    assert mailbox.arriving.wait(10)
    gone("Feed 6")
    look()  # while another still waits for the server's word
    assert FeedAlert.objects.count() == 5
    for thread in threads:
        thread.join()
    look()
    assert mailbox.subjects() == ["Dyad: 5 feeds need you"]
    assert sum(looked) == FeedAlert.objects.count() == 6


@pytest.mark.usefixtures("admin")
@pytest.mark.parametrize("seed", range(12))
def test_in_whatever_order_things_happen_nothing_is_told_twice_and_all_is_told(mailbox, seed):
    chance, now = random.Random(seed), NOW
    feeds = [gone(f"Feed {n}", state=FeedState.OK) for n in range(4)]
    sent: list[datetime] = []

    def look() -> None:
        before = len(mailbox.mails)
        watch_feeds(now)
        sent.extend([now] * (len(mailbox.mails) - before))

    for _ in range(40):
        now += chance.choice([MINUTE, 5 * MINUTE, HOUR])
        happens = chance.choice(["trouble", "trouble", "cure", "pause", "refuse", "take", "look", "look", "look"])
        feed = Feed.objects.filter(pk=chance.choice(feeds).pk)
        if happens == "trouble":
            feed.update(state=chance.choice([FeedState.GONE, FeedState.BLOCKED, FeedState.SILENT]), paused=False)
        elif happens == "cure":
            feed.update(state=FeedState.OK)
        elif happens == "pause":
            feed.update(paused=True)
        elif happens in ("refuse", "take"):
            mailbox.refuses = "451 later" if happens == "refuse" else ""
        else:
            look()
    mailbox.refuses = ""
    for _ in range(2):
        now += HOUR
        look()
    assert not untold()
    assert all(later - earlier >= 30 * MINUTE for earlier, later in pairwise(sent))
    began = re.findall(r"^(Feed \d)\n  \w+ since (.*)$", "\n".join(mailbox.texts()), re.MULTILINE)
    ended = re.findall(r"^(Feed \d)\n  \w+ from (.*) to ", "\n".join(mailbox.texts()), re.MULTILINE)
    assert began and max(Counter(began).values()) == max(Counter(ended).values(), default=1) == 1
    assert set(ended) <= set(began)
    assert len(began) == FeedAlert.objects.exclude(mailed_at=None).count()


@pytest.mark.usefixtures("admin")
def test_a_mail_about_many_feeds_asks_no_more_queries(mailbox):
    def look(now) -> int:
        with CaptureQueriesContext(connection) as asked:
            watch_feeds(now)
        return len(asked)

    gone()
    few = look(NOW)
    for n in range(70):
        gone(f"Feed {n}")
    assert look(NOW + HOUR) == few
    assert len(mailbox.mails) == 2
