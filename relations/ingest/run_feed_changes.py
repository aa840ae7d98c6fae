"""What admins do to feeds: add, change, pause, resume, have them visited, put them into folders, delete."""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Collection, Mapping
from copy import copy
from dataclasses import dataclass, field
from typing import Any

from django.contrib.auth.models import User
from django.db import IntegrityError, transaction
from django.db.models import Exists, OuterRef, QuerySet

from relations.errors import RelationsError
from relations.ingest.addresses import Address, read_folder, same_server
from relations.models import Article, ArticleImport, Event, Feed, FeedKind, FeedState, Report
from relations.models.sealed import seal

LONGEST_TITLE = 200


class KnownFeed(RelationsError):
    """The address is in the list already."""


@dataclass(slots=True)
class Outcome:
    """What became of feeds that were chosen. left: titles of those that stay as they are, by the reason in words."""

    changed: int = 0
    left: dict[str, list[str]] = field(default_factory=lambda: defaultdict(list))


def new_feed(address: Address, *, title: str, folder: str, added_by: User, due_at: dt.datetime) -> Feed:
    """A feed that is not stored yet. Without a title it takes the one that it gives itself when it is first visited."""
    secrets = {"user": address.user, "password": address.password}
    return Feed(
        title=_title(title, address.url),
        url=address.url,
        folder=read_folder(folder),
        sealed=seal(secrets) if any(secrets.values()) else "",
        next_fetch_at=due_at,
        added_by=added_by,
    )


def add_feed(address: Address, *, title: str, folder: str, added_by: User, now: dt.datetime) -> Feed:
    """A new feed, due now. Raises KnownFeed."""
    feed = new_feed(address, title=title, folder=folder, added_by=added_by, due_at=now)
    try:
        with transaction.atomic():
            feed.save()
    except IntegrityError:
        raise KnownFeed("This feed is in the list already.") from None
    return feed


@transaction.atomic
def change_feed(feed_id: int, values: Mapping[str, Any], now: dt.datetime) -> list[str]:
    """Give fields of a feed new values, and do what follows from it; that in words.

    What is known of an old address doesn't hold for a new one, secrets are told to no other server than the one they
    were entered for, and events follow the reliability of the feeds that told of them. Raises Feed.DoesNotExist, and
    KnownFeed where another feed has the new address.
    """
    feed = Feed.objects.select_for_update(no_key=True).get(pk=feed_id)
    before, words = copy(feed), []
    for name, value in values.items():
        setattr(feed, name, value)
    if feed.url != before.url:
        feed.forget_what_was_seen(now)
        feed.state, feed.failures, feed.last_outcome, feed.leased_until = FeedState.NEW, 0, "", None
        words.append(f"It is visited at its new address {'when it is resumed' if feed.paused else 'within a minute'}.")
        if feed.title == before.url:
            feed.title = _title("", feed.url)
        if before.sealed and not same_server(before.url, feed.url):
            feed.sealed = values.get("sealed", "")
            words.append(
                "Headers and passwords that were kept for another server are removed. "
                "Enter again what the new one asks for."
            )
    try:
        with transaction.atomic():
            feed.save()
    except IntegrityError:
        raise KnownFeed("Another feed of the list has this address.") from None
    if feed.reliability != before.reliability:
        told = Report.objects.filter(article__feed=feed, event__isnull=False).values("event")
        if Event.objects.filter(pk__in=told).update(evidence_changed=True):
            words.append("The probability of the events that it told of follows within a minute.")
    return words


def _title(given: str, url: str) -> str:
    """Where none is given, the address stands for the title that the feed is still to tell; never a part of it."""
    return given[:LONGEST_TITLE] or (url if len(url) <= LONGEST_TITLE else "")


# -- many at once ---------------------------------------------------------------------------------------------------


@transaction.atomic
def pause_feeds(ids: Collection[int]) -> Outcome:
    outcome, chosen = Outcome(), []
    for feed in _held(ids):
        if _is_visited(feed, outcome):
            if feed.paused:
                outcome.left["paused already"].append(feed.title)
            else:
                chosen.append(feed.pk)
    outcome.changed = Feed.objects.filter(pk__in=chosen).update(paused=True)
    return outcome


@transaction.atomic
def resume_feeds(ids: Collection[int], now: dt.datetime) -> Outcome:
    """They are due now."""
    outcome, chosen = Outcome(), []
    for feed in _held(ids):
        if _is_visited(feed, outcome):
            if feed.paused:
                chosen.append(feed)
            else:
                outcome.left["not paused"].append(feed.title)
    outcome.changed = Feed.objects.filter(pk__in=[feed.pk for feed in chosen]).update(paused=False)
    _make_due(chosen, now)
    return outcome


@transaction.atomic
def visit_feeds_soon(ids: Collection[int], now: dt.datetime) -> Outcome:
    """They are due now, whatever they were waiting for."""
    outcome, chosen = Outcome(), []
    for feed in _held(ids):
        if _is_visited(feed, outcome):
            if feed.paused:
                outcome.left["paused; resume them first"].append(feed.title)
            else:
                chosen.append(feed)
    _make_due(chosen, now)
    outcome.changed = len(chosen)
    return outcome


@transaction.atomic
def move_feeds(ids: Collection[int], folder: str) -> Outcome:
    """Into a folder, or with an empty name out of all."""
    held = [feed.pk for feed in _held(ids)]
    return Outcome(Feed.objects.filter(pk__in=held).update(folder=read_folder(folder)))


@transaction.atomic
def delete_feeds(ids: Collection[int]) -> Outcome:
    """Those that brought nothing. Articles are evidence and stay, and so do their feeds."""
    outcome, chosen = Outcome(), []
    # Locked before they are looked at, so that no visit brings the first article meanwhile.
    held = list(_held(ids, no_key=False))
    articles, uploads = (model.objects.filter(feed=OuterRef("pk")) for model in (Article, ArticleImport))
    used = set(Feed.objects.filter(Exists(articles) | Exists(uploads), pk__in=ids).values_list("pk", flat=True))
    for feed in held:
        if feed.pk in used:
            outcome.left["they have articles; pause them instead"].append(feed.title)
        else:
            chosen.append(feed.pk)
    Feed.objects.filter(pk__in=chosen).delete()
    outcome.changed = len(chosen)
    return outcome


def _held(ids: Collection[int], *, no_key: bool = True) -> QuerySet[Feed]:
    return Feed.objects.filter(pk__in=ids).order_by("pk").select_for_update(no_key=no_key)


def _is_visited(feed: Feed, outcome: Outcome) -> bool:
    if feed.kind == FeedKind.MANUAL:
        outcome.left["their articles are added by hand, so they are not visited"].append(feed.title)
    return feed.kind != FeedKind.MANUAL


def _make_due(feeds: Collection[Feed], now: dt.datetime) -> None:
    """But those that are being visited right now, which would be visited twice."""
    due = [feed.pk for feed in feeds if feed.leased_until is None or feed.leased_until <= now]
    Feed.objects.filter(pk__in=due).update(next_fetch_at=now)
