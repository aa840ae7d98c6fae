"""How often is the coder right? The page that says it, and what an admin takes over from it."""

from __future__ import annotations

import re
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.core.cache import cache
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from relations.corrections.run import correct_event
from relations.corrections.run_desk import claim, judge
from relations.merging.run import merge_new_reports
from relations.models import Calibration, DeskFilters, Event, Feed, ReviewItem, Verdict
from relations.queries.precision import Precision, Row, precision
from relations.scoring.run import learn_precision
from tests import making
from tests.scoring.stored import ago

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("told")]
PAGE = "/desk/precision/"


@pytest.fixture
def editor() -> User:
    return making.user("editor")


def read(number: int, type: str = "clash", feed: Feed | None = None, **values: Any) -> list[Event]:
    """Events of the coder's reading, each of a day of its own."""
    made = []
    for _ in range(number):
        day = 20 * Event.objects.count()
        article = making.article("A story.", **({"feed": feed} if feed else {}))
        defaults: dict[str, Any] = {"confidence": 0.8, "because": f"{type} rule: “words”; path", "article": article}
        report = making.report(type=type, occurred_on=ago(day), **(defaults | values))
        merge_new_reports()
        report.refresh_from_db()
        assert report.event
        made.append(report.event)
    return made


def at_the_desk(editor: User, events: list[Event], status: str, **new: Any) -> None:
    claim(editor, DeskFilters(), 50)
    for event in events:
        judge(event.pk, editor=editor, status=status, **new)


def row(page: Precision, table: str, name: str) -> Row:
    (found,) = [row for one in page.tables if one.key == table for row in one.rows if row.name == name]
    return found


def text(client: Client, url: str = PAGE) -> str:
    answer = client.get(url)
    assert answer.status_code == 200
    return re.sub(r"\s+", " ", answer.content.decode())


def test_before_any_verdict_it_says_so_and_where_to_begin(signed_in: Any) -> None:
    (event,) = read(1)
    ReviewItem.objects.filter(event=event).update(is_audit=True)
    page = text(signed_in("editor"))
    assert "No reading has been judged yet" in page and "1 event waits for a verdict" in page
    assert f'href="{reverse("desk")}"' in page


def test_the_head_gives_the_sample_and_all_verdicts_and_says_why_they_differ(editor: User, signed_in: Any) -> None:
    sample, rest = read(4), read(6)
    ReviewItem.objects.filter(event__in=sample).update(is_audit=True)
    at_the_desk(editor, sample[:3], "confirmed")
    at_the_desk(editor, rest, "rejected")
    page = precision()
    # Jeffreys: Beta(.5 + 3, .5 + 0).
    assert page.sample and page.sample.mean == pytest.approx(3.5 / 4) and page.sample_words == "3 of 3 upheld, 1 waits"
    # Of nine, stated .72 each, three upheld: Beta(7.2 + 3, 2.8 + 6).
    assert page.all and page.all.mean == pytest.approx(10.2 / 19)
    assert page.all.low < page.all.mean < page.all.high and page.all_words.startswith("3 of 9 upheld")
    words = text(signed_in("editor"))
    assert "88 %" in words and "54 %" in words and "drawn by lot" in words


def test_each_type_source_and_rule_has_its_own_verdicts(editor: User) -> None:
    courier, gazette = making.feed(title="The Courier"), making.feed(title="The Gazette")
    at_the_desk(editor, read(2, "clash", courier), "confirmed")
    at_the_desk(editor, read(1, "apology", courier), "rejected")
    at_the_desk(editor, read(1, "apology", gazette), "confirmed", type="accusation")
    page = precision()
    for table, name, judged, upheld in (
        ("types", "Armed clash", "2", "2"),
        ("types", "Apology", "2", "0"),
        ("sources", "The Courier", "3", "2"),
        ("sources", "The Gazette", "1", "0"),
        ("rules", "clash rule", "2", "2"),
        ("rules", "apology rule", "2", "0"),
    ):
        found = row(page, table, name)
        assert (found.judged, found.upheld, found.stated) == (judged, upheld, "72 %"), name


def test_an_event_of_several_reports_counts_for_each_source_and_rule_once(editor: User) -> None:
    (event,) = read(1)
    for feed in (making.feed(title="The Courier"), making.feed(title="The Gazette")):
        article = making.article("Another story.", feed=feed)
        making.report(type="clash", event=event, article=article, because="other rule: “words”; path")
    at_the_desk(editor, [event], "confirmed")
    page = precision()
    assert {one.name for table in page.tables for one in table.rows} >= {"other rule", "clash rule", "The Gazette"}
    assert all(one.judged == "1" for table in page.tables for one in table.rows)


def test_a_verdict_in_passing_moves_less_than_one_at_the_desk(editor: User) -> None:
    at_the_desk(editor, read(1, "clash"), "rejected")
    (other,) = read(1, "apology")
    correct_event(other.pk, editor=editor, status="rejected")
    page = precision()
    at_desk, passing = row(page, "types", "Armed clash"), row(page, "types", "Apology")
    assert at_desk.learnt.mean == pytest.approx(7.2 / 11) and passing.learnt.mean == pytest.approx(7.2 / 10.25)
    assert (at_desk.judged, passing.judged) == ("1", "1")


def test_beside_each_row_stands_what_the_sample_alone_says_and_how_much_of_it_waits(editor: User) -> None:
    courier = making.feed(title="The Courier")
    events = read(5, "clash", courier)
    ReviewItem.objects.filter(event__in=events[:4]).update(is_audit=True)
    at_the_desk(editor, events[:1], "confirmed")
    at_the_desk(editor, events[1:2], "rejected")
    page = precision()
    for table, name in (("types", "Armed clash"), ("sources", "The Courier"), ("rules", "clash rule")):
        found = row(page, table, name)
        assert found.sample and found.sample.mean == 0.5 and found.sample_words == "1 of 2 upheld, 2 wait", table
    at_the_desk(editor, read(1, "apology"), "confirmed")
    other = row(precision(), "types", "Apology")
    assert other.sample is None and other.sample_words == "none judged, 0 wait"


def test_the_worst_come_first_and_what_is_surely_under_the_line_is_flagged(editor: User, settings: Any) -> None:
    at_the_desk(editor, read(12, "clash", confidence=0.6), "rejected")
    at_the_desk(editor, read(3, "apology"), "rejected")
    at_the_desk(editor, read(3, "accusation"), "confirmed")
    page = precision()
    rows = page.tables[0].rows
    assert [one.name for one in rows] == ["Armed clash", "Apology", "Accused"]
    assert [bool(one.flag) for one in rows] == [True, False, False] and "under the line" in rows[0].flag
    assert page.flagged == "2 rows are under the line"
    settings.PRECISION_LINE = 0.05
    assert precision().flagged == "" and not any(one.flag for one in precision().tables[0].rows)


def test_a_flagged_rule_shows_its_newest_wrong_verdicts_with_its_own_sentence(editor: User, signed_in: Any) -> None:
    bad = [read(1, "clash", confidence=0.6, sentence=f"Sentence number {at} of the rule.")[0] for at in range(12)]
    making.report(type="clash", event=bad[-1], confidence=0.9, because="good rule: “x”; y", sentence="Another one.")
    claim(editor, DeskFilters(), 50)
    for event in bad[:-2]:
        judge(event.pk, editor=editor, status="rejected", reason="told as history")
    judge(bad[-2].pk, editor=editor, status="confirmed", type="accusation")
    judge(bad[-1].pk, editor=editor, status="confirmed", direction=-1)
    wrong = row(precision(), "rules", "clash rule").wrong
    assert [one.sentence for one in wrong] == [f"Sentence number {at} of the rule." for at in (11, 10, 9)]
    said = ["the other way round", "is Accused, not Armed clash", "rejected: told as history"]
    assert [one.said for one in wrong] == said
    assert wrong[0].url == reverse("event", args=[bad[-1].pk])
    page = text(signed_in("editor"))
    assert "▼" in page and "Sentence number 10 of the rule." in page and "Last judged wrong" in page
    assert "style=" not in page


def test_what_waits_for_a_second_opinion_is_not_given_away(editor: User) -> None:
    events = read(12, confidence=0.6)
    ReviewItem.objects.filter(event__in=events[6:]).update(is_double=True)
    making.user("editor")
    at_the_desk(editor, events, "rejected")
    urls = [reverse("event", args=[event.pk]) for event in (events[5], events[4], events[3])]
    assert [one.url for one in row(precision(), "types", "Armed clash").wrong] == urls


def test_an_event_without_a_report_left_is_named_by_its_number(editor: User) -> None:
    events = read(12, confidence=0.6)
    at_the_desk(editor, events, "rejected")
    for event in events:
        event.reports.all().delete()
    assert row(precision(), "rules", "clash rule").wrong[0].sentence == f"Event {events[-1].pk}"


def test_no_table_is_longer_than_its_cap_and_it_says_how_many_are_left(editor: User, monkeypatch: Any) -> None:
    monkeypatch.setattr("relations.queries.precision.MOST", 2)
    for type in ("clash", "apology", "accusation"):
        at_the_desk(editor, read(1, type), "confirmed")
    types = precision().tables[0]
    assert len(types.rows) == 2 and types.more == 1
    monkeypatch.setattr("relations.queries.precision.AT_ONCE", 1)
    types = precision().tables[0]
    assert (len(types.rows), len(types.rest), types.more) == (1, 1, 1)


def test_the_coders_own_low_word_alone_flags_nothing(editor: User) -> None:
    at_the_desk(editor, read(4, "clash", confidence=0.3), "rejected")
    (found,) = precision().tables[0].rows
    assert found.learnt.high < 0.6 and found.flag == ""


def test_it_asks_as_many_queries_for_many_verdicts(editor: User, signed_in: Any) -> None:
    def asked() -> int:
        cache.delete("desk-precision")
        client.get(PAGE)
        cache.delete("desk-precision")
        with CaptureQueriesContext(connection) as queries:
            assert client.get(PAGE).status_code == 200
        return len(queries)

    client = signed_in("editor")
    at_the_desk(editor, read(9, confidence=0.5), "rejected")
    few = asked()
    for type in ("apology", "accusation", "strike"):
        at_the_desk(editor, read(6, type, confidence=0.5), "rejected")
    assert asked() == few <= 16


# What a source's reliability should be


def test_a_source_that_verdicts_find_unreliable_can_be_set_so_by_an_admin(editor: User, signed_in: Any) -> None:
    feed = making.feed(title="The Courier")
    events = read(16, "clash", feed, confidence=0.8)
    at_the_desk(editor, events[:4], "confirmed")
    at_the_desk(editor, events[4:], "rejected")
    found = row(precision(), "sources", "The Courier").trust
    # Sixteen readings, .8 each were all true: Beta(7.2 + 4, 2.8 + 12) has the mean 11.2 / 26; over .8.
    assert found and found.as_set == "90 %" and found.value == f"{11.2 / 26 / 0.8:.2f}" == "0.54"
    client = signed_in("admin")
    assert 'value="0.54"' in text(client)
    url = reverse("take-reliability", args=[feed.pk])
    answer = client.post(url, {"reliability": found.value}, follow=True).content.decode()
    feed.refresh_from_db()
    assert feed.reliability == 0.54 and "follows within a minute" in answer
    assert Event.objects.filter(evidence_changed=True).count() == 16
    merge_new_reports()
    assert Event.objects.get(pk=events[0].pk).confidence == pytest.approx(0.8 * 0.54)
    # Taking it over changes nothing of what was found, so there is nothing left to take.
    after = row(precision(), "sources", "The Courier").trust
    assert after and after.learnt == found.learnt and after.value == ""


def test_what_is_the_types_fault_is_not_laid_to_the_source(editor: User) -> None:
    feed = making.feed(title="The Courier")
    events = read(16, "clash", feed)
    at_the_desk(editor, events[:8], "rejected")
    at_the_desk(editor, events[8:], "confirmed")
    before = row(precision(), "sources", "The Courier").trust
    assert learn_precision()
    after = row(precision(), "sources", "The Courier").trust
    assert before and after and int(before.learnt[:2]) < int(after.learnt[:2])


def test_what_is_set_and_fits_the_verdicts_is_left(editor: User) -> None:
    events = read(20, "clash", making.feed(title="The Courier"))
    at_the_desk(editor, events[:6], "rejected")
    at_the_desk(editor, events[6:], "confirmed")
    found = row(precision(), "sources", "The Courier").trust
    assert found and found.learnt.startswith("88 % (") and found.value == ""


def test_only_what_rests_on_the_source_alone_speaks_of_it(editor: User) -> None:
    feed = making.feed(title="The Courier")
    for event in read(12, "clash", feed):
        making.report(type="clash", event=event)
        at_the_desk(editor, [event], "rejected")
    found = row(precision(), "sources", "The Courier").trust
    assert found and found.learnt == "" and found.value == ""


def test_of_too_few_verdicts_nothing_is_to_be_taken_over(editor: User, signed_in: Any) -> None:
    at_the_desk(editor, read(3, "clash", making.feed(title="The Courier")), "rejected")
    found = row(precision(), "sources", "The Courier").trust
    assert found and "too few" in found.learnt and found.value == ""
    assert "/reliability/" not in text(signed_in("admin"))


def test_editors_see_what_was_learnt_without_the_button(editor: User, signed_in: Any) -> None:
    at_the_desk(editor, read(16, "clash", making.feed(title="The Courier")), "rejected")
    page = text(signed_in("editor"))
    assert "; learnt" in page and "/reliability/" not in page


@pytest.mark.parametrize("sent", ["", "1.5", "-1", "nan", "much"])
def test_what_is_no_reliability_is_refused_with_words(signed_in: Any, sent: str) -> None:
    feed = making.feed()
    answer = signed_in("admin").post(reverse("take-reliability", args=[feed.pk]), {"reliability": sent}, follow=True)
    feed.refresh_from_db()
    assert "a number from 0 to 1" in answer.content.decode() and feed.reliability == 0.9


def test_a_source_that_is_gone_is_still_told_of(editor: User) -> None:
    at_the_desk(editor, read(1, "clash"), "confirmed")
    Verdict.objects.update(sources=[987654])
    assert row(precision(), "sources", "a source that was deleted (987654)").trust is None


# The line of the coder's confidence


def test_it_says_by_which_line_confidence_is_stated(editor: User, signed_in: Any) -> None:
    at_the_desk(editor, read(1), "confirmed")
    assert "by the line that comes with it" in text(signed_in("editor"))
    common = {"judged": 240, "error_before": 0.081, "error_after": 0.024, "line_before": [5.9, -2.2]}
    Calibration.objects.create(coder="grammar/2", slope=5.5, offset=-3.25, **common)
    assert "240 verdicts, for grammar/2: log odds = 5.50 × raw figure − 3.25" in precision().calibration
    assert "0.081 before, 0.024 after" in precision().calibration
