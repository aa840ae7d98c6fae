"""Ingest: the pages of articles whose feed has only a teaser are fetched, as gently as feeds are."""

from __future__ import annotations

import datetime as dt
import logging
import math
from dataclasses import replace
from urllib.parse import urlsplit

from django.conf import settings
from django.db import InterfaceError, OperationalError, transaction

from relations.errors import RelationsError
from relations.ingest.fetch import Asker
from relations.ingest.items import PageText
from relations.ingest.page_visit import PageErrand, PageFindings, page_at, visit_page
from relations.ingest.robots import Rules, origin_of
from relations.ingest.rounds import work_through
from relations.ingest.run import SOON, patiently
from relations.ingest.run_hosts import give_back, take_turns
from relations.ingest.store import database_now
from relations.ingest.store_copies import wait_for_others_who_add_articles
from relations.ingest.store_pages import record_no_page, record_page, record_rules
from relations.ingest.store_visits import HOST_PAUSE, pause_host
from relations.ingest.trouble import Bug, RateLimited
from relations.models import Article, Feed, RobotsFile, registrable_domain

log = logging.getLogger(__name__)

LEASE = dt.timedelta(minutes=10)
THREADS = 8
RULES_FOR = dt.timedelta(hours=24)
PATIENCE = dt.timedelta(hours=1)  # of the coder, where the site may not be asked yet; then it reads what the feed has
CLOSED_FOR = dt.timedelta(hours=1)  # a robots.txt that could not be read is asked for sooner


def fetch_article_pages(limit: int = 32, within: float = math.inf) -> int:
    """Fetch the pages that are due; how many articles have a longer text by it.

    within: seconds after which no further page is begun. Safe to repeat and to run in parallel.
    """

    def conclude(found: list[PageFindings], under_way: int) -> int:
        return sum(map(_conclude_whatever_happens, found))

    return work_through(_claim, _visit, conclude, _is_one_due_soon, threads=THREADS, limit=limit, within=within)


def read_page(url: str) -> PageText:
    """What is a story on the page at an address, read now for a person. Raises RelationsError."""
    if urlsplit(url).scheme not in ("http", "https"):
        raise RelationsError("Only addresses that start with http:// or https:// are fetched.")
    known = _known_rules([origin_of(url)], database_now())
    rules = dict(known)
    try:
        return page_at(url, rules, asker=Asker(settings.FETCH_USER_AGENT), allowed_hosts=settings.FETCH_ALLOWED_HOSTS)
    finally:
        record_rules([one for origin, one in rules.items() if origin not in known], database_now())


@patiently
@transaction.atomic
def _claim(limit: int) -> list[PageErrand]:
    now = database_now()
    articles = Article.objects.claim_pages(now, limit)
    if not articles:
        return []
    begun, waiting = take_turns([(article, registrable_domain(article.url)) for article in articles], now)
    for article, free_at in waiting:
        article.page_due_at = free_at
        article.waits_for_page &= free_at - article.first_seen_at < PATIENCE
    for article, _ in begun:
        article.page_due_at, article.page_tries = now + LEASE, article.page_tries + 1
    Article.objects.bulk_update(articles, ["page_due_at", "page_tries", "waits_for_page"])
    rules = _known_rules({origin_of(article.url) for article, _ in begun}, now)
    return [
        PageErrand(
            article_id=article.pk,
            url=article.url,
            asker=Asker(article.feed.user_agent or settings.FETCH_USER_AGENT),
            lease=now + LEASE,
            request=request,
            rules=rules.get(origin_of(article.url)),
        )
        for article, request in begun
    ]


def _known_rules(origins: set[str] | list[str], now: dt.datetime) -> dict[str, Rules]:
    return {
        file.origin: Rules(file.origin, file.rules, file.closed)
        for file in RobotsFile.objects.filter(origin__in=origins)
        if now - file.fetched_at < (CLOSED_FOR if file.closed else RULES_FOR)
    }


def _is_one_due_soon() -> bool:
    return Article.objects.filter(page_due_at__lte=database_now() + SOON).exists()


def _visit(errand: PageErrand) -> PageFindings:
    return visit_page(errand, allowed_hosts=settings.FETCH_ALLOWED_HOSTS)


def _conclude_whatever_happens(findings: PageFindings) -> int:
    """What can't be stored is recorded as a fault, so that other pages go on and the coder waits no longer."""
    try:
        return _conclude(findings)
    except (OperationalError, InterfaceError):
        raise  # the database is away for long; the lease brings the page back
    except Exception as error:
        log.exception("Storing the page of article %s failed", findings.errand.article_id)
        return _conclude(replace(findings, trouble=Bug(error), page=None, learnt=()))


@patiently
@transaction.atomic
def _conclude(findings: PageFindings) -> int:
    """1 where the article has a longer text now. An article that another worker has taken since is left to it."""
    errand = findings.errand
    give_back([errand.request])
    now = database_now()
    record_rules(findings.learnt, now)
    if isinstance(findings.trouble, RateLimited) and findings.trouble.status == 429:
        asked = findings.trouble.retry_after
        pause_host(errand.url, now + (dt.timedelta(seconds=asked) if asked else HOST_PAUSE))
    # The feed, those who add articles, the article: in the order in which feeds are stored.
    list(Feed.objects.filter(articles=errand.article_id).select_for_update(no_key=True).values_list("pk"))
    if findings.page is not None and findings.page.text:
        wait_for_others_who_add_articles()
    mine = Article.objects.filter(pk=errand.article_id, page_due_at=errand.lease)
    article = mine.select_for_update(no_key=True).first()
    if article is None:
        return 0
    if findings.page is not None:
        return int(record_page(article, findings.page, now))
    if findings.trouble is not None:
        record_no_page(article, findings.trouble, now)
    return 0
