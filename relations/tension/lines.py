"""The line that makes a coder's raw figures probabilities, and what another line makes of those that one has stated.

Pure. Two lines over the same figures compose: the log odds by one are a straight line over those by the other.
"""

from __future__ import annotations

import datetime as dt
import math
from bisect import bisect
from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple

# Between these a coder's probabilities lie.
LEAST, MOST = 0.05, 0.95


class Line(NamedTuple):
    """log odds of being right = slope x raw figure + offset."""

    slope: float
    offset: float

    def log_odds(self, raw: float) -> float:
        return self.slope * raw + self.offset

    def stated(self, raw: float) -> float:
        """The probability, within [LEAST, MOST], to a hundredth."""
        return round(min(MOST, max(LEAST, 1 / (1 + math.exp(-self.log_odds(raw))))), 2)

    def raw(self, stated: float) -> float:
        """The raw figure that was made this probability, as far as rounding, LEAST and MOST let it be told."""
        stated = min(MOST, max(LEAST, stated))
        return (math.log(stated / (1.0 - stated)) - self.offset) / self.slope


@dataclass(frozen=True, slots=True)
class Lines:
    """The lines that a coder's version had: the one that came with it, and from each of these times on another,
    oldest first."""

    first: Line
    times: Sequence[dt.datetime] = ()
    fitted: Sequence[Line] = ()

    def at(self, moment: dt.datetime) -> Line:
        return (self.first, *self.fitted)[bisect(self.times, moment)]

    @property
    def in_force(self) -> Line:
        return (self.first, *self.fitted)[-1]


def restated(confidence: float, then: Line, now: Line) -> float:
    """What another line states of the figure of which one stated this."""
    return confidence if then == now else now.stated(then.raw(confidence))


def restated_event(probability: float, then: Line, now: Line, *, sources: int, reliability: float) -> float:
    """The same of an event: 1 - (1 - c r)^n with c restated, for n independent sources of the mean reliability r.

    One source is told exactly, up to rounding; of several all readings are taken for equally sure.
    """
    if then == now or sources < 1 or not 0.0 < reliability <= 1.0:
        return probability
    confidence = (1.0 - (1.0 - probability) ** (1.0 / sources)) / reliability
    return 1.0 - (1.0 - restated(confidence, then, now) * reliability) ** sources
