"""Verdicts as PLOVER lines and judged stories as gold: what stands in them, and that it can be relied on."""

from __future__ import annotations

import datetime as dt
import json
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.db import connection, transaction
from django.test.utils import CaptureQueriesContext
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from relations.codebook.event_types import event_types
from relations.corrections.run import correct_event
from relations.corrections.run_desk import claim, decide, judge
from relations.corrections.run_missed import Mark
from relations.corrections.run_undo import undo
from relations.exports.as_gold import as_gold, quote
from relations.exports.as_plover import as_plover
from relations.merging.run import merge_new_reports
from relations.models import Article, DeskFilters, Event, Report, ReviewItem, Verdict
from relations.pipeline import add_missed_event
from relations.queries import gold_rows
from relations.queries.gold_rows import gold_articles, gold_counts
from relations.queries.verdict_rows import VerdictFilters, verdict_rows
from tests import making

pytestmark = pytest.mark.django_db
ALL, PARTLY = VerdictFilters(), VerdictFilters(complete=False)
TOLD = [
    "Islamabad put off the visit of the envoy to the mill by the river.",
    "Officials called the remarks about the dam unhelpful.",
    "Two delegations met in Geneva on the sharing of river water.",
    "Shells fell.",
]
TYPES = ["visit_postponed", "statement_criticism", "meeting", "clash"]


@pytest.fixture
def editor() -> User:
    return making.user("editor")


def story(*numbers: int, text: str = "", **values: Any) -> list[Event]:
    """An article that tells of these of TOLD, a paragraph each; its events in their order."""
    article = making.article(text or "\n\n".join(TOLD[number] for number in numbers), **values)
    for at, number in enumerate(numbers):
        made: dict[str, Any] = {"sentence": TOLD[number], "sentence_number": at, "spans": {"trigger": [0, 6]}}
        making.report(type=TYPES[number], article=article, mutual=number == 2, coder="grammar/9", **made)
    merge_new_reports()
    return list(Event.objects.filter(reports__article=article).order_by("reports__sentence_number"))


def gold(filters: VerdictFilters = ALL) -> list[dict[str, Any]]:
    return [json.loads(line) for line in as_gold(gold_articles(filters))]


def plover(filters: VerdictFilters = ALL) -> list[dict[str, Any]]:
    return [json.loads(line) for line in as_plover(verdict_rows(filters), readings=filters.readings)]


def test_a_story_is_gold_once_all_of_its_events_are_judged(editor: User) -> None:
    first, second, third = story(0, 1, 2)
    correct_event(first.pk, editor=editor, status="confirmed")
    correct_event(second.pk, editor=editor, status="rejected")
    assert gold() == []
    (partly,) = gold(PARTLY)
    assert partly["ignore"] == ["PAK-USA"] and not partly["complete"] and partly["unjudged"] == 1
    correct_event(third.pk, editor=editor, status="confirmed")
    (whole,) = gold()
    assert [one["type"] for one in whole["events"]] == ["visit_postponed", "meeting"], "what was rejected is no event"
    assert whole["pairs"] == ["pak-usa"] and "ignore" not in whole
    assert (whole["complete"], whole["judged"], whole["rejected"], whole["missed"]) == (True, 3, 1, "unknown")
    assert whole["text"] == "\n\n".join(TOLD[number] for number in (0, 1, 2))
    assert [one["salience"] for one in whole["events"]] == ["main", "secondary"]
    assert [one["symmetric"] for one in whole["events"]] == [False, True]


def test_the_pair_of_what_was_rejected_stays_where_nothing_else_is_told(editor: User) -> None:
    (event,) = story(1)
    correct_event(event.pk, editor=editor, status="rejected")
    (whole,) = gold()
    assert whole["events"] == [] and whole["pairs"] == ["pak-usa"] and whole["rejected"] == 1


def test_gold_says_what_the_editor_made_of_the_event(editor: User) -> None:
    (event,) = story(1)
    day = making.today() - dt.timedelta(days=3)
    correct_event(event.pk, editor=editor, type="rejection", direction=-1, occurred_on=day)
    (one,) = gold()[0]["events"]
    assert (one["type"], one["source"], one["target"], one["date"]) == ("rejection", "USA", "PAK", day.isoformat())
    assert one["alt"] == []


def test_a_story_keeps_the_date_that_it_gives_itself(editor: User) -> None:
    month = (making.today() - dt.timedelta(days=40)).replace(day=1)
    vague = making.article(TOLD[1])
    making.report(type="clash", article=vague, sentence=TOLD[1], occurred_on=month, precision="month")
    day = month + dt.timedelta(days=9)
    making.report(type="clash", sentence=TOLD[1], occurred_on=day)
    merge_new_reports()
    event = Event.objects.get()
    assert event.precision == "day"
    correct_event(event.pk, editor=editor, status="confirmed")
    dates = {one["id"]: one["events"][0] for one in gold()}
    told = dates.pop(f"article-{vague.pk}")
    assert (told["date"], told["precision"]) == (month.isoformat(), "month")
    assert [one["date"] for one in dates.values()] == [day.isoformat()]


def test_an_event_added_by_hand_belongs_to_gold(editor: User) -> None:
    (event,) = story(0, text=f"{TOLD[0]} Then talks were held in a tent near the bridge.")
    article = Article.objects.get()
    mark = Mark("", 0, (0, 0), 1, "PAK", "USA", True, "negotiation", "held", making.today(), "day")
    added = add_missed_event(article.pk, "talks were held in a tent", mark, editor=editor)
    assert gold() == [], "the other event is not judged"
    correct_event(event.pk, editor=editor, status="confirmed")
    (whole,) = gold()
    assert {one["type"] for one in whole["events"]} == {"visit_postponed", "negotiation"} and whole["added"] == 1
    undo(added.pk, editor=editor)
    merge_new_reports()
    assert [one["type"] for one in gold()[0]["events"]] == ["visit_postponed"]


def test_a_verdict_that_was_taken_back_counts_no_more(editor: User) -> None:
    (event,) = story(0)
    verdict = correct_event(event.pk, editor=editor, status="confirmed")
    assert verdict and len(gold()) == len(plover()) == 1
    undo(verdict.pk, editor=editor)
    assert gold() == plover() == []


def second_opinion(event: Event, first: User, said: dict[str, Any], second: User, other: dict[str, Any]) -> None:
    ReviewItem.objects.filter(event=event).update(is_double=True)
    claim(first, DeskFilters(), 9)
    judge(event.pk, editor=first, **said)
    claim(second, DeskFilters(), 9)
    judge(event.pk, editor=second, **other)


def test_what_two_disagree_on_is_not_gold_until_decided_and_the_other_type_is_an_alternative(editor: User) -> None:
    (event,) = story(1)
    second, chief = making.user("editor"), making.user("admin")
    other = {"status": "confirmed", "type": "rejection"}
    second_opinion(event, editor, {"status": "confirmed"}, second, other)
    assert gold() == [] and len(plover()) == 2
    chosen = Verdict.objects.standing().get(origin="second")
    decide(event.pk, chosen.pk, editor=chief)
    (one,) = gold()[0]["events"]
    assert one["type"] == "rejection" and one["alt"] == ["statement_criticism"]


def test_the_first_of_two_blind_opinions_stands_in_no_file_before_the_second(editor: User) -> None:
    (event,) = story(1)
    making.user("editor")
    ReviewItem.objects.filter(event=event).update(is_double=True)
    claim(editor, DeskFilters(), 9)
    judge(event.pk, editor=editor, status="confirmed")
    assert gold() == plover() == []


def test_a_text_that_changed_since_it_was_read_is_no_gold(editor: User) -> None:
    (event,) = story(0)
    correct_event(event.pk, editor=editor, status="confirmed")
    making.second_version(Article.objects.get(), "Nothing was put off after all.")
    assert gold() == [] and gold_counts(ALL).partly == 1
    (partly,) = gold(PARTLY)
    assert partly["events"] == [] and partly["ignore"] == ["PAK-USA"]


def test_filters_choose_by_verdict_and_stories_come_whole(editor: User) -> None:
    first, second = story(0, 1)
    (other,) = story(2)
    for event in (first, second, other):
        correct_event(event.pk, editor=editor, status="confirmed")
    old = dt.datetime(2026, 3, 2, 12, tzinfo=dt.UTC)
    Verdict.objects.filter(event=other).update(given_at=old)
    Verdict.objects.filter(event=first).update(is_audit=True)

    def ids(**values: Any) -> tuple[list[int], int]:
        filters = VerdictFilters(**values)
        stories = gold(filters)
        assert gold_counts(filters) == gold_rows.GoldCounts(len(plover(filters)), len(stories), 0)
        return [one["event"] for story in stories for one in story["events"]], len(plover(filters))

    assert ids() == ([first.pk, second.pk, other.pk], 3)
    assert ids(until=old.date()) == ([other.pk], 1)
    assert ids(since=old.date() + dt.timedelta(days=1)) == ([first.pk, second.pk], 2)
    assert ids(type="visit_postponed") == ([first.pk, second.pk], 1)
    assert ids(pair="ind-pak") == ([], 0)
    assert ids(audit=True) == ([first.pk, second.pk], 1)


def test_a_plover_line_says_what_the_editor_said_and_why(editor: User) -> None:
    (event,) = story(0)
    correct_event(event.pk, editor=editor, reason="It was called off.", type="visit_cancelled", direction=-1)
    (line,) = plover()
    report = Report.objects.get()
    assert line["has_event"] and (line["actor"], line["recipient"]) == (["USA"], ["PAK"])
    assert (line["event"], line["mode"], line["quad_code"]) == (["REJECT"], ["meet"], 4)
    assert (line["date"], line["coder"]) == (event.occurred_on.isoformat(), editor.get_username())
    assert line["coded_date"] == making.today().isoformat()
    assert (line["text"], line["event_text"], line["link"]) == (TOLD[0], [TOLD[0][:6]], report.article.url)
    assert "direction" in line["comment"] and "It was called off." in line["comment"]


def test_a_rejected_verdict_has_no_event_and_the_reading_can_stand_beside_it(editor: User) -> None:
    (event,) = story(1)
    correct_event(event.pk, editor=editor, reason="A remark of a tourist.", status="rejected")
    said, read = plover(VerdictFilters(readings=True))
    assert (said["has_event"], said["event"], said["actor"]) == (False, [], [])
    assert said["date"] == event.occurred_on.isoformat() and "statement_criticism" in said["comment"]
    assert (read["has_event"], read["event"], read["coder"]) == (True, ["ACCUSE"], "dyad:grammar/9")


def test_a_plan_is_a_word_in_plover_and_a_month_has_an_end(editor: User) -> None:
    article = making.article(TOLD[2])
    making.report(type="visit_announced", stage="announced", article=article, sentence=TOLD[2])
    making.report(type="strike", stage="announced", article=article, sentence=TOLD[2], sentence_number=1)
    merge_new_reports()
    for event in Event.objects.order_by("pk"):
        day = dt.date(2026, 2, 1)
        correct_event(event.pk, editor=editor, status="confirmed", occurred_on=day, precision="month")
    visit, strike = plover()
    assert (visit["event"], visit["quad_code"]) == (["AGREE"], 1)
    assert (strike["event"], strike["quad_code"], strike["mode"]) == (["THREATEN"], 3, [])
    assert (visit["date"], visit["enddate"]) == ("2026-02-01", "2026-02-28")


def test_it_asks_as_many_queries_for_many_stories(editor: User, monkeypatch: pytest.MonkeyPatch) -> None:
    def asked() -> int:
        with CaptureQueriesContext(connection) as queries:
            gold(), plover()
        return len(queries)

    for event in story(0, 1):
        correct_event(event.pk, editor=editor, status="confirmed")
    few = asked()
    for _ in range(5):
        for event in story(0, 1):
            correct_event(event.pk, editor=editor, status="confirmed", note="x")
    assert asked() == few


def test_pieces_join_without_a_seam(editor: User, monkeypatch: pytest.MonkeyPatch) -> None:
    for number in range(5):
        making.report(type="clash", occurred_on=making.today() - dt.timedelta(days=9 * number))
    merge_new_reports()
    for event in Event.objects.all():
        correct_event(event.pk, editor=editor, status="confirmed")
    stories, lines = gold(), plover()
    monkeypatch.setattr("relations.queries.gold_rows.PIECE", 2)
    monkeypatch.setattr("relations.queries.verdict_rows.PIECE", 2)
    assert gold() == stories and plover() == lines and len(stories) == len(lines) == 5


@pytest.mark.parametrize("trigger", [(0, 4), (300, 310), (595, 599), (0, 0)])
def test_a_quote_of_a_long_sentence_holds_what_tells_and_thirty_words(trigger: tuple[int, int]) -> None:
    sentence = " ".join(f"word{number:04}" for number in range(67)) + "."
    words = quote(f"Before.\n\n{sentence} After.", sentence, trigger)
    assert len(words.split()) == 30 and words in sentence
    assert sentence[slice(*trigger)] in words


class Undone(Exception):
    """Ends a trial; what it wrote is rolled back."""


TEXTS = st.text(st.characters(codec="utf-8", exclude_characters="\x00"), max_size=12)
VERDICTS = st.sampled_from(
    [
        {},
        {"status": "confirmed"},
        {"status": "rejected"},
        {"type": "accusation"},
        {"type": "visit_announced", "direction": 0},
        {"status": "confirmed", "direction": -1, "precision": "month"},
        {"place": "Geneva"},
    ]
)


@settings(max_examples=15, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    stories=st.lists(
        st.lists(st.tuples(st.sampled_from(range(4)), VERDICTS), min_size=1, max_size=4, unique_by=lambda one: one[0]),
        min_size=1,
        max_size=3,
    ),
    before=TEXTS,
    reason=TEXTS,
)
def test_every_line_parses_and_every_quote_stands_in_its_text(
    stories: list, before: str, reason: str, editor: User
) -> None:
    try:
        with transaction.atomic():
            for told in stories:
                numbers = [number for number, _ in told]
                text = before + "\n\n".join(TOLD[number] for number in numbers)
                for event, (_, said) in zip(story(*numbers, text=text), told, strict=True):
                    correct_event(event.pk, editor=editor, reason=reason, **said)
            lines = plover(VerdictFilters(readings=True))
            assert len(lines) == 2 * Verdict.objects.standing().count()
            for line in lines:
                assert {"id", "date", "actor", "event"} <= set(line)
                assert line["has_event"] == bool(line["actor"])
            for told in (*gold(), *gold(PARTLY)):
                for one in told["events"]:
                    words = len(one["quote"].split())
                    assert one["quote"] in told["text"] and words <= 30
                    assert words >= min(4, len(told["text"].split()))
                    assert one["type"] in event_types() and one["type"] not in one["alt"]
                assert told["complete"] == ("ignore" not in told)
                rejected = Event.objects.filter(status="rejected", reports__article=told["id"].split("-")[1])
                assert not {one["event"] for one in told["events"]} & set(rejected.values_list("pk", flat=True))
            judged = Event.objects.filter(verdicts__taken_back_at=None, verdicts__isnull=False).distinct()
            whole = [one for one in Article.objects.all() if not one.reports.exclude(event__in=judged).exists()]
            assert {one["id"] for one in gold()} == {f"article-{one.pk}" for one in whole}
            raise Undone
    except Undone:
        pass
