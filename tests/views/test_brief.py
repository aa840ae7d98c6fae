"""A pair on one page for a meeting."""

from __future__ import annotations

from typing import Any

import pytest

from relations.models import Event
from relations.scoring.run import score_stale_days
from tests import making
from tests.views.plans import day, planned, text

pytestmark = pytest.mark.django_db
URL = "/pairs/pak-usa/brief/"


def reported(type: str, days: int, source: str = "PAK", target: str = "USA", **values: Any) -> Event:
    event = making.event(source, target, type, occurred_on=day(-days), **values)
    making.report(source, target, type, event=event, occurred_on=day(-days))
    return event


@pytest.fixture
def turned() -> None:
    """A close time, and then a tense one."""
    for number in range(6):
        reported("agreement_signed", 400 - 20 * number, mutual=True)
    for number in range(8):
        reported("clash", 100 - 10 * number)
        reported("statement_criticism", 99 - 10 * number)
    score_stale_days()


def test_the_brief_says_where_the_pair_stands_and_since_when(signed_in: Any, turned: None) -> None:
    page = text(signed_in(), URL)
    brief = signed_in().get(URL).context["page"]
    newest = brief.chapters[0]
    assert f"around {newest.mean} since {newest.since.day} {newest.since:%B %Y} ({newest.change}" in page
    assert "Brief made on" in page and f'<strong class="figure">{brief.standing.score}</strong>' in page
    assert page.count('class="score-chart') == 2


def test_each_chapter_names_its_gravest_events_and_counts_the_rest(signed_in: Any, turned: None) -> None:
    answer = signed_in().get(URL)
    tense = answer.context["page"].sections[0]
    assert [event.words.type for event in tense.events] == ["Armed clash"] * 3
    assert tense.more == Event.objects.filter(occurred_on__gte=tense.since).count() - 3 > 0
    dates = [event.words.id for event in tense.events]
    assert dates == sorted(dates)
    close = answer.context["page"].sections[-1]
    assert {event.words.type for event in close.events} == {"Agreement signed"}
    page = answer.content.decode()
    assert f"and {tense.more} more" in page and f"?since={tense.since.isoformat()}" in page
    assert f"no. {tense.events[0].words.id}" in page and tense.events[0].feed in page


def test_a_sure_event_is_graver_than_a_doubtful_one_and_a_rejected_one_is_none(signed_in: Any) -> None:
    for _ in range(3):
        reported("clash", 5, confidence=0.3)
    sure = reported("clash", 6, confidence=0.3, status="confirmed")
    doubtful = reported("clash", 1, confidence=0.1)
    rejected = reported("strike", 2, status="rejected")
    making.event(type="strike", occurred_on=day(-2), dataset="gdelt")
    score_stale_days()
    section = signed_in().get(URL).context["page"].sections[0]
    shown = [event.words.id for event in section.events]
    assert sure.pk in shown and not {doubtful.pk, rejected.pk} & set(shown) and section.more == 2


def test_a_series_without_turning_point_is_one_time(signed_in: Any) -> None:
    reported("accusation", 3)
    score_stale_days()
    page = text(signed_in(), URL)
    assert "no turning point since the first event" in page and "Accused" in page


def test_plans_and_what_became_of_the_last_ones(signed_in: Any) -> None:
    planned(planned_from=day(8), planned_until=day(8), planned_on=[day(8)])
    planned(state="held", held_on=day(-30), last_heard_on=day(-30))
    planned(planned_from=day(-60), planned_until=day(-60), planned_on=[day(-60)], last_heard_on=day(-70))
    making.event()
    score_stale_days()
    page = text(signed_in(), URL)
    coming, past = page.split("<h2>Planned</h2>")[1].split("<h2>What became of the last plans</h2>")
    past = past.split("<h2>")[0]
    assert "announced" in coming and "held on" not in coming
    assert "held on" in past and "no word since" in past and "announced" not in past


def test_plans_are_cut_with_words(signed_in: Any) -> None:
    planned(9, planned_from=day(3), planned_until=day(3), planned_on=[day(3)])
    making.event()
    score_stale_days()
    page = signed_in().get(URL).context["page"]
    assert len(page.coming.rows) == 3 and page.coming.more == 6


def test_both_directions_and_sources(signed_in: Any, turned: None) -> None:
    making.event("USA", "PAK", "sanctions_imposed", occurred_on=day(-5))
    score_stale_days()
    page = signed_in().get(URL).context["page"]
    assert [side.name for side in page.sides] == [
        "Pakistan towards the United States",
        "United States towards Pakistan",
    ]
    assert "8 force" in page.sides[0].acts and page.sides[1].acts == "1 coercion"
    assert len(page.sources.rows) == 4 and page.sources.more == 18


def test_what_is_not_known_is_told(signed_in: Any) -> None:
    reported("statement_neutral", 200)
    reported("statement_neutral", 210, status="confirmed")
    score_stale_days()
    unknown = " ".join(signed_in().get(URL).context["page"].unknown)
    assert "Little is known of the pair now" in unknown and "silence is not the same as calm" in unknown
    assert "50 % of the 2 events were read by the program alone; editors confirmed 1." in unknown


def test_the_brief_of_a_time_leaves_out_what_came_before(signed_in: Any, turned: None) -> None:
    client = signed_in()
    page = client.get(f"{URL}?since={day(-60)}").context["page"]
    assert len(page.sections) == 1 and page.sections[0].since == day(-60)
    assert {event.words.type for event in page.sections[0].events} == {"Armed clash"}
    assert "The whole time" in text(client, f"{URL}?since={day(-60)}")


@pytest.mark.parametrize(
    ("since", "words"), [("lately", "write the date as 2017-09-01"), ("2199-01-01", "still to come")]
)
def test_a_wrong_date_is_told_and_left_out(signed_in: Any, turned: None, since: str, words: str) -> None:
    answer = signed_in().get(f"{URL}?since={since}")
    assert words in answer.content.decode() and len(answer.context["page"].sections) > 1


def test_the_print_button_waits_for_script(signed_in: Any, turned: None) -> None:
    page = text(signed_in(), URL)
    assert 'id="print" class="main" hidden' in page and "js/brief.js" in page
