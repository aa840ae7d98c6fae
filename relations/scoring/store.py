"""Writes of scoring: how bound events count, the sums of the days that changed, and where each pair stands.

Pairs are worked on together, since one pair's share of most queries is a few rows.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Sequence
from typing import Any, NamedTuple

import numpy as np
from django.db import connection
from django.db.models import Q

from relations.codebook.states import state_types
from relations.models import Event, PairDay, PairStanding, Status
from relations.models.scores import Formula
from relations.scoring import store_standings
from relations.tension import sums as tension_sums
from relations.tension.formula import event_probability
from relations.tension.terms import OPEN, Occurrence, Term, terms

Place = tuple[int, str]  # pair id, dataset
Row = tuple[int, str, str, int, float, int | None, int | None]  # as relations.tension.sums.columns takes them


class Bound(NamedTuple):
    """An event that others bear on, with the term that its columns bear now. counts: whether it is in the score."""

    occurrence: Occurrence
    term: Term
    counts: bool


def score_pairs(pair_ids: Sequence[int], *, today: dt.date, formula: Formula) -> int:
    """Sum the stale days of these pairs afresh and write where they stand; how many pairs. The caller holds them.

    A pair whose standing was made with another formula is summed from scratch.
    """
    stale = _stale_days(pair_ids)
    remade = set(
        PairStanding.objects.filter(pair__in=pair_ids)
        .exclude(made_with=formula.label)
        .values_list("pair_id", "dataset")
    )
    changed_months = {(*place, day.replace(day=1)) for place, days in stale.items() for day in days}
    bound = _bound_events(pair_ids, formula)
    moved = _settle_terms(bound, stale)
    for place, days in moved.items():
        stale.setdefault(place, set()).update(days)
    for place, days in _all_days(remade).items():
        stale.setdefault(place, set()).update(days)
    if stale:
        _sum_days(stale, remade, bound, formula)
        _count_months(changed_months)
    store_standings.write_standings(pair_ids, today=today, formula=formula)
    return len(pair_ids)


def _stale_days(pair_ids: Sequence[int]) -> dict[Place, set[dt.date]]:
    found: dict[Place, set[dt.date]] = {}
    rows = PairDay.objects.filter(pair__in=pair_ids, stale=True).order_by("pair_id", "dataset", "day")
    for pair, dataset, day in rows.select_for_update().values_list("pair_id", "dataset", "day"):
        found.setdefault((pair, dataset), set()).add(day)
    return found


def _all_days(places: Iterable[Place]) -> dict[Place, set[dt.date]]:
    found: dict[Place, set[dt.date]] = {}
    wanted = set(places)
    rows = PairDay.objects.filter(pair__in={pair for pair, _ in wanted}).values_list("pair_id", "dataset", "day")
    for pair, dataset, day in rows if wanted else ():
        if (pair, dataset) in wanted:
            found.setdefault((pair, dataset), set()).add(day)
    return found


def _probability(status: str, confidence: float, kind: str, formula: Formula) -> float:
    learnt = formula.learnt.get(kind, 0.0)
    return event_probability(confirmed=status == Status.CONFIRMED, confidence=confidence, learnt=learnt)


def _bound_events(pair_ids: Sequence[int], formula: Formula) -> dict[Place, list[Bound]]:
    """Events on whose terms others bear, those that bear on them, and those that bear a term from before."""
    found: dict[Place, list[Bound]] = {}
    standing = Q(status__in=[Status.CODED, Status.CONFIRMED])
    concerned = Q(engagement__isnull=False) | Q(type__in=state_types())
    has_term = Q(in_force_until__isnull=False) | Q(replaced_on__isnull=False)
    rows = Event.objects.filter(standing & concerned | has_term, pair__in=pair_ids).values_list(
        *("pair_id", "dataset", "pk", "occurred_on", "type", "stage", "direction", "status", "confidence"),
        *("engagement_id", "in_force_until", "replaced_on"),
    )
    for pair, dataset, pk, day, kind, stage, direction, status, confidence, engagement, until, replaced in rows:
        probability = _probability(status, confidence, kind, formula)
        occurrence = Occurrence(pk, day.toordinal(), kind, stage, direction, probability, engagement)
        term = Term(until.toordinal() if until else None, replaced.toordinal() if replaced else None)
        counts = status in (Status.CODED, Status.CONFIRMED)
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


def _sum_days(
    stale: dict[Place, set[dt.date]], remade: set[Place], bound: dict[Place, list[Bound]], formula: Formula
) -> None:
    """Write the sums of these days; days of which nothing is left are forgotten."""
    places = sorted(stale)
    number = {place: at for at, place in enumerate(places)}
    rows: list[Row] = []
    groups: list[int] = []
    counts: dict[tuple[int, int], int] = {}
    for place, day, kind, stage, direction, probability in _free_events(stale, remade, formula):
        at = number[place]
        rows.append((day, kind, stage, direction, probability, None, None))
        groups.append(at)
        counts[at, day] = counts.get((at, day), 0) + 1
    for place in places:
        at = number[place]
        for one, term, is_in in bound.get(place, ()):
            if is_in:
                rows.append(
                    (one.day, one.type, one.stage, one.direction, one.probability, term.holds_until, term.replaced_on)
                )
                groups.append(at)
                counts[at, one.day] = counts.get((at, one.day), 0) + 1
    wanted = {(number[place], day.toordinal()) for place, days in stale.items() for day in days}
    summed = tension_sums.day_sums(tension_sums.columns(rows), formula.weights, np.array(groups, dtype=np.int64))
    written: list[tuple[int, str, dt.date, int, bytes]] = []
    for at, day, packed in zip(summed[0].tolist(), summed[1].tolist(), tension_sums.pack(summed[2]), strict=True):
        if (at, day) in wanted and counts.get((at, day)):
            wanted.discard((at, day))
            written.append((*places[at], dt.date.fromordinal(day), counts[at, day], packed))
    gone = [(*places[at], dt.date.fromordinal(day)) for at, day in sorted(wanted)]
    with connection.cursor() as cursor:
        if written:
            _write_days(cursor, written)
        if gone:
            cursor.execute(
                "DELETE FROM relations_pairday d "
                "USING unnest(%s::bigint[], %s::text[], %s::date[]) AS gone (pair, dataset, day) "
                "WHERE d.pair_id = gone.pair AND d.dataset = gone.dataset AND d.day = gone.day",
                [list(column) for column in zip(*gone, strict=True)],
            )


def _write_days(cursor: Any, written: Sequence[tuple[int, str, dt.date, int, bytes]]) -> None:
    """By COPY, as there may be as many as the pairs have days; days in order of their key, as all lock them."""
    cursor.execute(
        "CREATE TEMPORARY TABLE IF NOT EXISTS summed "
        "(pair bigint, dataset text, day date, events integer, sums bytea) ON COMMIT DELETE ROWS"
    )
    cursor.execute("TRUNCATE summed")
    with cursor.copy("COPY summed FROM STDIN (FORMAT BINARY)") as copy:
        copy.set_types(("int8", "text", "date", "int4", "bytea"))
        for row in written:
            copy.write_row(row)
    cursor.execute(
        "INSERT INTO relations_pairday (pair_id, dataset, day, event_count, sums, stale) "
        "SELECT pair, dataset, day, events, sums, false FROM summed ORDER BY pair, dataset, day "
        "ON CONFLICT (pair_id, dataset, day) DO UPDATE "
        "SET sums = excluded.sums, event_count = excluded.event_count, stale = false"
    )


def _free_events(
    stale: dict[Place, set[dt.date]], remade: set[Place], formula: Formula
) -> Iterable[tuple[Place, int, str, str, int, float]]:
    """The standing events of these days that nothing bears on: place, day, type, stage, direction, probability."""
    columns = "e.pair_id, e.dataset, e.occurred_on, e.type, e.stage, e.direction, e.status, e.confidence"
    free = "e.status = ANY(%s) AND e.engagement_id IS NULL AND NOT e.type = ANY(%s)"
    about = [[Status.CODED.value, Status.CONFIRMED.value], sorted(state_types())]
    some = [(*place, day) for place, days in sorted(stale.items()) if place not in remade for day in sorted(days)]
    whole = sorted(place for place in stale if place in remade)
    with connection.cursor() as cursor:
        for asked, on in ((some, "AND e.occurred_on = asked.day"), (whole, "")):
            if not asked:
                continue
            names, arrays = (
                ("pair, dataset, day", "%s::bigint[], %s::text[], %s::date[]")
                if on
                else ("pair, dataset", "%s::bigint[], %s::text[]")
            )
            cursor.execute(
                f"SELECT {columns} FROM unnest({arrays}) AS asked ({names}) "  # noqa: S608  fixed words
                f"JOIN relations_event e ON e.pair_id = asked.pair AND e.dataset = asked.dataset {on} WHERE {free}",
                [*(list(column) for column in zip(*asked, strict=True)), *about],
            )
            for pair, dataset, day, kind, stage, direction, status, confidence in cursor.fetchall():
                probability = _probability(status, confidence, kind, formula)
                yield (pair, dataset), day.toordinal(), kind, stage, direction, probability


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
        cursor.execute(
            "INSERT INTO relations_pairmonth (pair_id, dataset, month, type, status, direction, events) "  # noqa: S608
            "SELECT asked.pair, asked.dataset, asked.month, e.type, e.status, e.direction, count(*) "
            f"FROM {these} JOIN relations_event e ON e.pair_id = asked.pair AND e.dataset = asked.dataset "
            "AND e.occurred_on >= asked.month AND e.occurred_on < asked.month + interval '1 month' "
            "WHERE e.status <> %s GROUP BY 1, 2, 3, 4, 5, 6",
            [*asked, Status.MERGED.value],
        )
