"""The story in which an editor marks what the coder missed, and whom an event can be between."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass

from relations.models import Actor, Article, Country, Report


@dataclass(frozen=True, slots=True)
class Story:
    """An article with its newest text and the reports that stand in it, the surest first."""

    article: Article
    text: str
    reports: list[Report]


def story(article_id: int) -> Story | None:
    article = Article.objects.select_related("feed").filter(pk=article_id).first()
    if article is None:
        return None
    newest = article.versions.get(number=article.version)
    return Story(article, newest.text, list(article.reports.standing().order_by("-confidence", "pk")))


def country_choices() -> list[tuple[str, str]]:
    """All countries by name, as (code, name)."""
    return list(Country.objects.order_by("name").values_list("code", "name"))


def actors_of(countries: Collection[str]) -> list[Actor]:
    return list(Actor.objects.filter(country__in=countries).order_by("name"))


def actor_ids(keys: Collection[str]) -> dict[str, int]:
    return dict(Actor.objects.filter(key__in=keys).values_list("key", "pk"))
