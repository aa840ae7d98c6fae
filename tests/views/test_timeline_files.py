"""A pair's timeline as files: the same rows as the page shows, in every format."""

from __future__ import annotations

import csv
import datetime as dt
import io
import json
from typing import Any

import feedparser
import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from icalendar import Calendar

from relations.models import Event
from relations.queries import event_rows
from tests import making
from tests.views.test_pages import PAIR, ago, reported

pytestmark = pytest.mark.django_db
CHOSEN = "?group=force&group=words&direction=1&status=coded&status=confirmed&status=rejected"


@pytest.fixture
def events() -> list[Event]:
    """A hundred and thirty events of several kinds, days, directions and statuses."""
    made = []
    for number in range(130):
        sides = ("PAK", "USA") if number % 3 else ("USA", "PAK")
        type = ("clash", "accusation", "apology", "visit_made")[number % 4]
        status = ("coded", "confirmed", "rejected", "coded", "withdrawn")[number % 5]
        made.append(making.event(*sides, type, occurred_on=ago(number // 3), status=status))
    return made


def listed(client: Client, query: str) -> list[int]:
    """The ids of the pages that the list consists of, in order."""
    found: list[int] = []
    after = ""
    while True:
        page = client.get(f"{PAIR}{query}{'&' if query else '?'}after={after}").context["page"]
        found += [event.words.id for day in page.days for event in day.events]
        after = page.next
        if not after:
            return found


def content(client: Client, suffix: str, query: str = "", **headers: str) -> bytes:
    response: Any = client.get(reverse("pair-events", args=["pak-usa", suffix]) + query, headers=headers)
    assert response.status_code == 200, response.content
    return b"".join(response.streaming_content) if response.streaming else response.content


def calendar_events(file: bytes) -> list[Any]:
    return list(Calendar.from_ical(file).walk("VEVENT"))


def ids_in(suffix: str, file: bytes) -> list[int]:
    if suffix == "csv":
        return [int(row["id"]) for row in csv.DictReader(io.StringIO(file.decode()))]
    if suffix == "jsonl":
        return [json.loads(line)["id"] for line in file.decode().splitlines()]
    if suffix == "atom":
        return [int(entry.link.rstrip("/").rpartition("/")[2]) for entry in feedparser.parse(file).entries]
    return [int(str(event["uid"]).split("@")[0].split("-")[1]) for event in calendar_events(file)]


@pytest.mark.parametrize("suffix", ["csv", "jsonl", "atom", "ics"])
@pytest.mark.parametrize("query", ["", CHOSEN, "?since=2020-01-01&confidence=50", "?group=diplomacy&direction=0"])
def test_a_file_has_the_rows_of_the_list_in_its_order(
    signed_in: Any, events: list[Event], monkeypatch: pytest.MonkeyPatch, suffix: str, query: str
) -> None:
    monkeypatch.setattr(event_rows, "PIECE", 7)
    client = signed_in()
    expected = listed(client, query)
    assert ids_in(suffix, content(client, suffix, query)) == expected
    assert bool(expected) == ("direction=0" not in query)


def test_rows_say_who_did_what_to_whom_with_the_evidence(signed_in: Any) -> None:
    event = reported("USA", "PAK", "visit_postponed", 2, stage="postponed", planned_on=[ago(-5), ago(-7)])
    client = signed_in()
    row = next(csv.DictReader(io.StringIO(content(client, "csv").decode())))
    assert (row["source"], row["target"], row["direction"]) == ("USA", "PAK", "source to target")
    assert row["type"] == "visit_postponed" and row["cameo"] == event.kind.cameo
    assert row["planned"] == f"{ago(-5)}; {ago(-7)}"
    assert row["sentence"] == event.reports.get().sentence and row["url"].endswith(event.get_absolute_url())
    line = json.loads(content(client, "jsonl"))
    assert line["planned"] == [ago(-5).isoformat(), ago(-7).isoformat()] and line["probability"] == 0.9
    assert {name: line[name] for name in ("stage", "status", "sentence")} == {
        name: row[name] for name in ("stage", "status", "sentence")
    }


@pytest.mark.parametrize("start", ["=", "+", "-", "@", "\t"])
def test_a_strangers_text_is_no_formula_in_a_spreadsheet(signed_in: Any, start: str) -> None:
    event = making.event()
    making.report(event=event, sentence=f'{start}1+1 said, the "minister", and\nmore')
    row = next(csv.DictReader(io.StringIO(content(signed_in(), "csv").decode(), newline="")))
    assert row["sentence"] == f'\'{start}1+1 said, the "minister", and\nmore'


def test_what_a_feed_says_can_not_break_a_file(signed_in: Any) -> None:
    event = making.event()
    making.report(event=event, sentence="<b>bold</b> & \x0b\x1f ]]> said\r\nBEGIN:VEVENT")
    client = signed_in()
    entries = feedparser.parse(content(client, "atom"))
    assert not entries.bozo and "&lt;b&gt;bold" in entries.entries[0].summary
    assert len(calendar_events(content(client, "ics"))) == 1


def test_a_correction_changes_the_entrys_time_and_not_its_id(signed_in: Any) -> None:
    event = making.event()
    client = signed_in()
    before = feedparser.parse(content(client, "atom")).entries[0]
    first = calendar_events(content(client, "ics"))[0]
    Event.objects.filter(pk=event.pk).update(status="rejected", updated_at=event.updated_at + dt.timedelta(minutes=3))
    after = feedparser.parse(content(client, "atom", "?status=rejected")).entries[0]
    assert after.id == before.id and after.updated > before.updated and "rejected by an editor" in after.title
    second = calendar_events(content(client, "ics", "?status=rejected"))[0]
    assert second["uid"] == first["uid"] and second["sequence"] > first["sequence"]
    assert (first["status"], second["status"]) == ("TENTATIVE", "CANCELLED")


def test_a_month_is_a_month_in_the_calendar(signed_in: Any) -> None:
    making.event(occurred_on=dt.date(2024, 2, 1), precision="month")
    event = calendar_events(content(signed_in(), "ics"))[0]
    assert (event["dtstart"].dt, event["dtend"].dt) == (dt.date(2024, 2, 1), dt.date(2024, 3, 1))


def test_formats_that_programs_fetch_hold_the_newest(signed_in: Any, events: list[Event], monkeypatch: Any) -> None:
    from relations.views import timeline_files

    few = timeline_files.Format("Atom", 20, True)
    monkeypatch.setitem(timeline_files.FORMATS, "atom", few)
    client = signed_in()
    assert ids_in("atom", content(client, "atom")) == listed(client, "")[:20]


def test_a_program_brings_a_key_and_asks_only_for_what_changed(signed_in: Any, events: list[Event]) -> None:
    page = signed_in().get(PAIR)
    address = next(file["private"] for file in page.context["files"] if file["label"] == "Atom")
    program = Client()
    answer = program.get(address)
    assert answer.status_code == 200 and answer.headers["Cache-Control"] == "private"
    assert "key=" not in answer.content.decode()
    assert program.get(address, headers={"if-none-match": answer.headers["ETag"]}).status_code == 304
    assert program.get(address.replace("key=", "key=9")).status_code == 403
    assert program.get(reverse("pair-events", args=["pak-usa", "csv"])).status_code == 302


@pytest.mark.parametrize(
    ("path", "words"),
    [
        ("/pairs/pak-usa/events.xlsx", "There is no file .xlsx"),
        ("/pairs/pak-usa/events.csv?group=nonsense", "no kind of events “nonsense”"),
        ("/pairs/pak-usa/events.csv?since=yesterday", "write the date as 2017-09-01"),
        ("/pairs/fji-isl/events.csv", "Nothing is known of these two"),
    ],
)
def test_what_is_asked_wrongly_is_refused_in_words(signed_in: Any, path: str, words: str) -> None:
    making.event()
    answer = signed_in().get(path)
    assert answer.status_code == 404 and words in answer.content.decode()


def test_the_other_order_of_a_pair_leads_to_its_file(signed_in: Any) -> None:
    making.event()
    answer = signed_in().get("/pairs/usa-pak/events.jsonl?group=force")
    assert answer.status_code == 301 and answer.headers["Location"] == "/pairs/pak-usa/events.jsonl?group=force"


def test_a_thousand_rows_cost_two_queries(signed_in: Any, events: list[Event]) -> None:
    client = signed_in()
    content(client, "csv")
    with CaptureQueriesContext(connection) as queries:
        content(client, "csv")
    # Session, user and pair; then the events and their reports, for all 104 at once.
    assert len(queries) == 5
