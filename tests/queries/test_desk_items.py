"""Items of the desk in words: the surest reports of each, and no more than are shown."""

from __future__ import annotations

from typing import Any

import pytest

from relations.models import Event, Report
from relations.queries import desk
from relations.queries.events import NEAR_SHOWN
from tests import making
from tests.corrections.waiting import queued

pytestmark = pytest.mark.django_db


def loaded(monkeypatch: Any, model: Any) -> list[int]:
    """Ids of the rows of a model that are fetched from now on."""
    ids: list[int] = []
    fetch = model.from_db.__func__

    def counting(cls: Any, db: Any, names: Any, values: Any) -> Any:
        one = fetch(cls, db, names, values)
        ids.append(one.pk)
        return one

    monkeypatch.setattr(model, "from_db", classmethod(counting))
    return ids


def test_of_each_event_the_surest_reports_are_shown_and_all_are_counted(monkeypatch: Any) -> None:
    much, little = queued(confidence=0.5), queued(confidence=0.4)
    story = making.article()
    copy = making.report(event=much, due=False, confidence=0.8, article=making.article(copy_of=story))
    sure = [making.report(event=much, due=False, confidence=confidence) for confidence in (0.8, 0.7, 0.95)]
    for _ in range(30):
        making.report(event=much, due=False, confidence=0.3)
    making.report(event=much, due=False, confidence=1.0, withdrawn="edited")
    fetched = loaded(monkeypatch, Report)
    one, other = desk.items([little.pk, much.pk])[::-1]
    assert len(fetched) <= 2 * (1 + desk.OTHERS_SHOWN)
    assert one.surest and one.surest.report == sure[2] and (one.total, one.more) == (34, True)
    assert [words.report for words in one.others[:3]] == [sure[0], copy, sure[1]]
    assert len(one.others) == desk.OTHERS_SHOWN
    assert other.surest and (other.total, other.more, other.others) == (0, False, [])


def test_an_event_without_reports_is_shown_too() -> None:
    event = queued()
    Report.objects.filter(event=event).delete()
    (item,) = desk.items([event.pk])
    assert item.surest is None and (item.total, item.more) == (0, False)


def test_of_many_events_around_the_nearest_are_offered(monkeypatch: Any) -> None:
    event = queued(occurred_on=making.ago(5))
    for _ in range(2 * NEAR_SHOWN):
        making.event("PAK", "USA", "accusation", occurred_on=making.ago(5))
    later = making.event("PAK", "USA", "accusation", occurred_on=making.ago(1))
    far = making.event("PAK", "USA", "accusation", occurred_on=making.ago(30))
    fetched = loaded(monkeypatch, Event)
    near = {words.id for words in desk.near(event)}
    assert len(fetched) <= 2 * NEAR_SHOWN and later.pk in near and not near & {far.pk, event.pk}
