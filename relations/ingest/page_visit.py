"""One visit to an article's page: robots.txt, fetch, and what is a story there. Plain values in and out."""

from __future__ import annotations

import datetime as dt
import logging
from collections.abc import Collection
from dataclasses import dataclass

from relations.ingest import robots
from relations.ingest.fetch import ACCEPT_PAGE, Asker, fetch
from relations.ingest.items import PageText
from relations.ingest.reader import read_page_bytes
from relations.ingest.robots import Rules
from relations.ingest.trouble import Bug, FeedTrouble

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class PageErrand:
    """lease: by which it is known whether the article is still ours. request: row that counts as a request to its host.
    rules: what is known of the robots.txt of its site."""

    article_id: int
    url: str
    asker: Asker
    lease: dt.datetime
    request: int | None = None
    rules: Rules | None = None


@dataclass(frozen=True, slots=True)
class PageFindings:
    errand: PageErrand
    trouble: FeedTrouble | None = None
    page: PageText | None = None
    learnt: tuple[Rules, ...] = ()  # of sites whose robots.txt was fetched on the way


def visit_page(errand: PageErrand, *, allowed_hosts: Collection[str]) -> PageFindings:
    """Never raises: what goes wrong is among the findings, and a fault of ours is in the log as well."""
    rules = {errand.rules.origin: errand.rules} if errand.rules else {}
    page: PageText | None = None
    trouble: FeedTrouble | None = None
    try:
        page = page_at(errand.url, rules, asker=errand.asker, allowed_hosts=allowed_hosts)
    except FeedTrouble as found:
        trouble = found
    except Exception as error:
        log.exception("Reading the page of article %s failed", errand.article_id)
        trouble = Bug(error)
    learnt = tuple(known for known in rules.values() if known != errand.rules)
    return PageFindings(errand, trouble, page, learnt)


def page_at(url: str, rules: dict[str, Rules], *, asker: Asker, allowed_hosts: Collection[str]) -> PageText:
    """What is a story on the page at an address. rules: see robots.check. Raises FeedTrouble."""
    robots.check(url, rules, asker=asker, allowed_hosts=allowed_hosts)
    page = fetch(url, asker=asker, allowed_hosts=allowed_hosts, accept=ACCEPT_PAGE)
    if robots.origin_of(page.url) != robots.origin_of(url):
        # Feeds link to counters and shorteners; what counts is what the site itself wants.
        robots.check(page.url, rules, asker=asker, allowed_hosts=allowed_hosts)
    return read_page_bytes(page.body, page.url, page.content_type)
