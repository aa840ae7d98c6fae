"""The sample's stories, dated back from the day of set-up so that the newest are always fresh."""

from __future__ import annotations

import datetime as dt
import re
import tomllib
from dataclasses import dataclass
from functools import cache
from pathlib import Path

FOLDER = Path(__file__).parent / "stories"
PLACEHOLDER = re.compile(r"\{(weekday|date|longdate|month):([+-]\d+)\}")


@dataclass(frozen=True, slots=True)
class Story:
    """One sample story as a feed shows it. events: what a careful person codes, as "PAK>USA visit_postponed"."""

    id: str
    feed: str
    published_at: dt.datetime
    title: str
    text: str
    events: tuple[str, ...]


def stories(set_up_on: dt.date) -> list[Story]:
    """All sample stories as if the sample was set up on that day, newest first."""
    found = []
    for row in _rows():
        published_on = set_up_on - dt.timedelta(days=row["days_ago"])
        time = dt.time.fromisoformat(row["time"])
        found.append(
            Story(
                id=row["id"],
                feed=row["feed"],
                published_at=dt.datetime.combine(published_on, time, dt.UTC),
                title=fill_in(row["title"], published_on),
                text=fill_in(row["text"].strip(), published_on),
                events=tuple(row["events"]),
            )
        )
    return sorted(found, key=lambda story: (story.published_at, story.id), reverse=True)


def fill_in(text: str, published_on: dt.date) -> str:
    """Replace {weekday:-1}, {date:+12}, {longdate:-3} and {month:+40}, counted in days from publication."""

    def words(match: re.Match[str]) -> str:
        day = published_on + dt.timedelta(days=int(match[2]))
        return {
            "weekday": f"{day:%A}",
            "date": f"{day.day} {day:%B}",
            "longdate": f"{day.day} {day:%B %Y}",
            "month": f"{day:%B}",
        }[match[1]]

    return PLACEHOLDER.sub(words, text)


@cache
def _rows() -> list[dict]:
    return [row for path in sorted(FOLDER.glob("*.toml")) for row in tomllib.loads(path.read_text("utf-8"))["story"]]
