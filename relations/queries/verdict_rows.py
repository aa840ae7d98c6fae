"""What editors said of readings, as rows for files: all that fit, oldest first, fetched piece by piece."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

from django.db.models import Exists, OuterRef, Q, QuerySet

from relations.codebook.event_types import event_types
from relations.models import (
    Actor,
    CountryPair,
    Dataset,
    Direction,
    Event,
    Origin,
    Outcome,
    Report,
    ReviewItem,
    ReviewState,
    Verdict,
)

PIECE = 500
PAIRS_OFFERED = 500
_SIDES = ("first_actor", "second_actor")


@dataclass(frozen=True, slots=True)
class VerdictFilters:
    """Which verdicts. since, until: days on which they were given, UTC, both included. pair: its slug; type: of the
    event as it is now; audit: of the random sample alone.

    readings: beside what an editor said, what was judged. complete: only stories of which every event was judged. Each
    of the two concerns one kind of file.
    """

    since: dt.date | None = None
    until: dt.date | None = None
    pair: str = ""
    type: str = ""
    audit: bool = False
    readings: bool = False
    complete: bool = True

    @property
    def query(self) -> str:
        """As the query of an address; empty where nothing is chosen."""
        days = {name: day.isoformat() for name, day in (("since", self.since), ("until", self.until)) if day}
        told = {"pair": self.pair, "type": self.type, "audit": "1" if self.audit else ""}
        told |= {"readings": "1" if self.readings else "", "complete": "" if self.complete else "0"}
        return urlencode(days | {name: value for name, value in told.items() if value})

    def of(self, words: QuerySet[Any], given: str) -> QuerySet[Any]:
        """Those of an editor's words that fit. given: the column that tells when."""
        words = words.filter(event__dataset=Dataset.OWN)
        if self.since:
            words = words.filter(**{f"{given}__gte": dt.datetime.combine(self.since, dt.time(), dt.UTC)})
        if self.until:
            end = self.until + dt.timedelta(days=1)
            words = words.filter(**{f"{given}__lt": dt.datetime.combine(end, dt.time(), dt.UTC)})
        if self.pair:
            words = words.filter(event__pair__slug=self.pair)
        if self.type:
            words = words.filter(event__type=self.type)
        return words


@dataclass(frozen=True, slots=True)
class Coding:
    """What an event is in somebody's words. source, target: codes; of what both did at once the one named first is
    the source. The actors are those that act for them, None where only the country is known."""

    type: str
    source: str
    target: str
    is_mutual: bool
    source_actor: Actor | None
    target_actor: Actor | None
    day: dt.date
    precision: str
    stage: str
    place: str


@dataclass(frozen=True, slots=True)
class VerdictRow:
    """One verdict. said: None where it was rejected. changed: what the editor changed of the reading, by the names of
    Event.as_edited. sentence, trigger, link: of the report that says the event surest; empty where none stands."""

    id: int
    event: int
    editor: str
    given_at: dt.datetime
    outcome: str
    origin: str
    is_audit: bool
    reason: str
    coder: str
    read: Coding
    said: Coding | None
    changed: list[str]
    sentence: str
    trigger: str
    link: str


def decided() -> QuerySet[Verdict]:
    """Standing verdicts on events that no second editor is still to judge blind: they must not learn of the first."""
    waits = ReviewItem.objects.filter(event=OuterRef("event"), state=ReviewState.SECOND)
    return Verdict.objects.standing().exclude(Exists(waits))


def chosen(filters: VerdictFilters) -> QuerySet[Verdict]:
    verdicts = filters.of(decided(), "given_at")
    return verdicts.filter(is_audit=True) if filters.audit else verdicts


def verdict_rows(filters: VerdictFilters) -> Iterator[VerdictRow]:
    """The verdicts that fit, oldest first; three queries for five hundred of them."""
    verdicts = chosen(filters).select_related("editor", "event__pair").order_by("pk")
    last = 0
    while piece := list(verdicts.filter(pk__gt=last)[:PIECE]):
        actors = _actors(piece)
        surest = Report.objects.surest({verdict.event_id for verdict in piece}).select_related("article")
        evidence = {report.event_id: report for report in surest}
        for verdict in piece:
            yield _row(verdict, actors, evidence.get(verdict.event_id))
        last = piece[-1].pk


def _actors(verdicts: Iterable[Verdict]) -> dict[int, Actor]:
    named = {told.get(name) for one in verdicts for told in (one.reading, one.said) for name in _SIDES}
    return Actor.objects.in_bulk([actor for actor in named if actor])


def _row(verdict: Verdict, actors: dict[int, Actor], report: Report | None) -> VerdictRow:
    read, said = verdict.reading, verdict.said
    is_rejected = verdict.outcome == Outcome.REJECTED
    span = report.spans.get("trigger", [0, 0]) if report else [0, 0]
    return VerdictRow(
        id=verdict.pk,
        event=verdict.event_id,
        editor=verdict.editor.get_username(),
        given_at=verdict.given_at.astimezone(dt.UTC),
        outcome=verdict.outcome,
        origin=Origin(verdict.origin).value,
        is_audit=verdict.is_audit,
        reason=verdict.reason,
        coder=verdict.coder,
        read=_coding(verdict.event, read, actors),
        said=None if is_rejected else _coding(verdict.event, read | said, actors),
        changed=[] if is_rejected else sorted(field for field, value in said.items() if read.get(field) != value),
        sentence=report.sentence if report else "",
        trigger=report.sentence[span[0] : span[1]] if report else "",
        link=report.article.url if report else "",
    )


def _coding(event: Event, told: dict[str, Any], actors: dict[int, Actor]) -> Coding:
    pair, direction = event.pair, told["direction"]
    actor_of = {
        country: actors.get(told.get(side) or 0)
        for country, side in zip((pair.first_id, pair.second_id), _SIDES, strict=True)
    }
    source = {Direction.FORWARD: pair.first_id, Direction.BACKWARD: pair.second_id}.get(direction, event.source_id)
    target = pair.second_id if source == pair.first_id else pair.first_id
    return Coding(
        type=told["type"],
        source=source,
        target=target,
        is_mutual=direction == Direction.MUTUAL,
        source_actor=actor_of[source],
        target_actor=actor_of[target],
        day=dt.date.fromisoformat(told["occurred_on"]),
        precision=told["precision"],
        stage=told["stage"],
        place=told["place"],
    )


@dataclass(frozen=True, slots=True)
class Choices:
    """What a form offers: pairs that have verdicts, as (slug, name), and types, as (slug, name)."""

    pairs: list[tuple[str, str]]
    types: list[tuple[str, str]]


def choices() -> Choices:
    judged = Verdict.objects.standing().filter(event__pair=OuterRef("pk"))
    pairs = CountryPair.objects.filter(Q(Exists(judged))).select_related("first", "second").order_by("slug")
    return Choices(
        pairs=[(pair.slug, f"{pair.first.name} and {pair.second.name}") for pair in pairs[:PAIRS_OFFERED]],
        types=[(slug, kind.name) for slug, kind in event_types().items()],
    )
