"""Makers of rows for tests: the least that each needs, everything else by default."""

from __future__ import annotations

import datetime as dt
from itertools import count
from typing import Any

from django.contrib.auth.models import Group, User
from django.utils import timezone

from relations.models import Article, ArticleVersion, Country, CountryPair, Direction, Event, Feed, PairDay, Report
from relations.models.roles import GROUPS

_numbers = count(1)
PASSWORD = "a-password-for-tests"


def today() -> dt.date:
    return timezone.now().date()


def country(code: str) -> Country:
    from relations.codebook.countries import countries

    return Country.objects.get_or_create(code=code, defaults={"name": countries()[code].name, "kind": "state"})[0]


def pair(one: str = "PAK", other: str = "USA") -> CountryPair:
    country(one), country(other)
    return CountryPair.objects.between(one, other)


def feed(**values: Any) -> Feed:
    number = next(_numbers)
    defaults = {"title": f"Feed {number}", "url": f"https://feed-{number}.example/rss", "next_fetch_at": timezone.now()}
    return Feed.objects.create(**(defaults | values))


def article(text: str = "A story.", **values: Any) -> Article:
    number = next(_numbers)
    now = values.get("published_at") or timezone.now()
    defaults = {
        "identity": f"item-{number}",
        "title": f"Story {number}",
        "published_at": now,
        "first_seen_at": now,
        "url": f"https://news.example/{number}",
    }
    if "feed" not in values:
        values["feed"] = feed()
    made = Article.objects.create(**(defaults | values))
    ArticleVersion.objects.create(article=made, number=1, title=made.title, text=text, seen_at=now)
    return made


def second_version(of: Article, text: str, **values: Any) -> Article:
    """The article as its source changed it."""
    of.version += 1
    of.save(update_fields=["version"])
    defaults = {"title": of.title, "text": text, "seen_at": timezone.now()}
    ArticleVersion.objects.create(article=of, number=of.version, **(defaults | values))
    return of


def sides(source: str, target: str, mutual: bool) -> dict[str, Any]:
    made = pair(source, target)
    direction = Direction.FORWARD if made.first_id == source else Direction.BACKWARD
    if mutual:
        direction = Direction.MUTUAL
    return {"pair": made, "source_id": source, "target_id": target, "direction": direction}


def report(
    source: str = "PAK", target: str = "USA", type: str = "statement_criticism", *, mutual: bool = False, **values: Any
) -> Report:
    """A report not merged yet; its sentence stands in its article's text."""
    sentence = values.pop("sentence", f"Sentence {next(_numbers)} says that {source} did it to {target}.")
    of = values.pop("article", None) or article(sentence)
    defaults = {
        "article": of,
        "version": of.version,
        "type": type,
        "stage": "held",
        "occurred_on": today(),
        "precision": "day",
        "sentence_number": 0,
        "sentence": sentence,
        "because": "a test said so",
        "confidence": 0.9,
        "coder": "test",
    }
    return Report.objects.create(**(defaults | sides(source, target, mutual) | values))


def event(
    source: str = "PAK", target: str = "USA", type: str = "statement_criticism", *, mutual: bool = False, **values: Any
) -> Event:
    """An event with its day marked stale, as whoever makes events must."""
    defaults = {"type": type, "occurred_on": today(), "confidence": 0.9, "report_count": 1, "source_count": 1}
    made = Event.objects.create(**(defaults | sides(source, target, mutual) | values))
    PairDay.objects.mark_stale([(made.pair_id, made.dataset, made.occurred_on)])
    return made


def user(role: str = "analyst") -> User:
    """role: analyst, editor or admin."""
    name = f"{role}-{next(_numbers)}"
    made = User.objects.create_user(name, password=PASSWORD)
    if role != "analyst":
        group = f"{role}s"
        assert group in GROUPS
        made.groups.add(Group.objects.get(name=group))
    return made


def ago(days: int) -> dt.date:
    return today() - dt.timedelta(days=days)
