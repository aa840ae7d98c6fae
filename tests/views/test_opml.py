"""Lists of feeds brought to the page and taken from it."""

from __future__ import annotations

from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from relations.ingest.opml import MOST_BYTES, read_opml
from relations.models import Feed, FeedKind
from relations.models.sealed import seal
from tests import making
from tests.ingest.test_opml import opml, row
from tests.views.test_feeds import words_of

pytestmark = pytest.mark.django_db
BRING, TAKE = "/feeds/opml/", "/feeds.opml"


@pytest.fixture
def admin(signed_in: Any) -> Client:
    client: Client = signed_in("admin")
    return client


def bring(client: Client, body: bytes, name: str = "list.opml", status: int = 200) -> str:
    answer = client.post(BRING, {"file": SimpleUploadedFile(name, body)})
    assert answer.status_code == status, answer.content[:500]
    return words_of(answer.content.decode())


def test_of_five_thousand_rows_with_one_bad_one_the_others_come_in_and_it_is_told(
    admin: Client, told: list[tuple[str, ...]]
) -> None:
    rows = [row(f"https://{number}.example/rss") for number in range(5000)]
    rows[2316] = row("https://two words/rss", "Bad one")
    page = bring(admin, opml(*rows))
    assert "Of 5000 rows: 4999 added, 0 known already, 1 refused." in page
    assert "Row 2317: Bad one https://two words/rss" in page and "is no address" in page
    assert Feed.objects.count() == 4999 and told == [("refresh_due_feeds",)]


def test_what_is_known_is_told_and_nobody_is_disturbed(admin: Client, told: list[tuple[str, ...]]) -> None:
    making.feed(url="https://known.example/rss")
    page = bring(admin, opml(row("https://known.example/rss"), row("https://known.example/rss#twice")))
    assert "Of 2 rows: 0 added, 2 known already, 0 refused." in page and "Row" not in page
    assert told == []


def test_two_hundred_refused_rows_are_shown_and_the_others_counted(admin: Client, told: list[tuple[str, ...]]) -> None:
    page = bring(admin, opml(*(row("nonsense", f"<b>Bad {number}</b>".replace("<", "&lt;")) for number in range(250))))
    assert "Row 200:" in page and "Row 201:" not in page and "And 50 more." in page
    assert "250 refused" in page


@pytest.mark.parametrize(
    ("body", "why"),
    [
        (b"", "no list of feeds"),
        (b"<html><body/></html>", "begins with <html>".replace("<", "&lt;").replace(">", "&gt;")),
        (b"x" * (MOST_BYTES + 1), "at most 5 MB are read"),
        (b'<!DOCTYPE opml [<!ENTITY a "b">]><opml/>', "entities"),
    ],
)
def test_what_is_no_list_is_told_beside_the_form(
    admin: Client, told: list[tuple[str, ...]], body: bytes, why: str
) -> None:
    page = bring(admin, body, status=422)
    assert why in page and "Bring a list of feeds" in page
    assert not Feed.objects.exists()


def test_without_a_file_there_is_nothing_to_read(admin: Client) -> None:
    answer = admin.post(BRING, {})
    assert answer.status_code == 422 and "Choose a file." in answer.content.decode()


def test_an_empty_list_says_so(admin: Client) -> None:
    assert "The list is empty." in bring(admin, opml())


def taken(client: Client, query: str = "") -> list[tuple[str, str, str, str]]:
    answer = client.get(f"{TAKE}?{query}")
    assert answer.status_code == 200 and answer["Content-Type"] == "text/x-opml; charset=utf-8"
    assert answer["Content-Disposition"] == 'attachment; filename="dyad-feeds.opml"'
    return [(one.title, one.url, one.site_url, one.folder) for one in read_opml(answer.content)]


def test_the_list_that_is_taken_has_all_polled_feeds_in_their_folders(admin: Client) -> None:
    making.feed(title="B", url="https://b.example/", folder="Asia/South", site_url="https://b.example/home")
    making.feed(title="A & <b>", url="https://a.example/?x=1&y=2", paused=True, state="gone")
    making.feed(title="Clippings", kind=FeedKind.MANUAL, url="")
    making.feed(title="", url="https://untitled.example/rss")
    assert taken(admin) == [
        ("untitled.example", "https://untitled.example/rss", "", ""),
        ("A & <b>", "https://a.example/?x=1&y=2", "", ""),
        ("B", "https://b.example/", "https://b.example/home", "Asia/South"),
    ]


def test_the_list_that_is_taken_is_the_one_that_is_shown(admin: Client) -> None:
    for state in ("ok", "gone"):
        for folder in ("Asia", "Europe"):
            making.feed(title=f"{state} {folder}", state=state, folder=folder)
    assert [title for title, *_ in taken(admin, "state=gone&folder=Asia")] == ["gone Asia"]
    assert [title for title, *_ in taken(admin, "q=europe")] == ["gone Europe", "ok Europe"]
    assert taken(admin, "folder=Nowhere") == []
    assert admin.get(f"{TAKE}?state=nonsense").status_code == 404


def test_nothing_secret_is_in_the_list_that_is_taken(admin: Client) -> None:
    making.feed(url="https://me:hunter2@a.example/", site_url="https://me:hunter2@a.example/")
    making.feed(sealed=seal({"headers": {"X-Key": "abc123"}, "user": "reader", "password": "hunter2"}))
    body = admin.get(TAKE).content
    assert b"https://a.example/" in body
    for secret in (b"hunter2", b"abc123", b"X-Key", b"reader"):
        assert secret not in body


def test_what_was_taken_can_be_brought_again(admin: Client, told: list[tuple[str, ...]]) -> None:
    for number in range(30):
        making.feed(title=f"Feed {number}", url=f"https://{number}.example/rss", folder=f"Folder {number % 3}")
    before = set(Feed.objects.values_list("title", "url", "folder"))
    body = admin.get(TAKE).content
    assert "Of 30 rows: 0 added, 30 known already" in bring(admin, body)
    Feed.objects.all().delete()
    assert "Of 30 rows: 30 added" in bring(admin, body)
    assert set(Feed.objects.values_list("title", "url", "folder")) == before
