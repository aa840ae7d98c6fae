"""How much of what is read tells of these two? A pair's share of all stories, by week or month."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import groupby

from django.db.models import Count, DateField
from django.db.models.functions import Trunc

from relations.models import Article, CountryPair, Report
from relations.queries.display import count, date_words

# What pages call each unit, and the time that they show of it.
UNITS = {"week": "By week, the last year", "month": "By month, all time"}
WEEKS = 53
# What a story tells of happened no longer before the first week shown; as for the figure that a standing has.
NEWS = dt.timedelta(days=30)
FEW = 20  # stories below which a share says little
ONE_DAY, WEEK = dt.timedelta(days=1), dt.timedelta(days=7)


@dataclass(frozen=True, slots=True)
class Bar:
    """A week or month of the chart. share: of all stories, 0 to 1; None where none was read. tick: at the axis.

    is_thin: of fewer than FEW stories.
    """

    label: str
    tick: str
    share: float | None
    is_thin: bool
    words: str


@dataclass(frozen=True, slots=True)
class AttentionRow:
    """A week or month of the table, or several in a row of which no story was read."""

    label: str
    stories: str
    of_all: str
    share: str
    note: str


@dataclass(frozen=True, slots=True)
class Attention:
    """bars: oldest first; rows: newest first. total: the share of the whole time, in words.

    highest: its peak among the weeks or months that had FEW stories or more; empty where none had.
    """

    unit: str
    bars: list[Bar]
    rows: list[AttentionRow]
    total: str
    highest: str
    unread: str


def attention(pair: CountryPair, unit: str, today: dt.date) -> Attention:
    """In two queries. unit: a key of UNITS."""
    since = _start(today, unit) - (WEEKS - 1) * WEEK if unit == "week" else None
    of_all = _all_stories(unit, since)
    of_pair = _stories_of(pair, unit, since)
    first = since or min(of_all, default=_start(today, unit))
    starts = list(_units(first, today, unit))
    counts = [(start, of_pair.get(start, 0), of_all.get(start, 0)) for start in starts]
    told, read = sum(of_pair.values()), sum(of_all.values())
    best = max((row for row in counts if row[2] >= FEW), key=lambda row: row[1] / row[2], default=None)
    without = sum(1 for *_, stories in counts if not stories)
    return Attention(
        unit=unit,
        bars=[_bar(*row, unit) for row in counts],
        rows=_rows(counts, unit),
        total=_share_words(told, read) if read else "",
        highest=f"{_share_words(best[1], best[2])}, {_label(best[0], unit)}" if best and best[1] else "",
        unread=count(without, unit) if without else "",
    )


def _all_stories(unit: str, since: dt.date | None) -> dict[dt.date, int]:
    articles = Article.objects.filter(published_at__date__gte=since) if since else Article.objects.all()
    at = Trunc("published_at", unit, output_field=DateField())
    return dict(articles.order_by().annotate(at=at).values_list("at").annotate(stories=Count("pk")))


def _stories_of(pair: CountryPair, unit: str, since: dt.date | None) -> dict[dt.date, int]:
    reports = Report.objects.standing().filter(pair=pair)
    if since:
        # The first half bounds the index scan.
        reports = reports.filter(occurred_on__gt=since - NEWS, article__published_at__date__gte=since)
    at = Trunc("article__published_at", unit, output_field=DateField())
    found = reports.order_by().annotate(at=at).values_list("at").annotate(stories=Count("article", distinct=True))
    return dict(found)


def _start(day: dt.date, unit: str) -> dt.date:
    return day - dt.timedelta(days=day.weekday()) if unit == "week" else day.replace(day=1)


def _units(first: dt.date, today: dt.date, unit: str) -> Iterator[dt.date]:
    start = first
    while start <= today:
        yield start
        start = start + WEEK if unit == "week" else _start(start + 31 * ONE_DAY, unit)


def _label(start: dt.date, unit: str) -> str:
    return date_words(start, unit)


def _share_words(told: int, read: int) -> str:
    return f"{100 * told / read:.1f} % ({told:,} of {count(read, 'story', 'stories')})"


def _bar(start: dt.date, told: int, read: int, unit: str) -> Bar:
    # Quarters and years, as the first weeks of all months would not fit.
    is_marked = start.month == 1 if unit == "month" else start.day <= 7 and start.month % 3 == 1
    return Bar(
        label=_label(start, unit),
        tick=(f"{start:%Y}" if unit == "month" else f"{start:%b %Y}") if is_marked else "",
        share=told / read if read else None,
        is_thin=read < FEW,
        words=f"{_label(start, unit)}: {_share_words(told, read) if read else 'no story was read'}",
    )


def _rows(counts: list[tuple[dt.date, int, int]], unit: str) -> list[AttentionRow]:
    rows = []
    for is_read, units in groupby(reversed(counts), key=lambda row: row[2] > 0):
        found = list(units)
        if not is_read:
            newest, oldest = _label(found[0][0], unit), _label(found[-1][0], unit)
            label = newest if newest == oldest else f"{oldest} to {newest}"
            rows.append(AttentionRow(label, "", "0", "", "no story at all was read"))
            continue
        for start, told, read in found:
            note = f"fewer than {FEW} stories" if read < FEW else ""
            rows.append(AttentionRow(_label(start, unit), f"{told:,}", f"{read:,}", f"{100 * told / read:.1f} %", note))
    return rows
