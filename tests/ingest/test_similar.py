from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from relations.ingest.similar import containment, is_copy, likely_copies, shingles, sketch
from tests.ingest.texts import BRIDGE, FERRY, TEASER

EDITED = FERRY.replace("eleven years", "twelve years").upper() + " The port offered cake."


def likely(texts, other):
    """Keys of the texts of which the other may be a copy by its sketch."""
    found = likely_copies({"other": sketch(other)}, [(key, sketch(text)) for key, text in texts.items()])
    return {key for _, key in found}


def test_shingles_are_runs_of_five_words():
    assert shingles("One, two - three four FIVE six.") == {
        ("one", "two", "three", "four", "five"),
        ("two", "three", "four", "five", "six"),
    }
    assert shingles("only four words here") == frozenset()


def test_containment_is_of_the_smaller():
    assert containment(shingles(FERRY), shingles(FERRY + " " + BRIDGE)) == 1
    assert containment(shingles(FERRY), shingles(BRIDGE)) == 0
    assert containment(frozenset(), shingles(FERRY)) == 0


@pytest.mark.parametrize("other", [FERRY, EDITED, FERRY + " " + BRIDGE, "HARBOUR CITY (AP) - " + FERRY])
def test_a_reprint_is_a_copy(other):
    assert is_copy(FERRY, other) and is_copy(other, FERRY)
    assert likely({"ferry": FERRY, "bridge": BRIDGE, "teaser": TEASER}, other) >= {"ferry"}


@pytest.mark.parametrize("other", [BRIDGE, TEASER, "", " ".join(FERRY.split()[:39])])
def test_another_story_or_a_short_text_is_no_copy(other):
    assert not is_copy(FERRY, other) and not is_copy(other, FERRY)
    assert likely({"ferry": FERRY}, other) == set()


def test_a_short_text_is_no_copy_even_of_itself():
    assert not is_copy(TEASER, TEASER)
    assert sketch(TEASER) == b"" and likely({1: TEASER}, TEASER) == set()


WORDS = [f"word{number}" for number in range(3000)]


@given(st.lists(st.sampled_from(WORDS), min_size=60, max_size=400, unique=True), st.data())
@settings(max_examples=150)
def test_sketches_find_whatever_is_a_copy(words, data):
    """Text with a share of its words changed, cut or padded: where it counts as a copy, its sketch must tell."""
    changed = list(words)
    for at in data.draw(st.lists(st.integers(0, len(words) - 1), max_size=len(words) // 15)):
        changed[at] = "another"
    changed = data.draw(st.lists(st.sampled_from(WORDS), max_size=len(words))) + changed
    one, other = " ".join(words), " ".join(changed)
    # Near the limit a sample may miss it; six shingles of ten would be a copy, seven must be found.
    if containment(shingles(one), shingles(other)) >= 0.7:
        assert likely({1: one}, other) == {1}


def test_a_text_is_no_copy_of_itself_and_many_are_told_apart():
    texts = {number: " ".join(f"{word}{number}" for word in FERRY.split()) for number in range(50)}
    sketches = {number: sketch(text) for number, text in texts.items()}
    assert likely_copies(sketches, list(sketches.items())) == []
