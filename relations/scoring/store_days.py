"""Writes of scoring: the sums of pair-days, from the events that count on them."""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection, Iterable, Mapping, Sequence
from typing import Any, NamedTuple

import numpy as np
from django.db import connection

from relations.codebook.states import state_types
from relations.models import STANDING, PairDay, Status
from relations.models.scores import Formula
from relations.tension import sums
from relations.tension.formula import event_probability
from relations.tension.sums import Floats, Ints
from relations.tension.terms import Occurrence, Term

Place = tuple[int, str]  # pair id, dataset
Row = tuple[int, str, str, int, float, int | None, int | None]  # as relations.tension.sums.columns takes them
EVENT = "e.pair_id, e.dataset, e.occurred_on, e.type, e.stage, e.direction, e.status, e.confidence"
SHARED = "pair_id, dataset, day, event_count, sums, stale"


class Bound(NamedTuple):
    """An event that others bear on, with the term that its columns bear now. counts: whether it is in the score."""

    occurrence: Occurrence
    term: Term
    counts: bool


class Days(NamedTuple):
    """The days of a pair on which something happened, in order: ordinals, events and sums, of shapes (n,), (n,) and
    (n, *SHAPE)."""

    ordinals: Ints
    events: Ints
    sums: Floats

    def part(self, start: int, stop: int) -> Days:
        return Days(self.ordinals[start:stop], self.events[start:stop], self.sums[start:stop])


class Summed(NamedTuple):
    """Days of several places. places: which the numbers in ``group`` mean; rows in the order of group and day."""

    places: list[Place]
    group: Ints
    ordinals: Ints
    events: Ints
    sums: Floats


def probability(status: str, confidence: float, kind: str, formula: Formula) -> float:
    learnt = formula.learnt.get(kind, 0.0)
    return event_probability(confirmed=status == Status.CONFIRMED, confidence=confidence, learnt=learnt)


def sum_all(places: Collection[Place], bound: Mapping[Place, Sequence[Bound]], formula: Formula) -> dict[Place, Days]:
    """Write the sums of all days of these pairs afresh, and give them."""
    if not places:
        return {}
    summed = _sum(sorted(places), _free_events(sorted(places), "", formula), bound, formula)
    with connection.cursor() as cursor:
        cursor.execute(
            "DELETE FROM relations_pairday d USING unnest(%s::bigint[], %s::text[]) AS asked (pair, dataset) "
            "WHERE d.pair_id = asked.pair AND d.dataset = asked.dataset",
            [list(column) for column in zip(*sorted(places), strict=True)],
        )
        _copy(cursor, "relations_pairday", summed)
    edges = np.searchsorted(summed.group, np.arange(len(summed.places) + 1))
    days = Days(summed.ordinals, summed.events, summed.sums)
    return {
        place: days.part(edges[at], edges[at + 1])
        for at, place in enumerate(summed.places)
        if edges[at] < edges[at + 1]
    }


def sum_some(
    days: Mapping[Place, Collection[dt.date]], bound: Mapping[Place, Sequence[Bound]], formula: Formula
) -> None:
    """Write the sums of these days; days of which nothing is left are forgotten."""
    asked = [(*place, day) for place in sorted(days) for day in sorted(days[place])]
    if not asked:
        return
    summed = _sum(sorted(days), _free_events(asked, "AND e.occurred_on = asked.day", formula), bound, formula)
    wanted = {place: {day.toordinal() for day in of_place} for place, of_place in days.items()}
    kept = np.array(
        [
            ordinal in wanted[summed.places[group]]
            for group, ordinal in zip(summed.group.tolist(), summed.ordinals.tolist(), strict=True)
        ],
        dtype=bool,
    )
    summed = Summed(summed.places, *(column[kept] for column in summed[1:]))
    with connection.cursor() as cursor:
        cursor.execute(
            "CREATE TEMPORARY TABLE IF NOT EXISTS summed "
            "(pair_id bigint, dataset text, day date, event_count int, sums bytea, stale bool) ON COMMIT DELETE ROWS"
        )
        cursor.execute("TRUNCATE summed")
        _copy(cursor, "summed", summed)
        cursor.execute(
            f"INSERT INTO relations_pairday ({SHARED}) SELECT {SHARED} FROM summed "  # noqa: S608  fixed words
            "ORDER BY pair_id, dataset, day ON CONFLICT (pair_id, dataset, day) DO UPDATE "
            "SET sums = excluded.sums, event_count = excluded.event_count, stale = false"
        )
        cursor.execute(
            "DELETE FROM relations_pairday d "
            "USING unnest(%s::bigint[], %s::text[], %s::date[]) AS asked (pair, dataset, day) "
            "WHERE d.pair_id = asked.pair AND d.dataset = asked.dataset AND d.day = asked.day AND NOT EXISTS "
            "(SELECT FROM summed s WHERE s.pair_id = d.pair_id AND s.dataset = d.dataset AND s.day = d.day)",
            [list(column) for column in zip(*asked, strict=True)],
        )


def read(places: Collection[Place]) -> dict[Place, Days]:
    """The days of these places as they are stored."""
    rows: dict[Place, list[tuple[dt.date, int, bytes]]] = {}
    stored = PairDay.objects.filter(pair__in={pair for pair, _ in places}, event_count__gt=0)
    columns = ("pair_id", "dataset", "day", "event_count", "sums")
    for pair, dataset, day, count, packed in stored.order_by("pair_id", "dataset", "day").values_list(*columns):
        if (pair, dataset) in places:
            rows.setdefault((pair, dataset), []).append((day, count, packed))
    return {
        place: Days(
            np.array([day.toordinal() for day, _, _ in of_place]),
            np.array([count for _, count, _ in of_place]),
            sums.unpack([packed for *_, packed in of_place]),
        )
        for place, of_place in rows.items()
    }


def _sum(
    places: list[Place],
    free: Iterable[tuple[Place, Row]],
    bound: Mapping[Place, Sequence[Bound]],
    formula: Formula,
) -> Summed:
    """The sums of all days that these events touch, with how many happened on each; days without any are left out."""
    number = {place: at for at, place in enumerate(places)}
    rows: list[Row] = []
    groups: list[int] = []
    for place, row in free:
        rows.append(row)
        groups.append(number[place])
    for place in places:
        for one, term, counts in bound.get(place, ()):
            if counts:
                ends = (term.holds_until, term.replaced_on)
                rows.append((one.day, one.type, one.stage, one.direction, one.probability, *ends))
                groups.append(number[place])
    events = sums.columns(rows)
    group, ordinals, values = sums.day_sums(events, formula.weights, np.array(groups, dtype=np.int64))
    span = int(ordinals.max()) + 1 if len(ordinals) else 1
    happened, counts = np.unique(np.array(groups, dtype=np.int64) * span + events.days, return_counts=True)
    # What ends on a day ends by an event of that day, so that no sums are lost with the days left out.
    keys = group * span + ordinals
    kept = np.isin(keys, happened)
    return Summed(places, group[kept], ordinals[kept], counts[np.isin(happened, keys)], values[kept])


def _free_events(asked: Sequence[tuple], on: str, formula: Formula) -> Iterable[tuple[Place, Row]]:
    """The standing events of these places, or of these days of places, that nothing bears on."""
    names, arrays = "pair, dataset", "%s::bigint[], %s::text[]"
    if on:
        names, arrays = f"{names}, day", f"{arrays}, %s::date[]"
    with connection.cursor() as cursor:
        cursor.execute(
            f"SELECT {EVENT} FROM unnest({arrays}) AS asked ({names}) "  # noqa: S608
            f"JOIN relations_event e ON e.pair_id = asked.pair AND e.dataset = asked.dataset {on} "
            "WHERE e.status = ANY(%s) AND e.engagement_id IS NULL AND NOT e.type = ANY(%s)",
            [
                *(list(column) for column in zip(*asked, strict=True)),
                list(STANDING),
                sorted(state_types()),
            ],
        )
        rows = cursor.fetchall()
    for pair, dataset, day, kind, stage, direction, status, confidence in rows:
        chance = probability(status, confidence, kind, formula)
        yield (pair, dataset), (day.toordinal(), kind, stage, direction, chance, None, None)


def _copy(cursor: Any, table: str, summed: Summed) -> None:
    """By COPY, as there may be as many rows as the pairs have days."""
    rows = zip(
        summed.group.tolist(), summed.ordinals.tolist(), summed.events.tolist(), sums.pack(summed.sums), strict=True
    )
    with cursor.copy(f"COPY {table} ({SHARED}) FROM STDIN (FORMAT BINARY)") as copy:
        copy.set_types(("int8", "text", "date", "int4", "bytea", "bool"))
        for group, ordinal, events, packed in rows:
            pair, dataset = summed.places[group]
            copy.write_row((pair, dataset, dt.date.fromordinal(ordinal), events, packed, False))
