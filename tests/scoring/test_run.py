"""Scoring in the database: what is stale is scored, what is rejected never was, and pairs don't wait for each other."""

from __future__ import annotations

import datetime as dt
import itertools
from typing import Any

import pytest
from django.contrib.auth.models import User

from relations.corrections.run import correct_event
from relations.corrections.run_undo import undo
from relations.merging.run import merge_new_reports
from relations.models import Engagement, Event, PairDay, PairMonth, PairStanding, Status
from relations.pipeline import bring_up_to_date
from relations.queries.display import facts_of
from relations.queries.scores import score_series, share
from relations.scoring import run
from relations.scoring.run import score_pair, score_stale_days
from relations.tension.formula import BASELINE
from tests import making
from tests.scoring import stored
from tests.scoring.stored import ago, reject

pytestmark = pytest.mark.django_db


@pytest.fixture
def editor() -> User:
    return making.user("editor")


def pair_id() -> int:
    return making.pair().pk


def standing() -> PairStanding:
    return PairStanding.objects.get()


def test_an_event_moves_the_score_on_its_day_and_fades() -> None:
    making.event(type="clash", occurred_on=ago(90))
    assert score_stale_days() == 1
    day = PairDay.objects.get()
    assert not day.stale and day.event_count == 1
    days = stored.series(pair_id())
    assert list(days) == [ago(90 - at) for at in range(91)]
    # v = .9 * 10.2 on its day and half of it now, s = 100
    assert days[ago(90)][0] == pytest.approx((270 + 918) / 15.18, abs=1e-9)
    assert (days[ago(0)][0], standing().score) == pytest.approx(((270 + 459) / 10.59,) * 2, abs=1e-9)


def test_nothing_stale_means_nothing_to_do() -> None:
    making.event()
    assert score_stale_days() == 1
    assert score_stale_days() == 0


def test_a_new_day_brings_a_new_standing(monkeypatch: pytest.MonkeyPatch) -> None:
    making.event(type="clash")
    score_stale_days()
    before = standing().score
    monkeypatch.setattr(run, "today", lambda: ago(-1))
    assert score_stale_days() == 1
    assert standing().as_of == ago(-1) and BASELINE < standing().score < before
    assert score_stale_days() == 0


def test_a_run_that_goes_on_over_midnight_ends(monkeypatch: pytest.MonkeyPatch) -> None:
    making.event(type="clash")
    looks = itertools.count()

    def clock() -> dt.date:
        look = next(looks)
        assert look < 30, "it scores the same pair for ever"
        return ago(-1) if look else ago(0)

    monkeypatch.setattr(run, "today", clock)
    score_stale_days()
    monkeypatch.setattr(run, "today", lambda: ago(-1))
    score_stale_days()
    assert standing().as_of == ago(-1)


def test_an_event_dated_ahead_counts_from_its_day_on(monkeypatch: pytest.MonkeyPatch) -> None:
    making.event(type="meeting", mutual=True, occurred_on=ago(200))
    making.event(type="clash", occurred_on=ago(-1))
    making.event(type="clash", occurred_on=ago(-1000))
    score_stale_days()
    assert standing().score < BASELINE + 1 and max(values[0] for values in stored.series(pair_id()).values()) < 46
    monkeypatch.setattr(run, "today", lambda: ago(-1))
    score_stale_days()
    assert standing().score > BASELINE + 10


def test_a_rejected_event_leaves_the_score_as_if_it_never_was() -> None:
    making.event(type="agreement_signed", occurred_on=ago(20))
    score_stale_days()
    before = stored.series(pair_id())
    clash = making.event(type="clash", occurred_on=ago(30))
    score_stale_days()
    assert stored.series(pair_id()) != before
    reject(clash)
    score_stale_days()
    stored.assert_same(stored.series(pair_id()), before)


@pytest.mark.parametrize("kind", ["border_opened", "border_closed"])
def test_so_does_one_that_ended_a_closure_or_renewed_it(kind: str) -> None:
    closed = making.event(type="border_closed", occurred_on=ago(60))
    making.event(type="meeting", mutual=True, occurred_on=ago(50))
    score_stale_days()
    before = stored.series(pair_id())
    later = making.event(type=kind, occurred_on=ago(30))
    score_stale_days()
    closed.refresh_from_db()
    assert ago(30) in (closed.in_force_until, closed.replaced_on)
    stored.assert_true_to_the_events()
    reject(later)
    score_stale_days()
    stored.assert_same(stored.series(pair_id()), before)
    stored.assert_true_to_the_events()


def test_so_does_one_that_replaced_an_announcement(editor: User) -> None:
    plan = [ago(-20)]
    making.report(type="visit_announced", stage="announced", occurred_on=ago(40), planned_on=plan)
    making.report(type="clash", occurred_on=ago(70))
    bring_up_to_date(pair_id())
    before = stored.series(pair_id())
    making.report(type="visit_postponed", stage="postponed", occurred_on=ago(25), planned_on=plan)
    bring_up_to_date(pair_id())
    announced, postponed = Event.objects.get(type="visit_announced"), Event.objects.get(type="visit_postponed")
    assert announced.engagement == postponed.engagement == Engagement.objects.get() is not None
    assert announced.replaced_on == ago(25) and postponed.replaced_on is None
    stored.assert_true_to_the_events()
    rejection = correct_event(postponed.pk, editor=editor, status=Status.REJECTED)
    bring_up_to_date(pair_id())
    stored.assert_same(stored.series(pair_id()), before)
    assert rejection
    undo(rejection.pk, editor=editor)
    bring_up_to_date(pair_id())
    announced.refresh_from_db()
    assert announced.replaced_on == ago(25)
    stored.assert_true_to_the_events()


def test_one_that_is_rejected_before_merging_looks_at_it_counts_no_more(editor: User) -> None:
    making.report(type="clash", occurred_on=ago(3))
    merge_new_reports()
    score_stale_days()
    correct_event(Event.objects.get().pk, editor=editor, status=Status.REJECTED)
    score_pair(pair_id())
    assert not PairDay.objects.exists() and not PairStanding.objects.exists()


def test_with_its_last_event_a_pair_loses_its_standing() -> None:
    event = making.event()
    score_stale_days()
    reject(event, Status.WITHDRAWN)
    score_stale_days()
    assert not PairDay.objects.exists() and not PairStanding.objects.exists()
    assert score_series(event.pair_id, making.today()) is None


def test_the_chart_and_the_standing_tell_one_score() -> None:
    for days in (60, 30, 0):
        making.event(type="clash", occurred_on=ago(days))
    score_stale_days()
    chart = score_series(pair_id(), making.today())
    assert chart is not None and chart.first == ago(60) and chart.last == making.today()
    assert chart.series.score[-1] == pytest.approx(standing().score, abs=1e-9)
    assert standing().recent[-61:] == pytest.approx(chart.series.score.tolist(), abs=1e-9)


def test_datasets_are_never_mixed() -> None:
    making.event(type="clash", occurred_on=ago(9))
    making.event(type="border_closed", occurred_on=ago(20))
    score_stale_days()
    before = stored.series(pair_id())
    making.event(type="border_opened", occurred_on=ago(10), dataset="gdelt")
    making.event(type="strike", occurred_on=ago(9), dataset="gdelt")
    score_stale_days()
    assert stored.series(pair_id()) == before
    stored.assert_true_to_the_events()
    assert {one.dataset: one.events_30 for one in PairStanding.objects.all()} == {"own": 2, "gdelt": 2}
    score_pair(pair_id())
    assert stored.series(pair_id()) == before


def test_pairs_are_never_mixed_though_they_are_scored_together() -> None:
    for codes, type_slug in ((("PAK", "AFG"), "border_closed"), (("PAK", "USA"), "border_opened")):
        making.event(*codes, type_slug, occurred_on=ago(9))
    assert score_stale_days() == 2
    stored.assert_true_to_the_events()


def test_sanctions_only_announced_weigh_as_a_threat_and_do_not_hold() -> None:
    planned = making.event(type="sanctions_imposed", stage="announced", occurred_on=ago(40))
    score_stale_days()
    score = standing().score
    planned.refresh_from_db()
    assert planned.in_force_until is None
    reject(planned)
    making.event(type="threat_nonforce", occurred_on=ago(40))
    score_stale_days()
    assert standing().score == pytest.approx(score, abs=1e-9)


def test_a_confirmed_event_is_certain_and_others_are_as_sure_as_their_evidence() -> None:
    making.event(type="clash", confidence=0.3)
    score_stale_days()
    assert standing().known == pytest.approx(0.3 * 10.2)
    event = Event.objects.get()
    reject(event, Status.CONFIRMED)
    score_stale_days()
    assert standing().known == pytest.approx(10.2)


def test_months_are_counted_with_their_days() -> None:
    making.event(type="clash", occurred_on=ago(3))
    moved = making.event(type="clash", occurred_on=ago(3))
    making.event(type="apology", occurred_on=ago(70), status="rejected")
    making.event(type="strike", occurred_on=ago(3), status="merged", merged_into=moved)
    score_stale_days()

    def counts() -> dict[tuple[dt.date, str, str], int]:
        rows = PairMonth.objects.values_list("month", "type", "status", "events")
        return {(month, kind, status): events for month, kind, status, events in rows}

    first = {(ago(3).replace(day=1), "clash", "coded"): 2, (ago(70).replace(day=1), "apology", "rejected"): 1}
    assert counts() == first
    Event.objects.filter(pk=moved.pk).update(occurred_on=ago(70))
    PairDay.objects.mark_stale([(moved.pair_id, "own", ago(3)), (moved.pair_id, "own", ago(70))])
    score_stale_days()
    assert counts() == {
        **first,
        (ago(3).replace(day=1), "clash", "coded"): 1,
        (ago(70).replace(day=1), "clash", "coded"): 1,
    }
    stored.assert_true_to_the_events()


@pytest.mark.parametrize("batch", [1, 2, 200])
def test_a_fault_in_one_pair_of_a_batch_does_not_keep_the_others_waiting(batch: int, caplog: Any) -> None:
    for other in ("AFG", "CHN", "IND", "USA"):
        broken = making.event("PAK", other, "clash")
        if other == "CHN":
            Event.objects.filter(pk=broken.pk).update(type="gone_from_the_codebook")
    assert score_stale_days(batch) == 3
    assert {one.pair.slug for one in PairStanding.objects.all()} == {"afg-pak", "ind-pak", "pak-usa"}
    assert set(PairDay.objects.filter(stale=True).values_list("pair__slug", flat=True)) == {"chn-pak"}
    assert "failed for chn-pak" in caplog.text
    Event.objects.filter(type="gone_from_the_codebook").update(type="strike")
    assert score_stale_days(batch) == 1
    stored.assert_true_to_the_events()


def test_the_share_of_an_event_has_the_sign_of_what_it_does() -> None:
    clash, accord = making.event(type="clash"), making.event(type="agreement_signed")
    score_stale_days()
    assert share(facts_of(clash), standing(), {}).startswith("+")
    assert share(facts_of(accord), standing(), {}).startswith("\N{MINUS SIGN}")
    unscored = making.event(type="strike", status="confirmed")
    assert share(facts_of(unscored), PairStanding(as_of=making.today(), score=45, known=0.1), {}) == ""
