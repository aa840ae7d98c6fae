"""Judged stories in the form in which coders are measured: a story a line, with the events that editors let stand."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator
from typing import Any

from relations.models import Actor
from relations.queries.gold_rows import GoldArticle, GoldEvent

CONTENT_TYPE = "application/x-ndjson; charset=utf-8"
# Words that a quote has, where the text has as many.
FEWEST, MOST = 4, 30
_WORD = re.compile(r"\S+")


def as_gold(articles: Iterable[GoldArticle]) -> Iterator[str]:
    """The lines."""
    for article in articles:
        yield json.dumps(_article(article), ensure_ascii=False) + "\n"


def _article(article: GoldArticle) -> dict[str, Any]:
    ignored = [slug.upper() for slug in article.ignored]
    return {
        "id": f"article-{article.id}",
        "publisher": article.publisher,
        "publisher_country": None,
        "published_at": article.published_at.isoformat().replace("+00:00", "Z"),
        "written_at": article.written_at.isoformat().replace("+00:00", "Z"),
        "title": article.title,
        "text": article.text,
        "events": [_event(event, article.text, is_first=at == 0) for at, event in enumerate(article.events)],
        "engagements": [],
        "pairs": article.pairs,
        "traps": [],
        **({"ignore": ignored} if ignored else {}),
        **({"same_as": f"article-{article.copy_of}"} if article.copy_of else {}),
        "complete": article.is_complete,
        "judged": article.judged,
        "rejected": article.rejected,
        "unjudged": article.unjudged,
        "added": sum(event.is_added for event in article.events),
        "missed": "unknown",
        "version": article.version,
        "coder": f"dyad:{article.coder}" if article.coder else "",
    }


def _event(event: GoldEvent, text: str, *, is_first: bool) -> dict[str, Any]:
    coding = event.coding
    return {
        "source": coding.source,
        "target": coding.target,
        "type": coding.type,
        "alt": event.alternatives,
        "stage": coding.stage,
        "date": coding.day.isoformat(),
        "precision": coding.precision,
        "source_actor": _name(coding.source_actor),
        "target_actor": _name(coding.target_actor),
        "quote": quote(text, event.sentence, event.trigger),
        # Editors don't say what a story is about. News tells that first.
        "salience": "main" if is_first else "secondary",
        "symmetric": coding.is_mutual,
        "event": event.id,
    }


def _name(actor: Actor | None) -> str:
    return actor.name if actor else ""


def quote(text: str, sentence: str, trigger: tuple[int, int]) -> str:
    """Words of a text that show an event, exactly as they stand there: of its sentence, FEWEST to MOST of them.

    A longer sentence is cut to what stands around the trigger, (start, end) in it; a shorter one is taken with what
    stands after it, else before it. The text has the sentence.
    """
    start = text.index(sentence)
    end = start + len(sentence)
    words = [match.span() for match in _WORD.finditer(text)]
    inside = [at for at, (_, word_end) in enumerate(words) if word_end > start and words[at][0] < end]
    if not inside:
        return sentence
    first, last = inside[0], inside[-1]
    if last - first + 1 > MOST:
        told = [at for at in inside if words[at][1] > start + trigger[0] and words[at][0] < start + trigger[1]]
        middle = (told[0] + told[-1]) // 2 if told else first
        first = max(first, min(middle - MOST // 2, last - MOST + 1))
        last = first + MOST - 1
    last = min(max(last, first + FEWEST - 1), len(words) - 1)
    first = max(min(first, last - FEWEST + 1), 0)
    return text[words[first][0] : words[last][1]]
