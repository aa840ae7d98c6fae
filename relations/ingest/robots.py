"""What a site's robots.txt allows us (RFC 9309)."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from urllib.parse import urlsplit

from protego import Protego

from relations.ingest.fetch import Asker, Limits, fetch
from relations.ingest.trouble import Forbidden, HTTPTrouble, RateLimited, RefusedAddress

LONGEST_FILE = 500 * 1024  # bytes; more need not be looked at
LIMITS = Limits(total=15, body=2 * 2**20)


@dataclass(frozen=True, slots=True)
class Rules:
    """text: of the robots.txt, empty where there is none. closed: it could not be read, so nothing may be asked."""

    origin: str
    text: str = ""
    closed: bool = False

    def allow(self, url: str, user_agent: str) -> bool:
        if self.closed:
            return False
        return not self.text or bool(Protego.parse(self.text).can_fetch(url, product(user_agent)))


def product(user_agent: str) -> str:
    """The name that rules are written for: Dyad for Dyad/0.1 (tracker of relations between countries)."""
    return user_agent.split("/")[0].split()[0] if user_agent.strip() else "Dyad"


def origin_of(url: str) -> str:
    parts = urlsplit(url)
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
    return Rules(origin, page.body[:LONGEST_FILE].decode(errors="replace").replace("\x00", ""))


def check(url: str, rules: dict[str, Rules], *, asker: Asker, allowed_hosts: Collection[str]) -> None:
    """Raise Forbidden where the site of the address does not want it fetched by programs. rules: those that are known,
    by origin; what is learnt is added."""
    origin = origin_of(url)
    if not urlsplit(url).scheme.startswith("http"):
        raise RefusedAddress("Only addresses that start with http:// or https:// are fetched.")
    if origin not in rules:
        rules[origin] = fetch_rules(origin, asker=asker, allowed_hosts=allowed_hosts)
    if not rules[origin].allow(url, asker.user_agent):
        why = "could not be read" if rules[origin].closed else "asks programs not to fetch this page"
        raise Forbidden(f"The site's robots.txt {why}, so it was not fetched.")
