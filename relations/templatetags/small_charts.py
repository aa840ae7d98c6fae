"""Small charts: several scores on one axis, one score small, and bars. Numbers to inline SVG.

Colours and dashes come from classes in the style sheet, so light and dark follow by themselves.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from itertools import pairwise

import numpy as np
from django import template
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString, mark_safe

from relations.queries.attention import Bar
from relations.queries.compare import Line
from relations.templatetags.frames import Frame, grid, telling_days, time_axis
from relations.tension.formula import BASELINE, LITTLE_KNOWN

register = template.Library()

LETTER_HEIGHT = 15  # between two labels at the ends of lines


@register.simple_tag
def lines_chart(lines: Sequence[Line], first: dt.date, last: dt.date, size: str) -> SafeString:
    """Several scores on the scale 0 to 100, each with its letter at its end. size: wide, or narrow for telephones."""
    width = {"wide": 960, "narrow": 360}[size]
    frame = Frame(width, 300, 34, 30, 10, 24, first, last)
    return format_html(
        '<svg class="score-chart lines {size}" viewBox="0 0 {w} {h}" role="img" aria-label="{label}"'
        ' data-first="{first}" data-last="{last}" data-left="{left}" data-right="{right}">'
        "{grid}{ticks}{lines}{letters}</svg>",
        size=size,
        w=width,
        h=frame.height,
        label=_in_words(lines, first, last),
        first=first.isoformat(),
        last=last.isoformat(),
        left=frame.left,
        right=width - frame.right,
        grid=grid(frame),
        ticks=time_axis(frame),
        lines=format_html_join("", "{}", ((_polylines(line, frame),) for line in lines)),
        letters=_letters(lines, frame),
    )


@register.simple_tag
def line_key(letter: str) -> SafeString:
    """A piece of a line as the chart draws it, to stand beside its name."""
    return format_html(
        '<svg class="line-key" viewBox="0 0 28 10" width="28" height="10" aria-hidden="true">'
        '<line class="line-{}" x1="0" x2="28" y1="5" y2="5"/></svg>',
        letter.lower(),
    )


@register.simple_tag
def small_multiple(line: Line, first: dt.date, last: dt.date) -> SafeString:
    """One score of many on a common scale: 0 to 100 upwards, the same days across."""
    frame = Frame(140, 80, 26, 2, 7, 16, first, last)
    middle = f"{frame.y(BASELINE):.1f}"
    ends = [(f"{frame.y(level):.1f}", level) for level in (0, 100)]
    return format_html(
        '<svg class="small-multiple" viewBox="0 0 {w} {h}" role="img" aria-label="{label}">{ends}'
        '<line class="baseline" x1="{left}" x2="{right}" y1="{middle}" y2="{middle}"/>{lines}'
        '<text class="tick" x="{left}" y="{foot}">{first}</text>'
        '<text class="tick" x="{right}" y="{foot}" text-anchor="end">{last}</text></svg>',
        w=frame.width,
        h=frame.height,
        label=_in_words([line], first, last),
        ends=format_html_join(
            "",
            f'<line class="grid" x1="{frame.left}" x2="{frame.width - frame.right}" y1="{{0}}" y2="{{0}}"/>'
            f'<text class="tick" x="{frame.left - 3}" y="{{0}}" dy=".32em" text-anchor="end">{{1}}</text>',
            ends,
        ),
        left=frame.left,
        right=frame.width - frame.right,
        middle=middle,
        foot=frame.height - 3,
        lines=_polylines(line, frame, "score"),
        first=f"{first:%b %Y}",
        last=f"{last:%b %Y}",
    )


@register.simple_tag
def bars(rows: Sequence[Bar], size: str) -> SafeString:
    """Shares as bars, oldest first; dots on the ground line where there was nothing to take a share of."""
    width, height, left, top, bottom = {"wide": 960, "narrow": 360}[size], 200, 44, 10, 24
    if not rows:
        return mark_safe("")
    most = max((bar.share for bar in rows if bar.share is not None), default=0.0) or 1.0
    step = (width - left - 4) / len(rows)
    ground = height - bottom
    parts, ticks, free = [], [], 0.0
    for at, bar in enumerate(rows):
        x = left + at * step
        if bar.share is None:
            parts.append(format_html('<circle class="none" cx="{}" cy="{}" r="1.5"/>', f"{x + step / 2:.1f}", ground))
        else:
            tall = bar.share / most * (ground - top)
            parts.append(
                format_html(
                    '<rect class="bar{}" x="{}" y="{}" width="{}" height="{}"><title>{}</title></rect>',
                    " thin" if bar.is_thin else "",
                    f"{x + step * 0.1:.1f}",
                    f"{ground - tall:.1f}",
                    f"{step * 0.8:.1f}",
                    f"{tall:.1f}",
                    bar.words,
                )
            )
        if bar.tick and x >= free and x < width - 50:
            ticks.append((f"{x:.1f}", bar.tick))
            free = x + 70
    return format_html(
        '<svg class="score-chart bars {size}" viewBox="0 0 {w} {h}" role="img" aria-label="{label}">'
        '<line class="grid" x1="{left}" x2="{w}" y1="{top}" y2="{top}"/>'
        '<line class="grid" x1="{left}" x2="{w}" y1="{ground}" y2="{ground}"/>'
        '<text class="tick" x="{before}" y="{top}" dy=".32em" text-anchor="end">{most}</text>'
        '<text class="tick" x="{before}" y="{ground}" dy=".32em" text-anchor="end">0 %</text>{bars}{ticks}</svg>',
        size=size,
        w=width,
        h=height,
        left=left,
        before=left - 6,
        top=top,
        ground=ground,
        most=f"{100 * most:.0f} %" if most >= 0.095 else f"{100 * most:.1f} %",
        label=f"Share of all stories, {rows[0].label} to {rows[-1].label}; at most {100 * most:.1f} %.",
        bars=format_html_join("", "{}", ((part,) for part in parts)),
        ticks=format_html_join("", f'<text class="tick" x="{{}}" y="{height - 8}">{{}}</text>', ticks),
    )


@register.simple_tag
def amount(value: int, most: int, tone: str) -> SafeString:
    """A number as a bar beside it, of the length that its share of the greatest has. tone: for its colour."""
    return format_html(
        '<svg class="amount {}" viewBox="0 0 100 8" preserveAspectRatio="none" aria-hidden="true">'
        '<rect x="0" y="0" width="{}" height="8"/></svg>',
        tone,
        f"{100 * value / most:.1f}" if most else 0,
    )


@register.simple_tag
def interval_bar(low: float, mean: float, high: float, line: float) -> SafeString:
    """A share with its interval, all in [0, 1], on a scale from 0 to 1 that a stroke crosses at ``line``. Its numbers
    stand beside it as text."""
    return format_html(
        '<svg class="interval" viewBox="0 0 100 12" preserveAspectRatio="none" aria-hidden="true">'
        '<line class="scale" x1="0" x2="100" y1="6" y2="6"/>'
        '<rect class="range" x="{low}" y="3" width="{wide}" height="6"/>'
        '<line class="at" x1="{line}" x2="{line}" y1="0" y2="12"/>'
        '<rect class="mean" x="{mean}" y="1" width="2" height="10"/></svg>',
        low=f"{100 * low:.1f}",
        wide=f"{max(100 * (high - low), 0.5):.1f}",
        line=f"{100 * line:.1f}",
        mean=f"{max(0.0, min(98.0, 100 * mean - 1)):.1f}",
    )


def _in_words(lines: Sequence[Line], first: dt.date, last: dt.date) -> str:
    each = [
        f"{line.letter + ', ' if line.letter else ''}{line.name}: from {line.scores[0]:.0f} to {line.scores[-1]:.0f}, "
        f"highest {line.scores.max():.0f}, lowest {line.scores.min():.0f}"
        for line in lines
    ]
    return f"Tension scores from {first} to {last}. {'; '.join(each)}."


def _polylines(line: Line, frame: Frame, name: str = "") -> SafeString:
    """The line, thin where little is known. name: of its class, where it's not its letter's."""
    days = telling_days(line.scores, 0, len(line.scores) - 1, frame.room // 4)
    start = (line.first - frame.first).days
    span = max((frame.last - frame.first).days, 1)
    x = frame.left + (start + days) / span * frame.room
    faint = line.known[days] < LITTLE_KNOWN
    # A stretch ends on the first point of the next one, so that nothing gapes between them.
    edges = [0, *(np.flatnonzero(np.diff(faint)) + 1).tolist(), len(days) - 1]
    stretches = []
    for begin, end in pairwise(edges):
        points = " ".join(
            f"{at:.1f},{frame.y(score):.1f}"
            for at, score in zip(x[begin : end + 1], line.scores[days[begin : end + 1]], strict=True)
        )
        stretches.append((f"{name or f'line-{line.letter.lower()}'}{' faint' if faint[begin] else ''}", points))
    return format_html_join("", '<polyline class="{}" points="{}"/>', stretches)


def _letters(lines: Sequence[Line], frame: Frame) -> SafeString:
    """Each line's letter at its end; those that would lie on each other are moved apart."""
    wanted = sorted((frame.y(float(line.scores[-1])), line.letter) for line in lines)
    places: list[float] = []
    for y, _ in wanted:
        places.append(max(y, places[-1] + LETTER_HEIGHT) if places else y)
    over = max(places[-1] - (frame.height - frame.bottom), 0.0) if places else 0.0
    for at in range(len(places) - 1, -1, -1):
        limit = places[at + 1] - LETTER_HEIGHT if at + 1 < len(places) else places[at] - over
        places[at] = min(places[at], limit)
    x = frame.width - frame.right + 8
    return format_html_join(
        "",
        f'<text class="letter letter-{{0}}" x="{x}" y="{{1}}" dy=".32em">{{2}}</text>',
        ((letter.lower(), f"{y:.1f}", letter) for (_, letter), y in zip(wanted, places, strict=True)),
    )
