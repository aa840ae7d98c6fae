"""Uploads of many articles: what is taken, what is refused in words, how far they are, page by page."""

from __future__ import annotations

import json
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from relations.ingest.run_imports import import_waiting
from relations.models import Article, ArticleImport, Feed, ImportPiece
from tests import making
from tests.ingest.texts import BRIDGE, FERRY
from tests.views.adding import ADD, STORY, UPLOAD, UPLOADS, refusal

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("told")]


@pytest.fixture
def editor(signed_in: Any) -> Client:
    client: Client = signed_in("editor")
    return client


def file(name: str, text: str | bytes) -> SimpleUploadedFile:
    return SimpleUploadedFile(name, text.encode() if isinstance(text, str) else text)


def lines(count: int, bad: int = 0) -> str:
    good = [json.dumps({"text": f"{FERRY} It was trip {n}.", "id": n, "title": f"Trip {n}"}) for n in range(count)]
    return "\n".join([*good, *["{"] * bad])


def test_an_upload_waits_for_the_workers_and_tells_how_far_it_is(editor: Client, told: list[tuple[str, ...]]) -> None:
    answer = editor.post(UPLOAD, {"files": file("trips.jsonl", lines(3, bad=1)), "source": "Clippings"})
    upload = ArticleImport.objects.get()
    assert answer["Location"] == f"/imports/{upload.pk}/" and told == [("import_waiting",)]
    assert (upload.name, upload.feed.title, upload.pieces.waiting().count()) == ("trips.jsonl", "Clippings", 4)
    page = editor.get(answer["Location"]).content.decode()
    assert "0 of 4 read" in page and 'hx-trigger="every 2s"' in page and "Nothing was refused so far." in page
    import_waiting()
    page = editor.get(answer["Location"], headers={"hx-request": "true", "hx-target": "import"}).content.decode()
    assert page.startswith('<div id="import">'), "what is finished asks no more"
    assert "4 read" in page and "1 refused" in page and "3 new" in page
    assert "trips.jsonl, line 4" in page and "It is not JSON" in page and "line 1<" not in page
    page = editor.get(f"{answer['Location']}?show=all").content.decode()
    for article in Article.objects.all():
        assert f'href="/articles/{article.pk}/">{article.title}</a>' in page
    page = editor.get(UPLOADS).content.decode()
    assert "trips.jsonl" in page and "4 read" in page and "1 refused" in page


def test_files_and_a_folder_are_one_upload_and_other_files_are_passed_over(editor: Client) -> None:
    chosen = {
        "files": [file("a.txt", FERRY), file("b.JSON", lines(1))],
        "folder": [file("c.html", f"<p>{BRIDGE}</p>"), file("style.css", "p {}"), file("x.png", b"\x89PNG")],
    }
    answer = editor.post(UPLOAD, chosen, follow=True)
    assert "Passed over: 1 file .css and 1 file .png." in answer.content.decode()
    assert ArticleImport.objects.get().name == "a.txt and 2 other files"
    assert list(ImportPiece.objects.order_by("number").values_list("name", "kind")) == [
        ("a.txt", "text"),
        ("b.JSON, line 1", "record"),
        ("c.html", "html"),
    ]


@pytest.mark.parametrize(
    ("chosen", "words"),
    [
        ([], "Choose files or a folder."),
        ([("a.pdf", "%PDF")], "it is 1 file .pdf. Files are told by their endings: .jsonl"),
        ([("a.jsonl", "\n")], "every file is empty"),
        ([("a.json", "[\n{}\n]")], "a.json is one JSON document over many lines"),
        ([("a.jsonl", "{}\n" * 20_001)], "more than 20,000 lines"),
        ([(f"{n}.txt", "a") for n in range(2_001)], "more than 2,000 files"),
    ],
)
def test_an_upload_that_can_not_be_taken_is_refused_in_words(
    editor: Client, chosen: list[tuple[str, str]], words: str
) -> None:
    answer = editor.post(UPLOAD, {"files": [file(*one) for one in chosen], "source": "Clippings"})
    assert words in refusal(answer) and 'value="Clippings"' in answer.content.decode()
    assert not ArticleImport.objects.exists() and not Feed.objects.exists()


@pytest.mark.parametrize("sizes", [[60_000_000], [26_000_000, 25_000_000]])
def test_too_many_bytes_are_refused_in_words(editor: Client, sizes: list[int]) -> None:
    answer = editor.post(UPLOAD, {"files": [file(f"{size}.txt", b"x" * size) for size in sizes]})
    assert "This is more than 50 MB." in refusal(answer)


def test_as_many_files_as_are_allowed_are_taken(editor: Client) -> None:
    assert editor.post(UPLOAD, {"folder": [file(f"{n}.txt", FERRY) for n in range(2_000)]}).status_code == 302
    assert ImportPiece.objects.count() == 2_000


def test_what_is_beyond_every_limit_gets_words_too(editor: Client) -> None:
    answer = editor.post(ADD, {**STORY, "text": "x" * 21_000_000})
    assert answer.status_code == 400 and "more than can be taken at once" in answer.content.decode()


@pytest.mark.parametrize("url", [ADD, UPLOAD])
@pytest.mark.parametrize("role", ["analyst", "nobody"])
def test_who_may_not_add_articles_adds_none(client: Client, role: str, url: str) -> None:
    if role == "analyst":
        client.force_login(making.user())
    answer = client.post(url, {**STORY, "files": file("a.jsonl", lines(1))})
    assert answer.status_code == (403 if role == "analyst" else 302)
    assert not Article.objects.exists() and not ArticleImport.objects.exists()


@pytest.mark.parametrize(("role", "sees"), [("analyst", 0), ("editor", 1), ("admin", 1)])
def test_who_may_add_articles_finds_the_way(signed_in: Any, role: str, sees: int) -> None:
    assert signed_in(role).get("/").content.decode().count(f'href="{ADD}"') == sees


def made(pieces: int, refused: int) -> ArticleImport:
    upload = ArticleImport.objects.create(feed=making.feed(), name="a.jsonl", started_at=timezone.now())
    article = making.article()
    ImportPiece.objects.bulk_create(
        ImportPiece(
            upload=upload,
            number=n,
            name=f"a.jsonl, line {n}",
            kind="record",
            done_at=timezone.now(),
            refused=n <= refused,
            words="It is not JSON." if n <= refused else "new",
            article=None if n <= refused else article,
        )
        for n in range(1, pieces + 1)
    )
    return upload


@pytest.mark.parametrize(("show", "expected"), [("refused", 250), ("all", 320)])
def test_pieces_are_paged_without_loss(editor: Client, show: str, expected: int) -> None:
    upload = made(320, refused=250)
    seen: list[int] = []
    url = f"/imports/{upload.pk}/?show={show}"
    while url:
        page = editor.get(url).context["page"]
        seen += [piece.number for piece in page.pieces]
        url = f"/imports/{upload.pk}/?show={show}&after={page.next}" if page.next else ""
    assert seen == list(range(1, expected + 1))


def test_uploads_are_paged_newest_first(editor: Client) -> None:
    expected = [made(1, 0).pk for _ in range(60)][::-1]
    seen: list[int] = []
    url = UPLOADS
    while url:
        page = editor.get(url).context["page"]
        seen += [row.upload.pk for row in page.rows]
        url = f"{UPLOADS}?after={page.next}" if page.next else ""
    assert seen == expected


@pytest.mark.parametrize("after", ["x", "-1", "%00", "9" * 40, "²"])
def test_cursors_that_nobody_gave_show_the_first_page(editor: Client, after: str) -> None:
    upload = made(2, refused=1)
    for url in (UPLOADS, f"/imports/{upload.pk}/"):
        assert editor.get(f"{url}?after={after}&show=nonsense").status_code == 200


def test_pages_ask_as_many_queries_for_much_as_for_little(editor: Client) -> None:
    asked: dict[str, list[int]] = {}
    for pieces in (1, 150):
        upload = made(pieces, refused=pieces // 2)
        for name, url in {"list": UPLOADS, "one": f"/imports/{upload.pk}/?show=all"}.items():
            with CaptureQueriesContext(connection) as queries:
                editor.get(url)
            asked.setdefault(name, []).append(len(queries))
    # Two of them are of the session and the person, two of what the person may do.
    assert asked == {"list": [5, 5], "one": [7, 7]}
