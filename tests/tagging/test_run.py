"""Articles wait, are read once, and are read again when their text or the names change."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from typing import Any

import pytest
from django.utils import timezone

from relations.models import Actor, ActorKind, ActorName, Article, ArticleVersion, CountryPair, Direction, Event, Report
from relations.tagging import run
from relations.tagging.coded import CodedEvent
from relations.tagging.registry import Coder
from tests import making

pytestmark = pytest.mark.django_db
TEXT = "Peru closed its border with Chile on Monday.\n\nChile's foreign ministry condemned the Peruvian decision."
PUBLISHED = dt.datetime(2026, 3, 11, 9, 0, tzinfo=dt.UTC)


@pytest.fixture(autouse=True)
def a_lexicon_of_its_own() -> Iterator[None]:
    run._lexicon = None
    yield
    run._lexicon = None


@pytest.fixture(autouse=True)
def known_countries() -> None:
    for code in ("PER", "CHL", "BOL"):
        making.country(code)


def article(text: str = TEXT, **values: Any) -> Article:
    return making.article(text, published_at=PUBLISHED, **values)


def told() -> set[tuple[str, str, str]]:
    """What the articles say now."""
    return set(Report.objects.standing().values_list("source_id", "target_id", "type"))


def new_text(of: Article, text: str) -> None:
    of.version += 1
    of.tagged_at = None
    of.save()
    ArticleVersion.objects.create(article=of, number=of.version, title=of.title, text=text, seen_at=timezone.now())


BOTH = {("PER", "CHL", "border_closed"), ("CHL", "PER", "statement_criticism")}


def test_an_article_becomes_its_reports() -> None:
    made = article()
    ministry = Actor.objects.create(
        key="CHL:foreign_ministry", country_id="CHL", kind=ActorKind.INSTITUTION, name="Foreign ministry", sector="GOV"
    )
    assert run.tag_new_articles() == 1
    assert told() == BOTH
    made.refresh_from_db()
    assert made.tagged_at is not None and made.coder == "grammar/2"
    closed, condemned = Report.objects.order_by("sentence_number")
    assert closed.pair == CountryPair.objects.get(slug="chl-per")
    assert (closed.direction, condemned.direction) == (Direction.BACKWARD, Direction.FORWARD)
    assert (closed.occurred_on, closed.date_words, closed.event) == (dt.date(2026, 3, 9), "Monday", None)
    assert closed.source_actor is None and condemned.source_actor == ministry
    start, end = closed.spans["source"]
    assert closed.sentence[start:end] == "Peru"


def test_a_mutual_event_names_the_first_named_as_source() -> None:
    article("Peru and Chile signed a treaty.")
    run.tag_new_articles()
    report = Report.objects.get()
    assert (report.source_id, report.target_id, report.direction) == ("PER", "CHL", Direction.MUTUAL)


def test_reading_twice_changes_nothing() -> None:
    made = article()
    run.tag_new_articles()
    before = list(Report.objects.order_by("pk").values())
    assert run.tag_new_articles() == 0
    Article.objects.filter(pk=made.pk).update(tagged_at=None)
    assert run.tag_new_articles() == 1
    assert list(Report.objects.order_by("pk").values()) == before


def test_all_waiting_articles_are_read_in_batches() -> None:
    for _ in range(7):
        article()
    assert run.tag_new_articles(batch=3) == 7
    assert Report.objects.count() == 14


def test_a_reading_that_changes_nothing_leaves_the_event_alone() -> None:
    made = article()
    run.tag_new_articles()
    event = making.event("PER", "CHL", "border_closed")
    Report.objects.filter(type="border_closed").update(event=event)
    Article.objects.filter(pk=made.pk).update(tagged_at=None)
    run.tag_new_articles()
    event.refresh_from_db()
    assert not event.evidence_changed


def test_a_new_text_keeps_what_it_says_again_and_takes_back_the_rest() -> None:
    made = article()
    run.tag_new_articles()
    events = {kind: making.event("PER", "CHL", kind) for kind in ("border_closed", "statement_criticism")}
    for kind, event in events.items():
        Report.objects.filter(type=kind).update(event=event)
    kept = Report.objects.get(type="border_closed")
    new_text(made, "Rain fell.\n\nPeru closed its border with Chile on Sunday.\n\nBolivia thanked Peru.")
    run.tag_new_articles()
    assert told() == {("PER", "CHL", "border_closed"), ("BOL", "PER", "statement_praise")}
    again = Report.objects.get(type="border_closed")
    assert (again.pk, again.event) == (kept.pk, events["border_closed"])
    assert (again.version, again.sentence_number, again.occurred_on) == (2, 1, dt.date(2026, 3, 8))
    assert set(Event.objects.values_list("evidence_changed", flat=True)) == {True}
    assert Report.objects.get(type="statement_praise").event is None


def test_what_a_later_version_says_no_more_keeps_its_place_and_tells_why() -> None:
    made = article()
    run.tag_new_articles()
    Report.objects.update(due=False)
    new_text(made, "Peru closed its border with Chile on Monday.")
    run.tag_new_articles()
    gone = Report.objects.get(type="statement_criticism")
    assert (gone.withdrawn, gone.version, gone.due) == ("edited", 1, True)
    kept = Report.objects.get(type="border_closed")
    assert (kept.withdrawn, kept.version, kept.due) == ("", 2, False), "what says the same leaves merging nothing to do"
    new_text(made, TEXT)
    run.tag_new_articles()
    back = Report.objects.get(type="statement_criticism")
    assert (back.pk, back.withdrawn, back.version) == (gone.pk, "", 3)


def test_a_retracted_story_withdraws_all_and_gives_it_back_when_reinstated() -> None:
    made = article()
    run.tag_new_articles()
    assert Article.objects.filter(pk=made.pk).retract(timezone.now()) == 1
    assert Article.objects.filter(pk=made.pk).retract(timezone.now()) == 0
    run.tag_new_articles()
    assert told() == set() and set(Report.objects.values_list("withdrawn", flat=True)) == {"retracted"}
    assert Article.objects.filter(pk=made.pk).reinstate() == 1
    run.tag_new_articles()
    assert told() == BOTH and Report.objects.count() == 2


@pytest.mark.parametrize(
    ("unread", "read"),
    [({"kind": "opinion"}, {"kind": "news"}), ({"language": "fr"}, {"language": "en"}), ({"language": "fr"}, {})],
)
def test_what_the_coder_does_not_read_tells_of_nothing(unread: dict[str, str], read: dict[str, str]) -> None:
    made = article(**unread)
    assert run.tag_new_articles() == 1
    made.refresh_from_db()
    assert made.tagged_at is not None and not Report.objects.exists()
    Article.objects.update(tagged_at=None, **{"language": "", **read})
    run.tag_new_articles()
    assert told() == BOTH
    # As where its page says what its feed did not.
    Article.objects.update(tagged_at=None, **unread)
    run.tag_new_articles()
    assert told() == set() and set(Report.objects.values_list("withdrawn", flat=True)) == {"unread"}


@pytest.mark.parametrize("values", [{"kind": "live"}, {"language": "en"}, {"language": ""}])
def test_live_blogs_and_texts_whose_language_is_not_known_are_read(values: dict[str, str]) -> None:
    article(**values)
    run.tag_new_articles()
    assert told() == BOTH


def test_a_plan_keeps_the_time_that_was_named_for_it() -> None:
    article("Peru's president will visit Chile on March 21 or 23.")
    article("Peru's president will visit Chile next month.")
    run.tag_new_articles()
    days, month = Report.objects.filter(type="visit_announced").order_by("article_id")
    assert days.planned_on == [dt.date(2026, 3, 21), dt.date(2026, 3, 23)] and "21 or 23" in days.planned_words
    assert (month.planned_on, month.planned_words) == ([], "next month")
    assert (month.planned_from, month.planned_until) == (dt.date(2026, 4, 1), dt.date(2026, 4, 30))


def test_a_text_with_nothing_left_takes_all_back() -> None:
    made = article()
    run.tag_new_articles()
    new_text(made, "Rain fell.")
    run.tag_new_articles()
    assert told() == set()
    made.refresh_from_db()
    assert made.tagged_at is not None


def test_a_mutual_event_told_the_other_way_round_stays_the_same_report() -> None:
    made = article("Peru and Chile signed a treaty.")
    run.tag_new_articles()
    before = Report.objects.get()
    new_text(made, "Chile and Peru signed a treaty.")
    run.tag_new_articles()
    after = Report.objects.get()
    assert (after.pk, after.source_id) == (before.pk, "CHL")


def test_a_coder_that_fails_on_one_article_blocks_no_other(monkeypatch: pytest.MonkeyPatch) -> None:
    good, bad = article(), article("Poison.")

    def code(articles: Any, lexicon: Any, trace: Any = None) -> list[list[CodedEvent]]:
        if any(text == "Poison." for text, _, _ in articles):
            raise ZeroDivisionError
        return [[] for _ in articles]

    monkeypatch.setattr(run, "coder", lambda name: Coder("grammar/2", code))
    assert run.tag_new_articles() == 2
    assert Article.objects.get(pk=good.pk).coder == "grammar/2"
    failed = Article.objects.get(pk=bad.pk)
    assert failed.coder == "grammar/2 failed" and failed.tagged_at is not None


def test_a_name_added_by_a_person_is_read_from_the_next_batch_on() -> None:
    article("Peru closed its border with Freedonia.")
    run.tag_new_articles()
    assert told() == set()
    chile = Actor.objects.create(key="CHL", country_id="CHL", kind=ActorKind.STATE, name="Chile", sector="GOV")
    added = ActorName.objects.create(actor=chile, name="Freedonia")
    Article.objects.update(tagged_at=None)
    run.tag_new_articles()
    assert told() == {("PER", "CHL", "border_closed")}
    added.delete()
    Article.objects.update(tagged_at=None)
    run.tag_new_articles()
    assert told() == set()


def test_the_lexicon_is_compiled_once() -> None:
    assert run.current_lexicon() is run.current_lexicon()


def test_countries_that_the_database_lacks_are_passed_over() -> None:
    article("Peru closed its border with Ecuador.")
    run.tag_new_articles()
    assert told() == set()


def test_texts_are_cut_to_their_columns() -> None:
    added = "Bolivia " + "and the very long republic " * 4
    actor = Actor.objects.create(key="BOL", country_id="BOL", kind=ActorKind.STATE, name="Bolivia", sector="GOV")
    ActorName.objects.create(actor=actor, name=added.strip()[:120])
    article(f"Peru closed its border with {added.strip()[:120]} and accused it of much.")
    run.tag_new_articles()
    assert all(len(report.because) <= 300 and len(report.place) <= 120 for report in Report.objects.all())
    assert Report.objects.exists()


def test_an_article_without_a_text_leaves_the_queue() -> None:
    made = article()
    made.versions.all().delete()
    assert run.tag_new_articles() == 1
    assert told() == set()


def test_what_was_done_and_what_is_to_come_are_two_reports_even_of_one_sentence() -> None:
    made = article("Peru met Chile on Monday and will meet Chile again next week.")
    for _ in range(2):
        run.tag_new_articles()
        assert {(report.type, report.stage) for report in Report.objects.all()} == {
            ("meeting", "held"),
            ("meeting", "announced"),
        }
        Article.objects.filter(pk=made.pk).update(tagged_at=None)


def test_how_long_a_visit_lasts_is_not_when_it_is() -> None:
    article("Peru's president will visit Chile on March 21 for two days of talks.")
    run.tag_new_articles()
    assert Report.objects.get(type="visit_announced").planned_on == [dt.date(2026, 3, 21)]
