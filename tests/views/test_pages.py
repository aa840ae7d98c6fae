"""What the pages say, with and without htmx, and how many queries they ask."""

from __future__ import annotations

import datetime as dt
from typing import Any

import numpy as np
import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from relations.merging.run import merge_new_reports
from relations.models import Event, PairStanding
from relations.scoring.run import score_stale_days
from relations.templatetags.frames import telling_days
from relations.views.correction_forms import seen_of
from tests import making

pytestmark = pytest.mark.django_db
PAIR = "/pairs/pak-usa/"


def ago(days: int) -> dt.date:
    return making.today() - dt.timedelta(days=days)


def reported(source: str = "PAK", target: str = "USA", type: str = "clash", days: int = 0, **values: Any) -> Event:
    event = making.event(source, target, type, occurred_on=ago(days), **values)
    making.report(source, target, type, event=event, occurred_on=ago(days))
    return event


def text(client: Client, url: str, **headers: str) -> str:
    response = client.get(url, headers=headers)
    assert response.status_code == 200, response.content[:300]
    return response.content.decode()


def htmx(target: str) -> dict[str, str]:
    return {"hx-request": "true", "hx-target": target}


def test_an_empty_overview_says_what_is_missing_and_what_to_do(signed_in: Any) -> None:
    assert "An admin can add one" in text(signed_in(), "/")
    assert "Add a feed" in text(signed_in("admin"), "/")
    making.feed()
    assert "visited every minute" in text(signed_in(), "/")


def test_the_overview_ranks_pairs_by_change_and_names_the_mover(signed_in: Any) -> None:
    reported("PAK", "USA", "clash", 2)
    reported("FRA", "DEU", "agreement_signed", 2, mutual=True)
    score_stale_days()
    client = signed_in()

    def listed(query: str) -> str:
        page = text(client, f"/?{query}")
        return page[: page.index("The busiest countries")]

    tense, calm = "Pakistan – United States", "Germany – France"
    assert tense in listed("order=rising") and calm not in listed("order=rising")
    assert calm in listed("order=easing") and tense not in listed("order=easing")
    assert listed("order=tense").index(tense) < listed("order=tense").index(calm)
    assert "Armed clash" in listed("order=rising")
    assert "No pair&#x27;s score rose" not in listed("order=rising")


def test_a_score_that_only_fades_is_no_news(signed_in: Any) -> None:
    reported(type="clash", days=60)
    reported("FRA", "DEU", "agreement_signed", 60, mutual=True)
    score_stale_days()
    client = signed_in()
    page = text(client, "/?order=rising&days=30")
    assert (
        "rose by what happened in the last 30 days" in page
        and "Pakistan – United States" not in page.split("The busiest countries")[0]
    )
    assert "Pakistan – United States" in text(client, "/?order=rising&days=90").split("The busiest countries")[0]


@pytest.mark.parametrize("query", ["?order=nonsense", "?days=abc", "?days=8", "?after=zzz", "?after=1_x"])
def test_nonsense_in_the_overviews_address_shows_the_overview(signed_in: Any, query: str) -> None:
    assert "What changed?" in text(signed_in(), f"/{query}")


def test_the_overview_pages_by_keyset_without_loss(signed_in: Any) -> None:
    codes = ["AFG", "ALB", "DZA", "AND", "AGO", "ARG", "ARM", "AUS", "AUT", "AZE"]
    pairs = [(one, other) for at, one in enumerate(codes) for other in codes[at + 1 :]][:40]
    for number, (one, other) in enumerate(pairs):
        making.event(one, other, "clash", occurred_on=ago(number % 5))
    score_stale_days()
    client = signed_in()
    seen: list[str] = []
    url = "/?order=tense&days=30"
    while url:
        page = client.get(url).context["page"]
        seen += [row.slug for row in page.rows]
        url = f"/?order=tense&days=30&after={page.next}" if page.next else ""
    assert len(seen) == len(set(seen)) == 40


def test_the_timeline_shows_who_did_what_to_whom_with_the_sentence(signed_in: Any) -> None:
    event = reported("PAK", "USA", "visit_postponed", 3, stage="postponed")
    score_stale_days()
    page = text(signed_in(), PAIR)
    for words in (
        "Visit postponed",
        "Pakistan",
        "→",
        "United States",
        event.reports.get().sentence,
        "1 report, 1 source",
    ):
        assert words in page
    assert page.count("<svg") == 2 and "in today's score" in page


@pytest.mark.parametrize(
    ("query", "types"),
    [
        ("", {"clash", "visit_made", "agreement_signed"}),
        ("group=force", {"clash"}),
        ("group=force&group=diplomacy", {"clash", "visit_made"}),
        ("direction=-1", {"visit_made"}),
        ("direction=0", {"agreement_signed"}),
        ("since={5}", {"clash"}),
        ("until={5}", {"visit_made", "agreement_signed"}),
        ("status=coded&status=confirmed&status=rejected", {"clash", "visit_made", "agreement_signed", "apology"}),
        ("direction=5&group=nonsense&since=yesterday", {"clash", "visit_made", "agreement_signed"}),
    ],
)
def test_the_filters_choose_events(signed_in: Any, query: str, types: set[str]) -> None:
    reported("PAK", "USA", "clash", 1)
    reported("USA", "PAK", "visit_made", 10)
    reported("PAK", "USA", "agreement_signed", 20, mutual=True)
    reported("PAK", "USA", "apology", 20, status="rejected")
    score_stale_days()
    query = query.replace("{5}", ago(5).isoformat())
    page = signed_in().get(f"{PAIR}?{query}").context["page"]
    shown = {Event.objects.get(pk=row.words.id).type for day in page.days for row in day.events}
    assert shown == types


def test_a_wrong_filter_is_told_and_left_out(signed_in: Any) -> None:
    reported()
    page = text(signed_in(), f"{PAIR}?since=yesterday")
    assert "write the date as 2017-09-01" in page and "Armed clash" in page
    page = text(signed_in(), f"{PAIR}?since=2020-02-01&until=2020-01-01")
    assert "Swap them" in page


def test_no_match_says_so(signed_in: Any) -> None:
    reported()
    assert "No event fits these filters" in text(signed_in(), f"{PAIR}?group=threats")


def test_pages_of_the_timeline_follow_each_other_without_gap_or_overlap(signed_in: Any) -> None:
    made = [making.event(type="accusation", occurred_on=ago(number // 4)).pk for number in range(120)]
    client = signed_in()
    seen: list[int] = []
    after = ""
    while True:
        page = client.get(f"{PAIR}?after={after}").context["page"]
        seen += [row.words.id for day in page.days for row in day.events]
        if not (after := page.next):
            break
    assert sorted(seen) == sorted(made) and len(seen) == 120
    second = client.get(f"{PAIR}?after={client.get(PAIR).context['page'].next}").content.decode()
    assert ", continued</h2>" in second  # 4 events a day: the first page ends in the middle of one


@pytest.mark.parametrize("after", ["x", "2020-01-01_x", "2020-13-01_1", "_"])
def test_a_broken_cursor_shows_the_first_page(signed_in: Any, after: str) -> None:
    reported()
    assert "Armed clash" in text(signed_in(), f"{PAIR}?after={after}")


@pytest.mark.parametrize(
    ("url", "target", "root"),
    [("/", "pairs", '<section id="pairs"'), (PAIR, "timeline", '<div id="timeline"'), (PAIR, "more", "<section")],
)
def test_htmx_gets_the_fragment_of_what_it_replaces_and_browsers_the_page(
    signed_in: Any, url: str, target: str, root: str
) -> None:
    reported()
    score_stale_days()
    client = signed_in()
    fragment = text(client, url, **htmx(target)).strip()
    assert fragment.startswith(root) and "<html" not in fragment
    for headers in ({}, {**htmx(target), "hx-boosted": "true"}, {**htmx(target), "hx-history-restore-request": "true"}):
        assert "<html" in text(client, url, **headers)
    assert "HX-Request" in client.get(url)["Vary"]


def test_unknown_pairs(signed_in: Any) -> None:
    client = signed_in()
    assert "not the same as calm" in text(client, "/pairs/fji-isl/")
    assert client.get("/pairs/qqq-zzz/").status_code == 404
    wrong_order = client.get("/pairs/usa-pak/")
    assert wrong_order.status_code == 301 and wrong_order["Location"] == "/pairs/pak-usa/"
    assert client.get("/pairs/usa-usa/").status_code == 404
    assert "nothing at this address" in client.get("/no/such/page").content.decode()


def test_the_event_page_marks_who_did_what_to_whom_in_its_context(signed_in: Any) -> None:
    sentence = "Pakistan put off a visit by US officials."
    article = making.article(f"Before it. {sentence} After it.\n\nMore.")
    event = making.event(type="visit_postponed")
    spans = {"source": [0, 8], "trigger": [9, 16], "target": [28, 30]}
    making.report(
        type="visit_postponed", event=event, article=article, sentence=sentence, spans=spans, because="put off + visit"
    )
    page = text(signed_in(), event.get_absolute_url())
    assert '<mark class="source" title="source">Pakistan</mark>' in page
    assert '<mark class="trigger" title="trigger">put off</mark>' in page
    assert '<mark class="target" title="target">US</mark>' in page
    assert "Before it. " in page and " After it." in page and "put off + visit" in page
    assert "A planned visit" in page or "visit" in event.kind.definition


def test_text_from_a_feed_is_shown_as_text(signed_in: Any) -> None:
    evil = "<script>alert(1)</script> Pakistan accused the US."
    article = making.article(evil, title="<img src=x onerror=alert(1)>")
    event = making.event()
    making.report(event=event, article=article, sentence=evil, spans={"source": [0, 900], "target": [5, 2]})
    client = signed_in()
    for url in (event.get_absolute_url(), PAIR, reverse("article", args=[article.pk])):
        page = text(client, url)
        assert "<script>alert" not in page and "<img src=x" not in page and "&lt;script&gt;" in page


def test_every_page_forbids_what_it_does_not_need(signed_in: Any) -> None:
    response = signed_in().get("/")
    assert "default-src 'none'" in response["Content-Security-Policy"]
    assert "unsafe" not in response["Content-Security-Policy"]
    page = response.content.decode()
    assert " style=" not in page and "<style" not in page and " onclick" not in page


@pytest.fixture
def count_queries(signed_in: Any, monkeypatch: pytest.MonkeyPatch) -> Any:
    client = signed_in("admin")
    # What is kept for a while must not run out between the two requests.
    monkeypatch.setattr("relations.models.scores.LEARNT_FOR", 3600)

    def count(url: str, **headers: str) -> int:
        client.get(url, headers=headers)  # the first request also reads the session's user
        with CaptureQueriesContext(connection) as queries:
            assert client.get(url, headers=headers).status_code == 200
        return len(queries)

    return count


@pytest.mark.parametrize(
    ("words", "days_before", "told"),
    [
        ("on Monday", 2, "Date from “on Monday”"),
        ("", 0, "Date of publication"),
        ("", 1, "Date of the story, as the sentence names none"),
    ],
)
def test_the_event_page_says_what_the_date_was_read_from(
    signed_in: Any, words: str, days_before: int, told: str
) -> None:
    made = making.event()
    published = dt.datetime.now(dt.UTC)
    making.report(
        event=made,
        date_words=words,
        occurred_on=published.date() - dt.timedelta(days=days_before),
        article=making.article(published_at=published),
    )
    assert told in text(signed_in(), made.get_absolute_url())


def test_query_counts_do_not_grow_from_ten_to_a_thousand_events(count_queries: Any) -> None:
    """The figures are stated, so that a page that begins to ask more is noticed."""
    article = making.article("A story.")

    def fill(start: int, stop: int) -> None:
        for number in range(start, stop):
            event = making.event(type="accusation", occurred_on=ago(number % 300))
            making.report(
                type="accusation", event=event, article=article, sentence_number=number, occurred_on=ago(number % 300)
            )
        for code in ("AFG", "ALB", "DZA", "AGO", "ARG")[: 1 if stop <= 10 else 5]:
            making.event("PAK", code)
        score_stale_days()

    fill(0, 10)
    event = Event.objects.filter(reports__isnull=False).first()
    assert event
    urls = {
        "overview": "/",
        "timeline": PAIR,
        "timeline, filtered": f"{PAIR}?group=words&direction=1&since=2020-01-01",
        "event": event.get_absolute_url(),
        "article": reverse("article", args=[article.pk]),
        "feeds": reverse("feeds"),
    }
    few = {name: count_queries(url) for name, url in urls.items()}
    fill(10, 1000)
    for _ in range(20):
        making.feed()
        making.report(type="accusation", event=event, occurred_on=event.occurred_on)
    many = {name: count_queries(url) for name, url in urls.items()}
    assert many == few
    # Two of each are the session and its user; feeds, alerts and corrections ask for permissions too;
    # the actors to choose from, whether the editor is asked for a second opinion, and on which events.
    assert few == {"overview": 9, "timeline": 11, "timeline, filtered": 11, "event": 16, "article": 11, "feeds": 8}


def test_a_standing_of_which_little_is_known_says_so(signed_in: Any) -> None:
    reported(type="statement_neutral", days=200)
    score_stale_days()
    assert PairStanding.objects.get().known < 0.5
    client = signed_in()
    assert "little known" in text(client, PAIR)
    page = text(client, "/?order=tense")
    assert "Pairs of which little is known are left out" in page and "Of no pair is enough known" in page


def test_a_chart_of_many_years_loses_no_peak() -> None:
    scores = np.full(30 * 365, 45.0)
    scores[7001] = 90.0
    scores[3003] = 10.0
    days = telling_days(scores, 0, len(scores) - 1, 240)
    assert {0, 3003, 7001, len(scores) - 1} <= set(days.tolist()) and len(days) < 500


def test_a_session_that_ended_sends_the_browser_to_sign_in_and_back_to_the_page(client: Client) -> None:
    event = making.event()
    page = f"http://testserver{event.get_absolute_url()}"
    asked = client.post(f"{event.get_absolute_url()}correct/", headers={**htmx("event"), "hx-current-url": page})
    assert asked["HX-Redirect"] == f"/sign-in/?next={event.get_absolute_url()}"
    plain = client.post(f"{event.get_absolute_url()}correct/")
    assert plain["Location"] == "/sign-in/?next=/"


def test_a_conflict_shows_both_versions_and_the_next_save_goes_through(signed_in: Any) -> None:
    event = making.event(type="clash")
    score_stale_days()
    client = signed_in("editor")
    form = {"type": "apology", "direction": 1, "occurred_on": event.occurred_on.isoformat()}
    stale = {**form, "seen": seen_of({**event.as_edited(), "type": "accusation"})}
    answer = client.post(f"{event.get_absolute_url()}correct/", stale)
    assert answer.status_code == 409 and "Someone changed this event" in answer.content.decode()
    fresh = answer.context["form"]
    assert fresh["type"].value() == "apology", "what was chosen is not lost"
    again = client.post(f"{event.get_absolute_url()}correct/", {**form, "seen": fresh["seen"].value()}, follow=True)
    assert "score went from" in again.content.decode()
    event.refresh_from_db()
    assert event.type == "apology"


def test_a_rejected_event_is_not_marked_in_its_article(signed_in: Any) -> None:
    event = reported(status="rejected")
    article = event.reports.get().article
    page = text(signed_in(), reverse("article", args=[article.pk]))
    assert 'class="marked"' not in page and "rejected by an editor" in page


@pytest.mark.parametrize("again", ["HTTPS://News.Example/feed", "https://news.example/feed#part"])
def test_a_feed_is_not_added_twice_under_another_spelling(signed_in: Any, again: str) -> None:
    making.feed(url="https://news.example/feed")
    answer = signed_in("admin").post(reverse("add-feed"), {"url": again})
    assert answer.status_code == 422 and "in the list already" in answer.content.decode()


@pytest.mark.parametrize(("verdict", "status"), [("confirm", "confirmed"), ("reject", "rejected"), ("", "coded")])
def test_a_verdict_is_what_it_says_and_the_score_follows_in_the_request(
    signed_in: Any, verdict: str, status: str
) -> None:
    event = making.event(type="clash")
    making.event(type="accusation")
    score_stale_days()
    before = PairStanding.objects.get().score
    form = {"type": "clash", "direction": 1, "occurred_on": event.occurred_on.isoformat(), "verdict": verdict}
    signed_in("editor").post(f"{event.get_absolute_url()}correct/", {**form, "seen": seen_of(event.as_edited())})
    event.refresh_from_db()
    assert event.status == status
    after = PairStanding.objects.get().score
    assert {"confirm": after > before, "reject": after < before, "": after == before}[verdict]


def test_an_unknown_verdict_changes_nothing(signed_in: Any) -> None:
    event = making.event(type="clash")
    form = {"type": "apology", "direction": 1, "occurred_on": event.occurred_on.isoformat(), "verdict": "delete"}
    answer = signed_in("editor").post(
        f"{event.get_absolute_url()}correct/", {**form, "seen": seen_of(event.as_edited())}
    )
    event.refresh_from_db()
    assert answer.status_code == 422 and event.type == "clash"


@pytest.mark.parametrize(
    "url", ["/?order=reported&after=inf_1", "/?after=nan_1", "/feeds/?after=1_%00", "/feeds/?after=x"]
)
def test_cursors_that_nobody_gave_show_the_first_page(signed_in: Any, url: str) -> None:
    assert signed_in("admin").get(url).status_code == 200


def test_events_of_other_datasets_are_on_no_timeline(signed_in: Any) -> None:
    reported(type="clash")
    making.event(type="strike", dataset="gdelt")
    score_stale_days()
    page = text(signed_in(), PAIR)
    assert "Armed clash" in page and "Air or missile strike" not in page


@pytest.mark.parametrize(("role", "status"), [("admin", 200), ("editor", 403), ("analyst", 302)])
@pytest.mark.parametrize("page", ["auth/user/", "relations/feed/"])
def test_admins_manage_people_and_feeds_in_the_admin(signed_in: Any, page: str, role: str, status: int) -> None:
    assert signed_in(role).get(f"/admin/{page}").status_code == status


def test_an_admin_cannot_make_or_touch_a_superuser(signed_in: Any) -> None:
    root = making.User.objects.create_superuser("root", password="x")
    other = making.user()
    client = signed_in("admin")
    assert 'name="is_superuser"' not in client.get(f"/admin/auth/user/{other.pk}/change/").content.decode()
    client.post(f"/admin/auth/user/{root.pk}/change/", {"username": "mine", "is_superuser": "on"})
    root.refresh_from_db()
    assert root.username == "root"


def test_a_feeds_new_reliability_reaches_its_events(signed_in: Any) -> None:
    making.report()
    merge_new_reports()
    feed = making.Feed.objects.get()
    form = {"title": feed.title, "url": feed.url, "interval": "00:30:00", "reliability": "0.1"}
    assert signed_in("admin").post(f"/admin/relations/feed/{feed.pk}/change/", form).status_code == 302
    merge_new_reports()
    assert Event.objects.get().confidence == pytest.approx(0.1 * 0.9)


def test_the_heat_map_shows_the_busiest_countries_and_what_is_little_known(signed_in: Any) -> None:
    for _ in range(3):
        reported("PAK", "USA", "clash", 2)
    reported("IND", "PAK", "agreement_signed", 3, mutual=True)
    reported("FRA", "USA", "statement_neutral", 80)
    score_stale_days()
    page = signed_in().get("/?days=90")
    chart = page.context["map"]
    assert chart.codes[:2] == ["PAK", "USA"]
    by_name = {cell.name: cell for cell in chart.cells}
    assert by_name["Pakistan – United States"].shade.startswith("conflict-")
    assert by_name["India – Pakistan"].shade.startswith("cooperation-")
    assert by_name["France – United States"].shade == "unknown"
    assert {cell.name for cell in chart.cells} == set(by_name) and len(by_name) == 3
    body = page.content.decode()
    assert body.count('class="cell ') == 3 and "France – United States: little known, 1 event in 90 days" in body
    assert all(cell.row > cell.column for cell in chart.cells)
    within_a_week = signed_in().get("/?days=7").context["map"]
    assert "FRA" not in within_a_week.codes


def test_the_overview_says_what_is_planned(signed_in: Any) -> None:
    from tests.views.plans import day, told

    told("PAK", "USA", "announced", -2, day(8))
    told("IND", "CHN", "announced", -2, day(40))
    merge_new_reports()
    page = text(signed_in(), "/")
    planned = page[page.index("Planned in the next 30 days") : page.index("Latest events")]
    assert "Visit" in planned and "Pakistan" in planned and "China" not in planned
    Event.objects.update(status="rejected", evidence_changed=True)
    merge_new_reports()
    assert "No visit, meeting or talks with a date in the next 30 days" in text(signed_in(), "/")


def test_copies_are_folded_under_the_story_that_they_copy(signed_in: Any) -> None:
    event = making.event(type="clash")
    original = making.article("It was told.", title="The original")
    making.report(type="clash", event=event, article=original)
    for number in range(2):
        copy = making.article("It was told.", title=f"Copy {number}", copy_of=original)
        making.report(type="clash", event=event, article=copy)
    stray = making.article("It was told.", title="Copy of what tells of something else", copy_of=making.article("x"))
    making.report(type="clash", event=event, article=stray)
    page = signed_in("editor").get(event.get_absolute_url())
    shown = page.context["page"].reports
    assert [item.article.title for item in shown] == ["The original", "Copy of what tells of something else"]
    assert [item.article.title for item in shown[0].copies] == ["Copy 0", "Copy 1"]
    body = page.content.decode()
    assert "2 copies of this story, counted as one source with it" in body
    assert body.count("tells of something else") == 5, "each can still be split off"
