"""When it happened, from the words of its sentence and the day of publication. Pure.

date_words holds the shapes of dates, date_shapes reads them as seen from a date_view, date_scope asks the words around
them; here acts and dates are brought together.
"""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Iterable
from dataclasses import dataclass, replace
from itertools import islice

from relations.codebook.precision import last_day
from relations.tagging.date_scope import (
    CLAUSE_END,
    EVERYWHERE,
    WINDOW,
    is_how_often,
    is_limit,
    is_of_a_plan,
    is_of_the_saying,
    is_start,
    is_the_eve,
    scope_of,
)
from relations.tagging.date_shapes import lowered, shapes_in
from relations.tagging.date_view import ONE_DAY, Reader, Reading, View, counted
from relations.tagging.date_words import AFTER_ACT

# A sentence with more is a table.
MOST_MOMENTS, MOST_COUNTED = 16, 8
# Characters between "two days after" and the date that it counts from.
NEAR = 30
LEAD_SENTENCES = 3
# So long ago may the day lie of a plan that came to nothing.
LATELY = dt.timedelta(days=60)
# How long a visit is to last is not when it is.
LASTS = re.compile(r"for\b", re.IGNORECASE)
# Days, else first and last of a time, and their words.
Planned = tuple[tuple[dt.date, ...], tuple[dt.date, dt.date] | None, str]
NO_PLAN: Planned = ((), None, "")
# The news is a few days old at most; a paragraph may tell of the days before.
RECENT, RECENTLY = dt.timedelta(days=3), dt.timedelta(days=7)


@dataclass(frozen=True, slots=True)
class Moment:
    """A date in a sentence. at: its first character. days: one, or those named as alternatives or as a range.

    said: it dates the saying and not the act. limit: a bound ("until Monday"), no date of an act. start: the day since
    which something lasts. ahead: it is told of a plan. scope: the characters [start, end) whose acts it can date.
    """

    at: int
    words: str
    days: tuple[dt.date, ...]
    precision: str
    said: bool
    limit: bool
    start: bool = False
    ahead: bool = False
    scope: tuple[int, int] = EVERYWHERE

    def dates(self, at: int) -> bool:
        return self.scope[0] <= at < self.scope[1]

    @property
    def last(self) -> dt.date:
        """The last day of the time that it names."""
        return last_day(max(self.days), self.precision)


@dataclass(frozen=True, slots=True)
class Dating:
    """When an act was done or announced, and for when it is planned.

    words: what it was read from, "" where the day of publication stands in. planned: days named for what is planned;
    where no day was, planned_span is the first and last day of the time that was ("next month").
    """

    on: dt.date
    precision: str
    words: str
    planned: tuple[dt.date, ...]
    planned_span: tuple[dt.date, dt.date] | None = None
    planned_words: str = ""


@dataclass(frozen=True, slots=True)
class Told:
    """A sentence of a text. moments: its dates. otherwise: the day of an act that it tells of without a date."""

    moments: list[Moment]
    otherwise: dt.date


def moments(text: str, published: dt.date, *, anchor: dt.date | None = None, grain: str = "day") -> list[Moment]:
    """All dates of a sentence in order.

    anchor: the day that the text told of last, from which "two days later" and "the same day" count; with a coarser
    grain the first day of that week, month or year.
    """
    found: list[Moment] = []
    at = (anchor, grain)
    small = lowered(text)
    for match, reader in _matches(small):
        view = View(published, *at, False, text, text[max(0, match.start() - WINDOW) : match.start()])
        moment = _moment(match, reader, view)
        if moment is not None:
            found.append(moment)
            at = _anchor([moment], published) or at
    return _with_counted_from_acts(text, found, published, anchor if grain == "day" else None)


def tell(sentences: Iterable[tuple[str, int]], published: dt.date) -> list[Told]:
    """The dates of a whole text, whose sentences come with the number of their paragraph.

    News names its day once: what follows without a date was done on the day that the paragraph told of last, if that
    is a recent one, else on the first that the lead names.
    """
    found: list[tuple[list[Moment], dt.date | None]] = []
    at: tuple[dt.date | None, str] = (None, "day")
    here: dt.date | None = None
    news: dt.date | None = None
    last_paragraph = None
    for number, (text, paragraph) in enumerate(sentences):
        if paragraph != last_paragraph:
            here, last_paragraph = None, paragraph
        ours = moments(text, published, anchor=at[0], grain=at[1])
        found.append((ours, here))
        at = _anchor(ours, published) or at
        recent = [moment.days[-1] for moment in ours if _is_told(moment, published, RECENTLY)]
        here = recent[-1] if recent else here
        if number < LEAD_SENTENCES and news is None:
            news = next((day for day in recent if published - day <= RECENT), None)
    return [Told(ours, before or news or published) for ours, before in found]


def date_event(
    found: list[Moment],
    published: dt.date,
    trigger_at: int,
    *,
    done: bool,
    clause: tuple[int, int] | None = None,
    otherwise: dt.date | None = None,
) -> Dating:
    """The date of an act whose trigger stands at that offset. done: it has happened; else it is planned or called off.

    The nearest date whose scope holds the trigger wins. An act done, or announced, is never dated behind the day of
    publication. otherwise: the day that stands where the sentence names none; without it the day of publication.
    """
    plan = _planned(found, published) if not done else NO_PLAN
    past = [
        moment
        for moment in found
        if moment.days[0] <= published
        and not moment.limit
        and moment.dates(trigger_at)
        and (done or not (moment.ahead or moment.start or moment.last > published))
    ]
    inside = [moment for moment in past if clause and clause[0] <= moment.at < clause[1]] or past
    # What dates the saying, or the beginning of what lasts, dates the act only where nothing else does.
    nearest = min(
        inside,
        key=lambda moment: (moment.said and done, moment.start, abs(moment.at - trigger_at)),
        default=None,
    )
    if nearest is None:
        on = min(otherwise, published) if done and otherwise else published
        return Dating(on, "day", "", *plan)
    return Dating(nearest.days[0], nearest.precision, nearest.words, *plan)


def is_background(found: list[Moment], published: dt.date, trigger_at: int, years: int = 2) -> bool:
    """Whether the date nearest to the trigger lies so far back that the sentence tells of history."""
    telling = [moment for moment in found if moment.dates(trigger_at) and not (moment.limit or moment.start)]
    nearest = min(telling, key=lambda moment: abs(moment.at - trigger_at), default=None)
    return nearest is not None and published - max(nearest.days) > dt.timedelta(days=365 * years)


def _matches(text: str) -> list[tuple[re.Match[str], Reader]]:
    """The shapes found, none within another: of two that overlap the first, of those the longest."""
    found = [(match, reader) for pattern, reader in shapes_in(text) for match in pattern.finditer(text)]
    found.sort(key=lambda one: (one[0].start(), -one[0].end()))
    kept: list[tuple[re.Match[str], Reader]] = []
    for match, reader in found:
        if not kept or match.start() >= kept[-1][0].end():
            kept.append((match, reader))
        if len(kept) == MOST_MOMENTS:
            break
    return kept


def _moment(match: re.Match[str], reader: Reader, view: View) -> Moment | None:
    start, end = match.span()
    before = view.before
    first = match[0].split()[0]
    ahead = first == "later" or is_of_a_plan(before)
    reading = _read(match, reader, replace(view, ahead=ahead))
    if reading is None:
        return None
    eve = is_the_eve(before)
    limit = not eve and (is_limit(before, first) or is_how_often(before, first, reading.precision))
    begins = not limit and len(reading.days) == 1 and is_start(before, first)
    if begins and reading.days[0] <= view.published and not is_start(before, first, lasting=True):
        limit, begins = True, False
    return Moment(
        at=start,
        words=view.text[start:end],
        days=tuple(max(day, dt.date.min + ONE_DAY) - ONE_DAY for day in reading.days) if eve else reading.days,
        precision=reading.precision,
        said=is_of_the_saying(view.text, start, end, before),
        limit=limit,
        start=begins,
        ahead=ahead,
        scope=EVERYWHERE if eve else scope_of(view.text, start, end, before, reading),
    )


def _read(match: re.Match[str], reader: Reader, view: View) -> Reading | None:
    try:
        return reader(match, view)
    except (ValueError, OverflowError):  # 31 February, or a year that there is not
        return None


def _planned(found: list[Moment], published: dt.date) -> Planned:
    """The time named for what is to come, or was to come lately."""
    lately = published - min(LATELY, published - dt.date.min)
    ahead = [
        moment
        for moment in found
        if not moment.limit
        and not LASTS.match(moment.words)
        and (min(moment.days) > published or ((moment.start or moment.ahead) and max(moment.days) > lately))
    ]
    exact = [moment for moment in ahead if moment.precision == "day"]
    if exact:
        days = tuple(sorted({day for moment in exact for day in moment.days}))
        return days, None, ", ".join(dict.fromkeys(moment.words for moment in exact))
    vague = next((moment for moment in ahead if moment.precision in ("week", "month")), None)
    if vague:
        return (), (min(vague.days), vague.last), vague.words
    # "Later this month": the time has begun already.
    running = next(
        (
            moment
            for moment in found
            if moment.ahead and not moment.limit and moment.precision in ("week", "month") and moment.last > published
        ),
        None,
    )
    return ((), (published, running.last), running.words) if running else NO_PLAN


def _anchor(found: list[Moment], published: dt.date) -> tuple[dt.date, str] | None:
    """What the last of these dates leaves in a reader's mind, if it is past."""
    for moment in reversed(found):
        if moment.days[-1] <= published and not moment.ahead:
            return moment.days[-1], moment.precision
    return None


def _is_told(moment: Moment, published: dt.date, at_most: dt.timedelta) -> bool:
    """Whether it tells of a day so many days back at most."""
    if moment.precision != "day" or moment.limit or moment.start or moment.ahead:
        return False
    return dt.timedelta() <= published - moment.days[-1] <= at_most


def _with_counted_from_acts(text: str, found: list[Moment], published: dt.date, anchor: dt.date | None) -> list[Moment]:
    """With what "a day after the raid" tells: of this act where the day of the raid is known, else of the raid."""
    for match in islice(AFTER_ACT.finditer(lowered(text)), MOST_COUNTED):
        if any(match.start() < moment.at + len(moment.words) and moment.at < match.end() for moment in found):
            continue
        comma = CLAUSE_END.search(text, match.end())
        ends = comma.start() if comma else len(text)
        within = [
            moment for moment in found if match.end() <= moment.at < match.end() + NEAR and moment.precision == "day"
        ]
        others = [
            moment for moment in found if not match.end() <= moment.at < ends and not (moment.limit or moment.ahead)
        ]
        step, grain = 1 if match["side"] == "after" else -1, "day"
        if within:
            found = [replace(one, scope=(match.end(), ends)) if one is within[0] else one for one in found]
            if others:
                continue
            base, scope = within[0].days[0], EVERYWHERE
        elif others:
            near = min(others, key=lambda moment: abs(moment.at - match.start()))
            base, scope, step = near.days[0], (match.start(), ends), -step
            grain = near.precision
        elif anchor and match.start() == 0:
            base, scope = anchor, (ends if comma else 0, EVERYWHERE[1])
        else:
            base, scope, step = published, (match.start(), ends), -step
        try:
            reading = Reading((base,), grain) if grain != "day" else counted(base, match["number"], match["unit"], step)
        except (ValueError, OverflowError):
            continue
        if reading is not None:
            words = text[match.start() : match.end()]
            found.append(Moment(match.start(), words, reading.days, reading.precision, False, False, scope=scope))
    return sorted(found, key=lambda moment: moment.at)
