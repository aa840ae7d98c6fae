"""How far two people who judge the same agree beyond chance: Krippendorff's alpha, with an interval."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

import krippendorff
import numpy as np

# The interval holds alpha of this share of samples drawn anew from what was judged.
INTERVAL = 0.9
DRAWN = 1000
# Fewer units than this say little; no interval is given of them.
FEW = 10


@dataclass(frozen=True, slots=True)
class Agreement:
    """Of units that two judged. alpha: 1 for full agreement, 0 for what chance would give, below for less than that;
    None where it is undefined, since only one value was ever given. low, high: its interval; None where it is undefined
    or there are FEW units."""

    units: int
    same: int
    alpha: float | None
    low: float | None
    high: float | None

    @property
    def is_few(self) -> bool:
        return self.units < FEW


def agreement(pairs: Sequence[tuple[str, str]]) -> Agreement:
    """Of values without order (nominal). pairs: what each of two made of a unit.

    The interval is a bootstrap over units; a sample in which only one value occurs counts as full agreement. It is the
    same whenever it is asked.
    """
    same = sum(one == other for one, other in pairs)
    values = sorted({value for pair in pairs for value in pair})
    if len(values) < 2:
        return Agreement(len(pairs), same, None, None, None)
    place = {value: at for at, value in enumerate(values)}
    rated = np.array([[place[one], place[other]] for one, other in pairs], dtype=float).T
    alpha = float(krippendorff.alpha(reliability_data=rated, level_of_measurement="nominal"))
    if len(pairs) < FEW:
        return Agreement(len(pairs), same, alpha, None, None)
    low, high = _interval(Counter((place[one], place[other]) for one, other in pairs), len(values))
    return Agreement(len(pairs), same, alpha, low, high)


def _interval(kinds: Counter[tuple[int, int]], values: int) -> tuple[float, float]:
    """Samples are drawn of kinds of pairs, of which there are few, and alpha of all is computed at once.

    alpha = 1 - D_o / D_e; of two values a unit, D_o is the share of units that differ and D_e the chance that two of
    all n values differ: (n^2 - sum of squared counts) / (n (n - 1)). Source: Krippendorff, Content Analysis, ch. 12.
    """
    units = kinds.total()
    often = np.array(list(kinds.values())) / units
    drawn = np.random.default_rng(units).multinomial(units, often, size=DRAWN)
    of_values = np.zeros((len(kinds), values))
    for at, (one, other) in enumerate(kinds):
        of_values[at, one] += 1
        of_values[at, other] += 1
    differ = drawn @ np.array([float(one != other) for one, other in kinds]) / units
    n = 2 * units
    expected = (n**2 - ((drawn @ of_values) ** 2).sum(axis=1)) / (n * (n - 1))
    alphas = np.where(expected > 0, 1 - differ / np.where(expected > 0, expected, 1), 1.0)
    low, high = np.quantile(alphas, [(1 - INTERVAL) / 2, (1 + INTERVAL) / 2])
    return float(low), float(high)
