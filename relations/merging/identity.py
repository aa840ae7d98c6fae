"""Which of the rows that are there does a group go on being? Pure."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable, Sequence


def goes_on_as(members: Sequence[Iterable[int]], taken: Collection[int] = ()) -> dict[int, int]:
    """For each group, by its number, the id that most of its members bear; each id once, the greatest share first.

    members: of each group the ids that its members bear, 0 for none. taken: ids that no group may have. Groups that
    go on as nothing known are left out.
    """
    wishes = sorted(
        (-count, known, at)
        for at, group in enumerate(members)
        for known, count in Counter(group).items()
        if known and known not in taken
    )
    chosen: dict[int, int] = {}
    given: set[int] = set()
    for _, known, at in wishes:
        if at not in chosen and known not in given:
            chosen[at] = known
            given.add(known)
    return chosen
