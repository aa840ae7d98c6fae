"""What does the story say? An article with what was read in it, where it is from and what is to be known of it."""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection
from dataclasses import dataclass

from django.utils.timesince import timesince
from django.utils.translation import get_language_info

from relations.models import (
    READ_LANGUAGES,
    STANDING,
    Article,
    ArticleKind,
    ArticleVersion,
    Event,
    FeedKind,
    TextOrigin,
)
from relations.queries.article_versions import VersionWords, versions_of
from relations.queries.desk import show_as_read
from relations.queries.display import EventWords, day_words, event_words
from relations.queries.events import Piece, pieces
from relations.queries.overview import SIDES

# A clock may run ahead a little.
AHEAD_FROM = dt.timedelta(hours=1)
_PAIR = ("pair__first", "pair__second")


# A stretch of the text in pieces, of which actors and triggers are marked, and the events that were read in it.
Passage = tuple[list[Piece], list[int]]


@dataclass(frozen=True, slots=True)
class Paragraph:
    """A paragraph as passages. start: offset of its first character in the text."""

    start: int
    passages: list[Passage]


@dataclass(frozen=True, slots=True)
class ArticlePage:
    """An article's newest text as paragraphs of (pieces, ids of the events read there), and the events read in it.

    tags: what it is, where it is no plain news in a language that is read. origin: whose words its text is, where that
    is not its feed. date_words: what must be known of its date. notes: what else must be known of it, in sentences.
    reading: why no event is listed, in a sentence.
    """

    article: Article
    paragraphs: list[Paragraph]
    events: list[EventWords]
    tags: list[str]
    origin: str
    date_words: str
    notes: list[str]
    reading: str
    versions: list[VersionWords]


def article_page(article_id: int, blind: Collection[int] = ()) -> ArticlePage | None:
    """blind: events to be shown as the coder read them, as queries.blind has them for whoever looks."""
    article = Article.objects.select_related("feed", "copy_of").filter(pk=article_id).first()
    if article is None:
        return None
    newest = article.versions.get(number=article.version)
    reports = list(article.reports.standing().filter(event__isnull=False))
    events = Event.objects.filter(pk__in=[report.event_id for report in reports]).select_related(*SIDES, *_PAIR)
    found = {event.pk: event for event in events}
    show_as_read({pk: event for pk, event in found.items() if pk in blind})
    words = {pk: event_words(event) for pk, event in found.items()}
    # What an editor rejected is listed below the text, with its status, but not marked in it.
    read_there: dict[str, Passage] = {}
    for report in sorted(reports, key=lambda one: (-one.confidence, one.pk)):
        if report.event_id and words[report.event_id].status in STANDING:
            # Of several events read in one sentence the surest one's words are marked.
            marked = read_there.setdefault(report.sentence, (pieces(report.sentence, report.spans), []))
            marked[1].append(report.event_id)
    return ArticlePage(
        article=article,
        paragraphs=_paragraphs(newest.text, read_there),
        events=list(words.values()),
        tags=_tags(article),
        origin=_origin(article, newest),
        date_words=_date_words(article),
        notes=[*_corrections(article), *_notes(article)],
        reading=_reading(article),
        versions=versions_of(article),
    )


def _paragraphs(text: str, read_there: dict[str, Passage]) -> list[Paragraph]:
    found, at = [], 0
    for part in text.split("\n\n"):
        found.append(Paragraph(at, _linked(part, read_there)))
        at += len(part) + 2
    return found


def _linked(paragraph: str, read_there: dict[str, Passage]) -> list[Passage]:
    """A paragraph in passages, of which some lead to what was read there. What editors marked may go over several
    sentences: where such passages overlap, they are one, with the words marked that the first has."""
    found: list[Passage] = []
    inside = sorted((paragraph.find(sentence), sentence) for sentence in read_there if sentence in paragraph)
    at = 0
    for start, sentence in inside:
        marked, event_ids = read_there[sentence]
        end = start + len(sentence)
        if start < at:
            before, others = found[-1]
            found[-1] = ([*before, *_plain(paragraph[at:end])], [*others, *event_ids])
        else:
            if start > at:
                found.append((_plain(paragraph[at:start]), []))
            found.append((marked, event_ids))
        at = max(at, end)
    found.append((_plain(paragraph[at:]), []))
    return found


def _plain(text: str) -> list[Piece]:
    return [Piece(text, "")] if text else []


def _tags(article: Article) -> list[str]:
    kind = ArticleKind(article.kind)
    tags = [str(kind.label)] if kind != ArticleKind.NEWS else []
    if article.language and article.language not in READ_LANGUAGES:
        tags.append(language_name(article.language))
    return tags


def language_name(code: str) -> str:
    """The English name of a language; its code where it has none here."""
    try:
        name: str = get_language_info(code)["name"]
    except KeyError:
        return code
    return name


def _origin(article: Article, newest: ArticleVersion) -> str:
    if newest.origin == TextOrigin.PAGE:
        by_hand = ", address added by hand" if article.feed.kind == FeedKind.MANUAL else ""
        return f"text from its page{by_hand}"
    return "added by hand" if newest.origin == TextOrigin.HAND else ""


def _date_words(article: Article) -> str:
    if not article.date_was_given:
        by_hand = article.feed.kind == FeedKind.MANUAL
        return "when it was added; no date was given" if by_hand else "first seen; the feed gave no date"
    dated_at = article.dated_at
    if dated_at and dated_at - article.first_seen_at >= AHEAD_FROM:
        return f"first seen; its source dated it {timesince(article.first_seen_at, dated_at, depth=1)} ahead"
    return "no time zone was named, so UTC was taken" if article.zone_assumed else ""


def _corrections(article: Article) -> list[str]:
    """The words in which its texts say what was wrong, each once, with the day on which they were first seen."""
    found: dict[str, dt.datetime] = {}
    for words, seen_at in (
        article.versions.exclude(correction="").order_by("number").values_list("correction", "seen_at")
    ):
        found.setdefault(words, seen_at)
    return [f"It says that it was corrected ({day_words(at.date())}): “{words}”" for words, at in found.items()]


def _notes(article: Article) -> list[str]:
    notes = []
    if article.shortened:
        notes.append("It is longer than is kept; the rest was cut off.")
    if article.page_words:
        notes.append(f"Its page: {article.page_words}")
    return notes


def _reading(article: Article) -> str:
    if article.unread_because:
        return f"The coder takes nothing from it: {article.unread_because}."
    if article.tagged_at is None and article.waits_for_page:
        return "The coder waits for the text of its page."
    if article.tagged_at is None:
        return "The coder has not read it yet; it will within a minute."
    if article.coder.endswith(" failed"):
        return "The coder failed on it; the log says more."
    return "The coder found no event between two countries in it."
