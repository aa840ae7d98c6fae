"""What an editor's look at an event is worth: uncertain x grave x read by many. Pure."""

from __future__ import annotations

import math

from relations.tension.formula import full_evidence

GRAVEST = full_evidence(10.0)


def uncertainty(probability: float) -> float:
    """1 where it is as likely as not, 0 where it is certain either way: the variance of a yes or no, times four."""
    return 4.0 * probability * (1.0 - probability)


def gravity(weight: float) -> float:
    """The evidence that an event of this weight brings to a score, against that of the gravest; in (0, 1]."""
    return full_evidence(weight) / GRAVEST


def reach(stories: int, watchers: int) -> float:
    """How widely it is read, from 1 on: each doubling of the stories that print it and the people who watch its pair
    adds one."""
    return 1.0 + math.log2(max(1, stories + watchers))


def value_of_a_look(*, probability: float, weight: float, stories: int, watchers: int) -> float:
    """What the queue is ordered by, from 0 on.

    probability: that it happened as coded, moved by what verdicts taught. weight: of the type, in [-10, 10]. stories:
    reports that stand, copies too, since each has its readers. watchers: people who watch the pair.
    """
    return uncertainty(probability) * gravity(weight) * reach(stories, watchers)
