"""Articles and each text that their pages showed."""

from __future__ import annotations

from django.db import models
from django.db.models import Q

from relations.models.feeds import Feed


class Articles(models.QuerySet["Article"]):
    def claim_untagged(self, limit: int) -> list[Article]:
        """Articles not read by the coder yet, oldest first, locked for this transaction. For tagging.run."""
        untagged = self.filter(tagged_at=None).order_by("pk")
        return list(untagged.select_for_update(skip_locked=True, no_key=True)[:limit])


class Article(models.Model):
    """A story from a feed. Its texts are in ArticleVersion; ``version`` is the number of the newest."""

    feed = models.ForeignKey(Feed, on_delete=models.PROTECT, related_name="articles")
    identity = models.CharField(max_length=1000, help_text="the item's guid, else its link")
    url = models.URLField(max_length=2000, blank=True)
    title = models.CharField(max_length=1000)
    published_at = models.DateTimeField(help_text="as the feed says, never later than first seen")
    date_was_given = models.BooleanField(default=True)
    first_seen_at = models.DateTimeField()
    version = models.PositiveSmallIntegerField(default=1)
    # The first article of the same story, where this one is a copy of it (an agency story reprinted).
    copy_of = models.ForeignKey("self", on_delete=models.SET_NULL, null=True, blank=True, related_name="copies")
    tagged_at = models.DateTimeField(null=True, blank=True)
    coder = models.CharField(max_length=40, blank=True, help_text="name and version of the coder that read it")

    objects = Articles.as_manager()

    class Meta:
        ordering = ["-published_at", "-pk"]
        constraints = [models.UniqueConstraint(fields=["feed", "identity"], name="article_once_per_feed")]
        indexes = [
            # Which articles has the coder not read? Asked by tagging.run.
            models.Index(fields=["id"], name="article_untagged", condition=Q(tagged_at=None)),
            # Which recent articles could this one be a copy of? Asked by ingest.store.
            models.Index(fields=["-published_at"], name="article_recent"),
        ]

    def __str__(self) -> str:
        return self.title

    @property
    def story_id(self) -> int:
        """Copies of one story share it; sources are counted by it."""
        return self.copy_of_id or self.pk


class ArticleVersion(models.Model):
    """One text of an article. A later one supersedes it; nothing is overwritten."""

    article = models.ForeignKey(Article, on_delete=models.CASCADE, related_name="versions")
    number = models.PositiveSmallIntegerField()
    title = models.CharField(max_length=1000)
    text = models.TextField(help_text="plain text, paragraphs separated by an empty line")
    seen_at = models.DateTimeField()

    class Meta:
        ordering = ["article_id", "-number"]
        constraints = [models.UniqueConstraint(fields=["article", "number"], name="article_version_once")]

    def __str__(self) -> str:
        return f"{self.title} ({self.number})"
