"""Makers of tellings and planned events for tests of merging's pure parts."""

from __future__ import annotations

import datetime as dt
from typing import Any

from relations.merging.tellings import Telling

MONDAY = dt.date(2017, 8, 7)


def telling(number: int, *, day: int = 0, named: bool = False, planned: int | None = None, **values: Any) -> Telling:
    """A telling of a visit put off, in an article of its own. day, planned: counted from MONDAY."""
    defaults: dict[str, Any] = {
        "id": number,
        "key": (number,),
        "article": number,
        "story": number,
        "feed": number,
        "type": "visit_postponed",
        "stage": "held",
        "direction": 1,
        "precision": "day",
        "sentence": "Islamabad put off the envoy's visit.",
    }
    if values.get("precision") == "month":
        defaults["occurred_on"] = (MONDAY + dt.timedelta(days=day)).replace(day=1)
    else:
        defaults["occurred_on"] = MONDAY + dt.timedelta(days=day)
    days = frozenset() if planned is None else frozenset({MONDAY + dt.timedelta(days=planned)})
    return Telling(**(defaults | {"date_named": named, "planned": days} | values))
