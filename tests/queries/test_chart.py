"""The figures of a chart, checked by hand on small cases."""

from __future__ import annotations

import datetime as dt
from typing import Any

import numpy as np
import pytest

from relations.models import CountryPair, Event
from relations.queries import chart
from relations.queries.scores import ScoreSeries, score_series
from relations.scoring.run import score_stale_days
from relations.tension.sums import Series
from tests import making

FIRST = dt.date(2020, 1, 1)


def ago(days: int) -> dt.date:
    return making.today() - dt.timedelta(days=days)


def added_up(steps: list[int]) -> list[int]:
    return np.cumsum(steps).tolist()


def drawn() -> dict[str, Any]:
    score_stale_days()
    return chart.for_pair(CountryPair.objects.get(slug="pak-usa"), making.today())


def of_days(n_days: int) -> ScoreSeries:
    flat = np.full(n_days, 45.0)
    return ScoreSeries(FIRST, Series(*(flat,) * 8))


@pytest.mark.django_db
def test_a_days_mark_is_its_gravest_event_by_weight_and_probability() -> None:
    making.event("PAK", "USA", "clash", occurred_on=ago(9), confidence=0.1)  # 10 x 0.1
    making.event("PAK", "USA", "visit_made", occurred_on=ago(9), confidence=0.9)  # 1.9 x 0.9
    gravest = making.event("USA", "PAK", "visit_postponed", occurred_on=ago(9), confidence=0.9)  # 4 x 0.9
    making.event("PAK", "USA", "statement_neutral", occurred_on=ago(2), status="confirmed")
    found = drawn()
    marks = found["marks"]
    assert found["first"] == ago(9).isoformat() and found["days"] == 10
    assert added_up(marks["day"]) == [0, 7]
    assert marks["events"] == [3, 1] and marks["gravity"] == [36, 0]
    assert added_up(marks["id"])[0] == gravest.pk
    assert marks["kinds"][marks["kind"][0]] == {"name": "Visit postponed", "tone": "conflict"}
    assert marks["kinds"][marks["kind"][1]] == {"name": "Neutral statement", "tone": "neutral"}
    assert found["sides"][str(marks["direction"][0])] == ["United States", "→", "towards", "Pakistan"]


@pytest.mark.django_db
def test_of_equally_grave_events_the_first_is_marked() -> None:
    first, *_ = [making.event(type="accusation", occurred_on=ago(1)) for _ in range(3)]
    assert drawn()["marks"]["id"] == [first.pk]


@pytest.mark.django_db
def test_who_and_whom_follow_the_direction() -> None:
    making.event("PAK", "USA", "agreement_signed", mutual=True, occurred_on=ago(1))
    making.event("PAK", "USA", "accusation", occurred_on=ago(0))
    found = drawn()
    sides = [found["sides"][str(direction)] for direction in found["marks"]["direction"]]
    assert sides == [["Pakistan", "↔", "with", "United States"], ["Pakistan", "→", "towards", "United States"]]


@pytest.mark.django_db
def test_what_does_not_count_is_not_marked() -> None:
    counts = making.event(type="accusation", occurred_on=ago(5))
    making.event(type="clash", occurred_on=ago(5), status="rejected")
    making.event(type="clash", occurred_on=ago(4), status="withdrawn")
    making.event(type="clash", occurred_on=ago(3), status="merged", merged_into=counts)
    making.event(type="clash", occurred_on=ago(5), dataset="gdelt")
    making.event("IND", "PAK", "clash", occurred_on=ago(5))
    marks = drawn()["marks"]
    assert marks["id"] == [counts.pk] and marks["events"] == [1]


@pytest.mark.django_db
def test_a_vague_date_and_a_stage_are_told() -> None:
    making.event(type="clash", occurred_on=dt.date(2025, 3, 1), precision="month", stage="announced")
    marks = drawn()["marks"]
    assert marks["vague"] == {0: "March 2025"}
    assert marks["kinds"] == [{"name": "Armed clash (announced)", "tone": "conflict"}]
    assert marks["gravity"] == [63]  # as a threat of force, 7 x 0.9


@pytest.mark.django_db
def test_the_figures_are_those_of_the_score_on_every_day() -> None:
    for days in (200, 90, 3):
        making.event(type="accusation", occurred_on=ago(days))
    found = drawn()
    series = score_series(Event.objects.first().pair_id, making.today())  # type: ignore[union-attr]
    assert series is not None
    for name in ("score", "low", "high"):
        tenths = np.array(added_up(found[name])) / 10
        values = getattr(series.series, name)
        assert np.abs(tenths - values).max() <= 0.15
        assert [f"{value:.0f}" for value in np.floor(tenths + 0.5)] == [f"{value:.0f}" for value in values]
    little = np.array(added_up(found["known"])) < found["little_known"]
    assert (little == (series.series.known < 0.5)).all() and little.any() and not little.all()


def test_tenths_never_tell_another_whole_number() -> None:
    values = np.array([69.46, 69.5, 68.5, 69.54, 69.44, 0.0, 100.0])
    assert chart._tenths(values).tolist() == [694, 695, 684, 695, 694, 0, 1000]


@pytest.mark.django_db
def test_chapters_are_told_with_their_days() -> None:
    for days in range(300, 200, -4):
        making.event(type="clash", occurred_on=ago(days))
    found = drawn()["chapters"]
    assert len(found) > 1
    assert found[-1]["since"] == ago(300).isoformat() and found[0]["until"] == making.today().isoformat()
    assert found[0]["words"].endswith(f"around {found[0]['mean']}, {found[0]['change']} rising")


@pytest.mark.django_db
def test_a_pair_that_has_not_been_scored_has_an_empty_chart() -> None:
    made = making.event()
    found = chart.for_pair(made.pair, making.today())
    assert found["first"] is None and found["days"] == 0 and found["score"] == [] and found["marks"] == {}


@pytest.mark.parametrize(
    ("since", "until", "shown"),
    [
        (None, None, (0, 999)),
        (100, 300, (100, 300)),
        (100, 100, (70, 130)),  # a day among its neighbours
        (0, 0, (0, 60)),
        (999, 999, (939, 999)),
        (None, 10, (0, 60)),
        (990, None, (939, 999)),
        (2000, None, (0, 999)),  # nothing of it is in the series
        (300, 100, (0, 999)),
        (-50, 100, (0, 100)),
    ],
)
def test_a_choice_of_days_is_shown_with_its_neighbours(since: int, until: int, shown: tuple[int, int]) -> None:
    days = [None if number is None else FIRST + dt.timedelta(days=number) for number in (since, until)]
    assert chart.view(of_days(1000), *days) == shown


@pytest.mark.parametrize("n_days", [1, 2, 60])
def test_a_short_series_is_shown_whole(n_days: int) -> None:
    assert chart.view(of_days(n_days), FIRST, FIRST) == (0, n_days - 1)
