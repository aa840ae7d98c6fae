"""Numbers to inline SVG. Colours come from classes in the style sheet, so light and dark follow by themselves."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from typing import Any

import numpy as np
from django import template
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString, mark_safe

from relations.queries.chapters import ChapterWords
from relations.queries.chart import chosen, view
from relations.queries.scores import ScoreSeries
from relations.templatetags.frames import Frame, grid, telling_days, time_axis
from relations.tension.formula import BASELINE, LITTLE_KNOWN

register = template.Library()

# A wide chart for desks and a narrow one for telephones, as a scaled one would have letters too small to read; the
# style sheet shows one of the two. Long series are thinned to the lowest and highest day of each four units of width.
WIDTHS = {"wide": 960, "narrow": 360}
HEIGHT = 200
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
    start, stop = view(chart, since, until)
    first, last = chart.first + dt.timedelta(days=start), chart.first + dt.timedelta(days=stop)
    frame = Frame(WIDTHS[size], HEIGHT, 34, 8, 10, 24, first, last)
    days = telling_days(chart.series.score, start, stop, frame.width // 4)
    x = frame.left + (days - start) / max(stop - start, 1) * frame.room

    def points(values: Any) -> str:
        return " ".join(f"{at:.1f},{frame.y(value):.1f}" for at, value in zip(x, values, strict=True))

    series = chart.series
    band = f"{points(series.high[days])} {' '.join(reversed(points(series.low[days]).split()))}"
    return format_html(
        '<svg class="score-chart {size}" viewBox="0 0 {w} {h}" role="img" aria-label="{label}">{grid}{months}{turns}'
        '<polygon class="band" points="{band}"/><polyline class="score" points="{score}"/>{unknown}'
        '<circle class="now" cx="{nx}" cy="{ny}" r="3.5"/></svg>',
        size=size,
        w=frame.width,
        h=frame.height,
        label=_in_words(series.score[start : stop + 1], first, last),
        grid=grid(frame),
        months=time_axis(frame),
        turns=_turns(chapters, chart, frame),
        band=band,
        score=points(series.score[days]),
        unknown=_little_known(series.known[days], x, frame),
        nx=f"{x[-1]:.1f}",
        ny=f"{frame.y(series.score[stop]):.1f}",
    )


def _in_words(scores: Any, first: dt.date, last: dt.date) -> str:
    return (
        f"Tension score from {first} to {last}: {scores[0]:.0f} at first, {scores[-1]:.0f} at the end, "
        f"highest {scores.max():.0f}, lowest {scores.min():.0f}."
    )


def _turns(chapters: Sequence[ChapterWords], chart: ScoreSeries, frame: Frame) -> SafeString:
    """A line with its chapter's number where a chapter begins; those too close for a number go without."""
    lines, free = [], 0.0
    for chapter in sorted(chapters, key=lambda one: one.offset):
        day = chart.first + dt.timedelta(days=chapter.offset)
        if chapter.number == 1 or not frame.first < day <= frame.last:
            continue
        at = frame.x(day)
        number = chapter.number if at >= free else ""
        free = at + 18 if number else free
        lines.append((f"{at:.1f}", number))
    return format_html_join(
        "",
        f'<line class="turn" x1="{{0}}" x2="{{0}}" y1="{frame.top}" y2="{frame.height - frame.bottom}"/>'
        f'<text class="tick" x="{{0}}" y="{frame.top + 10}" dx="3">{{1}}</text>',
        lines,
    )


def _little_known(known: Any, x: Any, frame: Frame) -> SafeString:
    """A dashed stretch on the ground line where next to nothing is known, so that it isn't taken for calm."""
    runs, start = [], None
    for at, value in [*zip(x, known, strict=True), (x[-1], np.inf)]:
        if value < LITTLE_KNOWN and start is None:
            start = at
        elif value >= LITTLE_KNOWN and start is not None:
            runs.append((f"{start:.1f}", f"{at:.1f}"))
            start = None
    ground = frame.height - frame.bottom
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
