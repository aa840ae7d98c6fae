"""Another weight set, or another precision learnt: all scores are made anew, as the formula says."""

from __future__ import annotations

import math

import pytest
from django.contrib.auth.models import User

from relations.codebook.weights import weight_sets
from relations.corrections.run import correct_event
from relations.merging.run import merge_new_reports
from relations.models import Event, LearntPrecision, PairStanding, current_formula
from relations.scoring.run import learn_precision, score_pair, score_stale_days
from relations.tension.shares import explain
from tests import making
from tests.scoring import stored
from tests.scoring.stored import ago

pytestmark = pytest.mark.django_db

# 20 judged of a stated 0.8 each, 4 right: Beta(8 + 4, 2 + 16), so 0.4. Odds of 4 become odds of 2 : 3, a sixth.
FOUR_OF_TWENTY = {"clash": [20, 4, 16.0]}


@pytest.fixture
def two_pairs() -> None:
    for other in ("AFG", "USA"):
        making.event("PAK", other, "clash", occurred_on=ago(50), confidence=0.6)
        making.event("PAK", other, "border_closed", occurred_on=ago(40), confidence=0.7)
        making.event("PAK", other, "agreement_signed", occurred_on=ago(20), confidence=0.8, dataset="gdelt")
    score_stale_days()


def known() -> dict[str, float]:
    return {one.pair.slug: one.known for one in PairStanding.objects.filter(dataset="own")}


def test_a_new_precision_makes_all_pairs_be_scored_again(two_pairs: None) -> None:
    before = stored.all_series()
    LearntPrecision.objects.create(verdicts=FOUR_OF_TWENTY)
    assert score_stale_days() == 2
    stored.assert_true_to_the_events()
    after = stored.all_series()
    for place, series in after.items():
        assert (series == before[place]) == (place[1] == "gdelt")  # where there is no clash nothing moves
    assert score_stale_days() == 0


def test_it_moves_the_odds_of_its_type_as_the_formula_says_and_of_no_other() -> None:
    clash = making.event(type="clash", confidence=0.8)
    making.event("PAK", "AFG", "strike", confidence=0.8)
    score_stale_days()
    assert known() == pytest.approx({"pak-usa": 0.8 * 10.2, "afg-pak": 0.8 * 10.2})
    LearntPrecision.objects.create(verdicts=FOUR_OF_TWENTY)
    score_stale_days()
    assert known() == pytest.approx({"pak-usa": 0.4 * 10.2, "afg-pak": 0.8 * 10.2})
    Event.objects.filter(pk=clash.pk).update(confidence=0.5)  # even odds become a sixth of it: p = 1 / 7
    stored.reject(clash, "coded")
    score_stale_days()
    assert known()["pak-usa"] == pytest.approx(10.2 / 7)
    stored.reject(clash, "confirmed")
    score_stale_days()
    assert known()["pak-usa"] == pytest.approx(10.2)


def test_the_newest_row_alone_counts_and_an_empty_one_takes_all_back(two_pairs: None) -> None:
    before = stored.all_series()
    for verdicts in (FOUR_OF_TWENTY, {"border_closed": [30, 30, 21.0]}, {}):
        LearntPrecision.objects.create(verdicts=verdicts)
    score_stale_days()
    assert stored.all_series() == before
    assert current_formula().label == f"goldstein/1 precision/{LearntPrecision.objects.first().pk}"  # type: ignore[union-attr]


def test_what_becomes_unlikely_no_longer_ends_or_replaces_what_was_told_before() -> None:
    closed = making.event(type="border_closed", occurred_on=ago(60), confidence=0.9)
    making.event(type="border_opened", occurred_on=ago(30), confidence=0.6)
    score_stale_days()
    closed.refresh_from_db()
    assert closed.in_force_until == ago(30)
    LearntPrecision.objects.create(verdicts={"border_opened": [40, 2, 24.0]})
    score_stale_days()
    closed.refresh_from_db()
    assert closed.term.holds_until is not None and closed.in_force_until > making.today()
    stored.assert_true_to_the_events()


def test_one_pair_scored_for_a_request_takes_the_new_precision_too(two_pairs: None) -> None:
    LearntPrecision.objects.create(verdicts=FOUR_OF_TWENTY)
    score_pair(making.pair().pk)
    labels = dict(PairStanding.objects.filter(dataset="own").values_list("pair__slug", "made_with"))
    assert labels["pak-usa"] == current_formula().label != labels["afg-pak"]
    score_stale_days()
    stored.assert_true_to_the_events()


def test_a_late_event_and_a_new_precision_at_once_give_what_a_fresh_computation_gives(two_pairs: None) -> None:
    LearntPrecision.objects.create(verdicts=FOUR_OF_TWENTY)
    making.event(type="border_opened", occurred_on=ago(35))
    making.event(type="clash", occurred_on=ago(70), confidence=0.3)
    score_stale_days()
    stored.assert_true_to_the_events()


def test_a_pair_whose_standing_was_made_with_other_weights_is_scored_again(monkeypatch: pytest.MonkeyPatch) -> None:
    plover = weight_sets()["plover"]
    making.event(type="sanctions_imposed", occurred_on=ago(50))
    making.event(type="request", occurred_on=ago(3))
    with monkeypatch.context() as other:
        other.setattr("relations.models.scores.default_weights", lambda: plover)
        score_stale_days()
    place = making.pair().pk
    by_plover = explain(*stored.facts(place), making.today().toordinal(), plover).score
    made = PairStanding.objects.get()
    assert made.made_with == "plover/1 precision/0" and made.score == pytest.approx(by_plover, abs=1e-9)
    assert score_stale_days() == 1
    assert abs(PairStanding.objects.get().score - by_plover) > 1
    stored.assert_true_to_the_events()


# Learning from verdicts


def judge(editor: User, *verdicts: str) -> None:
    for number, verdict in enumerate(verdicts):
        making.report(type="clash", occurred_on=ago(10 * number), confidence=0.8)
        merge_new_reports()
        event = Event.objects.filter(status="coded", corrected_fields=[]).latest("pk")
        if verdict in ("confirmed", "rejected"):
            correct_event(event.pk, editor=editor, status=verdict)
        elif verdict:
            correct_event(event.pk, editor=editor, type=verdict)


def test_verdicts_are_right_if_confirmed_and_wrong_if_rejected_or_given_another_type() -> None:
    judge(making.user("editor"), "confirmed", "rejected", "strike", "")
    stated = [event.confidence for event in Event.objects.filter(coded_as="clash").exclude(occurred_on=ago(30))]
    learnt = learn_precision()
    # Given in passing, each counts a quarter.
    assert learnt and learnt.verdicts == {"clash": [0.75, 0.25, pytest.approx(sum(stated) / 4)]}
    assert learnt.log_odds()["clash"] < 0 and not math.isnan(learnt.log_odds()["clash"])
    score_stale_days()
    stored.assert_true_to_the_events()


def test_what_changes_nothing_is_not_written_and_no_pair_is_scored_for_it() -> None:
    assert learn_precision() is None
    judge(making.user("editor"), "rejected")
    assert learn_precision() is not None
    score_stale_days()
    assert learn_precision() is None and score_stale_days() == 0
    assert LearntPrecision.objects.count() == 1
