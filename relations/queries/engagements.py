"""Who meets whom, when, and what became of it? The board of engagements, and one engagement's story."""

from __future__ import annotations

import datetime as dt
from collections.abc import Container
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

from django.db.models import F, Q

from relations.models import CountryPair, Engagement, Event, Stage
from relations.models.engagements import Engagements
from relations.queries.display import EventWords, date_words, day_words, event_words
from relations.queries.engagement_words import (
    NO_DATE,
    EngagementWords,
    engagement_words,
    outcome,
    state_of,
    telling_names,
    time_words,
)
from relations.queries.overview import SIDES
from relations.queries.timelines import Evidence, best_reports

PAGE = 20
STORY_EVENTS = 200
WITH = ("pair__first", "pair__second", "visitor", "host")
# By key: heading, what stands where there is none, and the link to the rest.
SECTIONS = {
    "coming": ("Coming", "Nothing is planned that is known of.", "Later ones"),
    "postponed": ("Postponed", "Nothing is put off that is known of.", "Earlier ones"),
    "no-word": ("No word", "Stories say what became of every one whose date has passed.", "Earlier ones"),
    "held": ("Held", "Nothing was held that is known of.", "Earlier ones"),
    "cancelled": ("Cancelled", "Nothing was called off that is known of.", "Earlier ones"),
}


@dataclass(frozen=True, slots=True)
class EngagementFilters:
    """What to show. Empty means everything; pair: slug; country: code in small letters; kind: of EngagementKind."""

    pair: str = ""
    country: str = ""
    kind: str = ""

    @property
    def any(self) -> bool:
        return bool(self.pair or self.country or self.kind)

    @property
    def query(self) -> str:
        """For an address, without a question mark."""
        given = {"pair": self.pair, "country": self.country, "kind": self.kind}
        return urlencode({name: value for name, value in given.items() if value})

    def choose(self, engagements: Engagements) -> Engagements:
        if self.pair:
            engagements = engagements.filter(pair__slug=self.pair)
        if self.country:
            code = self.country.upper()
            of_country = CountryPair.objects.filter(Q(first=code) | Q(second=code))
            engagements = engagements.filter(pair__in=of_country)
        if self.kind:
            engagements = engagements.filter(kind=self.kind)
        return engagements


@dataclass(frozen=True, slots=True)
class Section:
    """A part of the board. none: what to say where it is empty. next: cursor of its next page, empty at the end."""

    key: str
    label: str
    rows: list[EngagementWords]
    none: str
    more: str
    next: str


def board(filters: EngagementFilters, today: dt.date) -> list[Section]:
    """The first page of every section, one query each."""
    return [section(key, filters, today) for key in SECTIONS]


def section(key: str, filters: EngagementFilters, today: dt.date, after: str = "") -> Section:
    """A page of one section. after: cursor of the page before. Raises ValueError for one that is not."""
    found = filters.choose(Engagement.objects.all()).select_related(*WITH)
    if key == "coming":
        found = _soonest_first(found.coming(today), after)
    else:
        found = found.without_word(today) if key == "no-word" else found.standing().filter(state=key)
        found = _last_heard_first(found, after)
    rows = list(found[: PAGE + 1])
    last = rows[PAGE - 1] if len(rows) > PAGE else None
    label, none, more = SECTIONS[key]
    return Section(
        key=key,
        label=label,
        rows=[engagement_words(row, today) for row in rows[:PAGE]],
        none=none,
        more=more,
        next=f"{last.planned_from or ''}_{last.last_heard_on}_{last.pk}" if last else "",
    )


def planned_within(days: int, today: dt.date, limit: int) -> list[EngagementWords]:
    """What is planned to begin in the next days, the soonest first; one query."""
    until = today + dt.timedelta(days=days)
    found = Engagement.objects.coming(today).filter(planned_from__lte=until).select_related(*WITH)
    return [engagement_words(row, today) for row in _soonest_first(found, "")[:limit]]


def _soonest_first(found: Engagements, after: str) -> Engagements:
    """By the first day planned, then those without a date, of which the last heard of comes first."""
    if after:
        planned, heard, pk = _cursor(after)
        tie = Q(planned_from=planned) & (Q(last_heard_on__lt=heard) | Q(last_heard_on=heard, pk__gt=pk))
        found = found.filter(tie | Q(planned_from__gt=planned) | Q(planned_from=None) if planned else tie)
    return found.order_by(F("planned_from").asc(nulls_last=True), "-last_heard_on", "pk")


def _last_heard_first(found: Engagements, after: str) -> Engagements:
    if after:
        _, heard, pk = _cursor(after)
        # The first half bounds the index scan; the second breaks ties within the day.
        found = found.filter(Q(last_heard_on__lte=heard), Q(last_heard_on__lt=heard) | Q(pk__lt=pk))
    return found.order_by("-last_heard_on", "-pk")


def _cursor(text: str) -> tuple[dt.date | None, dt.date, int]:
    planned, heard, pk = text.split("_")
    return dt.date.fromisoformat(planned) if planned else None, dt.date.fromisoformat(heard), int(pk)


def any_engagement() -> bool:
    return Engagement.objects.standing().exists()


def find_engagement(engagement_id: int) -> Engagement | None:
    return Engagement.objects.select_related(*WITH).filter(pk=engagement_id).first()


@dataclass(frozen=True, slots=True)
class StoryEvent:
    """One event of an engagement's life. plan: the time that it names, in words; moved: another than before."""

    words: EventWords
    evidence: Evidence | None
    plan: str
    moved: bool


@dataclass(frozen=True, slots=True)
class PlannedTime:
    """A time that was planned, and the event that first named it."""

    when: str
    named_on: str
    event: EventWords


@dataclass(frozen=True, slots=True)
class Story:
    """Everything an engagement's page shows. times: each planned time in turn, the one that stands last."""

    words: EngagementWords
    outcome: str
    participants: list[str]
    first_heard: str
    last_heard: str
    events: list[StoryEvent]
    times: list[PlannedTime]
    is_cut: bool


def story(engagement: Engagement, today: dt.date, blind: Container[int] = ()) -> Story:
    """The life of an engagement that has one, in two queries. blind: as display.words_of has it."""
    told = Event.objects.standing().filter(engagement=engagement).select_related(*SIDES)
    found = list(told.order_by("occurred_on", "pk")[: STORY_EVENTS + 1])
    shown = sorted(found[:STORY_EVENTS], key=event_order)
    evidence = best_reports(event.pk for event in shown)
    events: list[StoryEvent] = []
    times: list[PlannedTime] = []
    said: tuple[Any, ...] = ()
    for event in shown:
        words, plan = event_words(event, blind), time_words(event)
        time = (event.planned_on, event.planned_from, event.planned_until)
        names_new = plan != NO_DATE and time != said
        events.append(
            StoryEvent(
                words=words,
                evidence=evidence.get(event.pk),
                plan="" if plan == NO_DATE else plan,
                moved=names_new and bool(times),
            )
        )
        if names_new:
            said = time
            times.append(PlannedTime(plan, date_words(event.occurred_on, event.precision), words))
    return Story(
        words=engagement_words(engagement, today),
        outcome=outcome(engagement, state_of(engagement, today)),
        participants=telling_names(engagement.participants),
        first_heard=day_words(engagement.first_heard_on) if engagement.first_heard_on else "",
        last_heard=day_words(engagement.last_heard_on),
        events=events,
        times=times,
        is_cut=len(found) > STORY_EVENTS,
    )


def event_order(event: Event) -> tuple[dt.date, int, int]:
    """Of one day's events the announcement comes before what became of it."""
    return event.occurred_on, list(Stage).index(Stage(event.stage)), event.pk
