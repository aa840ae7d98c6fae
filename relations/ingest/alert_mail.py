"""The mail that tells admins which feeds need them: its words, and what must not stand in it."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Collection, Sequence
from dataclasses import dataclass

MOST_SHOWN = 50  # of each part; the rest is counted
# Would end a line, or turn the direction in which the text after it is shown.
_CONTROLS = re.compile("[\x00-\x1f\x7f-\x9f\u2028-\u202e\u2066-\u2069]+")
_USER_OF_ADDRESS = re.compile(r"(?<=//)[^\s/?#]*@")
SHORTEST_SECRET = 4  # what is shorter stands in every other word, and hides nothing


@dataclass(frozen=True, slots=True)
class Trouble:
    """A feed that needs an admin."""

    title: str
    state: str  # in words
    since: dt.datetime
    outcome: str  # of the last visit, in words
    silence: str  # of a silent feed, since when; else empty
    next_visit_at: dt.datetime
    link: str


@dataclass(frozen=True, slots=True)
class Relief:
    """A feed that needs no admin any more."""

    title: str
    state: str  # what it was, in words
    since: dt.datetime
    until: dt.datetime
    now: str  # how it is now, in words
    link: str


@dataclass(frozen=True, slots=True)
class Digest:
    """troubles, reliefs: those that are shown, newest first; trouble_count, relief_count: how many there are."""

    troubles: Sequence[Trouble]
    trouble_count: int
    reliefs: Sequence[Relief]
    relief_count: int
    all_link: str  # to the list of all that need someone

    @property
    def subject(self) -> str:
        return f"Dyad: {_headline(self)}"

    def body(self, now: dt.datetime) -> str:
        parts: list[str] = []
        if self.trouble_count:
            parts += [f"{_need(self.trouble_count)}.", *(_trouble(one, now) for one in self.troubles)]
            parts += _rest(self.trouble_count - len(self.troubles), self.all_link)
        if self.relief_count:
            parts += [f"{_need_no_longer(self.relief_count)}.", *map(_relief, self.reliefs)]
            parts += _rest(self.relief_count - len(self.reliefs), "")
        return "\n\n".join([*parts, "You get this mail because you manage the feeds of Dyad."]) + "\n"


def fit_to_send(text: str, secrets: Collection[str] = ()) -> str:
    """The text on one line, without the secrets and without ``user:password@`` in addresses."""
    text = " ".join(_CONTROLS.sub(" ", text).split())
    for secret in sorted(secrets, key=len, reverse=True):
        if len(secret) >= SHORTEST_SECRET:
            text = text.replace(secret, "***")
    return _USER_OF_ADDRESS.sub("", text)


def moment(when: dt.datetime) -> str:
    """As "3 May 2024, 14:05 UTC"."""
    when = when.astimezone(dt.UTC)
    return f"{when.day} {when:%B %Y, %H:%M} UTC"


def _headline(digest: Digest) -> str:
    return _need(digest.trouble_count) if digest.trouble_count else _need_no_longer(digest.relief_count)


def _need(number: int) -> str:
    return f"{number:,} feeds need you" if number != 1 else "1 feed needs you"


def _need_no_longer(number: int) -> str:
    return f"{number:,} feeds need you no longer" if number != 1 else "1 feed needs you no longer"


def _trouble(one: Trouble, now: dt.datetime) -> str:
    visit = moment(one.next_visit_at) if one.next_visit_at > now else "within a minute"
    lines = [f"{one.state} since {moment(one.since)}", one.silence, f"Last outcome: {one.outcome or 'none yet'}"]
    return _entry(one.title, *filter(None, lines), f"Next visit: {visit}", one.link)


def _relief(one: Relief) -> str:
    return _entry(one.title, f"{one.state} from {moment(one.since)} to {moment(one.until)}; now {one.now}", one.link)


def _entry(title: str, *lines: str) -> str:
    return "\n".join([title, *(f"  {line}" for line in lines)])


def _rest(number: int, link: str) -> list[str]:
    return [f"... and {number:,} more{f': {link}' if link else '.'}"] if number else []
