"""The mail that tells a person what their watches found: its words. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from relations.tension.formula import BASELINE

NAMED = 10  # events of one watch; the rest is counted
WATCHES_SHOWN = 20  # in one mail; the rest is counted
ALERTS_SHOWN = 10  # of one watch
LONGEST_SUBJECT = 150


@dataclass(frozen=True, slots=True)
class ToldEvent:
    """words: who did what to whom and when. moved: points of the score, signed; empty where the score is not told."""

    words: str
    moved: str
    link: str


@dataclass(frozen=True, slots=True)
class WatchNews:
    """What one watch found. alerts: their words, oldest first. events: each once. pair_link, why_link: empty where the
    watch is of no one pair."""

    title: str
    alerts: Sequence[str]
    events: Sequence[ToldEvent]
    link: str
    pair_link: str
    why_link: str


@dataclass(frozen=True, slots=True)
class WatchMail:
    """news: of each watch that found something. all_link: to the list of the person's watches."""

    news: Sequence[WatchNews]
    all_link: str

    @property
    def subject(self) -> str:
        first, number = self.news[0], sum(len(one.alerts) for one in self.news)
        more = f" (and {number - 1:,} more)" if number > 1 else ""
        words = f"Dyad: {first.title}: {first.alerts[0]}"
        return words[: LONGEST_SUBJECT - len(more)].rstrip() + more

    @property
    def body(self) -> str:
        parts = [_section(one) for one in self.news[:WATCHES_SHOWN]]
        if left := len(self.news) - WATCHES_SHOWN:
            parts += [f"... and {left:,} more watches: {self.all_link}"] if left > 0 else []
        parts.append(
            f"Scores run from 0, close cooperation, to 100, war; where nothing is known they stand at {BASELINE:g}.\n"
            f"You get this mail because you watch this. Change or pause your watches: {self.all_link}"
        )
        return "\n\n".join(parts) + "\n"


def _section(news: WatchNews) -> str:
    lines = [news.title, *(f"  {words}" for words in news.alerts[:ALERTS_SHOWN])]
    if (left := len(news.alerts) - ALERTS_SHOWN) > 0:
        lines.append(f"  ... and {left:,} more alerts: {news.link}")
    for event in news.events[:NAMED]:
        moved = f" ({event.moved} points)" if event.moved else ""
        lines += [f"  - {event.words}{moved}", f"    {event.link}"]
    if (left := len(news.events) - NAMED) > 0:
        lines.append(f"  ... and {left:,} more: {news.link}")
    lines += [
        f"  {label}: {link}"
        for label, link in (("Timeline", news.pair_link), ("Why this score", news.why_link), ("This watch", news.link))
        if link
    ]
    return "\n".join(lines)
