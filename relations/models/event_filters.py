"""What people choose of a pair's events: one vocabulary for pages, files and watches."""

from __future__ import annotations

import datetime as dt
import math
from collections.abc import Container, Mapping
from dataclasses import dataclass, fields, replace
from typing import Any

from django.db.models import Exists, OuterRef, Q
from django.http import QueryDict

from relations.codebook.event_types import GROUPS, event_types, types_in_group
from relations.models.events import Events
from relations.models.reports import Report
from relations.models.scores import learnt_log_odds
from relations.models.search_texts import EventText, words_query
from relations.models.words import STANDING, Direction, Stage, Status


@dataclass(frozen=True, slots=True)
class EventFilters:
    """What to show. Empty means everything that counts; what is chosen in one field is "or", between fields "and".

    groups, types: of the codebook, an event of any of them fits. direction: one of Direction's values. statuses: empty
    for the events that count. source: id of a feed that reports them. confidence: least probability, in percent.
    since, until: first and last day. words: as relations.models.search_texts.words_query has them.
    """

    groups: tuple[str, ...] = ()
    types: tuple[str, ...] = ()
    direction: int | None = None
    stages: tuple[str, ...] = ()
    statuses: tuple[str, ...] = ()
    source: int | None = None
    confidence: int | None = None
    since: dt.date | None = None
    until: dt.date | None = None
    words: str = ""

    @property
    def any(self) -> bool:
        return self != EventFilters()

    @property
    def chosen_types(self) -> tuple[str, ...]:
        """Slugs of all types that fit; empty for any."""
        slugs = dict.fromkeys(kind.slug for group in self.groups for kind in types_in_group(group))
        return tuple(slugs | dict.fromkeys(self.types))

    @property
    def chosen_statuses(self) -> tuple[str, ...]:
        return self.statuses or STANDING

    @property
    def query(self) -> str:
        """The filters as the query of an address, always in the same order; empty where nothing is chosen."""
        query = QueryDict(mutable=True)
        for name, value in self.as_dict().items():
            query.setlist(name, value if isinstance(value, list) else [value])
        return query.urlencode()

    def as_dict(self) -> dict[str, Any]:
        """What is chosen, as plain values by the names of an address: group, type, direction, stage, status, source,
        confidence, since, until, q."""
        found: dict[str, Any] = {}
        for one in fields(self):
            value = getattr(self, one.name)
            if value not in ((), None, ""):
                found[NAMES[one.name]] = [*value] if isinstance(value, tuple) else str(value)
        return found

    @classmethod
    def from_dict(cls, chosen: Mapping[str, Any]) -> EventFilters:
        """What as_dict gave, stored somewhere. What the codebook no longer knows is left out."""

        def known(name: str, among: Container[str]) -> tuple[str, ...]:
            return tuple(value for value in chosen.get(name, ()) if value in among)

        def number(name: str) -> int | None:
            return int(chosen[name]) if chosen.get(name) else None

        def day(name: str) -> dt.date | None:
            return dt.date.fromisoformat(chosen[name]) if chosen.get(name) else None

        return cls(
            groups=known("group", GROUPS),
            types=known("type", event_types()),
            direction=number("direction"),
            stages=known("stage", Stage.values),
            statuses=known("status", Status.values),
            source=number("source"),
            confidence=number("confidence"),
            since=day("since"),
            until=day("until"),
            words=chosen.get("q", ""),
        )

    def without(self, *names: str) -> EventFilters:
        """The same but for these fields."""
        empty = EventFilters()
        return replace(self, **{name: getattr(empty, name) for name in names})

    def with_(self, **values: Any) -> EventFilters:
        """The same with these fields."""
        return replace(self, **values)

    def of(self, events: Events) -> Events:
        """The events that fit."""
        events = events.filter(status__in=self.chosen_statuses)
        if self.groups or self.types:
            events = events.filter(type__in=self.chosen_types)
        if self.direction is not None:
            events = events.filter(direction=self.direction)
        if self.stages:
            events = events.filter(stage__in=self.stages)
        if self.since:
            events = events.filter(occurred_on__gte=self.since)
        if self.until:
            events = events.filter(occurred_on__lte=self.until)
        if self.confidence:
            events = events.filter(_at_least(self.confidence / 100))
        if self.source is not None:
            reports = Report.objects.standing().filter(event=OuterRef("pk"), article__feed=self.source)
            events = events.filter(Exists(reports))
        if self.words:
            # By event, so that both ways are open: from the words to their events, and from a pair's events on.
            events = events.filter(pk__in=EventText.objects.filter(words=words_query(self.words)).values("event"))
        return events


NAMES = {
    "groups": "group",
    "types": "type",
    "direction": "direction",
    "stages": "stage",
    "statuses": "status",
    "source": "source",
    "confidence": "confidence",
    "since": "since",
    "until": "until",
    "words": "q",
}


def _at_least(probability: float) -> Q:
    """Events whose probability, moved by what verdicts taught of their type, is that at the least."""

    def asked_of_the_coder(learnt: float) -> float:
        """The confidence that becomes this probability. A rounding error must not lose what stands right at it."""
        return probability / (probability + (1 - probability) * math.exp(learnt)) - 1e-9

    learnt = learnt_log_odds()
    fits = (
        Q(confidence__gte=asked_of_the_coder(0.0)) & ~Q(type__in=list(learnt))
        if learnt
        else Q(confidence__gte=asked_of_the_coder(0.0))
    )
    for slug, log_odds in learnt.items():
        fits |= Q(type=slug, confidence__gte=asked_of_the_coder(log_odds))
    return fits | Q(status=Status.CONFIRMED)


def direction_words(direction: int, first: str, second: str) -> str:
    """Who acts on whom, in words. first, second: the countries' names in the pair's order."""
    if direction == Direction.MUTUAL:
        return "both at once"
    return f"{first} → {second}" if direction == Direction.FORWARD else f"{second} → {first}"
