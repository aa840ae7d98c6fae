"""What editors' verdicts say of the coder: a Beta-binomial estimate with its interval, and what it does to an event's
odds."""

from __future__ import annotations

import math
from dataclasses import dataclass

# Verdicts that the coder's own word is worth: the strength of the prior, whose mean is the confidence that it stated.
PRIOR_VERDICTS = 10.0
# What a verdict given in passing counts. Who reads a page opens what looks wrong, so these tell of worse readings than
# there are; their likelihood is raised to this power (a power prior: Ibrahim & Chen 2000), which is to count a quarter.
IN_PASSING = 0.25
INTERVAL = 0.9
# A prior that knows nothing: that of Jeffreys, worth one verdict.
KNOWS_NOTHING = 0.5
# What a source has that nobody knows yet, as Feed.reliability begins.
USUAL_RELIABILITY = 0.9


@dataclass(frozen=True, slots=True)
class Beta:
    """What is held of a precision: a Beta distribution. Where one of the two is 0, it is certain."""

    for_it: float
    against_it: float

    def __post_init__(self) -> None:
        if not (self.for_it >= 0 and self.against_it >= 0 and self.for_it + self.against_it > 0):
            raise ValueError(f"Beta({self.for_it:g}, {self.against_it:g}) is no distribution.")

    @property
    def mean(self) -> float:
        return self.for_it / (self.for_it + self.against_it)

    def interval(self) -> tuple[float, float]:
        """The credible interval of INTERVAL, with as much chance below it as above."""
        if not self.for_it or not self.against_it:
            return self.mean, self.mean
        from scipy.special import betaincinv  # scipy.stats.beta.ppf, at a third of the time to import

        tail = (1.0 - INTERVAL) / 2
        low, high = betaincinv(self.for_it, self.against_it, [tail, 1.0 - tail])
        return float(low), float(high)

    def chance_under(self, line: float) -> float:
        """The chance that the precision is less than that."""
        if not self.for_it or not self.against_it:
            return float(self.mean < line)
        from scipy.special import betainc  # scipy.stats.beta.cdf

        return float(betainc(self.for_it, self.against_it, min(max(line, 0.0), 1.0)))


@dataclass(frozen=True, slots=True)
class Verdicts:
    """Judged events of one kind, each counted with its weight. expected: the sum of the confidences that they had;
    right: how many an editor upheld."""

    judged: float
    right: float
    expected: float

    def __post_init__(self) -> None:
        if not (0 <= self.right <= self.judged and 0 <= self.expected <= self.judged):
            raise ValueError(f"{self.right:g} right and {self.expected:g} expected of {self.judged:g} judged can't be.")

    @property
    def stated(self) -> float:
        """Mean confidence of the judged events: the mean of the prior."""
        return self.expected / self.judged if self.judged else 0.0

    @property
    def belief(self) -> Beta:
        """Beta(m c + right, m (1 - c) + wrong), m = PRIOR_VERDICTS, c = stated."""
        wrong = self.judged - self.right
        return Beta(PRIOR_VERDICTS * self.stated + self.right, PRIOR_VERDICTS * (1.0 - self.stated) + wrong)

    @property
    def belief_by_them_alone(self) -> Beta:
        """Without the coder's word: KNOWS_NOTHING on both sides."""
        return Beta(KNOWS_NOTHING + self.right, KNOWS_NOTHING + self.judged - self.right)

    @property
    def learnt(self) -> float:
        """Precision of the kind: the mean of what is believed of it."""
        return self.belief.mean

    @property
    def log_odds(self) -> float:
        """By how much the odds of every event of the kind move: the learnt odds over those that were stated."""
        if not self.judged or not 0.0 < self.stated < 1.0:
            return 0.0
        return _logit(self.learnt) - _logit(self.stated)


@dataclass(frozen=True, slots=True)
class Reliability:
    """How often what a source tells happened, with the interval of INTERVAL."""

    mean: float
    low: float
    high: float


def reliability(verdicts: Verdicts) -> Reliability | None:
    """Of a source, from readings that rest on it alone; None where there are none.

    verdicts: with ``expected`` the readings that would be right if all that it tells happened. Such a reading is right
    with the chance c r; so r is the precision found, over the mean of c. The prior is USUAL_RELIABILITY, worth
    PRIOR_VERDICTS, whatever is set by hand: taking the result over changes nothing of it.
    """
    if not verdicts.stated:
        return None
    belief = Verdicts(verdicts.judged, verdicts.right, verdicts.expected * USUAL_RELIABILITY).belief
    mean, low, high = (min(1.0, chance / verdicts.stated) for chance in (belief.mean, *belief.interval()))
    return Reliability(mean, low, high)


class Tally:
    """Counts verdicts as they come."""

    __slots__ = ("expected", "judged", "right")

    def __init__(self) -> None:
        self.judged = self.right = self.expected = 0.0

    def add(self, weight: float, is_right: bool, stated: float) -> None:
        self.judged += weight
        self.right += weight * is_right
        self.expected += weight * stated

    @property
    def verdicts(self) -> Verdicts:
        """Rounded to nine places, as sums of the same figures in another order may differ in their last digit."""
        return Verdicts(self.judged, self.right, min(round(self.expected, 9), self.judged))


def _logit(chance: float) -> float:
    chance = min(max(chance, 1e-6), 1.0 - 1e-6)
    return math.log(chance / (1.0 - chance))
