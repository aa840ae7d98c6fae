"""Planned acts for the tests of engagement pages, and how these are asked."""

from __future__ import annotations

import datetime as dt
from typing import Any

from django.test import Client

from relations.merging.run import merge_new_reports
from relations.models import Engagement, Report
from tests import making

BOARD = "/engagements/"
CALENDAR = "/engagements/calendar/"


def day(ahead: int) -> dt.date:
    return making.today() + dt.timedelta(days=ahead)


def told(source: str, target: str, stage: str, ahead: int, *days: dt.date, **values: Any) -> Report:
    type = values.pop("type", "visit_made" if stage == "held" else f"visit_{stage}")
    defaults: dict[str, Any] = {"stage": stage, "occurred_on": day(ahead), "planned_on": list(days)}
    return making.report(source, target, type, **(defaults | values))


def of_each_state() -> None:
    """A visit that is announced, one postponed, one without word, one held and one cancelled; of different pairs."""
    told("PAK", "USA", "announced", -2, day(8))
    told("IND", "CHN", "announced", -20, day(12))
    told("IND", "CHN", "postponed", -3)
    told("GRC", "TUR", "announced", -40, day(-20))
    told("JPN", "KOR", "held", -4)
    told("IRN", "SAU", "announced", -9, day(5))
    told("IRN", "SAU", "cancelled", -6)
    merge_new_reports()


def planned(number: int = 1, **values: Any) -> list[Engagement]:
    """Engagements of which only the row matters, of the pair of Pakistan and the United States."""
    defaults: dict[str, Any] = {"kind": "visit", "state": "announced", "last_heard_on": day(-1), "event_count": 1}
    made = [Engagement(pair=making.pair(), **(defaults | values)) for _ in range(number)]
    return Engagement.objects.bulk_create(made)


def text(client: Client, url: str, **headers: str) -> str:
    response = client.get(url, headers=headers)
    assert response.status_code == 200, response.content[:300]
    return response.content.decode()
