"""The whole flow on one screen: a feed's bytes become articles, reports, events, scores, and alerts."""

from __future__ import annotations

from collections.abc import Callable, Iterable

from django.db import transaction

from relations.codebook.countries import countries
from relations.codebook.event_types import event_types
from relations.ingest import uploads
from relations.ingest.addresses import Address, read_address, read_folder, same_server, without_secrets
from relations.ingest.opml import OpmlRow, write_opml
from relations.ingest.previews import FeedOffer, SitePreview
from relations.ingest.run import refresh_due_feeds
from relations.ingest.run_alerts import watch_feeds
from relations.ingest.run_by_hand import add_page, add_text, article_at
from relations.ingest.run_feed_changes import (
    Outcome,
    add_feed,
    change_feed,
    delete_feeds,
    move_feeds,
    pause_feeds,
    resume_feeds,
    visit_feeds_soon,
)
from relations.ingest.run_imports import add_to_import, begin_import, import_all, import_waiting, take_upload
from relations.ingest.run_opml import import_opml
from relations.ingest.run_pages import fetch_article_pages, read_page
from relations.ingest.run_preview import look_at_site, unread_because
from relations.ingest.run_pruning import prune
from relations.merging.run import merge_new_reports, merge_pair
from relations.models import CountryPair
from relations.scoring.run import learn_precision, score_pair, score_stale_days
from relations.tagging.coded import CodedEvent
from relations.tagging.run import read_texts, tag_new_articles
from relations.watching.run import prune_alerts, watch_pairs
from relations.watching.run_changes import add_watch, change_watch, delete_watch, pause_watch, resume_watch
from relations.watching.run_mail import address_of

__all__ = [
    "STAGES",
    "Address",
    "FeedOffer",
    "OpmlRow",
    "Outcome",
    "SitePreview",
    "add_feed",
    "add_page",
    "add_text",
    "add_to_import",
    "add_watch",
    "address_of",
    "article_at",
    "begin_import",
    "bring_up_to_date",
    "change_feed",
    "change_watch",
    "delete_feeds",
    "delete_watch",
    "import_all",
    "import_opml",
    "import_waiting",
    "learn_precision",
    "move_feeds",
    "pause_feeds",
    "pause_watch",
    "preview_site",
    "prune",
    "prune_alerts",
    "read_address",
    "read_folder",
    "read_page",
    "resume_feeds",
    "resume_watch",
    "same_server",
    "take_upload",
    "uploads",
    "visit_feeds_soon",
    "watch_feeds",
    "watch_pairs",
    "without_secrets",
    "write_opml",
]

# Each finds what is due by a query, does it, and returns how much that was.
STAGES: tuple[Callable[[], int], ...] = (
    refresh_due_feeds,
    import_waiting,
    fetch_article_pages,
    tag_new_articles,
    merge_new_reports,
    score_stale_days,
    watch_pairs,
)


def preview_site(address: str) -> SitePreview:
    """The feeds that a site has, each with its newest items and what the coder would find in them.

    Raises RelationsError where the address is none or can't be fetched.
    """
    url, found, words = look_at_site(address)
    offers = []
    for feed in found:
        read = [item for item in feed.newest if not unread_because(item)]
        coded = iter(read_texts([(item.text, item.title, item.published_at) for item in read]))
        offers.append(feed.offer(_in_words(next(coded)) if item in read else () for item in feed.newest))
    return SitePreview(url, tuple(offers), words)


def _in_words(events: Iterable[CodedEvent]) -> tuple[str, ...]:
    """As a timeline would say it: Pakistan → United States: Visit postponed."""
    return tuple(map(_event_in_words, events))


def _event_in_words(event: CodedEvent) -> str:
    source, target = countries()[event.source.country].name, countries()[event.target.country].name
    name = event_types()[event.type].name
    stage = f" ({event.stage})" if event.stage != "held" and event.stage not in name.lower() else ""
    return f"{source} {'↔' if event.symmetric else '→'} {target}: {name}{stage}"


@transaction.atomic
def bring_up_to_date(pair_id: int) -> None:
    """Merge and score one pair now, for a request that changed its events: what follows shows in its answer."""
    CountryPair.objects.hold(pair_id)
    merge_pair(pair_id)
    score_pair(pair_id)
