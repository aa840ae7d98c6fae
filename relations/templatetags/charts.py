"""Numbers to inline SVG. Colours come from classes in the style sheet, so light and dark follow by themselves."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from itertools import pairwise
from typing import Any

import numpy as np
from django import template
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString, mark_safe

from relations.queries.chapters import ChapterWords
from relations.queries.chart import chosen, view
from relations.queries.scores import ScoreSeries
from relations.tension.formula import BASELINE, LITTLE_KNOWN

register = template.Library()

# A wide chart for desks and a narrow one for telephones, as a scaled one would have letters too small to read; the
# style sheet shows one of the two. Long series are thinned to the lowest and highest day of each four units of width.
WIDTHS = {"wide": 960, "narrow": 360}
HEIGHT = 200
LEFT, RIGHT, TOP, BOTTOM = 34, 8, 10, 24
DAYS_TOLD = 92  # three months; of a longer choice the table gives ends of months


@register.simple_tag
def sparkline(points: Sequence[float], width: int = 120, height: int = 40) -> SafeString:
    """The last scores as a line on the fixed scale 0 to 100, with the baseline behind it."""
    if not points:
        return mark_safe("")
    step = width / max(len(points) - 1, 1)
    places = " ".join(f"{at * step:.1f},{height - value / 100 * height:.1f}" for at, value in enumerate(points))
    base = f"{height - BASELINE / 100 * height:.1f}"
    return format_html(
        '<svg class="sparkline" viewBox="0 0 {w} {h}" width="{w}" height="{h}" role="img" '
        'aria-label="Score over 90 days, from {first} to {last}">'
        '<line class="baseline" x1="0" x2="{w}" y1="{base}" y2="{base}"/>'
        '<polyline class="score" points="{points}"/></svg>',
        w=width,
        h=height,
        base=base,
        points=places,
        first=f"{points[0]:.0f}",
        last=f"{points[-1]:.0f}",
    )


@register.simple_tag
def score_chart(
    chart: ScoreSeries,
    size: str,
    since: dt.date | None = None,
    until: dt.date | None = None,
    chapters: Sequence[ChapterWords] = (),
) -> SafeString:
    """The score with its band around the days of a choice (all by default), and where chapters begin.

    size: wide, narrow.
    """
    width = WIDTHS[size]
    start, stop = view(chart, since, until)
    days = _telling_days(chart.series.score, start, stop, width // 4)
    x = LEFT + (days - start) / max(stop - start, 1) * (width - LEFT - RIGHT)

    def points(values: Any) -> str:
        return " ".join(f"{at:.1f},{_y(value):.1f}" for at, value in zip(x, values, strict=True))

    series = chart.series
    band = f"{points(series.high[days])} {' '.join(reversed(points(series.low[days]).split()))}"
    first, last = chart.first + dt.timedelta(days=start), chart.first + dt.timedelta(days=stop)
    return format_html(
        '<svg class="score-chart {size}" viewBox="0 0 {w} {h}" role="img" aria-label="{label}">{grid}{months}{turns}'
        '<polygon class="band" points="{band}"/><polyline class="score" points="{score}"/>{unknown}'
        '<circle class="now" cx="{nx}" cy="{ny}" r="3.5"/></svg>',
        size=size,
        w=width,
        h=HEIGHT,
        label=_in_words(series.score[start : stop + 1], first, last),
        grid=_grid(width),
        months=_time_axis(first, last, width),
        turns=_turns(chapters, start, stop, width),
        band=band,
        score=points(series.score[days]),
        unknown=_little_known(series.known[days], x),
        nx=f"{x[-1]:.1f}",
        ny=f"{_y(series.score[stop]):.1f}",
    )


def _telling_days(scores: Any, start: int, stop: int, buckets: int) -> Any:
    """Day numbers to draw: both ends, and of each bucket the lowest and the highest day, so that no peak is lost."""
    if stop - start <= 2 * buckets:
        return np.arange(start, stop + 1)
    edges = np.linspace(start, stop + 1, buckets + 1).astype(int)
    extremes = [first + pick(scores[first:last]) for first, last in pairwise(edges) for pick in (np.argmin, np.argmax)]
    return np.unique([start, *extremes, stop])


def _in_words(scores: Any, first: dt.date, last: dt.date) -> str:
    return (
        f"Tension score from {first} to {last}: {scores[0]:.0f} at first, {scores[-1]:.0f} at the end, "
        f"highest {scores.max():.0f}, lowest {scores.min():.0f}."
    )


def _y(score: float) -> float:
    return TOP + (100 - score) / 100 * (HEIGHT - TOP - BOTTOM)


def _grid(width: int) -> SafeString:
    lines = [(f"{_y(level):.1f}", level, "baseline" if level == BASELINE else "grid") for level in (0, 25, 45, 75, 100)]
    return format_html_join(
        "",
        '<line class="{2}" x1="' + str(LEFT) + '" x2="' + str(width - RIGHT) + '" y1="{0}" y2="{0}"/>'
        '<text class="tick" x="' + str(LEFT - 6) + '" y="{0}" dy=".32em" text-anchor="end">{1}</text>',
        lines,
    )


def _time_axis(first: dt.date, last: dt.date, width: int) -> SafeString:
    """A tick every 120 units or so, on firsts of months or years."""
    months = (last.year - first.year) * 12 + last.month - first.month
    step = next((step for step in (1, 2, 3, 6, 12, 24, 60, 120) if months / step <= width / 120), 120)
    ticks = []
    number = -(-(first.year * 12 + first.month - 1) // step) * step
    while (day := dt.date(number // 12, number % 12 + 1, 1)) <= last:
        if day >= first:
            at = LEFT + (day - first).days / max((last - first).days, 1) * (width - LEFT - RIGHT)
            anchor = "end" if width - at < 30 else "middle"  # the last label must not leave the picture
            ticks.append((f"{at:.1f}", f"{day:%Y}" if step >= 12 else f"{day:%b %Y}", anchor))
        number += step
    return format_html_join(
        "",
        f'<line class="grid" x1="{{0}}" x2="{{0}}" y1="{TOP}" y2="{HEIGHT - BOTTOM}"/>'
        f'<text class="tick" x="{{0}}" y="{HEIGHT - 8}" text-anchor="{{2}}">{{1}}</text>',
        ticks,
    )


def _turns(chapters: Sequence[ChapterWords], start: int, stop: int, width: int) -> SafeString:
    """A line with its chapter's number where a chapter begins; those too close for a number go without."""
    lines, free = [], 0.0
    for chapter in sorted(chapters, key=lambda one: one.offset):
        if chapter.number == 1 or not start < chapter.offset <= stop:
            continue
        at = LEFT + (chapter.offset - start) / max(stop - start, 1) * (width - LEFT - RIGHT)
        number = chapter.number if at >= free else ""
        free = at + 18 if number else free
        lines.append((f"{at:.1f}", number))
    return format_html_join(
        "",
        f'<line class="turn" x1="{{0}}" x2="{{0}}" y1="{TOP}" y2="{HEIGHT - BOTTOM}"/>'
        f'<text class="tick" x="{{0}}" y="{TOP + 10}" dx="3">{{1}}</text>',
        lines,
    )


def _little_known(known: Any, x: Any) -> SafeString:
    """A dashed stretch on the ground line where next to nothing is known, so that it isn't taken for calm."""
    runs, start = [], None
    for at, value in [*zip(x, known, strict=True), (x[-1], np.inf)]:
        if value < LITTLE_KNOWN and start is None:
            start = at
        elif value >= LITTLE_KNOWN and start is not None:
            runs.append((f"{start:.1f}", f"{at:.1f}"))
            start = None
    ground = HEIGHT - BOTTOM
    return format_html_join("", f'<line class="little-known" x1="{{}}" x2="{{}}" y1="{ground}" y2="{ground}"/>', runs)


@register.simple_tag
def figure_table(
    chart: ScoreSeries, since: dt.date | None = None, until: dt.date | None = None
) -> list[tuple[str, str, str, str]]:
    """The chart's figures as rows of (day, score, low, high), newest first.

    Every day of a choice of up to DAYS_TOLD days; otherwise the ends of the months that the chart shows, and its last
    day.
    """
    days = chosen(chart, since, until)
    every_day = bool(since or until) and days is not None and days[1] - days[0] < DAYS_TOLD
    start, stop = days if days and every_day else view(chart, since, until)
    rows = []
    for at in range(stop, start - 1, -1):
        day = chart.first + dt.timedelta(days=at)
        if every_day or at == stop or (day + dt.timedelta(days=1)).day == 1:
            values = (array[at] for array in (chart.series.score, chart.series.low, chart.series.high))
            rows.append((f"{day.day} {day:%b %Y}", *(f"{value:.0f}" for value in values)))
    return rows  # type: ignore[return-value]


@register.simple_tag(takes_context=True)
def without_days(context: template.Context) -> str:
    """Address of this page without a choice of days."""
    query = context["request"].GET.copy()
    for name in ("since", "until", "after"):
        query.pop(name, None)
    return f"{context['pair'].get_absolute_url()}{'?' if query else ''}{query.urlencode()}"
