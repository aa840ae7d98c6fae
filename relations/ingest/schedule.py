"""When a feed is visited next. Every wait is spread widely at random, so that feeds added together don't stay together
and no server sees us at the same minute of every hour."""

from __future__ import annotations

import datetime as dt
import random

SHORTEST = dt.timedelta(minutes=5)
LONGEST = dt.timedelta(hours=24)
WEEK = dt.timedelta(days=7)
SPREAD = 0.5  # a wait is between half and one and a half of what it is on average
# Nothing new for so many times its interval: the feed is slower than it was, or asleep.
QUIET = 10
FIRST = dt.timedelta(minutes=30)
LEARNT = 4  # visits at least in the time that a feed is known
HURRIED = 4  # times more often after a gap


def usual_interval(items_a_week: int) -> dt.timedelta:
    """One visit for each item that comes: between 5 minutes and 24 hours."""
    return _bounded(WEEK / max(items_a_week, 1))


def interval_now(usual: dt.timedelta, quiet_for: dt.timedelta, known_for: dt.timedelta) -> dt.timedelta:
    """The usual interval, longer where nothing new came for long, shorter where the feed is so new to us that nobody
    can say what is usual."""
    return _bounded(min(max(usual, quiet_for / QUIET), max(FIRST, known_for / LEARNT)))


def after_success(
    interval: dt.timedelta, *, asked: dt.timedelta = dt.timedelta(0), hurried: bool = False
) -> dt.timedelta:
    """The feed's interval, a quarter of it in the days after a gap, but never less than the feed or its server asked
    for. Between 5 minutes and 24 hours."""
    wait = _spread(interval / HURRIED if hurried else interval)
    return min(max(wait, asked * random.uniform(1, 1.1), SHORTEST), LONGEST)  # noqa: S311


def after_failure(interval: dt.timedelta, failures: int) -> dt.timedelta:
    """Doubled with each failure in a row (1 for the first), up to 24 hours: ever less often, but always again."""
    # The exponent is bounded because 2**failures would one day be more than a timedelta holds.
    return max(_spread(_bounded(interval) * 2 ** min(failures, 10)), SHORTEST)


def after_refusal(interval: dt.timedelta, retry_after: dt.timedelta) -> dt.timedelta:
    """Not before ``retry_after`` is over, nor sooner than usual; 24 hours at most."""
    return min(max(retry_after, interval, SHORTEST) * random.uniform(1, 1.1), LONGEST)  # noqa: S311


def _spread(wait: dt.timedelta) -> dt.timedelta:
    # Bounded before it is spread, or all feeds at the bound would come up together.
    return min(_bounded(wait), LONGEST / (1 + SPREAD)) * random.uniform(1 - SPREAD, 1 + SPREAD)  # noqa: S311


def _bounded(wait: dt.timedelta) -> dt.timedelta:
    return min(max(wait, SHORTEST), LONGEST)
