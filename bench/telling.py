"""Reports, stories and texts for the events of bench.scale, so that pages find what they show."""

from __future__ import annotations

import random

from django.db import connection

from relations.models import Article, Feed

FEEDS, ARTICLES, SENTENCES, WORDS = 40, 50_000, 5_000, 3_000

_REPORTS = """
INSERT INTO relations_report (article_id, version, event_id, pair_id, direction, source_id, target_id, type, stage,
    occurred_on, precision, date_words, planned_on, planned_words, place, sentence_number, sentence, spans, because,
    confidence, coder, due, withdrawn, pinned, created_at)
SELECT %s + event.id %% %s, 1, event.id, event.pair_id, event.direction, event.source_id, event.target_id, event.type,
    event.stage, event.occurred_on, 'day', '', '{}', '', '', event.id / %s, said.sentence, '{}', 'bench',
    event.confidence, 'bench', false, '', false, now()
FROM relations_event event JOIN said ON said.n = event.id %% %s
"""
_TEXTS = """
INSERT INTO relations_eventtext (event_id, pair_id, words)
SELECT event.id, event.pair_id, said.words FROM relations_event event JOIN said ON said.n = event.id %% %s
"""


def tell_all() -> None:
    """One report with a sentence for each event, in stories of some feeds, and the words that they are found by."""
    chance = random.Random(17)
    letters = "abcdefghiklmnoprstuvw"
    words = ["".join(chance.choices(letters, k=chance.randint(4, 9))) for _ in range(WORDS)]
    weights = [1 / (rank + 3) for rank in range(WORDS)]
    sentences = [" ".join(chance.choices(words, weights, k=chance.randint(12, 30))) + "." for _ in range(SENTENCES)]
    feeds = [
        Feed(title=f"Feed {number}", url=f"https://feed-{number}.example/rss", next_fetch_at="2100-01-01T00:00Z")
        for number in range(FEEDS)
    ]
    first_feed = min(feed.pk for feed in Feed.objects.bulk_create(feeds))
    Article.objects.bulk_create(
        (
            Article(
                feed_id=first_feed + number % FEEDS,
                identity=f"story-{number}",
                url=f"https://news.example/{number}",
                title=f"Story {number}",
                published_at=f"{2000 + number % 25}-06-01T00:00Z",
                first_seen_at="2026-01-01T00:00Z",
                tagged_at="2026-01-01T00:00Z",
            )
            for number in range(ARTICLES)
        ),
        batch_size=5_000,
    )
    first_article = Article.objects.order_by("pk").values_list("pk", flat=True)[0]
    with connection.cursor() as cursor:
        cursor.execute("CREATE TEMPORARY TABLE said (n int PRIMARY KEY, sentence text, words tsvector)")
        cursor.executemany(
            "INSERT INTO said VALUES (%s, %s, to_tsvector('english', %s))",
            [(n, sentence, sentence) for n, sentence in enumerate(sentences)],
        )
        cursor.execute(_REPORTS, [first_article, ARTICLES, ARTICLES, SENTENCES])
        cursor.execute(_TEXTS, [SENTENCES])
        cursor.execute("DROP TABLE said")
    with connection.cursor() as cursor:
        # Nothing of the load is left to do in the background of what is measured next.
        cursor.execute("VACUUM ANALYZE")
        cursor.execute("CHECKPOINT")
