"""Articles that people add in bulk: each file or line is a row with its outcome, and the rows are the queue."""

from __future__ import annotations

from django.db import models
from django.db.models import Q

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

    class Meta:
        ordering = ["upload_id", "number"]
        constraints = [
            models.UniqueConstraint(fields=["upload", "number"], name="import_piece_once"),
            in_choices("kind", PieceKind),
        ]
        indexes = [
            # What is still to be read? Asked by ingest.run_imports.
            models.Index(fields=["upload", "number"], name="import_piece_waiting", condition=Q(done_at=None)),
        ]

    def __str__(self) -> str:
        return f"{self.upload} {self.number}"
