"""What came of the articles that people brought: uploads, how far they are, and every line or file of them."""

from __future__ import annotations

from dataclasses import dataclass

from django.db.models import Count, OuterRef, QuerySet, Subquery
from django.db.models.functions import Coalesce

from relations.models import ArticleImport, Feed, FeedKind, ImportPiece
from relations.queries.cursors import id_of

PAGE = 25  # uploads
PIECES_PAGE = 100
SOURCES_SHOWN = 500
REFUSED, ALL = "refused", "all"


@dataclass(frozen=True, slots=True)
class Progress:
    """How many pieces an upload has, how many still wait, and how many were refused."""

    total: int
    waiting: int
    refused: int

    @property
    def done(self) -> int:
        return self.total - self.waiting

    @property
    def is_finished(self) -> bool:
        return not self.waiting

    @property
    def words(self) -> str:
        return f"{self.total:,} read" if self.is_finished else f"{self.done:,} of {self.total:,} read"

    @property
    def refused_words(self) -> str:
        return f"{self.refused:,} refused" if self.refused else ""


@dataclass(frozen=True, slots=True)
class UploadRow:
    upload: ArticleImport
    progress: Progress


@dataclass(frozen=True, slots=True)
class UploadList:
    rows: list[UploadRow]
    next: str


@dataclass(frozen=True, slots=True)
class UploadPage:
    """show: refused or all, whichever pieces are listed. outcomes: of a finished one, in words with their number."""

    upload: ArticleImport
    progress: Progress
    outcomes: list[str]
    show: str
    pieces: list[ImportPiece]
    next: str


def manual_sources() -> list[str]:
    """Names of the sources whose articles people add."""
    found = Feed.objects.filter(kind=FeedKind.MANUAL).order_by("title")
    return list(found.values_list("title", flat=True)[:SOURCES_SHOWN])


def uploads(after: str = "") -> UploadList:
    """A page of uploads, newest first. after: cursor of the page before; ValueError for one that is not."""
    found = _with_progress().order_by("-pk")
    if after:
        found = found.filter(pk__lt=id_of(after))
    rows = list(found[: PAGE + 1])
    return UploadList(
        [UploadRow(upload, _progress(upload)) for upload in rows[:PAGE]],
        str(rows[PAGE - 1].pk) if len(rows) > PAGE else "",
    )


def upload_page(upload_id: int, show: str = "", after: str = "") -> UploadPage | None:
    """An upload with a page of its pieces; None where there is none.

    show: refused or all; otherwise all where it is known that none is refused. after: cursor of the page before;
    ValueError for one that is not.
    """
    upload = _with_progress().filter(pk=upload_id).first()
    if upload is None:
        return None
    progress = _progress(upload)
    if show not in (REFUSED, ALL):
        show = REFUSED if progress.refused or progress.waiting else ALL
    pieces = upload.pieces.filter(refused=True) if show == REFUSED else upload.pieces.all()
    if after:
        pieces = pieces.filter(number__gt=id_of(after))
    rows = list(pieces.defer("body").select_related("article").order_by("number")[: PIECES_PAGE + 1])
    return UploadPage(
        upload=upload,
        progress=progress,
        outcomes=outcomes(upload) if progress.is_finished else [],
        show=show,
        pieces=rows[:PIECES_PAGE],
        next=str(rows[PIECES_PAGE - 1].number) if len(rows) > PIECES_PAGE else "",
    )


def _with_progress() -> QuerySet[ArticleImport]:
    pieces = ImportPiece.objects.filter(upload=OuterRef("pk")).order_by()
    number = Count("pk")
    counts = {
        # Pieces are numbered without gaps, so the last number is how many there are.
        "total": pieces.order_by("-number").values("number")[:1],
        "waiting": pieces.waiting().values("upload").annotate(n=number).values("n"),
        "refused": pieces.filter(refused=True).values("upload").annotate(n=number).values("n"),
    }
    annotated = {name: Coalesce(Subquery(found), 0) for name, found in counts.items()}
    return ArticleImport.objects.select_related("feed", "started_by").annotate(**annotated)


def _progress(upload: ArticleImport) -> Progress:
    return Progress(*(getattr(upload, name) for name in ("total", "waiting", "refused")))


def outcomes(upload: ArticleImport) -> list[str]:
    """What came of the pieces that were not refused, most frequent first, as "12 new"."""
    read = upload.pieces.filter(refused=False).order_by().values_list("words").annotate(n=Count("pk"))
    return [f"{number:,} {words}" for words, number in sorted(read, key=lambda found: -found[1])]
