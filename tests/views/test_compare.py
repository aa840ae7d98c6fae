"""Several pairs' scores on one axis."""

from __future__ import annotations

import datetime as dt
from itertools import pairwise
from typing import Any
from urllib.parse import urlencode

import numpy as np
import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from relations.queries.compare import Line, NoPair, read_pair
from relations.queries.scores import score_series
from relations.scoring.run import score_stale_days
from relations.templatetags.small_charts import lines_chart
from tests import making
from tests.views.plans import day, text

pytestmark = pytest.mark.django_db
SIX = ["pak-usa", "ind-pak", "fra-deu", "chn-usa", "irn-usa", "jpn-kor"]


def url(*pairs: str, **more: str) -> str:
    return f"/compare/?{urlencode([*(('pair', slug) for slug in pairs), *more.items()])}"


@pytest.fixture
def two() -> None:
    making.event("PAK", "USA", "clash", occurred_on=day(-200))
    making.event("PAK", "USA", "agreement_signed", occurred_on=day(-20), mutual=True)
    making.event("IND", "PAK", "accusation", occurred_on=day(-10))
    score_stale_days()


@pytest.mark.parametrize(
    ("words", "slug"),
    [
        ("pak usa", "pak-usa"),
        ("usa-pak", "pak-usa"),
        ("PAK–USA", "pak-usa"),
        ("pak us", "pak-usa"),
        ("pk cn", "chn-pak"),
        ("Pakistan and United States", "pak-usa"),
        ("united states, pakistan", "pak-usa"),
        ("Guinea-Bissau Guinea", "gin-gnb"),
        ("Trinidad and Tobago with Bosnia and Herzegovina", "bih-tto"),
        ("U.S. vs. Türkiye", "tur-usa"),
        ("soviet union usa", "sun-usa"),
    ],
)
def test_a_pair_is_read_from_codes_and_names(words: str, slug: str) -> None:
    assert read_pair(words) == slug


@pytest.mark.parametrize(
    ("words", "told"),
    [
        ("atlantis usa", "there is no country “atlantis”"),
        ("pak xyz", "there is no country “xyz”"),
        ("pakistan", "names no two countries"),
        ("", "names no two countries"),
        ("pak pakistan", "names one country twice"),
        ("pak usa ind", "names no two countries"),
    ],
)
def test_what_names_no_pair_is_refused_in_words(words: str, told: str) -> None:
    with pytest.raises(NoPair, match=told):
        read_pair(words)


def test_scores_share_one_axis_and_bear_letters(signed_in: Any, two: None) -> None:
    page = text(signed_in(), url("pak-usa", "ind-pak"))
    chart = page.split('class="score-chart lines wide"')[1].split("</svg>")[0]
    assert f'data-first="{day(-200).isoformat()}"' in chart and f'data-last="{making.today().isoformat()}"' in chart
    assert 'class="line-a' in chart and 'class="line-b' in chart and ">A</text>" in chart and ">B</text>" in chart
    assert "A, Pakistan – United States" in chart


def test_the_figures_are_those_of_the_pairs_series(signed_in: Any, two: None) -> None:
    pair = making.pair("PAK", "USA")
    found = score_series(pair.pk, making.today())
    assert found
    score = found.series.score
    figures = signed_in().get(url("pak-usa")).context["page"].pairs[0].figures
    assert figures.score == f"{score[-1]:.0f}" and figures.trend_30 == "easing"
    assert figures.change_30 == f"−{abs(score[-1] - score[-31]):.1f}"
    assert figures.highest == f"{score.max():.0f}" and figures.lowest == f"{score.min():.0f}"
    highest = found.first + dt.timedelta(days=int(np.argmax(score)))
    assert figures.highest_on == f"{highest.day} {highest:%B %Y}"


def test_dates_bound_the_axis_and_the_figures(signed_in: Any, two: None) -> None:
    page = signed_in().get(url("pak-usa", "ind-pak", since=str(day(-150)), until=str(day(-60)))).context["page"]
    assert (page.first, page.last) == (day(-150), day(-60))
    one, other = page.pairs
    assert one.line and one.line.first == day(-150) and len(one.line.scores) == 91
    assert other.line is None and other.figures is None  # its first event came later
    assert one.figures and one.figures.highest == f"{one.line.scores.max():.0f}"


def test_a_pair_of_which_nothing_is_known_is_not_calm(signed_in: Any, two: None) -> None:
    page = text(signed_in(), url("pak-usa", "fji-isl"))
    assert "Nothing is known of it, which is not the same as calm" in page
    assert "Nothing is known of this pair until" in text(signed_in(), url("fji-isl"))


def test_a_score_of_little_evidence_is_drawn_thin_and_called_little_known(signed_in: Any) -> None:
    making.event("PAK", "USA", "statement_neutral", occurred_on=day(-100))
    score_stale_days()
    page = text(signed_in(), url("pak-usa"))
    assert 'class="line-a faint"' in page and "little known</span>" in page


def test_adding_leads_to_the_address_with_it(signed_in: Any) -> None:
    answer = signed_in().get(url("pak-usa", add="Pakistan India", since="2020-01-01"))
    assert answer.status_code == 302
    assert answer["Location"] == "/compare/?pair=pak-usa&pair=ind-pak&since=2020-01-01"


@pytest.mark.parametrize(
    ("pairs", "add", "told"),
    [
        (["pak-usa"], "usa pak", "Pakistan – United States is among them already."),
        (["pak-usa"], "atlantis usa", "there is no country “atlantis”"),
        (SIX, "grc-tur", "6 pairs can be compared at the most"),
    ],
)
def test_what_cannot_be_added_is_told_and_the_rest_stays(
    signed_in: Any, two: None, pairs: list[str], add: str, told: str
) -> None:
    answer = signed_in().get(url(*pairs, add=add))
    assert answer.status_code == 200 and told in answer.content.decode()
    assert len(answer.context["page"].pairs) == len(pairs)


@pytest.mark.parametrize(
    ("query", "told"),
    [
        ("pair=pak-usa&pair=nonsense", "names no two countries"),
        ("pair=pak-usa&pair=usa-pak", "is among them already"),
        ("pair=pak-usa&since=yesterday", "write the date as 2017-09-01"),
        ("pair=pak-usa&since=2020-02-01&until=2020-01-01", "must lie before Until (2020-01-01)"),
        ("pair=pak-usa&since=2199-01-01", "must lie before today"),
        ("pair=pak-usa&until=0001-01-01", "choose a day from 1900 to 2199"),
        ("&".join(f"pair={slug}" for slug in [*SIX, "grc-tur"]), "is left out"),
        ("&".join(["pair=pak-usa"] * 40), "only the first 12 were looked at"),
    ],
)
def test_bad_addresses_are_told_and_what_is_right_is_shown(signed_in: Any, two: None, query: str, told: str) -> None:
    page = text(signed_in(), f"/compare/?{query}")
    assert told in page and "Pakistan – United States" in page


def test_each_pair_can_be_taken_out(signed_in: Any, two: None) -> None:
    page = text(signed_in(), url("pak-usa", "ind-pak", since="2020-01-01"))
    assert 'href="/compare/?pair=ind-pak&amp;since=2020-01-01"><span aria-hidden="true">×' in page


def test_without_pairs_the_page_says_how_and_offers_the_most_reported(signed_in: Any) -> None:
    client = signed_in()
    assert "there is no feed to read yet" in text(client, "/compare/")
    making.feed()
    assert "No pair has been told of in the last 90 days" in text(client, "/compare/")
    making.event("IND", "PAK", "accusation")
    for _ in range(2):
        making.event("PAK", "USA", "accusation")
    score_stale_days()
    page = text(client, "/compare/")
    offered = [page.index(f'href="/compare/?pair={slug}"') for slug in ("pak-usa", "ind-pak")]
    assert offered == sorted(offered) and "Write two codes or names" in page
    assert "pair=ind-pak&amp;pair=pak-usa" in text(client, url("ind-pak"))


def test_htmx_gets_the_comparison_alone(signed_in: Any, two: None) -> None:
    part = text(signed_in(), url("pak-usa"), **{"hx-request": "true", "hx-target": "compare"})
    assert part.startswith('<div id="compare">') and "<html" not in part


def test_query_counts_are_the_same_for_one_pair_and_for_six(signed_in: Any) -> None:
    for slug in SIX:
        first, second = slug.upper().split("-")
        for number in range(5):
            making.event(first, second, "accusation", occurred_on=day(-number * 20))
    score_stale_days()
    client = signed_in()

    def count(*pairs: str) -> int:
        client.get(url(*pairs))
        with CaptureQueriesContext(connection) as queries:
            client.get(url(*pairs))
        return len(queries)

    assert count(SIX[0]) == count(*SIX) == 7  # session, user, two of permissions, pairs, days, suggestions


@pytest.mark.parametrize("level", [1.0, 94.0])
def test_letters_at_the_ends_of_lines_do_not_lie_on_each_other_and_stay_inside(level: float) -> None:
    first = dt.date(2020, 1, 1)
    flat = [
        Line(letter, letter, first, np.full(10, level + at), np.full(10, 5.0)) for at, letter in enumerate("ABCDEF")
    ]
    chart = lines_chart(flat, first, first + dt.timedelta(days=9), "wide")
    places = sorted(float(part.split('y="')[1].split('"')[0]) for part in chart.split('class="letter')[1:])
    assert len(places) == 6 and places[0] >= 10 and places[-1] <= 300 - 24 + 1
    assert all(low - high >= 14.9 for high, low in pairwise(places))


def test_a_long_line_loses_no_peak() -> None:
    first = dt.date(1980, 1, 1)
    scores = np.full(45 * 365, 45.0)
    scores[7001] = 90.0
    line = Line("A", "A", first, scores, np.full(len(scores), 5.0))
    chart = lines_chart([line], first, first + dt.timedelta(days=len(scores) - 1), "narrow")
    points = chart.split("<polyline")[1].split('points="')[1].split('"')[0].split()
    assert min(float(point.split(",")[1]) for point in points) == pytest.approx(10 + 10 / 100 * 266, abs=0.1)
    assert len(points) < 400
