"""Mails of watches: what they say, when they are sent, and that nothing is told twice or lost."""

from __future__ import annotations

import datetime as dt
import random
import re
import threading
from collections import Counter
from smtplib import SMTPServerDisconnected
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.core.mail import EmailMessage
from django.db import connection, connections
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from relations.models import Delivery, Event, PairStanding, Watch, WatchAlert
from relations.pipeline import change_watch, pause_watch, resume_watch, watch_pairs
from relations.scoring.run import score_stale_days
from relations.watching import run_mail
from relations.watching.mail import ALERTS_SHOWN, NAMED, WATCHES_SHOWN
from tests import making
from tests.ingest.mailbox import Mailbox, person
from tests.watching.happening import happens, look, watch

pytestmark = pytest.mark.django_db
HOUR, DAY = dt.timedelta(hours=1), dt.timedelta(days=1)


def waiting() -> int:
    return WatchAlert.objects.filter(mailed_at=None).count()


def logged(caplog: pytest.LogCaptureFixture) -> list[str]:
    return [record.getMessage() for record in caplog.records if record.name == run_mail.__name__]


def test_a_mail_names_the_events_that_did_it_with_links(ada: User, mailbox: Mailbox) -> None:
    made = watch(ada, each_event=True, rises=True, jumps=True, line=65, title="Border")
    event = happens("clash")
    look()
    assert mailbox.receivers == [["ada@dyad.example"]]
    score, day = PairStanding.objects.get().score, making.today()
    assert mailbox.subjects() == [f"Dyad: Border: Score rose above 65: from 45.0 to {score:.1f} (and 2 more)"]
    date = f"{day.day} {day:%B %Y}"
    assert mailbox.texts()[0].splitlines()[:9] == [
        "Border",
        f"  Score rose above 65: from 45.0 to {score:.1f}",
        f"  Score jumped above its band of 20 to 70: from 45.0 to {score:.1f}",
        f"  Armed clash, Pakistan → United States, {date}",
        f"  - Armed clash, Pakistan → United States, {date} (+{score - 45:.1f} points)",
        f"    https://dyad.example/events/{event.pk}/",
        "  Timeline: https://dyad.example/pairs/pak-usa/",
        f"  Why this score: https://dyad.example/pairs/pak-usa/score/{day}/",
        f"  This watch: https://dyad.example/watches/{made.pk}/",
    ]
    assert "Change or pause your watches: https://dyad.example/watches/" in mailbox.texts()[0]


def test_the_mail_says_what_no_longer_counts(ada: User, mailbox: Mailbox) -> None:
    watch(ada, delivery=Delivery.DAILY)
    event = happens("statement_criticism", mutual=True, stage="announced")
    look()
    Event.objects.filter(pk=event.pk).update(
        status="rejected", occurred_on=making.today().replace(day=1), precision="month"
    )
    watch_pairs(timezone.now() + DAY)
    [text] = mailbox.texts()
    assert f"- Criticised (announced), Pakistan ↔ United States, {making.today():%B %Y} - it no longer counts" in text


def test_a_look_is_one_mail_to_each_person_for_all_their_watches(ada: User, mailbox: Mailbox) -> None:
    watch(ada, title="One"), watch(ada, title="Other", pair_id=None)
    watch(person("bob@dyad.example", "analyst"), title="His")
    happens()
    look()
    assert sorted(mailbox.receivers) == [["ada@dyad.example"], ["bob@dyad.example"]]
    texts = {mail["To"]: text for mail, text in zip(mailbox.mails, mailbox.texts(), strict=True)}
    assert texts["ada@dyad.example"].startswith("One\n") and "\nOther\n" in texts["ada@dyad.example"]
    assert "His" not in texts["ada@dyad.example"]
    look()
    assert len(mailbox.mails) == 2


def test_a_digest_is_one_mail_a_day_at_its_hour(ada: User, mailbox: Mailbox) -> None:
    at = (timezone.now() + 2 * HOUR).astimezone(dt.UTC)
    for title in ("One", "Other"):
        watch(ada, title=title, delivery=Delivery.DAILY, hour=at.hour)
    due = at.replace(minute=0, second=0, microsecond=0)
    happens()
    look()
    happens("visit_made")
    look()
    assert not mailbox.mails and waiting() == 4
    watch_pairs(due - dt.timedelta(seconds=1))
    assert not mailbox.mails
    watch_pairs(due)
    watch_pairs(due + HOUR)
    [subject] = mailbox.subjects()
    assert subject.endswith("(and 3 more)") and not waiting()


@pytest.mark.parametrize(
    ("made_at", "due_at"),
    [("05:59:59", "2031-03-04 06:00"), ("06:00:00", "2031-03-05 06:00"), ("23:00:00", "2031-03-05 06:00")],
)
def test_the_next_digest_is_that_of_the_next_hour_named(made_at: str, due_at: str) -> None:
    now = dt.datetime.fromisoformat(f"2031-03-04 {made_at}+00:00")
    assert Watch(delivery=Delivery.DAILY, hour=6).mail_due_at(now) == dt.datetime.fromisoformat(f"{due_at}+00:00")


def test_what_is_not_to_be_mailed_never_is(ada: User, mailbox: Mailbox) -> None:
    silent, paused = watch(ada, delivery=Delivery.NONE), watch(ada, delivery=Delivery.DAILY)
    happens()
    look()
    pause_watch(paused.pk)
    resume_watch(paused.pk)
    change_watch(silent.pk, {"delivery": Delivery.AT_ONCE})
    watch_pairs(timezone.now() + 2 * DAY)
    assert not mailbox.mails and waiting() == 2
    happens()
    look()
    assert len(mailbox.mails) == 1


def test_what_waits_for_a_digest_is_mailed_at_once_where_that_is_chosen(ada: User, mailbox: Mailbox) -> None:
    made = watch(ada, delivery=Delivery.DAILY)
    happens()
    look()
    change_watch(made.pk, {"delivery": Delivery.AT_ONCE})
    look()
    assert len(mailbox.mails) == 1


@pytest.mark.parametrize("values", [{"email": ""}, {"email": "no address"}, {"is_active": False}])
def test_who_can_not_be_told_keeps_nobody_else_from_it(mailbox: Mailbox, values: dict[str, Any]) -> None:
    lost = person(**({"address": "lost@dyad.example"} if "email" not in values else {}), role="analyst")
    User.objects.filter(pk=lost.pk).update(**values)
    watch(lost), watch(person("bob@dyad.example", "analyst"))
    happens()
    look()
    assert mailbox.receivers == [["bob@dyad.example"]] and waiting() == 1
    User.objects.filter(pk=lost.pk).update(email="lost@dyad.example", is_active=True)
    look()
    assert mailbox.receivers[1:] == [["lost@dyad.example"]], "and learns it when there is a way"


def test_a_title_makes_no_header_and_no_line_of_its_own(ada: User, mailbox: Mailbox) -> None:
    watch(ada, title="Border\nBcc: eve@evil.example\r\n\r\nx" + "y" * 150)
    happens()
    look()
    [mail] = mailbox.mails
    assert mail["Bcc"] is None and mailbox.receivers == [["ada@dyad.example"]] and len(mail["Subject"]) <= 150


def test_long_news_are_cut_and_counted(ada: User, mailbox: Mailbox) -> None:
    many = watch(ada, title="Many", delivery=Delivery.DAILY)
    for _ in range(ALERTS_SHOWN + 3):
        happens("visit_made")
        look()
    for number in range(WATCHES_SHOWN + 1):
        watch(ada, title=f"Watch {number}", delivery=Delivery.DAILY)
    happens("visit_made")
    look()
    watch_pairs(timezone.now() + DAY)
    [text] = mailbox.texts()
    assert f"... and 4 more alerts: https://dyad.example/watches/{many.pk}/" in text
    assert f"... and {ALERTS_SHOWN + 4 - NAMED} more: https://dyad.example/watches/{many.pk}/" in text
    assert "... and 2 more watches: https://dyad.example/watches/" in text
    assert text.count("/events/") == NAMED + WATCHES_SHOWN - 1


# -- never twice, never lost ------------------------------------------------------------------------------------------


@pytest.mark.parametrize("refuses", ["", "451 later", "554 never", "421 closing"])
def test_a_mail_that_can_not_be_sent_is_tried_at_the_next_look_and_logged_once(
    ada: User, mailbox: Mailbox, caplog: pytest.LogCaptureFixture, refuses: str
) -> None:
    mailbox.refuses = refuses
    if not refuses:
        mailbox.go()
    watch(ada)
    happens()
    assert look() == 1
    assert look() == 0 and waiting() == 1
    assert len(logged(caplog)) == 1
    mailbox.refuses = ""
    mailbox.come()
    happens("visit_made")
    look()
    assert not waiting() and mailbox.subjects()[0].endswith("(and 1 more)") and len(mailbox.mails) == 1


def test_an_address_that_is_refused_keeps_nobody_else_from_being_told(ada: User, mailbox: Mailbox) -> None:
    mailbox.refuses_address = "ada@dyad.example"
    watch(ada), watch(person("bob@dyad.example", "analyst"))
    happens()
    look()
    assert mailbox.receivers == [["bob@dyad.example"]] and waiting() == 1


def test_whose_mails_are_refused_is_logged_once_whoever_else_gets_mail(
    ada: User, mailbox: Mailbox, caplog: pytest.LogCaptureFixture
) -> None:
    mailbox.refuses_address = "ada@dyad.example"
    watch(ada), watch(person("bob@dyad.example", "analyst"))
    for _ in range(3):
        happens()
        look()
    assert len(mailbox.mails) == 3 and len(logged(caplog)) == 1
    mailbox.refuses_address = ""
    look()
    assert not waiting()
    mailbox.refuses_address = "ada@dyad.example"
    happens()
    look()
    assert len(logged(caplog)) == 2


def test_a_worker_that_dies_while_it_sends_leaves_nothing_marked(
    ada: User, mailbox: Mailbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    watch(ada)
    happens()

    def die(*_: object) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patched, pytest.raises(KeyboardInterrupt):
        patched.setattr("django.core.mail.EmailMessage.send", die)
        look()
    assert waiting() == WatchAlert.objects.count() == 1
    look()
    assert len(mailbox.mails) == 1


def test_a_mail_that_went_out_but_was_not_noted_goes_out_as_the_same_one(
    ada: User, mailbox: Mailbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    watch(ada)
    happens()
    send = EmailMessage.send

    def send_and_die(mail: EmailMessage) -> None:
        send(mail)
        raise SMTPServerDisconnected("gone before its last word was heard")

    with monkeypatch.context() as patched:
        patched.setattr(EmailMessage, "send", send_and_die)
        look()
    look()
    look()
    happens("visit_made")
    look()
    first, second, third = [mail["Message-ID"] for mail in mailbox.mails]
    assert first == second != third


@pytest.mark.django_db(transaction=True)
def test_many_workers_at_once_send_one_mail(mailbox: Mailbox) -> None:
    watch(person("ada@dyad.example", "analyst"))
    happens()
    score_stale_days()
    mailbox.takes = 0.3

    def work() -> None:
        try:
            watch_pairs()
        finally:
            connections.close_all()

    threads = [threading.Thread(target=work) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    watch_pairs()
    assert len(mailbox.mails) == 1 and not waiting()


@pytest.mark.parametrize("seed", range(8))
def test_in_whatever_order_things_happen_each_event_is_mailed_once(ada: User, mailbox: Mailbox, seed: int) -> None:
    chance, now = random.Random(seed), timezone.now()
    made = watch(ada)
    events: list[Event] = []
    for _ in range(25):
        now += chance.choice([dt.timedelta(minutes=1), HOUR])
        what = chance.choice(
            ["happens", "happens", "reject", "reopen", "refuse", "take", "daily", "at once", "look", "look"]
        )
        if what == "happens":
            events.append(happens(chance.choice(["clash", "visit_made"])))
        elif what in ("reject", "reopen") and events:
            Event.objects.filter(pk=chance.choice(events).pk).update(status="rejected" if what == "reject" else "coded")
        elif what in ("refuse", "take"):
            mailbox.refuses = "451 later" if what == "refuse" else ""
        elif what in ("daily", "at once"):
            change_watch(made.pk, {"delivery": Delivery.DAILY if what == "daily" else Delivery.AT_ONCE})
        else:
            look(now)
    mailbox.refuses = ""
    Event.objects.update(status="coded")
    look(now)
    watch_pairs(now + DAY)
    links = Counter(re.findall(r"/events/(\d+)/", "\n".join(mailbox.texts())))
    assert not waiting()
    assert set(links.values()) <= {1}
    shown = sum(min(n, NAMED) for n in [len(re.findall("/events/", text)) for text in mailbox.texts()])
    assert len(links) == shown and (len(links) == len(events) or any("more" in text for text in mailbox.texts()))


def test_a_mail_about_many_alerts_asks_no_more_queries(ada: User, mailbox: Mailbox) -> None:
    watch(ada, delivery=Delivery.DAILY)

    def queries(now: dt.datetime) -> int:
        with CaptureQueriesContext(connection) as asked:
            assert run_mail.send_due_mails(now)
        return len(asked)

    happens()
    look()
    few = queries(timezone.now() + DAY)
    for number in range(8):
        watch(ada, delivery=Delivery.DAILY, title=f"Watch {number}")
    for _ in range(5):
        happens("visit_made")
        look()
    assert queries(timezone.now() + DAY) == few and len(mailbox.mails) == 2
