from __future__ import annotations

import pytest

from relations.ingest.similar import Copies, containment, is_copy, shingles
from tests.ingest.texts import BRIDGE, FERRY, TEASER

EDITED = FERRY.replace("eleven years", "twelve years").upper() + " The port offered cake."


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
    assert Copies({"ferry": FERRY, "bridge": TEASER}).of(other) == {"ferry"}


@pytest.mark.parametrize("other", [BRIDGE, TEASER, "", " ".join(FERRY.split()[:39])])
def test_another_story_or_a_short_text_is_no_copy(other):
    assert not is_copy(FERRY, other) and not is_copy(other, FERRY)
    assert Copies({"ferry": FERRY}).of(other) == set()


def test_a_short_text_is_no_copy_even_of_itself():
    assert not is_copy(TEASER, TEASER)
    assert Copies({1: TEASER}).of(TEASER) == set()
