"""Writes of merging: the words that an event is found by."""

from __future__ import annotations

from collections.abc import Collection

from django.db import connection

from relations.codebook.event_types import event_types

# A story that a hundred papers print needs no hundred sentences to be found.
SENTENCES = 20

_WRITE = """
INSERT INTO relations_eventtext (event_id, pair_id, words)
SELECT event.id, event.pair_id,
    setweight(to_tsvector('english', coalesce(kind.name, event.type)), 'A')
    || setweight(to_tsvector('english', concat_ws('. ', told.sentences, source_actor.name, target_actor.name)), 'B')
    || setweight(to_tsvector('english', source.name || '. ' || target.name), 'C')
FROM relations_event event
LEFT JOIN unnest(%s::text[], %s::text[]) AS kind (slug, name) ON kind.slug = event.type
JOIN relations_country source ON source.code = event.source_id
JOIN relations_country target ON target.code = event.target_id
LEFT JOIN relations_actor source_actor ON source_actor.id = event.source_actor_id
LEFT JOIN relations_actor target_actor ON target_actor.id = event.target_actor_id
LEFT JOIN LATERAL (
    SELECT string_agg(sentence, ' ') AS sentences FROM (
        SELECT sentence FROM relations_report
        WHERE event_id = event.id AND withdrawn = '' ORDER BY confidence DESC, id LIMIT %s
    ) surest
) told ON true
WHERE event.id = ANY(%s)
ON CONFLICT (event_id) DO UPDATE SET words = excluded.words, pair_id = excluded.pair_id
WHERE relations_eventtext.words IS DISTINCT FROM excluded.words
"""


def write_texts(event_ids: Collection[int]) -> None:
    """Let these events be found by what their standing reports say, their type, actors and countries; one query."""
    if not event_ids:
        return
    kinds = event_types()
    with connection.cursor() as cursor:
        cursor.execute(_WRITE, [list(kinds), [kind.name for kind in kinds.values()], SENTENCES, sorted(event_ids)])
