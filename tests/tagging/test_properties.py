"""What holds for any text."""

from __future__ import annotations

import datetime as dt

from hypothesis import example, given, settings
from hypothesis import strategies as st

from relations.codebook.event_types import event_types
from relations.tagging.coder import code_article
from tests.tagging.reading import PUBLISHED, lexicon

PARTS = [
    *("Peru", "Chile's foreign ministry", "the Bolivian army", "in Lima", "by Ghana", "and", "US", "Park"),
    *("the government", "closed its border with", "was expelled", "threatened to", "signed a treaty", "talks between"),
    *("postponed a visit to", "on Monday", "next week", "in 1990", "September 21 or 23", "29 February", "Mr.", "U.S."),
    *(".", ",", ";", "\n\n", "LIMA:", "not", "“", "\x01", "\x00", "İ", "ß", "\u2028"),
]
TEXTS = st.one_of(st.text(max_size=300), st.lists(st.sampled_from(PARTS), max_size=25).map(" ".join))


@settings(max_examples=300, deadline=None)
@given(text=TEXTS, title=TEXTS, published=st.sampled_from([PUBLISHED, None, dt.datetime(1, 1, 1, tzinfo=dt.UTC)]))
@example(text="Peru and Peru signed a treaty.", title="", published=PUBLISHED)
@example(text="A" * 3000 + " Peru closed its border with Chile", title="", published=PUBLISHED)
def test_any_text_is_read_without_harm(text: str, title: str, published: dt.datetime | None) -> None:
    for event in code_article(text, title, published, lexicon()):
        assert event.source.country != event.target.country
        assert event.type in event_types()
        assert event.sentence in text
        assert 0 <= event.confidence <= 1
        for span in (event.trigger, event.source.span, event.target.span):
            assert span is None or 0 <= span.start < span.end <= len(event.sentence)
        for side in (event.source, event.target):
            if side.span:
                assert event.sentence[side.span.start : side.span.end] == side.words
        if published and event.occurred_on:
            assert event.occurred_on <= published.date()
            assert event.planned_on == tuple(sorted(set(event.planned_on)))


def test_a_very_long_text_takes_no_long_time() -> None:
    import time

    started = time.perf_counter()
    code_article("Peru closed its border with Chile " * 3000, "", PUBLISHED, lexicon())
    code_article("PERU " * 5000, "", PUBLISHED, lexicon())
    code_article("Peru closed its border with Chile on Monday.\n\n" * 2000, "", PUBLISHED, lexicon())
    assert time.perf_counter() - started < 20
