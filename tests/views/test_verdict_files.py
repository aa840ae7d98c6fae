"""The page of the verdicts' files, the files themselves, and the command that writes them."""

from __future__ import annotations

import json
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from relations.corrections.run import correct_event
from relations.merging.run import merge_new_reports
from relations.models import Event
from tests import making

pytestmark = pytest.mark.django_db
PAGE = reverse("desk-verdicts")


def judged(*statuses: str) -> list[Event]:
    """An event of a story of its own for each status; one that stays coded is not judged."""
    editor = making.user("editor")
    made = []
    for _ in statuses:
        report = making.report(type="clash", occurred_on=making.today())
        merge_new_reports()
        report.refresh_from_db()
        made.append(report)
    events = [Event.objects.get(pk=report.event_id or 0) for report in made]
    for event, status in zip(events, statuses, strict=True):
        correct_event(event.pk, editor=editor, status=status)
    return events


def read(client: Any, suffix: str, query: str = "") -> list[dict[str, Any]]:
    response = client.get(reverse("desk-verdicts-file", args=[suffix]) + query)
    assert response.status_code == 200 and response["Content-Type"].startswith("application/x-ndjson")
    assert suffix in response["Content-Disposition"]
    return [json.loads(line) for line in b"".join(response.streaming_content).decode().splitlines()]


def test_the_page_says_what_each_file_holds_and_leads_to_it_with_its_filters(signed_in: Any) -> None:
    judged("confirmed")
    client = signed_in("editor")
    page = client.get(PAGE).content.decode()
    assert "1 story" in page and "1 verdict" in page and "style=" not in page
    assert f'href="{reverse("desk-verdicts-file", args=["gold.jsonl"])}"' in page
    page = client.get(f"{PAGE}?pair=pak-usa&type=apology&audit=1").content.decode()
    assert "No verdict fits these filters" in page
    assert "gold.jsonl?pair=pak-usa&amp;type=apology&amp;audit=1" in page


def test_stories_that_are_judged_in_part_are_counted_and_can_be_had(signed_in: Any) -> None:
    (event,) = judged("confirmed")
    article = event.reports.get().article
    making.report("PAK", "USA", "apology", article=article, sentence_number=3)
    merge_new_reports()
    client = signed_in("editor")
    page = client.get(PAGE).content.decode()
    assert "0 stories" in page and "1 story has an event that nobody judged yet, and is left out" in page
    assert read(client, "gold.jsonl") == []
    assert len(read(client, "gold.jsonl", "?complete=0")) == 1


def test_nothing_judged_says_what_to_do(signed_in: Any) -> None:
    making.event()
    page = signed_in("editor").get(PAGE).content.decode()
    assert "No event has been judged yet" in page and reverse("desk") in page


@pytest.mark.parametrize(
    "query", ["?since=x", "?pair=PAK", "?type=none", "?complete=7", "?since=2026-02-01&until=2026-01-01", "?pair=%00"]
)
def test_a_filter_that_is_none_is_told_on_the_page_and_refused_for_a_file(signed_in: Any, query: str) -> None:
    judged("confirmed")
    client = signed_in("editor")
    page = client.get(PAGE + query)
    assert page.status_code == 200 and 'class="errors"' in page.content.decode()
    for suffix in ("plover.jsonl", "gold.jsonl"):
        assert client.get(reverse("desk-verdicts-file", args=[suffix]) + query).status_code == 404


def test_a_file_of_no_such_kind_is_not_found_in_words(signed_in: Any) -> None:
    response = signed_in("editor").get(reverse("desk-verdicts-file", args=["xml"]))
    assert response.status_code == 404


def test_htmx_gets_the_part_alone(signed_in: Any) -> None:
    judged("confirmed")
    headers = {"HX-Request": "true", "HX-Target": "verdict-files"}
    part = signed_in("editor").get(PAGE, headers=headers).content.decode()
    assert part.lstrip().startswith('<div id="verdict-files">') and "<html" not in part


def test_the_page_asks_as_many_queries_for_many_verdicts(signed_in: Any) -> None:
    client = signed_in("editor")

    def asked() -> int:
        with CaptureQueriesContext(connection) as queries:
            client.get(PAGE)
        return len(queries)

    judged("confirmed")
    few = asked()
    judged(*["confirmed"] * 4)
    assert asked() == few


def export(*arguments: str) -> str:
    out = StringIO()
    call_command("export_verdicts", *arguments, stdout=out)
    return out.getvalue()


def test_the_command_writes_what_the_page_gives(signed_in: Any, tmp_path: Path) -> None:
    judged("rejected")
    client = signed_in("editor")
    file = tmp_path / "verdicts.gold.jsonl"
    export("gold", "--output", str(file))
    assert [json.loads(line) for line in file.read_text("utf-8").splitlines()] == read(client, "gold.jsonl")
    lines = [json.loads(line) for line in export("plover", "--readings", "--type", "clash").splitlines()]
    assert lines == read(client, "plover.jsonl", "?readings=1&type=clash") and len(lines) == 2
    assert export("plover", "--audit") == ""


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["--since", "yesterday"], "is no day"),
        (["--since", "2026-02-01", "--until", "2026-01-01"], "Swap them"),
        (["--pair", "pak-xxx"], "Nothing is known of the pair"),
        (["--type", "dance"], "no event type"),
        (["--output", "/nowhere/at/all.jsonl"], "No such file"),
    ],
)
def test_the_command_refuses_in_words(arguments: list[str], words: str) -> None:
    with pytest.raises(CommandError, match=words):
        export("gold", *arguments)
