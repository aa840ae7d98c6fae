"""Writes of merging: engagements say what their events say."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django.db.models import Q

from relations.merging.engagements import KIND_OF_TYPE, Life, PlanEvent, kind_of, lives, state_of
from relations.merging.evidence import Plan
from relations.merging.identity import goes_on_as
from relations.merging.tellings import GOVERNMENT
from relations.models import ActorKind, Dataset, Direction, Engagement, Event, PairDay, Precision, Report, Status

# What a calendar shows of an engagement: a change of it is a new SEQUENCE.
SHOWN = {"kind", "state", "planned_on", "planned_from", "planned_until", "held_on", "place", "participants", "host_id"}


def link_engagements(event_ids: Iterable[int]) -> None:
    """Tie events to the planned acts whose lives they tell, in each pair of which one of these could belong to one."""
    ids = set(event_ids)
    concerned = Event.objects.filter(Q(pk__in=ids) | Q(merged_into__in=ids))
    planned = concerned.filter(Q(type__in=KIND_OF_TYPE) | ~Q(engagement=None))
    for pair_id in planned.order_by("pair_id").values_list("pair_id", flat=True).distinct():
        _link(pair_id)


def _link(pair_id: int) -> None:
    """All of the pair's events are looked at, so that the order in which they came to be known doesn't matter."""
    events = {event.pk: event for event in _candidates(pair_id)}
    found = lives(_plan_events(list(events.values())))
    known = {one.pk: one for one in Engagement.objects.filter(pair_id=pair_id).select_for_update().order_by("pk")}
    # Each life goes on being the engagement that most of its events were tied to.
    engagement_of = goes_on_as([[events[one.id].engagement_id or 0 for one in life.events] for life in found])
    tied: dict[int, int] = {}
    for at, life in enumerate(found):
        engagement = known.get(engagement_of.get(at, 0)) or Engagement(pair_id=pair_id)
        _keep(engagement, life, events)
        tied.update({event.id: engagement.pk for event in life.events})
    _tie(pair_id, events, tied)
    _leave(pair_id, known, set(tied.values()), events, tied)


def _candidates(pair_id: int) -> Iterable[Event]:
    """The events that can belong to a plan: dated to the day or the week."""
    return (
        Event.objects.standing()
        .filter(pair_id=pair_id, dataset=Dataset.OWN, type__in=KIND_OF_TYPE)
        .filter(precision__in=[Precision.DAY, Precision.WEEK])
        .select_related("source_actor", "target_actor")
        .order_by("occurred_on", "pk")
    )


def _plan_events(events: list[Event]) -> list[PlanEvent]:
    sentences: dict[int, list[str]] = {}
    told = Report.objects.standing().filter(event__in=[event.pk for event in events]).order_by("event_id", "sentence")
    for event_id, sentence in told.values_list("event_id", "sentence"):
        sentences.setdefault(event_id, []).append(sentence)
    found = []
    for event in events:
        said = sentences.get(event.pk, [])
        kind = kind_of(event.type, said)
        if kind:
            found.append(_plan_event(event, kind, min(said, default="")))
    return found


def _plan_event(event: Event, kind: str, sentence: str) -> PlanEvent:
    actors = [actor for actor in (event.source_actor, event.target_actor) if actor and actor.kind != ActorKind.STATE]
    named = {actor.key for actor in actors if not actor.key.endswith(GOVERNMENT)}
    stage = state_of(event.type, event.stage)
    # Who puts a visit off, or calls it off, need not be who was to go.
    goes = kind == "visit" and event.direction != Direction.MUTUAL and stage not in ("postponed", "cancelled")
    return PlanEvent(
        id=event.pk,
        occurred_on=event.occurred_on,
        type=event.type,
        stage=stage,
        kind=kind,
        visitor=event.source_id if goes else "",
        people=frozenset(named),
        place=event.place,
        plan=Plan(tuple(event.planned_on), event.planned_from, event.planned_until, event.planned_words),
        order=(event.direction, sorted(named), event.place, event.planned_words, sentence),
    )


def _keep(engagement: Engagement, life: Life, events: dict[int, Event]) -> None:
    visitor = life.visitor
    pair_of = events[life.events[0].id]
    sides = {pair_of.source_id, pair_of.target_id}
    plan = life.plan
    values: dict[str, Any] = {
        "kind": life.kind,
        "state": life.state,
        "first_heard_on": life.events[0].occurred_on,
        "last_heard_on": life.last.occurred_on,
        "planned_on": sorted(plan.days),
        "planned_from": min(plan.days) if plan.days else plan.first,
        "planned_until": max(plan.days) if plan.days else plan.last or plan.first,
        "planned_words": plan.words,
        "held_on": life.held_on,
        "visitor_id": visitor or None,
        "host_id": next(iter(sides - {visitor}), None) if visitor else None,
        "place": life.place,
        "participants": _participants(life, events),
        "event_count": len(life.events),
        "merged_into_id": None,
    }
    changed = {field for field, value in values.items() if getattr(engagement, field) != value}
    for field, value in values.items():
        setattr(engagement, field, value)
    if engagement.pk is None or changed:
        engagement.sequence += bool(engagement.pk and changed & SHOWN)
        engagement.save()


def _participants(life: Life, events: dict[int, Event]) -> list[str]:
    """Names of those who take part, in the order in which they are named; without the states themselves."""
    named = [
        actor
        for one in life.events
        for actor in (events[one.id].source_actor, events[one.id].target_actor)
        if actor is not None and actor.kind != ActorKind.STATE
    ]
    people = {actor.country_id for actor in named if actor.kind == ActorKind.PERSON}
    # A ministry adds nothing where somebody of its country is named.
    return list(
        dict.fromkeys(actor.name for actor in named if actor.kind == ActorKind.PERSON or actor.country_id not in people)
    )[:8]


def _tie(pair_id: int, events: dict[int, Event], tied: dict[int, int]) -> None:
    """Write which event belongs to which engagement. A change of it changes the score of the event's day.

    What no longer counts keeps its engagement, so that both are as they were if it counts again.
    """
    engaged = Event.objects.standing().filter(pair_id=pair_id, engagement__isnull=False)
    before = dict(engaged.values_list("pk", "engagement_id"))
    moves: dict[int | None, list[int]] = {}
    for event in {*before, *tied}:
        if before.get(event) != tied.get(event):
            moves.setdefault(tied.get(event), []).append(event)
    stale = []
    for engagement, moved in moves.items():
        Event.objects.filter(pk__in=moved).update(engagement_id=engagement)
        stale += list(Event.objects.filter(pk__in=moved).values_list("pair_id", "dataset", "occurred_on"))
    PairDay.objects.mark_stale(stale)


def _leave(
    pair_id: int, known: dict[int, Engagement], living: set[int], events: dict[int, Event], tied: dict[int, int]
) -> None:
    """Engagements without events lead to the one that their events went to; where these are gone, they are off."""
    merged = Event.objects.filter(pair_id=pair_id, status=Status.MERGED, engagement__isnull=False)
    goes_on_in = {
        engagement: tied[into]
        for engagement, into in merged.values_list("engagement_id", "merged_into_id")
        if into in tied
    }
    for pk, engagement in known.items():
        if pk in living or engagement.merged_into_id:
            continue
        into = next(
            (tied[event.pk] for event in events.values() if event.engagement_id == pk and event.pk in tied),
            goes_on_in.get(pk),
        )
        if into:
            Engagement.objects.filter(merged_into_id=pk).update(merged_into_id=into)
            engagement.merged_into_id, engagement.event_count = into, 0
            engagement.save(update_fields=["merged_into", "event_count", "updated_at"])
        elif engagement.event_count:
            # Its calendars are told that it is off; whoever has its address is told that nothing is left of it.
            engagement.state, engagement.event_count = "cancelled", 0
            engagement.sequence += 1
            engagement.save(update_fields=["state", "event_count", "sequence", "updated_at"])
