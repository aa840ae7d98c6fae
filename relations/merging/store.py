"""Writes of merging: reports find their events, and events say what their reports say."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable

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
from relations.models import ActorKind, Dataset, Engagement, Event, PairDay, Report, Status
from relations.tension import independent_confidence


def merge_reports(pair_id: int) -> set[int]:
    """Give each report of the pair without an event the event it tells of, or a new one; ids of the events touched."""
    unmerged = list(Report.objects.filter(pair_id=pair_id, event=None).order_by("occurred_on", "pk"))
    if not unmerged:
        return set()
    known = {event.pk: event for event in _events_near(pair_id, unmerged)}
    happenings = [_happening_of_event(event) for event in known.values()] + _as_first_told(known)
    touched: set[int] = set()
    for report in unmerged:
        happening = _happening(report)
        match = best_match(happening, happenings)
        if match:
            event = known[match.id]
        else:
            event = _new_event(report)
            known[event.pk] = event
            happenings.append(_happening_of_event(event))
        report.event = event
        touched.add(event.pk)
    Report.objects.bulk_update(unmerged, ["event"], batch_size=500)
    return touched


def derive_events(event_ids: Iterable[int]) -> int:
    """Let events say what their reports say, except where an editor has spoken; mark the days that changed stale."""
    events = Event.objects.filter(pk__in=event_ids).select_for_update(of=("self",)).order_by("pk")
    reports: dict[int, list[Report]] = {}
    for report in Report.objects.filter(event_id__in=[event.pk for event in events]).select_related(
        "article__feed", "source_actor", "target_actor"
    ):
        reports.setdefault(report.event_id or 0, []).append(report)
    stale: set[tuple[int, str, dt.date]] = set()
    for event in events:
        stale.add((event.pair_id, event.dataset, event.occurred_on))
        _derive(event, reports.get(event.pk, []))
        event.evidence_changed = False
        event.save()
        stale.add((event.pair_id, event.dataset, event.occurred_on))
    PairDay.objects.mark_stale(stale)
    return len(events)


def link_engagements(event_ids: Iterable[int]) -> None:
    """Tie events to the planned visit, meeting or talks whose life they tell."""
    events = Event.objects.standing().filter(
        pk__in=event_ids, engagement=None, type__in=KIND_OF_TYPE, precision__in=["day", "week"]
    )
    for event in events.order_by("occurred_on", "pk"):
        kind = KIND_OF_TYPE[event.type]
        near = Engagement.objects.filter(pair_id=event.pair_id, kind=kind).order_by("-last_heard_on")[:20]
        known = [OpenEngagement(act.pk, act.kind, act.state, act.last_heard_on) for act in near]
        act = engagement_of(kind, event.occurred_on, known)
        if not follows_a_plan(event.stage, act):
            continue
        planned = sorted({day for report in event.reports.all() for day in report.planned_on})
        if act is None:
            engagement = Engagement.objects.create(
                pair_id=event.pair_id, kind=kind, state=event.stage, last_heard_on=event.occurred_on
            )
        else:
            engagement = Engagement.objects.get(pk=act.id)
        engagement.state, engagement.last_heard_on = event.stage, event.occurred_on
        if planned:
            engagement.planned_from, engagement.planned_until = planned[0], planned[-1]
        engagement.save()
        event.engagement = engagement
        event.save(update_fields=["engagement"])


def _events_near(pair_id: int, reports: list[Report]) -> Iterable[Event]:
    coarsest = max((report.precision for report in reports), key=COARSENESS.index)
    # An event known to the month may be told again to the day, so the window is never narrower than that.
    margin = dt.timedelta(days=max(WINDOW[coarsest], WINDOW["month"]))
    days = [report.occurred_on for report in reports]
    # Rejected events match too: what an editor rejected must not come back with the next copy of the story.
    return Event.objects.filter(
        pair_id=pair_id,
        dataset=Dataset.OWN,
        occurred_on__gte=min(days) - margin,
        occurred_on__lte=max(days) + margin,
    )


def _as_first_told(known: dict[int, Event]) -> list[Happening]:
    """What the reports of corrected events say: another report that says the same tells of the corrected event too."""
    corrected = [
        pk for pk, event in known.items() if {"type", "direction", "occurred_on"} & set(event.corrected_fields)
    ]
    return [
        Happening(report.type, report.direction, report.occurred_on, report.precision, report.event_id or 0)
        for report in Report.objects.filter(event_id__in=corrected)
    ]


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


def _happening(report: Report) -> Happening:
    return Happening(report.type, report.direction, report.occurred_on, report.precision)


def _happening_of_event(event: Event) -> Happening:
    return Happening(event.type, event.direction, event.occurred_on, event.precision, event.pk)


def _testimony(report: Report) -> Testimony:
    article = report.article
    return Testimony(
        happening=_happening(report),
        stage=report.stage,
        story=article.story_id,
        feed=article.feed_id,
        reliability=article.feed.reliability,
        confidence=report.confidence,
        source_actor=report.source_actor_id,
        target_actor=report.target_actor_id,
        place=report.place,
        published_at=article.published_at,
    )
