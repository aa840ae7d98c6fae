"""Pages of a pair that holds 3 % of a million events: against what a bare page costs, and against 10,000 events.

Through the whole stack (middleware, session, rights, view, template) in one process, one request after another.
"""

from __future__ import annotations

import datetime as dt
import json
import time
from collections.abc import Callable
from typing import Any

from django.core.cache import cache
from django.db import connection, connections, router
from django.test import Client, override_settings

from bench.measure import Result, reader
from bench.scale import EVENTS, fill_many
from bench.telling import tell_all
from relations.models import CountryPair, EventFilters
from relations.queries import facets, timelines
from relations.scoring.run import score_stale_days, today

FEW = 10_000
MORE = {"HX-Request": "true", "HX-Target": "more"}  # the list alone
TIMES = 100  # requests for a 95th percentile


def hottest() -> CountryPair:
    with connection.cursor() as cursor:
        cursor.execute("SELECT pair_id FROM relations_event GROUP BY 1 ORDER BY count(*) DESC LIMIT 1")
        return CountryPair.objects.select_related("first", "second").get(pk=cursor.fetchone()[0])


def world(events: int) -> CountryPair:
    """The database with so many events, each told in a story; the pair that has most of them."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM relations_eventtext")
        if cursor.fetchone()[0] != events:
            fill_many(events)
            score_stale_days()
            tell_all()
    return hottest()


def year() -> EventFilters:
    """Two groups of types, one way, in a year that began in the middle of a month, three years ago."""
    since = today() - dt.timedelta(days=3 * 365 + 11)
    return EventFilters(groups=("words", "coercion"), direction=1, since=since, until=since + dt.timedelta(days=364))


def addresses(pair: CountryPair, depth: int) -> dict[str, tuple[str, dict[str, str]]]:
    """Address and headers of each page. depth: events before the deep page."""
    url = pair.get_absolute_url()
    last = timelines.events_of(pair, EventFilters())[depth - 1]
    return {
        "head": (url, MORE),
        "deep": (f"{url}?after={last.occurred_on}_{last.pk}", MORE),
        # A filter that leaves a full page also of a pair of three hundred events.
        "filtered": (f"{url}?direction=1", MORE),
        "overview": ("/", {}),
    }


def list_against_bare_template() -> Result:
    """The timeline's list against a bare SELECT of its rows with a bare template of its elements."""
    pair, browser = world(EVENTS), reader()
    with override_settings(ROOT_URLCONF="bench.bare"):
        bare, served = _interleaved(
            lambda: browser.get(f"/bare/template/{pair.slug}/"),
            lambda: browser.get(pair.get_absolute_url(), headers=MORE),
            time.perf_counter,
        )
    return Result("timeline list / bare SELECT + bare template", served, bare, 1.3)


def cpu_against_f_strings() -> Result:
    """The list's processor time against that of raw SQL and f-strings, on the same server."""
    pair, browser = world(EVENTS), reader()
    with override_settings(ROOT_URLCONF="bench.bare"):
        bare, served = _interleaved(
            lambda: browser.get(f"/bare/strings/{pair.slug}/"),
            lambda: browser.get(pair.get_absolute_url(), headers=MORE),
            time.process_time,
        )
    return Result("timeline list's CPU / raw SQL + f-strings", served, bare, 5)


def _interleaved(
    one: Callable[[], object], other: Callable[[], object], clock: Callable[[], float], repeats: int = 30
) -> tuple[float, float]:
    """Median seconds of both, taken in turns, so that whatever else the machine does falls on both."""
    one(), other()
    times: tuple[list[float], list[float]] = ([], [])
    for _ in range(repeats):
        for work, kept in zip((one, other), times, strict=True):
            began = clock()
            work()
            kept.append(clock() - began)
    return sorted(times[0])[repeats // 2], sorted(times[1])[repeats // 2]


def facets_against_head() -> Result:
    """Counting all filters of a filtered year against fetching the first page of the list."""
    pair = world(EVENTS)
    standing = timelines.standing_of(pair)
    facets.facets(pair, year())
    head, counted = _interleaved(
        lambda: timelines.for_pair(pair, EventFilters(), standing),
        lambda: facets.facets(pair, year()),
        time.perf_counter,
    )
    return Result("facets of a filtered year / head page", counted, head, 2)


def buffers(filters: EventFilters, limit: int, name: str, depth: int = 0) -> Result:
    """Blocks of 8 kB that the list's own query touches."""
    pair = world(EVENTS)
    events = timelines.events_of(pair, filters)
    if depth:
        last = events[depth - 1]
        events = timelines.beyond(events, last.occurred_on, last.pk)
    plan = json.loads(events.values_list(*timelines.COLUMNS)[:51].explain(format="json", analyze=True, buffers=True))
    top = plan[0]["Plan"]
    return Result(name, top["Shared Hit Blocks"] + top["Shared Read Blocks"], limit, 1, unit="blocks")


class Side:
    """A router that lets all queries go to one of two databases."""

    now = "default"

    def db_for_read(self, model: object, **hints: object) -> str:
        return self.now

    db_for_write = db_for_read


def many_against_few() -> list[Result]:
    """The 95th percentile of each page with a million events against that with 10,000, rows being the same.

    Both databases stand side by side and are asked in turns, so that whatever else the machine does falls on both.
    """
    browser, side = reader(), Side()
    asked = {FEW: addresses(world(FEW), FEW // 50)}
    _copy_database("few")
    asked[EVENTS] = addresses(world(EVENTS), EVENTS // 50)
    router.routers = [side]
    try:
        measured = {name: _in_turns(browser, side, name, asked) for name in asked[FEW]}
    finally:
        side.now = "default"
        connections["few"].close()
    return [
        Result(f"{name}: p95 at {EVENTS:,} events / at {FEW:,}", many, few, 1.2)
        for name, (few, many) in measured.items()
    ]


def _in_turns(
    browser: Client, side: Side, name: str, asked: dict[int, dict[str, tuple[str, dict[str, str]]]]
) -> tuple[float, float]:
    """The 95th percentile of seconds of a page with few events and with many."""
    times: dict[int, list[float]] = {FEW: [], EVENTS: []}
    for turn in range(TIMES + 5):
        for events, database in ((FEW, "few"), (EVENTS, "default")):
            url, headers = asked[events][name]
            side.now = database
            cache.clear()  # what is kept for a while is of the other database
            browser.get(url, headers=headers)  # which keeps it again
            began = time.perf_counter()
            browser.get(url, headers=headers)
            if turn >= 5:
                times[events].append(time.perf_counter() - began)
    few, many = (sorted(times[events])[int(TIMES * 0.95)] for events in (FEW, EVENTS))
    return few, many


def _copy_database(name: str) -> None:
    """A copy of the database as it is, under another name, as a connection of that name."""
    settings = connections.databases["default"]
    connection.close()
    connections.databases["template"] = {**settings, "NAME": "postgres"}
    with connections["template"].cursor() as cursor:
        cursor.execute(f"CREATE DATABASE {name} TEMPLATE {settings['NAME']}")
    connections["template"].close()
    connections.databases[name] = {**settings, "NAME": name}


BENCHMARKS: dict[str, Callable[[], Any]] = {
    # First, as the others go on with its million.
    "pages-p95": many_against_few,
    "page": list_against_bare_template,
    "page-cpu": cpu_against_f_strings,
    "facets": facets_against_head,
    "buffers-head": lambda: buffers(EventFilters(), 60, "blocks of the head page / 60"),
    "buffers-deep": lambda: buffers(EventFilters(), 60, "blocks of a page 20,000 events deep / 60", depth=20_000),
    "buffers-filtered": lambda: buffers(year(), 350, "blocks of a page with four filters / 350"),
}
