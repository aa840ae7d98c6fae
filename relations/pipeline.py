"""The whole flow on one screen: a feed's bytes become articles, reports, events, scores, and alerts."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable
from dataclasses import dataclass, replace

from django.contrib.auth.models import User
from django.db import transaction

from relations.codebook.countries import countries
from relations.codebook.event_types import event_types
from relations.corrections.refusals import ChangedMeanwhile, CorrectionRefused
from relations.corrections.run import correct_event
from relations.corrections.run_desk import (
    Judged,
    awaits_second,
    claim,
    decide,
    hold_again,
    judge,
    judge_all,
    let_go,
    merge_at_desk,
    pass_on,
    renew_queue,
    take_back_opinion,
)
from relations.corrections.run_missed import Mark, mark_words, take_as_said
from relations.corrections.run_placing import merge_events, move_report, split_event
from relations.corrections.run_undo import undo
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
from relations.merging.run import merge_new_reports, merge_pairs
from relations.models import Article, Correction, CountryPair, Dataset, Event, PairStanding, Report
from relations.scoring.run import learn_precision, score_pair, score_stale_days
from relations.tagging.coded import CodedEvent, happening_key
from relations.tagging.passages import Passage, passage_of
from relations.tagging.run import read_texts, tag_new_articles
from relations.tagging.run_calibration import Recalibration, recalibrate, restate_figures
from relations.tagging.run_names import tidy_name, weigh_name
from relations.tagging.run_offer import Offer, offered
from relations.tagging.sentences import split as sentences_of
from relations.watching.run import prune_alerts, watch_pairs
from relations.watching.run_changes import add_watch, change_watch, delete_watch, pause_watch, resume_watch
from relations.watching.run_mail import address_of

__all__ = [
    "STAGES",
    "Address",
    "ChangedMeanwhile",
    "CorrectionRefused",
    "FeedOffer",
    "Judged",
    "Mark",
    "Offer",
    "OpmlRow",
    "Outcome",
    "Passage",
    "Recalibration",
    "Rehearsal",
    "SitePreview",
    "add_feed",
    "add_missed_event",
    "add_page",
    "add_text",
    "add_to_import",
    "add_watch",
    "address_of",
    "article_at",
    "awaits_second",
    "begin_import",
    "bring_up_to_date",
    "change_feed",
    "change_watch",
    "claim",
    "correct_event",
    "decide",
    "delete_feeds",
    "delete_watch",
    "happening_key",
    "hold_again",
    "import_all",
    "import_opml",
    "import_waiting",
    "judge",
    "judge_all",
    "learn_precision",
    "let_go",
    "merge_at_desk",
    "merge_events",
    "move_feeds",
    "move_report",
    "offered",
    "pass_on",
    "passage_in",
    "pause_feeds",
    "pause_watch",
    "preview_site",
    "prune",
    "prune_alerts",
    "read_address",
    "read_folder",
    "read_page",
    "recalibrate",
    "rehearse",
    "renew_queue",
    "restate_figures",
    "resume_feeds",
    "resume_watch",
    "same_server",
    "sentences_of",
    "split_event",
    "take_back_opinion",
    "take_upload",
    "tidy_name",
    "undo",
    "uploads",
    "visit_feeds_soon",
    "watch_feeds",
    "watch_pairs",
    "weigh_name",
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
def bring_up_to_date(*pair_ids: int) -> None:
    """Merge and score pairs now, for a request that changed their events: what follows shows in its answer."""
    CountryPair.objects.hold_all(pair_ids)
    merge_pairs(*pair_ids)
    score_pair(*pair_ids)


def passage_in(text: str, words: str, near: int = 0) -> Passage:
    """The sentences of a text that hold the words which an editor marked. Raises CorrectionRefused for words that
    don't stand in it, or stand in more than one paragraph."""
    passage = passage_of(text, words, near)
    if passage is None:
        raise CorrectionRefused("These words do not stand in the story. Copy them from its text, without a change.")
    if not passage.one_paragraph:
        raise CorrectionRefused("Mark words of one paragraph. What other paragraphs tell can be marked after it.")
    return passage


@transaction.atomic
def add_missed_event(
    article_id: int, words: str, mark: Mark, *, editor: User, reason: str = "", near: int = 0
) -> Correction:
    """An event that the coder missed, by the words of the story that tell of it; merged and scored.

    words: as they stand in the story's newest text; near: of several places the one nearest to this character. mark:
    what they tell; where they stand is found out here. Raises CorrectionRefused where they don't stand there, or for
    what can't be; Article.DoesNotExist.
    """
    article = Article.objects.select_for_update().get(pk=article_id)
    passage = passage_in(article.versions.get(number=article.version).text, words, near)
    placed = replace(mark, sentence=passage.text, number=passage.number, span=passage.span, version=article.version)
    report = mark_words(article_id, placed, editor=editor)
    merge_pairs(report.pair_id)
    correction = take_as_said(report.pk, editor=editor, reason=reason)
    bring_up_to_date(report.pair_id)
    return correction


@dataclass(frozen=True, slots=True)
class Rehearsal:
    """What a change would do. events: by id, as (before, after), each None where there is no such event then; scores:
    by id of the pair, as (before, after), each None where the pair has none; reports: by id, the event that each counts
    for, as (before, after), each None where it counts for none of those looked at."""

    events: dict[int, tuple[Event | None, Event | None]]
    scores: dict[int, tuple[float | None, float | None]]
    reports: dict[int, tuple[int | None, int | None]]


def rehearse(pair_ids: Collection[int], event_ids: Collection[int], change: Callable[[], object]) -> Rehearsal:
    """Make a change, merge and score, look at what came of it, and take all of it back: nothing is written.

    event_ids: the events to look at; those that the change makes are looked at too. Raises what the change raises.
    """
    with transaction.atomic():
        CountryPair.objects.hold_all(pair_ids)
        newest = Event.objects.order_by("-pk").values_list("pk", flat=True).first() or 0
        before, scores_before, places_before = _as_they_are(pair_ids, event_ids, newest)
        change()
        bring_up_to_date(*pair_ids)
        after, scores_after, places_after = _as_they_are(pair_ids, event_ids, newest)
        transaction.set_rollback(True)
    return Rehearsal(
        {pk: (before.get(pk), after.get(pk)) for pk in sorted({*before, *after})},
        {pk: (scores_before.get(pk), scores_after.get(pk)) for pk in sorted(pair_ids)},
        {pk: (places_before.get(pk), places_after.get(pk)) for pk in sorted({*places_before, *places_after})},
    )


def _as_they_are(
    pair_ids: Collection[int], event_ids: Collection[int], newest: int
) -> tuple[dict[int, Event], dict[int, float], dict[int, int | None]]:
    related = ("pair__first", "pair__second", "source_actor", "target_actor")
    events = Event.objects.select_related(*related).filter(pair__in=pair_ids)
    found = {event.pk: event for event in events.filter(pk__in=event_ids) | events.filter(pk__gt=newest)}
    standings = PairStanding.objects.filter(pair__in=pair_ids, dataset=Dataset.OWN)
    places = Report.objects.standing().filter(event__in=list(found)).values_list("pk", "event")
    return found, dict(standings.values_list("pair", "score")), dict(places)
