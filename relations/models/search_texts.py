"""What is searched by words: stored beside events and articles, so that lists never drag it along."""

from __future__ import annotations

from django.contrib.postgres.indexes import GinIndex
from django.contrib.postgres.search import SearchQuery, SearchVectorField
from django.db import models

from relations.models.articles import Article
from relations.models.countries import CountryPair
from relations.models.events import Event

# The dictionary that words are stemmed by, when stored and when asked.
LANGUAGE = "english"


def words_query(words: str) -> SearchQuery:
    """Words as people write them into search engines: all of them, "a phrase", this or that, -not this."""
    return SearchQuery(words, search_type="websearch", config=LANGUAGE)


class EventText(models.Model):
    """The words that tell of an event: its type (weight A), its reports' sentences and its actors (B), countries (C).

    Written by merging with the event. Rare words are found by the first index; what a pair's events say, by the second.
    """

    event = models.OneToOneField(Event, on_delete=models.CASCADE, primary_key=True, related_name="search_text")
    pair = models.ForeignKey(CountryPair, on_delete=models.CASCADE, related_name="+", db_index=False)
    words = SearchVectorField()

    class Meta:
        indexes = [
            # Which events are told in these words? Asked by queries.timelines and queries.search.
            GinIndex(fields=["words"], name="event_text_words"),
            models.Index(fields=["pair"], name="event_text_of_pair"),
        ]


class ArticleText(models.Model):
    """The words of an article's newest version: its title (weight A) and text (B). Written by tagging as it reads."""

    article = models.OneToOneField(Article, on_delete=models.CASCADE, primary_key=True, related_name="search_text")
    words = SearchVectorField()

    class Meta:
        indexes = [
            # Which stories have these words? Asked by queries.search.
            GinIndex(fields=["words"], name="article_text_words"),
        ]
