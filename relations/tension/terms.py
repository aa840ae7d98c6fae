"""Terms: for how long, and how, each event counts. Pure.

Most events fade from their day on. A planned act counts once, as it stands: what is heard later of an engagement
replaces what was heard before. A state in force (a closed border, sanctions) does not fade until an event ends it, and
counts once too: when it is renewed, the renewal stands for it.
"""

from __future__ import annotations

import math
from bisect import bisect_left
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from relations.codebook.states import states
from relations.tension.formula import LIKELY

# A state that no event has ended, as a day number: later than any day that is asked for.
OPEN = 3652059  # 9999-12-31
STAGES = ("announced", "postponed", "rescheduled", "cancelled", "held")
HELD, MUTUAL = "held", 0


@dataclass(frozen=True, slots=True)
class Occurrence:
    """What the score needs to know of an event. day: proleptic ordinal. direction: 1, -1 or 0 for both at once."""

    id: int
    day: int
    type: str
    stage: str
    direction: int
    probability: float
    engagement: int | None = None

    @property
    def order(self) -> tuple[int, int, str, int]:
        """Of what is heard on one day, what comes later in the life of a plan stands."""
        return (self.day, STAGES.index(self.stage), self.type, self.id)


@dataclass(frozen=True, slots=True)
class Term:
    """How an event counts: in full until ``holds_until`` (None: it fades at once), not at all from ``replaced_on``."""

    holds_until: int | None = None
    replaced_on: int | None = None

    def decay(self, day: int, now: int, half_life: float) -> float:
        """Share of an event's full evidence that is left at ``now``, in [0, 1]. day: of the event."""
        if now < day or (self.replaced_on is not None and now >= self.replaced_on):
            return 0.0
        if self.holds_until is None:
            return math.pow(2.0, -(now - day) / half_life)
        return 1.0 if now < self.holds_until else math.pow(2.0, -(now - self.holds_until) / half_life)


FADING = Term()


def is_bound(occurrence: Occurrence) -> bool:
    """Whether other events may bear on how this one counts."""
    return occurrence.engagement is not None or _begins_a_state(occurrence)


def terms(occurrences: Iterable[Occurrence]) -> dict[int, Term]:
    """The terms of those events of one pair that don't simply fade, by event id.

    Needs all events of the pair that count, or at least those of engagements, and those that begin or end a state.
    """
    engaged: dict[int, list[Occurrence]] = {}
    begun: dict[tuple[str, int], list[Occurrence]] = {}
    ends: dict[str, list[Occurrence]] = {}
    for one in occurrences:
        if one.engagement is not None:
            engaged.setdefault(one.engagement, []).append(one)
        elif _begins_a_state(one):
            begun.setdefault((one.type, one.direction), []).append(one)
        if one.stage == HELD:
            ends.setdefault(one.type, []).append(one)
    found: dict[int, Term] = {}
    for life in engaged.values():
        for one, replaced_on in _replaced(life):
            if replaced_on is not None:
                found[one.id] = Term(replaced_on=replaced_on)
    for (kind, direction), renewals in begun.items():
        ending = sorted(
            (end for slug in sorted(states()[kind]) for end in ends.get(slug, ()) if _meets(end.direction, direction)),
            key=lambda end: end.order,
        )
        days = [end.day for end in ending]
        for one, renewed_on in _replaced(renewals):
            later = (ending[at] for at in range(bisect_left(days, one.day), len(ending)))
            over = next((end.day for end in later if end.id != one.id and _tells(end, one)), OPEN)
            if renewed_on is not None and renewed_on <= over:
                found[one.id] = Term(OPEN, renewed_on)
            elif over > one.day:
                # Renewed after it was over: the old state goes on fading from its end.
                found[one.id] = Term(over)
    return found


def _begins_a_state(one: Occurrence) -> bool:
    return one.stage == HELD and one.type in states()


def _meets(end: int, state: int) -> bool:
    """Whoever closed a border opens it; what both do at once ends, or is ended by, either side's."""
    return end == state or MUTUAL in (end, state)


def _tells(later: Occurrence, earlier: Occurrence) -> bool:
    """Whether a later event is likely enough to stand in an earlier one's place."""
    return later.probability >= min(LIKELY, earlier.probability)


def _replaced(life: Sequence[Occurrence]) -> list[tuple[Occurrence, int | None]]:
    """Each event with the day on which a later one takes its place."""
    ordered = sorted(life, key=lambda one: one.order)
    found = []
    for at, one in enumerate(ordered):
        found.append((one, next((later.day for later in ordered[at + 1 :] if _tells(later, one)), None)))
    return found
