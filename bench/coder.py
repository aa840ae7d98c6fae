"""How fast the coder reads running news, against spaCy's blank tokenizer over the same text in the same run."""

from __future__ import annotations

import datetime as dt
import resource
from collections.abc import Callable

import spacy

from bench.measure import Result, timed
from bench.running_news import running_news
from relations.tagging.coder import code_articles
from relations.tagging.lexicon import compile_lexicon
from relations.tagging.sentences import split

PUBLISHED = dt.datetime(2026, 3, 11, 9, tzinfo=dt.UTC)
# Told with the ratio: what a process may take with lexicon, frames and parser loaded, in MB.
MOST_MEMORY = 400
# Articles at once, as a worker reads them.
BATCH = 50


def scan_against_tokenizer() -> Result:
    """The names of all sentences."""
    news = running_news()
    lexicon = compile_lexicon()
    sentences = [sentence.text for _, text in news for sentence in split(text)]
    scanned = timed(lambda: [lexicon.find(sentence) for sentence in sentences], 5)
    speed = f"{len(sentences) / scanned:,.0f} sentences/s"
    return Result(f"scan for names / blank tokenizer ({speed})", scanned, _tokenized(sentences), 1)


def coder_against_tokenizer() -> Result:
    """The whole coder: sentences, names, parses, frames, dates."""
    news = running_news()
    lexicon = compile_lexicon()
    sentences = [sentence.text for _, text in news for sentence in split(text)]
    articles = [(text, title, PUBLISHED) for title, text in news]
    batches = [articles[at : at + BATCH] for at in range(0, len(articles), BATCH)]
    coded = timed(lambda: [code_articles(batch, lexicon) for batch in batches], 3)
    memory = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024
    speed = f"{len(sentences) / coded:,.0f} sentences/s, {memory} MB of {MOST_MEMORY}"
    result = Result(f"coder / blank tokenizer ({speed})", coded, _tokenized(sentences), 75)
    return result if memory <= MOST_MEMORY else Result(f"{result.name} TOO MUCH MEMORY", coded, result.limit, 0)


def _tokenized(sentences: list[str]) -> float:
    tokenizer = spacy.blank("en").tokenizer
    return timed(lambda: [tokenizer(sentence) for sentence in sentences], 5)


BENCHMARKS: dict[str, Callable[[], Result]] = {"scan": scan_against_tokenizer, "coder": coder_against_tokenizer}
