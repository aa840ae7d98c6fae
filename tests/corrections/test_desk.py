"""The queue of the desk: what comes first, who gets what, and that nobody gets what another has."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.core.cache import cache
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from relations.corrections.refusals import CorrectionRefused
from relations.corrections.run import correct_event
from relations.corrections.run_desk import (
    AUDIT_EACH,
    claim,
    hold_again,
    judge,
    judge_all,
    let_go,
    merge_at_desk,
    pass_on,
    renew_queue,
)
from relations.corrections.run_placing import merge_events, split_event
from relations.corrections.run_undo import undo
from relations.merging.run import merge_new_reports
from relations.models import Correction, DeskFilters, Event, LearntPrecision, Report, ReviewItem, ReviewState, Status
from relations.models.reviews import LEASE, is_chosen
from relations.pipeline import bring_up_to_date
from tests import making
from tests.corrections.waiting import queued, run_out, state

pytestmark = pytest.mark.django_db
ALL = DeskFilters()


@pytest.fixture
def editor(db: None) -> User:
    return making.user("editor")


@pytest.fixture
def other(db: None) -> User:
    return making.user("editor")


# -- who gets what --------------------------------------------------------------------------------------------------


def test_what_a_look_is_worth_most_comes_first(editor: User) -> None:
    sure = queued(confidence=0.99)
    doubtful = queued(confidence=0.5)
    doubtful_and_grave = queued(type="clash", confidence=0.5)
    read_by_many = queued(type="clash", confidence=0.5, report_count=8)
    assert claim(editor, ALL, 10) == [event.pk for event in (read_by_many, doubtful_and_grave, doubtful, sure)]


def test_what_one_holds_stays_and_is_not_anothers(editor: User, other: User) -> None:
    for _ in range(6):
        queued()
    mine, theirs = claim(editor, ALL, 3), claim(other, ALL, 3)
    assert len(mine) == len(theirs) == 3 and not set(mine) & set(theirs)
    queued(type="clash", confidence=0.5, report_count=20)  # worth more than all others
    assert claim(editor, ALL, 3) == mine


def test_a_lease_that_ran_out_frees_the_item(editor: User, other: User) -> None:
    event = queued()
    assert claim(editor, ALL, 1) == [event.pk] and claim(other, ALL, 1) == []
    run_out(editor)
    assert claim(other, ALL, 1) == [event.pk] and claim(editor, ALL, 1) == []


def test_every_look_at_the_desk_renews_the_lease(editor: User) -> None:
    queued()
    claim(editor, ALL, 1)
    ReviewItem.objects.update(held_until=timezone.now() + dt.timedelta(minutes=1))
    claim(editor, ALL, 1)
    assert ReviewItem.objects.get().held_until > timezone.now() + LEASE - dt.timedelta(minutes=1)  # type: ignore[operator]


def test_filters_choose_by_pair_type_source_and_age(editor: User) -> None:
    feed = making.feed()
    plain = queued(occurred_on=making.today() - dt.timedelta(days=90))
    of_pair = queued("FRA", "DEU", occurred_on=making.today() - dt.timedelta(days=90))
    of_type = queued(type="clash", occurred_on=making.today() - dt.timedelta(days=90))
    from_source = queued(occurred_on=making.today() - dt.timedelta(days=90))
    making.report(event=from_source, article=making.article(feed=feed))
    withdrawn_from_source = queued(occurred_on=making.today() - dt.timedelta(days=90))
    making.report(event=withdrawn_from_source, article=making.article(feed=feed), withdrawn="edited")
    new = queued(occurred_on=making.today() - dt.timedelta(days=3))
    chosen = {
        of_pair: DeskFilters(pair=of_pair.pair_id),
        of_type: DeskFilters(type="clash"),
        from_source: DeskFilters(source=feed.pk),
        new: DeskFilters(days=7),
    }
    for event, filters in chosen.items():
        assert claim(editor, filters, 10) == [event.pk]
    assert claim(editor, DeskFilters(pair=plain.pair_id, type="clash", days=7), 10) == []


def test_filters_let_go_what_does_not_fit_them(editor: User, other: User) -> None:
    fits, does_not = queued(type="clash"), queued()
    claim(editor, ALL, 10)
    assert claim(editor, DeskFilters(type="clash"), 10) == [fits.pk]
    assert claim(other, ALL, 10) == [does_not.pk]


def test_what_was_left_to_others_is_never_given_to_the_same_editor_again(editor: User, other: User) -> None:
    event, held = queued(), queued()
    claim(editor, ALL, 10)
    assert pass_on(editor, [event.pk]) == 1
    assert claim(editor, ALL, 10) == [held.pk]
    assert claim(other, ALL, 10) == [event.pk]
    let_go(other)
    ReviewItem.objects.renew([event.pk])  # as merging does
    assert claim(editor, ALL, 10) == [held.pk]
    assert pass_on(other, [held.pk]) == 0  # only what one holds


def test_giving_all_back_frees_all(editor: User, other: User) -> None:
    events = {queued().pk, queued().pk}
    claim(editor, ALL, 10)
    assert let_go(editor) == 2
    assert set(claim(other, ALL, 10)) == events


def test_a_judged_item_leaves_the_desk_and_an_undo_brings_it_back(editor: User, other: User) -> None:
    event = queued()
    claim(editor, ALL, 10)
    correction = judge(event.pk, editor=editor, status=Status.REJECTED)
    assert isinstance(correction, Correction)
    assert state(event) == ReviewState.DONE and claim(editor, ALL, 10) == []
    undo(correction.pk, editor=editor)
    hold_again(editor, event.pk)
    assert state(event) == ReviewState.WAITING
    assert claim(other, ALL, 10) == [] and claim(editor, ALL, 10) == [event.pk]


def test_nobody_judges_at_the_desk_what_another_has_there(editor: User, other: User) -> None:
    event = queued()
    claim(editor, ALL, 1)
    with pytest.raises(CorrectionRefused, match=editor.username):
        judge(event.pk, editor=other, status=Status.CONFIRMED)
    with pytest.raises(CorrectionRefused, match=editor.username):
        merge_at_desk(event.pk, queued().pk, editor=other)
    assert not Correction.objects.exists()
    run_out(editor)
    judge(event.pk, editor=other, status=Status.CONFIRMED)
    event.refresh_from_db()
    assert event.status == Status.CONFIRMED


def test_second_opinions_come_first_also_where_the_desk_is_full(settings: Any, editor: User, other: User) -> None:
    waiting = [queued(confidence=0.5 + number / 25) for number in range(10)]  # what a look is worth most first
    ReviewItem.objects.filter(event=waiting[-1]).update(is_audit=True)
    assert len(claim(editor, ALL, 10)) == 10
    settings.SECOND_OPINION_SHARE = 1.0
    seconds = []
    for _ in range(7):
        event = queued(type="clash")
        claim(other, ALL, 10)
        judge(event.pk, editor=other, status=Status.CONFIRMED)
        seconds.append(event.pk)
    got = claim(editor, ALL, 10)
    assert got[:4] + got[5:6] == seconds[:5] and got[4] == waiting[-1].pk  # and the random sample keeps its place
    assert got[6:] == [event.pk for event in waiting[:4]]
    free = [event.pk for event in waiting[4:-1]]
    assert (
        sorted(ReviewItem.objects.filter(holder=None, state=ReviewState.WAITING).values_list("pk", flat=True)) == free
    )
    assert claim(editor, ALL, 10) == got  # half of the desk at most
    assert claim(making.user("editor"), ALL, 4)[:2] == seconds[5:]


# -- the random sample ----------------------------------------------------------------------------------------------


def test_one_of_five_looks_is_of_the_random_sample_however_little_it_is_worth(editor: User) -> None:
    for number in range(60):
        event = queued(confidence=0.5 if number % 3 else 0.99)
        ReviewItem.objects.filter(event=event).update(is_audit=number % 3 == 0)
    kinds = []
    for _ in range(25):  # always the first of what the desk shows, and it fills up again
        event_id = claim(editor, ALL, 10)[0]
        kinds.append(ReviewItem.objects.get(event=event_id).is_audit)
        judge(event_id, editor=editor, status=Status.CONFIRMED)
    assert kinds == ([False] * (AUDIT_EACH - 1) + [True]) * 5
    # The same for one who works through the whole desk before looking for more.
    shown = [ReviewItem.objects.get(event=pk).is_audit for pk in claim(editor, ALL, 10)]
    assert shown == ([False] * (AUDIT_EACH - 1) + [True]) * 2


def test_where_nothing_else_waits_the_desk_is_filled_from_the_random_sample(editor: User) -> None:
    events = [queued().pk for _ in range(6)]
    ReviewItem.objects.update(is_audit=True)
    assert claim(editor, ALL, 4) == events[:4]  # in no order of worth


@pytest.mark.parametrize("share", [0.05, 0.3])
def test_random_samples_hold_about_the_share_that_is_asked(share: float) -> None:
    chosen = [number for number in range(20_000) if is_chosen("audit", number, share)]
    assert len(chosen) / 20_000 == pytest.approx(share, rel=0.1)
    assert chosen == [number for number in range(20_000) if is_chosen("audit", number, share)]
    wider = {number for number in range(20_000) if is_chosen("audit", number, share + 0.1)}
    assert set(chosen) < wider  # who asks for more keeps what was chosen
    both = sum(is_chosen("double", number, share) for number in chosen)
    assert both / len(chosen) == pytest.approx(share, rel=0.35)  # one sample says nothing of the other
    assert not is_chosen("audit", 7, 0.0) and is_chosen("audit", 7, 1.0)


def test_an_item_stays_in_the_sample_for_which_it_was_chosen(settings: Any) -> None:
    settings.AUDIT_SHARE = settings.SECOND_OPINION_SHARE = 1.0
    event = queued()
    settings.AUDIT_SHARE = settings.SECOND_OPINION_SHARE = 0.0
    ReviewItem.objects.renew([event.pk])
    item = ReviewItem.objects.get()
    assert item.is_audit and item.is_double


# -- which events have an item --------------------------------------------------------------------------------------


def check_items() -> None:
    expected = Event.objects.filter(dataset="own", status__in=["coded", "confirmed", "rejected"])
    assert set(ReviewItem.objects.values_list("event", flat=True)) == set(expected.values_list("pk", flat=True))


def settle() -> None:
    merge_new_reports()
    check_items()


def test_exactly_own_events_that_count_or_were_rejected_have_an_item(editor: User) -> None:
    making.event("FRA", "DEU", dataset="gdelt")
    ReviewItem.objects.renew(Event.objects.values_list("pk", flat=True))
    assert not ReviewItem.objects.exists()
    Event.objects.all().delete()

    for type in ("clash", "accusation", "apology"):
        making.report(type=type)
        making.report(type=type)
    settle()
    assert ReviewItem.objects.count() == 3
    one, two, three = Event.objects.order_by("pk")
    correct_event(three.pk, editor=editor, status=Status.REJECTED)
    check_items()
    merged = merge_events(one.pk, two.pk, editor=editor)
    check_items()
    settle()
    assert not ReviewItem.objects.filter(event=one).exists()
    undo(merged.pk, editor=editor)
    check_items()
    settle()
    split = split_event(two.pk, [Report.objects.filter(event=two).order_by("pk")[0].pk], editor=editor)
    settle()
    assert state(split.other) == ReviewState.WAITING  # type: ignore[arg-type]
    undo(split.pk, editor=editor)
    check_items()
    settle()
    Report.objects.filter(event=one).update(withdrawn="edited", due=True)
    settle()
    one.refresh_from_db()
    assert one.status == Status.WITHDRAWN and not ReviewItem.objects.filter(event=one).exists()


def test_an_item_keeps_up_with_its_event(editor: User) -> None:
    event = queued(confidence=0.5)
    before = ReviewItem.objects.get()
    Event.objects.filter(pk=event.pk).update(type="clash")
    ReviewItem.objects.renew([event.pk])
    after = ReviewItem.objects.get()
    assert after.type == "clash" and after.value > before.value and after.since == before.since


# -- how much it asks of the database -------------------------------------------------------------------------------


def queries_of(work: Any) -> int:
    with CaptureQueriesContext(
        connection,
    ) as asked:
        work()
    return len(asked)


def test_a_look_at_the_desk_asks_the_same_however_much_waits(editor: User, other: User) -> None:
    ReviewItem.objects.filter(event=queued()).update(is_audit=True)
    few = queries_of(lambda: claim(editor, ALL, 50))
    for number in range(60):
        ReviewItem.objects.filter(event=queued()).update(is_audit=number % 5 == 0)
    assert queries_of(lambda: claim(other, ALL, 50)) <= few <= 10
    assert queries_of(lambda: claim(other, ALL, 50)) <= few  # all are held already


def test_the_queue_is_renewed_in_as_many_queries_for_one_event_as_for_many(settings: Any, editor: User) -> None:
    settings.SECOND_OPINION_SHARE = 1.0
    making.user("editor")
    events = [queued("PAK", code) for code in ("AFG", "ALB", "DZA", "ARG", "AUS") for _ in range(4)]
    for event in events:
        claim(editor, ALL, 1)
        judge(event.pk, editor=editor, status=Status.CONFIRMED)
    one = queries_of(lambda: ReviewItem.objects.renew([events[0].pk]))
    many = queries_of(lambda: ReviewItem.objects.renew([event.pk for event in events]))
    assert one == many <= 8


def test_of_many_that_are_judged_only_what_is_written_is_asked_for_each(editor: User) -> None:
    events = [queued("PAK", code) for code in ("AFG", "ALB", "DZA", "ARG", "AUS", "AUT", "AZE", "BGD")]

    def judge_some(some: list[Event]) -> None:
        judged = judge_all({event.pk: None for event in some}, editor=editor, status=Status.REJECTED)
        assert len(judged.corrections) == len(some)

    def bring_up(some: list[Event]) -> None:
        bring_up_to_date(*(event.pair_id for event in some))

    few, more = events[:2], events[2:7]
    # Reports held in place, event, stale day, correction, verdict.
    assert queries_of(lambda: judge_some(more)) - queries_of(lambda: judge_some(few)) == 3 * 5
    # What merging looks at around each: reports of the same days, what editors made of them, events left behind.
    assert queries_of(lambda: bring_up(more)) - queries_of(lambda: bring_up(few)) <= 3 * 5


def test_at_night_the_queue_follows_what_was_learnt_and_forgets_no_event() -> None:
    cache.clear()
    made = [making.event(type="clash", confidence=0.9, occurred_on=making.ago(days)) for days in range(3)]
    assert not ReviewItem.objects.exists(), "made past merging"
    assert renew_queue(batch=2) == 3
    before = ReviewItem.objects.get(event=made[0]).value
    LearntPrecision.objects.create(verdicts={"clash": [50, 20, 45.0]})
    cache.clear()
    assert renew_queue() == 3
    assert ReviewItem.objects.get(event=made[0]).value > before, "a doubtful type is worth more looks"
    assert renew_queue() == 3 and ReviewItem.objects.count() == 3
