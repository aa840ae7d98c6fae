"""A pair's tabs: both directions, sources, attention."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from relations.models import Event
from relations.queries.attention import FEW, NEWS
from relations.scoring.run import score_stale_days
from tests import making
from tests.views.plans import day, text

pytestmark = pytest.mark.django_db
PAIR = "/pairs/pak-usa/"
TABS = ["directions", "sources", "attention", "brief"]


def reported(source: str, target: str, type: str, days: int = 1, **values: Any) -> Event:
    event = making.event(source, target, type, occurred_on=day(-days), **values)
    making.report(source, target, type, event=event, occurred_on=day(-days))
    return event


@pytest.mark.parametrize("tab", TABS)
def test_every_tab_leads_to_all_others_and_to_the_countries(signed_in: Any, tab: str) -> None:
    reported("PAK", "USA", "clash")
    score_stale_days()
    page = text(signed_in(), f"{PAIR}{tab}/")
    tabs = page.split('class="pair-tabs"')[1].split("</nav>")[0]
    for other in ("", "engagements/", "score/", *(f"{name}/" for name in TABS)):
        assert f'href="{PAIR}{other}"' in tabs
    assert f'href="{PAIR}{tab}/" aria-current="page"' in tabs and tabs.count("aria-current") == 1
    assert 'href="/countries/pak/">Pakistan' in page and 'href="/countries/usa/">United States' in page


@pytest.mark.parametrize("tab", TABS)
def test_pairs_of_which_nothing_is_known(signed_in: Any, tab: str) -> None:
    client = signed_in()
    assert "not the same as calm" in text(client, f"/pairs/fji-isl/{tab}/")
    assert client.get(f"/pairs/qqq-zzz/{tab}/").status_code == 404
    answer = client.get(f"/pairs/usa-pak/{tab}/")
    assert answer.status_code == 301 and answer["Location"] == f"{PAIR}{tab}/"


@pytest.mark.parametrize("tab", TABS)
def test_a_pair_without_any_event_that_counts_says_so(signed_in: Any, tab: str) -> None:
    making.event("PAK", "USA", "clash", status="rejected")
    score_stale_days()
    page = text(signed_in(), f"{PAIR}{tab}/")
    assert 'class="empty"' in page


# -- directions -------------------------------------------------------------------------------------------------------


def test_each_side_has_its_own_score_and_events(signed_in: Any) -> None:
    reported("PAK", "USA", "clash", 3)
    reported("USA", "PAK", "visit_made", 2)
    reported("PAK", "USA", "agreement_signed", 1, mutual=True)
    reported("PAK", "USA", "strike", 1, status="rejected")
    score_stale_days()
    answer = signed_in().get(f"{PAIR}directions/")
    forward, backward = answer.context["page"].sides
    assert (forward.name, backward.name) == ("Pakistan towards the United States", "United States towards Pakistan")
    assert float(forward.score) > float(backward.score)
    assert [event.words.type for event in forward.events] == ["Armed clash"]
    assert [event.words.type for event in backward.events] == ["Visit took place"]
    assert (forward.total, answer.context["page"].mutual) == ("1 event", "1 act")
    groups = {row.label: (row.forward, row.backward, row.mutual) for row in answer.context["page"].groups}
    assert groups["Force"] == (1, 0, 0) and groups["Diplomacy"][1] == 1
    page = answer.content.decode()
    assert forward.events[0].evidence.sentence in page and 'class="line-b' in page


def test_the_line_of_a_side_ends_at_its_score(signed_in: Any) -> None:
    reported("PAK", "USA", "clash", 500)
    reported("PAK", "USA", "accusation", 3)
    score_stale_days()
    client = signed_in()
    page = client.get(f"{PAIR}directions/").context["page"]
    assert page.first == day(-365) and f"{page.lines[0].scores[-1]:.0f}" == page.sides[0].score
    assert page.lines[1].scores[-1] == 45
    assert page.sides[1].score == "45" and "No act of it alone" in text(client, f"{PAIR}directions/")
    assert client.get(f"{PAIR}directions/?time=all").context["page"].lines[0].first == day(-500)


def test_each_side_shows_its_latest_and_leads_to_the_rest(signed_in: Any) -> None:
    for number in range(30):
        reported("PAK", "USA", "accusation", number)
    reported("USA", "PAK", "accusation")
    score_stale_days()
    client = signed_in()
    forward, backward = client.get(f"{PAIR}directions/").context["page"].sides
    assert len(forward.events) == 25 and forward.has_more and not backward.has_more
    assert forward.events[0].words.date == f"{day(0).day} {day(0):%B %Y}"
    page = text(client, f"{PAIR}directions/")
    assert f'href="{PAIR}?direction=1"' in page and f'href="{PAIR}?direction=-1"' not in page


# -- sources ----------------------------------------------------------------------------------------------------------


def test_sources_are_counted_by_feed(signed_in: Any) -> None:
    wire, paper = making.feed(title="Wire", reliability=0.95), making.feed(title="Paper")
    confirmed = making.event(type="clash", status="confirmed")
    rejected = making.event(type="accusation", status="rejected")
    first = making.article(feed=wire, published_at=dt.datetime(2020, 3, 5, tzinfo=dt.UTC))
    for number, event in enumerate((confirmed, confirmed, rejected)):
        making.report(type=event.type, event=event, article=first, sentence_number=number)
    making.report(type="clash", event=confirmed, article=making.article(feed=paper, copy_of=first))
    making.report(type="clash", article=making.article(feed=paper))  # not merged yet
    making.report(type="clash", event=confirmed, article=making.article(feed=paper), withdrawn="edited")
    answer = signed_in().get(f"{PAIR}sources/")
    one, other = answer.context["page"].rows
    assert (one.name, one.reports, one.events, one.share) == ("Wire", "3", "2", "75 %")
    assert (one.confirmed, one.rejected, one.copies, one.reliability) == ("1", "1", "0", "95 %")
    assert one.first == one.last == "5 March 2020"
    assert (other.name, other.reports, other.copies) == ("Paper", "1", "1")
    page = answer.content.decode()
    assert f'href="{PAIR}?source={wire.pk}"' in page
    assert "4 reports from 2 feeds. 75 % of the reports are from Wire." in page


def test_a_pair_without_reports_says_why_there_may_be_none(signed_in: Any) -> None:
    making.event()
    assert "No story that still says so" in text(signed_in(), f"{PAIR}sources/")


# -- attention --------------------------------------------------------------------------------------------------------


def published(days: int, number: int = 1, told: int = 0, occurred: int | None = None) -> None:
    """Stories of a day, of which some tell of the pair."""
    at = timezone.now() - dt.timedelta(days=days)
    for place in range(number):
        article = making.article(published_at=at)
        if place < told:
            event = making.event(occurred_on=day(-(occurred or days)))
            making.report(event=event, article=article, occurred_on=event.occurred_on)


def test_the_share_is_of_the_stories_of_each_week(signed_in: Any) -> None:
    published(0, FEW, 5)
    published(14, 4, 1)
    page = signed_in().get(f"{PAIR}attention/").context["page"]
    newest, week_before, third = page.rows[:3]
    assert (newest.stories, newest.of_all, newest.share, newest.note) == ("5", str(FEW), "25.0 %", "")
    assert week_before.note == "no story at all was read"
    assert (third.stories, third.of_all, third.share) == ("1", "4", "25.0 %") and "fewer than" in third.note
    assert page.total == f"25.0 % (6 of {FEW + 4} stories)" and page.unread == "51 weeks"
    assert page.highest.startswith(f"25.0 % (5 of {FEW} stories), week of ")
    assert len(page.bars) == 53
    assert [(bar.share, bar.is_thin) for bar in page.bars[-3:]] == [(0.25, True), (None, True), (0.25, False)]


def test_weeks_without_any_story_are_no_quiet_weeks(signed_in: Any) -> None:
    making.pair()
    published(0, 3)
    client = signed_in()
    page = text(client, f"{PAIR}attention/")
    chart = page.split('class="score-chart bars wide"')[1].split("</svg>")[0]
    assert chart.count("<rect") == 1 and chart.count('class="none"') == 52
    assert "no story was read" in page and "Quiet feeds don't mean" in page
    assert client.get(f"{PAIR}attention/").context["page"].highest == ""


def test_a_story_counts_once_and_withdrawn_reports_do_not(signed_in: Any) -> None:
    event = making.event()
    article = making.article()
    for number in range(3):
        making.report(event=event, article=article, sentence_number=number)
    making.report(event=event, article=making.article(), withdrawn="edited")
    page = signed_in().get(f"{PAIR}attention/").context["page"]
    assert page.rows[0].stories == "1" and page.rows[0].of_all == "2"


def test_months_reach_back_to_the_first_story(signed_in: Any) -> None:
    published(800, 2, 1)
    published(0, 1, 1)
    page = signed_in().get(f"{PAIR}attention/?by=month").context["page"]
    assert page.unit == "month" and 26 <= len(page.bars) <= 28
    assert page.rows[0].share == "100.0 %" and page.rows[-1].share == "50.0 %"
    assert len(page.rows) == 3 and " to " in page.rows[1].label  # empty months in one row


def test_old_events_told_of_in_new_stories_are_no_news_of_the_year(signed_in: Any) -> None:
    published(0, 1, 1, occurred=364 + NEWS.days + 40)
    client = signed_in()
    assert client.get(f"{PAIR}attention/").context["page"].rows[0].stories == "0"
    assert client.get(f"{PAIR}attention/?by=month").context["page"].rows[0].stories == "1"


def test_nonsense_in_the_address_shows_weeks(signed_in: Any) -> None:
    published(0, 1, 1)
    assert signed_in().get(f"{PAIR}attention/?by=hour").context["page"].unit == "week"


def test_query_counts_do_not_grow(signed_in: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("relations.models.scores.LEARNT_FOR", 3600)
    client = signed_in()

    def count(tab: str) -> int:
        client.get(f"{PAIR}{tab}/")
        with CaptureQueriesContext(connection) as queries:
            client.get(f"{PAIR}{tab}/")
        return len(queries)

    reported("PAK", "USA", "clash", 3)
    reported("USA", "PAK", "clash", 3)
    score_stale_days()
    few = {tab: count(tab) for tab in TABS}
    for number in range(60):
        reported("PAK", "USA", "accusation", number)
        reported("USA", "PAK", "agreement_signed", 300 + number)
    score_stale_days()
    many = {tab: count(tab) for tab in TABS}
    # Five of each are the session, its user, two of permissions, and the pair.
    assert few | {"brief": 0} == many | {"brief": 0} == {"directions": 11, "sources": 7, "attention": 7, "brief": 0}
    # Only a series of two chapters or more asks for the events near its turning points.
    assert many["brief"] - few["brief"] in (0, 1) and many["brief"] <= 17
