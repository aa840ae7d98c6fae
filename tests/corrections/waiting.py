"""Events that wait at the desk, for its tests."""

from __future__ import annotations

import datetime as dt
from typing import Any

from django.contrib.auth.models import User
from django.utils import timezone

from relations.models import Event, ReviewItem
from tests import making


def queued(source: str = "PAK", target: str = "USA", type: str = "accusation", **values: Any) -> Event:
    """An event that waits for a look, with a report."""
    event = making.event(source, target, type, **({"coded_as": type} | values))
    making.report(source, target, type, event=event, due=False, confidence=event.confidence)
    ReviewItem.objects.renew([event.pk])
    return event


def run_out(editor: User) -> None:
    ReviewItem.objects.filter(holder=editor).update(held_until=timezone.now() - dt.timedelta(seconds=1))


def state(event: Event) -> str:
    return ReviewItem.objects.get(event=event).state
