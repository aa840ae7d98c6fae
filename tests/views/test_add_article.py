"""Articles that people add one at a time: by the text or by the address."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from relations import pipeline
from relations.errors import RelationsError
from relations.ingest.items import PageText
from relations.models import Article, ArticleVersion, Feed, FeedKind
from tests import making
from tests.ingest.texts import BRIDGE, FERRY
from tests.views.adding import ADD, STORY, UPLOAD, refusal

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("told")]
HTMX = {"hx-request": "true", "hx-target": "add-article"}


@pytest.fixture
def editor(signed_in: Any) -> Client:
    client: Client = signed_in("editor")
    return client


# -- a text ---------------------------------------------------------------------------------------------------------


def test_a_pasted_text_becomes_an_article(editor: Client, told: list[tuple[str, ...]]) -> None:
    values = {"date": "2017-09-01", "time": "14:30", "url": "HTTPS://Courier.example/a#top", "source": "Clippings"}
    answer = editor.post(ADD, {**STORY, **values}, follow=True)
    article = Article.objects.get()
    assert answer.redirect_chain == [(f"/articles/{article.pk}/", 302)]
    assert "The coder reads it within a minute." in answer.content.decode()
    assert (article.title, article.url) == ("Ferry sails again", "https://courier.example/a")
    assert article.published_at == dt.datetime(2017, 9, 1, 14, 30, tzinfo=dt.UTC)
    assert (article.date_was_given, article.zone_assumed) == (True, False)
    version = article.versions.get()
    assert (version.text, version.origin) == (FERRY, "hand")
    assert (article.feed.title, article.feed.kind) == ("Clippings", FeedKind.MANUAL)
    assert article.feed.added_by is not None
    assert told == [("tag_new_articles",)]


def test_date_address_and_source_may_be_left_out(editor: Client) -> None:
    before = timezone.now()
    editor.post(ADD, STORY)
    article = Article.objects.get()
    assert before <= article.published_at <= timezone.now() and not article.date_was_given
    assert (article.url, article.feed.title) == ("", "Added by hand")


def test_what_a_browser_sends_has_its_paragraphs(editor: Client) -> None:
    editor.post(ADD, {**STORY, "text": f"{FERRY}\r\n\r\n{BRIDGE}"})
    assert ArticleVersion.objects.get().text == f"{FERRY}\n\n{BRIDGE}"


@pytest.mark.parametrize(
    ("values", "words"),
    [
        ({"text": "Too short."}, "too short: 10 characters; an article has at least 20"),
        ({"text": "word " * 40_001}, "at most 200,000 are kept"),
        ({"text": ""}, "Paste the story&#x27;s text."),
        ({"title": " "}, "Write the story&#x27;s title."),
        ({"title": "x" * 1001}, "at most 1,000 characters"),
        ({"date": "September"}, "write the date as 2017-09-01"),
        ({"date": "2117-09-01"}, "2117-09-01 is still to come"),
        ({"date": "2017-09-01", "time": "noon"}, "write it as 14:30"),
        ({"time": "14:30"}, "There is a time but no date"),
        ({"url": "ftp://courier.example/"}, "Only http and https addresses"),
        ({"source": "x" * 201}, "at most 200 characters"),
    ],
)
def test_what_can_not_be_an_article_is_refused_in_words_and_what_was_typed_stays(
    editor: Client, values: dict[str, str], words: str
) -> None:
    answer = editor.post(ADD, {**STORY, "source": "Clippings", **values})
    assert words in refusal(answer)
    assert not Article.objects.exists() and not Feed.objects.exists()
    assert "title" in values or 'value="Ferry sails again"' in answer.content.decode()


@pytest.mark.parametrize("way", ["in its source", "in another source", "from a feed"])
def test_the_same_text_again_is_told_and_not_stored(editor: Client, way: str) -> None:
    if way == "from a feed":
        making.article(FERRY)
    else:
        editor.post(ADD, {**STORY, "source": "Clippings"})
    there = Article.objects.get()
    source = "Clippings" if way == "in its source" else "Other clippings"
    for title in ("Ferry sails again", "Another headline"):
        words = refusal(editor.post(ADD, {**STORY, "title": title, "source": source}), status=409)
        assert "nothing was added" in words and f"/articles/{there.pk}/" in words
    assert ArticleVersion.objects.count() == Feed.objects.count() == 1


def test_the_same_address_again_is_told_also_as_a_feed_spells_it(editor: Client) -> None:
    spelling = "https://news.example:443/1#story"
    there = making.article(url=spelling)
    assert f"/articles/{there.pk}/" in refusal(editor.post(ADD, {**STORY, "url": spelling}), status=409)
    making.article(url="https://news.example/2")
    assert "nothing was added" in refusal(editor.post(ADD, {**STORY, "url": "news.example/2"}), status=409)


def test_two_people_who_add_the_same_address_at_once_add_it_once() -> None:
    def add(text: str, source: str) -> bool:
        values: dict[str, Any] = {"title": "Ferry", "url": "https://news.example/1", "published_at": None}
        return pipeline.add_text(text, source=source, added_by=making.user("editor"), **values).is_new

    assert [add(FERRY, "Clippings"), add(BRIDGE, "Other clippings")] == [True, False]
    assert Article.objects.count() == 1


def test_a_text_that_an_article_once_had_is_no_hindrance(editor: Client) -> None:
    old = making.article(FERRY)
    ArticleVersion.objects.create(article=old, number=2, title=old.title, text=BRIDGE, seen_at=timezone.now())
    Article.objects.update(version=2)
    assert editor.post(ADD, STORY).status_code == 302


def test_htmx_gets_the_fragment_of_a_refusal_and_is_sent_to_the_article(editor: Client) -> None:
    answer = editor.post(ADD, {**STORY, "text": "Too short."}, headers=HTMX)
    assert answer.status_code == 422 and answer.content.startswith(b'<div id="add-article">')
    answer = editor.post(ADD, STORY, headers=HTMX)
    assert answer["HX-Redirect"] == f"/articles/{Article.objects.get().pk}/"


def test_sources_that_there_are_can_be_chosen(editor: Client) -> None:
    making.feed(title="A polled feed")
    editor.post(ADD, {**STORY, "source": "Clippings & cuttings"})
    for url in (ADD, UPLOAD):
        page = editor.get(url).content.decode()
        assert '<option value="Clippings &amp; cuttings">' in page and "A polled feed" not in page


# -- an address -----------------------------------------------------------------------------------------------------

ADDRESS = {"way": "address", "url": "https://courier.example/a"}


def reads(monkeypatch: pytest.MonkeyPatch, page: PageText | RelationsError) -> list[str]:
    """What is found at every address; the addresses that were asked for."""
    asked: list[str] = []

    def read_page(url: str) -> PageText:
        asked.append(url)
        if isinstance(page, RelationsError):
            raise page
        return page

    monkeypatch.setattr(pipeline, "read_page", read_page, raising=False)
    return asked


def page_text(**values: Any) -> PageText:
    return PageText(**{"title": "Ferry sails again", "text": FERRY, "published_at": None, **values})


def test_the_story_at_an_address_becomes_an_article(editor: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    moment = dt.datetime(2017, 9, 1, tzinfo=dt.UTC)
    asked = reads(monkeypatch, page_text(published_at=moment, kind="opinion", language="en"))
    answer = editor.post(ADD, {**ADDRESS, "url": "courier.example/a"}, follow=True)
    article = Article.objects.get()
    assert asked == ["https://courier.example/a"] == [article.url]
    assert (article.title, article.kind, article.published_at) == ("Ferry sails again", "opinion", moment)
    version = article.versions.get()
    assert (version.text, version.origin) == (FERRY, "page")
    page = answer.content.decode()
    assert "Added." in page and "reads it within a minute" not in page


@pytest.mark.parametrize(
    ("page", "words"),
    [
        (page_text(text="", wall="The page asks to sign in."), "The page asks to sign in."),
        (page_text(text=""), "No story could be made out on this page."),
        (RelationsError("The server did not answer."), "The server did not answer."),
    ],
)
def test_a_page_without_a_story_is_refused_with_the_hint_to_paste_it(
    editor: Client, monkeypatch: pytest.MonkeyPatch, page: PageText | RelationsError, words: str
) -> None:
    reads(monkeypatch, page)
    assert f"{words} Paste its text instead." in refusal(editor.post(ADD, ADDRESS))
    assert not Article.objects.exists()


def test_an_address_that_is_known_is_not_fetched_again(editor: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    asked = reads(monkeypatch, page_text())
    editor.post(ADD, ADDRESS)
    assert "nothing was added" in refusal(editor.post(ADD, ADDRESS), status=409)
    assert len(asked) == 1
    # Under another address the same text is the same story.
    answer = editor.post(ADD, {**ADDRESS, "url": "https://courier.example/b"})
    assert "nothing was added" in refusal(answer, status=409)


@pytest.mark.parametrize("url", ["", "no address", "file:///etc/passwd"])
def test_what_is_no_address_is_refused_in_words(editor: Client, monkeypatch: pytest.MonkeyPatch, url: str) -> None:
    asked = reads(monkeypatch, page_text())
    assert "address" in refusal(editor.post(ADD, {**ADDRESS, "url": url}))
    assert asked == []
