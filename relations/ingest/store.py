"""Writes of ingest: articles with every text that their feed showed."""

from __future__ import annotations

import datetime as dt
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from typing import NamedTuple

from django.db import connection
from django.db.models import Count, F, OuterRef, Q, Subquery
from django.db.models.functions import MD5, Length

from relations.ingest.items import PageText, ParsedItem, fingerprint
from relations.ingest.raw import identity
from relations.ingest.similar import LIKELY_FROM, containment, shingles
from relations.ingest.store_copies import link_copies, wait_for_others_who_add_articles
from relations.models import READ_LANGUAGES, Article, ArticleKind, ArticleVersion, Feed, FeedKind, FullText, TextOrigin
from relations.models.copying import copy_in

# A text that changes at every look (a counter, an advertisement, the time of day) must not become a heap of versions.
MOST_VERSIONS_A_DAY = 5
MOST_VERSIONS = 200
# What one feed may bring in a day, in characters of text; each article counts for at least 1,000. A busy agency brings
# a tenth of it.
MOST_A_DAY = 20_000_000
LEAST_EACH = 1_000
# A feed's own text under this many characters is a teaser, so the page is fetched.
TEASER = 900


@dataclass(frozen=True, slots=True)
class Stored:
    """What became of items: new articles, articles with a new text, those that were known, also under another guid
    (``renamed``), those whose text changes too often (``noisy``), those over what a feed may bring in a day (``over``),
    and articles taken back."""

    new: int = 0
    edited: int = 0
    known: int = 0
    renamed: int = 0
    noisy: int = 0
    over: int = 0
    retracted: int = 0

    @property
    def changed(self) -> int:
        return self.new + self.edited + self.retracted

    def __str__(self) -> str:
        counts = (
            (self.new, "new"),
            (self.edited, "edited"),
            (self.retracted, "taken back"),
            (self.renamed, "with a new guid"),
        )
        told = [f"{count} {word}" for count, word in counts if count]
        if self.noisy:
            told.append(f"{self.noisy} left that change at every visit")
        if self.over:
            told.append(f"{self.over} left until tomorrow, since the feed brought more than is stored in a day")
        return ", ".join(told) or "nothing new"


def database_now() -> dt.datetime:
    """The database's clock: the one that all workers share, however wrong that of a machine may be."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT clock_timestamp()")
        now: dt.datetime = cursor.fetchone()[0]
        return now


def store_articles(
    feed: Feed,
    items: Sequence[ParsedItem],
    now: dt.datetime,
    *,
    origin: TextOrigin = TextOrigin.FEED,
    deleted: Sequence[str] = (),
) -> Stored:
    """Keep items not seen before as articles, and edited ones as new versions of theirs.

    deleted: identities that the feed says were taken back. Call it in a transaction that holds the feed. It asks one
    query where nothing is new, however many items there are.
    """
    known, renamed = _known(feed, items)
    if others := _others_under_their_guids(known, items):
        items = [replace(item, identity=others.get(item.identity, item.identity)) for item in items]
        known, also_renamed = _known(feed, items)
        renamed += also_renamed
    new = [item for item in items if item.identity not in known]
    changed = [(known[item.identity], item) for item in items if item.identity in known and _is_edited(known, item)]
    if new:
        # Before articles are held: whoever stores a page's text takes both in this order too.
        wait_for_others_who_add_articles()
    edits, noisy = _edits(changed, now) if changed else ([], 0)
    new, edits, over = _within_a_day(feed, new, edits, now)
    _edit(edits, now, origin)
    retracted = _take_back(feed, deleted, now) if deleted else 0
    link_copies(_add_articles(feed, new, now, origin))
    retracted += sum(edit.article.retracted_at == now for edit in edits)
    return Stored(len(new), len(edits), len(known), renamed, noisy, over, retracted)


def _is_edited(known: dict[str, Article], item: ParsedItem) -> bool:
    return known[item.identity].shown_digest != item.digest


# -- who is who -----------------------------------------------------------------------------------------------------


def _known(feed: Feed, items: Sequence[ParsedItem]) -> tuple[dict[str, Article], int]:
    """Articles of these items by the items' identities, and how many of them had another guid before."""
    identities = [item.identity for item in items]
    fields = ("identity", "url", "title", "version", "shown_digest", "published_at", "kind", "language", "retraction")
    known = {
        article.identity: article
        for article in Article.objects.filter(feed=feed, identity__in=identities).only(*fields).order_by()
    }
    unknown = [item for item in items if item.identity not in known]
    # A feed that was never read has nothing that could be known by another guid.
    if not unknown or feed.last_item_at is None:
        return known, 0
    times = Counter(item.link for item in items if item.link)
    by_link = {item.link: item for item in unknown if times[item.link] == 1}
    candidates = (
        Article.objects.alias(address=MD5("url"))
        .filter(feed=feed, address__in=[fingerprint(link) for link in by_link])
        .exclude(identity__in=identities)
        .only(*fields)
        .order_by("-pk")
    )
    at_address: dict[str, list[Article]] = {}
    for candidate in candidates if by_link else ():
        at_address.setdefault(candidate.url, []).append(candidate)
    found = [(by_link[link], articles[0]) for link, articles in at_address.items() if len(articles) == 1]
    # One new guid for a known address may be another story on a page that is used again. Many mean that the feed
    # makes new guids for all it has.
    if len(found) < max(2, len(unknown) / 2):
        found = [(item, article) for item, article in found if item.title == article.title]
    for item, article in found:
        article.identity = item.identity
        known[item.identity] = article
    Article.objects.bulk_update([article for _, article in found], ["identity"])
    return known, len(found)


def _others_under_their_guids(known: dict[str, Article], items: Sequence[ParsedItem]) -> dict[str, str]:
    """Identities of items that have the guid of an article and nothing else of it, as where a feed gives one guid to
    whatever is newest, and by what they are to be known instead."""
    suspects = {
        known[item.identity].pk: item
        for item in items
        if item.identity in known and _is_edited(known, item) and _is_elsewhere(known[item.identity], item)
    }
    if not suspects:
        return {}
    newest = ArticleVersion.objects.filter(article__in=suspects, number=F("article__version")).order_by()
    return {
        suspects[pk].identity: identity(f"{suspects[pk].identity} {suspects[pk].link}")
        for pk, text in newest.values_list("article_id", "text")
        if containment(shingles(text), shingles(suspects[pk].text)) < LIKELY_FROM
    }


def _is_elsewhere(article: Article, item: ParsedItem) -> bool:
    """At another address under another title. What stands behind a question mark may change at every visit."""
    at, title = article.url.split("?")[0], article.title
    return bool(at and item.link) and item.link.split("?")[0] != at and item.title != title


class _Edit(NamedTuple):
    """What its feed shows of an article now, and what is known of its newest text."""

    article: Article
    item: ParsedItem
    origin: str
    length: int  # characters


def _within_a_day(
    feed: Feed, new: list[ParsedItem], edits: list[_Edit], now: dt.datetime
) -> tuple[list[ParsedItem], list[_Edit], int]:
    """As many as the feed may still bring today, newest first, and how many are over. They come again tomorrow, as long
    as the feed shows them. People may bring as much as they like."""
    if feed.kind == FeedKind.MANUAL or (not new and not edits):
        return new, edits, 0
    left = _left_today(feed, now)
    kept_new, kept_edits = [], []
    for item in sorted(new, key=lambda item: item.published_at or now, reverse=True):
        if (left := left - max(LEAST_EACH, len(item.text))) >= 0:
            kept_new.append(item)
    for edit in edits:
        if (left := left - max(LEAST_EACH, len(edit.item.text))) >= 0:
            kept_edits.append(edit)
    feed.stored_characters = MOST_A_DAY - max(left, 0)
    feed.save(update_fields=["stored_on", "stored_characters"])
    return kept_new, kept_edits, len(new) - len(kept_new) + len(edits) - len(kept_edits)


def _left_today(feed: Feed, now: dt.datetime) -> int:
    if feed.stored_on != now.date():
        feed.stored_on, feed.stored_characters = now.date(), 0
    return MOST_A_DAY - feed.stored_characters


def may_bring(feed: Feed, characters: int, now: dt.datetime) -> bool:
    """Whether so much more text of the feed may be stored today; if so it is counted. Call it with the feed held."""
    if feed.kind == FeedKind.MANUAL:
        return True
    if characters > _left_today(feed, now):
        return False
    feed.stored_characters += characters
    feed.save(update_fields=["stored_on", "stored_characters"])
    return True


# -- new ones -------------------------------------------------------------------------------------------------------


def _add_articles(feed: Feed, items: Iterable[ParsedItem], now: dt.datetime, origin: TextOrigin) -> list[Article]:
    """The new articles; older ones have smaller ids."""
    oldest_first = sorted(items, key=lambda item: item.published_at or now)
    articles = [_article(feed, item, now) for item in oldest_first]
    copy_in(articles)
    copy_in([_version(article, item, now, origin) for article, item in zip(articles, oldest_first, strict=True)])
    return articles


def _article(feed: Feed, item: ParsedItem, now: dt.datetime) -> Article:
    is_due = _needs_page(feed, item)
    return Article(
        feed=feed,
        identity=item.identity,
        url=item.link,
        title=item.title,
        published_at=min(item.published_at or now, now),
        date_was_given=item.published_at is not None,
        date_words=item.date_words[:100],
        dated_at=item.published_at,
        zone_assumed=item.zone_assumed,
        dateline_on=item.dateline_on,
        first_seen_at=now,
        kind=item.kind,
        language=item.language,
        shortened=item.shortened,
        sketch=item.sketch,
        shown_digest=item.digest,
        page_due_at=now if is_due else None,
        waits_for_page=is_due,
        retracted_at=now if item.retraction else None,
        retraction=item.retraction,
    )


def _needs_page(feed: Feed, item: ParsedItem) -> bool:
    """Whether the story's page is to be fetched: never where the coder would not read it anyway."""
    if not item.link or feed.full_text == FullText.NEVER or item.retraction or item.kind == ArticleKind.OPINION:
        return False
    if item.language and item.language not in READ_LANGUAGES:
        return False
    return feed.full_text == FullText.ALWAYS or (feed.kind == FeedKind.POLLED and len(item.text) < TEASER)


# -- edited ones ----------------------------------------------------------------------------------------------------


def _edits(changed: Sequence[tuple[Article, ParsedItem]], now: dt.datetime) -> tuple[list[_Edit], int]:
    """What can be edited, with its articles held, and how many change too often for that."""
    chosen = Article.objects.filter(pk__in=[article.pk for article, _ in changed])
    # A worker that reads one of their pages may be giving it a text just now. As they are by then.
    held = {article.pk: article for article in chosen.order_by("pk").select_for_update(no_key=True)}
    newest = ArticleVersion.objects.filter(article=OuterRef("pk"), number=OuterRef("version"))
    about = {
        pk: (lately, newest_origin, length)
        for pk, lately, newest_origin, length in chosen.annotate(
            lately=Count("versions", filter=Q(versions__seen_at__gt=now - dt.timedelta(days=1)))
        )
        .values_list(
            "pk", "lately", Subquery(newest.values("origin")[:1]), Subquery(newest.values(length=Length("text"))[:1])
        )
        .order_by()
    }
    edits, noisy = [], 0
    for pk, item in ((article.pk, item) for article, item in changed if article.pk in held):
        lately, newest_origin, length = about[pk]
        if lately >= MOST_VERSIONS_A_DAY or held[pk].version >= MOST_VERSIONS:
            noisy += 1
        else:
            edits.append(_Edit(held[pk], item, newest_origin or "", length or 0))
    return edits, noisy


def _edit(edits: Sequence[_Edit], now: dt.datetime, origin: TextOrigin) -> None:
    """Give articles the texts that their feed shows now."""
    versions: list[ArticleVersion] = []
    for article, item, newest_origin, length in edits:
        article.shown_digest = item.digest
        is_taken_back = bool(item.retraction) and item.retraction != article.retraction
        if newest_origin == TextOrigin.PAGE and len(item.text) < length and not is_taken_back:
            # The page had more than the feed has now, so what was edited is to be seen there.
            article.title = item.title or article.title
            article.page_due_at, article.page_tries = now, 0
        else:
            versions.append(new_version(article, item, now, origin))
    ArticleVersion.objects.bulk_create(versions)
    Article.objects.bulk_update([edit.article for edit in edits], CHANGED_WITH_TEXT)


# What another text changes of an article.
CHANGED_WITH_TEXT = (
    *("title", "version", "tagged_at", "kind", "language", "shortened", "sketch", "dateline_on", "shown_digest"),
    *("page_due_at", "page_tries", "page_digest", "waits_for_page", "page_words", "retracted_at", "retraction"),
)


def new_version(article: Article, text: ParsedItem | PageText, now: dt.datetime, origin: TextOrigin) -> ArticleVersion:
    """The article's next text, which the coder is to read. Neither is saved; see CHANGED_WITH_TEXT."""
    article.version += 1
    article.title = text.title or article.title
    article.tagged_at = None
    article.kind, article.language, article.shortened = text.kind, text.language, text.shortened
    article.sketch, article.dateline_on = text.sketch, text.dateline_on
    # The same words don't retract it again after someone reinstated it.
    if text.retraction and text.retraction != article.retraction:
        article.retracted_at, article.retraction = now, text.retraction
    return _version(article, text, now, origin)


def _version(article: Article, text: ParsedItem | PageText, now: dt.datetime, origin: TextOrigin) -> ArticleVersion:
    return ArticleVersion(
        article=article,
        number=article.version,
        title=article.title,
        text=text.text,
        origin=origin,
        correction=text.correction,
        seen_at=now,
    )


def _take_back(feed: Feed, identities: Sequence[str], now: dt.datetime) -> int:
    """Retract what the feed says that it deleted; once, as feeds go on to say so."""
    deleted = Article.objects.filter(feed=feed, identity__in=identities, retraction="")
    return deleted.retract(now, "Its feed says that it was deleted.")
