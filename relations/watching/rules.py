"""When a watch tells of a score: it crossed a line or left its band, and events did it. Pure.

Events did it where the score, without what the fresh ones add to it, would not have. So neither fading, nor another
formula, nor an editor's correction of what was told already makes an alert.
"""

from __future__ import annotations

import datetime as dt
import math
from collections.abc import Sequence
from dataclasses import dataclass

from relations.tension.formula import BAND, BASELINE, BASELINE_DEVIATION, PRIOR_STRENGTH
from relations.tension.shares import effect

# How far a score must come back over the line before the line can be crossed anew: what hovers around it is told once.
REARMED_AFTER = 2.0
BAND_KEPT = dt.timedelta(days=7)
# An event that moves the score by less is not said to have moved it; pages show no less either.
FELT = 0.05
# What happened longer ago than this is no news when it is heard of.
NEWS = dt.timedelta(days=30)


@dataclass(frozen=True, slots=True)
class Seen:
    """Where a pair stood on a day: score and 90 % band, and the evidence behind it."""

    day: dt.date
    score: float
    low: float
    high: float
    known: float = 0.0


def nothing_known(day: dt.date) -> Seen:
    """Where a pair stands of which nothing is known."""
    half_width = BAND * BASELINE_DEVIATION
    return Seen(day, BASELINE, BASELINE - half_width, BASELINE + half_width)


@dataclass(frozen=True, slots=True)
class Mover:
    """An event's part in a score. evidence, severity: v and s, as docs/score.md has them."""

    event: int
    evidence: float
    severity: float

    def moved(self, seen: Seen) -> float:
        """The score less the score without it."""
        return effect(self.evidence, self.severity, seen.score, seen.known)


def score_without(seen: Seen, movers: Sequence[Mover]) -> float:
    """What the score would be without any of these events."""
    gone = math.fsum(mover.evidence for mover in movers)
    pulled = math.fsum(mover.evidence * mover.severity for mover in movers)
    weight = PRIOR_STRENGTH + seen.known
    return (seen.score * weight - pulled) / (weight - gone)


def rise(armed: bool, line: float, score: float, without: float) -> tuple[bool, bool]:
    """Whether a rise above the line is told, and whether the next one will be. without: the score but for the events
    that may have done it."""
    if not armed:
        return False, score < line - REARMED_AFTER
    if score < line:
        return False, True
    return without < line, False


def fall(armed: bool, line: float, score: float, without: float) -> tuple[bool, bool]:
    """The same for a fall below the line."""
    if not armed:
        return False, score > line + REARMED_AFTER
    if score >= line:
        return False, True
    return without >= line, False


def jump(kept: Seen, now: Seen, without: float) -> tuple[bool, Seen]:
    """Whether a jump out of the kept band is told, and the band that is kept from now on.

    A band is kept until the score leaves it, for whatever reason, and for a week at the longest, so that what creeps is
    no jump.
    """
    if not kept.low <= now.score <= kept.high:
        return kept.low <= without <= kept.high, now
    return False, now if now.day - kept.day >= BAND_KEPT else kept


def causes(movers: Sequence[Mover], seen: Seen, rises: bool) -> list[tuple[Mover, float]]:
    """Those that moved the score that way, with by how much; what moved it most first."""
    way = 1 if rises else -1
    moved = [(mover, mover.moved(seen)) for mover in movers]
    return sorted(
        ((mover, by) for mover, by in moved if way * by >= FELT), key=lambda each: (-abs(each[1]), each[0].event)
    )


# -- in words -----------------------------------------------------------------------------------------------------


def crossing_words(rises: bool, line: float, before: float, after: float) -> str:
    way = "rose above" if rises else "fell below"
    return f"Score {way} {line:g}: from {before:.1f} to {after:.1f}"


def jump_words(kept: Seen, before: float, after: float) -> str:
    way = "above" if after > kept.high else "below"
    return f"Score jumped {way} its band of {kept.low:.0f} to {kept.high:.0f}: from {before:.1f} to {after:.1f}"


def event_count_words(number: int, first: str) -> str:
    """first: what the newest of them was, in words."""
    if number == 1:
        return first
    return f"{number:,} events: {first} and {number - 1:,} more"
