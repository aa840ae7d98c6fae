"""What did the story say before? Its versions, and what changed from one to the next."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher

from django.utils import timezone

from relations.models import Article, ArticleVersion, TextOrigin
from relations.queries.display import count, day_words

SAME, ADDED, REMOVED = "same", "added", "removed"
# Paragraphs of more words together are compared whole, as comparing grows with the square of their number.
MOST_WORDS = 4_000
MOST_PARAGRAPHS = 2_000
# Two paragraphs that have less in common than this are not the same one changed.
ALIKE = 0.4
# A changed paragraph is looked for among so many of the new ones, as comparing each with each takes too long.
REACH = 50
ORIGINS = {TextOrigin.FEED: "from its feed", TextOrigin.PAGE: "from its page", TextOrigin.HAND: "by hand"}
_WORDS = re.compile(r"\s+|[^\s]+")

Piece = tuple[str, str]  # text, and SAME, ADDED or REMOVED


@dataclass(frozen=True, slots=True)
class VersionWords:
    """A version in words. origin: whose words its text is."""

    number: int
    seen: str
    origin: str
    is_newest: bool


@dataclass(frozen=True, slots=True)
class Comparison:
    """A version against the one before it. title, paragraphs: in pieces. changed: how much did, in words."""

    article: Article
    number: int
    before: int
    title: list[Piece]
    paragraphs: list[list[Piece]]
    changed: str
    versions: list[VersionWords]


def versions_of(article: Article) -> list[VersionWords]:
    """The versions of an article, the newest first, without their texts; one query."""
    rows = article.versions.order_by("-number").values_list("number", "seen_at", "origin")
    return [
        VersionWords(
            number=number,
            seen=f"{day_words(timezone.localtime(seen).date())}, {timezone.localtime(seen):%H:%M} UTC",
            origin=ORIGINS[TextOrigin(origin)],
            is_newest=number == article.version,
        )
        for number, seen, origin in rows
    ]


def comparison(article_id: int, number: int) -> Comparison | None:
    """What a version changed; None where there is no such version, or none before it."""
    article = Article.objects.select_related("feed").filter(pk=article_id).first()
    if article is None or number < 2:
        return None
    texts = {one.number: one for one in ArticleVersion.objects.filter(article=article, number__in=[number - 1, number])}
    if len(texts) < 2:
        return None
    old, new = texts[number - 1], texts[number]
    paragraphs = compared(old.text, new.text)
    return Comparison(
        article=article,
        number=number,
        before=number - 1,
        title=_by_words(old.title, new.title),
        paragraphs=paragraphs,
        changed=_amount(paragraphs),
        versions=versions_of(article),
    )


def compared(old: str, new: str) -> list[list[Piece]]:
    """Two texts as paragraphs of pieces. The same and added pieces in order are the new text, the same and removed ones
    the old, but for the space between paragraphs."""
    before, after = _paragraphs(old), _paragraphs(new)
    if max(len(before), len(after)) > MOST_PARAGRAPHS:
        return [[(text, REMOVED)] for text in before] + [[(text, ADDED)] for text in after]
    found: list[list[Piece]] = []
    # SequenceMatcher is left to pass over what stands all through a long text, or it may take minutes.
    for tag, i1, i2, j1, j2 in SequenceMatcher(None, before, after).get_opcodes():
        if tag == "equal":
            found += [[(text, SAME)] for text in before[i1:i2]]
        else:
            found += _replaced(before[i1:i2], after[j1:j2])
    return found


def _paragraphs(text: str) -> list[str]:
    return [part for part in text.split("\n\n") if part.strip()]


def _replaced(before: Sequence[str], after: Sequence[str]) -> Iterator[list[Piece]]:
    """Paragraphs that were put in the place of others: those alike are compared by words, in order."""
    at = 0
    words = [frozenset(text.split()) for text in after]
    for text in before:
        of_text = frozenset(text.split())
        near = range(at, min(at + REACH, len(after)))
        alike = next((j for j in near if _likeness(of_text, words[j]) >= ALIKE), None)
        if alike is None:
            yield [(text, REMOVED)]
            continue
        for added in after[at:alike]:
            yield [(added, ADDED)]
        yield _by_words(text, after[alike])
        at = alike + 1
    for added in after[at:]:
        yield [(added, ADDED)]


def _likeness(words: frozenset[str], others: frozenset[str]) -> float:
    """The share of words that two paragraphs have in common, 0 to 1."""
    return 2 * len(words & others) / (len(words) + len(others)) if words or others else 1.0


def _by_words(old: str, new: str) -> list[Piece]:
    before, after = _WORDS.findall(old), _WORDS.findall(new)
    if len(before) + len(after) > MOST_WORDS:
        return [(old, SAME)] if old == new else [(old, REMOVED), (new, ADDED)]
    found: list[Piece] = []
    for tag, i1, i2, j1, j2 in SequenceMatcher(None, before, after).get_opcodes():
        if tag == "equal":
            found.append(("".join(before[i1:i2]), SAME))
            continue
        if i2 > i1:
            found.append(("".join(before[i1:i2]), REMOVED))
        if j2 > j1:
            found.append(("".join(after[j1:j2]), ADDED))
    return found


def _amount(paragraphs: list[list[Piece]]) -> str:
    added, removed = (
        sum(len(text.split()) for pieces in paragraphs for text, what in pieces if what == kind)
        for kind in (ADDED, REMOVED)
    )
    if not added and not removed:
        return "The text is the same; its title or something that is not shown changed."
    return f"{count(added, 'word')} added, {removed:,} removed."
