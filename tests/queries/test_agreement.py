"""How far two editors agree: Krippendorff's alpha of what each made of the same reading."""

from __future__ import annotations

from typing import Any

import krippendorff
import pytest
from django.contrib.auth.models import User
from django.db import connection
from django.test.utils import CaptureQueriesContext
from hypothesis import given
from hypothesis import strategies as some

from relations.corrections.run import correct_event
from relations.corrections.run_desk import claim, decide, judge, take_back_opinion
from relations.models import DeskFilters, Event, ReviewItem, ReviewState, Status, Verdict
from relations.queries.agreement import agreement_page, judged_twice
from relations.tension.agreement import FEW, agreement
from tests import making
from tests.corrections.waiting import queued

ACCEPT: dict[str, Any] = {"status": Status.CONFIRMED}
REJECT: dict[str, Any] = {"status": Status.REJECTED}
database = pytest.mark.django_db


@pytest.fixture(autouse=True)
def all_are_judged_twice(settings: Any) -> None:
    settings.SECOND_OPINION_SHARE = 1.0


@pytest.fixture
def editors(db: None) -> tuple[User, User]:
    return making.user("editor"), making.user("editor")


def judged(editors: tuple[User, User], one: dict, other: dict, type: str = "accusation", **values: Any) -> Event:
    event = queued(type=type, **values)
    for editor, said in zip(editors, (one, other), strict=True):
        claim(editor, DeskFilters(), 50)
        judge(event.pk, editor=editor, **said)
    return event


def accept(**corrected: Any) -> dict[str, Any]:
    return ACCEPT | corrected


# -- alpha ----------------------------------------------------------------------------------------------------------


def test_alpha_is_that_of_the_textbook() -> None:
    """Two observers of ten units, values 0 and 1: Krippendorff, Computing Krippendorff's Alpha-Reliability, A."""
    one, other = "0100000000", "1110010010"
    assert round(agreement(list(zip(one, other, strict=True))).alpha or 9, 3) == 0.095


def test_where_only_one_thing_was_ever_said_alpha_is_undefined() -> None:
    found = agreement([("clash", "clash")] * 30)
    assert found.alpha is None and found.low is None and found.same == 30
    assert agreement([]).alpha is None


def test_all_alike_with_some_variety_is_full_agreement() -> None:
    found = agreement([("clash", "clash")] * 20 + [("apology", "apology")] * 20)
    assert (found.alpha, found.low, found.high) == (1.0, 1.0, 1.0)


def test_few_have_no_interval_and_more_narrow_it() -> None:
    mixed = [("a", "a"), ("b", "b"), ("a", "b"), ("a", "a"), ("b", "b")]
    few, some_more, many = agreement(mixed), agreement(mixed * 4), agreement(mixed * 40)
    assert few.units < FEW and few.is_few and few.low is None
    assert some_more.low is not None and some_more.high is not None and many.low is not None and many.high is not None
    assert some_more.low < many.low < (many.alpha or 0) < many.high < some_more.high
    assert agreement(mixed * 4) == some_more  # the same whenever it is asked


@given(some.lists(some.tuples(some.sampled_from("abc"), some.sampled_from("abc")), min_size=FEW, max_size=60))
def test_the_interval_is_of_the_same_alpha_as_the_librarys(pairs: list[tuple[str, str]]) -> None:
    found = agreement(pairs)
    if found.alpha is None:
        return
    rated = [[ord(one) for one, _ in pairs], [ord(other) for _, other in pairs]]
    assert found.alpha == pytest.approx(krippendorff.alpha(rated, level_of_measurement="nominal"))
    assert found.low is not None and found.high is not None and found.low <= found.high <= 1.0
    assert found.low - 0.25 <= found.alpha <= found.high + 0.25


# -- what is compared -----------------------------------------------------------------------------------------------


def test_by_type_as_it_was_read_and_over_all(editors: tuple[User, User]) -> None:
    judged(editors, ACCEPT, ACCEPT)
    judged(editors, ACCEPT, REJECT)
    judged(editors, accept(type="clash"), accept(type="clash"))
    judged(editors, REJECT, REJECT, type="apology")
    page = agreement_page()
    assert page.overall and page.overall.judged == "4" and page.overall.alike == "3 (75 %)"
    assert [(row.name, row.judged, row.alike) for row in page.types] == [
        ("Accused", "3", "2 (67 %)"),
        ("Apology", "1", "1 (100 %)"),
    ]
    # Of so few no figure is given, neither by type nor over all.
    assert [row.alpha for row in (page.overall, *page.types)] == [f"too few yet ({n})" for n in (4, 3, 1)]
    assert {(row.is_few, row.meaning, row.interval) for row in page.types} == {(True, "", "")}
    assert page.in_all == "3 of 4" and page.split == 1


def test_details_are_compared_where_both_took_it_for_an_event(editors: tuple[User, User]) -> None:
    judged(editors, ACCEPT, accept(direction=-1))
    judged(editors, ACCEPT, accept(stage="announced"))
    judged(editors, ACCEPT, REJECT)
    page = agreement_page()
    assert {row.name: row.alike for row in page.details} == {
        "Direction": "1 (50 %)",
        "Stage": "1 (50 %)",
        "Date": "2 (100 %)",
    }
    assert page.overall and page.overall.alike == "2 (67 %)" and page.in_all == "0 of 3"


def test_opinions_count_as_they_were_given(editors: tuple[User, User]) -> None:
    """Whoever is convinced afterwards, or overruled, had disagreed all the same."""
    first, _ = editors
    convinced = judged(editors, ACCEPT, REJECT)
    correct_event(convinced.pk, editor=first, status=Status.REJECTED)
    overruled = judged(editors, ACCEPT, REJECT)
    decide(overruled.pk, overruled.verdicts.order_by("-pk")[0].pk, editor=making.user("admin"))
    assert not ReviewItem.objects.filter(state=ReviewState.SPLIT).exists()
    assert [one.outcome == other.outcome for one, other in judged_twice()] == [False, False]


def test_what_was_taken_back_is_not_counted(editors: tuple[User, User]) -> None:
    judged(editors, ACCEPT, REJECT)
    take_back_opinion(Verdict.objects.get(origin="second").pk, editor=editors[1])
    assert agreement_page().overall is None


def test_the_page_asks_the_same_of_the_database_however_much_was_judged(editors: tuple[User, User]) -> None:
    judged(editors, ACCEPT, REJECT)
    with CaptureQueriesContext(connection) as few:
        agreement_page()
    for type in ("clash", "apology", "accusation"):
        judged(editors, ACCEPT, accept(type="visit_made"), type=type)
    with CaptureQueriesContext(connection) as many:
        agreement_page()
    assert len(few) == len(many) <= 4


def test_it_says_why_no_second_opinion_can_come(settings: Any, db: None) -> None:
    assert "Only one person" in agreement_page().trouble
    making.user("editor"), making.user("editor")
    assert agreement_page().trouble == ""
    settings.SECOND_OPINION_SHARE = 0.0
    assert "SECOND_OPINION_PERCENT" in agreement_page().trouble
