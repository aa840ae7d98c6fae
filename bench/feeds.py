"""Reading feeds: parsing and storing against the parser alone, polling against the bare client, claiming among many."""

from __future__ import annotations

import datetime as dt
import io
import json
import random
import statistics
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from email.utils import format_datetime
from xml.sax.saxutils import escape

import feedparser
import httpx2
from django.conf import settings
from django.db import connection, transaction
from django.utils import timezone

from bench.measure import Result, timed
from bench.running_news import BEATS
from relations.ingest import run
from relations.ingest.reader import read_feed_bytes
from relations.ingest.store import store_articles
from relations.models import Article, ArticleVersion, Feed, FeedVisit, FullText, registrable_domain

ITEMS, FEEDS, HOSTS = 100, 2_000, 100
STORED = 20_000
ETAG = '"as-it-was"'
WORDS = " ".join(sentence for beat in BEATS for sentence in beat).split()


def parse_and_store_against_the_parser() -> Result:
    """A hundred new items from bytes to rows against feedparser as it comes, on the same bytes."""
    feed = Feed.objects.create(
        title="bench", url="https://bench.example/", next_fetch_at=timezone.now(), full_text=FullText.NEVER
    )
    bodies = [_rss(number) for number in range(12)]
    bare, ours = [], []
    for body in bodies:
        began = time.perf_counter()
        feedparser.parse(io.BytesIO(body))
        parsed_at = time.perf_counter()
        with transaction.atomic():
            stored = store_articles(feed, read_feed_bytes(body, "", feed.url).items, timezone.now())
        ours.append(time.perf_counter() - parsed_at)
        bare.append(parsed_at - began)
        assert stored.new == ITEMS
    _forget(feed)
    # The first of each is slow for loading what it needs.
    ours_s, bare_s = statistics.median(ours[2:]), statistics.median(bare[2:])
    return Result(f"{ITEMS} new items parsed and stored / feedparser alone", ours_s, bare_s, 1 / 0.6)


def polling_against_the_bare_client() -> Result:
    """2,000 feeds that have not changed, visited by one process, against a bare loop of the same client."""
    with _unchanging_server() as (port, hosts):
        urls = [f"http://{hosts[number % HOSTS]}:{port}/{number}" for number in range(FEEDS)]
        began = time.perf_counter()
        with httpx2.Client(trust_env=False) as client:
            for url in urls:
                answer = client.get(url, headers={"If-None-Match": ETAG})
                assert answer.status_code == 304
        bare = time.perf_counter() - began
        now = timezone.now()
        Feed.objects.bulk_create(
            Feed(
                title=url,
                url=url,
                domain=registrable_domain(url),
                next_fetch_at=now,
                etag=ETAG,
                unconditional_at=now,
                last_item_at=now,
            )
            for url in urls
        )
        # Both ask one server with 100 addresses, so what spares strangers' hosts is set aside.
        settings.FETCH_ALLOWED_HOSTS, settings.FETCH_AT_ONCE, settings.FETCH_SECONDS_APART = hosts, 16, 0
        began = time.perf_counter()
        run.refresh_due_feeds()
        ours = time.perf_counter() - began
        settings.FETCH_ALLOWED_HOSTS, settings.FETCH_AT_ONCE, settings.FETCH_SECONDS_APART = [], 2, 1
    visits = FeedVisit.objects.filter(feed__url__in=urls, http_status=304).count()
    assert visits == FEEDS, f"{visits} of {FEEDS} feeds were visited"
    FeedVisit.objects.all().delete()
    Feed.objects.filter(url__in=urls).delete()
    return Result(f"{FEEDS:,} unchanged feeds polled / bare loop of the client", ours, bare, 1 / 0.5)


def claiming_among_many() -> Result:
    """Claiming 50 due feeds among 20,000 stored against the same among 50."""

    def claim() -> None:
        with transaction.atomic():
            assert len(Feed.objects.claim_due(timezone.now(), 50)) == 50
            transaction.set_rollback(True)

    now = timezone.now()
    _stored_feeds(50, now - dt.timedelta(minutes=1))
    few = timed(claim, 50)
    _stored_feeds(STORED, now + dt.timedelta(hours=1))
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE relations_feed")
    many = timed(claim, 50)
    Feed.objects.filter(url__startswith="https://stored-").delete()
    return Result(f"claim among {STORED:,} stored feeds / among 50", many, few, 1.2)


def _stored_feeds(count: int, due_at: dt.datetime) -> None:
    spread = random.Random(3)
    Feed.objects.bulk_create(
        (
            Feed(
                title=f"Stored {number}",
                url=f"https://stored-{count}-{number}.example/feed",
                domain=f"stored-{count}-{number}.example",
                next_fetch_at=due_at + dt.timedelta(seconds=spread.uniform(0, 30)) * (1 if count > 50 else -1),
            )
            for number in range(count)
        ),
        batch_size=2_000,
    )


def _forget(feed: Feed) -> None:
    ArticleVersion.objects.filter(article__feed=feed).delete()
    Article.objects.filter(feed=feed).delete()
    feed.delete()


def _rss(number: int) -> bytes:
    """A feed of 100 stories of about 250 words, none like another."""
    chance = random.Random(number)
    now = dt.datetime.now(dt.UTC)
    items = "".join(
        f"<item><guid>{number}-{at}</guid><link>https://bench.example/{number}/{at}</link><title>Story {at}</title>"
        f"<pubDate>{format_datetime(now - dt.timedelta(minutes=at))}</pubDate>"
        f"<description>{' '.join(chance.choices(WORDS, k=30))}</description><category>World</category>"
        f"<content:encoded>{escape(_story(chance))}</content:encoded></item>"
        for at in range(ITEMS)
    )
    module = 'xmlns:content="http://purl.org/rss/1.0/modules/content/"'
    return (
        f'<?xml version="1.0"?><rss version="2.0" {module}><channel><title>Bench</title>{items}</channel></rss>'
    ).encode()


def _story(chance: random.Random) -> str:
    """HTML of the kind that feeds have: 250 words in an order of their own, with links, a picture and emphasis."""
    said = [chance.choices(WORDS, k=50) for _ in range(5)]
    picture = '<figure><img src="/pictures/quay.jpg" alt="A quay" width="640" height="400"></figure>'
    links = "".join(
        f'<p class="story-body"><strong>{words[0]}</strong> <a href="/tag/{words[1]}" rel="tag">{words[1]}</a> '
        f"{' '.join(words[2:])}.</p>"
        for words in said
    )
    return f'<div class="entry">{picture}{links}</div>'


SERVER = """
import asyncio, json, sys

async def answer(reader, writer):
    try:
        while True:
            await reader.readuntil(b"\\r\\n\\r\\n")
            writer.write(b"HTTP/1.1 304 Not Modified\\r\\nETag: \\"as-it-was\\"\\r\\n\\r\\n")
            await writer.drain()
    except (asyncio.IncompleteReadError, ConnectionError):
        pass
    finally:
        writer.close()

async def main():
    hosts = json.loads(sys.argv[1])
    first = await asyncio.start_server(answer, hosts[0], 0, backlog=512)
    port = first.sockets[0].getsockname()[1]
    servers = [first] + [await asyncio.start_server(answer, host, port, backlog=512) for host in hosts[1:]]
    print(port, flush=True)
    await asyncio.get_running_loop().run_in_executor(None, sys.stdin.read)

asyncio.run(main())
"""


@contextmanager
def _unchanging_server() -> Iterator[tuple[int, list[str]]]:
    """A server on 100 addresses of this machine that answers 304 to everything, in a process of its own; its port."""
    hosts = [f"127.0.1.{number}" for number in range(1, HOSTS + 1)]
    process = subprocess.Popen(
        [sys.executable, "-c", SERVER, json.dumps(hosts)], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    )
    assert process.stdout and process.stdin
    try:
        yield int(process.stdout.readline()), hosts
    finally:
        process.stdin.close()  # it ends with its input
        process.wait(timeout=10)


BENCHMARKS: dict[str, Callable[[], Result]] = {
    "parse-and-store": parse_and_store_against_the_parser,
    "polling": polling_against_the_bare_client,
    "claim": claiming_among_many,
}
