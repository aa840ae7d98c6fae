"""Every frame reads a sentence of its own, and doesn't read its twin; without the frame the sentence says less."""

from __future__ import annotations

import datetime as dt
import tomllib
from functools import cache
from pathlib import Path
from typing import Any

import pytest

from relations.tagging import coder
from relations.tagging.coded import CodedEvent
from relations.tagging.grammar.frames import Frames, frames
from relations.tagging.lexicon import Lexicon, compile_lexicon

PUBLISHED = dt.datetime(2019, 3, 14, 12, tzinfo=dt.UTC)
CASES: list[dict[str, Any]] = [
    case
    for path in sorted((Path(__file__).parent / "cases").glob("*.toml"))
    for case in tomllib.loads(path.read_text("utf-8"))["case"]
]
NAMES = [f"{case['frame']}: {case['text'][:40]}" for case in CASES]


@cache
def lexicon() -> Lexicon:
    return compile_lexicon()


@cache
def events(text: str) -> list[CodedEvent]:
    return coder.code_article(text, "", PUBLISHED, lexicon())


def shown(event: CodedEvent) -> str:
    return f"{event.source.country} > {event.target.country} {event.type} {event.stage}"


def by_frame(found: list[CodedEvent], frame: str) -> list[CodedEvent]:
    return [event for event in found if event.because.startswith(f"{frame}: ")]


@pytest.mark.parametrize("case", CASES, ids=NAMES)
def test_a_frame_reads_its_sentence(case: dict[str, Any]) -> None:
    found = events(case["text"])
    assert set(case["gives"]) <= {shown(event) for event in found}, [event.because for event in found]
    assert by_frame(found, case["frame"]), [event.because for event in found]


@pytest.mark.parametrize("case", CASES, ids=NAMES)
def test_a_frame_leaves_its_twin_alone(case: dict[str, Any]) -> None:
    assert [event.because for event in by_frame(events(case["twin"]), case["frame"])] == []
    kinds = {given.split()[-2] for given in case["gives"]}
    assert [shown(event) for event in events(case["twin"]) if event.type in kinds] == []


@pytest.mark.parametrize("case", CASES, ids=NAMES)
def test_without_the_frame_its_sentence_says_less(case: dict[str, Any], monkeypatch: pytest.MonkeyPatch) -> None:
    known = {shown(event) for event in events(case["text"])}
    less = frames().without(name=case["frame"])
    monkeypatch.setattr(coder, "frames", lambda: less)
    found = {shown(event) for event in coder.code_article(case["text"], "", PUBLISHED, lexicon())}
    assert found != known


def test_every_frame_has_a_case() -> None:
    assert {frame.name for frame in frames().all} == {case["frame"] for case in CASES}


def test_taking_a_group_away_leaves_the_others() -> None:
    groups = {frame.group for frame in frames().all}
    assert len(groups) > 3
    for group in groups:
        left: Frames = frames().without(group=group)
        assert {frame.group for frame in left.all} == groups - {group}
