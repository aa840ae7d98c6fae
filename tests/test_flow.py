"""The main job with every part real: a feed's bytes over a socket, a worker process, the page; and kills survived."""

from __future__ import annotations

import html
import re
import shutil
import tempfile
import threading
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import httpx2
import pytest
from celery import current_app
from django.test import Client
from django.utils import timezone

from config.embedded import EmbeddedServers
from relations.models import Article, ArticleVersion, Correction, Event, Feed, PairDay, PairStanding, Report
from relations.models.loading import load_codebook
from relations.scoring.run import score_stale_days
from relations.tagging.coder import code_article
from relations.tagging.lexicon import compile_lexicon
from tests import making
from tests.running import FeedServer, Processes, processes, wait_until

pytestmark = [pytest.mark.processes, pytest.mark.django_db(transaction=True), pytest.mark.xdist_group("flow")]

STORY = (
    "Kenya's foreign minister summons Somali ambassador",
    "Kenya's foreign ministry summoned the Somali ambassador on Monday over a customs dispute.\n\n"
    "Officials said trade across the border would go on.",
)


@pytest.fixture
def feed() -> Iterator[FeedServer]:
    server = FeedServer()
    yield server
    server.close()


@pytest.fixture
def codebook(transactional_db: None) -> None:
    load_codebook()


def add(feed: FeedServer) -> Feed:
    return Feed.objects.create(title="Test Post", url=feed.url, next_fetch_at=timezone.now())


def all_is_done() -> bool:
    """Nothing waits in any stage."""
    return not (
        Article.objects.filter(tagged_at=None).exists()
        or Report.objects.filter(due=True).exists()
        or PairDay.objects.filter(stale=True).exists()
    )


def test_a_feeds_bytes_become_a_timeline(feed: FeedServer, codebook: None, client: Client) -> None:
    feed.items.append(STORY)
    with processes("worker", "beat", FETCH_ALLOWED_HOSTS=feed.host) as running:
        add(feed)
        wait_until(PairStanding.objects.exists, what="a score")
        client.force_login(making.user())
        page = client.get("/pairs/ken-som/").content.decode()
        assert "Ambassador summoned" in page and "Kenya" in page and "customs dispute" in page
        assert "Kenya – Somalia" in client.get("/").content.decode()
        # Looking again and again doubles nothing.
        Feed.objects.update(next_fetch_at=timezone.now())
        wait_until(lambda: feed.visits >= 2, what="another visit")
        wait_until(all_is_done)
        assert (Article.objects.count(), Report.objects.count(), Event.objects.count()) == (1, 1, 1), running.log(
            "worker"
        )


def test_a_worker_killed_in_the_middle_of_a_batch_loses_and_doubles_nothing(codebook: None) -> None:
    count = 400
    source = making.feed()
    lexicon = compile_lexicon()
    now = timezone.now()
    expected: Counter[tuple[str, str, str]] = Counter()
    texts = [f"{STORY[1]} It was the case number {number}." + " Nothing else was said." * 40 for number in range(count)]
    made = Article.objects.bulk_create(
        Article(feed=source, identity=str(n), title=STORY[0], published_at=now, first_seen_at=now) for n in range(count)
    )
    ArticleVersion.objects.bulk_create(
        ArticleVersion(article=article, number=1, title=STORY[0], text=text, seen_at=now)
        for article, text in zip(made, texts, strict=True)
    )
    for text in texts:
        for coded in code_article(text, STORY[0], now, lexicon):
            expected[coded.type, coded.source.country, coded.target.country] += 1
    assert sum(expected.values()) >= count
    with processes("worker") as running:
        current_app.send_task("relations.tasks.tag_new_articles")
        wait_until(lambda: Article.objects.exclude(tagged_at=None).count() >= 50, what="a first batch")
        running.kill("worker")
        done = Article.objects.exclude(tagged_at=None).count()
        assert done < count, "the worker was too quick for this test to be about anything"
        # Every article is either done with its reports or untouched.
        assert Report.objects.values("article").distinct().count() == done
        running.start("worker", "beat")
        wait_until(lambda: Report.objects.exists() and all_is_done(), what="the rest")
    assert Article.objects.filter(tagged_at=None).count() == 0
    assert Counter(Report.objects.values_list("type", "source_id", "target_id")) == expected
    assert Event.objects.count() == len(expected)
    assert sum(Event.objects.values_list("report_count", flat=True)) == sum(expected.values())


def test_redis_killed_and_started_again_loses_and_doubles_nothing(feed: FeedServer, codebook: None) -> None:
    folder = Path(tempfile.mkdtemp(prefix="dyad-redis-"))
    folder.chmod(0o711)
    servers = EmbeddedServers(folder)
    servers.start()
    try:
        with processes("worker", "beat", REDIS_URL=servers.redis_url, FETCH_ALLOWED_HOSTS=feed.host):
            feed.items.append(STORY)
            add(feed)
            wait_until(Event.objects.exists, what="the first event")
            import os
            import signal

            os.kill(int((servers.redis_folder / "redis.pid").read_text()), signal.SIGKILL)
            feed.items.append(
                ("Bolivia and Chile sign accord", "Bolivia and Chile signed an agreement on ports on Tuesday.")
            )
            Feed.objects.update(next_fetch_at=timezone.now())
            wait_until(lambda: servers.ensure_running() == ["Redis"], what="Redis to be missed")
            wait_until(lambda: Article.objects.count() == 2 and all_is_done(), what="the second story")
        assert Counter(Event.objects.values_list("type", flat=True)) == {
            "ambassador_summoned": 1,
            "agreement_signed": 1,
        }
        assert Report.objects.count() == 2
    finally:
        servers.stop()
        shutil.rmtree(folder, ignore_errors=True)


def test_the_web_process_killed_in_the_middle_of_corrections_leaves_whole_ones_only(codebook: None) -> None:
    events = [making.event(type="clash") for _ in range(30)]
    score_stale_days()
    editor = making.user("editor")
    acknowledged: list[int] = []

    def correct_all(running: Processes) -> None:
        try:
            with httpx2.Client(base_url=f"http://127.0.0.1:{running.port}", cookies=cookies) as browser:
                for event in events:
                    page = browser.get(event.get_absolute_url()).text
                    form = {
                        "csrfmiddlewaretoken": field(page, "csrfmiddlewaretoken"),
                        "seen": field(page, "seen"),
                        **{"type": "apology", "direction": str(event.direction)},
                        "occurred_on": event.occurred_on.isoformat(),
                    }
                    if browser.post(f"{event.get_absolute_url()}correct/", data=form).status_code == 302:
                        acknowledged.append(event.pk)
        except httpx2.TransportError:
            pass

    session = Client()
    session.force_login(editor)
    cookies = {name: cookie.value for name, cookie in session.cookies.items()}
    with processes("web") as running:
        work = threading.Thread(target=correct_all, args=(running,))
        work.start()
        wait_until(lambda: len(acknowledged) >= 5, what="some corrections")
        running.kill("web")
        work.join()
        assert 5 <= len(acknowledged) < len(events)
        corrected = set(Event.objects.filter(type="apology").values_list("pk", flat=True))
        assert set(acknowledged) <= corrected, "an acknowledged correction is lost"
        audits = Counter(Correction.objects.values_list("event_id", flat=True))
        assert audits == dict.fromkeys(corrected, 1), "every change has its audit, and every audit its change"
        # The score is what a fresh computation gives.
        assert not PairDay.objects.filter(stale=True).exists()
        score = PairStanding.objects.get().score
        event = events[0]
        PairDay.objects.mark_stale([(event.pair_id, "own", event.occurred_on)])
        score_stale_days()
        assert PairStanding.objects.get().score == pytest.approx(score, abs=1e-9)
        running.start("web")
        assert running.web_answers()


def field(page: str, name: str) -> str:
    found = re.search(rf'name="{name}"[^>]*value="([^"]*)"', page)
    assert found, page[:500]
    return html.unescape(found[1])
