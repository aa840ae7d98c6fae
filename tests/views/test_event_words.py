"""Parts of events that are made into HTML outside templates: nothing of a story or a name becomes markup."""

from __future__ import annotations

import re
from dataclasses import replace
from html import unescape

from hypothesis import given
from hypothesis import strategies as st

from relations.queries.display import EventFacts, words_of
from relations.templatetags.event_words import headline, marked, sides
from tests import making

TEXT = st.text(alphabet="ab <>&\"'é→\n", max_size=12)
FACTS = EventFacts(
    id=7,
    occurred_on=making.today(),
    precision="day",
    type="visit_postponed",
    direction=1,
    stage="postponed",
    status="coded",
    source="PAK",
    target="USA",
    source_actor=None,
    source_actor_kind=None,
    target_actor=None,
    target_actor_kind=None,
    confidence=0.8,
    report_count=2,
    source_count=1,
    corrected_fields=[],
    in_force_until=None,
    replaced_on=None,
)
PLAIN = words_of(FACTS, learnt={})


def shown(html: str) -> str:
    """What a reader sees of it; and there is no tag but those that belong there."""
    tags = re.findall(r"<[^>]*>", html)
    assert all(re.fullmatch(r'</?(a|span|mark)( [a-z-]+="[^"<>]*")*>', tag) for tag in tags)
    return unescape(re.sub(r"<[^>]*>", "", html))


@given(TEXT, TEXT, TEXT, TEXT)
def test_names_stay_text(who: str, whom: str, kind: str, tag: str) -> None:
    words = replace(PLAIN, who=who, whom=whom, type=kind, stage=tag, status_words="")
    assert shown(sides(words)) == f"{who} →towards {whom}"
    assert shown(headline(words)) == f"conflict: {kind} {who} →towards {whom}" + (f" {tag}" if tag else "")


@given(st.lists(st.tuples(TEXT, st.booleans()), max_size=4))
def test_what_was_searched_for_is_marked_and_all_is_text(pieces: list[tuple[str, bool]]) -> None:
    html = marked(pieces)
    assert shown(html) == "".join(text for text, _ in pieces)
    assert html.count("<mark>") == sum(found for _, found in pieces)


def test_what_an_event_rests_on_is_one_line() -> None:
    assert PLAIN.basis == f"2 reports, 1 source · probability {PLAIN.confidence}"
    assert replace(PLAIN, actors="Navy").basis.endswith(" · Navy") and not PLAIN.is_struck
