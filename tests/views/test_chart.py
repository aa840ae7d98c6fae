"""The address that the chart's script reads, and what the page shows without it."""

from __future__ import annotations

import datetime as dt
import gzip
import json
import re
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from relations.scoring.run import score_stale_days
from tests import making

pytestmark = pytest.mark.django_db
PAIR = "/pairs/pak-usa/"
CHART = f"{PAIR}chart.json"


def ago(days: int) -> dt.date:
    return making.today() - dt.timedelta(days=days)


def fill(start: int, stop: int) -> None:
    for number in range(start, stop):
        making.event(type="accusation", occurred_on=ago(number % 200), confidence=0.3 + number % 7 / 10)
    score_stale_days()


def test_the_figures_are_packed_private_and_asked_again_each_time(signed_in: Any) -> None:
    fill(0, 200)
    client = signed_in()
    response = client.get(CHART, headers={"accept-encoding": "gzip"})
    assert response["Content-Encoding"] == "gzip" and response["Content-Type"] == "application/json"
    assert json.loads(gzip.decompress(response.content))["days"] == 200
    assert "private" in response["Cache-Control"] and "no-cache" in response["Cache-Control"]
    again = {"accept-encoding": "gzip", "if-none-match": response["ETag"]}
    assert client.get(CHART, headers=again).status_code == 304
    making.event(type="clash", occurred_on=ago(1))
    score_stale_days()
    assert client.get(CHART, headers=again).status_code == 200


def test_queries_do_not_grow_with_events(signed_in: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("relations.models.scores.LEARNT_FOR", 3600)
    client = signed_in()

    def count() -> tuple[int, bool]:
        client.get(CHART)
        with CaptureQueriesContext(connection) as queries:
            chapters = client.get(CHART).json()["chapters"]
        return len(queries), bool(chapters)

    # Session and person, the pair, its days and its events; and in one query those that name its chapters.
    fill(0, 5)
    assert count() == (5, False)
    for number in range(20):
        making.event(type="clash", occurred_on=ago(300 + number))
    fill(5, 10)
    assert count() == (6, True)
    fill(10, 300)
    assert count() == (6, True)


def test_a_pair_of_which_nothing_is_known_has_no_figures(signed_in: Any) -> None:
    response = signed_in().get("/pairs/fji-isl/chart.json")
    assert response.status_code == 404 and "Nothing is known of these two countries yet" in response.content.decode()


def rows(page: str) -> list[str]:
    table = page[page.index('<table class="figures">') : page.index("</table>")]
    return re.findall(r'<th scope="row">(.*?)</th>', table)


def test_the_table_gives_days_of_a_short_choice_and_ends_of_months_of_a_long_one(signed_in: Any) -> None:
    making.event(type="clash", occurred_on=dt.date(2024, 1, 10))
    score_stale_days()
    client = signed_in()

    def shown(query: str) -> list[str]:
        return rows(client.get(f"{PAIR}?{query}").content.decode())

    assert shown("since=2024-03-01&until=2024-03-03") == ["3 Mar 2024", "2 Mar 2024", "1 Mar 2024"]
    assert len(shown("since=2024-03-01&until=2024-05-31")) == 92
    long = shown("since=2024-03-01&until=2024-06-15")
    assert long == ["15 Jun 2024", "31 May 2024", "30 Apr 2024", "31 Mar 2024"]
    everything = shown("")
    assert everything[-1] == "31 Jan 2024" and everything[0] == f"{making.today().day} {making.today():%b %Y}"


def test_the_page_has_a_still_picture_and_leads_back_to_the_whole_time(signed_in: Any) -> None:
    making.event(type="clash", occurred_on=ago(400))
    score_stale_days()
    client = signed_in()
    page = client.get(f"{PAIR}?group=force&since={ago(100)}&until={ago(10)}").content.decode()
    assert page.count('<svg class="score-chart') == 2 and f'data-src="{CHART}"' in page
    assert f'<a class="whole-time" href="{PAIR}?group=force">' in page
    assert f"Tension score from {ago(100)} to {ago(10)}" in page
    assert "whole-time" not in client.get(PAIR).content.decode()


def test_only_the_timeline_loads_the_charts_script(signed_in: Any) -> None:
    event = making.event(type="clash", occurred_on=ago(4))
    score_stale_days()
    client = signed_in()
    assert "uPlot" in client.get(PAIR).content.decode()
    for url in ("/", event.get_absolute_url(), f"{PAIR}engagements/"):
        assert "uPlot" not in client.get(url).content.decode()
