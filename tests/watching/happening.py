"""What happens in tests of watches: events that are told in articles, scored, and looked at."""

from __future__ import annotations

import datetime as dt
from typing import Any

from django.contrib.auth.models import User

from relations.models import AlertKind, Event, Watch, WatchAlert
from relations.pipeline import add_watch, watch_pairs
from relations.scoring.run import score_stale_days
from tests import making


def ago(days: int) -> dt.date:
    return making.today() - dt.timedelta(days=days)


def happens(
    type: str = "clash", source: str = "PAK", target: str = "USA", days: int = 0, confidence: float = 0.9, **values: Any
) -> Event:
    """An event that one report tells of; not scored yet."""
    event = making.event(source, target, type, occurred_on=ago(days), confidence=confidence, **values)
    making.report(
        source, target, type, event=event, occurred_on=ago(days), due=False, mutual=values.get("mutual", False)
    )
    return event


def look(now: dt.datetime | None = None) -> int:
    """Score what is stale, and let the watches look; how many alerts were made."""
    score_stale_days()
    return watch_pairs(now)


def watch(owner: User, **values: Any) -> Watch:
    """A watch of Pakistan and the United States that tells of each event, where nothing else is said."""
    if "pair_id" not in values and "country_id" not in values:
        values["pair_id"] = making.pair().pk
    if not {"rises", "falls", "jumps", "each_event"} & set(values):
        values["each_event"] = True
    return add_watch(owner, {"title": "Pakistan and United States", **values})


def kinds(of: Watch) -> list[AlertKind]:
    """Of its alerts, oldest first."""
    return [
        AlertKind(kind) for kind in WatchAlert.objects.filter(watch=of).order_by("pk").values_list("kind", flat=True)
    ]


def told(of: Watch) -> list[set[int]]:
    """Events that each of its alerts names, oldest first."""
    return [set(alert.told.values_list("event", flat=True)) for alert in of.alerts.order_by("pk")]
