"""Writes of tagging: the words that a story is found by."""

from __future__ import annotations

from collections.abc import Collection

from django.db import connection

# Characters of a text that are looked up. What the longest text makes of letters of other scripts would not fit into a
# tsvector, and no story of its batch could be read then.
LOOKED_UP = 100_000

_WRITE = """
INSERT INTO relations_articletext (article_id, words)
SELECT article.id, setweight(to_tsvector('english', version.title), 'A')
    || setweight(to_tsvector('english', left(version.text, %s)), 'B')
FROM relations_article article
JOIN relations_articleversion version ON version.article_id = article.id AND version.number = article.version
WHERE article.id = ANY(%s)
ON CONFLICT (article_id) DO UPDATE SET words = excluded.words
"""


def write_texts(article_ids: Collection[int]) -> None:
    """Let these articles be found by the title and the first LOOKED_UP characters of their newest text; one query."""
    if article_ids:
        with connection.cursor() as cursor:
            cursor.execute(_WRITE, [LOOKED_UP, sorted(article_ids)])
