"""Terms: a plan counts as it stands, a state holds until it ends, and each counts once."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from relations.codebook.states import states
from relations.tension.terms import FADING, OPEN, STAGES, Occurrence, Term, is_bound, terms

PLAN = 7
TYPE_OF_STAGE = dict(
    zip(STAGES, ("visit_announced", "visit_postponed", "visit_announced", "visit_cancelled", "visit_made"), strict=True)
)


def word(number: int, day: int, stage: str, probability: float = 0.9, engagement: int = PLAN) -> Occurrence:
    """What is heard of a plan on a day."""
    return Occurrence(number, day, TYPE_OF_STAGE[stage], stage, 1, probability, engagement)


def act(
    number: int, day: int, type_slug: str, direction: int = 1, probability: float = 0.9, stage: str = "held"
) -> Occurrence:
    return Occurrence(number, day, type_slug, stage, direction, probability)


def closed(day: int, direction: int = 1, number: int = 1, probability: float = 0.9) -> Occurrence:
    return act(number, day, "border_closed", direction, probability)


def opened(day: int, direction: int = 1, number: int = 2, probability: float = 0.9) -> Occurrence:
    return act(number, day, "border_opened", direction, probability)


# Plans


def test_a_postponement_replaces_the_announcement_and_is_replaced_by_the_visit() -> None:
    life = [word(1, 10, "announced"), word(2, 20, "postponed"), word(3, 30, "held")]
    assert terms(life) == {1: Term(replaced_on=20), 2: Term(replaced_on=30)}


def test_of_one_day_what_comes_later_in_the_life_of_a_plan_stands() -> None:
    life = [word(5, 10, "announced"), word(1, 10, "cancelled"), word(3, 10, "postponed")]
    assert terms(life) == {5: Term(replaced_on=10), 3: Term(replaced_on=10)}


@pytest.mark.parametrize(
    ("earlier", "later", "replaces"),
    [(0.9, 0.5, True), (0.9, 0.49, False), (0.3, 0.3, True), (0.3, 0.29, False), (0.4, 0.45, True), (1.0, 0.6, True)],
)
def test_later_word_replaces_earlier_where_it_is_likely_or_likelier(
    earlier: float, later: float, replaces: bool
) -> None:
    found = terms([word(1, 10, "announced", earlier), word(2, 20, "cancelled", later)])
    assert found == ({1: Term(replaced_on=20)} if replaces else {})


def test_an_unlikely_word_in_between_is_passed_over() -> None:
    life = [word(1, 10, "announced"), word(2, 20, "cancelled", 0.2), word(3, 30, "held")]
    assert terms(life) == {1: Term(replaced_on=30), 2: Term(replaced_on=30)}


def test_plans_do_not_bear_on_each_other() -> None:
    assert terms([word(1, 10, "announced"), word(2, 20, "cancelled", engagement=8)]) == {}


@given(st.lists(st.tuples(st.integers(0, 40), st.sampled_from(STAGES)), min_size=1, max_size=10), st.integers(0, 60))
def test_a_plan_counts_once_as_it_stands(told: list[tuple[int, str]], now: int) -> None:
    life = [word(number, day, stage) for number, (day, stage) in enumerate(told)]
    found = terms(life)
    counting = [one for one in life if found.get(one.id, FADING).decay(one.day, now, 30.0) > 0]
    heard = [one for one in life if one.day <= now]
    assert counting == sorted(heard, key=lambda one: one.order)[-1:]


# States in force


def test_a_closed_border_holds_until_it_is_opened() -> None:
    assert terms([closed(10)]) == {1: Term(OPEN)}
    assert terms([closed(10), opened(30)]) == {1: Term(30)}


@pytest.mark.parametrize(
    ("closer", "opener", "ends"),
    [(1, 1, True), (1, 0, True), (1, -1, False), (-1, -1, True), (-1, 1, False), (0, 1, True), (0, -1, True)],
)
def test_whoever_closed_it_or_both_open_it_and_the_other_side_does_not(closer: int, opener: int, ends: bool) -> None:
    assert terms([closed(10, closer), opened(30, opener)]) == {1: Term(30 if ends else OPEN)}


def test_what_opened_before_it_was_closed_ends_nothing() -> None:
    assert terms([opened(5), closed(10)]) == {1: Term(OPEN)}


def test_the_first_likely_opening_ends_it() -> None:
    history = [closed(10), opened(20, probability=0.3), opened(40, number=3), opened(30, number=4)]
    assert terms(history) == {1: Term(30)}


def test_closed_and_opened_on_one_day_it_simply_fades() -> None:
    assert terms([closed(10), opened(10)]) == {}


@pytest.mark.parametrize("kind", sorted(states()))
def test_each_state_ends_with_each_of_the_acts_that_the_codebook_names_and_with_no_other(kind: str) -> None:
    for end in sorted(states()[kind]):
        assert terms([act(1, 10, kind), act(2, 30, end)]) == {1: Term(30)}, end
    for other in ("apology", "agreement_signed", "meeting"):
        assert terms([act(1, 10, kind), act(2, 30, other)]) == {1: Term(OPEN)}, other


@pytest.mark.parametrize("stage", ["announced", "postponed", "cancelled"])
def test_what_is_only_announced_is_no_state_and_ends_none(stage: str) -> None:
    assert terms([act(1, 10, "sanctions_imposed", stage=stage)]) == {}
    assert not is_bound(act(1, 10, "sanctions_imposed", stage=stage))
    lifted_some_day = act(2, 30, "sanctions_lifted", stage=stage)
    assert terms([act(1, 10, "sanctions_imposed"), lifted_some_day]) == {1: Term(OPEN)}


def test_a_renewal_stands_in_for_the_state_that_it_renews() -> None:
    history = [closed(10), closed(20, number=3), closed(25, number=4)]
    assert terms(history) == {1: Term(OPEN, 20), 3: Term(OPEN, 25), 4: Term(OPEN)}


def test_the_renewal_ends_when_it_is_opened() -> None:
    assert terms([closed(10), closed(20, number=3), opened(30)]) == {1: Term(OPEN, 20), 3: Term(30)}


def test_an_unlikely_renewal_stands_beside_and_not_in_for_it() -> None:
    assert terms([closed(10), closed(20, number=3, probability=0.2)]) == {1: Term(OPEN), 3: Term(OPEN)}


def test_closed_again_after_it_was_opened_the_old_closure_goes_on_fading_from_its_end() -> None:
    assert terms([closed(10), opened(15), closed(20, number=3)]) == {1: Term(15), 3: Term(OPEN)}


def test_what_one_side_did_is_no_renewal_of_what_the_other_did() -> None:
    assert terms([closed(10, 1), closed(20, -1, number=3)]) == {1: Term(OPEN), 3: Term(OPEN)}


def test_a_route_is_no_border() -> None:
    assert terms([closed(10), act(3, 20, "route_closed")]) == {1: Term(OPEN), 3: Term(OPEN)}


@given(
    st.lists(
        st.tuples(st.integers(0, 40), st.sampled_from(["border_closed", "border_opened"]), st.sampled_from([1, -1])),
        min_size=1,
        max_size=10,
        unique_by=lambda one: (one[0], one[2]),
    ),
    st.integers(0, 60),
)
def test_a_state_of_one_side_holds_once_from_its_closing_to_its_opening(
    told: list[tuple[int, str, int]], now: int
) -> None:
    history = [act(number, day, slug, side) for number, (day, slug, side) in enumerate(told)]
    found = terms(history)
    for side in (1, -1):
        mine = [one for one in history if one.direction == side and one.day <= now]
        last = max(mine, key=lambda one: one.day, default=None)
        # Events that still count in full though they are older: they hold.
        holding = [
            one
            for one in mine
            if one.type == "border_closed"
            and (term := found.get(one.id, FADING)).holds_until is not None
            and term.holds_until > now
            and term.decay(one.day, now, 90.0) == 1.0
        ]
        assert holding == ([last] if last is not None and last.type == "border_closed" else [])


# How terms count


def test_a_term_says_what_is_left() -> None:
    assert FADING.decay(10, 9, 30.0) == 0 and FADING.decay(10, 10, 30.0) == 1
    assert FADING.decay(10, 40, 30.0) == pytest.approx(0.5)
    holding = Term(50)
    assert [holding.decay(10, now, 30.0) for now in (10, 49, 50, 80)] == pytest.approx([1, 1, 1, 0.5])
    replaced = Term(OPEN, 60)
    assert [replaced.decay(10, now, 30.0) for now in (9, 10, 59, 60, 99)] == [0, 1, 1, 0, 0]
    assert Term(None, 10).decay(10, 10, 30.0) == 0


@given(st.randoms(), st.lists(st.tuples(st.integers(0, 30), st.sampled_from(STAGES)), max_size=8))
def test_the_order_in_which_events_are_given_does_not_matter(random: object, told: list[tuple[int, str]]) -> None:
    history = [word(number, day, stage, (number % 4) / 4 + 0.1) for number, (day, stage) in enumerate(told)]
    history += [closed(day, number=100 + at) for at, (day, _) in enumerate(told)]
    history += [opened(day, number=200 + at, direction=at % 3 - 1) for at, (day, _) in enumerate(told[::2])]
    shuffled = list(history)
    random.shuffle(shuffled)  # type: ignore[attr-defined]
    assert terms(shuffled) == terms(history)


def test_only_what_others_can_bear_on_is_bound() -> None:
    assert is_bound(word(1, 1, "announced")) and is_bound(closed(1))
    assert not is_bound(opened(1)) and not is_bound(act(1, 1, "clash"))
