"""Writes of what people bring: sources of their own, uploads with their pieces, and what came of each piece."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import count

from django.contrib.auth.models import User
from django.db import connection
from django.db.models import Exists, OuterRef

from relations.ingest.items import ParsedItem
from relations.ingest.plain import one_line
from relations.ingest.store import store_articles
from relations.ingest.uploads import Piece, batches
from relations.models import Article, ArticleImport, Feed, FeedKind, ImportPiece, TextOrigin
from relations.models.copying import copy_in

BY_HAND = "Added by hand"
NEW, EDITED, KNOWN = "new", "new text of an article that was there", "there already"
# The lock of those who name a source. Any number will do, as long as nothing else locks it.
NAMING_SOURCES = 0x44594153
WRITTEN_AT_ONCE, BYTES_AT_ONCE = 500, 10_000_000  # pieces


@dataclass(frozen=True, slots=True)
class Outcome:
    words: str
    article_id: int | None = None
    refused: bool = False


def manual_source(name: str, added_by: User | None, now: dt.datetime) -> Feed:
    """The source of this name whose articles people add, held for this transaction; made where there is none.

    name: as a person writes it; empty for the source of whatever belongs to no other.
    """
    name = one_line(name)[:200] or BY_HAND
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s)", [NAMING_SOURCES])
    sources = Feed.objects.filter(kind=FeedKind.MANUAL, title__iexact=name).order_by("pk")
    found = sources.select_for_update(no_key=True).first()
    return found or Feed.objects.create(title=name, kind=FeedKind.MANUAL, next_fetch_at=now, added_by=added_by)


def add_pieces(upload: ArticleImport, pieces: Iterable[Piece], now: dt.datetime) -> int:
    """Let pieces wait for a worker, those that can't be read as refused already; how many they are.

    Call it in a transaction that holds the source: a worker may be about to take the upload for finished.
    """
    last = upload.pieces.order_by("-number").values_list("number", flat=True).first() or 0
    numbers = count(last + 1)
    for some in batches(pieces, WRITTEN_AT_ONCE, BYTES_AT_ONCE):
        copy_in(
            [
                ImportPiece(
                    upload=upload,
                    number=next(numbers),
                    name=one_line(piece.name)[-300:],  # its end, with the number of the line
                    kind=piece.kind,
                    body=piece.body,
                    done_at=now if piece.refused else None,
                    refused=bool(piece.refused),
                    words=one_line(piece.refused)[:300],
                )
                for piece in some
            ]
        )
    ArticleImport.objects.filter(pk=upload.pk).update(finished_at=None)
    return next(numbers) - last - 1


def store_each(feed: Feed, items: Sequence[ParsedItem], now: dt.datetime, origin: TextOrigin) -> list[Outcome]:
    """Store items as articles of a source; what came of each, in the same order.

    Call it in a transaction that holds the source. Of items that say they are the same article a later one is taken
    for a new text of it.
    """
    outcomes: dict[int, Outcome] = {}
    left = dict(enumerate(items))
    while left:
        once: dict[str, int] = {}
        for at, item in left.items():
            once.setdefault(item.identity, at)
        brought = [left.pop(at) for at in once.values()]
        before = _stored(feed, once)
        store_articles(feed, brought, now, origin=origin)
        after = _stored(feed, once)
        for item in brought:
            outcomes[once[item.identity]] = _outcome(item, before.get(item.identity), after.get(item.identity))
    return [outcomes[at] for at in range(len(items))]


def _stored(feed: Feed, identities: Iterable[str]) -> dict[str, tuple[int, int, str]]:
    """Id, newest version and its digest of the articles known by these identities."""
    found = Article.objects.filter(feed=feed, identity__in=list(identities)).order_by()
    values = found.values_list("identity", "pk", "version", "shown_digest")
    return {identity: (pk, version, digest) for identity, pk, version, digest in values}


def _outcome(item: ParsedItem, before: tuple[int, int, str] | None, after: tuple[int, int, str] | None) -> Outcome:
    if after is None:
        return Outcome("Its source has had as much text as is kept in one day. Bring it again tomorrow.", refused=True)
    article_id, version, digest = after
    if before is None:
        return Outcome(NEW, article_id)
    if version > before[1]:
        return Outcome(EDITED, article_id)
    if digest == item.digest:
        return Outcome(KNOWN, article_id)
    words = "Its article got as many new texts as are kept in one day. Bring it again tomorrow."
    return Outcome(words, article_id, refused=True)


# One statement for a batch; Django's bulk_update takes longer to put its own together than the articles take.
CONCLUDE = """
UPDATE relations_importpiece piece
SET done_at = %s, body = '', article_id = outcome.article_id, refused = outcome.refused, words = outcome.words
FROM unnest(%s::bigint[], %s::bigint[], %s::boolean[], %s::text[]) AS outcome (id, article_id, refused, words)
WHERE piece.id = outcome.id
"""


def conclude(pieces: Sequence[ImportPiece], outcomes: Sequence[Outcome], now: dt.datetime) -> None:
    """Write what came of the pieces, and let go of their bytes."""
    articles, refused = [one.article_id for one in outcomes], [one.refused for one in outcomes]
    words = [one_line(one.words)[:300] for one in outcomes]  # they may quote what no text may hold
    with connection.cursor() as cursor:
        cursor.execute(CONCLUDE, [now, [piece.pk for piece in pieces], articles, refused, words])


def finish(upload_id: int, now: dt.datetime) -> None:
    """Mark the upload as finished where no piece of it waits. Call it in a transaction that holds the source, or two
    workers that do the last pieces at once would each leave it to the other."""
    waiting = ImportPiece.objects.waiting().filter(upload=OuterRef("pk"))
    ArticleImport.objects.filter(~Exists(waiting), pk=upload_id).update(finished_at=now)
