"""Scoring in the database: incremental equals fresh, whatever changed and in whatever order."""

from __future__ import annotations

import datetime as dt
import random

import pytest

from relations.models import Event, PairDay, PairMonth, PairStanding, Status
from relations.queries.scores import score_series, share
from relations.scoring.run import score_pair, score_stale_days
from relations.tension.formula import BASELINE
from tests import making

pytestmark = pytest.mark.django_db
TYPES = ["clash", "statement_criticism", "agreement_signed", "visit_postponed", "sanctions_imposed", "meeting"]


def ago(days: int) -> dt.date:
    return making.today() - dt.timedelta(days=days)


def scores() -> dict:
    rows = PairDay.objects.order_by("pair", "day").values_list("pair_id", "day", "score", "low", "high", "known")
    return {(pair, day): [round(value or 0, 9) for value in values] for pair, day, *values in rows}


def standing() -> PairStanding:
    return PairStanding.objects.get()


def test_an_event_moves_the_score_on_its_day_and_fades() -> None:
    making.event(type="clash", occurred_on=ago(90))
    assert score_stale_days() == 1
    day = PairDay.objects.get()
    assert not day.stale and day.event_count == 1
    assert day.score and day.score > standing().score > BASELINE
    assert standing().low < standing().score < standing().high
    assert standing().as_of == making.today()


def test_nothing_stale_means_nothing_to_do() -> None:
    making.event()
    assert score_stale_days() == 1
    assert score_stale_days() == 0


def test_a_new_day_brings_a_new_standing() -> None:
    making.event()
    score_stale_days()
    PairStanding.objects.update(as_of=ago(1))
    assert score_stale_days() == 1
    assert standing().as_of == making.today()


def test_a_rejected_event_leaves_the_score_as_if_it_never_was() -> None:
    making.event(type="agreement_signed", occurred_on=ago(20))
    score_stale_days()
    before = scores()
    clash = making.event(type="clash", occurred_on=ago(30))
    score_stale_days()
    assert scores() != before
    Event.objects.filter(pk=clash.pk).update(status=Status.REJECTED)
    PairDay.objects.mark_stale([(clash.pair_id, "own", clash.occurred_on)])
    score_stale_days()
    assert scores() == before


def test_with_its_last_event_a_pair_loses_its_standing() -> None:
    event = making.event()
    score_stale_days()
    Event.objects.update(status=Status.WITHDRAWN)
    PairDay.objects.mark_stale([(event.pair_id, "own", event.occurred_on)])
    score_stale_days()
    assert not PairDay.objects.exists() and not PairStanding.objects.exists()


@pytest.mark.parametrize("seed", range(5))
def test_incremental_equals_batch_under_shuffled_arrivals(seed: int) -> None:
    chance = random.Random(seed)
    for _ in range(25):
        made = making.event(type=chance.choice(TYPES), occurred_on=ago(chance.randrange(200)))
        if chance.random() < 0.3:
            Event.objects.filter(pk=made.pk).update(status=chance.choice([Status.CONFIRMED, Status.REJECTED]))
            PairDay.objects.mark_stale([(made.pair_id, "own", made.occurred_on)])
        if chance.random() < 0.4:
            score_stale_days()
    score_stale_days()
    incremental = scores()
    PairDay.objects.all().delete()
    PairStanding.objects.all().delete()
    PairDay.objects.mark_stale((event.pair_id, "own", event.occurred_on) for event in Event.objects.all())
    score_stale_days()
    assert scores() == incremental


def test_the_chart_the_days_and_the_standing_tell_one_score() -> None:
    for days in (60, 30, 0):
        making.event(type="clash", occurred_on=ago(days))
    score_stale_days()
    chart = score_series(making.pair().pk, making.today())
    assert chart is not None and chart.first == ago(60) and chart.last == making.today()
    for day in PairDay.objects.all():
        assert chart.series.score[(day.day - chart.first).days] == pytest.approx(day.score)
    assert chart.series.score[-1] == pytest.approx(standing().score)
    assert standing().recent[-1] == pytest.approx(standing().score)


def test_standing_says_what_changed_and_what_moved_it() -> None:
    making.event(type="agreement_signed", occurred_on=ago(80))
    clash = making.event(type="clash", occurred_on=ago(3))
    making.event(type="statement_neutral", occurred_on=ago(1))
    score_stale_days()
    now = standing()
    assert (now.events_7, now.events_30, now.events_90) == (2, 2, 3)
    assert now.change_7 > 0 and now.mover == clash and now.last_event_on == ago(1)


def test_datasets_are_never_mixed() -> None:
    making.event(type="clash")
    making.event(type="clash", dataset="gdelt")
    score_pair(making.pair().pk)
    own, gdelt = PairStanding.objects.order_by("dataset", "pk").reverse()
    assert own.score == gdelt.score and {own.dataset, gdelt.dataset} == {"own", "gdelt"}


def test_sanctions_only_announced_weigh_as_a_threat() -> None:
    planned, threat = making.event(type="sanctions_imposed", stage="announced"), making.event(type="threat_nonforce")
    done = making.event(type="sanctions_imposed")
    assert planned.scored == threat.scored != done.scored


def test_a_confirmed_event_is_certain_and_others_are_not() -> None:
    assert making.event(status="confirmed", confidence=0.3).scored.probability == 1
    assert making.event(confidence=0.5).scored.probability == pytest.approx(0.8 * 0.5)


def test_months_are_counted_with_their_days() -> None:
    making.event(type="clash", occurred_on=ago(3))
    moved = making.event(type="clash", occurred_on=ago(3))
    making.event(type="apology", occurred_on=ago(70), status="rejected")
    score_stale_days()

    def counts() -> dict:
        rows = PairMonth.objects.values_list("month", "type", "status", "events")
        return {(month, type, status): events for month, type, status, events in rows}

    first = {
        (ago(3).replace(day=1), "clash", "coded"): 2,
        (ago(70).replace(day=1), "apology", "rejected"): 1,
    }
    assert counts() == first
    Event.objects.filter(pk=moved.pk).update(occurred_on=ago(70))
    PairDay.objects.mark_stale([(moved.pair_id, "own", ago(3)), (moved.pair_id, "own", ago(70))])
    score_stale_days()
    assert counts() == {
        **first,
        (ago(3).replace(day=1), "clash", "coded"): 1,
        (ago(70).replace(day=1), "clash", "coded"): 1,
    }


def test_a_fault_in_one_pair_does_not_keep_the_others_waiting() -> None:
    broken = making.event("PAK", "AFG")
    Event.objects.filter(pk=broken.pk).update(type="gone_from_the_codebook")
    making.event("PAK", "USA")
    assert score_stale_days() == 1
    assert PairStanding.objects.get().pair.slug == "pak-usa"


def test_the_share_of_an_event_has_the_sign_of_what_it_does() -> None:
    clash, accord = making.event(type="clash"), making.event(type="agreement_signed")
    score_stale_days()
    assert share(clash, standing()).startswith("+") and share(accord, standing()).startswith("\N{MINUS SIGN}")
    assert (
        share(making.event(type="strike", status="confirmed"), PairStanding(as_of=making.today(), score=45, known=0.1))
        == ""
    )
