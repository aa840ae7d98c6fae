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
        (waits(schedule.after_success, HOUR, asked=2 * HOUR), 2 * HOUR),
        (waits(schedule.after_success, -HOUR), 5 * MINUTE),
        (waits(schedule.after_failure, HOUR, 1), 2 * HOUR),
        (waits(schedule.after_failure, HOUR, 3), 8 * HOUR),
    ],
)
def test_waits_are_spread_by_a_tenth(found, around):
    assert around * 0.9 <= min(found) < around < max(found) <= around * 1.1


@pytest.mark.parametrize("interval", [MINUTE, HOUR, 1000 * DAY])
def test_nothing_waits_longer_than_a_day(interval):
    for failures in (1, 5, 1_000_000):
        assert max(waits(schedule.after_failure, interval, failures)) <= DAY
    assert max(waits(schedule.after_success, interval, asked=9 * DAY)) <= DAY
    assert max(waits(schedule.after_refusal, interval, 9 * DAY)) <= DAY


def test_nobody_comes_back_sooner_than_was_asked():
    assert min(waits(schedule.after_refusal, MINUTE, HOUR)) >= HOUR
    assert min(waits(schedule.after_refusal, HOUR, MINUTE)) >= HOUR
