"""Articles that people add in bulk: each file or line is a row with its outcome, and the rows are the queue."""

from __future__ import annotations

from django.db import models
from django.db.models import Func, Q

from relations.models.articles import Article
from relations.models.feeds import Feed
from relations.models.words import in_choices


class PieceKind(models.TextChoices):
    RECORD = "record", "JSON"
    HTML = "html", "web page"
    TEXT = "text", "plain text"


class ArticleImport(models.Model):
    """One upload: a file of JSON lines, or a folder of pages or texts."""

    feed = models.ForeignKey(Feed, on_delete=models.PROTECT, related_name="imports")
    name = models.CharField(max_length=200, help_text="of the file or folder")
    started_by = models.ForeignKey("auth.User", on_delete=models.SET_NULL, null=True, blank=True)
    started_at = models.DateTimeField()
    finished_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ["-started_at"]

    def __str__(self) -> str:
        return self.name


class ImportPieces(models.QuerySet["ImportPiece"]):
    def waiting(self) -> ImportPieces:
        return self.filter(done_at=None)

    def claim_waiting(self, upload_id: int, limit: int, size: int) -> list[ImportPiece]:
        """Pieces of an upload that are not read yet, in their order, locked for this transaction; those that another
        worker holds are passed over. For ingest.run_imports.

        size: bytes that they have together at most, unless the first alone is larger.
        """
        waiting = self.waiting().filter(upload=upload_id).order_by("number")
        # The bytes are fetched only when it is known how many they are.
        sizes = waiting.annotate(size=Func("body", function="octet_length", output_field=models.IntegerField()))
        chosen: list[int] = []
        for pk, bytes_of_piece in sizes.select_for_update(skip_locked=True, no_key=True).values_list("pk", "size")[
            :limit
        ]:
            size -= bytes_of_piece
            if chosen and size < 0:
                break
            chosen.append(pk)
        return list(self.filter(pk__in=chosen).order_by("number"))


class ImportPiece(models.Model):
    """A line or file of an upload. Its bytes go when it is done; what came of it stays."""

    upload = models.ForeignKey(ArticleImport, on_delete=models.CASCADE, related_name="pieces")
    number = models.PositiveIntegerField(help_text="of the line or file, from 1")
    name = models.CharField(max_length=300, blank=True, help_text="of the file")
    kind = models.CharField(max_length=6, choices=PieceKind)
    body = models.BinaryField(default=bytes)
    done_at = models.DateTimeField(null=True, blank=True)
    article = models.ForeignKey(Article, on_delete=models.SET_NULL, null=True, blank=True)
    refused = models.BooleanField(default=False)
    words = models.CharField(max_length=300, blank=True, help_text="what came of it")

    objects = ImportPieces.as_manager()

    class Meta:
        ordering = ["upload_id", "number"]
        constraints = [
            models.UniqueConstraint(fields=["upload", "number"], name="import_piece_once"),
            in_choices("kind", PieceKind),
        ]
        indexes = [
            # What is still to be read? Asked by ingest.run_imports.
            models.Index(fields=["upload", "number"], name="import_piece_waiting", condition=Q(done_at=None)),
            # What was refused of it? Counted and listed on the page of the upload.
            models.Index(fields=["upload", "number"], name="import_piece_refused", condition=Q(refused=True)),
        ]

    def __str__(self) -> str:
        return f"{self.upload} {self.number}"
