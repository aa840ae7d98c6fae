"""The command that imports articles from files, however many there are."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from django.core.management import CommandError, call_command

from relations.management.commands import import_articles
from relations.models import Article, ArticleImport, Feed, ImportPiece
from tests.ingest.texts import BRIDGE, FERRY

pytestmark = pytest.mark.django_db


def imported(*paths: Path, capsys: Any) -> tuple[int, str, str]:
    """Exit code, what was told, and what was told of trouble."""
    code = 0
    try:
        call_command("import_articles", *map(str, paths), "--source", "The Courier")
    except SystemExit as exit:
        code = int(str(exit.code))
    out = capsys.readouterr()
    return code, out.out, out.err


def written(path: Path, content: str | bytes) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(content.encode() if isinstance(content, str) else content)
    return path


def stories(count: int) -> str:
    return "".join(json.dumps({"text": f"{FERRY} It was trip {n}.", "id": n}) + "\n" for n in range(count))


def test_a_folder_is_read_with_all_below_it(tmp_path: Path, capsys: Any) -> None:
    written(tmp_path / "2017" / "09" / "2017-09-01 ferry.txt", FERRY)
    written(tmp_path / "page.HTML", f"<html><body><article><p>{BRIDGE}</p></article></body></html>")
    written(tmp_path / "stories.jsonl", stories(3))
    written(tmp_path / "picture.png", b"\x89PNG")
    assert imported(tmp_path, capsys=capsys) == (0, "5 new\n", "")
    assert set(Article.objects.values_list("feed__title", "feed__kind")) == {("The Courier", "manual")}
    upload = ArticleImport.objects.get()
    assert upload.name == tmp_path.name and upload.finished_at is not None
    assert upload.pieces.get(number=1).name == "2017/09/2017-09-01 ferry.txt"
    code, out, _ = imported(tmp_path, capsys=capsys)
    assert (code, out) == (0, "5 there already\n") and Article.objects.count() == 5


def test_many_pieces_are_kept_and_read_in_batches(tmp_path: Path, capsys: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    waiting: list[int] = []
    import_all = import_articles.import_all

    def spied(upload: ArticleImport) -> None:
        waiting.append(ImportPiece.objects.waiting().count())
        import_all(upload)

    monkeypatch.setattr(import_articles, "PIECES_AT_ONCE", 4)
    monkeypatch.setattr(import_articles, "import_all", spied)
    files = [written(tmp_path / f"{name}.jsonl", stories(count)) for name, count in (("a", 6), ("b", 9))]
    code, out, _ = imported(*files, capsys=capsys)
    assert (code, waiting) == (0, [4, 4, 4, 3])
    assert out.splitlines() == ["9 new", "6 there already"]
    assert ArticleImport.objects.get().name == "a.jsonl and 1 other"
    assert list(ImportPiece.objects.order_by("number").values_list("number", flat=True)) == list(range(1, 16))


def test_what_is_refused_is_told_and_the_command_fails(tmp_path: Path, capsys: Any) -> None:
    written(tmp_path / "a.jsonl", stories(1) + "{\n" * 60)
    written(tmp_path / "b.json", "[\n{}\n]")
    written(tmp_path / "c.txt", FERRY)
    code, out, err = imported(tmp_path, capsys=capsys)
    assert (code, out) == (1, "2 new\n")
    told = err.splitlines()
    assert told[0] == "61 refused:" and len(told) == 52
    assert told[1].startswith("  a.jsonl, line 2: It is not JSON")
    assert told[-1] == f"  and 11 more, on the page /imports/{ArticleImport.objects.get().pk}/"
    assert ImportPiece.objects.get(name="b.json").words.startswith("b.json is one JSON document")


def test_a_file_that_can_not_be_opened_is_refused_alone(tmp_path: Path, capsys: Any, monkeypatch: Any) -> None:
    locked = written(tmp_path / "a.txt", FERRY)
    written(tmp_path / "b.txt", BRIDGE)
    opened = Path.open

    def refuse(path: Path, *args: Any, **options: Any) -> Any:
        if path == locked:
            raise PermissionError(13, "Permission denied")
        return opened(path, *args, **options)

    monkeypatch.setattr(Path, "open", refuse)
    code, out, err = imported(tmp_path, capsys=capsys)
    assert (code, out) == (1, "1 new\n") and "a.txt: It can't be opened: Permission denied." in err


@pytest.mark.parametrize(
    ("name", "content", "words"),
    [
        ("missing", None, "There is no file or folder"),
        ("a.pdf", b"%PDF", "files are told by their endings"),
        ("folder/a.pdf", b"%PDF", "is no file that can be read"),
        ("a.jsonl", b"\n\n", "every file is empty"),
    ],
)
def test_nothing_to_read_is_told_in_words(tmp_path: Path, name: str, content: bytes | None, words: str) -> None:
    path = tmp_path / name
    if content is not None:
        written(path, content)
    with pytest.raises(CommandError, match=words):
        call_command("import_articles", str(path.parent if "/" in name else path), "--source", "The Courier")
    assert not ArticleImport.objects.exists() and not Feed.objects.exists()
