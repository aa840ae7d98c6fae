"""What charts of scores over days have in common: their field, the scale beside it and the days below it."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

import numpy as np
from django.utils.html import format_html_join
from django.utils.safestring import SafeString

from relations.tension.formula import BASELINE

LEVELS = (0, 25, int(BASELINE), 75, 100)


@dataclass(frozen=True, slots=True)
class Frame:
    """The field of a chart and the days that it shows; units of the picture."""

    width: int
    height: int
    left: int
    right: int
    top: int
    bottom: int
    first: dt.date
    last: dt.date

    @property
    def room(self) -> int:
        return self.width - self.left - self.right

    def x(self, day: dt.date) -> float:
        return self.left + (day - self.first).days / max((self.last - self.first).days, 1) * self.room

    def y(self, score: float) -> float:
        return self.top + (100 - score) / 100 * (self.height - self.top - self.bottom)


def telling_days(scores: Any, start: int, stop: int, buckets: int) -> Any:
    """Day numbers to draw, start to stop: both ends, and of each bucket the lowest and the highest day, so that no peak
    is lost."""
    if stop - start <= 2 * buckets:
        return np.arange(start, stop + 1)
    edges = np.linspace(start, stop + 1, buckets + 1).astype(int)
    extremes = [first + pick(scores[first:last]) for first, last in pairwise(edges) for pick in (np.argmin, np.argmax)]
    return np.unique([start, *extremes, stop])


def grid(frame: Frame) -> SafeString:
    """Lines of the scale 0 to 100 with their figures; that of the baseline has a class of its own."""
    rows = [(f"{frame.y(level):.1f}", level, "baseline" if level == BASELINE else "grid") for level in LEVELS]
    return format_html_join(
        "",
        f'<line class="{{2}}" x1="{frame.left}" x2="{frame.width - frame.right}" y1="{{0}}" y2="{{0}}"/>'
        f'<text class="tick" x="{frame.left - 6}" y="{{0}}" dy=".32em" text-anchor="end">{{1}}</text>',
        rows,
    )


def time_axis(frame: Frame) -> SafeString:
    """A tick every 120 units or so, on firsts of months or years; the ends where no month begins between them."""
    first, last = frame.first, frame.last
    months = (last.year - first.year) * 12 + last.month - first.month
    step = next((step for step in (1, 2, 3, 6, 12, 24, 60, 120) if months / step <= frame.width / 120), 120)
    ticks = []
    number = -(-(first.year * 12 + first.month - 1) // step) * step
    while (day := dt.date(number // 12, number % 12 + 1, 1)) <= last:
        if day >= first:
            # The last label must not leave the picture.
            anchor = "end" if frame.width - frame.right - frame.x(day) < 30 else "middle"
            ticks.append((f"{frame.x(day):.1f}", f"{day:%Y}" if step >= 12 else f"{day:%b %Y}", anchor))
        number += step
    if not ticks:
        ticks = [(f"{frame.x(day):.1f}", f"{day.day} {day:%b %Y}", at) for day, at in ((first, "start"), (last, "end"))]
    return format_html_join(
        "",
        f'<line class="grid" x1="{{0}}" x2="{{0}}" y1="{frame.top}" y2="{frame.height - frame.bottom}"/>'
        f'<text class="tick" x="{{0}}" y="{frame.height - 8}" text-anchor="{{2}}">{{1}}</text>',
        ticks,
    )
