"""What is measured, against what, and the ratio to keep."""

from __future__ import annotations

import datetime as dt
import random
import statistics
import time
from collections.abc import Callable
from dataclasses import dataclass

from django.contrib.auth.models import User
from django.db import connection
from django.template import Context, Template
from django.test import Client

from relations.codebook.event_types import event_types
from relations.models import CountryPair, Direction, Event, PairDay
from relations.queries.scores import score_series
from relations.scoring.run import score_stale_days, today


@dataclass(frozen=True, slots=True)
class Result:
    """What is measured and the limit it is held against, in seconds or another unit. ratio: the first over the
    second."""

    name: str
    measured: float
    limit: float
    keep: float
    unit: str = "ms"

    @property
    def ratio(self) -> float:
        return self.measured / self.limit

    @property
    def kept(self) -> bool:
        return self.ratio <= self.keep

    def __str__(self) -> str:
        factor = 1000 if self.unit == "ms" else 1
        times = f"{self.measured * factor:9.2f} {self.unit} against {self.limit * factor:9.2f} {self.unit}"
        return (
            f"{self.name:52} {times}  ratio {self.ratio:6.2f} (keep <= {self.keep:g}) {'ok' if self.kept else 'MISSED'}"
        )


def timed(work: Callable[[], object], repeats: int = 15) -> float:
    """Median seconds of a call, after one that warms up."""
    work()
    times = []
    for _ in range(repeats):
        began = time.perf_counter()
        work()
        times.append(time.perf_counter() - began)
    return statistics.median(times)


def fill(codes: tuple[str, str], events: int, days: int) -> CountryPair:
    """A pair with that many events, spread over that many days until today."""
    chance = random.Random(7)
    pair = CountryPair.objects.between(*codes)
    slugs = list(event_types())
    Event.objects.bulk_create(
        (
            Event(
                pair=pair,
                occurred_on=today() - dt.timedelta(days=chance.randrange(days)),
                type=chance.choice(slugs),
                direction=Direction.FORWARD,
                source_id=pair.first_id,
                target_id=pair.second_id,
                confidence=0.9,
                report_count=1,
                source_count=1,
            )
            for _ in range(events)
        ),
        batch_size=2000,
    )
    marked = Event.objects.filter(pair=pair).values_list("occurred_on", flat=True).distinct()
    PairDay.objects.mark_stale((pair.pk, "own", day) for day in marked)
    score_stale_days()
    return pair


def series_against_its_rows() -> Result:
    """A pair's daily series over 45 years against only fetching the sums it is computed from."""
    pair = fill(("FRA", "DEU"), 20_000, 45 * 365)
    with connection.cursor() as cursor:
        rows = PairDay.objects.filter(pair=pair).values_list("day", "sums")
        bare = timed(lambda: list(rows.all()))
        cursor.execute("ANALYZE")
    return Result("series of 45 years / fetch of its sums", timed(lambda: score_series(pair.pk, today())), bare, 2.0)


def head_page_against_few_events() -> Result:
    """The timeline's first page of a pair with 100,000 events against one with 200."""
    few, many = fill(("KEN", "SOM"), 200, 300), fill(("PAK", "USA"), 100_000, 3000)
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE")
    browser = reader()
    # The fragment of further events: the list alone, without the chart, whose days differ in number.
    page = {"HX-Request": "true", "HX-Target": "more"}

    def seconds(pair: CountryPair) -> float:
        return timed(lambda: browser.get(pair.get_absolute_url(), headers=page))

    small, large = seconds(few), seconds(many)
    return Result("timeline list of 100,000 events / of 200", large, small, 1.2)


def list_against_bare_template() -> Result:
    """The timeline's list as served against the bare SELECT of its rows with a bare template."""
    pair = CountryPair.objects.filter(slug="pak-usa").first() or fill(("PAK", "USA"), 5_000, 1000)
    browser = reader()
    template = Template(
        "{% for row in rows %}<article><h3><a href='/events/{{ row.0 }}/'>{{ row.1 }}</a> {{ row.2 }} {{ row.3 }}"
        "</h3><p>{{ row.4 }} {{ row.5 }} {{ row.6 }}</p></article>{% endfor %}"
    )
    query = (
        "SELECT id, type, source_id, target_id, stage, status, report_count FROM relations_event WHERE pair_id = %s "
        "AND dataset = 'own' AND status IN ('coded', 'confirmed') ORDER BY occurred_on DESC, id DESC LIMIT 51"
    )

    def bare() -> str:
        with connection.cursor() as cursor:
            cursor.execute(query, [pair.pk])
            return template.render(Context({"rows": cursor.fetchall()}))

    page = {"HX-Request": "true", "HX-Target": "more"}
    served = timed(lambda: browser.get(pair.get_absolute_url(), headers=page))
    return Result("timeline list through the whole stack / bare", served, timed(bare), 12)


def reader() -> Client:
    browser = Client(SERVER_NAME="127.0.0.1")
    user, _ = User.objects.get_or_create(username="bench")
    browser.force_login(user)
    return browser


BENCHMARKS: dict[str, Callable[[], Result]] = {
    "series": series_against_its_rows,
    "head": head_page_against_few_events,
    "list": list_against_bare_template,
}
