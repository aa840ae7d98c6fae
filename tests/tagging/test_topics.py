"""What a text is about, where its words mean something else than between states."""

from __future__ import annotations

import pytest

from relations.tagging.topics import is_about_fiction, is_about_sport

MATCH = "Kenya beat Uganda in the semi-final. The coach praised his striker, who scored twice before half-time."
CUP = (
    "The ministers of Kenya and Uganda met about the border. Neither government will send a delegation to the final of "
    "the World Cup."
)
NOVEL = (
    "In her third novel the president of Chile attacks Peru. The plot is thin, and the last chapter of the thriller "
    "drags."
)
BANNED = (
    "The government of Chad summoned the ambassador of Mali over a film. The foreign ministry said that the novel "
    "behind the film insulted its president, and that relations would suffer. The embassy called the comedy harmless; "
    "the minister told parliament that talks would go on, and that no sanctions were planned. A delegation of the "
    "ministry left for Bamako, where the president received the minister."
)


@pytest.mark.parametrize(("text", "told"), [(MATCH, True), (CUP, False), (BANNED, False)])
def test_a_match_is_told_apart_from_states_that_speak_of_sport(text: str, told: bool) -> None:
    assert is_about_sport(text) is told


@pytest.mark.parametrize(("text", "told"), [(NOVEL, True), (BANNED, False), (CUP, False)])
def test_a_novel_is_told_apart_from_a_quarrel_about_one(text: str, told: bool) -> None:
    assert is_about_fiction(text) is told
