"""The filters of a pair's list as its page shows them: choices, chips, words with marks, what is wrong in words."""

from __future__ import annotations

from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from relations.ingest.items import LONGEST_TEXT
from relations.merging.run import merge_new_reports
from relations.models import ArticleText, Event, EventText, words_query
from relations.queries.timelines import CLOSES, OPENS, pieces
from relations.scoring.run import score_stale_days
from relations.tagging.run import tag_new_articles
from tests import making
from tests.views.test_pages import PAIR, ago, htmx, reported, text

pytestmark = pytest.mark.django_db


def told(sentence: str, **values: Any) -> Event:
    """An event that merging made of a report with this sentence."""
    report = making.report(sentence=sentence, **values)
    merge_new_reports()
    score_stale_days()
    report.refresh_from_db()
    assert report.event
    return report.event


def shown(client: Client, query: str) -> list[int]:
    page = client.get(f"{PAIR}?{query}").context["page"]
    return [event.words.id for day in page.days for event in day.events]


def test_words_are_found_by_their_stems_and_marked(signed_in: Any) -> None:
    found = told("The troops were crossing the river & <b>more</b>.")
    told("Nothing of the kind.", type="apology", occurred_on=ago(20))
    client = signed_in()
    assert shown(client, "q=crossed+river") == [found.pk]
    page = text(client, f"{PAIR}?q=crossed+river")
    assert "<mark>crossing</mark> the <mark>river</mark> &amp; &lt;b&gt;more" in page
    assert shown(client, 'q="river+crossing"') == [] and shown(client, "q=troops+-river") == []
    assert len(shown(client, "q=river+or+kind")) == 2


def test_types_actors_and_countries_are_words_too(signed_in: Any) -> None:
    event = told("They did.", type="clash")
    client = signed_in()
    for words in ("armed clash", "Pakistan", "united states"):
        assert shown(client, f"q={words}") == [event.pk]


def test_what_its_reports_say_no_more_is_not_found(signed_in: Any) -> None:
    event = told("The envoy danced.")
    report = event.reports.get()
    report.sentence, report.due = "The envoy sang.", True
    report.save()
    Event.objects.filter(pk=event.pk).update(evidence_changed=True)
    merge_new_reports()
    client = signed_in()
    assert shown(client, "q=danced") == [] and shown(client, "q=sang") == [event.pk]
    assert EventText.objects.get(event=event).pair_id == event.pair_id


def test_a_story_is_found_by_its_newest_text_once_it_was_read() -> None:
    article = making.article("The envoy danced.", title="An evening")
    tag_new_articles()
    making.second_version(article, "The envoy sang.")
    article.tagged_at = None
    article.save()
    tag_new_articles()

    def found(words: str) -> bool:
        return ArticleText.objects.filter(words=words_query(words), article=article).exists()

    assert found("sang") and found("evening") and not found("danced")


def test_a_text_of_too_many_words_to_be_looked_up_keeps_no_story_from_being_read() -> None:
    # Words of two parts are kept whole and in parts, and none is like another.
    letters = (chr(0x20000 + at * 7 % 40_000) if at % 13 else "- "[at % 2] for at in range(LONGEST_TEXT - 10))
    stories = [making.article(f"An end. {''.join(letters)}"), making.article("The envoy danced.")]
    tag_new_articles()
    for story, word in zip(stories, ("end", "danced"), strict=True):
        assert ArticleText.objects.filter(words=words_query(word), article=story).exists()


@pytest.mark.parametrize(
    ("marked", "cut"),
    [
        ("plain", [("plain", False)]),
        (f"{OPENS}a{CLOSES} b", [("a", True), (" b", False)]),
        (f"x {OPENS}a", [(f"x {OPENS}a", False)]),
        (f"{CLOSES}x", [(f"{CLOSES}x", False)]),
        (f"{OPENS}{CLOSES}", []),
    ],
)
def test_marks_are_cut_however_a_text_has_them(marked: str, cut: list[tuple[str, bool]]) -> None:
    assert pieces(marked) == cut


def test_words_too_common_to_search_for_are_told(signed_in: Any) -> None:
    told("The envoy danced.")
    assert "only words that stand in every text" in text(signed_in(), f"{PAIR}?q=the+of")
    assert "No event fits these filters" in text(signed_in(), f"{PAIR}?q=elephant")


@pytest.mark.parametrize(
    ("query", "words"),
    [
        ("group=nonsense", "There is no kind of events “nonsense”."),
        ("type=nonsense", "There is no event type “nonsense” in the codebook."),
        ("direction=7", "The direction is 1, -1 or 0."),
        ("stage=nonsense", "There is no stage “nonsense”."),
        ("status=merged", "There is no status “merged”."),
        ("source=x", "A source is chosen by its number"),
        ("confidence=many", "a number from 1 to 100"),
        ("since=yesterday", "write the date as 2017-09-01"),
        ("since=2020-02-02&until=2020-01-01", "so no day fits. Swap them."),
        (f"q={'x' * 201}", "Search for at most 200 characters."),
        ("q=%00", "Null characters are not allowed."),
        ("since=0000-00-00", "write the date"),
        ("since=9999-12-15", "From: choose a day from 1900 to 2199."),
        ("until=0001-01-15", "Until: choose a day from 1900 to 2199."),
        ("source=99999999999999999999", "less than or equal"),
    ],
)
def test_what_is_chosen_wrongly_is_told_and_left_out(signed_in: Any, query: str, words: str) -> None:
    told("The envoy danced.")
    page = text(signed_in(), f"{PAIR}?{query}")
    assert words in page.replace("&#x27;", "'") and 'role="alert"' in page


def test_each_choice_can_be_taken_back_alone(signed_in: Any) -> None:
    told("The envoy danced.", type="clash")
    feed = making.Feed.objects.get()
    query = "group=force&type=apology&direction=1&stage=held&status=coded&confidence=70&since=2020-01-01&q=envoy"
    page = signed_in().get(f"{PAIR}?{query}&source={feed.pk}")
    chosen = {one.label: one.query for one in page.context["panel"].chosen}
    assert set(chosen) == {
        *("Force", "Apology", "Pakistan → United States", "held", "not reviewed", feed.title),
        *("probability 70 % or more", "from 1 January 2020", "“envoy”"),
    }
    assert "group=force" not in chosen["Force"] and "type=apology" in chosen["Force"]
    assert "since" not in chosen["from 1 January 2020"] and chosen["“envoy”"].endswith("since=2020-01-01")
    assert page.context["panel"].total == "1 event"


def test_a_source_that_is_not_there_says_so(signed_in: Any) -> None:
    told("The envoy danced.")
    page = text(signed_in(), f"{PAIR}?source=999999")
    assert "source 999999, which there is not" in page and "No event fits these filters" in page


def test_sources_come_by_themselves_with_counts(signed_in: Any) -> None:
    first = told("The envoy danced.", type="clash")
    making.report(type="clash", event=first, article=making.article("x", feed=making.feed(title="Second <feed>")))
    client = signed_in()
    page = text(client, f"{PAIR}?group=force", **htmx("sources"))
    assert page.strip().startswith('<div class="field" id="sources"')
    assert "Second &lt;feed&gt; (1)" in page and page.count("<option") == 3
    assert page.count("selected") == 0
    other = making.feed(title="Another")
    assert f'value="{other.pk}" selected' in text(client, f"{PAIR}?source={other.pk}", **htmx("sources"))


def test_an_events_reports_come_in_place(signed_in: Any) -> None:
    event = told("The envoy danced.")
    client = signed_in()
    page = text(client, f"/events/{event.pk}/reports/", **{"hx-request": "true"})
    assert page.strip().startswith('<div class="in-place"') and "The envoy danced." in page
    plain = client.get(f"/events/{event.pk}/reports/")
    assert plain.status_code == 302 and plain["Location"] == f"/events/{event.pk}/#reports"
    assert client.get("/events/999999/reports/", headers={"hx-request": "true"}).status_code == 404


def test_who_acts_on_whom_is_said_in_words(signed_in: Any) -> None:
    reported("USA", "PAK", "clash")
    score_stale_days()
    page = text(signed_in(), PAIR)
    assert 'United States <span aria-hidden="true">→</span><span class="hidden">towards</span> Pakistan' in page
    assert '<span class="hidden">conflict: </span>Armed clash' in page


def test_choosing_costs_no_more_queries_with_a_thousand_events(signed_in: Any, monkeypatch: Any) -> None:
    monkeypatch.setattr("relations.models.scores.LEARNT_FOR", 3600)
    client = signed_in()
    query = "?group=words&q=sentence&confidence=50&status=coded&since=2020-01-05"

    def count(target: str = "") -> int:
        headers = htmx(target) if target else {}
        client.get(PAIR + query, headers=headers)
        with CaptureQueriesContext(connection) as queries:
            assert client.get(PAIR + query, headers=headers).status_code == 200
        return len(queries)

    article = making.article("A story.")

    def fill(start: int, stop: int) -> None:
        for number in range(start, stop):
            making.report(type="accusation", article=article, sentence_number=number, occurred_on=ago(9 * number % 400))
        merge_new_reports()
        score_stale_days()

    fill(0, 5)
    few = [count(), count("more"), count("sources")]
    fill(5, 120)
    assert [count(), count("more"), count("sources")] == few == [10, 8, 5]
