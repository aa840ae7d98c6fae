"""Uploads: cut into pieces in the request, read by workers, one transaction a batch."""

from __future__ import annotations

import datetime as dt
import logging
import math
import time
from collections.abc import Iterable, Iterator, Sequence
from typing import BinaryIO

from django.contrib.auth.models import User
from django.db import InterfaceError, OperationalError, transaction

from relations.errors import RelationsError
from relations.ingest import store_imports
from relations.ingest.items import ParsedItem
from relations.ingest.pieces import read_piece
from relations.ingest.plain import one_line
from relations.ingest.store import database_now
from relations.ingest.store_imports import Outcome
from relations.ingest.uploads import Piece, limited, pieces_of
from relations.models import ArticleImport, Feed, ImportPiece, TextOrigin

BATCH = 50  # pieces
BATCH_BYTES = 16_000_000
BATCH_SECONDS = 20  # after which no other piece is begun; what is left of the batch waits for the next

log = logging.getLogger(__name__)


def take_upload(
    name: str, files: Iterable[tuple[str, BinaryIO]], source: str, started_by: User | None
) -> ArticleImport:
    """Keep files for the workers; nothing of them is read yet. files: names, of known kinds, and contents.

    Raises RelationsError where they are too much, hold nothing or can't be cut into pieces; then nothing is kept.
    """
    cut = limited(piece for file_name, file in files for piece in pieces_of(file_name, file))
    with transaction.atomic():
        upload = begin_import(name, source, started_by)
        if not add_to_import(upload, cut):
            raise RelationsError("There is nothing in what you chose: every file is empty.")
    return upload


@transaction.atomic
def begin_import(name: str, source: str, started_by: User | None = None) -> ArticleImport:
    """An upload without pieces yet. source: name of a source whose articles people add; made where it is new."""
    now = database_now()
    feed = store_imports.manual_source(source, started_by, now)
    return ArticleImport.objects.create(feed=feed, name=one_line(name)[:200], started_by=started_by, started_at=now)


@transaction.atomic
def add_to_import(upload: ArticleImport, pieces: Iterable[Piece]) -> int:
    """Let more pieces wait for the workers; how many."""
    _hold(upload.feed_id)
    return store_imports.add_pieces(upload, pieces, database_now())


def import_waiting(within: float = math.inf, batch: int = BATCH) -> int:
    """Read all pieces that wait; how many were read. Safe to repeat and to run in parallel.

    within: seconds after which no other batch is begun; what then waits still is found by the next look.
    Uploads take turns, so that a small one does not wait until a large one is done.
    """
    total, until = 0, time.monotonic() + within
    while unfinished := list(
        ArticleImport.objects.filter(finished_at=None).order_by("pk").values_list("pk", flat=True)
    ):
        done = 0
        for upload_id in unfinished:
            if time.monotonic() >= until:
                return total + done
            done += import_some(upload_id, batch)
        total += done
        if not done:
            break  # others hold what is left, and will do it
    return total


@transaction.atomic
def import_some(upload_id: int, batch: int = BATCH) -> int:
    """Read one batch of an upload; how many pieces that were."""
    upload = ArticleImport.objects.filter(pk=upload_id).first()
    claimed = ImportPiece.objects.claim_waiting(upload_id, batch, BATCH_BYTES)
    if upload is None or (not claimed and upload.pieces.waiting().exists()):
        return 0
    read = list(_read(claimed))
    feed = _hold(upload.feed_id)
    now = database_now()
    stored = iter(_store(feed, [item for _, item in read if isinstance(item, ParsedItem)], now))
    outcomes = [next(stored) if isinstance(item, ParsedItem) else item for _, item in read]
    store_imports.conclude([piece for piece, _ in read], outcomes, now)
    store_imports.finish(upload_id, now)
    return len(read)


def import_all(upload: ArticleImport) -> None:
    """Read what waits of one upload, together with the workers that read it too."""
    while upload.pieces.waiting().exists():
        if not import_some(upload.pk):
            time.sleep(0.2)  # others hold what is left


def _hold(feed_id: int) -> Feed:
    return Feed.objects.select_for_update(no_key=True).get(pk=feed_id)


def _read(pieces: Sequence[ImportPiece]) -> Iterator[tuple[ImportPiece, ParsedItem | Outcome]]:
    """The article in each piece, or why it is refused."""
    until = time.monotonic() + BATCH_SECONDS
    for at, piece in enumerate(pieces):
        if at and time.monotonic() > until:
            return
        try:
            yield piece, read_piece(piece.kind, piece.name, bytes(piece.body))
        except RelationsError as refusal:
            yield piece, Outcome(str(refusal), refused=True)
        except Exception as error:
            log.exception("Reading piece %s of import %s failed", piece.number, piece.upload_id)
            yield piece, _fault(error)


def _store(feed: Feed, items: Sequence[ParsedItem], now: dt.datetime) -> list[Outcome]:
    """What came of each item. One that can't be stored keeps no other from it."""
    try:
        with transaction.atomic():
            return store_imports.store_each(feed, items, now, TextOrigin.HAND)
    except (OperationalError, InterfaceError):
        raise  # the database is away or wants the batch again
    except Exception as error:
        if len(items) > 1:
            return [outcome for item in items for outcome in _store(feed, [item], now)]
        log.exception("Storing an article of %s failed", feed)
        return [_fault(error)]


def _fault(error: Exception) -> Outcome:
    words = f"Reading it hit a fault in Dyad itself ({type(error).__name__}); the log says more."
    return Outcome(words, refused=True)
