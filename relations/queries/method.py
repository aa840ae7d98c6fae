"""Can I trust it? What editors judged, type by type, beside the codebook, and what the database rests on."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass

from django.db.models import Count, Sum

from relations.codebook.event_types import GROUPS, QUADS, EventType, types_in_group
from relations.codebook.measured import PARTS, measured
from relations.codebook.weights import weight_sets
from relations.models import Article, Correction, Dataset, Feed, LearntPrecision, PairMonth, Status
from relations.models.words import STANDING
from relations.queries.display import MINUS, count
from relations.tension.precision import IN_PASSING, Verdicts


@dataclass(frozen=True, slots=True)
class TypeWords:
    """An event type in words. weights: of each set, in the sets' order. judged: what editors' verdicts say of it."""

    slug: str
    name: str
    codes: str
    weights: list[str]
    half_life: str
    definition: str
    example: str
    events: str
    judged: str


@dataclass(frozen=True, slots=True)
class Figure:
    question: str
    value: str
    basis: str


@dataclass(frozen=True, slots=True)
class Method:
    """groups: label and types of each group of the codebook. figures: label and figures of each part."""

    groups: list[tuple[str, list[TypeWords]]]
    weight_sets: list[str]
    figures: list[tuple[str, list[Figure]]]
    rests_on: str
    reviewed: str
    verdicts: str


def method() -> Method:
    """All that the page shows, in five queries."""
    newest = LearntPrecision.objects.first()
    verdicts = (
        {slug: Verdicts(judged, right, expected) for slug, (judged, right, expected) in newest.verdicts.items()}
        if newest
        else {}
    )
    by_type: Counter[str] = Counter()
    by_status: Counter[str] = Counter()
    months = PairMonth.objects.filter(dataset=Dataset.OWN).order_by()
    for slug, status, events in months.values_list("type", "status").annotate(total=Sum("events")):
        by_status[status] += events
        if status in STANDING:
            by_type[slug] += events
    corrected = Correction.objects.filter(undoes=None, undone_by=None).values("event").distinct().count()
    return Method(
        groups=[
            (label, [_type_words(kind, by_type[kind.slug], verdicts.get(kind.slug)) for kind in types_in_group(group)])
            for group, label in GROUPS.items()
        ],
        weight_sets=[one.title for one in weight_sets().values()],
        figures=[
            (label, [Figure(one.question, f"{one.value:.2f}", one.basis) for one in measured() if one.part == part])
            for part, label in PARTS.items()
        ],
        rests_on=_rests_on(sum(by_type.values())),
        reviewed=_reviewed(by_status, corrected),
        verdicts=_verdicts(verdicts),
    )


def _type_words(kind: EventType, events: int, verdicts: Verdicts | None) -> TypeWords:
    plover = "no PLOVER class" if kind.plover == "-" else f"PLOVER {kind.plover}"
    return TypeWords(
        slug=kind.slug,
        name=kind.name,
        codes=f"{plover} · CAMEO {kind.cameo} · {QUADS[kind.quad]}"
        + (" · both sides at once" if kind.symmetric else ""),
        weights=[f"{one.weights[kind.slug]:+g}".replace("-", MINUS) for one in weight_sets().values()],
        half_life=f"{kind.half_life:g} days",
        definition=kind.definition,
        example=kind.example,
        events=count(events, "event"),
        judged=(
            f"{verdicts.right:g} of {verdicts.judged:g} upheld; precision taken as {verdicts.learnt:.2f}, "
            f"stated {verdicts.stated:.2f}"
            if verdicts
            else "none judged yet"
        ),
    )


def _rests_on(events: int) -> str:
    feeds = Feed.objects.aggregate(feeds=Count("pk"))["feeds"]
    articles = Article.objects.count()
    return f"{count(events, 'event')} read from {count(articles, 'story', 'stories')} of {count(feeds, 'source')}."


def _reviewed(by_status: Counter[str], corrected: int) -> str:
    total = sum(by_status[status] for status in (*STANDING, Status.REJECTED))
    if not total:
        return "No event has been read yet."
    judged = by_status[Status.CONFIRMED] + by_status[Status.REJECTED]
    return (
        f"Editors judged {judged:,} of {total:,} ({100 * judged / total:.1f} %): "
        f"{by_status[Status.CONFIRMED]:,} confirmed, {by_status[Status.REJECTED]:,} rejected. "
        f"Their corrections stand in {count(corrected, 'event')}."
    )


def _verdicts(verdicts: dict[str, Verdicts]) -> str:
    judged = sum(one.judged for one in verdicts.values())
    if not judged:
        return "No verdict of an editor bears on probabilities yet."
    right = sum(one.right for one in verdicts.values())
    return (
        f"Verdicts bear on probabilities by type: {right:,.10g} of {judged:,.10g} judged events were upheld as read, a "
        f"verdict given in passing counted as {IN_PASSING:g}."
    )
