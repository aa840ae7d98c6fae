"""The pages of engagements: board, calendar, one engagement's story."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from relations.merging.run import merge_new_reports
from relations.models import Engagement, Event, Report
from tests import making
from tests.views.plans import BOARD, CALENDAR, day, of_each_state, planned, text, told

pytestmark = pytest.mark.django_db


def htmx(target: str) -> dict[str, str]:
    return {"hx-request": "true", "hx-target": target}


def board(client: Client, query: str = "") -> dict[str, list[str]]:
    """What stands on the board: pairs by section."""
    columns = client.get(f"{BOARD}{query}").context["columns"]
    return {part.key: [row.pair_slug for row in part.rows] for column in columns for part in column}


def test_the_board_has_each_engagement_where_it_stands(signed_in: Any) -> None:
    of_each_state()
    client = signed_in()
    assert board(client) == {
        "coming": ["pak-usa"],
        "postponed": ["chn-ind"],
        "no-word": ["grc-tur"],
        "held": ["jpn-kor"],
        "cancelled": ["irn-sau"],
    }
    page = text(client, BOARD)
    for words in ("Visit of Pakistan to the United States", "in 8 days", "postponed on", "no word since", "held on"):
        assert words in page
    assert reverse("engagement", args=[Engagement.objects.get(pair__slug="pak-usa").pk]) in page


def test_the_soonest_comes_first_and_what_has_no_date_last(signed_in: Any) -> None:
    (undated,) = planned()
    (later,), (sooner,) = (planned(planned_on=[on], planned_from=on, planned_until=on) for on in (day(30), day(3)))
    (heard_later,) = planned(last_heard_on=day(0))
    section = signed_in().get(BOARD).context["section"]
    assert [row.id for row in section.rows] == [sooner.pk, later.pk, heard_later.pk, undated.pk]


@pytest.mark.parametrize("section", ["coming", "postponed", "no-word", "held", "cancelled"])
def test_each_section_pages_by_keyset_without_gap_or_overlap(signed_in: Any, section: str) -> None:
    for number in range(45):
        values: dict[str, Any] = {"last_heard_on": day(-10 - number // 4), "state": section}
        if section in ("coming", "no-word"):
            on = day(number // 3 if section == "coming" else -50)
            values |= {"state": "announced", "planned_from": on, "planned_until": on}
            if section == "coming" and number % 3 == 2:
                values |= {"planned_from": None, "planned_until": None}
        planned(**values)
    client = signed_in()
    seen: list[int] = []
    after = ""
    while True:
        page = client.get(f"{BOARD}?section={section}&after={after}").context["section"]
        seen += [row.id for row in page.rows]
        if not (after := page.next):
            break
    assert len(seen) == 45 and set(seen) == set(Engagement.objects.values_list("pk", flat=True))


def test_the_board_shows_twenty_of_a_section_and_a_link_to_the_rest(signed_in: Any) -> None:
    planned(21, state="postponed")
    client = signed_in()
    first = client.get(f"{BOARD}?kind=visit")
    assert first.content.decode().count('class="engagement"') == 20
    section = first.context["columns"][0][1]
    rest = f"{BOARD}?kind=visit&section=postponed&after={section.next}"
    assert rest.replace("&", "&amp;") in first.content.decode()
    page = text(client, rest)
    assert page.count('class="engagement"') == 1 and "Postponed, continued" in page and "All of the board" in page


@pytest.mark.parametrize("query", ["?section=x", "?section=held&after=x", "?section=coming&after=1_2_3", "?after=__"])
def test_nonsense_in_the_address_shows_the_board_or_the_first_page(signed_in: Any, query: str) -> None:
    of_each_state()
    shown = board(signed_in(), query)
    assert shown.get("held", ["jpn-kor"]) == ["jpn-kor"] and shown.get("coming", ["pak-usa"]) == ["pak-usa"]


@pytest.mark.parametrize(
    ("query", "pairs"),
    [
        ("?pair=pak-usa", {"pak-usa"}),
        ("?pair=USA-pak", {"pak-usa"}),
        ("?pair=usa+pak", {"pak-usa"}),
        ("?pair=fra-deu", set()),
        ("?country=ind", {"chn-ind"}),
        ("?country=ind&pair=pak-usa", set()),
        ("?kind=visit", {"pak-usa", "chn-ind", "grc-tur", "jpn-kor", "irn-sau"}),
        ("?kind=talks", set()),
        ("?country=usa&kind=visit", {"pak-usa"}),
    ],
)
def test_the_filters_choose_engagements(signed_in: Any, query: str, pairs: set[str]) -> None:
    of_each_state()
    client = signed_in()
    assert {slug for slugs in board(client, query).values() for slug in slugs} == pairs
    if not pairs:
        assert "No engagement fits these filters" in text(client, f"{BOARD}{query}")


@pytest.mark.parametrize("page", [BOARD, CALENDAR])
@pytest.mark.parametrize(
    ("query", "words"),
    [
        ("?pair=pak", "“pak” is no pair. Write the codes of two countries, like pak-usa."),
        ("?pair=pak-pak", "“pak-pak” is no pair"),
        ("?pair=pak-qqq", "“pak-qqq” is no pair"),
        ("?country=qqq", "There is no country with the code “qqq”."),
        ("?kind=duel", "There is no kind “duel” of engagement."),
    ],
)
def test_a_wrong_filter_is_told_and_left_out(signed_in: Any, page: str, query: str, words: str) -> None:
    planned(planned_on=[day(0)], planned_from=day(0), planned_until=day(0))
    shown = text(signed_in(), f"{page}{query}")
    assert words in shown and "United States" in shown.split("</form>")[-1]


def test_an_empty_board_says_what_is_missing_and_what_to_do(signed_in: Any) -> None:
    assert "An admin can add one" in text(signed_in(), BOARD)
    assert "Add a feed" in text(signed_in("admin"), BOARD)
    making.feed()
    assert "once a story tells of one" in text(signed_in(), BOARD)
    of_each_state()
    making.event("FRA", "DEU")
    assert "None that fits these filters" in text(signed_in(), f"{BOARD}?country=pak")
    page = text(signed_in(), "/pairs/deu-fra/engagements/")
    assert "of the two have been read of yet" in page and 'href="/pairs/deu-fra/"' in page


def positions(page: str, parts: Iterable[str]) -> list[int]:
    return [page.index(part) for part in parts]


def test_a_story_tells_the_events_in_order_with_their_evidence_and_how_the_date_changed(signed_in: Any) -> None:
    first, second = dt.date(2031, 9, 21), dt.date(2031, 9, 23)
    reports = [
        told("PAK", "USA", "announced", -30, first, second, planned_words="21 or 23 September"),
        told("USA", "PAK", "postponed", -20, confidence=0.6),
        told("USA", "PAK", "postponed", -20, confidence=0.8),
        told("PAK", "USA", "announced", -10, dt.date(2031, 10, 5)),
    ]
    merge_new_reports()
    engagement = Engagement.objects.get()
    assert engagement.state == "rescheduled"
    page = text(signed_in(), engagement.get_absolute_url())
    best = [reports[0], reports[2], reports[3]]
    in_order = positions(page.split("Its story")[1], [report.sentence for report in best])
    assert in_order == sorted(in_order) and reports[1].sentence not in page
    for report in best:
        assert reverse("article", args=[report.article_id]) in page and report.article.feed.title in page
    for event in engagement.events.all():
        assert event.get_absolute_url() in page
    changes = page.split("How its date changed")[1].split("</section>")[0]
    in_order = positions(changes, ["At first", "21 or 23 September 2031", "Last said", "5 October 2031"])
    assert in_order == sorted(in_order)
    assert "Now planned for <strong>5 October 2031" in page and "It was put off and then announced anew." in page
    assert 'href="/pairs/pak-usa/engagements/"' in page


def test_a_date_that_stayed_as_it_was_has_no_history(signed_in: Any) -> None:
    told("PAK", "USA", "announced", -30, day(3))
    told("USA", "PAK", "postponed", -20, day(3))
    merge_new_reports()
    page = text(signed_in(), Engagement.objects.get().get_absolute_url())
    assert "How its date changed" not in page and "The time below is the one that it had." in page


def test_of_one_day_the_announcement_comes_first_whichever_was_read_first(signed_in: Any) -> None:
    put_off = told("USA", "PAK", "postponed", -3)
    merge_new_reports()
    planned_before = told("PAK", "USA", "announced", -3, day(3))
    merge_new_reports()
    page = text(signed_in(), Engagement.objects.get().get_absolute_url())
    assert page.index(planned_before.sentence) < page.index(put_off.sentence)


def test_what_an_editor_rejected_is_no_part_of_the_story(signed_in: Any) -> None:
    told("PAK", "USA", "announced", -30, day(3))
    told("PAK", "USA", "postponed", -20)
    merge_new_reports()
    Event.objects.filter(type="visit_postponed").update(status="rejected")
    assert "Visit postponed" not in text(signed_in(), Engagement.objects.get().get_absolute_url())


def test_an_engagement_that_turned_out_to_be_part_of_another_leads_there(signed_in: Any) -> None:
    whole, part = planned(2)
    Engagement.objects.filter(pk=part.pk).update(merged_into=whole, event_count=0)
    response = signed_in().get(part.get_absolute_url())
    assert response.status_code == 302 and response["Location"] == whole.get_absolute_url()


def test_of_an_engagement_whose_stories_were_taken_back_the_page_says_that_nothing_is_left(signed_in: Any) -> None:
    told("PAK", "USA", "announced", -3, day(3))
    merge_new_reports()
    Report.objects.update(withdrawn="retracted", due=True)
    merge_new_reports()
    client = signed_in()
    page = text(client, Engagement.objects.get().get_absolute_url())
    assert "Nothing is left of this engagement" in page and "taken back" in page
    assert not any(board(client).values())
    assert client.get("/engagements/9999999/").status_code == 404


def test_a_pairs_board_has_its_own_engagements_and_leads_back_to_its_timeline(signed_in: Any) -> None:
    of_each_state()
    client = signed_in()
    page = text(client, "/pairs/pak-usa/engagements/")
    assert "Visit of Pakistan to the United States" in page and "Visit of India" not in page
    assert '<a href="/pairs/pak-usa/">Timeline</a>' in page
    assert '<a href="/pairs/pak-usa/engagements/">Engagements</a>' in text(client, "/pairs/pak-usa/")
    wrong_order = client.get("/pairs/usa-pak/engagements/")
    assert wrong_order.status_code == 301 and wrong_order["Location"] == "/pairs/pak-usa/engagements/"
    assert "not the same as calm" in text(client, "/pairs/fji-isl/engagements/")
    assert client.get("/pairs/qqq-zzz/engagements/").status_code == 404


def test_an_events_page_leads_to_the_plan_that_it_is_part_of(signed_in: Any) -> None:
    told("PAK", "USA", "announced", -3, day(3))
    merge_new_reports()
    page = text(signed_in(), Event.objects.get().get_absolute_url())
    assert f'<a href="{Engagement.objects.get().get_absolute_url()}">The same plan</a>' in page


@pytest.mark.parametrize(
    ("url", "target", "root"),
    [
        (BOARD, "engagements", '<div id="engagements"'),
        (CALENDAR, "engagements", '<div id="engagements"'),
        (f"{BOARD}?section=held", "more-held", '<ol class="plain engagements"'),
        ("/pairs/pak-usa/engagements/?section=coming", "more-coming", '<ol class="plain engagements"'),
    ],
)
def test_htmx_gets_the_fragment_and_browsers_the_page(signed_in: Any, url: str, target: str, root: str) -> None:
    of_each_state()
    client = signed_in()
    fragment = text(client, url, **htmx(target)).strip()
    assert fragment.startswith(root) and "<html" not in fragment
    assert "<html" in text(client, url) and "<html" in text(client, url, **{**htmx(target), "hx-boosted": "true"})


def test_text_from_a_feed_is_shown_as_text(signed_in: Any) -> None:
    evil = "<script>alert(1)</script>"
    told("PAK", "USA", "announced", -3, making.today(), place=evil, sentence=f"Pakistan {evil}")
    merge_new_reports()
    Engagement.objects.update(participants=[evil])
    client = signed_in()
    for url in (BOARD, CALENDAR, Engagement.objects.get().get_absolute_url(), f"{BOARD}?pair={evil}"):
        page = text(client, url)
        assert "<script>alert" not in page and "&lt;script&gt;" in page and " style=" not in page


def test_query_counts_do_not_grow_from_3_to_60_engagements(signed_in: Any) -> None:
    """The figures are stated, so that a page that begins to ask more is noticed."""
    client = signed_in()

    codes = ("PAK", "IND", "CHN", "FRA", "DEU", "ITA", "ESP", "JPN", "KOR", "IRN", "SAU", "USA")
    pairs = [(one, other) for one in codes for other in codes if one < other]

    def fill(start: int, stop: int) -> None:
        for number, (one, other) in enumerate(pairs[start:stop], start):
            if number % 3:
                told(one, other, "held", -(number % 40))
            else:
                told(one, other, "announced", -40, day(number))
                told(one, other, "postponed", -30)
                told(one, other, "announced", -20, day(number + 2))
        merge_new_reports()

    def count(url: str) -> int:
        client.get(url)  # the first request also reads the session's user
        with CaptureQueriesContext(connection) as queries:
            assert client.get(url).status_code == 200
        return len(queries)

    fill(0, 3)
    story = Engagement.objects.filter(state="rescheduled").earliest("pk")
    urls = {
        "board": BOARD,
        "board, filtered": f"{BOARD}?country=usa&kind=visit",
        "section": f"{BOARD}?section=held",
        "calendar": CALENDAR,
        "pair": "/pairs/pak-usa/engagements/",
        "story": story.get_absolute_url(),
    }
    few = {name: count(url) for name, url in urls.items()}
    fill(3, 60)
    for number in range(60):
        event = making.event(type="visit_announced", engagement=story, occurred_on=day(-100 - number))
        making.report(type="visit_announced", event=event)
    assert Engagement.objects.standing().count() == 60
    many = {name: count(url) for name, url in urls.items()}
    assert many == few
    # Four of each are the session, its user and what the person may do.
    assert few == {"board": 9, "board, filtered": 9, "section": 5, "calendar": 5, "pair": 10, "story": 7}


PAGES = [BOARD, CALENDAR, f"{CALENDAR}2031-05/", "/pairs/pak-usa/engagements/"]


@pytest.mark.parametrize("url", PAGES)
def test_pages_are_for_those_who_may_read(client: Client, settings: Any, url: str) -> None:
    of_each_state()
    story = Engagement.objects.earliest("pk").get_absolute_url()
    for page in (url, story):
        asked = client.get(page)
        assert asked.status_code == 302 and asked["Location"] == f"/sign-in/?next={page}"
        assert client.post(page).status_code == 405
    settings.PUBLIC_READ = True
    for page in (url, story):
        assert client.get(page).status_code == 200
