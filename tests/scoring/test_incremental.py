"""Incremental equals batch: whatever comes, is corrected, merged, split, taken back or undone, in whatever order."""

from __future__ import annotations

import contextlib
import datetime as dt
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.db import transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from relations.corrections.refusals import CorrectionRefused
from relations.corrections.run import correct_event
from relations.corrections.run_placing import merge_events, split_event
from relations.corrections.run_undo import undo
from relations.merging.run import merge_new_reports
from relations.models import Article, Correction, Event, LearntPrecision, PairDay, Report
from relations.models.events import NO_END
from relations.scoring.run import score_stale_days
from tests import making
from tests.scoring import stored
from tests.scoring.stored import ago

# Types that begin states, end them, tell of plans or replace what was told of them, and some that do none of it.
STAGE_OF = {"visit_announced": "announced", "visit_postponed": "postponed", "visit_cancelled": "cancelled"}
TYPES = [
    *("border_closed", "border_opened", "sanctions_imposed", "sanctions_lifted", "relations_severed"),
    *("visit_announced", "visit_postponed", "visit_cancelled", "visit_made", "meeting"),
    *("clash", "strike", "statement_criticism"),
]
PAIRS = [("PAK", "USA"), ("IND", "PAK")]
some = st.integers(0, 10_000)  # taken modulo the number of what there is

arrivals = st.fixed_dictionaries(
    {
        "type": st.sampled_from(TYPES),
        "day": st.sampled_from([0, 1, 2, 20, 21, 40, 41, 60, 90]),
        "turned": st.booleans(),
        "stage": st.sampled_from(["", "", "", "announced", "held"]),
        "precision": st.sampled_from(["day", "day", "day", "month"]),
        "confidence": st.sampled_from([0.2, 0.45, 0.7, 0.9, 1.0]),
        "pair": st.sampled_from([0, 0, 0, 1]),
        "story": some,
    }
)
corrections = st.one_of(
    st.fixed_dictionaries({"type": st.sampled_from(TYPES)}),
    st.fixed_dictionaries({"type": st.sampled_from(["clash", "statement_criticism", "border_closed"])}),
    st.fixed_dictionaries({"occurred_on": st.sampled_from([0, 5, 20, 41, 70]).map(ago)}),
    st.fixed_dictionaries({"status": st.sampled_from(["coded", "confirmed", "rejected", "rejected"])}),
    st.fixed_dictionaries({"direction": st.sampled_from([1, -1, 0])}),
)
operations = st.one_of(
    st.tuples(st.just("report"), arrivals),
    st.tuples(st.just("report"), arrivals),
    st.tuples(st.just("correct"), st.tuples(some, corrections)),
    st.tuples(st.just("correct"), st.tuples(some, corrections)),
    st.tuples(st.just("correct"), st.tuples(some, corrections)),
    st.tuples(st.just("undo"), some),
    st.tuples(st.just("undo"), some),
    st.tuples(st.just("unite"), st.tuples(some, some)),
    st.tuples(st.just("split"), st.tuples(some, some)),
    st.tuples(st.just("retract"), some),
    st.tuples(st.just("import"), arrivals),
    st.tuples(st.just("learn"), st.tuples(st.sampled_from(TYPES), st.integers(0, 12))),
)
afterwards = st.sampled_from(["nothing", "merge", "score", "merge and score", "merge and score"])


class Undone(Exception):
    """Ends a trial; what it wrote is rolled back."""


@pytest.fixture
def editor(db: None) -> User:
    return making.user("editor")


@pytest.fixture
def stories(db: None) -> list[Article]:
    for codes in PAIRS:
        making.pair(*codes)
    return [making.article() for _ in range(12)]


def sides(spec: dict[str, Any]) -> tuple[str, str]:
    one, other = PAIRS[spec["pair"]]
    return (other, one) if spec["turned"] else (one, other)


def told(spec: dict[str, Any]) -> dict[str, Any]:
    day = ago(spec["day"])
    return {
        "type": spec["type"],
        "stage": STAGE_OF.get(spec["type"]) or spec["stage"] or "held",
        "occurred_on": day.replace(day=1) if spec["precision"] == "month" else day,
        "precision": spec["precision"],
        "confidence": spec["confidence"],
    }


def chosen(rows: Any, number: int) -> Any:
    found = list(rows.order_by("pk"))
    return found[number % len(found)] if found else None


def do(what: str, of: Any, editor: User, stories: list[Article]) -> None:
    """One operation as the application does it; what has nothing to work on, or is refused, does nothing."""
    events = Event.objects.exclude(status="merged")
    if what == "report":
        article, number = stories[of["story"] % len(stories)], Report.objects.count()
        values = {"article": article, "sentence_number": number, "planned_on": [ago(-30)] if of["day"] < 30 else []}
        making.report(*sides(of), mutual=of["type"] == "meeting", **told(of) | values)
    elif what == "import":
        making.event(*sides(of), dataset="gdelt", **told(of))
    elif what == "learn":
        type_slug, right = of
        LearntPrecision.objects.create(verdicts={type_slug: [12, right, 8.4]})
    elif what == "retract":
        if report := chosen(Report.objects.standing(), of):
            Report.objects.filter(pk=report.pk).update(withdrawn="retracted", due=True)
    elif what == "correct":
        if event := chosen(events, of[0]):
            correct_event(event.pk, editor=editor, **of[1])
    elif what == "undo":
        if correction := chosen(Correction.objects.filter(undoes=None, undone_by=None), of):
            undo(correction.pk, editor=editor)
    elif what == "unite":
        one = chosen(events.filter(dataset="own"), of[0])
        other = one and chosen(events.filter(pair=one.pair_id, dataset="own").exclude(pk=one.pk), of[1])
        if other:
            merge_events(one.pk, other.pk, editor=editor)
    elif what == "split":
        crowded = events.filter(report_count__gt=1)
        if event := chosen(crowded, of[0]):
            report = chosen(Report.objects.standing().filter(event=event), of[1])
            split_event(event.pk, [report.pk], editor=editor)


def go_on(how: str) -> None:
    """The stages at work, as they come to it; a page that answers an editor does both for the pair."""
    if how in ("merge", "merge and score"):
        merge_new_reports()
    if how in ("score", "merge and score"):
        score_stale_days()


@pytest.mark.django_db
@settings(
    max_examples=50,
    deadline=None,
    report_multiple_bugs=False,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
@given(
    begin=st.lists(arrivals, min_size=2, max_size=8),
    then=st.lists(st.tuples(operations, afterwards), min_size=2, max_size=12),
)
def test_the_score_is_that_of_a_computation_from_scratch_whatever_happened_before(
    begin: list[dict[str, Any]], then: list[tuple[Any, str]], editor: User, stories: list[Article]
) -> None:
    with contextlib.suppress(Undone), transaction.atomic():
        for spec in begin:
            do("report", spec, editor, stories)
        go_on("merge and score")
        for (what, of), how in then:
            with contextlib.suppress(CorrectionRefused):
                do(what, of, editor, stories)
            go_on(how)
        go_on("merge and score")
        stored.assert_true_to_the_events()
        incremental = stored.all_series()
        stored.score_afresh()
        afresh = stored.all_series()
        assert set(incremental) == set(afresh)
        for place, series in incremental.items():
            stored.assert_same(series, afresh[place])
        raise Undone


@pytest.mark.django_db
def test_a_state_that_turns_out_to_be_another_act_counts_once(editor: User) -> None:
    closed = making.event(type="border_closed", occurred_on=ago(10))
    score_stale_days()
    correct_event(closed.pk, editor=editor, type="clash")
    score_stale_days()
    stored.assert_true_to_the_events()


@pytest.mark.django_db
@pytest.mark.parametrize("later", ["border_opened", "border_closed"])
def test_what_comes_to_be_known_late_ends_or_renews_a_state_earlier(later: str) -> None:
    making.event(type="border_closed", occurred_on=ago(60))
    making.event(type=later, occurred_on=ago(20))
    score_stale_days()
    making.event(type=later, occurred_on=ago(40))
    score_stale_days()
    stored.assert_true_to_the_events()


@pytest.mark.django_db
@pytest.mark.parametrize("later", ["border_opened", "border_closed"])
def test_a_state_that_becomes_certain_after_it_ended_ends_as_certainly(later: str, editor: User) -> None:
    closed = making.event(type="border_closed", occurred_on=ago(60), confidence=0.6)
    making.event(type=later, occurred_on=ago(20))
    score_stale_days()
    correct_event(closed.pk, editor=editor, status="confirmed")
    score_stale_days()
    stored.assert_true_to_the_events()


@pytest.mark.django_db
def test_a_state_is_in_force_again_when_what_ended_it_was_something_else(editor: User) -> None:
    making.event(type="border_closed", occurred_on=ago(60))
    opened = making.event(type="border_opened", occurred_on=ago(20))
    score_stale_days()
    correct_event(opened.pk, editor=editor, type="apology")
    score_stale_days()
    assert Event.objects.get(type="border_closed").in_force_until == NO_END
    stored.assert_true_to_the_events()


@pytest.mark.django_db
def test_an_announcement_counts_again_when_its_postponement_was_of_another_visit(editor: User) -> None:
    making.report("USA", "PAK", "visit_announced", stage="announced", occurred_on=ago(30))
    making.report("PAK", "USA", "visit_postponed", stage="postponed", occurred_on=ago(20))
    making.report("PAK", "USA", "apology", occurred_on=ago(20))
    merge_new_reports()
    score_stale_days()
    announced, postponed, apology = (
        Event.objects.get(type=kind) for kind in ("visit_announced", "visit_postponed", "apology")
    )
    assert announced.replaced_on == ago(20)
    merge_events(postponed.pk, apology.pk, editor=editor)
    merge_new_reports()
    score_stale_days()
    assert Event.objects.get(type="visit_announced").replaced_on is None
    stored.assert_true_to_the_events()


@pytest.mark.django_db
def test_a_late_event_changes_the_row_of_its_own_day_and_no_other() -> None:
    for days in (90, 50, 10):
        making.event(type="clash", occurred_on=ago(days))
    score_stale_days()
    rows = _rows()
    making.event(type="agreement_signed", occurred_on=ago(70))
    score_stale_days()
    assert {day: values for day, values in _rows().items() if day in rows} == rows
    assert set(_rows()) - set(rows) == {ago(70)}
    stored.assert_true_to_the_events()


def _rows() -> dict[dt.date, tuple[int, bytes]]:
    return {day: (count, bytes(sums)) for day, count, sums in PairDay.objects.values_list("day", "event_count", "sums")}
