"""The filters of a pair's timeline as its page shows them: what can be chosen, with counts, and what is."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from relations.codebook.event_types import GROUPS, event_types, types_in_group
from relations.models import CountryPair, Direction, EventFilters, Stage, Status
from relations.models.event_filters import direction_words
from relations.queries.display import count, day_words
from relations.queries.facets import Facets, titles_of

# Least probabilities to choose from, in percent.
CONFIDENCES = (50, 70, 90)
STATUS_WORDS = {
    Status.CODED.value: "not reviewed",
    Status.CONFIRMED.value: "confirmed by an editor",
    Status.REJECTED.value: "rejected by an editor",
    Status.WITHDRAWN.value: "withdrawn with its reports",
}


@dataclass(frozen=True, slots=True)
class Choice:
    """Something to choose. events: how many would be shown with it, as chosen otherwise."""

    value: str
    label: str
    events: str
    is_chosen: bool
    types: list[Choice] = field(default_factory=list)
    is_open: bool = False


@dataclass(frozen=True, slots=True)
class Chosen:
    """Something chosen, and the address's query without it."""

    label: str
    query: str


@dataclass(frozen=True, slots=True)
class FilterPanel:
    """total: the events that fit, in words. source: the feed that is chosen."""

    total: str
    groups: list[Choice]
    directions: list[Choice]
    stages: list[Choice]
    statuses: list[Choice]
    confidences: list[Choice]
    source: Choice | None
    chosen: list[Chosen]


def filter_panel(pair: CountryPair, filters: EventFilters, facets: Facets) -> FilterPanel:
    """The panel; one query where a source is chosen."""
    source = None
    if filters.source is not None:
        title = titles_of([filters.source]).get(filters.source, f"source {filters.source}, which there is not")
        source = Choice(str(filters.source), title, "", True)
    return FilterPanel(
        total=count(facets.total, "event"),
        groups=[_group(group, label, filters, facets) for group, label in GROUPS.items()],
        directions=_directions(pair, filters, facets),
        stages=[
            Choice(stage, str(stage.label), f"{facets.stages.get(stage, 0):,}", stage in filters.stages)
            for stage in Stage
            if stage in filters.stages or facets.stages.get(stage)
        ],
        statuses=[
            Choice(status, words, f"{facets.statuses.get(status, 0):,}", status in filters.statuses)
            for status, words in STATUS_WORDS.items()
        ],
        confidences=[Choice("", "any", "", not filters.confidence)]
        + [
            Choice(str(percent), f"{percent} % or more", "", filters.confidence == percent)
            for percent in sorted({*CONFIDENCES, *([filters.confidence] if filters.confidence else [])})
        ],
        source=source,
        chosen=[
            Chosen(label, without.query) for label, without in _chosen(pair, filters, source.label if source else "")
        ],
    )


def _group(group: str, label: str, filters: EventFilters, facets: Facets) -> Choice:
    kinds = [
        Choice(kind.slug, kind.name, f"{facets.types.get(kind.slug, 0):,}", kind.slug in filters.types)
        for kind in types_in_group(group)
        if kind.slug in filters.types or facets.types.get(kind.slug)
    ]
    is_open = any(kind.is_chosen for kind in kinds)
    return Choice(group, label, f"{facets.groups.get(group, 0):,}", group in filters.groups, kinds, is_open)


def _directions(pair: CountryPair, filters: EventFilters, facets: Facets) -> list[Choice]:
    names = (pair.first.name, pair.second.name)
    either = f"{sum(facets.directions.values()):,}"
    return [Choice("", "either way", either, filters.direction is None)] + [
        Choice(
            str(way.value),
            direction_words(way, *names),
            f"{facets.directions.get(way, 0):,}",
            filters.direction == way,
        )
        for way in (Direction.FORWARD, Direction.BACKWARD, Direction.MUTUAL)
    ]


def _chosen(pair: CountryPair, filters: EventFilters, source: str) -> list[tuple[str, EventFilters]]:
    """Each thing that is chosen, in words, with the filters without it."""
    found: list[tuple[str, EventFilters]] = []

    def each(name: str, values: Sequence[str], words: dict[str, str]) -> None:
        for value in values:
            rest = tuple(other for other in values if other != value)
            found.append((words[value], filters.without(name).with_(**{name: rest})))

    each("groups", filters.groups, GROUPS)
    each("types", filters.types, {slug: kind.name for slug, kind in event_types().items()})
    if filters.direction is not None:
        words = direction_words(filters.direction, pair.first.name, pair.second.name)
        found.append((words, filters.without("direction")))
    each("stages", filters.stages, dict(Stage.choices))
    each("statuses", filters.statuses, STATUS_WORDS | {Status.MERGED.value: "the same as another"})
    if source:
        found.append((source, filters.without("source")))
    if filters.confidence:
        found.append((f"probability {filters.confidence} % or more", filters.without("confidence")))
    if filters.since and filters.since == filters.until:
        found.append((day_words(filters.since), filters.without("since", "until")))
    else:
        if filters.since:
            found.append((f"from {day_words(filters.since)}", filters.without("since")))
        if filters.until:
            found.append((f"until {day_words(filters.until)}", filters.without("until")))
    if filters.words:
        found.append((f"“{filters.words}”", filters.without("words")))
    return found


def in_words(pair: CountryPair, filters: EventFilters) -> str:
    """What is chosen, in one line; empty for everything."""
    source = titles_of([filters.source]).get(filters.source, "") if filters.source is not None else ""
    return ", ".join(label for label, _ in _chosen(pair, filters, source))
