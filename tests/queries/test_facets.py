"""Counts of filters: each says how long the list would be with it, whatever else is chosen."""

from __future__ import annotations

import datetime as dt
import random
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from relations.codebook.event_types import GROUPS
from relations.merging.store_texts import write_texts
from relations.models import Event, EventFilters, LearntPrecision, Stage, Status
from relations.queries.facets import _whole_months, facets, sources
from relations.queries.timelines import events_of
from relations.scoring.run import score_stale_days
from tests import making

pytestmark = pytest.mark.django_db
FIRST = dt.date(2024, 1, 10)
TYPES = ("clash", "accusation", "apology", "visit_made", "visit_postponed", "agreement_signed")
WORDS = ("troops crossed the river", "the minister spoke of trade", "a delegation left")


@pytest.fixture
def filled() -> Any:
    """Two hundred events of one pair over five months, of every status, some with reports of three feeds."""
    chance = random.Random(3)
    feeds = [making.feed() for _ in range(3)]
    made = []
    for _ in range(200):
        sides = chance.choice([("PAK", "USA"), ("USA", "PAK")])
        type = chance.choice(TYPES)
        status = chance.choice(["coded", "coded", "coded", "confirmed", "rejected", "withdrawn"])
        event = making.event(
            *sides,
            type,
            mutual=type == "agreement_signed",
            occurred_on=FIRST + dt.timedelta(days=chance.randrange(150)),
            status=status,
            stage="postponed" if type == "visit_postponed" else chance.choice(["held", "held", "announced"]),
            confidence=chance.choice([0.3, 0.5, 0.7, 0.9, 1.0]),
        )
        made.append(event)
        for feed in chance.sample(feeds, chance.randrange(3)):
            article = making.article("A story.", feed=feed)
            making.report(*sides, type, event=event, article=article, sentence=chance.choice(WORDS))
    making.event("IND", "PAK", "clash", occurred_on=FIRST)
    making.event(type="clash", occurred_on=FIRST, dataset="gdelt")
    making.event(type="clash", occurred_on=FIRST, status="merged", merged_into=made[0])
    LearntPrecision.objects.create(verdicts={"clash": [50, 10, 40.0]})
    score_stale_days()
    write_texts([event.pk for event in made])
    with connection.cursor() as cursor:
        # After thousands of tests that were rolled back the tables look empty, and are full of what is gone.
        cursor.execute("ANALYZE relations_event, relations_report, relations_article, relations_eventtext")
    return made, feeds


def chosen_at_random(chance: random.Random, feeds: list[Any]) -> EventFilters:
    def some(values: Any) -> tuple[str, ...]:
        return tuple(chance.sample(list(values), chance.choice([0, 0, 1, 2])))

    span = sorted(FIRST + dt.timedelta(days=chance.randrange(-5, 155)) for _ in range(2))
    return EventFilters(
        groups=some(GROUPS),
        types=some(TYPES),
        direction=chance.choice([None, None, 1, -1, 0]),
        stages=some([stage.value for stage in Stage]),
        statuses=some(["coded", "confirmed", "rejected", "withdrawn"]),
        source=chance.choice([None, None, None, chance.choice(feeds).pk]),
        confidence=chance.choice([None, None, 50, 70, 90]),
        since=chance.choice([None, span[0], span[0].replace(day=1)]),
        until=chance.choice([None, span[1], span[1].replace(day=1) - dt.timedelta(days=1)]),
        words=chance.choice(["", "", "", "troops", "minister trade", '"crossed the river" or delegation']),
    )


def test_every_count_is_the_length_of_the_list_with_that_choice(filled: Any) -> None:
    _, feeds = filled
    pair = making.pair()
    chance = random.Random(8)

    def length(filters: EventFilters) -> int:
        return events_of(pair, filters).count()

    for _ in range(60):
        filters = chosen_at_random(chance, feeds)
        found = facets(pair, filters)
        assert found.total == length(filters), filters
        rest = filters.without("types", "groups")
        assert found.groups == {group: length(rest.with_(groups=(group,))) for group in GROUPS}, filters
        for slug in TYPES:
            assert found.types.get(slug, 0) == length(rest.with_(types=(slug,))), filters
        for way in (1, -1, 0):
            assert found.directions.get(way, 0) == length(filters.with_(direction=way)), filters
        for stage in Stage:
            assert found.stages.get(stage, 0) == length(filters.with_(stages=(stage.value,))), filters
        for status in ("coded", "confirmed", "rejected", "withdrawn"):
            assert found.statuses.get(status, 0) == length(filters.with_(statuses=(status,))), filters
        assert found.counting == length(filters.without("statuses")), filters
        for row in sources(pair, filters):
            assert row.events == length(filters.with_(source=row.feed_id)), filters


def test_counting_asks_one_or_two_queries(filled: Any) -> None:
    pair = making.pair()
    for filters in (
        EventFilters(),
        EventFilters(since=FIRST, until=FIRST + dt.timedelta(days=99)),
        EventFilters(words="x"),
    ):
        facets(pair, filters)  # what verdicts taught is kept for a while
        with CaptureQueriesContext(connection) as queries:
            facets(pair, filters)
        assert len(queries) <= 2


def test_months_count_where_they_are_enough(filled: Any) -> None:
    """Or a pair of thirty thousand events would be counted one by one for each page."""
    pair = making.pair()
    with CaptureQueriesContext(connection) as queries:
        facets(pair, EventFilters(since=dt.date(2024, 2, 1), until=dt.date(2024, 3, 31), groups=("force",)))
    assert len(queries) == 1 and "relations_event" not in queries[0]["sql"]


@pytest.mark.parametrize(
    ("since", "until", "months", "rest"),
    [
        (None, None, (None, None), []),
        ("2024-02-01", None, ("2024-02-01", None), []),
        (None, "2024-02-29", (None, "2024-02-29"), []),
        ("2024-02-01", "2024-02-29", ("2024-02-01", "2024-02-01"), []),
        ("2024-02-02", "2024-02-29", None, [("2024-02-02", "2024-02-29")]),
        ("2024-01-31", "2024-02-01", None, [("2024-01-31", "2024-01-31"), ("2024-02-01", "2024-02-01")]),
        (
            "2024-01-15",
            "2024-03-10",
            ("2024-02-01", "2024-02-29"),
            [("2024-01-15", "2024-01-31"), ("2024-03-01", "2024-03-10")],
        ),
        ("2024-03-10", "2024-03-01", None, []),
        ("2023-12-31", "2024-12-31", ("2024-01-01", "2024-12-31"), [("2023-12-31", "2023-12-31")]),
    ],
)
def test_days_are_cut_into_whole_months_and_the_rest(since: Any, until: Any, months: Any, rest: Any) -> None:
    def day(text: str | None) -> dt.date | None:
        return dt.date.fromisoformat(text) if text else None

    expected = (tuple(map(day, months)) if months else None, [(day(one), day(other)) for one, other in rest])
    assert _whole_months(day(since), day(until)) == expected


def test_filters_are_the_same_after_a_way_through_an_address_or_a_store() -> None:
    chance = random.Random(4)
    feeds = [type("F", (), {"pk": 7})()]
    for _ in range(100):
        filters = chosen_at_random(chance, feeds)
        assert EventFilters.from_dict(filters.as_dict()) == filters
        from django.http import QueryDict

        from relations.views.filter_forms import EventFilterForm

        form = EventFilterForm(QueryDict(filters.query))
        assert form.filters() == filters or form.errors
    assert EventFilters.from_dict({"group": ["gone"], "type": ["gone"], "stage": ["held"]}) == EventFilters(
        stages=("held",)
    )
    assert EventFilters().query == "" and not EventFilters().any
    assert Event.objects.count() == 0 and Status.MERGED not in EventFilters().chosen_statuses
