"""Which words name nobody in particular."""

from __future__ import annotations

from pathlib import Path

import pytest

from relations.codebook.countries import countries
from relations.codebook.plain_words import load_plain_words, stands_for_many
from relations.codebook.tables import CodebookError

ANYBODY = """They, its, Officials, officials, The Government, Ministry, the ministry, Pakistan, Pakistani, Pakistanis,
    Pakistan’s, Pakistan's, the Pakistani government, Prime Minister, Troops, Islamabad, United States officials,
    The United States, U.S. officials, Both countries, foreign office, The Ministry’s, Russian Foreign Ministry,
    Air Force, Two Pakistani soldiers"""
SOMEBODY = """Freedonia, Foreign Office, the Foreign Office, Élysée Palace, Prime Minister Sharif, Rangers, Unit 42,
    Pakistani Rangers, Bank of Freedonia, Frontier Corps, NATO"""


@pytest.mark.parametrize("words", [" ".join(words.split()) for words in ANYBODY.split(",")])
def test_words_of_anybody(words: str) -> None:
    assert stands_for_many(words)


@pytest.mark.parametrize("words", [" ".join(words.split()) for words in SOMEBODY.split(",")])
def test_words_of_somebody(words: str) -> None:
    assert not stands_for_many(words)


def test_no_country_is_offered_by_its_own_name() -> None:
    assert [one.name for one in countries().values() if not stands_for_many(one.name)] == []


@pytest.mark.parametrize("row", ["Officials,people", "officials,animals", "we,pronoun\nwe,pronoun"])
def test_a_row_that_cannot_be_used_is_refused(row: str, tmp_path: Path) -> None:
    (tmp_path / "words.csv").write_text(f"word,kind\n{row}\n", "utf-8")
    with pytest.raises(CodebookError):
        load_plain_words(tmp_path / "words.csv")
