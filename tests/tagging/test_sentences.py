from __future__ import annotations

import pytest

from relations.tagging.sentences import split


def texts(text: str) -> list[str]:
    return [sentence.text for sentence in split(text)]


def test_a_text_is_split_into_paragraphs_and_sentences_with_true_offsets() -> None:
    text = "Peru protested. Chile did not.\n\nBolivia watched!  Nobody moved."
    found = split(text)
    assert [sentence.text for sentence in found] == [
        "Peru protested.",
        "Chile did not.",
        "Bolivia watched!",
        "Nobody moved.",
    ]
    assert [sentence.paragraph for sentence in found] == [0, 0, 1, 1]
    assert all(text[sentence.start :].startswith(sentence.text) for sentence in found)


@pytest.mark.parametrize(
    "text",
    [
        "Gen. Ruiz met the envoy.",
        "The U.S. Navy sent two ships.",
        "Mr. Okafor and Dr. J. Lind agreed.",
        "The talks began on Jan. 4 in Oslo.",
        "Duties rose by 3.5 per cent.",
    ],
)
def test_abbreviations_and_numbers_end_no_sentence(text: str) -> None:
    assert texts(text) == [text]


def test_an_abbreviation_can_end_a_sentence() -> None:
    assert texts("He left the U.S. The ship stayed.") == ["He left the U.S.", "The ship stayed."]


def test_a_quotation_ends_with_its_mark() -> None:
    assert texts("“We refuse.” She left.") == ["“We refuse.”", "She left."]


@pytest.mark.parametrize(
    "dateline",
    [
        "LIMA: ",
        "NEW DELHI: ",
        "SEOUL (Meridian Wire) - ",
        "QUITO, Ecuador (MW) — ",
        "OSLO -- ",
        "BERN, March 4 (MW) -- ",
        "LIMA, (ABC).- ",
        "LIMA / QUITO -- ",
        "14:45 ",
        "10.30 GMT: ",
    ],
)
def test_a_dateline_is_left_out_of_the_body(dateline: str) -> None:
    (sentence,) = split(f"{dateline}Peru closed its border.")
    assert sentence.text[sentence.body :] == "Peru closed its border."


@pytest.mark.parametrize("text", ["Peru: a country of fish.", "NATO said that it would wait - for now."])
def test_not_every_colon_makes_a_dateline(text: str) -> None:
    (sentence,) = split(text)
    assert sentence.body == 0
