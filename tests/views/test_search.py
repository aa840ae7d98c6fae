"""The search page and the suggestions: what they say, how they page, and how many queries they ask."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from relations.merging import store_texts as event_texts
from relations.models import Article, Event
from relations.queries import search
from relations.scoring.run import score_stale_days
from relations.tagging import store_texts as article_texts
from tests import making

pytestmark = pytest.mark.django_db
PAGE = "/search/"
HTMX = {"hx-request": "true"}


def ago(days: int) -> dt.date:
    return making.today() - dt.timedelta(days=days)


def told(sentence: str, source: str = "PAK", target: str = "USA", days: int = 0, **values: Any) -> Event:
    """An event with a report that says so, to be found by its words."""
    type = values.pop("type", "statement_criticism")
    event = making.event(source, target, type, occurred_on=ago(days), **values)
    making.report(source, target, type, event=event, occurred_on=ago(days), sentence=sentence)
    event_texts.write_texts([event.pk])
    return event


def story(title: str, text: str, days: int = 0, **values: Any) -> Article:
    moment = dt.datetime.combine(ago(days), dt.time(12), dt.UTC)
    article = making.article(text, title=title, published_at=moment, **values)
    article_texts.write_texts([article.pk])
    return article


def text(client: Client, query: dict[str, Any], **headers: str) -> str:
    response = client.get(PAGE, query, headers=headers)
    assert response.status_code == 200, (response.status_code, response.get("Location"))
    return response.content.decode()


def found(client: Client, **query: Any) -> set[int]:
    return {row.words.id for row in client.get(PAGE, query).context["events"].rows}


def test_an_empty_search_says_how_it_can_be_asked(signed_in: Any) -> None:
    page = text(signed_in(), {})
    assert "How it can be asked" in page and 'href="/search/?q=pak+us"' in page and "At most 200 characters" in page


def test_the_box_is_on_every_page_for_readers_only(client: Client, signed_in: Any) -> None:
    assert 'role="search"' not in client.get("/sign-in/").content.decode()
    assert 'role="search"' in signed_in().get("/").content.decode()


@pytest.mark.parametrize(
    ("line", "address"),
    [
        ("pak us", "/pairs/pak-usa/"),
        ("pak us 2017", "/pairs/pak-usa/?since=2017-01-01&until=2017-12-31"),
        ("pakistan", "/countries/pak/"),
    ],
)
def test_one_page_that_is_meant_is_led_to(signed_in: Any, line: str, address: str) -> None:
    client = signed_in()
    response = client.get(PAGE, {"q": line})
    assert response.status_code == 302 and response["Location"] == address
    assert client.get(PAGE, {"q": line, "stay": "1"}).status_code == 200


def test_an_event_is_led_to_by_its_number_and_a_missing_one_is_told(signed_in: Any) -> None:
    client, event = signed_in(), making.event()
    assert client.get(PAGE, {"q": f"#{event.pk}"})["Location"] == event.get_absolute_url()
    assert f"There is no event {event.pk + 1}." in text(client, {"q": f"event {event.pk + 1}"})
    imported = making.event(dataset="gdelt")
    assert "There is no event" in text(client, {"q": f"#{imported.pk}"})


def test_what_was_understood_is_offered_with_its_score(signed_in: Any) -> None:
    making.event("PAK", "USA", "clash")
    score_stale_days()
    page = text(signed_in(), {"q": "pak us nuclear deal"})
    assert 'href="/pairs/pak-usa/?q=nuclear+deal"' in page and "tension " in page and ", band " in page
    assert 'href="/countries/usa/"' in page


def test_events_and_articles_are_found_by_their_words(signed_in: Any) -> None:
    event = told("The ministry complained about the dam.", days=3)
    told("Another matter entirely.")
    article = story("A quarrel over water", "They argued about dams all day long.", days=2)
    page = text(signed_in(), {"q": "dam"})
    assert "complained about the <mark>dam</mark>." in page and event.get_absolute_url() in page
    assert "argued about <mark>dams</mark>" in page and f"/articles/{article.pk}/" in page
    assert "1 event<" in page.replace("</span>", "<") and "1 article<" in page.replace("</span>", "<")
    assert "Another matter" not in page


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        ("dam", {"near", "far"}),
        ("dam river", {"far"}),
        ('"great river"', {"far"}),
        ('"river great"', set()),
        ("dam -river", {"near"}),
        ("near or great", {"near", "far"}),
        ("Pakistan dam", {"near"}),
        ("Islamabad dam", {"near"}),
        ("pak us dam", {"near"}),
        ("pak ind dam", set()),
        ("korea dam", {"far"}),
        ("statement of criticism dam", set()),
        ("criticised", {"near", "far"}),
    ],
)
def test_words_phrases_names_and_pairs_choose_events(signed_in: Any, line: str, expected: set[str]) -> None:
    events = {
        "near": told("The dam is near.", "PAK", "USA"),
        "far": told("The dam on the great river is far.", "JPN", "KOR"),
    }
    assert found(signed_in(), q=line, stay="1") == {events[name].pk for name in expected}


def test_a_person_is_found_by_any_name_within_the_year(signed_in: Any) -> None:
    from relations.models import Actor
    from relations.models.loading import load_codebook

    load_codebook()
    actor = Actor.objects.get(key="USA:person:rex-tillerson")
    events = {}
    for year in (2016, 2017):
        event = making.event("USA", "PAK", "meeting", occurred_on=dt.date(year, 5, 1), source_actor=actor)
        making.report("USA", "PAK", "meeting", event=event, sentence="The secretary came.")
        event_texts.write_texts([event.pk])
        events[year] = event.pk
    client = signed_in()
    assert found(client, q="Tillerson 2017") == {events[2017]}
    assert found(client, q="Rex W. Tillerson") == set(events.values())
    assert 'value="2017-01-01"' in text(client, {"q": "Tillerson 2017"})


def test_events_that_do_not_count_are_not_found(signed_in: Any) -> None:
    stands = told("The dam broke.")
    told("The dam broke.", status="rejected")
    told("The dam broke.", status="withdrawn")
    told("The dam broke.", status="merged", merged_into=stands)
    told("The dam broke.", dataset="gdelt")
    assert found(signed_in(), q="dam") == {stands.pk}


def test_dates_choose_events_and_articles(signed_in: Any) -> None:
    new, old = told("The dam broke.", days=1), told("The dam broke.", days=40)
    story("New dam", "dam", days=1), story("Old dam", "dam", days=40)
    client = signed_in()
    assert found(client, q="dam", since=ago(7)) == {new.pk} and found(client, q="dam", until=ago(7)) == {old.pk}
    page = text(client, {"q": "dam", "since": ago(7)})
    assert "New <mark>dam" in page and "Old <mark>dam" not in page
    page = text(client, {"q": "dam", "until": ago(100)})
    assert "Widen the dates, or leave them out" in page
    page = text(client, {"q": "dam", "since": ago(1), "until": ago(5)})
    assert "so no day fits. Swap them." in page
    assert "write the date as 2017-09-01" in text(client, {"q": "dam", "since": "yesterday"})


def test_foreign_text_is_escaped_and_only_what_was_searched_for_is_marked(signed_in: Any) -> None:
    hostile = "1 < 2 <img src=x onerror=alert(1)> 'dam' & R&D <b>\ue000bold\ue001</b> <mark>x</mark>"
    told(hostile)
    story(hostile, hostile)
    page = text(signed_in(), {"q": "dam"})
    assert page.count("<mark>dam</mark>") == 3  # the event's sentence, the story's title and its passage
    assert "<img" not in page and "<b>" not in page and "<mark>x" not in page and "<mark>bold" not in page
    assert "&#x27;<mark>dam</mark>&#x27; &amp; R&amp;D" in page and "1 &lt; 2" in page
    page = text(signed_in(), {"q": "<script>alert('dam')</script>"})
    assert "<script>alert" not in page


@pytest.mark.parametrize("order", ["newest", "best"])
def test_paging_loses_nothing_and_repeats_nothing(signed_in: Any, order: str) -> None:
    number = 2 * search.PAGE + 3
    events = {told(f"The dam {'dam ' * (at % 5)}broke.", days=at % 4).pk for at in range(number)}
    stories = {story(f"Story {at}", "dam " * (at % 5 + 1), days=at % 4).pk for at in range(number)}
    client = signed_in()
    for name, cursor, expected in (("events", "after", events), ("articles", "articles_after", stories)):
        seen: list[Any] = []
        query = {"q": "dam", "order": order}
        while True:
            page = client.get(PAGE, query).context[name]
            seen += [row.words.url if name == "events" else row.url for row in page.rows]
            if not page.next:
                break
            query[cursor] = page.next
        assert len(seen) == len(set(seen)) == number
        assert {int(url.strip("/").rpartition("/")[2]) for url in seen} == expected


def test_the_newest_stand_first_or_the_best(signed_in: Any) -> None:
    old = told("dam dam dam dam dam dam", days=9, type="clash")
    new = told("A dam is a word in a long sentence about many other things.", days=1, type="clash")
    client = signed_in()

    def order(**query: str) -> list[int]:
        return [row.words.id for row in client.get(PAGE, {"q": "dam", **query}).context["events"].rows]

    assert order() == order(order="nonsense") == [new.pk, old.pk]
    assert order(order="best") == [old.pk, new.pk]
    assert "among the newest 1,000" in text(client, {"q": "dam", "order": "best"})


def test_more_is_a_fragment_to_htmx_and_a_page_to_others(signed_in: Any) -> None:
    for at in range(search.PAGE + 1):
        told("The dam broke.", days=at)
        story(f"Dam {at}", "dam", days=at)
    client = signed_in()
    first = client.get(PAGE, {"q": "dam"})
    for name, cursor in (("events", "after"), ("articles", "articles_after")):
        query = {"q": "dam", cursor: first.context[name].next}
        part = text(client, query, **HTMX, **{"hx-target": f"more-{name}"})
        assert "<html" not in part and part.count("<li") == 1
        whole = text(client, query)
        assert "<html" in whole and "From the first on" in whole


@pytest.mark.parametrize(
    "cursor",
    [
        *("zzz", "1_x", "2017-01-01_x", "nan_1", "2017-01-01_" + "9" * 30, "2017-01-01T00:00:00_1", "_", "1e999_1"),
        *("0001-01-01T00:00:00+23:59_1", "9999-12-31T23:59:59-23:59_1"),
    ],
)
@pytest.mark.parametrize("order", ["newest", "best"])
def test_a_cursor_that_is_none_shows_a_page(signed_in: Any, cursor: str, order: str) -> None:
    told("The dam broke.")
    assert "Search for" in text(signed_in(), {"q": "dam", "order": order, "after": cursor, "articles_after": cursor})


def test_counts_end_at_a_bound(signed_in: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    for _ in range(3):
        told("The dam broke.")
    client = signed_in()
    assert "3 events" in text(client, {"q": "dam"})
    monkeypatch.setattr(search, "COUNTED", 2)
    assert "2 events or more" in text(client, {"q": "dam"})


@pytest.mark.parametrize("order", ["newest", "best"])
@pytest.mark.parametrize("few", [1, 100])
def test_rare_and_common_words_find_the_same(
    signed_in: Any, monkeypatch: pytest.MonkeyPatch, order: str, few: int
) -> None:
    """The two ways to find them: from the words to their events, and from the newest events on."""
    monkeypatch.setattr(search, "FEW", {"newest": few, "best": few})
    events = {told("The dam broke.", days=at).pk for at in range(3)}
    told("Another matter.")
    story("Dam", "dam"), story("Another", "matter")
    client = signed_in()
    assert found(client, q="dam", order=order) == found(client, q="pak us dam", order=order) == events
    assert len(client.get(PAGE, {"q": "dam", "order": order}).context["articles"].rows) == 1


def test_a_search_that_takes_too_long_is_given_up_and_told(signed_in: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    def slow(*_: Any) -> None:
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_sleep(5)")

    monkeypatch.setattr(search, "SECONDS", 0.05)
    monkeypatch.setattr(search, "count_events", slow)
    page = text(signed_in(), {"q": "Tillerson dam"})
    assert "was given up. Name a country or choose dates." in page and "Rex Tillerson" in page


def test_words_that_find_nothing_are_answered_with_what_to_do(signed_in: Any) -> None:
    client = signed_in()
    page = text(client, {"q": "zeppelin raid"})
    assert "No event is told in these words" in page and "leave one out" in page and "How it can be asked" in page
    assert "stand in nearly every text" in text(client, {"q": "the of and"})
    assert "Did you mean" in (page := text(client, {"q": "Pakisten"})) and "/search/?q=Pakistan" in page


@pytest.mark.parametrize(
    "line",
    [
        "a" * 200,
        "\x00",
        "dam\x00\x07 \u202e",
        "'",
        '"',
        "((",
        "& | !",
        ":*",
        "\\",
        "%",
        "-",
        "- -",
        "<->",
        "or",
        "É",
        "#9" * 9,
    ],
)
def test_strange_lines_are_answered(signed_in: Any, line: str) -> None:
    assert "Search" in text(signed_in(), {"q": line})


def test_a_line_that_is_too_long_is_told_so(signed_in: Any) -> None:
    assert "at most 200 characters; these are 201." in text(signed_in(), {"q": "a" * 201})


def test_suggestions_come_as_options_in_groups(signed_in: Any) -> None:
    making.event("PAK", "USA", "clash")
    score_stale_days()
    client = signed_in()
    page = client.get("/search/suggestions/", {"q": "pak us"}, headers=HTMX).content.decode()
    assert "<html" not in page and page.count('role="option"') == 2 and page.count('role="group"') == 2
    assert 'href="/pairs/pak-usa/"' in page and 'href="/search/?q=pak+us&amp;stay=1"' in page and "tension " in page
    assert "option" not in client.get("/search/suggestions/", {"q": "p"}, headers=HTMX).content.decode()
    hostile = client.get("/search/suggestions/", {"q": "<b>'\x00\""}, headers=HTMX).content.decode()
    assert "<b>" not in hostile and "&lt;b&gt;" in hostile


def test_suggestions_without_htmx_lead_to_the_page(signed_in: Any) -> None:
    assert signed_in().get("/search/suggestions/", {"q": "a b"})["Location"] == "/search/?q=a+b"


def queries(client: Client, url: str, query: dict[str, str], **headers: str) -> int:
    client.get(url, query, headers=headers)
    with CaptureQueriesContext(
        connection,
    ) as asked:
        assert client.get(url, query, headers=headers).status_code == 200
    return len(asked)


@pytest.mark.parametrize("line", ["dam", "pak us dam", "Pakistan dam"])
@pytest.mark.parametrize("order", ["newest", "best"])
def test_the_number_of_queries_does_not_grow_with_what_is_found(signed_in: Any, line: str, order: str) -> None:
    told("The dam of Pakistan broke.")
    story("Dam", "A dam of Pakistan and the United States")
    client = signed_in()
    few = queries(client, PAGE, {"q": line, "order": order})
    for at in range(12):
        told("The dam of Pakistan broke.", days=at)
        story(f"Dam {at}", "A dam of Pakistan and the United States", days=at)
    assert queries(client, PAGE, {"q": line, "order": order}) == few <= 18


def test_suggestions_ask_four_queries_at_most(signed_in: Any) -> None:
    making.event()
    score_stale_days()
    assert queries(signed_in(), "/search/suggestions/", {"q": "pak"}, **HTMX) <= 4
