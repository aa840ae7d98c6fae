"""Turning points of a pair's score, and the chapters between them. Pure.

PELT (Killick, Fearnhead & Eckley 2012, by the library ruptures) cuts the weekly means of the series where the sum of
squared distances to each chapter's mean, plus a penalty a chapter, is least. The penalty says how much a chapter must
tell: four weeks that lie PENALTY_POINTS away from four others begin one.
"""

from __future__ import annotations

import itertools
from dataclasses import dataclass

import numpy as np

from relations.tension.sums import Floats

WEEK = 7
LEAST_WEEKS = 4
# Points of the score by which two chapters of LEAST_WEEKS weeks each must differ.
PENALTY_POINTS = 8.0
PENALTY = LEAST_WEEKS / 2 * PENALTY_POINTS**2


@dataclass(frozen=True, slots=True)
class Chapter:
    """Days [start, stop) of a series, with their mean score."""

    start: int
    stop: int
    mean: float


def chapters(score: Floats) -> list[Chapter]:
    """The chapters of a daily series of shape (n_days,), in order; one where nothing turns."""
    n_days = len(score)
    weeks = n_days // WEEK
    if weeks < 2 * LEAST_WEEKS:
        return [Chapter(0, n_days, float(score.mean()))] if n_days else []
    # Counted back from the last day, so that the newest week is whole; the oldest days join the first.
    first = n_days - weeks * WEEK
    means = score[first:].reshape(weeks, WEEK).mean(axis=1)
    cuts = [0, *(first + _turn(score[first:], cut) for cut in _cuts(means)), n_days]
    found = [Chapter(start, stop, float(score[start:stop].mean())) for start, stop in itertools.pairwise(cuts)]
    return [chapter for chapter in found if chapter.stop > chapter.start]


def _cuts(means: Floats) -> list[int]:
    """Numbers of the weeks at which a chapter begins, without the first."""
    if np.ptp(means) < PENALTY_POINTS / 2:
        return []
    import ruptures  # it brings scipy with it, which most processes never need

    found = ruptures.KernelCPD(kernel="linear", min_size=LEAST_WEEKS).fit(means[:, None]).predict(pen=PENALTY)
    return [int(cut) for cut in found[:-1]]


def _turn(score: Floats, cut: int) -> int:
    """The day near the beginning of a week on which the score moved most."""
    start, stop = max(cut * WEEK - WEEK, 1), min(cut * WEEK + WEEK, len(score))
    moves = np.abs(np.diff(score[start - 1 : stop]))
    return start + int(moves.argmax())
