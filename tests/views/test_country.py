"""A country's page: whom it gets on with, who acts for it, what is planned with it."""

from __future__ import annotations

from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from relations.merging.run import merge_new_reports
from relations.models import Actor, Tenure
from relations.models.loading import load_codebook
from relations.scoring.run import score_stale_days
from tests import making
from tests.views.plans import day, text, told

pytestmark = pytest.mark.django_db
URL = "/countries/pak/"


def happened(other: str, type: str, days: int = 1, number: int = 1, **values: Any) -> None:
    for _ in range(number):
        making.event("PAK", other, type, occurred_on=day(-days), **values)


def ranked(client: Any, order: str = "tense") -> list[str]:
    return [row.name for row in client.get(f"{URL}?order={order}").context["page"].rows]


@pytest.fixture
def pairs() -> None:
    """Tense with India, close to China, little known of Fiji; much told of the United States, nothing new of Iran."""
    happened("IND", "clash")
    happened("CHN", "agreement_signed", mutual=True)
    happened("FJI", "statement_neutral")
    happened("USA", "statement_criticism", 2, 6)
    happened("IRN", "accusation", 50, 12)
    score_stale_days()


@pytest.mark.parametrize(
    ("order", "first", "last"),
    [("tense", "India", "Fiji"), ("best", "China", "Fiji"), ("reported", "United States", "Iran")],
)
def test_pairs_are_ranked_and_little_known_ones_come_last(
    signed_in: Any, pairs: None, order: str, first: str, last: str
) -> None:
    names = ranked(signed_in(), order)
    assert len(names) == 5 and names[0] == first and names[-1] == last


def test_pairs_are_ranked_by_change_whichever_way(signed_in: Any, pairs: None) -> None:
    assert set(ranked(signed_in(), "changed")[:2]) == {"India", "China"}


def test_the_page_answers_in_a_sentence_and_says_what_moved_each_pair(signed_in: Any, pairs: None) -> None:
    page = text(signed_in(), URL)
    assert "Whom does Pakistan get on with?" in page
    summary = page.split('class="country-summary"')[1].split("</p>")[0]
    assert ">India</a>" in summary and ">China</a>" in summary and "Fiji" not in summary
    assert "5 pairs in all; little is known of 1" in summary and "/compare/?pair=ind-pak" in summary
    row = next(part for part in page.split("<tbody>")[1].split("<tr>") if 'href="/pairs/ind-pak/">India' in part)
    assert "Armed clash" in row and "rising" in row and 'class="sparkline"' in row
    assert page.count('class="small-multiple"') == 5 and "Pairs of which little is known come last" in page


def test_the_other_country_names_the_pair_on_either_side_of_the_code_order(signed_in: Any, pairs: None) -> None:
    client = signed_in()
    assert [row.name for row in client.get("/countries/ind/").context["page"].rows] == ["Pakistan"]
    assert client.get("/countries/usa/").context["page"].rows[0].name == "Pakistan"


def test_events_of_other_datasets_make_no_pair(signed_in: Any) -> None:
    making.event("PAK", "IND", "clash", dataset="gdelt")
    score_stale_days()
    assert ranked(signed_in()) == []


@pytest.mark.parametrize("order", ["tense", "best", "changed", "reported"])
def test_pages_follow_each_other_without_loss(signed_in: Any, order: str) -> None:
    codes = ["AFG", "ALB", "DZA", "AND", "AGO", "ARG", "ARM", "AUS", "AUT", "AZE", "BHS", "BHR", "BGD", "BRB", "BLR"]
    codes += ["BEL", "BLZ", "BEN", "BTN", "BOL", "BIH", "BWA", "BRA", "BRN", "BGR", "BFA", "BDI", "CPV", "KHM", "CMR"]
    for number, code in enumerate(codes):
        happened(code, "clash" if number % 10 else "statement_neutral", number % 4)
    score_stale_days()
    client = signed_in()
    seen: list[str] = []
    known: list[bool] = []
    after = ""
    while True:
        page = client.get(f"{URL}?order={order}&after={after}").context["page"]
        seen += [row.name for row in page.rows]
        known += [not row.standing.little_known for row in page.rows]
        if not (after := page.next):
            break
    assert len(seen) == len(set(seen)) == len(codes)
    if order != "reported":
        assert known == sorted(known, reverse=True)


@pytest.mark.parametrize(
    "query",
    ["order=nonsense", "after=x", "after=0_nan_1", "after=2_1.0_1", "after=0_1.0_" + "9" * 30],
)
def test_nonsense_in_the_address_shows_the_first_page(signed_in: Any, pairs: None, query: str) -> None:
    assert len(signed_in().get(f"{URL}?{query}").context["page"].rows) == 5


def test_addresses(signed_in: Any) -> None:
    client = signed_in()
    answer = client.get("/countries/PAK/?order=best")
    assert answer.status_code == 301 and answer["Location"] == "/countries/pak/?order=best"
    unknown = client.get("/countries/xyz/")
    assert unknown.status_code == 404 and "There is no country with the code xyz" in unknown.content.decode()


def test_a_country_without_pairs_says_what_is_missing(signed_in: Any) -> None:
    client = signed_in()
    assert "there is no feed to read yet" in text(client, "/countries/fji/")
    making.feed()
    page = text(client, "/countries/fji/")
    assert "That is not the same as calm" in page and "Nothing is planned" in page
    assert "No holder of an office of Fiji is in the tables" in page


def test_a_past_state_says_when_it_existed(signed_in: Any) -> None:
    client = signed_in()
    assert "Soviet Union existed until 26 December 1991." in text(client, "/countries/sun/")
    assert "Angola has existed since 11 November 1975." in text(client, "/countries/ago/")
    assert "existed" not in text(client, URL)


def test_a_past_state_shows_who_held_its_offices_at_its_end(signed_in: Any) -> None:
    load_codebook()
    page = text(signed_in(), "/countries/sun/")
    assert "Whom did the Soviet Union get on with?" in page and "In office at its end" in page
    assert "not in the tables" not in page
    office = page.split('<dl class="offices">')[1].split("</dl>")[0]
    assert "<strong>" in office


def test_htmx_gets_the_ranking_the_next_page_or_the_offices(signed_in: Any, pairs: None) -> None:
    client = signed_in()
    for target, root in (("country-pairs", "<section id="), ("more-pairs", "<tbody>"), ("offices", "<section id=")):
        part = text(client, URL, **{"hx-request": "true", "hx-target": target})
        assert part.strip().startswith(root) and "<html" not in part


def tenure(
    person: str, began: str, ended: str | None, precision: str = "day", office: str = "foreign_minister"
) -> None:
    making.country("PAK")
    actor, _ = Actor.objects.get_or_create(
        key=f"PAK:person:{person}", defaults={"country_id": "PAK", "kind": "person", "name": person, "sector": "GOV"}
    )
    Tenure.objects.create(
        person=actor,
        country_id="PAK",
        office="foreign_minister",
        title="Foreign Minister",
        began=began,
        ended=ended,
        precision=precision,
        source="a public list",
        as_of="2025-06-01",
    )


def test_offices_show_who_held_them_on_a_day(signed_in: Any) -> None:
    tenure("Aala One", "2013-06-07", "2017-07-28")
    tenure("Aala Two", "2017-08-04", "2018-04-26")
    tenure("Aala Three", "2024-03-11", None)
    client = signed_in()

    def held(on: str = "") -> list[str]:
        return [
            holder.person
            for office in client.get(f"{URL}?on={on}").context["actors"].offices
            for holder in office.holders
        ]

    assert held() == ["Aala Three"] and held("2017-09-01") == ["Aala Two"] and held("2017-08-01") == []
    page = text(client, f"{URL}?on=2017-09-01")
    assert "In office on 1 September 2017" in page and "from 4 August 2017 until 26 April 2018" in page
    assert "As known on 1 June 2025." in page and "not in the tables" not in page
    assert "who took office since then is not in the tables" in text(client, URL)
    order = [page.index(name, page.index("all 3 that are known")) for name in ("Aala Three", "Aala Two", "Aala One")]
    assert order == sorted(order) and "a public list" in page


@pytest.mark.parametrize(
    ("precision", "ended", "day", "held"),
    [
        ("month", "2001-12-01", "2001-12-31", True),  # some day of December
        ("month", "2001-12-01", "2002-01-01", False),
        ("month", "2001-12-05", "2001-12-06", False),  # the day was known after all
        ("year", "2001-01-01", "2001-12-31", True),
        ("day", "2001-12-01", "2001-12-02", False),
    ],
)
def test_a_vague_end_may_be_any_day_of_its_time(
    signed_in: Any, precision: str, ended: str, day: str, held: bool
) -> None:
    tenure("Aala One", "1998-01-01", ended, precision)
    page = signed_in().get(f"{URL}?on={day}")
    assert bool(page.context["actors"].offices[0].holders) is held


def test_vague_dates_are_told_as_vaguely_as_they_are_known(signed_in: Any) -> None:
    tenure("Aala One", "1998-10-01", "2001-12-01", "month")
    tenure("Aala Two", "1990-01-01", "1993-01-01", "year")
    page = text(signed_in(), URL)
    assert "from October 1998 until December 2001" in page and "from 1990 until 1993" in page


@pytest.mark.parametrize(("on", "words"), [("soon", "write the date as 2017-09-01"), ("2199-01-01", "is not known")])
def test_a_wrong_day_is_told_and_left_out(signed_in: Any, on: str, words: str) -> None:
    page = text(signed_in(), f"{URL}?on={on}")
    assert words in page and ">In office<" in page


def test_actors_of_the_codebook_are_listed_with_their_names(signed_in: Any) -> None:
    load_codebook()
    Actor.objects.create(key="PAK:person:nobody", country_id="PAK", kind="person", name="Nobody Known", sector="GOV")
    page = text(signed_in(), f"{URL}?on=2017-09-01")
    assert "Khawaja Asif" in page and "Foreign ministry" in page and "of Pakistan <span" not in page
    assert "Persons without a known office" in page and "Nobody Known" in page


def test_what_is_planned_within_30_days_is_listed(signed_in: Any) -> None:
    told("PAK", "USA", "announced", -2, day(8))
    told("IND", "PAK", "announced", -2, day(50))
    told("IND", "CHN", "announced", -2, day(9))
    told("CHN", "PAK", "announced", -4, day(6))
    told("CHN", "PAK", "cancelled", -2)
    merge_new_reports()
    page = text(signed_in(), URL)
    assert "Visit of Pakistan to the United States" in page and "in 8 days" in page
    assert "Visit of India" not in page and "Visit of China" not in page
    assert "/countries/pak/engagements.ics" in page and "/engagements/?country=pak" in page


def test_query_counts_do_not_grow(signed_in: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("relations.models.scores.LEARNT_FOR", 3600)
    client = signed_in()

    def count() -> int:
        client.get(URL)
        with CaptureQueriesContext(connection) as queries:
            assert client.get(URL).status_code == 200
        return len(queries)

    happened("IND", "clash")
    told("PAK", "USA", "announced", -2, day(8))
    tenure("Aala One", "2020-01-01", None)
    merge_new_reports()
    score_stale_days()
    few = count()
    for number, code in enumerate(["AFG", "ALB", "DZA", "AND", "AGO", "ARG", "ARM", "AUS", "AUT", "AZE"]):
        happened(code, "accusation", 2, 10)
        told("PAK", code, "announced", -2, day(8))
        tenure(f"Aala {number}", f"201{number}-01-01", f"201{number}-12-01")
    merge_new_reports()
    score_stale_days()
    assert (
        count() == few == 10
    )  # session, user, two of permissions, ranking, summary, small charts, plans, tenures, actors
