"""Where a pair stands: each number is what its events, or its articles, come to."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest
from django.utils import timezone

from relations.models import Event, PairStanding, Report
from relations.queries.scores import attention
from relations.scoring.run import score_pair, score_stale_days
from relations.tension.formula import BASELINE
from tests import making
from tests.scoring import stored
from tests.scoring.stored import ago, from_scratch, reject

pytestmark = pytest.mark.django_db


def standing(slug: str = "pak-usa") -> PairStanding:
    return PairStanding.objects.get(pair__slug=slug)


@pytest.fixture
def busy() -> PairStanding:
    """A pair with events of all ages, sides and ways to count."""
    for days, source, target, type_slug in (
        (400, "PAK", "USA", "border_closed"),
        (120, "PAK", "USA", "border_opened"),
        (91, "USA", "PAK", "sanctions_imposed"),
        (89, "PAK", "USA", "statement_neutral"),
        (45, "USA", "PAK", "strike"),
        (30, "PAK", "USA", "clash"),
        (29, "USA", "PAK", "accusation"),
        (7, "PAK", "USA", "agreement_signed"),
        (6, "USA", "PAK", "aid_given"),
        (0, "PAK", "USA", "statement_criticism"),
    ):
        making.event(source, target, type_slug, occurred_on=ago(days), confidence=0.8)
    making.event(type="negotiation", mutual=True, occurred_on=ago(3), confidence=0.5)
    making.event(type="clash", occurred_on=ago(-2))  # not yet
    making.event(type="clash", occurred_on=ago(2), status="rejected")
    score_stale_days()
    return standing()


def test_score_band_and_evidence_are_those_of_the_definition(busy: PairStanding) -> None:
    day = from_scratch(busy.pair_id, making.today())
    assert (busy.score, busy.known) == pytest.approx((day.score, day.known), abs=1e-9)
    assert (busy.low, busy.high) == pytest.approx((day.low, day.high), abs=1e-6)
    assert busy.low < busy.score < busy.high


def test_change_is_the_score_less_that_of_so_many_days_ago(busy: PairStanding) -> None:
    for days in (7, 30, 90):
        before = from_scratch(busy.pair_id, ago(days)).score
        assert getattr(busy, f"change_{days}") == pytest.approx(busy.score - before, abs=1e-9)


def test_before_anything_was_known_the_score_was_the_baseline() -> None:
    making.event(type="clash", occurred_on=ago(20))
    score_stale_days()
    now = standing()
    assert now.change_30 == now.change_90 == pytest.approx(now.score - BASELINE)
    assert now.change_7 < 0 and now.recent[:69] == [BASELINE] * 69 and now.recent[69] > 70


def test_events_of_the_last_days_are_counted_with_today_and_without_what_is_to_come(busy: PairStanding) -> None:
    assert (busy.events_7, busy.events_30, busy.events_90) == (3, 5, 8)
    assert busy.last_event_on == making.today()


def test_the_sparkline_is_the_score_of_the_last_ninety_days_oldest_first(busy: PairStanding) -> None:
    assert len(busy.recent) == 90
    for at in (0, 1, 44, 45, 59, 60, 88, 89):
        assert busy.recent[at] == pytest.approx(from_scratch(busy.pair_id, ago(89 - at)).score, abs=1e-9), at


def test_each_side_alone_and_the_sums_of_conflict_and_cooperation(busy: PairStanding) -> None:
    parts = from_scratch(busy.pair_id, making.today()).parts
    assert len(parts) == 11
    for side, score in ((1, busy.forward), (-1, busy.backward)):
        told = [(one.evidence, one.figures.severity) for one in parts if one.occurrence.direction in (side, 0)]
        expected = (6 * 45 + sum(v * s for v, s in told)) / (6 + sum(v for v, _ in told))
        assert score == pytest.approx(expected, abs=1e-9)
    assert busy.backward > busy.score > busy.forward
    for total, sign in ((busy.conflict, -1), (busy.cooperation, 1)):
        evidence = [one.evidence for one in parts if one.figures.weight * sign > 0]
        assert total == pytest.approx(sum(evidence), abs=1e-9)


def test_the_mover_is_the_event_of_the_last_thirty_days_that_moves_todays_score_most(busy: PairStanding) -> None:
    parts = from_scratch(busy.pair_id, making.today()).parts
    lately = [one for one in parts if one.age < 30]
    most = max(lately, key=lambda one: abs(one.effect)).occurrence.id
    assert busy.mover_id == most == Event.objects.get(type="agreement_signed").pk
    assert max(parts, key=lambda one: abs(one.effect)).occurrence.id != most  # older ones move it more


def test_a_mover_that_is_rejected_makes_way(busy: PairStanding) -> None:
    assert busy.mover
    reject(busy.mover)
    score_stale_days()
    assert standing().mover == Event.objects.get(type="aid_given")


def test_what_was_replaced_moves_nothing() -> None:
    """The closure is renewed: the renewal stands for it."""
    making.event(type="border_closed", occurred_on=ago(20), confidence=1.0)
    renewal = making.event(type="border_closed", occurred_on=ago(5), confidence=0.6)
    score_stale_days()
    assert standing().mover == renewal


def test_a_pair_of_which_nothing_was_heard_lately_has_no_mover() -> None:
    making.event(type="clash", occurred_on=ago(30))
    score_stale_days()
    now = standing()
    assert now.mover is None and (now.events_30, now.events_90, now.last_event_on) == (0, 1, ago(30))


# Attention


def at(days: int) -> dt.datetime:
    return timezone.now() - dt.timedelta(days=days)


def tell(days: int = 0, other: str = "USA", **values: Any) -> Report:
    """A story of so many days ago that tells of an event of the pair."""
    article = values.pop("article", None) or making.article(published_at=at(days))
    return making.report("PAK", other, occurred_on=ago(days), article=article, **values)


def test_attention_counts_the_articles_of_the_last_thirty_days_that_tell_of_the_pair() -> None:
    making.event(type="clash", occurred_on=ago(9))
    first = tell(1)
    tell(1, article=first.article, sentence_number=1)  # the same story again
    tell(29)
    tell(31)  # too old
    tell(2, withdrawn="retracted")  # no longer says so
    tell(2, other="AFG")  # of another pair
    making.article(published_at=at(5))  # of no pair
    making.article(published_at=at(40))
    score_pair(making.pair().pk)
    assert (standing().articles, standing().all_articles) == (2, 5)
    assert attention(standing()) == "40.0 % of all stories (2 of 5)"


def test_old_news_in_a_new_article_is_no_attention() -> None:
    making.event(type="clash", occurred_on=ago(9))
    making.report(occurred_on=ago(200), article=making.article(published_at=at(1)))
    score_pair(making.pair().pk)
    assert standing().articles == 0


def test_attention_is_of_our_own_articles_and_not_of_what_was_imported() -> None:
    making.event(type="clash")
    making.event(type="clash", dataset="gdelt")
    tell()
    score_stale_days()
    assert {one.dataset: one.articles for one in PairStanding.objects.all()} == {"own": 1, "gdelt": 0}


def test_attention_is_no_part_of_the_score() -> None:
    making.event(type="clash", occurred_on=ago(9))
    score_stale_days()
    before = stored.series(making.pair().pk)
    for _ in range(5):
        tell()
    score_pair(making.pair().pk)
    assert standing().articles == 5 and stored.series(making.pair().pk) == before


def test_how_many_articles_there_were_does_not_depend_on_which_pairs_are_scored_together() -> None:
    for other in ("USA", "AFG"):
        making.event("PAK", other, "clash", occurred_on=ago(9))
    tell()
    making.article()
    score_stale_days()
    together = (standing("afg-pak").articles, standing("afg-pak").all_articles)
    score_pair(making.pair("AFG", "PAK").pk)
    assert (standing("afg-pak").articles, standing("afg-pak").all_articles) == together == (0, 2)
