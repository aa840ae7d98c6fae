"""Merging on 24 little worlds of reports that look alike or tell one happening differently, labelled by hand."""

from __future__ import annotations

from dataclasses import replace

import pytest

from bench.merging import b_cubed, world_mentions
from relations.merging.clusters import partition
from relations.merging.tellings import SAME, sameness
from tests.merging.making import telling


def test_happenings_told_differently_are_one_and_look_alikes_are_not() -> None:
    mentions = [mention for world in world_mentions().values() for mention in world]
    assert len(mentions) > 200
    precision, recall, f1 = b_cubed(mentions)
    assert precision >= 0.93 and recall >= 0.91 and f1 >= 0.93


@pytest.mark.parametrize(
    ("changes", "same"),
    [
        ({}, True),
        ({"day": 1}, True),
        ({"day": 3}, False),
        ({"direction": -1}, False),
        ({"direction": 0}, True),
        ({"stage": "announced"}, False),
        ({"type": "visit_cancelled"}, True),
        ({"type": "apology"}, False),
        ({"source_actor": "PAK:parliament"}, False),
        ({"source_actor": "PAK:person:a-minister"}, True),
        ({"place": "Karachi"}, False),
        ({"planned": 40}, False),
        ({"article": 1}, False),
        ({"precision": "month", "day": -6}, True),
        ({"precision": "month", "day": 40}, False),
        ({"sentence": "Islamabad put off the envoy's visit."}, True),
    ],
)
def test_each_thing_that_tells_two_happenings_apart(changes: dict, same: bool) -> None:
    facts: dict = {"place": "Islamabad", "planned": 10, "source_actor": "PAK:foreign_ministry"}
    known = {name: value for name, value in facts.items() if name in changes}
    one = telling(1, **known)
    other = telling(2, **(known | {"sentence": "Its guest will not come for now after a drone was seen."} | changes))
    found, back = sameness(one, other), sameness(other, one)
    assert found == back
    assert (found is not None and found >= SAME) is same


def test_copies_and_alike_sentences_bring_two_named_days_together() -> None:
    one = telling(1, named=True)
    later: dict = {"day": 2, "named": True, "sentence": "Its guest will not come for now after a drone was seen."}
    assert (sameness(one, telling(2, **later)) or 0) < SAME
    assert (sameness(one, telling(2, **later, story=1)) or 0) >= SAME
    assert (sameness(one, telling(2, **(later | {"sentence": one.sentence}))) or 0) >= SAME


def test_reports_gather_around_the_day_that_most_name_and_do_not_chain() -> None:
    days = [0, 0, 0, 1, 2, 3, 4]
    told = [telling(number, day=day, type="clash") for number, day in enumerate(days, 1)]
    groups = partition(told)
    assert max(len(group) for group in groups) == 5, "days 1 and 2 join the first, which three outlets name"
    assert all((group[-1].occurred_on - group[0].occurred_on).days <= 2 for group in groups)


def test_a_vague_report_joins_the_finer_one_that_it_is_most_like() -> None:
    spring = telling(1, day=3, type="clash", sentence="Guns fired over the river at Teetwal.")
    autumn = telling(2, day=20, type="clash", sentence="Two soldiers died in a raid near Uri.")
    told = "A raid near Uri cost two soldiers their lives."
    month = telling(3, day=-6, type="clash", precision="month", sentence=told)
    groups = partition([month, spring, autumn])
    assert sorted(sorted(one.id for one in group) for group in groups) == [[1], [2, 3]]


def test_a_verdict_does_not_draw_what_was_told_of_the_days_around() -> None:
    """Fire every day, each told by two outlets without naming the day: a word on one day leaves the others alone."""
    daily = ["Guns were fired at Uri.", "A post at Poonch came under fire.", "Shells fell on Keran."]
    told = [
        telling(10 * day + outlet, day=2 * day, type="clash", sentence=daily[day], feed=outlet)
        for day in range(3)
        for outlet in (1, 2)
    ]
    free = {frozenset(one.id for one in group) for group in partition(told)}
    judged = [replace(one, event=5, pinned=True) if one.id in (10 + 1, 10 + 2) else one for one in told]
    assert {frozenset(one.id for one in group) for group in partition(judged)} == free
    assert len(free) == 3


def test_copies_of_what_was_judged_join_it_however_many_they_are() -> None:
    judged = telling(1, event=5, pinned=True)
    copies = [telling(number, day=1, story=1) for number in range(2, 6)]
    assert [len(group) for group in partition([judged, *copies])] == [5]


def test_what_was_judged_of_a_month_is_joined_by_its_copies_that_name_the_day_and_by_no_others() -> None:
    said = "Guns fired over the river at Teetwal for two hours."
    month = telling(1, day=0, type="clash", precision="month", sentence=said, event=5, pinned=True)
    copy = telling(2, day=12, type="clash", sentence=said)
    another = telling(3, day=20, type="clash", sentence="A raid near Uri cost two soldiers their lives.")
    groups = partition([month, copy, another])
    assert sorted(sorted(one.id for one in group) for group in groups) == [[1, 2], [3]]


def test_what_an_editor_put_together_stays_and_draws_what_tells_of_it() -> None:
    pinned = [telling(1, event=7, pinned=True), telling(2, day=20, event=7, pinned=True)]
    near = telling(3, day=20)
    apart = telling(4, event=8, pinned=True)
    groups = {frozenset(one.id for one in group) for group in partition([*pinned, near, apart])}
    assert groups == {frozenset({1, 2, 3}), frozenset({4})}
