"""A person's watches, what each found, and the same for feed readers."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from django.contrib.auth.models import User
from django.db.models import Count, QuerySet
from django.utils import timezone

from relations.models import (
    AlertEvent,
    AlertKind,
    Country,
    CountryPair,
    Dataset,
    Delivery,
    EventFilters,
    PairStanding,
    Watch,
    WatchAlert,
)
from relations.queries.display import EventWords, count, event_words, signed
from relations.queries.facets import titles_of
from relations.queries.filter_panel import in_words
from relations.queries.overview import SIDES
from relations.queries.scores import StandingWords, standing_words

PAGE = 20  # alerts
NAMED = 10  # events of each alert
ENTRIES = 50  # of a private feed
LONGEST_TITLE = 200


@dataclass(frozen=True, slots=True)
class WatchRow:
    """A watch in words. of: whom it watches; of_url: the pair's page. standing: of the pair, where anything is known of
    it. last: what it told last, empty for nothing yet."""

    id: int
    title: str
    url: str
    of: str
    of_url: str
    conditions: list[str]
    standing: StandingWords | None
    delivery: str
    is_paused: bool
    last: str
    last_at: str


@dataclass(frozen=True, slots=True)
class ToldEvent:
    """moved: points of the score, signed; empty where the alert is not about the score."""

    words: EventWords
    moved: str


@dataclass(frozen=True, slots=True)
class AlertRow:
    """id: for the address of its place on the page. mail: what became of it by mail, in words. more: events that are
    not named, in words."""

    id: int
    words: str
    at: str
    tone: str
    band: str
    mail: str
    why_day: str
    events: list[ToldEvent]
    more: str


@dataclass(frozen=True, slots=True)
class AlertPage:
    rows: list[AlertRow]
    next: str  # cursor of the next page, empty at the end


@dataclass(frozen=True, slots=True)
class FeedEntry:
    """An alert for feed readers. lines: its words, and its events."""

    id: str
    title: str
    path: str
    at: dt.datetime
    lines: list[str]
    category: str


@dataclass(frozen=True, slots=True)
class Watched:
    """Whom a watch is of; neither pair nor country: all pairs."""

    pair: CountryPair | None = None
    country: Country | None = None

    @property
    def words(self) -> str:
        if self.pair:
            return str(self.pair)
        return f"{self.country.name} and others" if self.country else "All pairs"


def watches_of(owner: User) -> list[WatchRow]:
    """All of a person's watches, in four queries."""
    watches = list(_with_words(Watch.objects.filter(owner=owner)))
    newest = WatchAlert.objects.filter(watch__in=watches).order_by("watch_id", "-pk").distinct("watch_id")
    last = {alert.watch_id: alert for alert in newest}
    standings = _standings(watch.pair_id for watch in watches)
    sources = titles_of(source for watch in watches if (source := watch.chosen.source) is not None)
    return [_row(watch, standings.get(watch.pair_id), last.get(watch.pk), sources) for watch in watches]


def find_watch(pk: int, owner: User) -> Watch | None:
    return _with_words(Watch.objects.filter(pk=pk, owner=owner)).first()


def watch_row(watch: Watch) -> WatchRow:
    last = WatchAlert.objects.filter(watch=watch).order_by("-pk").first()
    source = watch.chosen.source
    sources = titles_of([source]) if source is not None else {}
    return _row(watch, _standings([watch.pair_id]).get(watch.pair_id), last, sources)


def alerts_of(watch: Watch, after: str = "") -> AlertPage:
    """A page of what a watch told, newest first. after: cursor of the page before; ValueError for one that is not."""
    alerts = WatchAlert.objects.filter(watch=watch).order_by("-pk")
    if after:
        if len(after) > 18:
            raise ValueError("not an alert")
        alerts = alerts.filter(pk__lt=int(after))
    found = list(alerts[: PAGE + 1])
    page = found[:PAGE]
    named, numbers = _named(page)
    return AlertPage(
        [_alert_row(alert, named.get(alert.pk, []), numbers.get(alert.pk, 0)) for alert in page],
        str(page[-1].pk) if len(found) > PAGE else "",
    )


def feed_entries(owner: User, watch: Watch | None = None) -> list[FeedEntry]:
    """The newest alerts of all of a person's watches, or of one, in three queries."""
    alerts = WatchAlert.objects.filter(watch__owner=owner).select_related("watch").order_by("-pk")
    if watch:
        alerts = alerts.filter(watch=watch)
    page = list(alerts[:ENTRIES])
    named, numbers = _named(page)
    return [_entry(alert, named.get(alert.pk, []), numbers.get(alert.pk, 0)) for alert in page]


def proposed_title(watched: Watched, filters: EventFilters) -> str:
    """What a watch is called where its owner gives it no name."""
    sources = titles_of([filters.source]) if filters.source is not None else {}
    chosen = filter_words(watched.pair, filters, sources)
    return (f"{watched.words}: {chosen}" if chosen else watched.words)[:LONGEST_TITLE]


def standing_of(pair: CountryPair) -> StandingWords | None:
    standing = _standings([pair.pk]).get(pair.pk)
    return standing_words(standing) if standing else None


def filter_words(pair: CountryPair | None, filters: EventFilters, sources: dict[int, str]) -> str:
    """What is chosen of the events, in one line; empty for everything. sources: titles by id."""
    # Only a direction is told by the pair's names, and only a watch of a pair has one.
    words = in_words(pair or CountryPair(), filters.without("source", *(() if pair else ("direction",))))
    source = sources.get(filters.source, "a source that is gone") if filters.source is not None else ""
    return ", ".join(filter(None, [words, source]))


def moment(when: dt.datetime) -> str:
    """As "3 May 2024, 14:05 UTC"."""
    when = when.astimezone(dt.UTC)
    return f"{when.day} {when:%B %Y, %H:%M} UTC"


def _with_words(watches: QuerySet[Watch]) -> QuerySet[Watch]:
    return watches.select_related("pair__first", "pair__second", "country", "owner")


def _standings(pair_ids: Iterable[int | None]) -> dict[int | None, PairStanding]:
    ids = {pk for pk in pair_ids if pk}
    return {one.pair_id: one for one in PairStanding.objects.filter(pair__in=ids, dataset=Dataset.OWN)}


def _row(watch: Watch, standing: PairStanding | None, last: WatchAlert | None, sources: dict[int, str]) -> WatchRow:
    return WatchRow(
        id=watch.pk,
        title=watch.title,
        url=watch.get_absolute_url(),
        of=Watched(watch.pair, watch.country).words,
        of_url=watch.pair.get_absolute_url() if watch.pair else "",
        conditions=_conditions(watch, sources),
        standing=standing_words(standing) if standing else None,
        delivery=delivery_words(watch),
        is_paused=watch.paused,
        last=last.words if last else "",
        last_at=moment(last.made_at) if last else "",
    )


def _conditions(watch: Watch, sources: dict[int, str]) -> list[str]:
    found = []
    if watch.rises and watch.falls:
        found.append(f"the score rises above {watch.line:g} or falls below it")
    elif watch.rises or watch.falls:
        found.append(f"the score {'rises above' if watch.rises else 'falls below'} {watch.line:g}")
    if watch.jumps:
        found.append("the score jumps out of its band")
    if watch.each_event and watch.types_are_gone:
        found.append("no event, as the types that it waited for are no longer in the codebook")
    elif watch.each_event:
        chosen = filter_words(watch.pair, watch.chosen, sources)
        found.append(f"an event is found ({chosen})" if chosen else "any event is found")
    return found


def delivery_words(watch: Watch) -> str:
    if watch.delivery == Delivery.DAILY:
        return f"by mail, once a day at {watch.hour}:00 UTC"
    return str(Delivery(watch.delivery).label)


def _named(alerts: Sequence[WatchAlert]) -> tuple[dict[int, list[ToldEvent]], dict[int, int]]:
    """The first events that each alert names, and how many it names in all."""
    told = AlertEvent.objects.filter(alert__in=[alert.pk for alert in alerts])
    numbers = dict(told.order_by().values("alert").annotate(number=Count("pk")).values_list("alert", "number"))
    found: dict[int, list[ToldEvent]] = {}
    sides = [f"event__{side}" for side in SIDES]
    for row in told.filter(place__lte=NAMED).select_related(*sides).order_by("alert_id", "place"):
        moved = "" if row.moved is None else signed(row.moved)
        found.setdefault(row.alert_id, []).append(ToldEvent(event_words(row.event), moved))
    return found, numbers


def _alert_row(alert: WatchAlert, events: list[ToldEvent], number: int) -> AlertRow:
    tone = "neutral"
    if alert.before is not None and alert.after is not None:
        tone = "conflict" if alert.after > alert.before else "cooperation"
    more = number - len(events)
    return AlertRow(
        id=alert.pk,
        words=alert.words,
        at=moment(alert.made_at),
        tone=tone,
        band=f"{alert.low:.0f} to {alert.high:.0f}" if alert.low is not None and alert.high is not None else "",
        mail=_mail_words(alert),
        why_day="" if alert.kind == AlertKind.EVENTS else f"{alert.made_at:%Y-%m-%d}",
        events=events,
        more=count(more, "more event") if more else "",
    )


def _mail_words(alert: WatchAlert) -> str:
    if alert.mailed_at:
        return f"mailed {moment(alert.mailed_at)}"
    if not alert.due_at:
        return ""
    return f"to be mailed {moment(alert.due_at)}" if alert.due_at > timezone.now() else "not mailed yet"


def _entry(alert: WatchAlert, events: list[ToldEvent], number: int) -> FeedEntry:
    lines = [alert.words]
    for told in events:
        one = told.words
        moved = f" ({told.moved})" if told.moved else ""
        lines.append(f"{one.date}: {one.type}, {one.who} {one.link} {one.whom}{moved}")
    if number > len(events):
        lines.append(f"... and {number - len(events):,} more")
    return FeedEntry(
        id=f"urn:uuid:{alert.key}",
        title=f"{alert.watch.title}: {alert.words}",
        path=f"{alert.watch.get_absolute_url()}#alert-{alert.pk}",
        at=alert.made_at,
        lines=lines,
        category=str(AlertKind(alert.kind).label),
    )
