"""What was judged of the coder: of each event the verdict that decides, and how much it counts."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, NamedTuple

from django.db.models import (
    BooleanField,
    Case,
    Count,
    Exists,
    F,
    FloatField,
    OuterRef,
    Q,
    QuerySet,
    Subquery,
    Sum,
    Value,
    When,
)
from django.db.models.fields.json import KT
from django.db.models.functions import Cast, Coalesce
from django.db.models.lookups import Exact

from relations.models.calibrations import lines_by_coder
from relations.models.feeds import Feed
from relations.models.reports import Report
from relations.models.reviews import Origin, Outcome, Verdict
from relations.models.words import Dataset
from relations.tension.lines import Lines, restated_event
from relations.tension.precision import IN_PASSING, USUAL_RELIABILITY

# Rows that are held at once.
CHUNK = 2000
# What readings have in common that were judged alike.
ALIKE = ("type", "sources", "rules", "is_audit", "right", "weight")


class JudgedReading(NamedTuple):
    """A reading that an editor judged. verdict, event: ids. stated: the probability that the event had then, by the
    line of then; weight: what the verdict counts."""

    verdict: int
    event: int
    type: str
    stated: float
    is_right: bool
    weight: float


class Alike(NamedTuple):
    """Readings of one type, from the same sources by the same rules, that were judged alike.

    number: how many; stated: the sum of their probabilities, by the line in force; weight: what each verdict counts;
    sources: ids of feeds.
    """

    type: str
    sources: list[int]
    rules: list[str]
    is_audit: bool
    is_right: bool
    weight: float
    number: int
    stated: float


class Alone(NamedTuple):
    """Readings that rest on one source alone and were judged alike. confidence: of the coder's surest reading, which
    is that of the text, whatever its source is worth; number: how many."""

    source: int
    type: str
    is_right: bool
    weight: float
    confidence: float
    number: int


def deciding() -> QuerySet[Any]:
    """Of each event of the own coding that was judged, the verdict that decides: the word between two opinions, else
    the newest at the desk or in passing. What only an editor read in a story is no reading of the coder's.

    With ``type`` and ``stated`` of the reading, ``right`` as Verdict.is_right has it, and ``weight``.
    """
    counted = Verdict.objects.standing().filter(reading__confidence__gt=0)
    counted = counted.exclude(origin=Origin.SECOND).exclude(coder="")
    counted = counted.annotate(rank=Case(When(origin=Origin.DECISION, then=1), default=0))
    same_rank = Q(rank=OuterRef("rank"), pk__gt=OuterRef("pk"))
    decides_instead = counted.filter(same_rank | Q(rank__gt=OuterRef("rank")), event=OuterRef("event"))
    return counted.filter(~Exists(decides_instead), event__dataset=Dataset.OWN).annotate(
        type=KT("reading__type"),
        stated=Cast(KT("reading__confidence"), FloatField()),
        right=Case(
            When(Q(outcome=Outcome.REJECTED), then=Value(False)),
            When(Q(_stands("type"), _stands("direction")), then=Value(True)),
            default=Value(False),
            output_field=BooleanField(),
        ),
        # What somebody else chose to be looked at counts whole, what the editor chose less.
        weight=Case(
            When(origin=Origin.PASSING, is_audit=False, then=Value(IN_PASSING)),
            default=Value(1.0),
            output_field=FloatField(),
        ),
    )


def _stands(field: str) -> Exact:
    read = KT(f"reading__{field}")
    return Exact(Coalesce(KT(f"said__{field}"), read), read)


def judged() -> Iterator[JudgedReading]:
    """All readings that were judged; one query, however many they are."""
    rows = deciding().order_by("event_id").values_list("pk", "event_id", "type", "stated", "right", "weight")
    return (JudgedReading(*row) for row in rows.iterator(CHUNK))


def judged_alike() -> list[Alike]:
    """The same, counted by the database; two queries, and two more where a line was fitted on verdicts since.

    All probabilities are by the line in force, as those of events are: what recalibration has mended already is not
    learnt once more. So they can be compared, whenever a verdict was given.
    """
    lines = lines_by_coder()
    told = deciding().order_by()
    before = Q(pk__in=[])
    if lines:
        told = told.annotate(stated_at=Subquery(_first_stated()))
        for coder, of_coder in lines.items():
            before |= Q(coder=coder, stated_at__lt=of_coder.times[-1])
    counted = told.exclude(before).values_list(*ALIKE).annotate(number=Count("pk"), sum=Sum("stated"))
    found = [Alike(*row) for row in counted]
    return found + _restated(told.filter(before), lines) if lines else found


def _first_stated() -> QuerySet[Any]:
    """When the figure of a verdict was stated: later verdicts on an event may repeat what the first one judged."""
    same = Verdict.objects.filter(event=OuterRef("event"), reading__confidence=OuterRef("reading__confidence"))
    return same.order_by("pk").values("given_at")[:1]


def _restated(before: QuerySet[Any], lines: Mapping[str, Lines]) -> list[Alike]:
    """Verdicts on figures that were stated by a line which is in force no more, each by the one that is."""
    reliabilities = dict(Feed.objects.values_list("pk", "reliability"))
    counts: dict[tuple[Any, ...], tuple[int, float]] = {}
    columns = before.values_list(*ALIKE, "stated", "coder", "stated_at", "event__source_count")
    for *alike, stated, coder, stated_at, source_count in columns.iterator(CHUNK):
        slug, sources, rules, *rest = alike
        known = [reliabilities.get(feed, USUAL_RELIABILITY) for feed in sources] or [USUAL_RELIABILITY]
        probability = restated_event(
            stated,
            lines[coder].at(stated_at),
            lines[coder].in_force,
            # Copies of one story are of several feeds and one source.
            sources=min(len(known), source_count or len(known)),
            reliability=sum(known) / len(known),
        )
        key = (slug, tuple(sources), tuple(rules), *rest)
        number, sum_so_far = counts.get(key, (0, 0.0))
        counts[key] = number + 1, sum_so_far + probability
    return [
        Alike._make((slug, list(sources), list(rules), *rest, number, total))
        for (slug, sources, rules, *rest), (number, total) in counts.items()
    ]


def judged_alone() -> list[Alone]:
    """Those of them that rest on one source alone and are still read so; one query."""
    read = Report.objects.standing().filter(marked_by=None, event=OuterRef("event"), type=OuterRef("type"))
    surest = read.order_by("-confidence").values("confidence")[:1]
    alone = deciding().order_by().filter(sources__len=1).annotate(source=F("sources__0"), surest=Subquery(surest))
    columns = alone.filter(surest__isnull=False).values_list("source", "type", "right", "weight", "surest")
    return [Alone(*row) for row in columns.annotate(number=Count("pk"))]
