"""Working through what is due in threads, so that what takes long keeps nothing else waiting."""

from __future__ import annotations

import contextlib
import math
import queue
import time
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from typing import TypeVar

LOOK_EVERY = 0.5  # seconds, while those under way keep us waiting

Errand = TypeVar("Errand")
Findings = TypeVar("Findings")


def work_through(
    claim: Callable[[int], list[Errand]],
    visit: Callable[[Errand], Findings],
    conclude: Callable[[list[Findings], int], int],
    is_one_due_soon: Callable[[], bool],
    *,
    threads: int,
    limit: int,
    within: float = math.inf,
) -> int:
    """Claim, visit and conclude until nothing is due; the sum of what ``conclude`` returns.

    claim: at most so many errands. visit: runs in a thread and never raises. conclude: is given what has come back, at
    times nothing, and how many are still under way; it runs in the thread that called. is_one_due_soon: whether it is
    worth waiting a moment, as for a host that is not to be asked at once. limit: errands under way at a time. within:
    seconds after which no errand is begun.
    """
    until = time.monotonic() + within
    total, under_way = 0, 0
    back: queue.SimpleQueue[Future[Findings]] = queue.SimpleQueue()
    with ThreadPoolExecutor(threads) as pool:
        while True:
            is_open = time.monotonic() < until
            # Not for every errand that came back, since each claim costs several queries.
            errands = claim(limit - under_way) if is_open and under_way <= limit // 2 else []
            for errand in errands:
                pool.submit(visit, errand).add_done_callback(back.put)
            under_way += len(errands)
            if under_way:
                found = _what_came(back)
                under_way -= len(found)
                total += conclude(found, under_way)
            elif is_open and is_one_due_soon():
                time.sleep(0.1)
            else:
                return total


def _what_came(back: queue.SimpleQueue[Future[Findings]]) -> list[Findings]:
    """All that has come back, waiting a moment for the first."""
    found = []
    with contextlib.suppress(queue.Empty):
        found.append(back.get(timeout=LOOK_EVERY).result())
        while True:
            found.append(back.get_nowait().result())
    return found
