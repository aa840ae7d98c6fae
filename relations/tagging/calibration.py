"""Whether stated probabilities hold, and the line that makes them hold: Platt's, fitted on judged readings. Pure."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from relations.tension.lines import LEAST, MOST, Line

Floats = NDArray[np.float64]

BINS = 10
FOLDS = 5
SEED = 5  # which reading falls into which fold is the same each time
# Verdicts that the line in force is worth, as the coder's own word is where precision is learnt.
PRIOR_VERDICTS = 10.0


@dataclass(frozen=True, slots=True)
class Tenth:
    """Readings that were said to be right with a chance within one tenth. judged: verdicts, weighed."""

    low: float
    judged: float
    said: float
    right: float


@dataclass(frozen=True, slots=True)
class Fit:
    """What fitting came to. before: with the line until then; after: each reading by a line fitted on the others.

    error_before, error_after: expected calibration error of these.
    """

    line: Line
    error_before: float
    error_after: float
    before: list[Tenth]
    after: list[Tenth]


def fit(raw: Floats, right: Floats, weights: Floats, line: Line) -> Fit:
    """The line that judged readings call for, beginning from the one in force, and what it does to the error.

    raw: figures of the coder; right: 1 where an editor upheld the reading, else 0; weights: what each verdict counts;
    all of shape (n,), n >= FOLDS.
    """
    log_odds = line.slope * raw + line.offset
    folds = np.random.default_rng(SEED).permutation(len(raw)) % FOLDS
    after = np.empty_like(raw)
    for fold in range(FOLDS):
        others = folds != fold
        tried = _along(_platt(log_odds[others], right[others], weights[others]), log_odds[~others])
        after[~others] = tried
    before = stated(log_odds)
    slope, offset = _platt(log_odds, right, weights)
    return Fit(
        line=Line(slope * line.slope, slope * line.offset + offset),
        error_before=expected_error(before, right, weights),
        error_after=expected_error(after, right, weights),
        before=by_tenths(before, right, weights),
        after=by_tenths(after, right, weights),
    )


def stated(log_odds: Floats) -> Floats:
    """The probabilities that the coder states, but for their rounding."""
    return np.clip(1.0 / (1.0 + np.exp(-log_odds)), LEAST, MOST)


def expected_error(said: Floats, right: Floats, weights: Floats | None = None) -> float:
    """The expected calibration error: how far what was said lies from what was right, by tenths, by what each holds."""
    weighed = np.ones_like(said) if weights is None else weights
    tenths = by_tenths(said, right, weighed)
    return sum(one.judged * abs(one.said - one.right) for one in tenths) / float(weighed.sum())


def by_tenths(said: Floats, right: Floats, weights: Floats) -> list[Tenth]:
    """Those that hold any reading."""
    bins = np.minimum((said * BINS).astype(int), BINS - 1)
    found = []
    for number in range(BINS):
        part = bins == number
        judged = float(weights[part].sum())
        if judged:
            means = (float((weights[part] * values[part]).sum()) / judged for values in (said, right))
            found.append(Tenth(number / BINS, judged, *means))
    return found


def _along(line: tuple[float, float], log_odds: Floats) -> Floats:
    return stated(line[0] * log_odds + line[1])


def _platt(log_odds: Floats, right: Floats, weights: Floats) -> tuple[float, float]:
    """Slope and offset of log odds over log odds: the likeliest by weighted verdicts and by a prior.

    The prior, that what is stated holds (slope 1, offset 0), is as many verdicts as PRIOR_VERDICTS, spread over the
    readings, each as right as was stated. So both are finite also where all was right.
    """
    from scipy.optimize import minimize  # takes a while to import, and only this needs it

    prior = PRIOR_VERDICTS / len(log_odds)
    counts = weights + prior
    aims = (weights * right + prior / (1.0 + np.exp(-log_odds))) / counts

    def loss(line: Floats) -> tuple[float, Floats]:
        odds = line[0] * log_odds + line[1]
        miss = counts * (1.0 / (1.0 + np.exp(-odds)) - aims)
        value = float((counts * (np.logaddexp(0.0, odds) - aims * odds)).sum())
        return value, np.array([(miss * log_odds).sum(), miss.sum()])

    found = minimize(loss, np.array([1.0, 0.0]), jac=True, method="BFGS")
    return float(found.x[0]), float(found.x[1])
