"""Which tellings are of one happening? A partition that depends on the tellings alone and not on when they came. Pure.

1. What an editor decided stands: pinned reports are together by event, and attract what is told of the same.
2. Of each day the other tellings are grouped, in the order of their content.
3. A happening's reports gather around the day that most of them name. So of groups on days near each other that tell of
   the same, the heaviest is a **peak**; the others join the peak that they are most like, where there is one.
4. What is dated to a week, a month or a year joins the finer group that it is most like, or forms one of its own.

Each decision depends on the tellings of a few days around alone (``REACH``), so merging looks at these and no others,
and still does what it would do had all reports come at once.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Sequence

from relations.merging.tellings import COARSENESS, LOOSE_DAYS, OTHER, SAME, Telling, last_day, sameness

# Days between two groups of one happening; and the days around a telling within which a change of it can be felt.
WINDOW = max(LOOSE_DAYS)
REACH = dt.timedelta(days=6 * WINDOW)
# Members of a group that a telling is compared with: enough to know it by.
COMPARED = 12

Group = list[Telling]


def partition(tellings: Iterable[Telling]) -> list[Group]:
    """The happenings, each with its tellings in the order of their content. Tellings of one pair and family."""
    ordered = sorted(tellings, key=lambda one: (COARSENESS.index(one.precision), one.occurred_on, one.key))
    anchors: dict[int, Group] = {}
    for one in ordered:
        if one.pinned:
            anchors.setdefault(one.event, []).append(one)
    pinned = list(anchors.values())
    joined = _drawn([one for one in ordered if not one.pinned], pinned)
    by_day: dict[dt.date, list[Telling]] = {}
    vague: list[Telling] = []
    for one in ordered:
        if one.pinned or one.id in joined:
            continue
        if one.precision == "day":
            by_day.setdefault(one.occurred_on, []).append(one)
        else:
            vague.append(one)
    # What joined an anchor must not attract others to it: then the order of arrival would tell.
    fine = _gathered({day: _grouped(told) for day, told in by_day.items()})
    for precision in COARSENESS[1:]:
        fine = _with_vague(fine, [one for one in vague if one.precision == precision])
    for one, anchor in joined.values():
        anchor.append(one)
    return [sorted(group, key=lambda one: one.key) for group in (*pinned, *fine)]


def _drawn(free: Iterable[Telling], anchors: list[Group]) -> dict[int, tuple[Telling, Group]]:
    """The tellings that belong to what an editor decided, by id; of each article one at the most to each anchor."""
    found: dict[int, tuple[Telling, Group]] = {}
    if not anchors:
        return found
    best: dict[tuple[int, int], tuple[float, Telling, Group]] = {}
    for one in free:
        anchor = most_like(one, anchors)
        if anchor is None:
            continue
        likeness, place = fits(one, anchor) or 0.0, (one.article, id(anchor))
        if place not in best or likeness > best[place][0]:
            best[place] = (likeness, one, anchor)
    for _, one, anchor in best.values():
        found[one.id] = (one, anchor)
    return found


def most_like(one: Telling, groups: Iterable[Group]) -> Group | None:
    """The group that most speaks for, of those that tell of the same happening; the first of equals."""
    best, best_likeness = None, SAME
    for group in groups:
        likeness = fits(one, group)
        if likeness is not None and (likeness > best_likeness or (best is None and likeness >= SAME)):
            best, best_likeness = group, likeness
    return best


def fits(one: Telling, group: Sequence[Telling]) -> float | None:
    """How much speaks for a telling being of a group's happening: its likeness to the member most like it.

    None where it can't be, as with two tellings of one article, or one that some member contradicts.
    """
    if any(one.article == other.article for other in group):
        return None
    return _most([sameness(one, other) for other in group[:COMPARED]])


def _most(likenesses: list[float | None]) -> float | None:
    found = [likeness for likeness in likenesses if likeness is not None]
    return max(found) if found and min(found) >= OTHER else None


def _grouped(told: list[Telling]) -> list[Group]:
    """The tellings of one day, or of one vague date, as groups."""
    groups: list[Group] = []
    for one in told:
        group = most_like(one, groups)
        if group is None:
            groups.append([one])
        else:
            group.append(one)
    return groups


def _weight(group: Group) -> tuple:
    """What makes a group the one that others gather around; no two weigh the same."""
    named = len({one.story for one in group if one.date_named})
    return (
        -len({one.feed for one in group}),
        -named,
        -len({one.story for one in group}),
        min(one.key for one in group),
    )


def _gathered(by_day: dict[dt.date, list[Group]]) -> list[Group]:
    """Groups of near days together, where they tell of one happening."""
    placed = [(day, group, _weight(group)) for day, groups in sorted(by_day.items()) for group in groups]
    near: list[list[tuple[float, int]]] = [[] for _ in placed]
    for at, (day, group, _) in enumerate(placed):
        for other_at in range(at + 1, len(placed)):
            other_day, other, _ = placed[other_at]
            if (other_day - day).days > WINDOW:
                break
            likeness = _alike(group, other) if other_day != day else None
            if likeness is not None:
                near[at].append((likeness, other_at))
                near[other_at].append((likeness, at))
    is_peak = [all(placed[at][2] < placed[other][2] for _, other in near[at]) for at in range(len(placed))]
    result = {at: list(placed[at][1]) for at in range(len(placed)) if is_peak[at]}
    for at, (_, group, _) in enumerate(placed):
        if is_peak[at]:
            continue
        peaks = [(-likeness, placed[other][2], other) for likeness, other in near[at] if is_peak[other]]
        for _, _, peak in sorted(peaks):
            # Several may come to one peak; two tellings of one article are never one happening.
            if not {one.article for one in group} & {one.article for one in result[peak]}:
                result[peak].extend(group)
                break
        else:
            result[at] = list(group)
    return [result[at] for at in sorted(result)]


def _alike(group: Group, other: Group) -> float | None:
    """Likeness of two groups: that of the members most like each other, if they can be one happening."""
    if {one.article for one in group} & {one.article for one in other}:
        return None
    most = _most([sameness(one, two) for one in group[:COMPARED] for two in other[:COMPARED]])
    return most if most is not None and most >= SAME else None


def _with_vague(fine: list[Group], vague: list[Telling]) -> list[Group]:
    """Finer groups with what is dated less exactly, which joins them, or else is grouped by itself."""
    alone: dict[dt.date, list[Telling]] = {}
    joining: list[tuple[Telling, Group]] = []
    for one in vague:
        group = most_like(one, fine)
        if group is None:
            alone.setdefault(one.occurred_on, []).append(one)
        else:
            joining.append((one, group))
    told: dict[int, set[int]] = {}
    for one, group in joining:
        articles = told.setdefault(id(group), {other.article for other in group})
        if one.article in articles:
            alone.setdefault(one.occurred_on, []).append(one)
            continue
        articles.add(one.article)
        group.append(one)
    return [*fine, *(group for _, slot in sorted(alone.items()) for group in _grouped(slot))]


def felt_around(changed: Iterable[Telling]) -> list[tuple[dt.date, dt.date]]:
    """Spans of days within which the partition may be another because of these tellings: apart, in order."""
    spans = sorted(
        (
            one.occurred_on - 2 * dt.timedelta(days=WINDOW),
            last_day(one.occurred_on, one.precision) + 2 * dt.timedelta(days=WINDOW),
        )
        for one in changed
    )
    found: list[tuple[dt.date, dt.date]] = []
    for start, end in spans:
        if found and start <= found[-1][1]:
            found[-1] = (found[-1][0], max(found[-1][1], end))
        else:
            found.append((start, end))
    return found
