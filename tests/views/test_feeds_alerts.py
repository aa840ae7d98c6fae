"""The line on the overview that tells admins which feeds need them."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from relations.models import FeedAlert
from tests import making
from tests.views.test_feeds import text

pytestmark = pytest.mark.django_db


def alert(days: int, *, paused: bool = False, ended: bool = False, **values: Any) -> FeedAlert:
    now = timezone.now()
    feed = making.feed(paused=paused, **values)
    began = now - dt.timedelta(days=days)
    return FeedAlert.objects.create(
        feed=feed, state="failing", words="It fails.", began_at=began, ended_at=now if ended else None
    )


def test_admins_are_told_on_the_overview_which_feeds_need_them(signed_in: Any) -> None:
    admin: Client = signed_in("admin")
    for days in range(1, 6):
        alert(days, title=f"Feed of day {days}")
    alert(9, paused=True, title="Paused")
    alert(9, ended=True, title="Well again")
    page = text(admin, "/")
    began = FeedAlert.objects.get(feed__title="Feed of day 5").began_at
    assert "5 feeds need you" in page and f"Feed of day 5 (failing since {began.day} {began:%B %Y, %H:%M} UTC)" in page
    assert "Feed of day 3" in page and "and 2 more." in page and "Feed of day 2" not in page
    assert "Paused" not in page and "Well again" not in page
    assert 'href="/feeds/?state=trouble"' in admin.get("/").content.decode()


def test_one_feed_needs_an_admin_and_nobody_else(signed_in: Any) -> None:
    alert(1, title="Post")
    assert "1 feed needs you" in text(signed_in("admin"), "/")
    for role in ("analyst", "editor"):
        assert "needs you" not in text(signed_in(role), "/")


def test_no_alert_says_nothing_and_alerts_cost_one_query(signed_in: Any) -> None:
    def count(role: str) -> int:
        client = signed_in(role)
        client.get("/")
        with CaptureQueriesContext(connection) as captured:
            assert client.get("/").status_code == 200
        return len(captured)

    assert "need you" not in text(signed_in("admin"), "/")
    without = count("admin")
    for days in range(10):
        alert(days)
    assert count("admin") == without == count("analyst") + 1
