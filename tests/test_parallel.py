"""Many workers at once: nothing is done twice, nothing is lost, and none of them waits for ever."""

from __future__ import annotations

import datetime as dt
import random
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

import pytest
from django.db import connection, transaction

from relations.corrections.run import correct_event
from relations.merging.run import merge_new_reports
from relations.models import Article, CountryPair, Event, PairDay, PairStanding, Report
from relations.models.loading import load_codebook
from relations.scoring.run import score_pair, score_stale_days
from relations.tagging.run import tag_new_articles
from tests import making

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.timeout(120)]
CODES = ["AFG", "ALB", "DZA", "ARG", "AUS"]


def at_once(*works: Callable[[], object]) -> None:
    """Each in a thread and a connection of its own; an error of any of them is the test's."""

    def run(work: Callable[[], object]) -> None:
        try:
            with connection.cursor() as cursor:
                cursor.execute("SET lock_timeout = '20s'")  # who waits for ever fails instead
            work()
        finally:
            connection.close()

    with ThreadPoolExecutor(len(works)) as pool:
        for done in [pool.submit(run, work) for work in works]:
            done.result()


def test_four_workers_merge_each_happening_once() -> None:
    for number in range(60):
        other = CODES[number % 5]
        making.report("PAK", other, occurred_on=making.today() - dt.timedelta(days=10 * (number % 3)))
    at_once(*[merge_new_reports] * 4)
    assert Event.objects.count() == 15
    assert sum(Event.objects.values_list("report_count", flat=True)) == 60
    assert not Report.objects.filter(event=None).exists()


def test_four_workers_tag_each_article_once() -> None:
    load_codebook()
    for _ in range(120):
        making.article("Kenya's foreign ministry summoned the Somali ambassador on Monday over a customs dispute.")
    at_once(*[lambda: tag_new_articles(batch=7)] * 4)
    assert not Article.objects.filter(tagged_at=None).exists()
    assert Report.objects.count() == 120


def test_scoring_merging_and_corrections_do_not_hinder_each_other() -> None:
    """All lock in one order: pair, event, days. Were it not so, PostgreSQL would end one of them as deadlocked."""
    chance = random.Random(3)
    events = [
        making.event("PAK", chance.choice(CODES), occurred_on=making.today() - dt.timedelta(days=chance.randrange(30)))
        for _ in range(60)
    ]
    editor = making.user("editor")

    def correct() -> None:
        for event in events:
            day = making.today() - dt.timedelta(days=random.randrange(30))
            with transaction.atomic():
                correct_event(event.pk, editor=editor, occurred_on=day)
                score_pair(event.pair_id)

    def report_and_merge() -> None:
        for number in range(30):
            making.report("PAK", CODES[number % 5], "accusation")
            merge_new_reports()

    def score() -> None:
        for _ in range(40):
            score_stale_days()

    at_once(correct, report_and_merge, score, score)
    score_stale_days()
    kept = {row.pair_id: row.score for row in PairStanding.objects.all()}
    PairDay.objects.mark_stale((event.pair_id, "own", event.occurred_on) for event in Event.objects.all())
    score_stale_days()
    fresh = {row.pair_id: row.score for row in PairStanding.objects.all()}
    assert fresh == pytest.approx(kept, abs=1e-9) and len(kept) == 5


def test_a_pair_that_one_worker_holds_is_passed_over_by_another() -> None:
    making.report("PAK", "AFG")
    making.report("PAK", "USA")
    held = CountryPair.objects.get(slug="afg-pak")
    with transaction.atomic():
        CountryPair.objects.hold(held.pk)
        at_once(merge_new_reports, score_stale_days)
        assert list(Event.objects.values_list("pair__slug", flat=True)) == ["pak-usa"]
    merge_new_reports()
    assert Event.objects.count() == 2
