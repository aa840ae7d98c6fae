from __future__ import annotations

from pathlib import Path

import pytest

from relations.codebook.event_types import event_types
from relations.codebook.tables import CodebookError
from relations.tagging.phrases import NAME, Phrasebook, forms, load_phrasebook, phrasebook

HEAD = '[words]\nvisit = ["visit", "state visit"]\n[irregular]\ngo = ["goes", "went", "gone", "going"]\n'


def book(tmp_path: Path, rules: str) -> Phrasebook:
    path = tmp_path / "rules.toml"
    path.write_text(HEAD + rules, "utf-8")
    return load_phrasebook(path)


def named(found: Phrasebook, text: str) -> list[str]:
    return [trigger.rule.name for trigger in found.triggers(text)]


def test_every_type_that_is_read_is_in_the_codebook_and_nearly_every_type_is_read() -> None:
    read = {phrase.rule.type for phrases in phrasebook()._by_word.values() for phrase in phrases}
    assert read <= set(event_types())
    assert set(event_types()) - read == set()


@pytest.mark.parametrize(
    ("verb", "expected"),
    [
        ("go", ["go", "goes", "went", "gone", "going"]),
        ("close", ["close", "closes", "closed", "closing"]),
        ("deny", ["deny", "denies", "denied", "denying"]),
        ("push", ["push", "pushes", "pushed", "pushing"]),
        ("delay", ["delay", "delays", "delayed", "delaying"]),
    ],
)
def test_verbs_are_read_in_all_forms(verb: str, expected: list[str]) -> None:
    assert forms(verb, {"go": ["goes", "went", "gone", "going"]}) == expected


def test_gaps_names_classes_and_optional_words(tmp_path: Path) -> None:
    found = book(
        tmp_path,
        '[[rule]]\nname = "trip"\ntype = "visit_made"\nphrases = ["go~ ... <visit> to A", "go~ ?right home|back"]\n',
    )
    assert named(found, f"He went on a short state visit to {NAME * 4}") == ["trip"]
    assert named(found, "They go right back") == ["trip"]
    assert named(found, "They go home") == ["trip"]
    assert named(found, f"He went, as planned, on a visit to {NAME * 4}") == []
    assert named(found, "He forgoes home") == []


def test_strong_rules_win_then_the_longest(tmp_path: Path) -> None:
    found = book(
        tmp_path,
        '[[rule]]\nname = "weak"\nweak = true\ntype = "visit_made"\nphrases = ["visit to the north"]\n'
        '[[rule]]\nname = "strong"\ntype = "visit_postponed"\nphrases = ["postpone~ ... visit"]\n'
        '[[rule]]\nname = "longer"\ntype = "visit_cancelled"\nphrases = ["postpone~ ... visit for good"]\n',
    )
    assert named(found, "postponed a visit to the north") == ["strong"]
    assert named(found, "postponed a visit for good") == ["longer"]


@pytest.mark.parametrize(
    ("rule", "words"),
    [
        ('name = "x"\ntype = "dance"\nphrases = []', "no event type dance"),
        ('name = "x"\ntype = "meeting"\nkind = "odd"\nphrases = []', "kind is 'odd'"),
        ('name = "x"\ntype = "meeting"\ncolour = 1\nphrases = []', "unknown keys colour"),
    ],
)
def test_a_rule_that_cannot_be_used_is_named(tmp_path: Path, rule: str, words: str) -> None:
    with pytest.raises(CodebookError, match=words):
        book(tmp_path, f"[[rule]]\n{rule}\n")
