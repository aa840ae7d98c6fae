from __future__ import annotations

import datetime as dt

import pytest

from relations.ingest import schedule

MINUTE, HOUR, DAY = dt.timedelta(minutes=1), dt.timedelta(hours=1), dt.timedelta(days=1)


def waits(function, *args, **options):
    return [function(*args, **options) for _ in range(200)]


@pytest.mark.parametrize(
    ("found", "around"),
    [
        (waits(schedule.after_success, HOUR), HOUR),
        (waits(schedule.after_success, 4 * HOUR, hurried=True), HOUR),
        (waits(schedule.after_failure, HOUR, 1), 2 * HOUR),
        (waits(schedule.after_failure, HOUR, 3), 8 * HOUR),
    ],
)
def test_waits_are_spread_by_half(found, around):
    assert around * 0.5 <= min(found) < around * 0.7 < around * 1.3 < max(found) <= around * 1.5
    assert abs(sum(found, dt.timedelta()) / len(found) - around) < around / 10


def test_a_feed_is_never_visited_sooner_than_it_asks_for():
    found = waits(schedule.after_success, HOUR, asked=3 * HOUR)
    assert 3 * HOUR <= min(found) < max(found) <= 3.3 * HOUR


def test_nothing_waits_less_than_five_minutes():
    assert min(waits(schedule.after_success, -HOUR)) == 5 * MINUTE
    assert min(waits(schedule.after_success, MINUTE, hurried=True)) == 5 * MINUTE
    assert min(waits(schedule.after_failure, MINUTE, 0)) == 5 * MINUTE


@pytest.mark.parametrize(
    ("items", "interval"), [(0, DAY), (1, DAY), (7, DAY), (14, DAY / 2), (168, HOUR), (5000, 5 * MINUTE)]
)
def test_a_feed_is_visited_about_once_for_each_item(items, interval):
    assert schedule.usual_interval(items) == interval


def test_a_feed_in_which_nothing_comes_is_visited_less_often():
    assert schedule.interval_now(HOUR, 2 * HOUR, 900 * DAY) == HOUR
    assert schedule.interval_now(HOUR, 20 * HOUR, 900 * DAY) == 2 * HOUR
    assert schedule.interval_now(HOUR, 100 * DAY, 900 * DAY) == DAY


def test_a_feed_that_is_new_to_us_is_visited_until_its_pace_is_known():
    assert schedule.interval_now(DAY, DAY, MINUTE) == 30 * MINUTE
    assert schedule.interval_now(DAY, DAY, 8 * HOUR) == 2 * HOUR
    assert schedule.interval_now(DAY, DAY, 4 * DAY) == DAY
    assert schedule.interval_now(10 * MINUTE, MINUTE, 8 * HOUR) == 10 * MINUTE


@pytest.mark.parametrize("interval", [MINUTE, HOUR, 1000 * DAY])
def test_nothing_waits_longer_than_a_day(interval):
    for failures in (1, 5, 1_000_000):
        assert max(waits(schedule.after_failure, interval, failures)) <= DAY
    assert max(waits(schedule.after_success, interval, asked=9 * DAY)) <= DAY
    assert max(waits(schedule.after_refusal, interval, 9 * DAY)) <= DAY


def test_nobody_comes_back_sooner_than_was_asked():
    assert min(waits(schedule.after_refusal, MINUTE, HOUR)) >= HOUR
    assert min(waits(schedule.after_refusal, HOUR, MINUTE)) >= HOUR
