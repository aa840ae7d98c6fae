"""Engagements as a calendar program takes them."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

from django.db.models import Prefetch, Q

from relations.models import Direction, Engagement, Event, Stage
from relations.queries.display import country_name, date_words
from relations.queries.engagement_words import (
    GONE,
    NO_DATE,
    EngagementWords,
    engagement_words,
    outcome,
    runs_on,
    span_of,
    state_of,
    state_words,
    telling_names,
    time_words,
    which_days,
)
from relations.queries.engagements import WITH, EngagementFilters, event_order

FILE_ENTRIES = 2000
EVENTS_TOLD = 30


@dataclass(frozen=True, slots=True)
class FileEntry:
    """An engagement for a calendar file. first, last: the days that it takes up; within: which of them, if not all.

    host: name of the country where it is to be. events: its life, a line each. planned_words: the story's own.
    """

    uid: str
    sequence: int
    updated_at: dt.datetime
    words: EngagementWords
    first: dt.date
    last: dt.date
    within: str
    state_words: str
    outcome: str
    host: str
    participants: list[str]
    planned_words: str
    events: list[str]


@dataclass(frozen=True, slots=True)
class EngagementFile:
    """Entries, the last heard of first. is_cut: there are more, and the rest is left out."""

    entries: list[FileEntry]
    is_cut: bool


def for_file(filters: EngagementFilters, today: dt.date, limit: int = FILE_ENTRIES) -> EngagementFile:
    """Those that have a date, in two queries; with those of which nothing is left, so that calendars take them out."""
    told = Event.objects.standing().order_by("occurred_on", "pk")
    dated = Q(planned_from__isnull=False) | Q(held_on__isnull=False) & (Q(state=Stage.HELD) | Q(event_count=0))
    found = list(
        filters.choose(Engagement.objects.filter(dated, merged_into=None))
        .select_related(*WITH)
        .prefetch_related(Prefetch("events", queryset=told, to_attr="told"))
        .order_by("-last_heard_on", "-pk")[: limit + 1]
    )
    return EngagementFile([_entry(one, today) for one in found[:limit]], len(found) > limit)


def _entry(engagement: Engagement, today: dt.date) -> FileEntry:
    state = state_of(engagement, today)
    first, last = span_of(engagement) or (engagement.last_heard_on, engagement.last_heard_on)
    events: list[Event] = sorted(getattr(engagement, "told", []), key=event_order)
    return FileEntry(
        uid=str(engagement.uid),
        sequence=engagement.sequence,
        updated_at=engagement.updated_at,
        words=engagement_words(engagement, today),
        first=first,
        last=last,
        within=which_days(engagement) if first != last and not runs_on(engagement) else "",
        state_words=state_words(engagement, state),
        outcome=outcome(engagement, state) if state != GONE else "No story that was read tells of it any more.",
        host=engagement.host.name if engagement.host else "",
        participants=telling_names(engagement.participants),
        planned_words=engagement.planned_words,
        events=[_line(event) for event in events[:EVENTS_TOLD]],
    )


def _line(event: Event) -> str:
    sign = "↔" if event.direction == Direction.MUTUAL else "→"
    sides = f"{country_name(event.source_id)} {sign} {country_name(event.target_id)}"
    line = f"{date_words(event.occurred_on, event.precision)}: {event.kind.name}, {sides}"
    plan = time_words(event)
    return line if plan == NO_DATE else f"{line}; planned for {plan}"
