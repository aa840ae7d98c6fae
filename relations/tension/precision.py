"""What editors' verdicts say of the coder, by type: a Beta-binomial estimate, and what it does to an event's odds."""

from __future__ import annotations

import math
from dataclasses import dataclass

# Verdicts that the coder's own word is worth: the strength of the prior, whose mean is the confidence that it stated.
PRIOR_VERDICTS = 10.0


@dataclass(frozen=True, slots=True)
class Verdicts:
    """Judged events of a type. expected: the sum of the confidences that they had; right: how many an editor upheld."""

    judged: int
    right: int
    expected: float

    def __post_init__(self) -> None:
        if not (0 <= self.right <= self.judged and 0 <= self.expected <= self.judged):
            raise ValueError(f"{self.right} right and {self.expected:g} expected of {self.judged} judged can't be.")

    @property
    def stated(self) -> float:
        """Mean confidence of the judged events: the mean of the prior."""
        return self.expected / self.judged if self.judged else 0.0

    @property
    def learnt(self) -> float:
        """Precision of the type: the mean of Beta(m c + right, m (1 - c) + wrong), m = PRIOR_VERDICTS, c = stated."""
        return (PRIOR_VERDICTS * self.stated + self.right) / (PRIOR_VERDICTS + self.judged)

    @property
    def log_odds(self) -> float:
        """By how much the odds of every event of the type move: the learnt odds over those that were stated."""
        if not self.judged or not 0.0 < self.stated < 1.0:
            return 0.0
        return _logit(self.learnt) - _logit(self.stated)


def _logit(chance: float) -> float:
    chance = min(max(chance, 1e-6), 1.0 - 1e-6)
    return math.log(chance / (1.0 - chance))
