"""manage.py import_articles archive/ stories.jsonl --source "The Courier": articles from any number of files."""

from __future__ import annotations

import sys
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from tqdm import tqdm

from relations.errors import RelationsError
from relations.models import ArticleImport
from relations.pipeline import add_to_import, begin_import, import_all, uploads
from relations.queries.imports import outcomes

# What is kept and read before the next files are opened.
PIECES_AT_ONCE, BYTES_AT_ONCE = 200, 20_000_000
REFUSED_SHOWN = 50


class Command(BaseCommand):
    help = (
        "Store articles from files: JSON lines (.jsonl, .ndjson, .json), web pages (.html, .htm) and texts (.txt). "
        "What is there already is passed over, so the command can be stopped and repeated. Exits with 1 if any was "
        "refused."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("paths", nargs="+", type=Path, metavar="PATH", help="a file, or a folder with all below it")
        parser.add_argument("--source", required=True, metavar="NAME", help="whose articles they are; made where new")

    def handle(self, *, paths: Sequence[Path], source: str, **options: Any) -> None:
        files = list(readable(paths))
        upload: ArticleImport | None = None
        size = sum(file.stat().st_size for file, _ in files)
        with tqdm(total=size, unit="B", unit_scale=True, disable=not sys.stderr.isatty()) as progress:
            for some in uploads.batches(pieces_of(files), PIECES_AT_ONCE, BYTES_AT_ONCE):
                upload = upload or begin_import(title(paths), source)
                add_to_import(upload, some)
                import_all(upload)
                progress.update(sum(len(piece.body) for piece in some))
        if upload is None:
            raise CommandError("There is nothing to read: every file is empty.")
        self.tell(upload)

    def tell(self, upload: ArticleImport) -> None:
        for words in outcomes(upload):
            self.stdout.write(words)
        refused = upload.pieces.filter(refused=True)
        if not (number := refused.count()):
            return
        self.stderr.write(f"{number:,} refused:")
        for name, words in refused.order_by("number").values_list("name", "words")[:REFUSED_SHOWN]:
            self.stderr.write(f"  {name}: {words}")
        if number > REFUSED_SHOWN:
            self.stderr.write(f"  and {number - REFUSED_SHOWN:,} more, on the page /imports/{upload.pk}/")
        sys.exit(1)


def readable(paths: Sequence[Path]) -> Iterator[tuple[Path, str]]:
    """Files to read, each with its name as it is told. Raises CommandError for a path that has none."""
    endings = ", ".join(uploads.KINDS)
    for path in paths:
        if path.is_dir():
            found = sorted(file for file in path.rglob("*") if uploads.kind_of(file.name) and file.is_file())
            if not found:
                raise CommandError(f"In the folder {path} is no file that can be read ({endings}).")
            yield from ((file, str(file.relative_to(path))) for file in found)
        elif not path.exists():
            raise CommandError(f"There is no file or folder {path}.")
        elif uploads.kind_of(path.name):
            yield path, path.name
        else:
            raise CommandError(f"{path} can't be read: files are told by their endings ({endings}).")


def pieces_of(files: Sequence[tuple[Path, str]]) -> Iterator[uploads.Piece]:
    """The pieces of all files; a file that can't be opened or cut is one that is refused."""
    for path, name in files:
        try:
            with path.open("rb") as file:
                yield from uploads.pieces_of(name, file)
        except RelationsError as refusal:
            yield uploads.Piece(uploads.kind_of(name), name, b"", str(refusal))
        except OSError as error:
            yield uploads.Piece(uploads.kind_of(name), name, b"", f"It can't be opened: {error.strerror}.")


def title(paths: Sequence[Path]) -> str:
    first = paths[0].resolve().name
    return first if len(paths) == 1 else f"{first} and {len(paths) - 1} other"
