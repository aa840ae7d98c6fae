"""Uploads: every line or file becomes an article or is refused in words, once, whatever happens to the workers."""

from __future__ import annotations

import datetime as dt
import io
import json
from typing import Any

import pytest
from django.db import OperationalError, connection
from django.test.utils import CaptureQueriesContext

from relations.errors import RelationsError
from relations.ingest import run_imports, store_imports, uploads
from relations.ingest.run_imports import add_to_import, begin_import, import_waiting, take_upload
from relations.ingest.uploads import Piece, pieces_of
from relations.models import Article, ArticleImport, ArticleVersion, Feed, FeedKind, ImportPiece
from tests import making
from tests.ingest.texts import BRIDGE, FERRY

pytestmark = pytest.mark.django_db
WRAPPED = "Its author wrapped\nthe text by hand."


def lines(*records: Any) -> bytes:
    return b"\n".join(record if isinstance(record, bytes) else json.dumps(record).encode() for record in records)


def take(*files: tuple[str, bytes], source: str = "Clippings") -> ArticleImport:
    return take_upload("clippings", [(name, io.BytesIO(body)) for name, body in files], source, None)


def brought(*records: Any, source: str = "Clippings") -> list[tuple[str, bool]]:
    """What came of each record: words and whether it was refused."""
    upload = take(("stories.jsonl", lines(*records)), source=source)
    assert import_waiting() == upload.pieces.count()
    return outcomes(upload)


def outcomes(upload: ArticleImport) -> list[tuple[str, bool]]:
    return list(upload.pieces.order_by("number").values_list("words", "refused"))


# -- what becomes of a record ---------------------------------------------------------------------------------------


def test_a_record_becomes_an_article_of_a_manual_source() -> None:
    record = {"text": FERRY, "title": "Ferry sails again", "url": "https://courier.example/a", "id": "a"}
    assert brought({**record, "published_at": "2017-09-01T10:00:00+05:00"}) == [("new", False)]
    article = Article.objects.get()
    assert (article.title, article.url, article.identity) == ("Ferry sails again", "https://courier.example/a", "a")
    assert article.published_at == dt.datetime(2017, 9, 1, 5, tzinfo=dt.UTC) and not article.zone_assumed
    assert (article.feed.title, article.feed.kind, article.feed.url) == ("Clippings", FeedKind.MANUAL, "")
    assert (article.language, article.tagged_at) == ("en", None)
    version = article.versions.get()
    assert (version.text, version.origin) == (FERRY, "hand")
    piece = ImportPiece.objects.get()
    assert (piece.article, bytes(piece.body), piece.name) == (article, b"", "stories.jsonl, line 1")
    assert piece.done_at is not None and ArticleImport.objects.get().finished_at is not None


def test_the_text_may_be_a_web_page_or_a_part_of_one() -> None:
    page = f"<html><head><title>Bridge closed</title></head><body><article><p>{BRIDGE}</p></article></body></html>"
    assert brought({"html": page}, {"html": f"<p>{FERRY}</p>", "title": "Ferry"}) == [("new", False)] * 2
    assert set(Article.objects.values_list("title", "versions__text")) == {("Bridge closed", BRIDGE), ("Ferry", FERRY)}


@pytest.mark.parametrize(
    ("record", "words"),
    [
        ({}, "It has no text"),
        ({"text": "  \n "}, "It has no text"),
        ({"text": "Too short."}, "too short: 10 characters; an article has at least 20"),
        ({"text": 7}, "Its “text” is not a text in quotation marks but 7."),
        ({"text": FERRY, "title": ["a"]}, "Its “title” is not a text"),
        ({"text": FERRY, "id": True}, "Its “id” is not a text"),
        ({"text": FERRY, "language": 1}, "Its “language” is not a text"),
        ({"text": FERRY, "url": "ftp://courier.example/a"}, "Only http and https addresses"),
        ({"text": FERRY, "url": "no address"}, "is no address"),
        ({"text": FERRY, "url": "http://\ud800\x00"}, "is no address"),
        ({"text": FERRY, "date": "\ud800\x00"}, "Its date, “”, can't be read."),
        (
            {"text": FERRY, "date": "the day before"},
            "Its date, “the day before”, can't be read. Write it as 2017-09-01",
        ),
        ({"text": FERRY, "date": 1504224000}, "Its “date” is not a text"),
        ({"text": FERRY, "date": "9999-01-01"}, "Its date, “9999-01-01”, can't be read"),
        ({"html": "<html><body><nav>Menu</nav></body></html>"}, "No story could be made out on this page"),
        ([FERRY], "It is JSON but no record"),
        (b'{"text": "broken', "It is not JSON: Unterminated string starting at at character 10."),
        (b'{"text": "caf\xe9, which was written in another encoding"}', "It is not written in UTF-8."),
        (b"[" * 100_000, "nested too deeply"),
        (b"9" * 10_000, "a number is too long"),
    ],
)
def test_what_is_no_article_is_refused_in_words_and_the_rest_goes_on(record: Any, words: str) -> None:
    first, second, third = brought({"text": FERRY}, record, {"text": BRIDGE})
    assert first == third == ("new", False)
    assert second[1] and words in second[0]
    assert Article.objects.count() == 2
    assert ImportPiece.objects.get(refused=True).name == "stories.jsonl, line 2"


def test_a_fault_of_ours_is_told_and_keeps_nobody_waiting(monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(*_: Any) -> None:
        raise ZeroDivisionError

    monkeypatch.setattr(run_imports, "read_piece", fail)
    assert brought({"text": FERRY}) == [
        ("Reading it hit a fault in Dyad itself (ZeroDivisionError); the log says more.", True)
    ]


def test_an_article_that_can_not_be_stored_keeps_no_other_from_it(monkeypatch: pytest.MonkeyPatch) -> None:
    store = store_imports.store_articles

    def picky(feed: Any, items: Any, *rest: Any, **options: Any) -> Any:
        if any(item.text == BRIDGE for item in items):
            raise ValueError
        return store(feed, items, *rest, **options)

    monkeypatch.setattr(store_imports, "store_articles", picky)
    assert [refused for _, refused in brought({"text": FERRY}, {"text": BRIDGE})] == [False, True]
    assert ArticleVersion.objects.get().text == FERRY


# -- identity -------------------------------------------------------------------------------------------------------


def test_characters_that_no_text_may_hold_are_left_out() -> None:
    record = dict.fromkeys(("text", "title", "id", "language"), f"{FERRY[:30]}\x00\ud800\ufffe")
    upload = take(("a\x00\udcff.jsonl", lines(record)), source="Clip\x00pings")
    import_waiting()
    assert outcomes(upload) == [("new", False)] and upload.pieces.get().name == "a.jsonl, line 1"
    article = Article.objects.get()
    assert {article.title, article.identity, article.versions.get().text} == {FERRY[:30]}


@pytest.mark.parametrize("known_by", [{"id": "a"}, {"id": 7}, {"url": "https://courier.example/a"}, {"title": "Ferry"}])
def test_what_is_there_already_is_told_and_not_stored_again(known_by: dict[str, Any]) -> None:
    record = {"text": FERRY, **known_by}
    assert brought(record, record) == [("new", False), ("there already", False)]
    assert brought(record) == [("there already", False)]
    assert ArticleVersion.objects.count() == 1
    assert set(ImportPiece.objects.values_list("article", flat=True)) == {Article.objects.get().pk}


@pytest.mark.parametrize("known_by", [{"id": "a"}, {"url": "https://courier.example/a"}])
def test_another_text_of_the_same_article_is_a_new_version(known_by: dict[str, Any]) -> None:
    assert brought({"text": FERRY, "title": "Boats", **known_by}) == [("new", False)]
    words = "new text of an article that was there"
    assert brought({"text": BRIDGE, "title": "Boats", **known_by}) == [(words, False)]
    article = Article.objects.get()
    assert (article.version, list(article.versions.values_list("text", flat=True))) == (2, [BRIDGE, FERRY])


def test_the_same_article_from_another_source_is_a_copy_of_it() -> None:
    brought({"text": FERRY, "id": "a"})
    assert brought({"text": FERRY, "id": "a"}, source="Other clippings") == [("new", False)]
    first, second = Article.objects.order_by("pk")
    assert second.copy_of == first


def test_sources_are_found_by_name_whatever_its_case() -> None:
    making.feed(title="Clippings")
    for source in ("Clippings", " clippings ", "", "Added by hand"):
        brought({"text": FERRY}, source=source)
    manual = Feed.objects.filter(kind=FeedKind.MANUAL)
    assert set(manual.values_list("title", flat=True)) == {"Clippings", "Added by hand"} and manual.count() == 2


# -- files ----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("name", "body", "title", "text", "day"),
    [
        ("a.txt", f"Ferry sails\n\n{FERRY}", "Ferry sails", FERRY, None),
        ("2017-09-01 ferry.txt", FERRY, "2017-09-01 ferry", FERRY, dt.date(2017, 9, 1)),
        ("old/ferry_2017-09-01.txt", f"\n\r\nFerry sails\r\n\r\n{FERRY}", "Ferry sails", FERRY, dt.date(2017, 9, 1)),
        ("2017-13-01.txt", FERRY, "2017-13-01", FERRY, None),
        ("a.txt", f"{FERRY}\n{BRIDGE}", "a", f"{FERRY}\n\n{BRIDGE}", None),
        ("a.txt", f"{WRAPPED}\n\nSo it was.", "a", f"{' '.join(WRAPPED.split())}\n\nSo it was.", None),
    ],
)
def test_a_text_has_its_title_in_its_first_line_and_its_date_in_its_name(
    name: str, body: str, title: str, text: str, day: dt.date | None
) -> None:
    take((name, body.encode()))
    import_waiting()
    article = Article.objects.get()
    assert (article.title, article.versions.get().text) == (title, text)
    assert article.date_was_given == (day is not None)
    assert day is None or article.published_at.date() == day


@pytest.mark.parametrize("encoding", ["utf-8-sig", "utf-16"])
def test_texts_with_a_byte_order_mark_are_read(encoding: str) -> None:
    take(("a.txt", f"Fährmänner\n\n{FERRY}".encode(encoding)))
    import_waiting()
    assert Article.objects.get().title == "Fährmänner"


def test_a_page_is_read_with_its_own_title_and_date() -> None:
    page = (
        "<!doctype html><html lang='en'><head><title>Bridge closed - The Courier</title>"
        "<meta property='article:published_time' content='2017-09-01T10:00:00Z'></head>"
        f"<body><nav><a href='/'>Home</a></nav><article><h1>Bridge closed</h1><p>{BRIDGE}</p></article></body></html>"
    )
    take(("bridge.html", page.encode()), ("2017-08-30.htm", f"<html><body><p>{FERRY}</p></body></html>".encode()))
    import_waiting()
    found = set(Article.objects.values_list("title", "published_at", "versions__text"))
    assert found == {
        ("Bridge closed", dt.datetime(2017, 9, 1, 10, tzinfo=dt.UTC), BRIDGE),
        ("2017-08-30", dt.datetime(2017, 8, 30, tzinfo=dt.UTC), FERRY),
    }


def cut(name: str, body: bytes) -> list[Piece]:
    return list(pieces_of(name, io.BytesIO(body)))


def test_lines_keep_their_numbers_and_empty_ones_are_none() -> None:
    pieces = cut("a.ndjson", b"\xef\xbb\xbf{}\r\n\n  \n{}")
    assert [(piece.name, piece.body) for piece in pieces] == [("a.ndjson, line 1", b"{}"), ("a.ndjson, line 4", b"{}")]


@pytest.mark.parametrize("body", [b"[\n{}\n]", b'\n{\n"text": "a"\n}', b"[{\n}]"])
def test_one_document_over_many_lines_is_refused_as_a_whole(body: bytes) -> None:
    with pytest.raises(RelationsError, match="Write one record a line"):
        take(("a.json", body))
    assert not ArticleImport.objects.exists() and not Feed.objects.exists()


def test_a_line_or_file_that_is_too_large_is_refused_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(uploads, "LARGEST_PIECE", 100)
    pieces = cut("a.jsonl", b"x" * 100 + b"\n" + b"y" * 101 + b"\r\n" + b"z" * 1000 + b"\n{}")
    assert [(piece.body[:1], bool(piece.refused)) for piece in pieces] == [
        (b"x", False),
        (b"", True),
        (b"", True),
        (b"{", False),
    ]
    assert [bool(cut("a.txt", b"x" * size)[0].refused) for size in (100, 101)] == [False, True]
    upload = take(("a.jsonl", b"x" * 200 + b"\n{}"))
    assert upload.pieces.filter(refused=True, done_at__isnull=False, words__contains="larger than").count() == 1
    assert import_waiting() == 1


def test_too_many_lines_and_nothing_at_all_are_refused_in_words(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(uploads, "MOST_LINES", 3)
    take(("a.jsonl", b"{}\n" * 3))
    for files, words in (
        (("a.jsonl", b"{}\n" * 4), "more than 3 lines"),
        (("a.jsonl", b"\n\n"), "every file is empty"),
    ):
        with pytest.raises(RelationsError, match=words):
            take(files)
    assert ArticleImport.objects.count() == 1


# -- the queue ------------------------------------------------------------------------------------------------------


def stories(count: int, start: int = 0) -> bytes:
    return lines(*({"text": f"{FERRY} It was trip number {n}.", "id": n} for n in range(start, start + count)))


def test_all_pieces_are_read_in_batches_and_the_upload_then_is_finished() -> None:
    upload = take(("a.jsonl", stories(7)))
    for left in (4, 1):
        assert run_imports.import_some(upload.pk, batch=3) == 3
        upload.refresh_from_db()
        assert (upload.pieces.waiting().count(), upload.finished_at) == (left, None)
    assert import_waiting(batch=3) == 1
    upload.refresh_from_db()
    assert upload.finished_at is not None and Article.objects.count() == 7
    assert import_waiting() == 0


def test_a_batch_is_no_larger_than_memory_allows(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(run_imports, "BATCH_BYTES", 1000)
    upload = take(("a.jsonl", lines({"text": "x" * 5000}, {"text": "y" * 100}, {"text": "z" * 100})))
    assert [run_imports.import_some(upload.pk) for _ in range(3)] == [1, 2, 0]


def test_a_batch_that_takes_long_leaves_the_rest_to_the_next(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(run_imports, "BATCH_SECONDS", -1)
    upload = take(("a.jsonl", stories(2)))
    assert [run_imports.import_some(upload.pk) for _ in range(3)] == [1, 1, 0]


def test_uploads_take_turns() -> None:
    large, small = take(("a.jsonl", stories(8))), take(("b.jsonl", stories(2, 100)))
    order: list[int] = []
    some = run_imports.import_some

    def spied(upload_id: int, batch: int) -> int:
        order.append(upload_id)
        return some(upload_id, batch)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(run_imports, "import_some", spied)
        import_waiting(batch=2)
    assert order[:3] == [large.pk, small.pk, large.pk]


def test_no_batch_is_begun_when_the_time_is_up() -> None:
    take(("a.jsonl", stories(2)))
    assert import_waiting(within=0) == 0


def test_a_batch_that_fails_leaves_its_pieces_waiting(monkeypatch: pytest.MonkeyPatch) -> None:
    upload = take(("a.jsonl", stories(3)))

    def away(*_: Any) -> None:
        raise OperationalError

    with monkeypatch.context() as patch:
        patch.setattr(store_imports, "conclude", away)
        with pytest.raises(OperationalError):
            import_waiting()
    assert (Article.objects.count(), upload.pieces.waiting().count()) == (0, 3)
    assert import_waiting() == 3


def test_an_upload_that_gets_more_pieces_is_open_again() -> None:
    upload = begin_import("archive", "Clippings")
    assert add_to_import(upload, cut("a.jsonl", stories(2))) == 2
    import_waiting()
    assert add_to_import(upload, cut("a.jsonl", stories(2, 10))) == 2
    upload.refresh_from_db()
    assert upload.finished_at is None
    assert import_waiting() == 2
    assert list(upload.pieces.values_list("number", flat=True)) == [1, 2, 3, 4]


def test_a_batch_asks_as_many_queries_for_few_pieces_as_for_many() -> None:
    asked = []
    for count, start in ((2, 0), (40, 100)):
        upload = take(("a.jsonl", stories(count, start)))
        with CaptureQueriesContext(connection) as queries:
            run_imports.import_some(upload.pk)
        asked.append(len(queries))
    assert asked[0] == asked[1] <= 30
