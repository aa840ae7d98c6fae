"""Writes of tagging: the words that a story is found by."""

from __future__ import annotations

from collections.abc import Collection

from django.db import connection

_WRITE = """
INSERT INTO relations_articletext (article_id, words)
SELECT article.id, setweight(to_tsvector('english', version.title), 'A')
    || setweight(to_tsvector('english', version.text), 'B')
FROM relations_article article
JOIN relations_articleversion version ON version.article_id = article.id AND version.number = article.version
WHERE article.id = ANY(%s)
ON CONFLICT (article_id) DO UPDATE SET words = excluded.words
"""


def write_texts(article_ids: Collection[int]) -> None:
    """Let these articles be found by the title and text of their newest version; one query."""
    if article_ids:
        with connection.cursor() as cursor:
            cursor.execute(_WRITE, [sorted(article_ids)])
