"""The pages on what several editors say: agreement, disagreements with their decision, and the history."""

from __future__ import annotations

import html
import re
import time
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from relations.corrections.run import correct_event
from relations.corrections.run_desk import claim, judge
from relations.corrections.run_placing import merge_events
from relations.corrections.run_undo import undo
from relations.models import Correction, DeskFilters, Event, Origin, ReviewItem, ReviewState, Status, Verdict
from relations.scoring.run import score_stale_days
from tests import making
from tests.corrections.waiting import queued

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("all_are_judged_twice")]
AGREEMENT, DISAGREEMENTS, HISTORY = "/desk/agreement/", "/desk/disagreements/", "/desk/history/"


def browser(person: User) -> Client:
    client = Client()
    client.force_login(person)
    return client


def text(client: Client, url: str, status: int = 200, **options: Any) -> str:
    response = client.get(url, **options)
    assert response.status_code == status, response.content[:300]
    return html.unescape(response.content.decode())


def htmx(target: str) -> dict[str, str]:
    return {"HX-Request": "true", "HX-Target": target}


def split(first: User, second: User, **values: Any) -> Event:
    """An event that the first took as read, and the second for an apology."""
    event = queued(**values)
    claim(first, DeskFilters(), 50)
    judge(event.pk, editor=first, status=Status.CONFIRMED, reason="as they say")
    claim(second, DeskFilters(), 50)
    judge(event.pk, editor=second, status=Status.CONFIRMED, type="apology", reason="they said sorry")
    assert ReviewItem.objects.get(event=event).state == ReviewState.SPLIT
    return event


# -- agreement ------------------------------------------------------------------------------------------------------


def test_where_nothing_was_judged_by_two_the_page_says_what_to_do(first: User, second: User) -> None:
    page = text(browser(first), AGREEMENT)
    assert "No event has been judged by two editors yet" in page and "comes first there" in page


def test_agreement_is_shown_with_what_it_means(first: User, second: User) -> None:
    split(first, second)
    event = queued(type="clash")
    for editor in (first, second):
        claim(editor, DeskFilters(), 50)
        judge(event.pk, editor=editor, status=Status.REJECTED)
    page = text(browser(first), AGREEMENT)
    assert "Krippendorff" in page and "nan" not in page
    assert "too few yet (2)" in page and "too few yet (1)" in page and "1 (50 %)" in page
    assert '<strong class="figure">too few' not in page and "0.00" not in page
    assert reverse("desk-disagreements") in page


# -- disagreements --------------------------------------------------------------------------------------------------


def test_where_nobody_disagrees_the_page_says_so(first: User) -> None:
    assert "Nobody disagrees on any event now" in text(browser(first), DISAGREEMENTS)


def test_a_disagreement_stands_in_its_context_with_both_opinions(first: User, second: User) -> None:
    event = split(first, second)
    page = text(browser(making.user("admin")), DISAGREEMENTS)
    assert event.reports.get().sentence in page
    for words in ("they said sorry", "as they say", "First opinion is right", "Second opinion is right"):
        assert words in page
    row = re.search(r'<tr class="differs"><th scope="row">Type .*?</tr>', page, re.S)
    assert row and "≠" in row.group() and "Accused" in row.group() and "Apology" in row.group()
    assert page.count('class="differs"') == 1
    assert first.username not in page and second.username not in page
    assert f'href="{event.get_absolute_url()}">Neither: correct it myself' in page


def test_what_the_first_editor_made_of_the_event_is_not_given_out_as_what_was_read(first: User, second: User) -> None:
    event = queued(type="accusation")
    claim(first, DeskFilters(), 5)
    judge(event.pk, editor=first, status=Status.CONFIRMED, type="clash")
    claim(second, DeskFilters(), 5)
    judge(event.pk, editor=second, status=Status.CONFIRMED)
    item = browser(first).get(DISAGREEMENTS).context["page"].rows[0]
    assert item.words.type == "Accused"
    assert [(row.read, row.first, row.second) for row in item.rows if row.name == "Type"] == [
        ("Accused", "Armed clash", "Accused")
    ]


def test_only_who_may_decide_gets_buttons_and_the_others_are_told_why(first: User, second: User) -> None:
    event = split(first, second)
    assert "right to decide between two opinions" in text(browser(first), DISAGREEMENTS)
    other = making.user("admin")
    own = split(other, second)
    page = browser(other).get(DISAGREEMENTS).context["page"]
    assert {item.event_id: item.why_not for item in page.rows} == {
        event.pk: "",
        own.pk: "One of the opinions is yours, so somebody else must decide.",
    }
    for person in (first, making.user("editor")):
        body = text(browser(person), DISAGREEMENTS)
        assert "<button name" not in body and "opinion is right" not in body


def test_deciding_makes_the_event_so_and_says_what_became_of_the_score(first: User, second: User) -> None:
    event = split(first, second)
    score_stale_days()
    client = browser(making.user("admin"))
    chosen = Verdict.objects.get(origin=Origin.SECOND).pk
    url = reverse("decide-opinions", args=[event.pk])
    response = client.post(url, {"verdict": chosen, "reason": "a plain apology"}, follow=True)
    page = html.unescape(response.content.decode())
    assert "Decided. The pair's score went from" in page and "Nobody disagrees" in page
    event.refresh_from_db()
    assert event.type == "apology"
    assert Verdict.objects.get(origin=Origin.DECISION).reason == "a plain apology"


def test_deciding_by_htmx_leaves_a_line_in_its_place(first: User, second: User) -> None:
    event = split(first, second)
    one = Verdict.objects.get(event=event, origin=Origin.DESK).pk
    response = browser(making.user("admin")).post(
        reverse("decide-opinions", args=[event.pk]), {"verdict": one}, headers=htmx(f"disagreement-{event.pk}")
    )
    body = response.content.decode()
    assert response.status_code == 200 and "<html" not in body and "Decided." in body
    assert f'id="disagreement-{event.pk}"' in body


@pytest.mark.parametrize("headers", [{}, {"HX-Request": "true", "HX-Target": "disagreement"}])
def test_who_may_not_decide_is_refused_with_words(first: User, second: User, headers: dict[str, str]) -> None:
    event = split(first, second)
    url = reverse("decide-opinions", args=[event.pk])
    for person, verdict in ((first, Verdict.objects.first().pk), (making.user("admin"), 0)):  # type: ignore[union-attr]
        response = browser(person).post(url, {"verdict": verdict}, headers=headers)
        assert response.status_code == 422 and event.reports.get().sentence in response.content.decode()
    assert not Verdict.objects.filter(origin=Origin.DECISION).exists()
    assert browser(first).post(reverse("decide-opinions", args=[9_999_999])).status_code == 404


def test_what_somebody_else_decided_meanwhile_is_said(first: User, second: User) -> None:
    event = split(first, second)
    url = reverse("decide-opinions", args=[event.pk])
    verdict = Verdict.objects.get(origin=Origin.SECOND).pk
    browser(making.user("admin")).post(url, {"verdict": verdict})
    late = browser(making.user("admin")).post(url, {"verdict": verdict}, headers=htmx(f"disagreement-{event.pk}"))
    assert late.status_code == 422 and "Nobody disagrees on this event any more" in late.content.decode()


def test_disagreements_page_by_keyset_without_loss(first: User, second: User) -> None:
    making_many(first, second, 45)
    client = browser(first)
    seen: list[int] = []
    url = DISAGREEMENTS
    while url:
        page = client.get(url).context["page"]
        seen += [item.event_id for item in page.rows]
        url = f"{DISAGREEMENTS}?after={page.next}" if page.next else ""
    assert seen == sorted(ReviewItem.objects.values_list("event_id", flat=True)) and len(seen) == 45
    more = client.get(f"{DISAGREEMENTS}?after={seen[19]}", headers=htmx("more-disagreements")).content.decode()
    assert "<html" not in more and more.count("<article") == 20


def making_many(first: User, second: User, number: int) -> None:
    """So many disagreements, without the way there."""
    template = split(first, second)
    told = list(Verdict.objects.order_by("pk"))
    for _ in range(number - 1):
        event = queued()
        for verdict in told:
            Verdict.objects.create(
                **{
                    field.attname: getattr(verdict, field.attname)
                    for field in Verdict._meta.fields
                    if field.name not in ("id", "event", "correction")
                },
                event=event,
            )
    ReviewItem.objects.update(state=ReviewState.SPLIT)
    assert template


@pytest.mark.parametrize("query", ["?after=zzz", "?after=-1", "?after=" + "9" * 40, "?after=%00"])
def test_nonsense_in_the_address_shows_the_page(first: User, second: User, query: str) -> None:
    split(first, second)
    assert "First opinion" in text(browser(first), DISAGREEMENTS + query)
    assert "as they say" in text(browser(first), HISTORY + query)


# -- history --------------------------------------------------------------------------------------------------------


def test_where_nobody_corrected_anything_the_history_says_so(first: User) -> None:
    assert "Nobody has corrected an event yet" in text(browser(first), HISTORY)


def test_the_history_tells_who_what_and_why_newest_first(first: User, second: User) -> None:
    event = making.event(type="accusation")
    other = making.event(type="accusation")
    edit = correct_event(event.pk, editor=first, reason="a <b>misreading</b>", type="apology")
    merge_events(other.pk, event.pk, editor=second)
    assert edit
    undo(edit.pk, editor=second)
    page = text(browser(first), HISTORY)
    assert "Type: Accused → Apology" in page and "a <b>misreading</b>" in page  # escaped, as text() unescapes it
    assert b"<b>misreading" not in browser(first).get(HISTORY).content
    assert page.index("Accused → Apology") < page.index(f"Merged into event {event.pk}")
    head = " ".join(re.sub("<[^>]*>", "", page.partition('<p class="what">')[2].partition("</p>")[0]).split())
    day = f"{event.occurred_on.day} {event.occurred_on:%B %Y}"
    assert head == f"Corrected: Accused, Pakistan →towards United States, {day} undone"
    assert page.count("undone by") == 1 and f"undone by {second.username}, " in page
    assert f'href="{event.get_absolute_url()}"' in page


def test_the_history_is_filtered_by_editor_and_kind(first: User, second: User) -> None:
    event, other = making.event(), making.event()
    edit = correct_event(event.pk, editor=first, type="apology")
    merge = merge_events(other.pk, event.pk, editor=second)

    def listed(**query: str) -> list[int]:
        page = browser(first).get(HISTORY, query).context["page"]
        return [row.words.correction.pk for row in page.rows]

    assert edit
    assert listed() == [merge.pk, edit.pk]
    assert listed(editor=first.username) == [edit.pk]
    assert listed(kind="merge") == [merge.pk]
    assert listed(editor=first.username, kind="merge") == []
    assert "No such correction has been made" in text(browser(first), f"{HISTORY}?editor={first.username}&kind=merge")
    undo(edit.pk, editor=second)
    assert listed() == [edit.pk, merge.pk]
    assert listed(editor=first.username) == listed(kind="edit") == listed(kind="undo") == [edit.pk]
    assert listed(editor=second.username) == [edit.pk, merge.pk]


def test_an_editor_or_a_kind_that_is_none_is_told_and_leaves_all(first: User, second: User) -> None:
    event = making.event()
    correct_event(event.pk, editor=first, type="apology")
    page = text(browser(first), f"{HISTORY}?editor=nobody&kind=nonsense")
    assert "Nobody called “nobody” has corrected an event, so those of all editors are shown." in page
    assert "“nonsense” is no kind of correction (edit, merge, split, move, add, undo), so all kinds" in page
    assert "Corrected" in page and "! " not in text(browser(first), f"{HISTORY}?editor={first.username}&kind=edit")
    assert "Nobody called “\ufffd”" not in text(browser(first), f"{HISTORY}?editor=%00&kind=%00")


def test_the_history_says_how_many_fit_where_scripts_announce_it(first: User, second: User) -> None:
    for _ in range(3):
        correct_event(making.event().pk, editor=first, type="apology")
    merge_events(making.event().pk, making.event().pk, editor=second)
    part = text(browser(first), f"{HISTORY}?editor={first.username}", headers=htmx("history"))
    assert re.search(r"data-announce>3 corrections that fit,", part) and 'id="show-history"' in part


def test_the_history_pages_by_keyset_and_keeps_its_filters(first: User, second: User) -> None:
    event = making.event()
    Correction.objects.bulk_create(
        Correction(event=event, editor=(first, second)[number % 2], changes={"place": ["", str(number)]})
        for number in range(220)
    )
    client = browser(first)
    url, seen = f"{HISTORY}?editor={first.username}", []
    while url:
        context = client.get(url).context
        seen += [row.words.correction.pk for row in context["page"].rows]
        url = context["earlier"]
        assert not url or first.username in url
    mine = Correction.objects.filter(editor=first).order_by("-pk")
    assert seen == list(mine.values_list("pk", flat=True)) and len(seen) == 110
    more = client.get(f"{HISTORY}?after={seen[0]}", headers=htmx("more-history")).content.decode()
    assert "<html" not in more and "<form" not in more and "<li" in more


def test_the_history_keeps_the_first_opinion_from_who_is_asked_for_a_second(first: User, second: User) -> None:
    event = queued(type="accusation")
    claim(first, DeskFilters(), 5)
    judge(event.pk, editor=first, status=Status.CONFIRMED, type="clash", reason="shots were fired")
    claim(second, DeskFilters(), 5)
    assert "shots were fired" not in text(browser(second), HISTORY)
    assert "shots were fired" in text(browser(first), HISTORY)
    judge(event.pk, editor=second, status=Status.CONFIRMED)
    assert "shots were fired" in text(browser(second), HISTORY)


# -- how much it asks of the database, and how long it takes --------------------------------------------------------


@pytest.mark.parametrize("url", [AGREEMENT, DISAGREEMENTS, HISTORY])
def test_every_page_asks_the_same_however_much_there_is(first: User, second: User, url: str) -> None:
    client = browser(making.user("admin"))

    def asked() -> int:
        client.get(url)
        with CaptureQueriesContext(connection) as queries:
            assert client.get(url).status_code == 200
        return len(queries)

    split(first, second)
    few = asked()
    for number in range(8):
        event = split(first, second, type=("clash", "accusation", "meeting")[number % 3])
        correct_event(event.pk, editor=making.user("editor"), place=f"Place {number}")
    assert asked() == few <= 14


def test_a_full_page_of_disagreements_takes_less_than_a_fifth_of_a_second(first: User, second: User) -> None:
    making_many(first, second, 25)
    client = browser(making.user("admin"))
    client.get(DISAGREEMENTS)
    took = []
    for _ in range(5):
        begun = time.perf_counter()
        client.get(DISAGREEMENTS)
        took.append(time.perf_counter() - begun)
    assert min(took) < 0.2
