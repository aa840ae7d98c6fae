"""Writes of merging: reports find their events, and events say what their reports say."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable

from django.db.models import Q
from django.utils import timezone

from relations.merging.engagements import KIND_OF_TYPE, OpenEngagement, engagement_of, follows_a_plan
from relations.merging.match import (
    COARSENESS,
    WINDOW,
    Happening,
    Testimony,
    best_match,
    independent_sources,
    most_specific_actor,
    sharpest,
)
from relations.models import ActorKind, Dataset, Engagement, Event, PairDay, Precision, Report, Stage, Status
from relations.tension import independent_confidence

# What an event takes from its reports.
DERIVED = [
    *("occurred_on", "precision", "stage", "status", "place", "source_actor_id", "target_actor_id"),
    *("confidence", "report_count", "source_count"),
]


def merge_reports(pair_id: int) -> tuple[set[int], set[int]]:
    """Give each report of the pair without an event the event it tells of, or a new one.

    Returns the ids of the events touched, and of those among them that are new.
    """
    unmerged = list(Report.objects.filter(pair_id=pair_id, event=None))
    if not unmerged:
        return set(), set()
    # The exactly dated first: two happenings of one month stay two, and what is known to the month joins one of them.
    unmerged.sort(key=lambda report: (COARSENESS.index(report.precision), report.occurred_on, report.pk))
    known = {event.pk: event for event in _events_near(pair_id, unmerged)}
    happenings = [_happening(event, event.pk) for event in known.values()] + _as_first_told(known)
    touched: set[int] = set()
    new: set[int] = set()
    for report in unmerged:
        happening = _happening(report)
        match = best_match(happening, happenings)
        if match:
            event = known[match.id]
        else:
            event = _new_event(report)
            known[event.pk] = event
            new.add(event.pk)
            happenings.append(_happening(event, event.pk))
        report.event = event
        touched.add(event.pk)
    Report.objects.bulk_update(unmerged, ["event"], batch_size=500)
    return touched, new


def derive_events(event_ids: Iterable[int], new: set[int]) -> int:
    """Let events say what their reports say, except where an editor has spoken; mark the days that changed stale.

    new: ids of events just made, whose days are stale in any case. Returns how many are new or changed.
    """
    events = Event.objects.filter(pk__in=event_ids).select_for_update(of=("self",)).order_by("pk")
    reports: dict[int, list[Report]] = {}
    for report in Report.objects.filter(event_id__in=[event.pk for event in events]).select_related(
        "article__feed", "source_actor", "target_actor"
    ):
        reports.setdefault(report.event_id or 0, []).append(report)
    stale: set[tuple[int, str, dt.date]] = set()
    changed = []
    for event in events:
        before = {field: getattr(event, field) for field in DERIVED}
        _derive(event, reports.get(event.pk, []))
        if before != {field: getattr(event, field) for field in DERIVED} or event.pk in new:
            changed.append(event)
            stale |= {(event.pair_id, event.dataset, day) for day in (before["occurred_on"], event.occurred_on)}
    # What is as it was keeps its updated_at: an editor who looks at it is not told that it changed.
    now = timezone.now()
    for event in changed:
        event.updated_at = now
    Event.objects.bulk_update(changed, [*DERIVED, "updated_at"], batch_size=500)
    Event.objects.filter(pk__in=[event.pk for event in events]).update(evidence_changed=False)
    PairDay.objects.mark_stale(stale)
    return len(changed)


def link_engagements(event_ids: Iterable[int]) -> None:
    """Tie events to the planned visit, meeting or talks whose life they tell, and let each say where it stands now."""
    tied = Event.objects.filter(pk__in=event_ids, engagement__isnull=False)
    touched = {engagement_id for engagement_id in tied.values_list("engagement_id", flat=True) if engagement_id}
    events = Event.objects.standing().filter(
        pk__in=event_ids, engagement=None, type__in=KIND_OF_TYPE, precision__in=[Precision.DAY, Precision.WEEK]
    )
    for event in events.order_by("occurred_on", "pk"):
        kind = KIND_OF_TYPE[event.type]
        near = Engagement.objects.filter(pair_id=event.pair_id, kind=kind).order_by("-last_heard_on")[:20]
        known = [OpenEngagement(act.pk, act.kind, act.state, act.last_heard_on) for act in near]
        act = engagement_of(kind, event.occurred_on, known)
        if not follows_a_plan(event.stage, act):
            continue
        if act is None:
            engagement_id = Engagement.objects.create(
                pair_id=event.pair_id, kind=kind, state=event.stage, last_heard_on=event.occurred_on
            ).pk
        else:
            engagement_id = act.id
        Event.objects.filter(pk=event.pk).update(engagement=engagement_id)
        _say_where_it_stands(engagement_id)
        touched.discard(engagement_id)
    for engagement_id in touched:
        _say_where_it_stands(engagement_id)


def _say_where_it_stands(engagement_id: int) -> None:
    """The state of a planned act is that of its last standing event; with none left it is forgotten."""
    events = list(Event.objects.standing().filter(engagement_id=engagement_id).order_by("-occurred_on", "-pk")[:50])
    if not events:
        Event.objects.filter(engagement_id=engagement_id).update(engagement=None)
        Engagement.objects.filter(pk=engagement_id).delete()
        return
    planned: list[dt.date] = []
    for days in Report.objects.filter(event__in=events).exclude(planned_on=[]).order_by("-occurred_on", "-pk")[:1]:
        planned = sorted(days.planned_on)
    Engagement.objects.filter(pk=engagement_id).update(
        state=events[0].stage,
        last_heard_on=events[0].occurred_on,
        planned_from=planned[0] if planned else None,
        planned_until=planned[-1] if planned else None,
    )


def _events_near(pair_id: int, reports: list[Report]) -> Iterable[Event]:
    coarsest = max((report.precision for report in reports), key=COARSENESS.index)
    # An event known to the month may be told again to the day, so the window is never narrower than that.
    margin = dt.timedelta(days=max(WINDOW[coarsest], WINDOW["month"]))
    days = [report.occurred_on for report in reports]
    # Rejected events match too: what an editor rejected must not come back with the next copy of the story.
    return Event.objects.filter(
        pair_id=pair_id,
        dataset=Dataset.OWN,
        occurred_on__lte=max(days) + margin,
    ).filter(
        Q(occurred_on__gte=min(days) - margin)
        | Q(precision=Precision.YEAR, occurred_on__gte=min(days) - dt.timedelta(days=WINDOW["year"]))
    )


def _as_first_told(known: dict[int, Event]) -> list[Happening]:
    """What the reports of corrected events say: another report that says the same tells of the corrected event too."""
    corrected = [
        pk for pk, event in known.items() if {"type", "direction", "occurred_on"} & set(event.corrected_fields)
    ]
    return [_happening(report, report.event_id or 0) for report in Report.objects.filter(event_id__in=corrected)]


def _new_event(report: Report) -> Event:
    return Event.objects.create(
        pair_id=report.pair_id,
        dataset=Dataset.OWN,
        **{field: getattr(report, field) for field in ("type", "direction", "stage", "occurred_on", "precision")},
        **{field: getattr(report, field) for field in ("source_id", "target_id", "source_actor_id", "target_actor_id")},
        place=report.place,
    )


def _derive(event: Event, reports: list[Report]) -> None:
    if not reports:
        event.set_unless_corrected(status=Status.WITHDRAWN)
        event.report_count = event.source_count = 0
        event.confidence = 0.0
        return
    if event.status == Status.WITHDRAWN:
        event.status = Status.CODED
    testimonies = [_testimony(report) for report in reports]
    sharp = sharpest(testimonies)
    sources = independent_sources(testimonies)
    event.report_count, event.source_count = len(reports), len(sources)
    # What the coder read with little confidence lends little: the surest reading bounds the sources' word.
    event.confidence = independent_confidence(sources) * max(item.confidence for item in testimonies)
    event.set_unless_corrected(
        occurred_on=sharp.happening.occurred_on,
        precision=sharp.happening.precision,
        stage=sharp.stage,
        place=sharp.place or event.place,
    )
    sides = {"source": event.source_id, "target": event.target_id}
    for side, country in sides.items():
        named = (
            (actor.pk, actor.kind == ActorKind.STATE)
            for report in reports
            for actor in (report.source_actor, report.target_actor)
            if actor is not None and actor.country_id == country
        )
        event.set_unless_corrected(**{f"{side}_actor_id": most_specific_actor(named)})


def _happening(told: Report | Event, event_id: int = 0) -> Happening:
    done = told.stage != Stage.ANNOUNCED
    return Happening(told.type, told.direction, told.occurred_on, told.precision, event_id, done)


def _testimony(report: Report) -> Testimony:
    article = report.article
    return Testimony(
        happening=_happening(report),
        stage=report.stage,
        story=article.story_id,
        feed=article.feed_id,
        reliability=article.feed.reliability,
        confidence=report.confidence,
        place=report.place,
        published_at=article.published_at,
    )
