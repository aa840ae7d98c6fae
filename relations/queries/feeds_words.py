"""How a feed is, in words."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

from django.utils.timesince import timesince, timeuntil

from relations.models import Feed, FeedKind, FeedState

# By key, worst first: what a page calls it, and its tone, for the mark of shape beside the word. Paused feeds and
# sources whose articles people add come last, whatever their state: nobody waits for them.
STATES = {
    FeedState.GONE.value: (FeedState.GONE.label, "trouble"),
    FeedState.BLOCKED.value: (FeedState.BLOCKED.label, "trouble"),
    FeedState.FAILING.value: (FeedState.FAILING.label, "trouble"),
    FeedState.LIMITED.value: (FeedState.LIMITED.label, "trouble"),
    FeedState.SILENT.value: (FeedState.SILENT.label, "trouble"),
    FeedState.NEW.value: (FeedState.NEW.label, "waiting"),
    FeedState.OK.value: (FeedState.OK.label, "well"),
    "paused": ("paused", "paused"),
    FeedKind.MANUAL.value: (FeedKind.MANUAL.label, "by-hand"),
}
TROUBLES = [state for state, (_, tone) in STATES.items() if tone == "trouble"]
LATELY = dt.timedelta(days=7)  # for which a gap or a noisy item is worth a word


@dataclass(frozen=True, slots=True)
class FeedWords:
    """state: a key of STATES. next_visit: empty for a source that is not visited."""

    feed: Feed
    name: str
    state: str
    label: str
    tone: str
    outcome: str
    last_visit: str
    next_visit: str


def feed_words(feed: Feed, now: dt.datetime) -> FeedWords:
    state = state_of(feed)
    label, tone = STATES[state]
    return FeedWords(
        feed=feed,
        name=name_of(feed),
        state=state,
        label=label,
        tone=tone,
        outcome="" if state == FeedKind.MANUAL else feed.last_outcome,
        last_visit="" if state == FeedKind.MANUAL else ago(feed.last_visit_at, now),
        next_visit=_next_visit(feed, now),
    )


def name_of(feed: Feed) -> str:
    """Its title, or whose it is where it has not told its title yet."""
    return feed.title or feed.domain


def state_of(feed: Feed) -> str:
    """A key of STATES."""
    if feed.kind == FeedKind.MANUAL:
        return FeedKind.MANUAL.value
    return "paused" if feed.paused else feed.state


def ago(then: dt.datetime | None, now: dt.datetime) -> str:
    if then is None:
        return "never"
    if now - then < dt.timedelta(minutes=1):
        return "just now"
    return f"{timesince(then, now, depth=1)} ago"


def _next_visit(feed: Feed, now: dt.datetime) -> str:
    if feed.kind == FeedKind.MANUAL:
        return ""
    if feed.leased_until and feed.leased_until > now:
        return "going on right now"
    if feed.paused:
        return "when resumed"
    if feed.next_fetch_at - now < dt.timedelta(minutes=1):
        return "within a minute"
    return f"in {timeuntil(feed.next_fetch_at, now, depth=1)}"


def advice(words: FeedWords) -> str:
    """What the state means for whoever looks after the feed, and what can be done."""
    feed = words.feed
    since = f"since {moment(feed.last_item_at)}" if feed.last_item_at else "since it was added"
    return {
        "gone": "Its server says that it is gone for good. It is still tried once a day or so. "
        "If the site has a feed at another address, enter that; else pause this one.",
        "blocked": "Its server refuses us and would refuse us again. A password, another header or another user agent "
        "may help; the site may also have a rule against programs.",
        "failing": f"{_times(feed.failures)}. It is tried ever less often, up to once a day, and never given up.",
        "limited": "Its server asked for patience, and gets it.",
        "silent": f"It answers, but nothing new has come {since}, much longer than usual. It may have been moved.",
        "new": "",
        "ok": "",
        "paused": "Nothing is fetched until it is resumed. What it brought stays.",
        "manual": "Its articles are added by people, so nothing is fetched.",
    }[words.state]


def moment(at: dt.datetime) -> str:
    return f"{at.day} {at:%B %Y, %H:%M} UTC"


def _times(failures: int) -> str:
    return "The last visit failed" if failures <= 1 else f"{failures:,} visits in a row failed"
