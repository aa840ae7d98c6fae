"""Files that people bring, cut into pieces: a record for each line of JSON, else a piece for each file."""

from __future__ import annotations

import codecs
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import PurePath
from typing import BinaryIO

from relations.errors import RelationsError
from relations.ingest.pieces import HTML, RECORD, TEXT

KINDS = {
    **dict.fromkeys((".jsonl", ".ndjson", ".json"), RECORD),
    **dict.fromkeys((".html", ".htm"), HTML),
    ".txt": TEXT,
}
MEGABYTE = 1_000_000
LARGEST_PIECE = 10 * MEGABYTE  # bytes
# Of one upload in the browser. A command has no limits but that of a piece.
LARGEST_UPLOAD = 50 * MEGABYTE
MOST_FILES = 2_000
MOST_LINES = 20_000
LIMITS = (
    f"{LARGEST_UPLOAD // MEGABYTE} MB, {MOST_FILES:,} files and {MOST_LINES:,} lines in all, "
    f"{LARGEST_PIECE // MEGABYTE} MB for each line or file"
)

TOO_LARGE = f"It is larger than {LARGEST_PIECE // MEGABYTE} MB."
IN_PARTS = "Send them in several parts, or let whoever runs the site use the command import_articles."
TOO_MANY_FILES = f"These are more than {MOST_FILES:,} files. {IN_PARTS}"
TOO_MUCH = f"This is more than {LARGEST_UPLOAD // MEGABYTE} MB. {IN_PARTS}"
ONE_A_LINE = "Write one record a line; “jq -c '.[]'” makes that of a list."


@dataclass(frozen=True, slots=True)
class Piece:
    """A line or a file. refused: why it is not to be read, known without reading it."""

    kind: str
    name: str
    body: bytes
    refused: str = ""


def kind_of(name: str) -> str:
    """record, html or text by a file's name; empty for a file that is none of them."""
    return KINDS.get(PurePath(name).suffix.lower(), "")


def pieces_of(name: str, file: BinaryIO) -> Iterator[Piece]:
    """The pieces of one file of a known kind. Holds one line at a time. Raises RelationsError for a file of JSON that
    is not written one record a line."""
    kind = kind_of(name)
    if kind == RECORD:
        yield from _records(name, file)
        return
    body = file.read(LARGEST_PIECE + 1)
    yield Piece(kind, name, body) if len(body) <= LARGEST_PIECE else Piece(kind, name, b"", TOO_LARGE)


def _records(name: str, file: BinaryIO) -> Iterator[Piece]:
    is_first = True
    for number, line in enumerate(_lines(file), start=1):
        if not line.strip():
            continue
        if is_first and line.strip() in (b"[", b"{", b"[{"):
            raise RelationsError(f"{name} is one JSON document over many lines. {ONE_A_LINE}")
        is_first = False
        place = f"{name}, line {number:,}"
        yield Piece(RECORD, place, line) if len(line) <= LARGEST_PIECE else Piece(RECORD, place, b"", TOO_LARGE)


def _lines(file: BinaryIO) -> Iterator[bytes]:
    """Its lines without their ends; of one that is too large only so much that this can be seen."""
    is_first = True
    while part := file.readline(LARGEST_PIECE + 2):
        line = part.rstrip(b"\r\n")
        yield line.removeprefix(codecs.BOM_UTF8) if is_first else line
        is_first = False
        while len(part) == LARGEST_PIECE + 2 and not part.endswith(b"\n"):
            part = file.readline(LARGEST_PIECE + 2)


def batches(pieces: Iterable[Piece], most: int, size: int) -> Iterator[list[Piece]]:
    """The pieces in lists of at most so many, which are ended when they hold so many bytes."""
    some: list[Piece] = []
    left = size
    for piece in pieces:
        some.append(piece)
        left -= len(piece.body)
        if len(some) == most or left <= 0:
            yield some
            some, left = [], size
    if some:
        yield some


def limited(pieces: Iterable[Piece]) -> Iterator[Piece]:
    """The same pieces. Raises RelationsError when they are more lines than one upload may have."""
    lines = 0
    for piece in pieces:
        lines += piece.kind == RECORD
        if lines > MOST_LINES:
            raise RelationsError(f"There are more than {MOST_LINES:,} lines. {IN_PARTS}")
        yield piece
