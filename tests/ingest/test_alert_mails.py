"""What stands in the mail that tells admins which feeds need them, and who gets it."""

from __future__ import annotations

import logging
import re
from datetime import UTC, datetime, timedelta

import pytest
from django.contrib.auth.models import Permission

from relations.ingest.run_alerts import watch_feeds
from relations.models import Feed, FeedAlert, FeedState
from relations.models.sealed import seal
from tests.ingest.mailbox import cure, gone, person, said, untold

pytestmark = pytest.mark.django_db

NOW = datetime(2031, 3, 4, 10, tzinfo=UTC)
MINUTE, HOUR = timedelta(minutes=1), timedelta(hours=1)


# -- what it says ---------------------------------------------------------------------------------------------------


@pytest.mark.usefixtures("admin")
def test_a_mail_says_of_each_feed_what_is_wrong_and_when_it_is_tried_again(mailbox):
    feed = gone(next_fetch_at=NOW + 5 * HOUR)
    watch_feeds(NOW)
    assert mailbox.subjects() == ["Dyad: 1 feed needs you"]
    assert mailbox.texts() == [
        "1 feed needs you.\n\n"
        "The Courier\n"
        "  gone since 4 March 2031, 10:00 UTC\n"
        "  Last outcome: The server answered 410.\n"
        "  Next visit: 4 March 2031, 15:00 UTC\n"
        f"  https://dyad.example/feeds/{feed.pk}/\n\n"
        "You get this mail because you manage the feeds of Dyad.\n"
    ]
    assert (mailbox.mails[0]["From"], mailbox.mails[0]["To"]) == ("Dyad <dyad@localhost>", "ada@dyad.example")


@pytest.mark.usefixtures("admin")
def test_of_a_silent_feed_it_says_since_when(mailbox):
    gone(state=FeedState.SILENT, last_item_at=NOW - 240 * HOUR, last_outcome="25 items, nothing new")
    gone("The Herald", state=FeedState.SILENT, next_fetch_at=NOW)
    watch_feeds(NOW)
    assert mailbox.subjects() == ["Dyad: 2 feeds need you"]
    assert "Nothing new since 22 February 2031, 10:00 UTC\n  Last outcome: 25 items, nothing new" in mailbox.texts()[0]
    assert "It never brought anything" in mailbox.texts()[0]
    assert "Next visit: within a minute" in mailbox.texts()[0]


@pytest.mark.usefixtures("admin")
def test_without_the_address_of_the_site_links_are_paths(mailbox, settings):
    settings.SITE_URL = ""
    feed = gone()
    watch_feeds(NOW)
    assert f"\n  /feeds/{feed.pk}/\n" in mailbox.texts()[0]


@pytest.mark.usefixtures("admin")
def test_the_newest_fifty_are_shown_and_the_rest_counted(mailbox):
    old = [gone(f"Old {n}") for n in range(12)]
    mailbox.go()
    watch_feeds(NOW)
    mailbox.come()
    for n in range(45):
        gone(f"New {n}")
    watch_feeds(NOW + HOUR)
    text = mailbox.texts()[0]
    assert text.startswith("57 feeds need you.")
    assert re.findall(r"^(New|Old) \d+$", text, re.MULTILINE) == ["New"] * 45 + ["Old"] * 5
    assert "\n\n... and 7 more: https://dyad.example/feeds/?state=trouble\n" in text
    cure(*Feed.objects.all())
    watch_feeds(NOW + 2 * HOUR)
    assert mailbox.subjects()[1] == "Dyad: 57 feeds need you no longer"
    assert "\n\n... and 7 more.\n" in mailbox.texts()[1]
    assert len(old) and not untold()


@pytest.mark.usefixtures("admin")
def test_the_end_of_a_trouble_is_told_where_its_beginning_was(mailbox):
    well, paused = gone("The Courier"), gone("The Herald")
    watch_feeds(NOW)
    cure(well, unseen := gone("The Gazette"))
    Feed.objects.filter(pk=paused.pk).update(paused=True)
    watch_feeds(NOW + 2 * HOUR)
    watch_feeds(NOW + 4 * HOUR)
    assert mailbox.subjects() == ["Dyad: 2 feeds need you", "Dyad: 2 feeds need you no longer"]
    text = mailbox.texts()[1]
    assert "The Courier\n  gone from 4 March 2031, 10:00 UTC to 4 March 2031, 12:00 UTC; now well\n" in text
    assert "now paused" in text
    assert unseen.title not in text


@pytest.mark.usefixtures("admin")
def test_a_trouble_that_ended_before_any_mail_is_told_in_none(mailbox):
    told = gone()
    watch_feeds(NOW)
    short = gone("The Herald")
    watch_feeds(NOW + MINUTE)
    cure(short)
    watch_feeds(NOW + 2 * MINUTE)
    cure(told)
    watch_feeds(NOW + HOUR)
    assert "The Herald" not in "".join(mailbox.texts())
    assert FeedAlert.objects.filter(feed=short, mailed_at=None).exclude(ended_at=None).exists()


@pytest.mark.usefixtures("admin")
def test_a_feed_that_is_in_trouble_again_is_not_said_to_be_well(mailbox):
    feed = gone()
    watch_feeds(NOW)
    cure(feed)
    watch_feeds(NOW + MINUTE)
    Feed.objects.update(state=FeedState.BLOCKED)
    watch_feeds(NOW + HOUR)
    watch_feeds(NOW + 2 * HOUR)
    assert mailbox.subjects() == ["Dyad: 1 feed needs you"] * 2
    assert "blocked since 4 March 2031, 11:00 UTC" in mailbox.texts()[1]
    assert "no longer" not in mailbox.texts()[1]


# -- what it must not say -------------------------------------------------------------------------------------------


@pytest.mark.usefixtures("admin")
def test_no_secret_of_a_feed_stands_in_a_mail(mailbox):
    feed = gone(
        "https://me:pa:ss@word@feed.example/rss",
        sealed=seal({"headers": {"X-Key": "k3y-of-the-feed"}, "user": "me", "password": "opensesame"}),
        last_outcome="It leads to //you:hush@a.example/?k=k3y-of-the-feed and http://b.example/@me, not opensesame",
    )
    watch_feeds(NOW)
    cure(feed)
    watch_feeds(NOW + HOUR)
    assert "https://feed.example/rss\n" in mailbox.texts()[0]
    assert "It leads to //a.example/?k=*** and http://b.example/@me, not ***\n" in mailbox.texts()[0]
    for text in map(bytes, mailbox.mails):
        assert not re.search(rb"k3y|hush|pa:ss|word@|opensesame", text)


@pytest.mark.usefixtures("admin")
def test_secrets_that_can_not_be_read_any_more_keep_no_mail_from_being_sent(mailbox, settings):
    gone(sealed=seal({"password": "opensesame"}))
    settings.SECRET_KEY = "another"
    watch_feeds(NOW)
    assert len(mailbox.mails) == 1


@pytest.mark.usefixtures("admin")
@pytest.mark.parametrize(
    "title", ["News\r\nBcc: eve@evil.example", "News\nBcc: eve@evil.example\n\nHello", "News\u2028\u202eBcc: eve"]
)
def test_a_title_adds_no_header_line_or_address(mailbox, title):
    gone(title, last_outcome=f"Failed.\r\n.\r\nMAIL FROM:<x@y.example>\n{title}")
    watch_feeds(NOW)
    [mail] = mailbox.mails
    assert mailbox.receivers == [["ada@dyad.example"]]
    assert mail["Bcc"] is None and mail["Subject"] == "Dyad: 1 feed needs you"
    assert next(line for line in mail.get_content().splitlines() if "Bcc" in line).startswith("News Bcc: eve")
    assert len(mail.get_content().splitlines()) == 9


# -- who gets it ----------------------------------------------------------------------------------------------------


def test_all_who_manage_feeds_get_it_and_nobody_else(mailbox, caplog):
    person("group@dyad.example")
    person("GROUP@dyad.example")
    person("super@dyad.example", "analyst", is_superuser=True)
    person("own@dyad.example", "analyst").user_permissions.add(Permission.objects.get(codename="change_feed"))
    person("left@dyad.example", is_active=False)
    person("editor@dyad.example", "editor")
    without = [person(""), person("no address"), person("x@\nBcc: eve@evil.example")]
    gone()
    with caplog.at_level(logging.INFO):
        watch_feeds(NOW)
    assert mailbox.receivers == [["group@dyad.example", "own@dyad.example", "super@dyad.example"]]
    [line] = said(caplog)
    assert line.endswith(", ".join(user.username for user in without))


def test_where_nobody_can_be_told_the_log_says_so_once_and_the_first_admin_learns_all(mailbox, caplog):
    person("")
    gone()
    for n in range(3):
        watch_feeds(NOW + n * HOUR)
    assert said(caplog) == [
        "No mail about feeds can be sent: nobody who manages feeds has an e-mail address. "
        "What there is to tell is kept and tried again at each look; this is said once."
    ]
    person("late@dyad.example")
    watch_feeds(NOW + 4 * HOUR)
    assert mailbox.receivers == [["late@dyad.example"]]


@pytest.mark.usefixtures("admin")
def test_an_address_that_the_server_refuses_keeps_nobody_else_from_being_told(mailbox):
    person("moved@dyad.example")
    mailbox.refuses_address = "moved@dyad.example"
    gone()
    watch_feeds(NOW)
    watch_feeds(NOW + HOUR)
    assert mailbox.receivers == [["ada@dyad.example"]]
