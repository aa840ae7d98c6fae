"""How much of the sample, which a person coded by hand, the coder reads."""

from __future__ import annotations

import datetime as dt

from relations.codebook.event_types import event_types
from relations.sample.stories import stories
from relations.tagging.coder import code_article
from relations.tagging.lexicon import compile_lexicon

# Reached: precision .68, recall .76, F1 .72. The stories are coded for their main events; some of what counts as wrong
# here is told in them all the same.
FLOOR = 0.68


def key(source: str, target: str, type_slug: str) -> tuple[str, ...]:
    sides = sorted((source, target)) if event_types()[type_slug].symmetric else [source, target]
    return (*sides, type_slug)


def test_the_sample_is_read_as_well_as_ever() -> None:
    lexicon = compile_lexicon()
    right = wrong = missed = 0
    for story in stories(dt.date(2026, 11, 23)):
        read = {
            key(event.source.country, event.target.country, event.type)
            for event in code_article(story.text, story.title, story.published_at, lexicon)
        }
        told = {key(line[:3], line[4:7], line[8:]) for line in story.events}
        right, wrong, missed = right + len(told & read), wrong + len(read - told), missed + len(told - read)
    assert 2 * right / (2 * right + wrong + missed) >= FLOOR


def test_stories_without_events_stay_empty() -> None:
    lexicon = compile_lexicon()
    for story in stories(dt.date(2026, 11, 23)):
        if not story.events:
            assert code_article(story.text, story.title, story.published_at, lexicon) == [], story.id
