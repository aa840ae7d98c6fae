"""What editors may say of an event, for tests that try all of it."""

from __future__ import annotations

import datetime as dt
from typing import Any

from hypothesis import strategies as st

from relations.models import Actor, ActorKind, Event
from tests import making

FIRST_ACTORS, SECOND_ACTORS = ["PAK", "PAK:foreign_ministry", "PAK:parliament"], ["USA", "USA:foreign_ministry"]
SIDES = ("direction", "source_id", "target_id", "source_actor_id", "target_actor_id")
# Whoever sets the one says the others with it.
SAID_WITH = {
    "type": ("type", "stage"),
    "stage": ("stage",),
    "occurred_on": ("occurred_on", "precision"),
    "precision": ("occurred_on", "precision"),
    "place": ("place",),
    "note": ("note",),
    "status": ("status",),
    **dict.fromkeys(("direction", "first_actor", "second_actor"), SIDES),
}
COLUMNS = sorted({column for columns in SAID_WITH.values() for column in columns})


def make_actors() -> dict[str, int]:
    """Ids by key."""
    for key in (*FIRST_ACTORS, *SECOND_ACTORS):
        making.country(key[:3])
        kind = ActorKind.INSTITUTION if ":" in key else ActorKind.STATE
        Actor.objects.get_or_create(
            key=key, defaults={"country_id": key[:3], "kind": kind, "name": key, "sector": "GOV"}
        )
    return dict(Actor.objects.filter(key__in=[*FIRST_ACTORS, *SECOND_ACTORS]).values_list("key", "pk"))


def words() -> st.SearchStrategy[dict[str, Any]]:
    """What an editor sets together, as correct_event takes it; actors by key."""
    return st.fixed_dictionaries(
        {},
        optional={
            "type": st.sampled_from(["visit_announced", "visit_postponed", "clash", "apology"]),
            "stage": st.sampled_from(["announced", "postponed", "held"]),
            "direction": st.sampled_from([1, -1, 0]),
            "first_actor": st.sampled_from([None, *FIRST_ACTORS]),
            "second_actor": st.sampled_from([None, *SECOND_ACTORS]),
            "occurred_on": st.integers(1, 60).map(lambda days: making.today() - dt.timedelta(days=days)),
            "precision": st.sampled_from(["day", "week", "month"]),
            "place": st.sampled_from(["", "Geneva", "Doha"]),
            "note": st.sampled_from(["", "Seen twice."]),
            "status": st.sampled_from(["coded", "confirmed", "rejected"]),
        },
    ).filter(bool)


def columns_of(event_id: int) -> dict[str, Any]:
    event = Event.objects.get(pk=event_id)
    return {column: getattr(event, column) for column in COLUMNS}


def spoken(event_id: int, new: dict[str, Any]) -> set[str]:
    """The columns that an editor says by setting this, as the event is now. new: as correct_event takes it."""
    now = Event.objects.get(pk=event_id).as_edited()
    return {column for field, value in new.items() if now[field] != value for column in SAID_WITH[field]}
