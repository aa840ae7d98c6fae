"""What an engagement is called, when it is to be and where it stands, in words."""

from __future__ import annotations

import calendar
import datetime as dt
import re
from dataclasses import dataclass
from itertools import pairwise

from relations.codebook.institutions import institutions
from relations.models import Engagement, EngagementKind, Event, Stage
from relations.models.engagements import SILENCE
from relations.queries.display import day_words

ONE_DAY = dt.timedelta(days=1)
WEEK = dt.timedelta(days=7)
# What an open engagement is called when its date has passed in silence, and one of whose events none is left.
NO_WORD, GONE = "no-word", "gone"
LABELS = {NO_WORD: "no word", GONE: "nothing left of it"}
TITLES = {
    EngagementKind.VISIT: "Visit between {} and {}",
    EngagementKind.MEETING: "Meeting of {} and {}",
    EngagementKind.TALKS: "Talks between {} and {}",
    EngagementKind.SUMMIT: "Summit of {} and {}",
    EngagementKind.EXERCISE: "Joint exercise of {} and {}",
    EngagementKind.EXCHANGE: "Exchange of visits between {} and {}",
}
NAMES_IN_TITLE = 2
SOON = 60  # days within which the days left are counted
LONGEST_RUN = 60  # days; ends that lie further apart are hardly those of one visit
NO_DATE = "no date said"

_ISO = re.compile(r"\d{4}-\d{2}-\d{2}")
_RUNS_ON = re.compile(r"\b(?:to|until|till|through|between|from)\b|[-–—]")
# Words that only say once more which month or week it is.
_RESTATES = re.compile(
    rf"\b(?:in|of|on|for|the|during|week|\d+|{'|'.join(filter(None, calendar.month_name))})\b", re.IGNORECASE
)


@dataclass(frozen=True, slots=True)
class EngagementWords:
    """An engagement in words. state: for its sign, one of Stage, NO_WORD or GONE; state_words: with the day.

    when: the time that it is planned for. soon: how many days are left, where they are few.
    """

    id: int
    url: str
    title: str
    kind: str
    who: str
    whom: str
    link: str  # "→" from visitor to host, "↔" where both meet
    link_words: str
    pair_name: str
    pair_slug: str
    state: str
    state_label: str
    state_words: str
    when: str
    is_dated: bool
    soon: str
    place: str


def engagement_words(engagement: Engagement, today: dt.date) -> EngagementWords:
    """Needs the pair's two countries, visitor and host fetched with the engagement."""
    pair = engagement.pair
    one_way = engagement.visitor and engagement.host and engagement.kind == EngagementKind.VISIT
    who, whom = (engagement.visitor, engagement.host) if one_way else (pair.first, pair.second)
    state = state_of(engagement, today)
    return EngagementWords(
        id=engagement.pk,
        url=engagement.get_absolute_url(),
        title=title(engagement),
        kind=EngagementKind(engagement.kind).label,
        who=who.name if who else "",
        whom=whom.name if whom else "",
        link="→" if one_way else "↔",
        link_words="to" if one_way else "with",
        pair_name=f"{pair.first.name} – {pair.second.name}",
        pair_slug=pair.slug,
        state=state,
        state_label=LABELS.get(state) or str(Stage(state).label),
        state_words=state_words(engagement, state, today),
        when=time_words(engagement),
        is_dated=engagement.planned_from is not None,
        soon=_soon(engagement, today) if state in (Stage.ANNOUNCED, Stage.RESCHEDULED) else "",
        place=engagement.place,
    )


def title(engagement: Engagement) -> str:
    """ "Visit of Pakistan to the United States: Khawaja Asif", "Talks between India and Pakistan"."""
    pair, kind = engagement.pair, EngagementKind(engagement.kind)
    names = telling_names(engagement.participants)
    if kind == EngagementKind.VISIT and engagement.visitor and engagement.host:
        what = f"Visit of {engagement.visitor.in_prose} to {engagement.host.in_prose}"
        names = [name.removesuffix(f" of {engagement.visitor.in_prose}") for name in names]
    else:
        what = TITLES[kind].format(pair.first.in_prose, pair.second.in_prose)
    shown, more = names[:NAMES_IN_TITLE], len(names) - NAMES_IN_TITLE
    if not shown:
        return what
    return f"{what}: {', '.join(shown)} and {more} more" if more > 0 else f"{what}: {' and '.join(shown)}"


def telling_names(participants: list[str]) -> list[str]:
    """Those who take part, without governments: that a government takes part goes without saying."""
    of_government = f"{institutions()['government'].name} of "
    return [name for name in participants if not name.startswith(of_government)]


def state_of(engagement: Engagement, today: dt.date) -> str:
    if not engagement.event_count:
        return GONE
    return NO_WORD if engagement.is_without_word(today) else engagement.state


def state_words(engagement: Engagement, state: str, today: dt.date | None = None) -> str:
    """How far it has come: "announced", "postponed on 5 March", "no word since 3 March"; the year if not today's."""
    if state == GONE:
        return LABELS[GONE]
    if state == NO_WORD:
        return f"{LABELS[NO_WORD]} since {near_day(engagement.last_heard_on, today)}"
    label = str(Stage(state).label)
    if state in (Stage.ANNOUNCED, Stage.RESCHEDULED):
        return label
    day = engagement.held_on if state == Stage.HELD and engagement.held_on else engagement.last_heard_on
    return f"{label} on {near_day(day, today)}"


def outcome(engagement: Engagement, state: str) -> str:
    """What is known of how it went, as a sentence."""
    if state == NO_WORD and engagement.planned_until:
        return "Its date has passed, and no story that was read says what became of it."
    if state == NO_WORD:
        return f"No date was said, and for more than {SILENCE.days} days no story that was read has told of it."
    if state == Stage.POSTPONED and engagement.planned_from:
        return "It is put off, and no new date is known. The time below is the one that it had."
    return {
        Stage.ANNOUNCED.value: "It is planned. No story has said yet that it took place or was put off or called off.",
        Stage.RESCHEDULED.value: "It was put off and then announced anew.",
        Stage.POSTPONED.value: "It is put off, and no new date is known.",
        Stage.CANCELLED.value: "It was called off.",
        Stage.HELD.value: "It took place.",
    }[state]


def near_day(day: dt.date, today: dt.date | None) -> str:
    """A day, without its year if that is today's."""
    return f"{day.day} {day:%B}" if today and day.year == today.year else day_words(day)


def _soon(engagement: Engagement, today: dt.date) -> str:
    days = [day for day in days_of(engagement) if day >= today]
    if not days or not engagement.planned_on:  # of a week it may be any day
        return ""
    left = (days[0] - today).days
    if left > SOON:
        return ""
    return {0: "today", 1: "tomorrow"}.get(left, f"in {left} days")


def time_words(planned: Engagement | Event) -> str:
    """The time planned: "21 or 23 September 2017", "12 to 14 May 2026", "May 2026 (“next month”)", "no date said"."""
    days = sorted(planned.planned_on)
    if days:
        if runs_on(planned):
            return span_words(days[0], days[-1])
        return _one_of(days, "and" if re.search(r"\band\b", planned.planned_words.lower()) else "or")
    if planned.planned_from is None:
        return NO_DATE
    said = _own_words(planned.planned_words)
    window = window_words(planned.planned_from, planned.planned_until or planned.planned_from)
    # The words are the story's, and count from its day: "next month" is quoted, so that nobody counts from today.
    return f"{window} (“{said}”)" if said else window


def runs_on(planned: Engagement | Event) -> bool:
    """Whether the days named are the ends of one time ("12 to 14 May") and no alternatives ("12 or 14 May")."""
    days, words = planned.planned_on, _ISO.sub("", planned.planned_words.lower())
    if len(days) < 2 or (max(days) - min(days)).days > LONGEST_RUN or re.search(r"\bor\b", words):
        return False
    return bool(_RUNS_ON.search(words))


def span_words(first: dt.date, last: dt.date, joiner: str = "to") -> str:
    return day_words(first) if first == last else _one_of([first, last], joiner)


def window_words(first: dt.date, last: dt.date) -> str:
    """A time of which only the ends are known: "May 2026", "week of 4 May 2026", "between 8 and 31 May 2026"."""
    if first == last:
        return day_words(first)
    if first.weekday() == 0 and last - first == 6 * ONE_DAY:
        return f"week of {day_words(first)}"
    if first.day == 1 and first.month == last.month and first.year == last.year and (last + ONE_DAY).day == 1:
        return f"{first:%B %Y}"
    return f"between {span_words(first, last, 'and')}"


def which_days(planned: Engagement) -> str:
    """What several days mean: "12 to 14 May 2026", "21 or 23 September 2017", "some day in May 2026"."""
    if planned.planned_on or planned.planned_from is None:
        return time_words(planned)
    window = window_words(planned.planned_from, planned.planned_until or planned.planned_from)
    if window.startswith("between"):
        return f"some day {window}"
    return f"some day in the {window}" if window.startswith("week") else f"some day in {window}"


def _one_of(days: list[dt.date], joiner: str) -> str:
    """Days in a row, each with as much of month and year as the next one doesn't give."""
    words = [
        str(day.day)
        if (day.month, day.year) == (after.month, after.year)
        else f"{day.day} {day:%B}"
        if day.year == after.year
        else day_words(day)
        for day, after in pairwise(days)
    ]
    last = day_words(days[-1])
    return f"{', '.join(words)} {joiner} {last}" if words else last


def _own_words(words: str) -> str:
    """The story's words for a time where they say more than its month or week."""
    return words if _RESTATES.sub("", words).strip(" ,.") else ""


def days_of(engagement: Engagement) -> list[dt.date]:
    """The days of a calendar on which it stands: planned for, or held on; none where only a longer time is known."""
    ends = _run_of(engagement)
    if engagement.state == Stage.HELD and engagement.held_on:
        held = engagement.held_on
        return _days_between(*ends) if ends and ends[0] <= held <= ends[1] else [held]
    if ends:
        return _days_between(*ends)
    if engagement.planned_on:
        return sorted(engagement.planned_on)
    first, last = engagement.planned_from, engagement.planned_until
    if first and last and last - first < WEEK:
        return _days_between(first, last)
    return []


def span_of(engagement: Engagement) -> tuple[dt.date, dt.date] | None:
    """First and last day that a calendar shows, alternatives and longer times included; None without any date."""
    days = days_of(engagement)
    if days:
        return days[0], days[-1]
    if engagement.planned_from:
        return engagement.planned_from, engagement.planned_until or engagement.planned_from
    return (engagement.held_on, engagement.held_on) if engagement.held_on else None


def _run_of(engagement: Engagement) -> tuple[dt.date, dt.date] | None:
    return (min(engagement.planned_on), max(engagement.planned_on)) if runs_on(engagement) else None


def _days_between(first: dt.date, last: dt.date) -> list[dt.date]:
    return [first + number * ONE_DAY for number in range((last - first).days + 1)]
