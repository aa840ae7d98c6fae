"""When a feed is visited next. Every wait is spread at random, so that feeds added together don't stay together."""

from __future__ import annotations

import datetime as dt
import random

SHORTEST = dt.timedelta(minutes=5)
LONGEST = dt.timedelta(hours=24)
JITTER = 0.1


def after_success(interval: dt.timedelta, *, asked: dt.timedelta = dt.timedelta(0)) -> dt.timedelta:
    """The feed's interval, but never less than the feed or its server asked for. Between 5 minutes and 24 hours."""
    return _spread(max(interval, asked))


def after_failure(interval: dt.timedelta, failures: int) -> dt.timedelta:
    """Doubled with each failure in a row (1 for the first), up to 24 hours: ever less often, but always again."""
    # The exponent is bounded because 2**failures would one day be more than a timedelta holds.
    return _spread(_bounded(interval) * 2 ** min(failures, 10))


def after_refusal(interval: dt.timedelta, retry_after: dt.timedelta) -> dt.timedelta:
    """Not before ``retry_after`` is over, nor sooner than usual; 24 hours at most."""
    return min(max(retry_after, interval, SHORTEST) * random.uniform(1, 1 + JITTER), LONGEST)  # noqa: S311


def _spread(wait: dt.timedelta) -> dt.timedelta:
    # Bounded before it is spread, or all feeds at the bound would come up together.
    return min(_bounded(wait), LONGEST / (1 + JITTER)) * random.uniform(1 - JITTER, 1 + JITTER)  # noqa: S311


def _bounded(wait: dt.timedelta) -> dt.timedelta:
    return min(max(wait, SHORTEST), LONGEST)
