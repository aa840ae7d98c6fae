"""Who tells of these two? Each feed whose reports a pair's events rest on."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django.db.models import Count, Max, Min, Q

from relations.models import CountryPair, Feed, Report, Status
from relations.queries.display import count, day_words
from relations.queries.feeds_words import name_of

MOST = 200  # feeds shown


@dataclass(frozen=True, slots=True)
class SourceRow:
    """A feed and what it tells of a pair. share: of all reports of the pair. copies: stories reprinted from others.

    confirmed, rejected: events that editors have judged.
    """

    feed_id: int
    name: str
    reports: str
    reports_words: str
    events: str
    share: str
    first: str
    last: str
    reliability: str
    copies: str
    confirmed: str
    rejected: str


@dataclass(frozen=True, slots=True)
class Sources:
    """rows: the most telling first. more: how many feeds are left out; summary: of all, in words."""

    rows: list[SourceRow]
    more: int
    summary: str
    leading: str  # the share of the first, in words


def sources(pair: CountryPair, limit: int = MOST, since: dt.date | None = None) -> Sources:
    """In two queries. since: only events from that day on."""
    reports = Report.objects.standing().filter(pair=pair, event__isnull=False)
    if since:
        reports = reports.filter(occurred_on__gte=since)
    found = list(
        reports.order_by()
        .values("article__feed")
        .annotate(
            reports=Count("pk"),
            events=Count("event", distinct=True),
            first=Min("article__published_at"),
            last=Max("article__published_at"),
            copies=Count("article", distinct=True, filter=Q(article__copy_of__isnull=False)),
            confirmed=Count("event", distinct=True, filter=Q(event__status=Status.CONFIRMED)),
            rejected=Count("event", distinct=True, filter=Q(event__status=Status.REJECTED)),
        )
        .order_by("-reports", "article__feed")
    )
    total = sum(row["reports"] for row in found)
    feeds = Feed.objects.in_bulk([row["article__feed"] for row in found[:limit]])
    rows = [_row(row, feeds[row["article__feed"]], total) for row in found[:limit]]
    return Sources(
        rows=rows,
        more=len(found) - len(rows),
        summary=f"{count(total, 'report')} from {count(len(found), 'feed')}" if found else "",
        leading=f"{rows[0].share} of the reports are from {rows[0].name}" if rows else "",
    )


def _row(row: Mapping[str, Any], feed: Feed, total: int) -> SourceRow:
    return SourceRow(
        feed_id=feed.pk,
        name=name_of(feed),
        reports=f"{row['reports']:,}",
        reports_words=count(row["reports"], "report"),
        events=f"{row['events']:,}",
        share=f"{100 * row['reports'] / total:.0f} %",
        first=day_words(row["first"].date()),
        last=day_words(row["last"].date()),
        reliability=f"{100 * feed.reliability:.0f} %",
        copies=f"{row['copies']:,}",
        confirmed=f"{row['confirmed']:,}",
        rejected=f"{row['rejected']:,}",
    )
