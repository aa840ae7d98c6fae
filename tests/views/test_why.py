"""Why this number: the page, its JSON, what-if; chapters; merging and splitting on the event's page."""

from __future__ import annotations

import datetime as dt
import json
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from relations.merging.run import merge_new_reports
from relations.models import Event, PairStanding, Report
from relations.queries.scores import score_series
from relations.scoring.run import score_stale_days
from relations.tension.formula import BASELINE
from tests import making

pytestmark = pytest.mark.django_db
PAIR = "/pairs/pak-usa/"


def ago(days: int) -> dt.date:
    return making.today() - dt.timedelta(days=days)


@pytest.fixture
def history() -> None:
    making.event(type="agreement_signed", occurred_on=ago(400), mutual=True)
    making.event(type="border_closed", occurred_on=ago(200))
    making.event(type="clash", occurred_on=ago(40), confidence=0.6)
    making.event("USA", "PAK", type="statement_criticism", occurred_on=ago(2))
    score_stale_days()


def data(client: Any, day: dt.date, query: str = "") -> dict[str, Any]:
    response = client.get(f"{PAIR}score/{day.isoformat()}.json{query}")
    assert response.status_code == 200
    return json.loads(response.content)


def test_shares_add_up_to_the_distance_from_the_baseline(signed_in: Any, history: None) -> None:
    client = signed_in()
    for days in (0, 2, 40, 150, 399):
        found = data(client, ago(days))
        shares = sum(event["share"] for event in found["events"])
        assert shares == pytest.approx(found["score"] - BASELINE, abs=1e-9)
        assert found["shares_add_up_to"] == pytest.approx(shares, abs=1e-9)


def test_the_page_and_the_chart_tell_the_same_score(signed_in: Any, history: None) -> None:
    client = signed_in()
    chart = score_series(making.pair().pk, making.today())
    assert chart is not None
    for at in range(0, len(chart.series.score), 37):
        found = data(client, chart.first + dt.timedelta(days=at))
        assert found["score"] == pytest.approx(chart.series.score[at], abs=1e-9)
        assert found["band_90"] == pytest.approx([chart.series.low[at], chart.series.high[at]], abs=1e-6)
    assert data(client, making.today())["score"] == pytest.approx(PairStanding.objects.get().score, abs=1e-9)


def test_an_effect_is_the_score_less_the_score_without_the_event(signed_in: Any, history: None) -> None:
    client = signed_in()
    before = data(client, making.today())
    clash = next(event for event in before["events"] if event["type"] == "clash")
    Event.objects.filter(type="clash").update(status="rejected")
    without = data(client, making.today())
    assert clash["effect"] == pytest.approx(before["score"] - without["score"], abs=1e-9)


def test_what_is_in_force_says_so_and_what_was_replaced_is_gone(signed_in: Any, history: None) -> None:
    client = signed_in()
    closed = next(event for event in data(client, making.today())["events"] if event["type"] == "border_closed")
    assert closed["in_force"] and closed["left"] == 1.0 and closed["in_force_until"] is None
    making.event(type="border_opened", occurred_on=ago(1))
    score_stale_days()
    found = {event["type"]: event for event in data(client, making.today())["events"]}
    assert not found["border_closed"]["in_force"] and found["border_closed"]["in_force_until"] == ago(1).isoformat()
    before = {event["type"]: event for event in data(client, ago(2))["events"]}
    assert before["border_closed"]["left"] == 1.0, "on the day before it was in force still"
    assert "in force" in client.get(f"{PAIR}score/{ago(2).isoformat()}/").content.decode()


def test_what_is_over_fades_from_the_day_it_ended(signed_in: Any, history: None) -> None:
    Event.objects.filter(type="border_closed").update(in_force_until=ago(5))
    parts = signed_in().get(f"{PAIR}score/{making.today().isoformat()}/").context["page"].parts
    over = next(part for part in parts if part.lasting)
    assert over.lasting.startswith("over since") and over.age == "5 days"


def test_the_page_takes_the_number_apart_in_words(signed_in: Any, history: None) -> None:
    page = signed_in().get(f"{PAIR}score/{making.today().isoformat()}/").content.decode()
    assert "Shares add up exactly to" in page and "(6 × 45 + " in page
    assert "Armed clash" in page and "Border closed" in page and "PLOVER classes" in page
    assert "The same events with other ones" in page


def test_other_weights_and_half_lives_give_another_score_in_the_address(signed_in: Any, history: None) -> None:
    client = signed_in()
    as_is = data(client, making.today())
    other = data(client, making.today(), "?weights=plover&half_lives=double")
    assert other["weights"] == "plover/1" and other["half_lives_times"] == 2.0
    assert other["score"] != as_is["score"]
    assert {round(choice["score"], 1) for choice in as_is["what_if"]} >= {round(other["score"], 1)}
    assert data(client, making.today(), "?weights=nonsense&half_lives=x")["score"] == as_is["score"]


def test_a_form_leads_to_the_days_own_address_and_keeps_the_choices(signed_in: Any, history: None) -> None:
    client = signed_in()
    answer = client.get(f"{PAIR}score/?day={ago(40).isoformat()}&weights=plover")
    assert answer.status_code == 302 and answer["Location"] == f"{PAIR}score/{ago(40).isoformat()}/?weights=plover"
    assert client.get(f"{PAIR}score/")["Location"].endswith(f"/score/{making.today().isoformat()}/")


@pytest.mark.parametrize("day", ["2017-13-40", "tomorrow", "1500-01-01", "2999-01-01"])
def test_a_day_that_is_none_is_refused_in_words(signed_in: Any, history: None, day: str) -> None:
    answer = signed_in().get(f"{PAIR}score/{day}/")
    assert answer.status_code == 404


def test_before_anything_was_known_the_page_says_that_this_is_not_calm(signed_in: Any, history: None) -> None:
    page = signed_in().get(f"{PAIR}score/2001-01-01/").content.decode()
    assert "not the same as calm" in page and "The first day with an event" in page


def test_the_json_lists_as_many_as_asked_and_adds_up_the_rest(signed_in: Any, history: None) -> None:
    client = signed_in()
    found = data(client, making.today(), "?limit=1")
    assert len(found["events"]) == 1 and found["events_not_listed"]["count"] >= 2
    total = found["events"][0]["share"] + found["events_not_listed"]["share"]
    assert total == pytest.approx(found["score"] - BASELINE, abs=1e-9)
    refused = client.get(f"{PAIR}score/{making.today().isoformat()}.json?limit=99999999")
    assert refused.status_code == 400 and "limit" in refused.content.decode()


def test_the_page_asks_the_same_number_of_queries_however_many_events(signed_in: Any) -> None:
    client = signed_in()

    def queries() -> int:
        with CaptureQueriesContext(
            connection,
        ) as asked:
            client.get(f"{PAIR}score/{making.today().isoformat()}/")
        return len(asked)

    making.event(type="clash", occurred_on=ago(3))
    score_stale_days()
    queries()  # what a process keeps is asked once
    few = queries()
    for days in range(60):
        making.event(type="clash", occurred_on=ago(days))
    score_stale_days()
    assert queries() == few <= 10


def test_a_turning_point_is_a_chapter_named_by_its_event(signed_in: Any) -> None:
    making.event(type="agreement_signed", occurred_on=ago(300), mutual=True)
    for days in (100, 99, 97):
        making.event(type="strike", occurred_on=ago(days))
    score_stale_days()
    page = signed_in().get(PAIR).content.decode()
    chapters = page[page.index('class="chapters"') : page.index("</details>", page.index('class="chapters"'))]
    assert "It turned with" in chapters and "Air or missile strike" in chapters
    assert f"since={ago(100).isoformat()}" in chapters or f"since={ago(101).isoformat()}" in chapters


def test_without_a_turn_there_are_no_chapters(signed_in: Any) -> None:
    making.event(type="statement_neutral", occurred_on=ago(300))
    score_stale_days()
    assert "where the score turned" not in signed_in().get(PAIR).content.decode()


def test_beside_the_score_stand_both_directions_and_attention(signed_in: Any) -> None:
    making.report("USA", "PAK", "clash")
    merge_new_reports()
    score_stale_days()
    page = signed_in().get(PAIR).content.decode()
    standing = PairStanding.objects.get()
    assert standing.backward > standing.forward == pytest.approx(BASELINE)
    assert "United States towards Pakistan" in page and "100.0 % of all stories (1 of 1)" in page


def test_an_editor_merges_and_splits_on_the_page_and_the_address_leads_on(signed_in: Any) -> None:
    for days in (9, 9, 3):
        making.report(type="clash", occurred_on=ago(days))
    merge_new_reports()
    score_stale_days()
    late, early = Event.objects.order_by("-occurred_on")
    client = signed_in("editor")
    page = client.get(late.get_absolute_url()).content.decode()
    assert "It is the same as another event" in page and f'value="{early.pk}"' in page
    answer = client.post(f"{late.get_absolute_url()}merge/", {"into": early.pk, "reason": "one raid"}, follow=True)
    text = answer.content.decode()
    assert answer.redirect_chain[-1][0] == early.get_absolute_url()
    assert "is part of this one now" in text and "merged into this one" in text and "one raid" in text
    moved = client.get(late.get_absolute_url(), follow=True)
    assert moved.redirect_chain == [(early.get_absolute_url(), 302)]
    report = Report.objects.filter(event=early).latest("pk")
    answer = client.post(f"{early.get_absolute_url()}split/", {"report": [report.pk]}, follow=True)
    assert "have an event of their own now" in answer.content.decode()
    assert Event.objects.standing().count() == 2


def test_a_merge_without_a_choice_is_refused_in_words(signed_in: Any) -> None:
    event = making.event(type="clash")
    answer = signed_in("editor").post(f"{event.get_absolute_url()}merge/", {"into": ""}, follow=True)
    assert "Choose the event that this one is the same as" in answer.content.decode()


def test_what_no_longer_counts_is_folded_with_its_reason(signed_in: Any) -> None:
    gone, _ = making.report(type="clash"), making.report(type="clash")
    merge_new_reports()
    Report.objects.filter(pk=gone.pk).update(withdrawn="retracted", due=True)
    merge_new_reports()
    page = signed_in().get(Event.objects.get().get_absolute_url()).content.decode()
    assert "the story was retracted" in page and "What was once reported and no longer counts (1)" in page
    assert "1 report, 1 source" in page
