"""Which events tell the life of one planned act. Pure, and in the database."""

from __future__ import annotations

import datetime as dt
import itertools
from typing import Any

import pytest

from relations.merging.engagements import Life, PlanEvent, kind_of, lives
from relations.merging.evidence import Plan
from relations.merging.run import merge_new_reports
from relations.models import Actor, Engagement, Event, Report
from relations.models.loading import load_codebook
from tests import making

FIRST = dt.date(2017, 8, 1)
STAGES = {"visit_announced": "announced", "visit_postponed": "postponed", "visit_cancelled": "cancelled"}


def on(day: int) -> dt.date:
    return FIRST + dt.timedelta(days=day)


def event(
    day: int, type: str = "visit_announced", *, plan: tuple[int, ...] = (), who: str = "", **values: Any
) -> PlanEvent:
    defaults: dict[str, Any] = {
        "id": day,
        "occurred_on": on(day),
        "type": type,
        "stage": STAGES.get(type, "held"),
        "kind": "visit",
        "visitor": "USA",
        "people": frozenset({who} if who else ()),
        "place": "",
        "plan": Plan(tuple(on(at) for at in plan)),
    }
    return PlanEvent(**(defaults | values))


def told(events: list[PlanEvent]) -> list[tuple[list[int], str]]:
    """The engagements as (days of their events, state), and the same whatever order the events come in."""
    found = [([(one.occurred_on - FIRST).days for one in life.events], life.state) for life in lives(events)]
    for other in itertools.islice(itertools.permutations(events), 24):
        again = [([(one.occurred_on - FIRST).days for one in life.events], life.state) for life in lives(other)]
        assert again == found
    return found


def test_a_visit_is_announced_postponed_given_a_new_date_and_made() -> None:
    life = [
        event(0, plan=(20,)),
        event(15, "visit_postponed"),
        event(40, plan=(60,)),
        event(61, "visit_made"),
    ]
    assert told(life[:2]) == [([0, 15], "postponed")]
    assert told(life[:3]) == [([0, 15, 40], "rescheduled")]
    assert told(life) == [([0, 15, 40, 61], "held")]
    assert lives(life)[0].plan.days == (on(60),) and lives(life)[0].held_on == on(61)


def test_alternatives_are_one_plan_and_the_first_of_them_keeps_it() -> None:
    assert told([event(0, plan=(20, 22)), event(22, "visit_made")]) == [([0, 22], "held")]


def test_another_date_without_a_postponement_is_another_visit() -> None:
    assert told([event(0, plan=(20,)), event(5, plan=(55,))]) == [([0], "announced"), ([5], "announced")]


def test_other_people_are_on_other_visits() -> None:
    envoy, minister = "USA:person:an-envoy", "USA:person:a-minister"
    found = told([event(0, who=envoy, plan=(20,)), event(1, who=minister), event(16, "visit_postponed", who=envoy)])
    assert found == [([0, 16], "postponed"), ([1], "announced")]


def test_a_ministry_or_somebody_of_the_other_side_tells_no_visits_apart() -> None:
    for named in ("USA:foreign_ministry", "PAK:person:a-host"):
        found = told([event(0, who="USA:person:an-envoy", plan=(20,)), event(16, "visit_postponed", who=named)])
        assert found == [([0, 16], "postponed")]


def test_a_visit_the_other_way_is_another() -> None:
    assert len(told([event(0), event(3, visitor="PAK")])) == 2


def test_whoever_puts_it_off_it_is_the_same_visit() -> None:
    assert told([event(0, plan=(20,)), event(9, "visit_postponed", visitor="")]) == [([0, 9], "postponed")]


def test_what_is_over_is_over() -> None:
    cancelled = [event(0, plan=(20,)), event(9, "visit_cancelled"), event(30, plan=(44,))]
    assert told(cancelled) == [([0, 9], "cancelled"), ([30], "announced")]
    held = [event(0, plan=(3,)), event(3, "visit_made"), event(4, "meeting", kind="meeting", visitor=""), event(25)]
    assert told(held) == [([0, 3, 4], "held"), ([25], "announced")]


def test_held_long_before_its_day_it_was_something_else() -> None:
    assert len(told([event(0, plan=(40,)), event(10, "visit_made")])) == 2


def test_after_long_silence_only_the_planned_day_brings_it_back() -> None:
    assert len(told([event(0), event(120, "visit_made")])) == 2
    assert told([event(0, plan=(120,)), event(120, "visit_made")]) == [([0, 120], "held")]


def test_exercises_are_no_visits() -> None:
    assert len(told([event(0), event(2, "cooperation", kind="exercise", visitor="", stage="announced")])) == 2


def test_a_life_is_named_by_what_most_call_it() -> None:
    life = Life([event(0), event(2, kind="meeting"), event(3, kind="meeting")])
    assert life.kind == "meeting"


@pytest.mark.parametrize(
    ("type", "sentence", "kind"),
    [
        ("visit_announced", "The minister will fly to Ankara.", "visit"),
        ("visit_postponed", "Both sides put off the meeting of ministers.", "meeting"),
        ("visit_postponed", "An exchange of visits was postponed.", "exchange"),
        ("visit_postponed", "The visit for talks on trade was put off.", "visit"),
        ("visit_cancelled", "The round of talks on water was called off.", "talks"),
        ("meeting", "The leaders will meet at a summit in Doha.", "summit"),
        ("cooperation", "The joint naval exercise will begin in May.", "exercise"),
        ("cooperation", "Engineers of both will build a dam.", ""),
        ("statement_praise", "He praised the visit.", ""),
    ],
)
def test_the_words_tell_what_kind_of_act_it_is(type: str, sentence: str, kind: str) -> None:
    assert kind_of(type, [sentence]) == kind


@pytest.mark.django_db
def test_an_exchange_without_names_that_is_put_off_is_an_engagement() -> None:
    making.report(type="visit_postponed", stage="postponed", sentence="An exchange of visits was postponed.")
    merge_new_reports()
    engagement = Engagement.objects.get()
    assert (engagement.kind, engagement.state, engagement.participants) == ("exchange", "postponed", [])


@pytest.mark.django_db
def test_who_puts_a_visit_off_is_not_taken_for_the_visitor() -> None:
    making.report(
        "PAK", "USA", type="visit_postponed", stage="postponed", sentence="Pakistan put off the envoy's visit."
    )
    merge_new_reports()
    engagement = Engagement.objects.get()
    assert (engagement.kind, engagement.visitor_id, engagement.host_id) == ("visit", None, None)
    making.report(
        "USA", "PAK", type="visit_announced", stage="announced", occurred_on=making.today() - dt.timedelta(days=9)
    )
    merge_new_reports()
    engagement.refresh_from_db()
    assert (engagement.visitor_id, engagement.host_id, engagement.state) == ("USA", "PAK", "postponed")


@pytest.mark.django_db
def test_an_engagement_says_who_goes_where_and_when() -> None:
    load_codebook()
    wells = Actor.objects.create(
        key="USA:person:an-envoy", country_id="USA", kind="person", name="An Envoy", sector="GOV"
    )
    soon = making.today() + dt.timedelta(days=12)
    making.report(
        "USA",
        "PAK",
        type="visit_announced",
        stage="announced",
        source_actor=wells,
        planned_on=[soon],
        planned_words="on the 21st",
        place="Islamabad",
        sentence="An envoy of the United States will travel to Islamabad.",
    )
    merge_new_reports()
    engagement = Engagement.objects.get()
    assert (engagement.visitor_id, engagement.host_id, engagement.place) == ("USA", "PAK", "Islamabad")
    assert engagement.participants == ["An Envoy"] and engagement.planned_on == [soon]
    assert (engagement.planned_from, engagement.planned_until, engagement.planned_words) == (soon, soon, "on the 21st")
    assert Event.objects.get().engagement == engagement


@pytest.mark.django_db
def test_a_month_named_for_a_visit_is_its_window() -> None:
    first = (making.today() + dt.timedelta(days=40)).replace(day=1)
    last = first + dt.timedelta(days=27)
    making.report(
        "USA",
        "PAK",
        type="visit_announced",
        stage="announced",
        planned_from=first,
        planned_until=last,
        planned_words="next month",
    )
    merge_new_reports()
    engagement = Engagement.objects.get()
    assert (engagement.planned_on, engagement.planned_from, engagement.planned_until) == ([], first, last)
    assert not engagement.is_without_word(making.today())


@pytest.mark.django_db
def test_a_date_that_passes_without_a_report_leaves_no_word() -> None:
    today = making.today()
    planned = today - dt.timedelta(days=10)
    making.report("USA", "PAK", type="visit_announced", stage="announced", planned_on=[planned], occurred_on=planned)
    merge_new_reports()
    engagement = Engagement.objects.get()
    assert engagement.is_without_word(today) and not engagement.is_without_word(planned)
    assert list(Engagement.objects.without_word(today)) == [engagement]
    assert not Engagement.objects.coming(today).exists()
    making.report("USA", "PAK", type="visit_made", occurred_on=planned)
    merge_new_reports()
    engagement.refresh_from_db()
    assert engagement.state == "held" and not Engagement.objects.without_word(today).exists()


@pytest.mark.django_db
def test_a_change_that_calendars_must_hear_of_is_a_new_sequence_and_no_other() -> None:
    report = making.report("USA", "PAK", type="visit_announced", stage="announced", planned_on=[making.today()])
    merge_new_reports()
    first = Engagement.objects.get()
    Report.objects.filter(pk=report.pk).update(confidence=0.5, due=True)
    merge_new_reports()
    assert Engagement.objects.get().sequence == first.sequence
    making.report(type="visit_postponed", stage="postponed")
    merge_new_reports()
    second = Engagement.objects.get()
    assert second.uid == first.uid and second.sequence == first.sequence + 1


@pytest.mark.django_db
def test_an_engagement_of_which_nothing_is_left_is_off_and_keeps_its_address() -> None:
    making.report("USA", "PAK", type="visit_announced", stage="announced")
    merge_new_reports()
    engagement = Engagement.objects.get()
    Report.objects.update(withdrawn="retracted", due=True)
    merge_new_reports()
    engagement.refresh_from_db()
    assert (engagement.state, engagement.event_count) == ("cancelled", 0)
    assert not Engagement.objects.standing().exists()
