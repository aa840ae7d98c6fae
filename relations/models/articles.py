"""Articles and each text that their pages showed."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterable

from django.db import models, transaction
from django.db.models import Exists, F, OuterRef, Q
from django.db.models.functions import MD5

from relations.errors import RelationsError
from relations.models.feeds import Feed
from relations.models.words import in_choices


class ArticleKind(models.TextChoices):
    NEWS = "news", "news"
    OPINION = "opinion", "opinion"
    LIVE = "live", "live blog"


class TextOrigin(models.TextChoices):
    FEED = "feed", "as its feed had it"
    PAGE = "page", "from its page"
    HAND = "hand", "added by hand"


# The languages that the coder reads. Of the others nothing is guessed at.
READ_LANGUAGES = ("en",)


class Articles(models.QuerySet["Article"]):
    def claim_untagged(self, limit: int) -> list[Article]:
        """Articles not read by the coder yet, newest first, locked for this transaction. For tagging.run.

        A new story so never waits behind the many old ones that are to be read again.
        """
        untagged = self.filter(tagged_at=None, waits_for_page=False).order_by("-pk")
        return list(untagged.select_for_update(skip_locked=True, no_key=True)[:limit])

    def claim_pages(self, now: dt.datetime, limit: int) -> list[Article]:
        """Articles whose pages are due, newest first, locked for this transaction, with their feeds. For
        ingest.run_pages."""
        due = self.filter(page_due_at__lte=now).select_related("feed").order_by("-page_due_at")
        return list(due.select_for_update(skip_locked=True, no_key=True, of=("self",))[:limit])

    def holding(self, names: Iterable[str]) -> Articles:
        """Articles whose newest text or title holds one of the names, letter by letter, capitals included.

        Looks through all texts. Raises RelationsError for a name that nearly every text holds.
        """
        held = Q()
        for name in names:
            if sum(map(str.isalpha, name)) < 2 or "\x00" in name:
                raise RelationsError(f"{name!r} is too short to look for: a name has at least two letters.")
            held |= Q(text__contains=name) | Q(title__contains=name)
        if not held:
            return self.none()
        newest = ArticleVersion.objects.filter(held, article=OuterRef("pk"), number=OuterRef("version"))
        return self.filter(Exists(newest))

    def read_again(self, batch: int = 1000, tell: Callable[[int, int], None] = lambda done, of: None) -> int:
        """Let the coder read these articles once more; how many did not wait for it already. Safe to repeat.

        One short transaction a batch. tell: is given the number done and the number there are after each.
        """
        ids = sorted(set(self.order_by().values_list("pk", flat=True)))
        put_back = 0
        for start in range(0, len(ids), batch):
            some = Article.objects.filter(pk__in=ids[start : start + batch])
            with transaction.atomic():
                # Waits for a worker that reads one of them right now, perhaps still with the names of before: it would
                # mark the article as read after this.
                list(some.order_by("pk").select_for_update(no_key=True).values_list("pk"))
                put_back += some.exclude(tagged_at=None).update(tagged_at=None)
            tell(min(start + batch, len(ids)), len(ids))
        return put_back

    def retract(self, now: dt.datetime, words: str = "") -> int:
        """Mark articles as taken back by their publishers; how many were not. Tagging then withdraws their reports.

        words: how it is known.
        """
        return self.filter(retracted_at=None).update(retracted_at=now, retraction=words, tagged_at=None)

    def reinstate(self) -> int:
        """Take a retraction back; how many articles had one. Tagging then reads them again.

        The words by which it was known stay, so that ingest does not retract them by the same words once more.
        """
        return self.exclude(retracted_at=None).update(retracted_at=None, tagged_at=None)


class Article(models.Model):
    """A story from a feed. Its texts are in ArticleVersion; ``version`` is the number of the newest."""

    feed = models.ForeignKey(Feed, on_delete=models.PROTECT, related_name="articles")
    identity = models.CharField(max_length=1000, help_text="the item's guid, else its link")
    url = models.URLField(max_length=2000, blank=True)
    title = models.CharField(max_length=1000)
    published_at = models.DateTimeField(help_text="as the feed says, never later than first seen")
    date_was_given = models.BooleanField(default=True)
    date_words = models.CharField(max_length=100, blank=True, help_text="the date as it was written")
    dated_at = models.DateTimeField(null=True, blank=True, help_text="what these words mean, even where it is to come")
    zone_assumed = models.BooleanField(default=False, help_text="the words named no zone, so UTC was taken")
    dateline_on = models.DateField(null=True, blank=True, help_text="the day that the story itself says it was written")
    first_seen_at = models.DateTimeField()
    version = models.PositiveSmallIntegerField(default=1)
    # The first article of the same story, where this one is a copy of it (an agency story reprinted).
    copy_of = models.ForeignKey("self", on_delete=models.SET_NULL, null=True, blank=True, related_name="copies")
    # Fingerprints of the newest text, by which copies are found without reading all texts again.
    sketch = models.BinaryField(default=bytes, editable=False)
    kind = models.CharField(max_length=7, choices=ArticleKind, default=ArticleKind.NEWS)
    language = models.CharField(max_length=8, blank=True, help_text="ISO 639-1; empty where it can't be told")
    shortened = models.BooleanField(default=False, help_text="title or text was longer than is kept")
    # What the feed last showed of it, to see an edit. Its page may have given a longer text since.
    shown_digest = models.CharField(max_length=32, blank=True)
    # The queue of article pages. The coder waits for the first attempt, and for no other.
    page_due_at = models.DateTimeField(null=True, blank=True)
    waits_for_page = models.BooleanField(default=False)
    page_tries = models.PositiveSmallIntegerField(default=0)
    page_words = models.CharField(max_length=300, blank=True, help_text="what came of fetching its page")
    page_digest = models.CharField(max_length=32, blank=True)
    tagged_at = models.DateTimeField(null=True, blank=True)
    coder = models.CharField(max_length=40, blank=True, help_text="name and version of the coder that read it")
    # Its publisher took it back: what was read in it no longer counts.
    retracted_at = models.DateTimeField(null=True, blank=True)
    retraction = models.CharField(max_length=300, blank=True, help_text="the words by which it is known")

    objects = Articles.as_manager()

    class Meta:
        ordering = ["-published_at", "-pk"]
        constraints = [
            models.UniqueConstraint(fields=["feed", "identity"], name="article_once_per_feed"),
            in_choices("kind", ArticleKind),
        ]
        indexes = [
            # Which articles has the coder not read? Asked by tagging.run.
            models.Index(fields=["id"], name="article_untagged", condition=Q(tagged_at=None, waits_for_page=False)),
            # Whose pages are to be fetched? Asked by ingest.run_pages.
            models.Index(fields=["page_due_at"], name="article_page_due", condition=Q(page_due_at__isnull=False)),
            # Which article has that address? Asked by ingest.store of a feed whose guids are new, by ingest.run_by_hand
            # of all.
            models.Index(MD5("url"), F("feed"), name="article_by_address"),
            # Which other pages had the very same text? Asked by ingest.store_pages.
            models.Index(fields=["page_digest"], name="article_same_page", condition=~Q(page_digest="")),
            # The newest of a feed, and how many came lately.
            models.Index(fields=["feed", "-first_seen_at"], name="article_of_feed"),
            # Which recent articles could this one be a copy of? Asked by ingest.store.
            models.Index(fields=["-published_at"], name="article_recent"),
        ]

    def __str__(self) -> str:
        return self.title

    @property
    def written_at(self) -> dt.datetime:
        """When its words were written: "on Tuesday" is the Tuesday before. By its dateline, where that is earlier."""
        if self.dateline_on is None or self.dateline_on >= self.published_at.date():
            return self.published_at
        return dt.datetime.combine(self.dateline_on, dt.time(12), dt.UTC)

    @property
    def unread_because(self) -> str:
        """Why the coder takes nothing from it: in words, empty where it reads it."""
        if self.retracted_at is not None:
            return "its publisher took it back"
        if self.kind == ArticleKind.OPINION:
            return "it is an opinion piece, which argues about happenings and is no report of them"
        if self.language and self.language not in READ_LANGUAGES:
            return "the coder does not read its language"
        return ""

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
    origin = models.CharField(max_length=4, choices=TextOrigin, default=TextOrigin.FEED)
    correction = models.CharField(max_length=300, blank=True, help_text="the words in which it says what was wrong")
    seen_at = models.DateTimeField()

    class Meta:
        ordering = ["article_id", "-number"]
        constraints = [
            models.UniqueConstraint(fields=["article", "number"], name="article_version_once"),
            in_choices("origin", TextOrigin),
        ]
        # Which article has that very text? Asked by ingest.run_by_hand.
        indexes = [models.Index(MD5("text"), name="version_by_text")]

    def __str__(self) -> str:
        return f"{self.title} ({self.number})"
