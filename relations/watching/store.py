"""What a watch finds at a look, and the writes of it: alerts, the events that they name, what was seen.

Call these in a transaction that holds the watch, and of what concerns a score the pair.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence

from django.db.models import Exists, OuterRef, Q
from django.utils import timezone

from relations.codebook.countries import countries
from relations.models import (
    AlertEvent,
    AlertKind,
    Correction,
    Dataset,
    Direction,
    Event,
    PairDay,
    PairStanding,
    Report,
    Stage,
    Watch,
    WatchAlert,
)
from relations.models.events import Events
from relations.models.scores import Formula
from relations.models.watches import newest_event
from relations.tension.formula import figures
from relations.tension.shares import evidence_on
from relations.watching import rules
from relations.watching.rules import Mover, Seen

# Events that one alert names at the most, what matters most first; the rest is told at the next look.
MOST_NAMED = 500
SCORE_KINDS = (AlertKind.ROSE, AlertKind.FELL, AlertKind.JUMPED)


def seen_now(pair_id: int | None, today: dt.date) -> Seen:
    """Where the pair stands; a pair of which nothing is known stands at the baseline."""
    standing = PairStanding.objects.filter(pair=pair_id, dataset=Dataset.OWN).first() if pair_id else None
    if standing is None:
        return rules.nothing_known(today)
    return Seen(standing.as_of, standing.score, standing.low, standing.high, standing.known)


def begin(watch: Watch) -> None:
    """From here on it watches: of what was before it tells nothing. The caller saves it."""
    now = watch.looked_at = timezone.now()
    watch.after_event = newest_event()
    seen = seen_now(watch.pair_id, now.date())
    _keep_band(watch, seen)
    watch.score = seen.score
    line = watch.line
    watch.rise_armed = line is not None and seen.score < line
    watch.fall_armed = line is not None and seen.score >= line


def look_at_events(watch: Watch, now: dt.datetime) -> int:
    """Tell of each event that fits and is news; how many alerts (0 or 1)."""
    if not watch.each_event:
        return 0
    # Of events whose day is still to be scored the next look tells, so that one look sees both them and the score.
    unscored = PairDay.objects.filter(pair=OuterRef("pair"), dataset=Dataset.OWN, stale=True)
    fresh = (
        _news(watch.events(), now)
        .filter(pk__gt=watch.after_event)
        .exclude(AlertEvent.told(watch, AlertKind.EVENTS))
        .exclude(Exists(unscored))
        .newest_first()
    )
    events: list[Event] = []
    passed: set[int] = set()
    # What it knew otherwise stays untold, and must not keep the rest from being reached.
    while not events and (some := list(fresh.exclude(pk__in=passed)[:MOST_NAMED])):
        known = _known_otherwise(watch, some)
        events = [event for event in some if event.pk not in known]
        passed |= known
    if not events:
        return 0
    words = rules.event_count_words(len(events), event_words(events[0]))
    alert = _make(watch, AlertKind.EVENTS, words, now)
    _name(alert, [(event.pk, None) for event in events])
    return 1


def look_at_score(watch: Watch, seen: Seen, formula: Formula, now: dt.datetime) -> int:
    """Tell where the score crossed the line or left its band by what happened; how many alerts. The caller saves it."""
    if not watch.watches_the_score:
        watch.score = seen.score  # by which it is known to have seen that the pair stands nowhere
        return 0
    movers = _movers(watch, seen, formula, now)
    made = 0
    line, before = watch.line, watch.score
    if line is not None:
        without = rules.score_without(seen, movers[AlertKind.ROSE])
        rose, watch.rise_armed = rules.rise(watch.rise_armed, line, seen.score, without)
        if rose and watch.rises:
            words = rules.crossing_words(True, line, before, seen.score)
            made += _tell_score(watch, AlertKind.ROSE, words, seen, movers[AlertKind.ROSE], now)
        without = rules.score_without(seen, movers[AlertKind.FELL])
        fell, watch.fall_armed = rules.fall(watch.fall_armed, line, seen.score, without)
        if fell and watch.falls:
            words = rules.crossing_words(False, line, before, seen.score)
            made += _tell_score(watch, AlertKind.FELL, words, seen, movers[AlertKind.FELL], now)
    kept = Seen(watch.band_on, watch.score, watch.low, watch.high)
    without = rules.score_without(seen, movers[AlertKind.JUMPED])
    jumped, band = rules.jump(kept, seen, without)
    if jumped and watch.jumps:
        words = rules.jump_words(kept, before, seen.score)
        made += _tell_score(watch, AlertKind.JUMPED, words, seen, movers[AlertKind.JUMPED], now)
    _keep_band(watch, band)
    watch.score = seen.score
    return made


def event_words(event: Event) -> str:
    """An event in one line: Armed clash (announced), Pakistan → United States, 4 March 2031."""
    stage = "" if event.stage == Stage.HELD or event.stage in event.type else f" ({event.stage})"
    link = "↔" if event.direction == Direction.MUTUAL else "→"
    names = countries()
    sides = f"{names[event.source_id].name} {link} {names[event.target_id].name}"
    return f"{event.kind.name}{stage}, {sides}, {event_date(event)}"


def event_date(event: Event) -> str:
    """As exactly as it is known."""
    day = event.occurred_on
    if event.precision == "year":
        return f"{day:%Y}"
    if event.precision == "month":
        return f"{day:%B %Y}"
    return f"{'week of ' if event.precision == 'week' else ''}{day.day} {day:%B %Y}"


def _news(events: Events, now: dt.datetime) -> Events:
    """Those that happened lately: what a late import brings of years ago is none."""
    return events.filter(occurred_on__gte=now.date() - rules.NEWS, occurred_on__lte=now.date())


def _known_otherwise(watch: Watch, events: Sequence[Event]) -> set[int]:
    """Of these events those that only are another form of what the watch knew: of what was before it began, or of what
    it told. They were split off it, or took it in, or were read anew in the same sentences.
    """
    if not events:
        return set()
    ids = [event.pk for event in events]
    told = AlertEvent.objects.filter(watch=watch, kind=AlertKind.EVENTS)

    def knew(of: str) -> Q:
        return Q(**{f"{of}__lte": watch.after_event}) | Q(**{f"{of}__in": told.values("event")})

    known = set(Correction.objects.filter(knew("event"), other__in=ids).values_list("other", flat=True))
    took_in = Event.objects.filter(knew("pk"), merged_into__in=ids).values_list("merged_into", flat=True)
    known |= {pk for pk in took_in if pk}
    reports = dict(Report.objects.standing().filter(event__in=ids).order_by().values_list("pk", "event"))
    twins = Report.objects.filter(knew("event"), article=OuterRef("article"), sentence=OuterRef("sentence"))
    told_of = Report.objects.filter(pk__in=list(reports))
    anew = set(told_of.filter(Exists(twins)).values_list("pk", flat=True))
    for moved in told.filter(reports__overlap=list(reports)).values_list("reports", flat=True):
        anew |= set(moved)
    fresh = {event for report, event in reports.items() if report not in anew}
    return {pk for pk in ids if pk in known or (pk in set(reports.values()) and pk not in fresh)}


def _movers(watch: Watch, seen: Seen, formula: Formula, now: dt.datetime) -> dict[str, list[Mover]]:
    """Events of the pair that came, or changed, since the last look, and moved the score, by kind of alert: without
    those that the watch was told of in an alert of that kind."""
    events = Event.objects.standing().filter(pair=watch.pair_id, dataset=Dataset.OWN)
    fresh = list(_news(events, now).filter(updated_at__gt=watch.looked_at).order_by("pk"))
    told = AlertEvent.objects.filter(watch=watch, event__in=fresh, kind__in=SCORE_KINDS) if fresh else ()
    told_already = {(one.event_id, one.kind) for one in told}
    movers = {event.pk: _mover(event, seen, formula) for event in fresh}
    return {
        kind: [mover for pk, mover in movers.items() if (pk, kind) not in told_already]
        for kind in map(str, SCORE_KINDS)
    }


def _mover(event: Event, seen: Seen, formula: Formula) -> Mover:
    one = event.occurrence(formula.learnt.get(event.type, 0.0))
    about = figures(one.type, one.stage, formula.weights)
    return Mover(event.pk, evidence_on(seen.day.toordinal(), one, event.term, about), about.severity)


def _tell_score(
    watch: Watch, kind: AlertKind, words: str, seen: Seen, movers: Sequence[Mover], now: dt.datetime
) -> int:
    rises = kind == AlertKind.ROSE or (kind == AlertKind.JUMPED and seen.score > watch.high)
    alert = _make(
        watch,
        kind,
        words,
        now,
        before=watch.score,
        after=seen.score,
        **({"low": watch.low, "high": watch.high} if kind == AlertKind.JUMPED else {"line": watch.line}),
    )
    _name(alert, [(mover.event, by) for mover, by in rules.causes(movers, seen, rises)[:MOST_NAMED]])
    return 1


def _make(watch: Watch, kind: AlertKind, words: str, now: dt.datetime, **figures: float | None) -> WatchAlert:
    due_at = watch.mail_due_at(now)
    return WatchAlert.objects.create(watch=watch, kind=kind, words=words, made_at=now, due_at=due_at, **figures)


def _name(alert: WatchAlert, events: Sequence[tuple[int, float | None]]) -> None:
    reports: dict[int, list[int]] = {}
    standing = Report.objects.standing().filter(event__in=[event for event, _ in events])
    for report, event in standing.order_by().values_list("pk", "event"):
        reports.setdefault(event or 0, []).append(report)
    AlertEvent.objects.bulk_create(
        AlertEvent(
            alert=alert,
            watch=alert.watch,
            event_id=event,
            kind=alert.kind,
            place=place,
            moved=moved,
            reports=reports.get(event, []),
        )
        for place, (event, moved) in enumerate(events, 1)
    )


def _keep_band(watch: Watch, seen: Seen) -> None:
    watch.low, watch.high, watch.band_on = seen.low, seen.high, seen.day
