"""Writes of scoring: how bound events count, the sums of the days that changed, and where each pair stands.

Pairs are worked on together, since one pair's share of most queries is a few rows.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection, Sequence

from django.db import connection
from django.db.models import Q

from relations.codebook.states import state_types
from relations.models import STANDING, Event, PairDay, PairStanding, Status
from relations.models.scores import Formula
from relations.scoring import store_days, store_standings
from relations.scoring.store_days import Bound, Place
from relations.tension.terms import OPEN, Occurrence, Term, terms


def score_pairs(pair_ids: Sequence[int], *, today: dt.date, formula: Formula) -> int:
    """Sum the stale days of these pairs afresh and write where they stand; how many pairs. The caller holds them.

    A pair that has no standing yet, or one that was made with another formula, is summed from scratch.
    """
    stale = _stale_days(pair_ids)
    made_with = {
        (pair, dataset): label
        for pair, dataset, label in PairStanding.objects.filter(pair__in=pair_ids).values_list(
            "pair_id", "dataset", "made_with"
        )
    }
    whole = {place for place in {*stale, *made_with} if made_with.get(place) != formula.label}
    months = {(*place, month) for place, days in stale.items() for month in {day.replace(day=1) for day in days}}
    bound = _bound_events({pair for pair, _ in whole | _touched(stale, whole)}, formula)
    moved = _settle_terms(bound, stale)
    some = {
        place: stale.get(place, set()) | moved.get(place, set()) for place in {*stale, *moved} if place not in whole
    }
    days = store_days.sum_all(whole, bound, formula)
    store_days.sum_some(some, bound, formula)
    _count_months(months)
    days |= store_days.read({*stale, *made_with} - whole)
    store_standings.write_standings(pair_ids, days, today=today, formula=formula)
    return len(pair_ids)


def _stale_days(pair_ids: Sequence[int]) -> dict[Place, set[dt.date]]:
    found: dict[Place, set[dt.date]] = {}
    rows = PairDay.objects.filter(pair__in=pair_ids, stale=True).order_by("pair_id", "dataset", "day")
    for pair, dataset, day in rows.values_list("pair_id", "dataset", "day"):
        found.setdefault((pair, dataset), set()).add(day)
    return found


def _touched(stale: dict[Place, set[dt.date]], whole: Collection[Place]) -> set[Place]:
    """The places where terms may have changed: a stale day has an event that bears on others or is borne on, or some
    term ends on it, by an event that may be another now. The terms of all other places are as they were.
    """
    asked = [(*place, day) for place, days in stale.items() if place not in whole for day in days]
    if not asked:
        return set()
    with connection.cursor() as cursor:
        cursor.execute(
            "WITH asked AS (SELECT * FROM unnest(%s::bigint[], %s::text[], %s::date[]) AS asked (pair, dataset, day)) "
            "SELECT e.pair_id, e.dataset FROM asked JOIN relations_event e "
            "ON e.pair_id = asked.pair AND e.dataset = asked.dataset AND e.occurred_on = asked.day "
            "WHERE e.engagement_id IS NOT NULL OR e.type = ANY(%s) "
            "OR e.in_force_until IS NOT NULL OR e.replaced_on IS NOT NULL "
            "UNION SELECT e.pair_id, e.dataset FROM asked JOIN relations_event e "
            "ON e.pair_id = asked.pair AND e.dataset = asked.dataset "
            "WHERE (e.in_force_until IS NOT NULL OR e.replaced_on IS NOT NULL) "
            "AND (e.in_force_until = asked.day OR e.replaced_on = asked.day)",
            [*(list(column) for column in zip(*asked, strict=True)), sorted(state_types())],
        )
        return {(pair, dataset) for pair, dataset in cursor.fetchall()}


def _bound_events(pair_ids: Collection[int], formula: Formula) -> dict[Place, list[Bound]]:
    """Events on whose terms others bear, those that bear on them, and those that bear a term from before."""
    found: dict[Place, list[Bound]] = {}
    standing = Q(status__in=STANDING)
    concerned = Q(engagement__isnull=False) | Q(type__in=state_types())
    has_term = Q(in_force_until__isnull=False) | Q(replaced_on__isnull=False)
    rows = Event.objects.filter(standing & concerned | has_term, pair__in=pair_ids).values_list(
        *("pair_id", "dataset", "pk", "occurred_on", "type", "stage", "direction", "status", "confidence"),
        *("engagement_id", "in_force_until", "replaced_on"),
    )
    for pair, dataset, pk, day, kind, stage, direction, status, confidence, engagement, until, replaced in rows:
        probability = store_days.probability(status, confidence, kind, formula)
        occurrence = Occurrence(pk, day.toordinal(), kind, stage, direction, probability, engagement)
        term = Term(until.toordinal() if until else None, replaced.toordinal() if replaced else None)
        # What only bears a term from before is among the free events again.
        is_bound = engagement is not None or kind in state_types()
        counts = is_bound and status in STANDING
        found.setdefault((pair, dataset), []).append(Bound(occurrence, term, counts))
    return found


def _settle_terms(bound: dict[Place, list[Bound]], stale: dict[Place, set[dt.date]]) -> dict[Place, set[dt.date]]:
    """Work out and write the terms of bound events; the days whose sums follow from those that changed."""
    moved: dict[Place, set[dt.date]] = {}
    ids, ends, replacements = [], [], []
    for place, events in bound.items():
        found = terms(one.occurrence for one in events if one.counts)
        of_place = {day.toordinal() for day in stale.get(place, ())}
        days: set[int] = set()
        for at, (occurrence, before, counts) in enumerate(events):
            term = found.get(occurrence.id, Term())
            if term != before:
                ids.append(occurrence.id)
                ends.append(_date(term.holds_until))
                replacements.append(_date(term.replaced_on))
                events[at] = Bound(occurrence, term, counts)
                days.add(occurrence.day)
            if term != before or occurrence.day in of_place:
                # What it takes from the days on which its term ends follows it.
                days |= {day for one in (before, term) for day in (one.holds_until, one.replaced_on) if day}
        days.discard(OPEN)
        if days:
            moved[place] = {dt.date.fromordinal(day) for day in days}
    if ids:
        with connection.cursor() as cursor:
            cursor.execute(
                "UPDATE relations_event SET in_force_until = new.until, replaced_on = new.replaced "
                "FROM unnest(%s::bigint[], %s::date[], %s::date[]) AS new (id, until, replaced) "
                "WHERE relations_event.id = new.id",
                [ids, ends, replacements],
            )
    return moved


def _date(day: int | None) -> dt.date | None:
    return dt.date.fromordinal(day) if day is not None else None


def _count_months(months: set[tuple[int, str, dt.date]]) -> None:
    """Count the events of the months that changed days lie in afresh, for filters and heat maps."""
    if not months:
        return
    asked = [list(column) for column in zip(*sorted(months), strict=True)]
    these = "unnest(%s::bigint[], %s::text[], %s::date[]) AS asked (pair, dataset, month)"
    with connection.cursor() as cursor:
        cursor.execute(
            f"DELETE FROM relations_pairmonth m USING {these} "  # noqa: S608  fixed words
            "WHERE m.pair_id = asked.pair AND m.dataset = asked.dataset AND m.month = asked.month",
            asked,
        )
        # A pair's events are looked through once, from the first month asked for to the last.
        cursor.execute(
            f"WITH asked AS (SELECT * FROM {these}), "  # noqa: S608
            "spans AS (SELECT pair, dataset, min(month) AS first, max(month) AS last FROM asked GROUP BY 1, 2), "
            "counted AS (SELECT e.pair_id AS pair, e.dataset, date_trunc('month', e.occurred_on)::date AS month, "
            "e.type, e.status, e.direction, e.stage, count(*) AS events FROM spans s JOIN relations_event e "
            "ON e.pair_id = s.pair AND e.dataset = s.dataset "
            "AND e.occurred_on >= s.first AND e.occurred_on < s.last + interval '1 month' "
            "WHERE e.status <> %s GROUP BY 1, 2, 3, 4, 5, 6, 7) "
            "INSERT INTO relations_pairmonth (pair_id, dataset, month, type, status, direction, stage, events) "
            "SELECT pair, dataset, month, type, status, direction, stage, events FROM counted JOIN asked "
            "USING (pair, dataset, month)",
            [*asked, Status.MERGED.value],
        )
