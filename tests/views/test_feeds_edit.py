"""The form of a feed: what it changes, what it refuses, and that secrets are never shown again."""

from __future__ import annotations

from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from relations.merging.run import merge_new_reports
from relations.models import Event, Feed, FeedKind
from relations.models.sealed import seal
from tests import making
from tests.views.test_feeds import text, words_of
from tests.views.test_feeds_one import SECRETS, page_of

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("told")]
TOLD_TO_NOBODY = ("abc123", "id=777", "hunter2", "reader")


@pytest.fixture
def admin(signed_in: Any) -> Client:
    client: Client = signed_in("admin")
    return client


def form_of(feed: Feed, **values: Any) -> dict[str, Any]:
    """The form as the page sends it, with some fields filled in anew."""
    names = ("title", "folder", "url", "site_url", "full_text", "user_agent", "reliability")
    return {**{name: getattr(feed, name) for name in names}, **values}


def save(client: Client, feed: Feed, **values: Any) -> str:
    answer = client.post(reverse("edit-feed", args=[feed.pk]), form_of(feed, **values), follow=True)
    assert answer.redirect_chain == [(page_of(feed), 302)], words_of(answer.content.decode())
    feed.refresh_from_db()
    return words_of(answer.content.decode())


def refused(client: Client, feed: Feed, **values: Any) -> str:
    answer = client.post(reverse("edit-feed", args=[feed.pk]), form_of(feed, **values))
    assert answer.status_code == 422
    before = Feed.objects.get(pk=feed.pk)
    assert (before.title, before.url, before.sealed) == (feed.title, feed.url, feed.sealed)
    page = answer.content.decode()
    return words_of(page[page.index('role="alert"') :].split("</div>")[0])


def test_what_is_changed_is_saved(admin: Client, told: list[tuple[str, ...]]) -> None:
    feed = making.feed(url="https://news.example/rss")
    values = {"title": "Other", "folder": " A / B ", "site_url": "News.example", "full_text": "always"}
    assert "Saved." in save(admin, feed, **values, user_agent="Reader/1", reliability="0.5")
    assert (feed.title, feed.folder, feed.site_url) == ("Other", "A/B", "https://news.example/")
    assert (feed.full_text, feed.user_agent, feed.reliability) == ("always", "Reader/1", 0.5)
    assert told == []
    assert "Nothing was different." in save(admin, feed)


def test_a_new_address_is_cleaned_forgets_the_old_one_and_is_visited(
    admin: Client, told: list[tuple[str, ...]]
) -> None:
    feed = making.feed(url="https://old.example/rss", etag='"1"', state="gone")
    assert "visited at its new address" in save(admin, feed, url=" HTTPS://New.example/rss#x")
    assert (feed.url, feed.domain, feed.etag, feed.state) == ("https://new.example/rss", "new.example", "", "new")
    assert told == [("refresh_due_feeds",)]


def test_a_new_reliability_reaches_the_events(admin: Client) -> None:
    making.report()
    merge_new_reports()
    feed = Feed.objects.get()
    assert "follows within a minute" in save(admin, feed, reliability="0.1")
    merge_new_reports()
    assert Event.objects.get().confidence == pytest.approx(0.1 * 0.9)


@pytest.mark.parametrize(
    ("values", "why"),
    [
        ({"url": "https://taken.example/"}, "Another feed of the list has this address."),
        ({"url": "ftp://news.example/"}, "Only http and https"),
        ({"url": ""}, "Write the address of the feed."),
        ({"title": ""}, "required"),
        ({"title": "x" * 201}, "Name: at most 200 characters"),
        ({"site_url": "javascript:alert(1)"}, "Only http and https"),
        ({"reliability": "1.5"}, "a number from 0 to 1"),
        ({"reliability": "nan"}, "a number from 0 to 1"),
        ({"full_text": "maybe"}, "maybe"),
        ({"user_agent": "a\r\nX-Evil: 1"}, "User agent: letters"),
        ({"user_agent": "Lesér"}, "User agent: letters"),
        ({"user": "a:b"}, "User name: it can have no colon"),
        ({"user": "a\nb"}, "User name: it can have no colon"),
        ({"password": "a\nb"}, "Password: it can have no signs"),
        ({"headers": "Authorization: x", "user": "me"}, "Both an Authorization header and a user name"),
    ],
)
def test_what_is_wrong_is_told_and_nothing_is_saved(admin: Client, values: dict[str, str], why: str) -> None:
    making.feed(url="https://taken.example/")
    assert why in refused(admin, making.feed(), **values)


@pytest.mark.parametrize(
    ("headers", "why"),
    [
        ("no colon", "Line 1: write a header as “Name: value”."),
        (": no name", "Line 1: write a header as"),
        ("two words: x", "Line 1: write a header as"),
        ("X-Good: 1\nX-Key:", "Line 2: X-Key has no value."),
        ("X-Key: caf\xe9", "Line 1: the value of X-Key may have"),
        ("X-Key: a\x0bX-Evil: 1", "Line 1: the value of X-Key may have"),
        ("X-Key: a\x85X-Evil: 1", "Line 1: the value of X-Key may have"),
        ("X-Key: a\rX-Evil: 1", "Line 1: the value of X-Key may have"),
        ("X-Key: 1\nx-key: 2", "Line 2: x-key stands there twice."),
        *((f"{name}: 1", f"{name} is set by each visit itself") for name in ("Host", "connection", "Content-Length")),
        *((f"{name}: 1", f"{name} is set by each visit itself") for name in ("Transfer-Encoding", "Accept-Encoding")),
        *((f"{name}: 1", f"{name} is set by each visit itself") for name in ("If-None-Match", "if-x", "Cookie2", "TE")),
        ("User-Agent: x", "the user agent has a field of its own"),
        ("\n".join(f"X-{number}: 1" for number in range(21)), "21 headers; at most 20"),
        ("\n".join(f"X-{number}: {'x' * 500}" for number in range(17)), "at most 8,192"),
    ],
)
def test_headers_that_cannot_be_sent_are_refused(admin: Client, headers: str, why: str) -> None:
    assert why in refused(admin, making.feed(), headers=headers)


# -- secrets --------------------------------------------------------------------------------------------------------


def test_headers_and_password_are_kept_encrypted_and_never_shown_again(admin: Client) -> None:
    feed = making.feed(url="https://news.example/rss")
    headers = "X-Key: abc123\r\n\r\n Cookie : id=777 "
    page = save(admin, feed, headers=headers.replace(" :", ":"), user="reader", password=" hunter2 ")
    assert feed.secrets() == {**SECRETS, "password": " hunter2 "}
    assert not any(secret in feed.sealed for secret in TOLD_TO_NOBODY)
    pages = [page, *(admin.get(url).content.decode() for url in (page_of(feed), f"{page_of(feed)}edit/", "/feeds/"))]
    pages += [admin.get(url).content.decode() for url in ("/feeds.opml", f"/admin/relations/feed/{feed.pk}/change/")]
    for shown in pages:
        assert not any(secret in shown for secret in TOLD_TO_NOBODY)
        assert feed.sealed not in shown
    form = text(admin, f"{page_of(feed)}edit/")
    assert "Headers that are set: Cookie, X-Key" in form and "A user name and password are set." in form


def test_a_refused_form_does_not_show_the_password(admin: Client) -> None:
    answer = admin.post(f"{page_of(feed := making.feed())}edit/", form_of(feed, title="", password="hunter2"))
    assert answer.status_code == 422 and b"hunter2" not in answer.content
    assert "no-store" in answer["Cache-Control"]


@pytest.mark.parametrize(
    ("values", "kept"),
    [
        ({}, SECRETS),
        ({"title": "Other"}, SECRETS),
        ({"headers": "X-New: 1"}, {**SECRETS, "headers": {"X-New": "1"}}),
        ({"remove_headers": "on"}, {"user": "reader", "password": "hunter2"}),
        ({"remove_headers": "on", "headers": "X-New: 1"}, {**SECRETS, "headers": {"X-New": "1"}}),
        ({"password": "other"}, {**SECRETS, "password": "other"}),
        ({"user": "other"}, {**SECRETS, "user": "other"}),
        ({"remove_password": "on"}, {"headers": SECRETS["headers"]}),
        ({"remove_password": "on", "remove_headers": "on"}, {}),
        ({"url": "https://news.example/other"}, SECRETS),
        ({"url": "https://other.example/rss"}, {}),
        ({"url": "https://other.example/rss", "password": "new"}, {"password": "new"}),
        ({"url": "https://me:new@other.example/rss"}, {"user": "me", "password": "new"}),
        ({"url": "https://me:new@news.example/rss"}, {**SECRETS, "user": "me", "password": "new"}),
    ],
)
def test_secrets_are_kept_replaced_and_removed(admin: Client, values: dict[str, str], kept: dict[str, Any]) -> None:
    feed = making.feed(url="https://news.example/rss", sealed=seal(SECRETS))
    page = save(admin, feed, **values)
    assert feed.secrets() == kept
    assert ("kept for another server are removed" in page) is ("other.example" in feed.url)
    assert "@" not in feed.url


def test_secrets_once_written_into_the_address_move_to_where_they_are_safe(admin: Client) -> None:
    feed = making.feed(url="https://me:hunter2@news.example/rss")
    save(admin, feed, url="https://news.example/rss", title="Other")
    assert feed.url == "https://news.example/rss"
    assert feed.secrets() == {"user": "me", "password": "hunter2"}


@pytest.fixture
def unreadable(db: None, settings: Any) -> Feed:
    """Before whoever looks at it signs in, as sessions end with the key too."""
    feed = making.feed(url="https://news.example/rss", sealed=seal(SECRETS))
    settings.SECRET_KEY = "another key, since then"
    return feed


def test_secrets_that_cannot_be_read_any_more_are_told_and_the_form_works(unreadable: Feed, admin: Client) -> None:
    sealed = unreadable.sealed
    for url in (page_of(unreadable), f"{page_of(unreadable)}edit/"):
        assert "can't be read: SECRET_KEY has changed since" in text(admin, url)
    save(admin, unreadable, title="Other")
    assert (unreadable.title, unreadable.sealed) == ("Other", sealed)
    save(admin, unreadable, headers="X-Key: new")
    assert unreadable.secrets() == {"headers": {"X-Key": "new"}}


def test_secrets_that_cannot_be_read_any_more_can_be_removed(unreadable: Feed, admin: Client) -> None:
    save(admin, unreadable, remove_password="on")
    assert unreadable.sealed == ""


def test_the_old_key_is_a_fallback(admin: Client, settings: Any) -> None:
    feed = making.feed(sealed=seal(SECRETS))
    settings.SECRET_KEY_FALLBACKS = [settings.SECRET_KEY]
    settings.SECRET_KEY = "another key, since then"
    assert "Headers that are set: Cookie, X-Key" in text(admin, f"{page_of(feed)}edit/")


def test_secrets_that_travel_unencrypted_are_warned_of(admin: Client) -> None:
    feed = making.feed(url="http://news.example/rss")
    assert "travel unencrypted" in save(admin, feed, user="me", password="hunter2")
    assert feed.secrets() == {"user": "me", "password": "hunter2"}
    assert "travel unencrypted" in text(admin, f"{page_of(feed)}edit/")
    assert "unencrypted" not in save(admin, making.feed(url="https://news.example/rss"), user="me")
    assert "unencrypted" not in save(admin, making.feed(url="http://other.example/rss"), title="Other")


# -- others ---------------------------------------------------------------------------------------------------------


def test_the_form_of_a_source_by_hand_has_no_address(admin: Client) -> None:
    feed = making.feed(title="Clippings", kind=FeedKind.MANUAL, url="")
    page = admin.get(f"{page_of(feed)}edit/").content.decode()
    assert 'name="title"' in page and 'name="reliability"' in page
    assert 'name="url"' not in page and 'name="password"' not in page
    save(admin, feed, title="Cuttings", url="https://evil.example/", password="x")
    assert (feed.title, feed.url, feed.sealed) == ("Cuttings", "", "")


def test_only_admins_change_a_feed_and_only_with_a_token(client: Client) -> None:
    feed = making.feed()
    url = reverse("edit-feed", args=[feed.pk])
    for role in ("analyst", "editor"):
        client.force_login(making.user(role))
        assert client.post(url, form_of(feed, title="Other")).status_code == 403
    strict = Client(enforce_csrf_checks=True)
    strict.force_login(making.user("admin"))
    assert strict.post(url, form_of(feed, title="Other")).status_code == 403
    assert Feed.objects.get(pk=feed.pk).title == feed.title


def test_the_admin_changes_a_feed_by_the_same_rules(admin: Client) -> None:
    feed = making.feed(url="https://old.example/rss", etag='"1"', sealed=seal(SECRETS))
    url = f"/admin/relations/feed/{feed.pk}/change/"
    form = {"title": feed.title, "url": "HTTPS://New.example/rss#x", "interval": "00:30:00", "reliability": "0.9"}
    assert admin.post(url, form).status_code == 302
    feed.refresh_from_db()
    assert (feed.url, feed.domain, feed.etag, feed.sealed) == ("https://new.example/rss", "new.example", "", "")
    for wrong in ("ftp://new.example/", "https://me:hunter2@new.example/rss"):
        assert admin.post(url, {**form, "url": wrong}).status_code == 200
    assert Feed.objects.get().url == "https://new.example/rss"
