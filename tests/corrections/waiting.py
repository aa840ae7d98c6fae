"""Events that wait at the desk, and what editors say of them there, for its tests."""

from __future__ import annotations

import datetime as dt
from typing import Any

from django.contrib.auth.models import User
from django.utils import timezone

from relations.corrections.run_desk import claim, judge
from relations.models import Correction, DeskFilters, Event, ReviewItem, ReviewState, Status, Verdict
from relations.models.reviews import opinions_of
from tests import making

ALL = DeskFilters()
ACCEPT: dict[str, Any] = {"status": Status.CONFIRMED}
REJECT: dict[str, Any] = {"status": Status.REJECTED}


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


def says(editor: User, event: Event, said: dict[str, Any]) -> Correction | Verdict:
    """An editor's verdict at the desk, on what the desk offered."""
    assert event.pk in claim(editor, ALL, 50)
    made = judge(event.pk, editor=editor, **said)
    assert made
    event.refresh_from_db()
    return made


def accept(**corrected: Any) -> dict[str, Any]:
    return ACCEPT | corrected


def split(first: User, second: User) -> tuple[Event, Verdict, Verdict]:
    """An event on which two disagree, with both opinions: accepted, and read as an apology."""
    event = queued()
    says(first, event, ACCEPT)
    says(second, event, accept(type="apology"))
    told = opinions_of(list(Verdict.objects.filter(event=event).order_by("pk")))
    assert state(event) == ReviewState.SPLIT and told[0] and told[1]
    return event, told[0], told[1]
