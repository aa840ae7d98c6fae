"""What a watch tells of, once: events that fit, lines that are crossed, bands that are left."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.db import IntegrityError, transaction
from django.utils import timezone

from relations.corrections.run import correct_event
from relations.corrections.run_placing import merge_events, split_event
from relations.corrections.run_undo import undo
from relations.errors import RelationsError
from relations.models import AlertKind, EventFilters, LearntPrecision, PairStanding, Report
from relations.models.watches import MOST_OF_ONE_PERSON
from relations.pipeline import bring_up_to_date, change_watch, pause_watch, resume_watch, watch_pairs
from relations.scoring.run import score_stale_days
from relations.watching import store
from tests import making
from tests.watching.happening import happens, kinds, look, told, watch

pytestmark = pytest.mark.django_db
ROSE, FELL, JUMPED, EVENTS = AlertKind.ROSE, AlertKind.FELL, AlertKind.JUMPED, AlertKind.EVENTS


def editor() -> User:
    return making.user("editor")


# -- events ---------------------------------------------------------------------------------------------------------


def test_an_event_is_told_once(ada: User) -> None:
    made = watch(ada)
    event = happens()
    assert (look(), look(), look()) == (1, 0, 0)
    assert told(made) == [{event.pk}]
    assert made.alerts.get().words.startswith("Armed clash, Pakistan → United States, ")


def test_a_new_watch_tells_nothing_of_the_past(ada: User) -> None:
    happens()
    score_stale_days()
    watch(ada, each_event=True, rises=True, jumps=True, line=50)
    assert look() == 0
    happens("statement_praise")
    assert look() == 1


@pytest.mark.parametrize(
    ("filters", "fits"),
    [
        (EventFilters(), True),
        (EventFilters(types=("clash",)), True),
        (EventFilters(groups=("force",)), True),
        (EventFilters(groups=("words",)), False),
        (EventFilters(direction=1), True),
        (EventFilters(direction=-1), False),
        (EventFilters(confidence=80), True),
        (EventFilters(confidence=95), False),
        (EventFilters(stages=("announced",)), False),
    ],
)
def test_only_what_fits_the_filters_is_told(ada: User, filters: EventFilters, fits: bool) -> None:
    watch(ada, filters=filters.as_dict())
    happens("clash")
    assert look() == fits


def test_a_country_or_all_pairs_can_be_watched(ada: User) -> None:
    of_pair, everything = watch(ada), watch(ada, pair_id=None)
    of_country = watch(ada, country_id=making.country("IND").pk)
    first, second, third = happens(), happens("clash", "IND", "PAK"), happens("clash", "CHN", "IND")
    look()
    assert told(of_pair) == [{first.pk}]
    assert told(of_country) == [{second.pk, third.pk}]
    assert told(everything) == [{first.pk, second.pk, third.pk}]
    assert look() == 0


@pytest.mark.parametrize(("days", "is_news"), [(0, True), (30, True), (31, False), (4000, False)])
def test_what_is_heard_of_late_is_no_news(ada: User, days: int, is_news: bool) -> None:
    watch(ada, each_event=True, rises=True, line=46)
    happens(days=days)
    assert bool(look()) == is_news


def test_an_event_is_told_when_it_has_been_scored(ada: User) -> None:
    made, wide = watch(ada), watch(ada, pair_id=None)
    happens(days=1)
    score_stale_days()
    event = happens("strike")
    watch_pairs()
    assert event.pk not in set().union(*told(made), *told(wide))
    look()
    assert told(made)[-1] == told(wide)[-1] and event.pk in told(made)[-1]


def after_it_is_told(ada: User) -> Any:
    made, event = watch(ada), happens()
    assert look() == 1
    return made, event


def test_an_event_that_is_corrected_rejected_and_reopened_is_not_told_again(ada: User) -> None:
    made, event = after_it_is_told(ada)
    correct_event(event.pk, editor=editor(), type="strike")
    assert look() == 0
    for status in ("rejected", "coded", "confirmed"):
        correct_event(event.pk, editor=editor(), status=status)
        assert look() == 0
    assert told(made) == [{event.pk}]


def test_an_event_that_was_corrected_to_what_fits_is_told_then(ada: User) -> None:
    made = watch(ada, filters=EventFilters(types=("strike",)).as_dict())
    event = happens("clash")
    assert look() == 0
    correct_event(event.pk, editor=editor(), type="strike")
    assert look() == 1 and told(made) == [{event.pk}]


def test_what_took_in_or_was_split_off_what_was_told_is_not_told(ada: User) -> None:
    made, event = after_it_is_told(ada)
    second = making.report("PAK", "USA", "clash", event=event)
    split = split_event(event.pk, [second.pk], editor=editor())
    bring_up_to_date(event.pair_id)
    assert look() == 0
    undo(split.pk, editor=editor())
    bring_up_to_date(event.pair_id)
    assert look() == 0
    fresh = happens("clash")
    merge_events(event.pk, fresh.pk, editor=editor())
    bring_up_to_date(event.pair_id)
    assert look() == 0
    assert told(made) == [{event.pk}]


def test_what_merging_puts_elsewhere_of_what_was_told_is_not_told(ada: User) -> None:
    made, event = watch(ada), happens()
    second = making.report("PAK", "USA", "clash", event=event, due=False)
    assert look() == 1
    second.event = making.event("PAK", "USA", "clash")
    second.save()
    assert look() == 0 and len(told(made)) == 1


def test_what_is_no_news_keeps_nothing_else_from_being_told(ada: User, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(store, "MOST_NAMED", 1)
    made, event = watch(ada), happens()
    second = making.report("PAK", "USA", "clash", event=event, due=False)
    assert look() == 1
    second.event = making.event("PAK", "USA", "clash")
    second.save()
    older = happens("visit_made", days=3)
    assert look() == 1 and told(made) == [{event.pk}, {older.pk}]
    assert look() == 0


@pytest.mark.parametrize("before_the_watch", [True, False])
def test_sentences_that_are_read_anew_are_no_news(ada: User, before_the_watch: bool) -> None:
    made = None if before_the_watch else watch(ada)
    event = happens()
    look()
    made = made or watch(ada)
    report = event.reports.get()
    Report.objects.filter(pk=report.pk).update(withdrawn="read_again")
    type(event).objects.filter(pk=event.pk).update(status="withdrawn")
    again = making.event("PAK", "USA", "strike")
    making.report(
        "PAK",
        "USA",
        "strike",
        event=again,
        article=report.article,
        sentence=report.sentence,
        sentence_number=1,
        due=False,
    )
    assert look() == 0
    making.report(
        "PAK",
        "USA",
        "strike",
        event=again,
        article=report.article,
        sentence="And more of it.",
        sentence_number=2,
        due=False,
    )
    happens("visit_made")
    assert look() == 1 and again.pk in told(made)[-1]


def test_many_events_are_one_alert(ada: User) -> None:
    made = watch(ada)
    for _ in range(5):
        happens()
    assert look() == 1
    assert made.alerts.get().words.startswith("5 events: Armed clash") and "and 4 more" in made.alerts.get().words


# -- the score ------------------------------------------------------------------------------------------------------


def test_a_rise_above_the_line_names_what_did_it_the_strongest_first(ada: User) -> None:
    made = watch(ada, rises=True, line=60)
    weak, calming, strong = happens("clash", confidence=0.3), happens("statement_praise"), happens("clash")
    assert look() == 1 and kinds(made) == [ROSE]
    alert = made.alerts.get()
    named = [row.event_id for row in alert.told.all()]
    assert named == [strong.pk, weak.pk] and calming.pk not in named
    standing = PairStanding.objects.get()
    assert alert.line == 60 and alert.before == 45 and alert.after == pytest.approx(standing.score)
    assert alert.words == f"Score rose above 60: from 45.0 to {standing.score:.1f}"
    assert look() == 0


def test_a_fall_below_the_line_is_told(ada: User) -> None:
    happens("clash", days=2)
    score_stale_days()
    made = watch(ada, falls=True, line=70)
    event = happens("ceasefire", mutual=True, confidence=1.0)
    happens("agreement_signed", mutual=True, confidence=1.0)
    assert look() == 1 and PairStanding.objects.get().score < 70
    assert kinds(made) == [FELL] and event.pk in told(made)[0]


def test_a_line_that_only_the_other_way_is_crossed_is_not_told(ada: User) -> None:
    watch(ada, falls=True, line=60)
    happens("clash")
    assert look() == 0


def test_a_second_report_that_lifts_the_score_over_the_line_is_what_did_it(ada: User) -> None:
    made = watch(ada, rises=True, line=65)
    event = happens("clash", confidence=0.3)
    assert look() == 0
    event.confidence = 0.95
    event.save()
    making.PairDay.objects.mark_stale([(event.pair_id, "own", event.occurred_on)])
    assert look() == 1 and told(made) == [{event.pk}]


def test_the_score_is_told_once_of_an_event_that_is_rejected_and_reopened(ada: User) -> None:
    made = watch(ada, rises=True, falls=True, jumps=True, line=60)
    event = happens("clash")
    assert look() == 2
    for status in ("rejected", "coded", "rejected", "confirmed"):
        correct_event(event.pk, editor=editor(), status=status)
        assert look() == 0, status
    assert kinds(made) == [ROSE, JUMPED]


@pytest.mark.parametrize("others", [0, 1])
def test_what_came_back_behind_the_line_can_cross_it_again_by_another_event(ada: User, others: int) -> None:
    for _ in range(others):
        happens("statement_neutral")
    score_stale_days()
    made = watch(ada, rises=True, line=60)
    event = happens("clash")
    look()
    correct_event(event.pk, editor=editor(), status="rejected")
    assert look() == 0
    other = happens("strike")
    assert look() == 1
    assert kinds(made) == [ROSE, ROSE] and told(made) == [{event.pk}, {other.pk}]


def test_a_jump_is_told_when_the_score_leaves_its_band(ada: User) -> None:
    happens("statement_neutral", days=3)
    score_stale_days()
    made = watch(ada, jumps=True)
    band = made.low, made.high
    event = happens("clash")
    happens("clash")
    assert look() == 1 and kinds(made) == [JUMPED]
    alert = made.alerts.get()
    assert (alert.low, alert.high) == band and alert.after is not None and alert.after > band[1]
    assert event.pk in told(made)[0]
    made.refresh_from_db()
    assert made.low > band[0], "what comes is measured by the band of now"
    assert look() == 0


def test_what_fades_or_is_scored_anew_is_not_told(ada: User, monkeypatch: pytest.MonkeyPatch) -> None:
    for _ in range(3):
        happens("clash", days=20)
    score_stale_days()
    made = watch(ada, falls=True, rises=True, jumps=True, line=65)
    later = timezone.now() + dt.timedelta(days=300)
    with monkeypatch.context() as patched:
        patched.setattr("relations.scoring.run.today", lambda: later.date())
        assert look(later) == 0
    assert PairStanding.objects.get().score < 65
    made.refresh_from_db()
    assert made.rise_armed and not made.fall_armed, "but it is seen, so that the next rise is told"
    LearntPrecision.objects.create(verdicts={"clash": [50, 50, 0.5]})
    assert look() == 0 and PairStanding.objects.get().score > 65


def test_an_event_that_is_told_as_such_may_still_be_what_moved_the_score(ada: User) -> None:
    made = watch(ada, each_event=True, rises=True, line=65)
    event = happens("clash", confidence=0.3)
    look()
    event.confidence = 0.95
    event.save()
    making.PairDay.objects.mark_stale([(event.pair_id, "own", event.occurred_on)])
    look()
    assert kinds(made) == [EVENTS, ROSE] and told(made) == [{event.pk}, {event.pk}]


# -- changes --------------------------------------------------------------------------------------------------------


def test_a_paused_watch_looks_at_nothing_and_begins_anew(ada: User) -> None:
    made = watch(ada, each_event=True, rises=True, line=60)
    pause_watch(made.pk)
    happens("clash")
    assert look() == 0
    resume_watch(made.pk)
    assert look() == 0
    happens("visit_made")
    assert look() == 1


def test_a_watch_that_waits_for_something_else_begins_anew(ada: User) -> None:
    made = watch(ada, filters={"group": ["words"]})
    happens("clash")
    assert look() == 0
    change_watch(made.pk, {"title": "Another name"})
    change_watch(made.pk, {"filters": {"group": ["force"]}})
    assert look() == 0
    event = happens("clash")
    assert look() == 1 and told(made) == [{event.pk}]


def test_nobody_has_more_watches_than_the_limit(ada: User) -> None:
    for _ in range(MOST_OF_ONE_PERSON):
        watch(ada)
    with pytest.raises(RelationsError, match="You have 100 watches"):
        watch(ada)
    watch(making.user())


@pytest.mark.parametrize(
    "wrong",
    [
        {"line": 101, "rises": True},
        {"rises": True},
        {"rises": True, "line": 50, "pair_id": None},
        {"each_event": False},
        {"each_event": True, "hour": 24},
        {"each_event": True, "delivery": "pigeon"},
    ],
)
def test_the_database_refuses_what_makes_no_sense(ada: User, wrong: dict[str, Any]) -> None:
    with pytest.raises(IntegrityError), transaction.atomic():
        watch(ada, **wrong)
