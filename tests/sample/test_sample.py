"""The sample: enough stories, of our own, always fresh, and readable by the real fetcher's parser."""

from __future__ import annotations

import datetime as dt
import re
from collections import Counter

import pytest
from django.core.management import call_command

from relations.codebook.event_types import event_types
from relations.codebook.tenures import tenures
from relations.ingest.parse import parse
from relations.models import Feed
from relations.sample.feeds import TITLES, render
from relations.sample.stories import fill_in, stories

DAY = dt.date(2026, 11, 23)
NOW = dt.datetime(2026, 11, 23, 23, 59, tzinfo=dt.UTC)


def test_at_least_sixty_stories_over_eighteen_months_on_five_pairs() -> None:
    found = stories(DAY)
    assert len(found) >= 60
    ages = [(DAY - story.published_at.date()).days for story in found]
    assert max(ages) > 500 and sum(age < 7 for age in ages) >= 5
    assert len({story.id[:7] for story in found}) == 5
    assert len({story.id for story in found}) == len(found)


def test_expected_events_are_words_of_the_codebook() -> None:
    for story in stories(DAY):
        for expected in story.events:
            assert (match := re.fullmatch(r"([A-Z]{3})>([A-Z]{3}) ([a-z_]+)", expected)), (story.id, expected)
            assert match[1] != match[2] and match[3] in event_types()


def test_no_story_names_an_office_holder() -> None:
    names = {tenure.person for tenure in tenures() if " " in tenure.person}
    for story in stories(DAY):
        assert not [name for name in names if name in story.text], story.id


def test_placeholders_become_days_counted_from_publication() -> None:
    words = fill_in("{weekday:-1}, {date:+12}, {longdate:+0}, {month:+40}", DAY)
    assert words == "Sunday, 5 December, 23 November 2026, January"
    assert "{" not in "".join(story.text + story.title for story in stories(DAY))


@pytest.mark.parametrize("feed", TITLES)
def test_each_feed_is_read_whole_by_the_real_parser(feed: str) -> None:
    parsed = parse(render(feed, DAY, NOW), "application/xml", f"http://127.0.0.1:8001/{feed}")
    mine = [story for story in stories(DAY) if story.feed == feed]
    assert Counter(item.title for item in parsed.items) == Counter(story.title for story in mine)
    published = {item.title: item.published_at for item in parsed.items}
    assert all(published[story.title] == story.published_at for story in mine)
    texts = {item.title: item.text for item in parsed.items}
    for story in mine:
        assert texts[story.title] == "\n\n".join(" ".join(part.split()) for part in story.text.split("\n\n"))


@pytest.mark.django_db
def test_the_sample_is_only_set_up_in_an_empty_database(capsys: pytest.CaptureFixture[str]) -> None:
    call_command("load_sample")
    first = capsys.readouterr().out
    assert all(name in first for name in ("analyst", "editor", "admin")) and Feed.objects.count() == 2
    call_command("load_sample")
    assert "only set up in an empty database" in capsys.readouterr().out
    assert Feed.objects.count() == 2
