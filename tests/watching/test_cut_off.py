"""Looks that are cut off, or done by many at once, tell nothing twice and lose nothing; and how much they ask."""

from __future__ import annotations

import datetime as dt
import json
import threading
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.db import IntegrityError, connection, connections, transaction
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from relations.models import AlertEvent, AlertKind, Event, PairDay, PairStanding, Watch
from relations.pipeline import prune_alerts, watch_pairs
from relations.scoring.run import score_stale_days
from relations.watching import run, store
from tests.watching.happening import happens, kinds, look, told, watch

pytestmark = pytest.mark.django_db
ROSE, EVENTS = AlertKind.ROSE, AlertKind.EVENTS


def test_a_look_that_is_cut_off_is_done_again_whole(ada: User, monkeypatch: pytest.MonkeyPatch) -> None:
    made = watch(ada, each_event=True, rises=True, line=60)
    event = happens("clash")

    def die(*_: object) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patched:
        patched.setattr(run, "_looked", die)
        with pytest.raises(KeyboardInterrupt), transaction.atomic():
            look()
    assert not made.alerts.exists()
    assert look() == 2 and told(made) == [{event.pk}, {event.pk}]


@pytest.mark.django_db(transaction=True)
def test_many_workers_at_once_tell_once(ada: User) -> None:
    made, wide = watch(ada, each_event=True, rises=True, line=60), watch(ada, pair_id=None)
    happens("clash")
    score_stale_days()
    counts: list[int] = []

    def work() -> None:
        try:
            counts.append(watch_pairs())
        finally:
            connections.close_all()

    threads = [threading.Thread(target=work) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    watch_pairs()
    assert kinds(made) == [ROSE, EVENTS] and kinds(wide) == [EVENTS]


def test_the_database_lets_nothing_be_told_twice(ada: User) -> None:
    made, event = watch(ada), happens()
    assert look() == 1
    row = AlertEvent.objects.get()
    with pytest.raises(IntegrityError), transaction.atomic():
        AlertEvent.objects.create(alert=row.alert, watch=made, event=event, kind=EVENTS, place=2)


def test_nothing_is_looked_at_where_nothing_was_scored(ada: User, monkeypatch: pytest.MonkeyPatch) -> None:
    watch(ada)
    happens()
    look()
    Watch.objects.update(looked_at=timezone.now() + dt.timedelta(minutes=11))
    monkeypatch.setattr(store, "look_at_events", lambda *_: pytest.fail("looked"))
    watch_pairs()


def test_the_last_scoring_is_looked_for_once_for_all_watches_of_many_pairs(ada: User) -> None:
    for other in ("IND", "USA", "CHN"):
        happens(target=other)
    look()
    for _ in range(5):
        watch(ada, pair_id=None)
    Watch.objects.update(looked_at=timezone.now() + dt.timedelta(minutes=11))
    [plan] = json.loads(Watch.objects.due().explain(analyze=True, format="json"))

    def looked_through(node: dict[str, Any]) -> list[int]:
        """How often the standings of all pairs were."""
        found = [number for part in node.get("Plans", ()) for number in looked_through(part)]
        if node.get("Relation Name") == PairStanding._meta.db_table and "relations_watch.pair_id" not in str(node):
            found.append(node["Actual Loops"])
        return found

    assert sum(looked_through(plan["Plan"])) == 1
    score_stale_days()
    Watch.objects.update(looked_at=timezone.now())
    assert Watch.objects.due().count() == 5


def test_a_watch_of_events_is_not_due_for_ever_when_nothing_is_left_of_its_pair(ada: User) -> None:
    event = happens()
    look()
    watch(ada)
    Event.objects.filter(pk=event.pk).update(status="rejected")
    PairDay.objects.mark_stale([(event.pair_id, event.dataset, event.occurred_on)])
    look()
    assert not PairStanding.objects.exists() and not Watch.objects.due().exists()


def test_a_look_at_many_events_asks_no_more_queries(ada: User) -> None:
    watch(ada, each_event=True, rises=True, jumps=True, line=60)

    def queries() -> int:
        score_stale_days()
        with CaptureQueriesContext(connection) as asked:
            assert watch_pairs()
        return len(asked)

    happens("visit_made")
    few = queries()
    for _ in range(20):
        happens("visit_made")
    assert queries() == few


def test_old_alerts_go_but_none_by_which_a_watch_knows_what_it_told(ada: User, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(run, "MOST_KEPT", 2)
    made, now = watch(ada), timezone.now()
    for _ in range(4):
        happens()
        look()
    assert prune_alerts(now) == 0
    assert prune_alerts(now + dt.timedelta(days=61)) == 2
    assert prune_alerts(now + dt.timedelta(days=366)) == 2
    assert not made.alerts.exists()
