"""The order in which reports come does not matter, and running again changes nothing."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from typing import Any

import pytest
from django.db import transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from relations.merging.run import merge_new_reports
from relations.models import Actor, Article, ArticleVersion, Engagement, Event, Feed, Report
from relations.models.loading import load_codebook
from tests import making

FIRST_DAY = dt.date(2026, 3, 2)
SENTENCES = [
    "Islamabad put off the visit of the envoy over the weekend.",
    "The envoy's visit was postponed, the foreign ministry said.",
    "Officials blamed the other side for the shelling of a village near the line.",
    "The ministry called the remarks about the dam unhelpful.",
    "Two delegations met in Geneva on the sharing of river water.",
    "",
]
# Types that one happening is told by; of one family, so that much depends on what else was told.
FAMILIES = [
    ["visit_announced", "visit_made", "meeting", "negotiation"],
    ["visit_postponed", "visit_cancelled", "talks_suspended"],
    ["statement_criticism", "accusation", "rejection"],
    ["clash", "strike"],
    ["visit_announced", "visit_postponed", "visit_cancelled", "meeting", "clash", "sanctions_imposed"],
]
ACTORS = ["PAK", "PAK:foreign_ministry", "PAK:parliament", "USA", "USA:foreign_ministry"]


@st.composite
def reports(draw: st.DrawFn) -> list[dict[str, Any]]:
    """Reports of one pair within some weeks, dense enough that happenings lie side by side."""
    types, span = draw(st.sampled_from(FAMILIES)), draw(st.sampled_from([6, 12, 40]))
    report = st.fixed_dictionaries(
        {
            "article": st.integers(0, 30),
            "type": st.sampled_from(types),
            "direction": st.sampled_from([1, 1, 1, -1, 0]),
            "day": st.integers(0, span),
            "precision": st.sampled_from(["day", "day", "day", "day", "day", "week", "month"]),
            "date_words": st.sampled_from(["", "", "on Monday"]),
            "stage": st.sampled_from(["held", "held", "held", "announced", "postponed"]),
            "sentence": st.sampled_from(SENTENCES),
            "actor": st.sampled_from(ACTORS),
            "planned": st.sampled_from([None, None, None, 20, 30]),
            "place": st.sampled_from(["", "", "", "Geneva", "Doha"]),
            "confidence": st.sampled_from([0.5, 0.7, 0.9]),
        }
    )
    specs = draw(st.lists(report, min_size=4, max_size=20))
    return [{**spec, "number": number} for number, spec in enumerate(specs)]


class Undone(Exception):
    """Ends a trial; what it wrote is rolled back."""


def date_of(spec: dict[str, Any]) -> dt.date:
    day = FIRST_DAY + dt.timedelta(days=spec["day"])
    if spec["precision"] == "week":
        return day - dt.timedelta(days=day.weekday())
    return day.replace(day=1) if spec["precision"] == "month" else day


def arrive(specs: Sequence[dict[str, Any]], feeds: list[Feed], actors: dict[str, int]) -> None:
    """Store reports as tagging does."""
    pair = making.pair()
    for spec in specs:
        number = spec["article"]
        article, created = Article.objects.get_or_create(
            feed=feeds[number % 3],
            identity=f"story-{number}",
            defaults={
                "title": f"Story {number}",
                "published_at": dt.datetime(2026, 3, 1 + number % 31, 8, tzinfo=dt.UTC),
                "first_seen_at": dt.datetime(2026, 3, 1 + number % 31, 8, tzinfo=dt.UTC),
            },
        )
        if created:
            seen = article.first_seen_at
            ArticleVersion.objects.create(article=article, number=1, title=article.title, text="x", seen_at=seen)
        source, target = ("USA", "PAK") if spec["direction"] == -1 else ("PAK", "USA")
        own = spec["actor"].startswith(source)
        Report.objects.create(
            article=article,
            version=1,
            pair=pair,
            source_id=source,
            target_id=target,
            source_actor_id=actors[spec["actor"]] if own else None,
            target_actor_id=None if own else actors[spec["actor"]],
            occurred_on=date_of(spec),
            planned_on=[FIRST_DAY + dt.timedelta(days=spec["planned"])] if spec["planned"] else [],
            sentence_number=spec["number"],
            because="a test said so",
            coder="test",
            **{
                name: spec[name]
                for name in ("type", "direction", "precision", "date_words", "stage", "sentence", "place", "confidence")
            },
        )


EVENT = [
    *("type", "direction", "stage", "status", "occurred_on", "precision", "source_id", "target_id", "place"),
    *("source_actor_id", "target_actor_id", "planned_on", "report_count", "source_count"),
]
ENGAGEMENT = [
    *("kind", "state", "first_heard_on", "last_heard_on", "planned_on", "held_on", "visitor_id", "host_id", "place"),
    *("participants", "event_count"),
]


def told() -> list[str]:
    """All events and engagements by what they say and which reports they stand on, without their ids."""
    found = []
    for event in Event.objects.standing():
        reports = sorted(event.reports.values_list("article__identity", "sentence_number"))
        values = [getattr(event, name) for name in EVENT]
        engagement = event.engagement and [getattr(event.engagement, name) for name in ENGAGEMENT]
        found.append(repr((values, round(event.confidence, 9), reports, engagement)))
    return sorted(found)


def trial(batches: Sequence[Sequence[dict[str, Any]]], feeds: list[Feed], actors: dict[str, int]) -> list[str]:
    """What is told once these batches of reports have come one after another."""
    result: list[str] = []
    try:
        with transaction.atomic():
            for batch in batches:
                arrive(batch, feeds, actors)
                merge_new_reports()
            result = told()
            again = merge_new_reports()
            Report.objects.update(due=True)
            changed = merge_new_reports()
            after = told()
            assert set(after) == set(result), (sorted(set(result) - set(after)), sorted(set(after) - set(result)))
            assert (again, changed) == (0, 0), "running again changes nothing"
            assert not Engagement.objects.standing().exclude(events__isnull=False).exists()
            raise Undone
    except Undone:
        return result


@pytest.fixture
def feeds(db: None) -> list[Feed]:
    return [making.feed() for _ in range(3)]


@pytest.fixture
def actors(db: None) -> dict[str, int]:
    load_codebook()
    return dict(Actor.objects.filter(key__in=ACTORS).values_list("key", "pk"))


@pytest.mark.django_db
@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(specs=reports(), data=st.data())
def test_reports_shuffled_and_in_batches_give_the_same_events(
    specs: list, data: Any, feeds: list[Feed], actors: dict[str, int]
) -> None:
    at_once = trial([specs], feeds, actors)
    shuffled = data.draw(st.permutations(specs))
    cuts = sorted(data.draw(st.sets(st.integers(1, len(specs) - 1), min_size=1, max_size=6)))
    batches = [shuffled[start:stop] for start, stop in zip([0, *cuts], [*cuts, len(specs)], strict=True)]
    assert trial(batches, feeds, actors) == at_once


def spec(number: int, day: int, **values: Any) -> dict[str, Any]:
    """A report of a clash in an article and a feed of its own, as the others of this test tell it."""
    plain = {"type": "clash", "direction": 1, "precision": "day", "date_words": "", "stage": "held", "actor": "PAK"}
    told = {"sentence": SENTENCES[2], "planned": None, "place": "", "confidence": 0.9}
    return {"article": number, "number": number, "day": day, **plain, **told, **values}


@pytest.mark.django_db
def test_what_comes_later_changes_nothing_that_it_can_not_reach(feeds: list[Feed], actors: dict[str, int]) -> None:
    """The fourth day belongs to the second, so that the sixth stands alone; a report of the eighth leaves it alone."""
    first = [spec(0, 2), spec(1, 2), spec(2, 2), spec(3, 4), spec(4, 4), spec(5, 6)]
    late = [spec(6, 8)]
    assert trial([first, late], feeds, actors) == trial([[*first, *late]], feeds, actors)


@pytest.mark.django_db
def test_what_comes_later_draws_what_it_can_reach(feeds: list[Feed], actors: dict[str, int]) -> None:
    """The report of the second day first belongs to the day before, then to the fourth that more outlets name."""
    first = [spec(0, 0), spec(1, 0), spec(2, 2)]
    late = [spec(3, 4), spec(4, 4), spec(5, 4)]
    assert trial([first, late], feeds, actors) == trial([[*first, *late]], feeds, actors)
