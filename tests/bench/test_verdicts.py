"""The coder measured on what editors judged, from the reading of a story to the figures."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from bench.verdicts import Figures, compare, main, measure
from relations.corrections.run import correct_event
from relations.exports.as_gold import as_gold
from relations.merging.run import merge_new_reports
from relations.models import Event
from relations.models.loading import load_codebook
from relations.queries.gold_rows import gold_articles
from relations.queries.verdict_rows import VerdictFilters
from relations.sample.stories import stories
from relations.tagging.coded import ActorMention, CodedEvent, Span
from relations.tagging.run import tag_new_articles
from tests import making

PERFECT = {f"{kind} {figure}": 1.0 for kind in ("found", "strict") for figure in ("precision", "recall", "F1")}


def exported(**values: Any) -> list[dict[str, Any]]:
    return [json.loads(line) for line in as_gold(gold_articles(VerdictFilters(**values)))]


@pytest.mark.django_db
def test_a_coder_that_was_believed_in_all_is_perfect_and_one_that_erred_is_not(tmp_path: Path, capsys: Any) -> None:
    load_codebook()
    for story in stories(making.today())[:12]:
        making.article(story.text, title=story.title, published_at=story.published_at)
    tag_new_articles()
    merge_new_reports()
    editor = making.user("editor")
    events = list(Event.objects.order_by("pk"))
    assert len(events) > 5
    for event in events:
        correct_event(event.pk, editor=editor, status="confirmed")
    figures, errors = measure(exported())
    assert {**figures.shares(), **PERFECT, "stage": 1.0} == {**figures.shares(), "stage": 1.0}
    assert errors == [] and figures.known == figures.coded > 5

    correct_event(events[0].pk, editor=editor, status="rejected")
    figures, errors = measure(exported())
    shares = figures.shares()
    assert (shares["strict precision"] or 1) < 1 == shares["strict recall"]
    assert errors and all("EXTRA" in error for error in errors)

    correct_event(events[0].pk, editor=editor, status="coded")
    figures, errors = measure(exported(complete=False))
    assert figures.shares()["strict precision"] == 1 and not errors, "what nobody judged counts neither way"

    file = tmp_path / "verdicts.gold.jsonl"
    file.write_text("".join(as_gold(gold_articles(VerdictFilters()))), "utf-8")
    assert main([str(file), "--json"]) == 0
    assert json.loads(capsys.readouterr().out)["strict F1"] == 1.0


def coded(source: str, target: str, type: str, **values: Any) -> CodedEvent:
    sides = [ActorMention(code, code, Span(0, 1), code) for code in (source, target)]
    plain: dict[str, Any] = {"stage": "held", "precision": "day", "date_words": "", "planned_on": (), "place": ""}
    plain |= {"confidence": 0.9, "sentence_number": 0, "sentence": "It did.", "trigger": Span(0, 2), "because": "x: y"}
    plain |= {"symmetric": False, "occurred_on": making.today()}
    return CodedEvent(source=sides[0], target=sides[1], type=type, **(plain | values))


def gold(source: str, target: str, type: str, **values: Any) -> dict[str, Any]:
    day = making.today().isoformat()
    told = {"alt": [], "stage": "held", "date": day, "precision": "day", "quote": "It did.", "salience": "main"}
    return {"source": source, "target": target, "type": type, **told, **values}


@pytest.mark.parametrize(
    ("known", "read", "expected"),
    [
        ([gold("PAK", "USA", "clash")], [coded("PAK", "USA", "clash")], (1, 1, 1, 1)),
        ([gold("PAK", "USA", "clash")], [coded("USA", "PAK", "clash")], (1, 1, 0, 0)),
        ([gold("PAK", "USA", "meeting", symmetric=True)], [coded("USA", "PAK", "meeting")], (1, 1, 1, 1)),
        ([gold("PAK", "USA", "clash", alt=["strike"])], [coded("PAK", "USA", "strike")], (1, 1, 1, 1)),
        ([gold("PAK", "USA", "clash")], [coded("PAK", "USA", "apology")], (1, 1, 1, 0)),
        ([gold("PAK", "USA", "clash", salience="background")], [], (0, 0, 0, 0)),
        ([gold("PAK", "USA", "clash")], [], (1, 0, 0, 0)),
        ([], [coded("PAK", "USA", "apology")], (0, 1, 0, 0)),
        ([], [coded("IND", "PAK", "apology")], (0, 0, 0, 0)),
        ([gold("IND", "PAK", "apology")], [coded("IND", "PAK", "apology"), coded("PAK", "IND", "clash")], (1, 1, 1, 1)),
        (
            [gold("PAK", "USA", "apology"), gold("PAK", "USA", "clash")],
            [coded("PAK", "USA", "clash"), coded("PAK", "USA", "apology")],
            (2, 2, 2, 2),
        ),
    ],
)
def test_what_counts_as_found(known: list, read: list, expected: tuple[int, int, int, int]) -> None:
    figures = Figures()
    story = {"id": "a", "published_at": making.today().isoformat(), "events": known, "ignore": ["IND-PAK"]}
    compare(story, read, figures)
    assert (figures.known, figures.coded, figures.found, figures.strict) == expected


def test_background_that_was_read_helps_precision_and_hurts_nothing() -> None:
    figures = Figures()
    known = [gold("PAK", "USA", "clash"), gold("PAK", "USA", "apology", salience="background")]
    compare({"id": "a", "events": known}, [coded("PAK", "USA", "clash"), coded("PAK", "USA", "apology")], figures)
    assert {**figures.shares(), **PERFECT} == figures.shares()
