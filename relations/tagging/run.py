"""Tagging: articles that no coder has read are claimed and read, one transaction a batch."""

from __future__ import annotations

import logging
import math
import threading
import time
from collections.abc import Sequence

from django.conf import settings
from django.db import transaction
from django.utils import timezone

from relations.models import ActorName, Article, ArticleVersion, Calibration
from relations.tagging import store
from relations.tagging.coded import CodedEvent
from relations.tagging.coder import Given
from relations.tagging.lexicon import ExtraName, Lexicon, Meaning, compile_lexicon
from relations.tagging.registry import Coder, coder
from relations.tension.lines import Line

log = logging.getLogger(__name__)

_lexicon: tuple[list[ExtraName], Lexicon] | None = None
_lexicon_lock = threading.Lock()


def tag_new_articles(batch: int = 50, within: float = math.inf) -> int:
    """Read all articles that wait; how many were read. Safe to repeat and to run in parallel.

    within: seconds after which no other batch is begun; what then waits still is found by the next look.
    An article that the coder fails on is logged and marked, so that it can't block the rest; its earlier reports stay.
    """
    reader = coder(settings.CODER)
    total = 0
    until = time.monotonic() + within
    while time.monotonic() < until:
        with transaction.atomic():
            articles = Article.objects.claim_untagged(batch)
            if not articles:
                break
            lexicon = current_lexicon()
            line = current_line(reader)
            now = timezone.now()
            texts = _with_texts(articles)
            events = _coded(reader.along(line), texts, lexicon)
            read = [
                (article, version.number if version else article.version, found)
                for (article, version), found in zip(texts, events, strict=True)
                if found is not None
            ]
            failed = [article for (article, _), found in zip(texts, events, strict=True) if found is None]
            store.write_reports(read, reader.version, now)
            store.mark_read(failed, f"{reader.version} failed", now)
        total += len(articles)
    return total


def _coded(
    reader: Coder, texts: list[tuple[Article, ArticleVersion | None]], lexicon: Lexicon
) -> list[list[CodedEvent] | None]:
    """The events of each article; none where it has no text, None where the coder fails on it."""
    given = [(version.text, version.title, article.written_at) for article, version in texts if version]
    try:
        found: list[list[CodedEvent] | None] = [*reader.code(given, lexicon)]
    except Exception:
        found = [
            _coded_alone(reader, article, one, lexicon) for article, one in zip(_having(texts), given, strict=True)
        ]
    events = iter(found)
    return [next(events) if version else [] for _, version in texts]


def _having(texts: list[tuple[Article, ArticleVersion | None]]) -> list[Article]:
    return [article for article, version in texts if version]


def _coded_alone(reader: Coder, article: Article, given: Given, lexicon: Lexicon) -> list[CodedEvent] | None:
    try:
        return reader.code([given], lexicon)[0]
    except Exception:
        log.exception("The coder failed on article %s.", article.pk)
        return None


def read_texts(given: Sequence[Given]) -> list[list[CodedEvent]]:
    """What the coder finds in texts that are not stored."""
    if not given:
        return []
    reader = coder(settings.CODER)
    return list(reader.along(current_line(reader)).code(given, current_lexicon()))


def current_line(reader: Coder) -> Line | None:
    """The line fitted on editors' verdicts for this version of the coder; None where there is none."""
    newest = Calibration.objects.filter(coder=reader.version).first()
    return Line(newest.slope, newest.offset) if newest else None


def current_lexicon() -> Lexicon:
    """The lexicon with the names that people added, compiled again only when these have changed."""
    global _lexicon
    # The names themselves tell whether they changed; their newest time and number can be the same for other names.
    fields = ("actor__key", "actor__country_id", "name", "valid_from", "valid_until")
    names: list[ExtraName] = list(ActorName.objects.added().order_by("pk").values_list(*fields))
    with _lexicon_lock:
        if _lexicon is None or _lexicon[0] != names:
            _lexicon = (names, compile_lexicon(names))
        return _lexicon[1]


def meanings_of(name: str) -> tuple[Meaning, ...]:
    """All that a name stands for in a text now; empty for one that isn't known."""
    found = current_lexicon().find(name)
    return found[0].meanings if found and found[0].name == name else ()


def _with_texts(articles: list[Article]) -> list[tuple[Article, ArticleVersion | None]]:
    """Each article with its newest text; none for one that is not to be read, which so tells of nothing any more."""
    newest: dict[int, ArticleVersion] = {}
    for version in ArticleVersion.objects.filter(article__in=articles).order_by("number"):
        newest[version.article_id] = version
    return [(article, None if article.unread_because else newest.get(article.pk)) for article in articles]
