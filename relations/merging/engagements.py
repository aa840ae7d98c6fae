"""Which planned act does an event belong to, and where does the act stand after it? Pure."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass

KIND_OF_TYPE = {
    "visit_announced": "visit",
    "visit_postponed": "visit",
    "visit_cancelled": "visit",
    "visit_made": "visit",
    "meeting": "meeting",
    "negotiation": "talks",
    "talks_suspended": "talks",
}
# Longest silence, in days, after which an event is taken to be about another act.
SILENCE = 90
ENDED = {"held", "cancelled"}


@dataclass(frozen=True, slots=True)
class OpenEngagement:
    id: int
    kind: str
    state: str
    last_heard_on: dt.date


def engagement_of(kind: str, heard_on: dt.date, known: Iterable[OpenEngagement]) -> OpenEngagement | None:
    """The act of this kind that was heard of last, within SILENCE days and not ended before; None for a new one."""
    fitting = [
        act
        for act in known
        if act.kind == kind
        and abs((heard_on - act.last_heard_on).days) <= SILENCE
        # What is heard late may tell the beginning of an act whose end is known, but not go on after it.
        and (heard_on < act.last_heard_on or act.state not in ENDED)
    ]
    return max(fitting, key=lambda act: (act.last_heard_on, act.id), default=None)


def follows_a_plan(stage: str, act: OpenEngagement | None) -> bool:
    """Whether the event belongs to the life of a planned act: a plan itself, or the end of one that is known."""
    return stage != "held" or act is not None
