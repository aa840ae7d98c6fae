"""Which tellings are of one happening? A partition that depends on the tellings and not on when they came. Pure.

1. What an editor decided stands: pinned reports are together by event. Such an **anchor** is joined, but joins none.
2. The tellings of each day are grouped, in the order of their content.
3. A happening's reports gather around the day that most of them name. So of groups on days near each other that tell of
   the same, the heaviest is a **peak**; the others join the peak that they are most like, where there is one. An anchor
   is a peak whatever its weight, and what is surely the same joins it whatever its own.
4. What is dated to a week, a month or a year joins the finer group that it is most like, or forms one of its own. An
   anchor dated so is joined by what names the day, where that is a copy of it or nearly.

Each decision depends on the tellings of a few days around alone (``REACH``), so merging looks at these and no others,
and still does what it would do had all reports come at once.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from relations.codebook.precision import COARSENESS, last_day
from relations.merging.tellings import LOOSE_DAYS, OTHER, SAME, Telling, sameness

# Days between two groups of one happening; and the days around a telling within which a change of it can be felt.
WINDOW = max(LOOSE_DAYS)
REACH = dt.timedelta(days=6 * WINDOW)
# Members of a group that a telling is compared with: enough to know it by.
COMPARED = 12

# Likeness from which a group joins an anchor even if more outlets tell of the group: a copy of the story, or nearly.
SURE = 1.6
# The same where the anchor names no day: a month has room for many happenings alike, so their words must be too.
COPY = 2.2

Group = list[Telling]


@dataclass(slots=True)
class Node:
    """The tellings of one happening on one day. anchor: the event that an editor gave them to, 0 for none."""

    day: dt.date
    members: Group
    anchor: int = 0

    @property
    def weight(self) -> tuple:
        """What makes a group the one that others gather around: small is heavy; no two weigh the same."""
        feeds = len({one.feed for one in self.members})
        stories = {one.story for one in self.members}
        named = len({one.story for one in self.members if one.date_named})
        return (-feeds, -named, -len(stories), min(one.key for one in self.members))


def partition(tellings: Iterable[Telling]) -> list[Group]:
    """The happenings, each with its tellings in the order of their content. Tellings of one pair and family."""
    ordered = sorted(tellings, key=lambda one: (COARSENESS.index(one.precision), one.occurred_on, one.key))
    nodes: dict[dt.date, list[Node]] = {}
    anchors: dict[int, Group] = {}
    for one in ordered:
        if one.pinned:
            anchors.setdefault(one.event, []).append(one)
    for event, pinned in anchors.items():
        for day in sorted({one.occurred_on for one in pinned if one.precision == "day"}):
            members = [one for one in pinned if (one.precision, one.occurred_on) == ("day", day)]
            nodes.setdefault(day, []).append(Node(day, members, event))
    for one in ordered:
        if one.precision == "day" and not one.pinned:
            _join(one, nodes.setdefault(one.occurred_on, []), anchors)
    fine = _gathered([node for _, of_day in sorted(nodes.items()) for node in of_day], anchors)
    fine = _with_vague_anchors(fine, anchors)
    for precision in COARSENESS[1:]:
        fine = _with_vague(fine, [one for one in ordered if one.precision == precision and not one.pinned])
    return [sorted(group, key=lambda one: one.key) for group in fine]


def _join(one: Telling, of_day: list[Node], anchors: dict[int, Group]) -> None:
    """Put a telling to the group of its day that it is most like, or to one of its own."""
    able = [node for node in of_day if not node.anchor or one.article not in _articles(anchors[node.anchor])]
    members = most_like(one, [node.members for node in able])
    if members is None:
        of_day.append(Node(one.occurred_on, [one]))
        return
    node = next(node for node in able if node.members is members)
    node.members.append(one)
    if node.anchor:
        anchors[node.anchor].append(one)


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


def _gathered(nodes: Sequence[Node], anchors: dict[int, Group]) -> list[Group]:
    """Groups of near days together, where they tell of one happening; nodes in the order of their days."""
    near: list[list[tuple[float, int]]] = [[] for _ in nodes]
    for at, node in enumerate(nodes):
        for other_at in range(at + 1, len(nodes)):
            other = nodes[other_at]
            if (other.day - node.day).days > WINDOW:
                break
            apart = other.day == node.day or (node.anchor and other.anchor)
            likeness = None if apart else _alike(node.members, other.members)
            if likeness is not None:
                near[at].append((likeness, other_at))
                near[other_at].append((likeness, at))
    weights = [node.weight for node in nodes]
    is_peak = [
        bool(node.anchor)
        or not any(
            weights[other] < weights[at] or (nodes[other].anchor and likeness >= SURE) for likeness, other in near[at]
        )
        for at, node in enumerate(nodes)
    ]
    result: dict[int, Group] = {
        at: anchors[node.anchor] if node.anchor else list(node.members) for at, node in enumerate(nodes) if is_peak[at]
    }
    for at, node in enumerate(nodes):
        if is_peak[at]:
            continue
        peaks = [
            (not (nodes[other].anchor and likeness >= SURE), -likeness, weights[other], other)
            for likeness, other in near[at]
            if is_peak[other]
        ]
        for *_, peak in sorted(peaks):
            # Several may come to one peak; two tellings of one article are never one happening.
            if not _articles(node.members) & _articles(result[peak]):
                result[peak].extend(node.members)
                break
        else:
            result[at] = list(node.members)
    own = [group for at, group in sorted(result.items()) if not (nodes[at].anchor and is_peak[at])]
    return [*anchors.values(), *own]


def _with_vague_anchors(fine: list[Group], anchors: dict[int, Group]) -> list[Group]:
    """Groups that name their day, with the anchors that don't and that they are copies of."""
    vague = [group for group in anchors.values() if all(one.precision != "day" for one in group)]
    if not vague:
        return fine
    joined: set[int] = set()
    given = {id(group) for group in anchors.values()}
    for at, group in enumerate(fine):
        if id(group) in given:
            continue
        likenesses = [(_alike(group, anchor) or 0.0, -number) for number, anchor in enumerate(vague)]
        likeness, number = max(likenesses)
        if likeness >= COPY:
            vague[-number].extend(group)
            joined.add(at)
    return [group for at, group in enumerate(fine) if at not in joined]


def _articles(group: Iterable[Telling]) -> set[int]:
    return {one.article for one in group}


def _alike(group: Group, other: Group) -> float | None:
    """Likeness of two groups: that of the members most like each other, if they can be one happening."""
    if _articles(group) & _articles(other):
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
