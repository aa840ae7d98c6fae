"""Whom does it get on with? One country's pairs by rank, the small charts of the first, and what is planned with it."""

from __future__ import annotations

import datetime as dt
import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.db.models import Case, F, IntegerField, Q, QuerySet, Value, When
from django.db.models.functions import Abs
from django.utils.text import capfirst

from relations.codebook.countries import Country
from relations.models import Dataset, Engagement, PairStanding
from relations.queries.compare import Line
from relations.queries.display import country_name, day_words
from relations.queries.engagement_words import EngagementWords, engagement_words
from relations.queries.engagements import WITH, EngagementFilters
from relations.queries.overview import PairPage, PairRow, pair_row, with_words
from relations.queries.scores import series_of
from relations.tension.formula import LITTLE_KNOWN

# By key: what pages call it, the column, and whether the greatest comes first.
ORDERS: dict[str, tuple[str, str, bool]] = {
    "tense": ("Tensest", "score", True),
    "best": ("Best", "score", False),
    "changed": ("Changed most", "moved", True),
    "reported": ("Most reported", "events_30", True),
}
PAGE = 25
DRAWN = 6  # small charts
DRAWN_DAYS = dt.timedelta(days=365)
SOON = dt.timedelta(days=30)
PLANS = 8


@dataclass(frozen=True, slots=True)
class Extreme:
    name: str
    slug: str
    score: str


@dataclass(frozen=True, slots=True)
class Summary:
    """How many pairs a country has that anything is known of, and of how many it is little.

    tensest, best: of the known ones, where there are at least two.
    """

    number: int
    little: int
    tensest: Extreme | None
    best: Extreme | None


@dataclass(frozen=True, slots=True)
class SmallChart:
    name: str
    url: str
    score: str
    line: Line


@dataclass(frozen=True, slots=True)
class Plans:
    """What is planned within SOON. more: how many are left out."""

    rows: list[EngagementWords]
    more: int


def ranked(code: str, order: str, after: str = "") -> PairPage:
    """A page of a country's pairs in one query; those of which little is known follow the known ones.

    By reports all are ranked alike: how often a pair is told of is known of each. after: cursor of the page before.
    Raises ValueError for one that is not.
    """
    _, key, descending = ORDERS[order]
    standings = _of_country(code).annotate(
        moved=Abs(F("change_30")),
        little=Case(
            When(known__lt=LITTLE_KNOWN if order != "reported" else -1.0, then=Value(1)),
            default=Value(0),
            output_field=IntegerField(),
        ),
    )
    if after:
        little, value, pk = _cursor(after)
        beyond = Q(**{f"{key}__{'lt' if descending else 'gt'}": value}) | Q(**{key: value}, pk__gt=pk)
        standings = standings.filter(Q(little__gt=little) | Q(beyond, little=little))
    by = F(key).desc() if descending else F(key).asc()
    found: list[Any] = list(standings.order_by("little", by, "pk")[: PAGE + 1])
    last = found[PAGE - 1] if len(found) > PAGE else None
    return PairPage(
        [_row(standing, code) for standing in found[:PAGE]],
        f"{last.little}_{getattr(last, key)!r}_{last.pk}" if last else "",
    )


def summary(code: str) -> Summary:
    """In one query."""
    found = list(
        PairStanding.objects.filter(_side(code), dataset=Dataset.OWN)
        .order_by("score", "pk")
        .values_list("score", "known", "pair__slug", "pair__first__name", "pair__second__name")
    )
    known = [
        Extreme(second if slug.startswith(code.lower()) else first, slug, f"{score:.0f}")
        for score, evidence, slug, first, second in found
        if evidence >= LITTLE_KNOWN
    ]
    enough = len(known) > 1
    return Summary(len(found), len(found) - len(known), known[-1] if enough else None, known[0] if enough else None)


def small_charts(rows: Sequence[PairRow], today: dt.date) -> list[SmallChart]:
    """The last year of the first pairs, in one query."""
    first = rows[:DRAWN]
    series = series_of([row.pair_id for row in first], today) if first else {}
    charts = []
    for row in first:
        found = series.get(row.pair_id)
        if found is None:
            continue
        start = max((today - DRAWN_DAYS - found.first).days, 0)
        since = found.first + dt.timedelta(days=start)
        line = Line("", row.name, since, found.series.score[start:], found.series.known[start:])
        charts.append(SmallChart(row.name, row.url, row.standing.score, line))
    return charts


def plans(code: str, today: dt.date) -> Plans:
    """The engagements that are to begin within SOON, the soonest first."""
    chosen = EngagementFilters(country=code.lower()).choose(Engagement.objects.all())
    coming = chosen.coming(today).filter(planned_from__lte=today + SOON).select_related(*WITH)
    found = list(coming.order_by("planned_from", "pk"))
    return Plans([engagement_words(one, today) for one in found[:PLANS]], max(len(found) - PLANS, 0))


def existed(country: Country) -> str:
    """When it was a state, as a sentence; empty for one that is and always was within the time covered."""
    since, until = country.valid_from, country.valid_until
    if since and until:
        return f"{capfirst(country.in_prose)} existed from {day_words(since)} until {day_words(until)}."
    if until:
        return f"{capfirst(country.in_prose)} existed until {day_words(until)}."
    return f"{capfirst(country.in_prose)} has existed since {day_words(since)}." if since else ""


def _side(code: str) -> Q:
    return Q(pair__first=code) | Q(pair__second=code)


def _of_country(code: str) -> QuerySet[PairStanding]:
    return with_words(PairStanding.objects.filter(_side(code), dataset=Dataset.OWN))


def _cursor(text: str) -> tuple[int, float, int]:
    little, value, pk = text.split("_")
    if not math.isfinite(number := float(value)) or len(pk) > 18 or little not in ("0", "1"):
        raise ValueError("not a place in this list")
    return int(little), number, int(pk)


def _row(standing: PairStanding, code: str) -> PairRow:
    pair = standing.pair
    return pair_row(standing, 30, country_name(pair.second_id if pair.first_id == code else pair.first_id))
