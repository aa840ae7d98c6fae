"""Stored articles are read again: which are chosen, in what order, and what of their events stays."""

from __future__ import annotations

import datetime as dt
import threading
from collections.abc import Iterator
from io import StringIO
from typing import Any

import pytest
from celery import current_app
from django.core.management import CommandError, call_command
from django.db import connection, transaction
from django.utils import timezone

from relations.corrections.run import correct_event
from relations.errors import RelationsError
from relations.merging.run import merge_new_reports
from relations.models import Actor, ActorKind, ActorName, Article, Correction, Event, PairDay, Report, Status
from relations.tagging import run
from relations.tagging.registry import coder
from tests import making
from tests.running import processes, wait_until

pytestmark = pytest.mark.django_db
PUBLISHED = dt.datetime(2026, 3, 11, 9, 0, tzinfo=dt.UTC)
CODER = coder().version
NAME, _, NUMBER = CODER.rpartition("/")


@pytest.fixture(autouse=True)
def a_lexicon_of_its_own() -> Iterator[None]:
    run._lexicon = None
    yield
    run._lexicon = None


@pytest.fixture
def countries() -> None:
    for code in ("PER", "CHL", "BOL"):
        making.country(code)


@pytest.fixture(autouse=True)
def told(monkeypatch: pytest.MonkeyPatch, request: pytest.FixtureRequest) -> list[str]:
    """The messages sent to the workers."""
    sent: list[str] = []
    if not request.node.get_closest_marker("processes"):
        monkeypatch.setattr(current_app, "send_task", lambda name, **options: sent.append(name))
    return sent


def article(text: str = "A story.", **values: Any) -> Article:
    return making.article(text, **{"tagged_at": timezone.now(), "coder": CODER, "published_at": PUBLISHED, **values})


def waiting() -> set[int]:
    return set(Article.objects.filter(tagged_at=None).values_list("pk", flat=True))


def tag_again(*arguments: str) -> str:
    out = StringIO()
    call_command("tag_again", *arguments, stdout=out)
    return out.getvalue()


def chile() -> Actor:
    defaults = {"country_id": "CHL", "kind": ActorKind.STATE, "name": "Chile", "sector": "GOV"}
    return Actor.objects.get_or_create(key="CHL", defaults=defaults)[0]


def test_a_name_chooses_the_articles_that_hold_it_letter_by_letter(told: list[str]) -> None:
    chosen = [article("Peru met Freedonia."), article("Freedonian is found too.")]
    article("FREEDONIA"), article("Free%")
    assert "2 articles are read again" in tag_again("--name", "Freedonia")
    assert waiting() == {made.pk for made in chosen}
    assert told == ["relations.tasks.tag_new_articles"]


def test_several_names_choose_what_holds_any_of_them() -> None:
    chosen = [article("Freedonia."), article("Sylvania.")]
    article("Osterlich.")
    tag_again("--name", "Freedonia", "--name", "Sylvania")
    assert waiting() == {made.pk for made in chosen}


def test_a_pair_chooses_the_articles_with_its_reports() -> None:
    chosen, other = article(), article()
    making.report("PAK", "USA", article=chosen)
    making.report("PAK", "USA", "visit_announced", article=chosen)
    making.report("IND", "PAK", article=other)
    assert tag_again("--pair", "usa-pak").startswith("1 articles")
    assert waiting() == {chosen.pk}


def test_a_day_chooses_what_was_published_from_its_first_minute_on() -> None:
    first = article(published_at=dt.datetime(2026, 3, 10, 0, 0, tzinfo=dt.UTC))
    article(published_at=dt.datetime(2026, 3, 9, 23, 59, tzinfo=dt.UTC))
    tag_again("--since", "2026-03-10")
    assert waiting() == {first.pk}


def test_options_narrow_each_other() -> None:
    making.report("PAK", "USA", article=(both := article("Freedonia.")))
    making.report("PAK", "USA", article=article("Sylvania."))
    article("Freedonia.")
    tag_again("--pair", "pak-usa", "--name", "Freedonia", "--since", "2026-01-01")
    assert waiting() == {both.pk}


def test_a_coders_version_chooses_what_it_or_a_later_one_has_not_read() -> None:
    chosen = [article(coder="phrases-of-old/9"), article(coder=f"{NAME}/0"), article(coder=""), article(coder="?")]
    article(coder=CODER), article(coder=f"{CODER} failed"), article(coder=f"{NAME}/{int(NUMBER) + 11}")
    tag_again("--coder-before", CODER)
    assert waiting() == {made.pk for made in chosen}


def test_versions_are_compared_as_numbers() -> None:
    article(coder=f"{NAME}/10")
    assert tag_again("--coder-before", f"{NAME}/{NUMBER}").startswith("0 articles")


def test_all_means_all() -> None:
    made = {article().pk for _ in range(3)}
    tag_again("--all")
    assert waiting() == made


def test_a_dry_run_says_how_many_and_changes_nothing(told: list[str]) -> None:
    article("Freedonia."), article("Freedonia.", tagged_at=None), article()
    before = waiting()
    said = tag_again("--name", "Freedonia", "--dry-run")
    assert said == "2 articles would be read again; 1 of them wait already.\n"
    assert waiting() == before and told == []


def test_repeating_it_finds_nothing_left_to_do(told: list[str]) -> None:
    article("Freedonia.")
    tag_again("--name", "Freedonia")
    assert tag_again("--name", "Freedonia").startswith("0 articles")
    assert len(told) == 1


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        ([], "Say which articles"),
        (["--all", "--name", "Freedonia"], "Say which articles"),
        (["--dry-run"], "Say which articles"),
        (["--pair", "pak"], "as in pak-usa"),
        (["--pair", "xxx-yyy"], "as in pak-usa"),
        (["--since", "last week"], "Write it as 2017-09-01"),
        (["--since", "2026-02-30"], "Write it as 2017-09-01"),
        (["--name", ""], "at least two letters"),
        (["--name", "Freedonia", "--name", "a"], "at least two letters"),
        (["--coder-before", "2"], "as grammar/2"),
        (["--coder-before", f"{NAME}/{int(NUMBER) + 1}"], f"installed is {CODER}"),
        (["--coder-before", "nobody/1"], "There is no coder 'nobody'"),
    ],
)
def test_what_cannot_be_meant_is_refused_with_words(arguments: list[str], words: str, told: list[str]) -> None:
    article("Freedonia.")
    with pytest.raises(CommandError, match=words):
        tag_again(*arguments)
    assert waiting() == set() and told == []


def test_many_articles_go_back_in_batches_and_each_is_told() -> None:
    made = {article().pk for _ in range(7)}
    done: list[tuple[int, int]] = []
    assert Article.objects.all().read_again(batch=3, tell=lambda number, of: done.append((number, of))) == 7
    assert done == [(3, 7), (6, 7), (7, 7)] and waiting() == made


def test_a_batch_that_fails_leaves_the_batches_before_it_done() -> None:
    made = sorted(article().pk for _ in range(5))

    def stop(done: int, of: int) -> None:
        if done == 4:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        Article.objects.all().read_again(batch=2, tell=stop)
    assert waiting() == set(made[:4])
    assert Article.objects.all().read_again(batch=2) == 1


def test_no_name_holds_nothing_and_a_letter_is_refused() -> None:
    article("Freedonia.")
    assert not Article.objects.holding([]).exists()
    with pytest.raises(RelationsError):
        Article.objects.holding(["F"])


def test_a_new_story_does_not_wait_behind_those_read_again() -> None:
    old = [article() for _ in range(3)]
    Article.objects.all().read_again()
    new = article(tagged_at=None)
    with transaction.atomic():
        assert [claimed.pk for claimed in Article.objects.claim_untagged(2)] == [new.pk, old[-1].pk]


def test_a_worker_stops_when_its_turn_is_over_and_goes_on_at_the_next_look(countries: None) -> None:
    for _ in range(6):
        article(tagged_at=None)
    assert run.tag_new_articles(batch=2, within=0) == 0
    assert run.tag_new_articles(batch=2, within=1e-9) in (0, 2)
    run.tag_new_articles(batch=2)
    assert waiting() == set()


# What stays


def read_and_merge(text: str) -> tuple[Article, Event]:
    made = making.article(text, published_at=PUBLISHED)
    run.tag_new_articles()
    merge_new_reports()
    return made, Event.objects.get()


def again() -> None:
    Article.objects.all().read_again()
    run.tag_new_articles()
    merge_new_reports()


def test_reports_and_events_stay_the_same_rows(countries: None) -> None:
    _, event = read_and_merge("Peru closed its border with Chile on Monday.")
    before = Report.objects.values("pk", "event", "type", "created_at").get()
    again()
    assert Report.objects.values("pk", "event", "type", "created_at").get() == before
    assert Event.objects.get() == event and Event.objects.get().updated_at == event.updated_at


def test_what_an_editor_corrected_stays_as_corrected(countries: None) -> None:
    _, event = read_and_merge("Peru closed its border with Chile on Monday.")
    editor = making.user("editor")
    correct_event(event.pk, editor=editor, type="apology", direction=1, occurred_on=dt.date(2026, 3, 2))
    set_by_the_editor = ("type", "direction", "occurred_on", "precision", "source_id", "target_id", "status", "stage")
    corrected = Event.objects.values(*set_by_the_editor, "corrected_fields").get()
    assert corrected["type"] == "apology" and corrected["source_id"] == "CHL"
    again()
    assert Event.objects.values(*set_by_the_editor, "corrected_fields").get() == corrected
    assert Correction.objects.count() == 1 and Report.objects.get().event == event


@pytest.mark.parametrize("verdict", [Status.REJECTED, Status.CONFIRMED])
def test_an_editors_verdict_stays_even_where_the_report_is_read_no_more(countries: None, verdict: str) -> None:
    freedonia = ActorName.objects.create(actor=chile(), name="Freedonia")
    _, event = read_and_merge("Peru closed its border with Freedonia on Monday.")
    correct_event(event.pk, editor=making.user("editor"), status=verdict)
    again()
    assert Event.objects.get().status == verdict
    freedonia.delete()
    again()
    assert Report.objects.get().withdrawn == "read_again" and Event.objects.get().status == verdict


def test_an_added_name_reaches_stored_articles_and_a_removed_one_leaves_them(countries: None) -> None:
    making.article("Peru closed its border with Freedonia on Monday.", published_at=PUBLISHED)
    run.tag_new_articles()
    assert not Report.objects.exists()
    added = ActorName.objects.create(actor=chile(), name="Freedonia")
    tag_again("--name", "Freedonia")
    run.tag_new_articles()
    merge_new_reports()
    assert Event.objects.get().target_id == "CHL"
    added.delete()
    tag_again("--name", "Freedonia")
    run.tag_new_articles()
    merge_new_reports()
    assert Event.objects.get().status == Status.WITHDRAWN


# The lexicon follows the names


def test_names_exchanged_in_one_transaction_are_noticed(countries: None) -> None:
    old = ActorName.objects.create(actor=chile(), name="Freedonia")
    assert run.meanings_of("Freedonia")
    with transaction.atomic():
        old.delete()
        ActorName.objects.create(actor=chile(), name="Sylvania")
    # The clock says nothing: two people's transactions may commit in another order than they began.
    ActorName.objects.update(updated_at=old.updated_at)
    assert not run.meanings_of("Freedonia") and run.meanings_of("Sylvania")


def test_the_newest_name_removed_and_an_older_one_committed_late_are_noticed(countries: None) -> None:
    newest = ActorName.objects.create(actor=chile(), name="Freedonia")
    ActorName.objects.create(actor=chile(), name="Osterlich")
    ActorName.objects.update(updated_at=PUBLISHED)
    assert run.meanings_of("Freedonia")
    newest.delete()
    late = ActorName.objects.create(actor=chile(), name="Sylvania")
    ActorName.objects.filter(pk=late.pk).update(updated_at=PUBLISHED - dt.timedelta(days=1))
    assert not run.meanings_of("Freedonia") and run.meanings_of("Sylvania")


def test_a_change_of_a_names_days_alone_is_noticed(countries: None) -> None:
    name = ActorName.objects.create(actor=chile(), name="Freedonia")
    assert run.meanings_of("Freedonia")[0].until is None
    ActorName.objects.filter(pk=name.pk).update(valid_until=dt.date(2001, 1, 1))
    assert run.meanings_of("Freedonia")[0].until == dt.date(2001, 1, 1)


def test_the_codebooks_names_in_the_database_are_no_reason_to_compile_again(countries: None) -> None:
    before = run.current_lexicon()
    ActorName.objects.create(actor=chile(), name="Freedonia", origin="codebook")
    assert run.current_lexicon() is before


# Real processes, two connections


@pytest.mark.django_db(transaction=True)
def test_an_article_that_a_worker_is_reading_is_read_once_more_after_it(countries: None) -> None:
    """The worker may have taken the names of before; its mark must not hide that the article is to be read again."""
    made = article(tagged_at=None)
    asked = threading.Event()

    def put_back() -> None:
        asked.set()
        Article.objects.filter(pk=made.pk).read_again()
        connection.close()

    other = threading.Thread(target=put_back)
    with transaction.atomic():
        assert Article.objects.claim_untagged(5)
        other.start()
        asked.wait(5)
        other.join(0.5)
        assert other.is_alive(), "it waits for the worker"
        Article.objects.filter(pk=made.pk).update(tagged_at=timezone.now())
    other.join(10)
    assert waiting() == {made.pk}


@pytest.mark.processes
@pytest.mark.xdist_group("flow")
@pytest.mark.django_db(transaction=True)
def test_every_worker_follows_the_names_within_a_minute(countries: None) -> None:
    texts = [f"Peru closed its border with {name} on Monday." for name in ("Freedonia", "Sylvania")]
    first, second = (making.article(text, published_at=PUBLISHED, tagged_at=timezone.now()) for text in texts)

    def nothing_is_due() -> bool:
        """A worker that stands still now holds nothing that the other would wait for."""
        return not (
            waiting()
            or Report.objects.filter(due=True).exists()
            or Event.objects.filter(evidence_changed=True).exists()
            or PairDay.objects.filter(stale=True).exists()
        )

    def each_worker_reads() -> list[set[int]]:
        """The articles in which each worker, the other one standing still, finds something."""
        found = []
        for other in ("worker", "another worker"):
            wait_until(nothing_is_due, what="the last reading's end")
            with running.paused(other):
                assert Article.objects.all().read_again() == 2
                wait_until(nothing_is_due, what=f"reading while {other} stands still")
                found.append(set(Report.objects.standing().values_list("article_id", flat=True)))
        return found

    with processes("worker", "another worker", "beat") as running:
        Article.objects.all().read_again()
        assert each_worker_reads() == [set(), set()]
        added = ActorName.objects.create(actor=chile(), name="Freedonia")
        assert each_worker_reads() == [{first.pk}, {first.pk}]
        with transaction.atomic():
            added.delete()
            ActorName.objects.create(actor=chile(), name="Sylvania")
        ActorName.objects.update(updated_at=added.updated_at)
        assert each_worker_reads() == [{second.pk}, {second.pk}]
        ActorName.objects.all().delete()
        assert each_worker_reads() == [set(), set()]
