"""What a site's robots.txt allows us (RFC 9309)."""

from __future__ import annotations

import re
from collections.abc import Collection
from dataclasses import dataclass
from urllib.parse import urlsplit

from protego import Protego

from relations.ingest.fetch import Asker, Limits, fetch
from relations.ingest.trouble import Forbidden, HTTPTrouble, RateLimited, RefusedAddress

LONGEST_FILE = 500 * 1024  # bytes; more need not be looked at
LIMITS = Limits(total=15, body=2 * 2**20)
_AGENT = re.compile(r"\s*user[ -]?agent\b[ \t]*:?([^#]*)", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Rules:
    """text: of the robots.txt, empty where there is none. closed: it could not be read, so nothing may be asked."""

    origin: str
    text: str = ""
    closed: bool = False

    def allow(self, url: str, user_agent: str) -> bool:
        if self.closed:
            return False
        name = product(user_agent)
        return not self.text or bool(Protego.parse(_meant_for(self.text, name)).can_fetch(url, name))


def product(user_agent: str) -> str:
    """The name that rules are written for: Dyad for Dyad/0.1 (tracker of relations between countries)."""
    return user_agent.split("/")[0].split()[0] if user_agent.strip() else "Dyad"


def _meant_for(text: str, name: str) -> str:
    """The rules with one name for all others in a row. Protego keeps a group's rules for each of its names, which are
    millions where someone means us harm."""
    lines: list[str] = []
    named: set[str] = set()  # in the row of names that the line stands in
    for line in text.splitlines():
        agent = _AGENT.match(line)
        if agent is None:
            if line.strip():
                named.clear()
        else:
            said = agent[1].strip().lower()
            who = said if said == "*" or (said and said in name.lower()) else "others"
            if who in named:
                continue
            named.add(who)
            line = f"User-agent: {who}"
        lines.append(line)
    return "\n".join(lines)


def origin_of(url: str) -> str:
    try:
        parts = urlsplit(url)
    except ValueError:  # such as a bracket that opens no IPv6 address
        return ""
    return f"{parts.scheme}://{parts.netloc.rpartition('@')[2]}".lower()[:300]


def fetch_rules(origin: str, *, asker: Asker, allowed_hosts: Collection[str]) -> Rules:
    """A site without the file allows everything; one whose file can't be had right now allows nothing until it can.

    Raises FeedTrouble where the site can't be reached at all.
    """
    plain = Asker(asker.user_agent)
    try:
        page = fetch(
            f"{origin}/robots.txt", asker=plain, allowed_hosts=allowed_hosts, limits=LIMITS, accept="text/plain"
        )
    except RateLimited:
        raise
    except HTTPTrouble as trouble:
        return Rules(origin, closed=trouble.status is not None and trouble.status >= 500)
    return Rules(origin, page.body[:LONGEST_FILE].decode("utf-8-sig", errors="replace").replace("\x00", ""))


def check(url: str, rules: dict[str, Rules], *, asker: Asker, allowed_hosts: Collection[str]) -> None:
    """Raise Forbidden where the site of the address does not want it fetched by programs, HTTPTrouble where nobody can
    say. rules: those that are known, by origin; what is learnt is added."""
    origin = origin_of(url)
    if not urlsplit(url).scheme.startswith("http"):
        raise RefusedAddress("Only addresses that start with http:// or https:// are fetched.")
    if origin not in rules:
        rules[origin] = fetch_rules(origin, asker=asker, allowed_hosts=allowed_hosts)
    if rules[origin].closed:
        raise HTTPTrouble("The site's robots.txt could not be read, so the page was not fetched.", status=503)
    if not rules[origin].allow(url, asker.user_agent):
        raise Forbidden("The site's robots.txt asks programs not to fetch this page, so it was not fetched.")
