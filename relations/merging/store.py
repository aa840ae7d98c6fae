"""Writes of merging: reports find their events, and events say what their reports say."""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection, Iterable, Sequence

from django.db.models import Q
from django.utils import timezone

from relations.codebook.closeness import families, family_of
from relations.merging.clusters import REACH, Group, felt_around, most_like, partition
from relations.merging.evidence import Evidence, Plan, Testimony, most_specific_actor, weigh
from relations.merging.identity import goes_on_as
from relations.merging.store_texts import write_texts
from relations.merging.tellings import GOVERNMENT, Telling, words_of
from relations.models import ActorKind, CountryPair, Dataset, Event, PairDay, Precision, Report, ReviewItem, Status

BEFORE_ALL = dt.datetime.min.replace(tzinfo=dt.UTC)
LONGEST_SLOT = dt.timedelta(days=366)
# What an event takes from its reports.
DERIVED = [
    *("type", "coded_as", "direction", "source_id", "target_id", "occurred_on", "precision", "stage", "status"),
    *("place", "planned_on", "planned_from", "planned_until", "planned_words", "source_actor_id", "target_actor_id"),
    *("confidence", "report_count", "source_count"),
]
TELLING_COLUMNS = (
    *("pk", "pair_id", "article_id", "article__copy_of_id"),
    *("article__feed_id", "article__identity", "article__published_at"),
    *("sentence_number", "source_id", "type", "stage", "direction", "occurred_on", "precision", "date_words"),
    *("source_actor__key", "source_actor__kind", "target_actor__key", "target_actor__kind", "planned_on", "place"),
    *("sentence", "confidence", "event_id", "pinned", "withdrawn"),
)


def merge_reports(pair_ids: Collection[int]) -> set[int]:
    """Let due reports of these pairs, and those told around the same days, find their events; ids of those touched."""
    due = list(_rows(Report.objects.filter(pair_id__in=pair_ids, due=True)))
    touched: set[int] = {row["event_id"] for row in due if row["event_id"]}
    names = _names({row["pair_id"] for row in due})
    by_family: dict[tuple[int, str], list[Telling]] = {}
    for row in due:
        family = row["pair_id"], families()[row["type"]]
        by_family.setdefault(family, []).append(_telling(row, names[row["pair_id"]]))
    for (pair_id, _), changed in by_family.items():
        touched |= _merge_family(pair_id, changed, names[pair_id])
    Report.objects.filter(pk__in=[row["pk"] for row in due]).update(due=False)
    return touched


def _merge_family(pair_id: int, changed: list[Telling], names: frozenset[str]) -> set[int]:
    """Merge what is told of one family of types around the reports that changed."""
    felt = felt_around(changed)
    types = family_of(changed[0].type)

    def told_around(spans: Sequence[tuple[dt.date, dt.date]]) -> list[tuple[Telling, bool]]:
        """Tellings, each with whether its article still says so."""
        rows = _rows(Report.objects.filter(_around(spans), pair_id=pair_id, type__in=types))
        return [(_telling(row, names), not row["withdrawn"]) for row in rows]

    told = told_around(felt)
    vague = [one for one, _ in told if one.precision != Precision.DAY and _is_felt_by(one, felt)]
    if vague:
        # What is dated to a month is decided among all that the month tells.
        told = told_around([*felt, *((one.occurred_on, one.last_day) for one in vague)])
    standing = [one for one, stands in told if one.pinned or stands]
    ghosts = [one for one, stands in told if not stands and not one.pinned and one.event]
    groups = partition([*standing, *_as_corrected(pair_id, standing, types, felt)])
    return _place(_concerned(groups, felt), ghosts)


def _concerned(groups: list[Group], felt: Sequence[tuple[dt.date, dt.date]]) -> list[Group]:
    """The groups that may be others than before, with those that had an event in common with one of them."""
    events = {one.event for group in groups if any(_is_felt_by(one, felt) for one in group) for one in group} - {0}
    return [
        group
        for group in groups
        if any(one.event in events or (not one.event and _is_felt_by(one, felt)) for one in group)
    ]


def _around(spans: Iterable[tuple[dt.date, dt.date]]) -> Q:
    """Reports whose date lies within REACH of one of these spans, or holds a day of it."""
    near = Q()
    for start, end in spans:
        near |= Q(occurred_on__range=(start - REACH, end + REACH))
        near |= Q(occurred_on__range=(start - LONGEST_SLOT, end)) & ~Q(precision=Precision.DAY)
    return near


def _is_felt_by(one: Telling, felt: Sequence[tuple[dt.date, dt.date]]) -> bool:
    return any(one.occurred_on <= end and one.last_day >= start for start, end in felt)


def _as_corrected(
    pair_id: int, standing: Sequence[Telling], types: Collection[str], felt: Sequence[tuple[dt.date, dt.date]]
) -> list[Telling]:
    """What editors made of events, as tellings of their own: another report that says so tells of the same event."""
    pinned = {one.event for one in standing if one.pinned}
    near = Q(pk__in=pinned) | (_around(felt) & Q(pair=pair_id, dataset=Dataset.OWN, type__in=types))
    corrected = Event.objects.filter(near, corrected_fields__overlap=["type", "direction", "occurred_on"])
    return [
        Telling(
            id=-event.pk,
            key=(BEFORE_ALL, 0, "", event.pk, event.type, event.source_id, event.stage, "corrected"),
            article=-event.pk,
            story=-event.pk,
            feed=0,
            type=event.type,
            stage=event.stage,
            direction=event.direction,
            occurred_on=event.occurred_on,
            precision=event.precision,
            event=event.pk,
            pinned=True,
        )
        for event in corrected.exclude(status=Status.MERGED).order_by("pk")
    ]


def _place(groups: list[Group], ghosts: list[Telling]) -> set[int]:
    """Give each group the event that it is, or a new one; ids of the events touched.

    An event goes where most of its reports go. One that is left without any, because they all turned out to be of
    another, leads there from now on.
    """
    anchors = [next((one.event for one in group if one.pinned), 0) for group in groups]
    # Without what editors made of events, which is no report.
    placed = [
        (reports, anchor)
        for group, anchor in zip(groups, anchors, strict=True)
        if (reports := [one for one in group if one.id > 0])
    ]
    groups = [reports for reports, _ in placed]
    free = {one.event for group in groups for one in group if one.event}
    event_of = {at: anchor for at, (_, anchor) in enumerate(placed) if anchor}
    # A group that has an editor's word is that event; the others choose among what is left.
    event_of |= goes_on_as(
        [() if at in event_of else [one.event for one in group] for at, group in enumerate(groups)],
        taken=set(event_of.values()),
    )
    taken = set(event_of.values())
    moved: list[tuple[int, int]] = []
    for at, group in enumerate(groups):
        if at not in event_of:
            event_of[at] = _come_back(group, ghosts, taken) or Report.objects.get(pk=group[0].id).begin_event().pk
            taken.add(event_of[at])
        moved += [(one.id, event_of[at]) for one in group if one.event != event_of[at]]
    if moved:
        _move(moved)
    goes_to: dict[int, dict[int, int]] = {}
    for at, group in enumerate(groups):
        for one in group:
            if one.event and one.event != event_of[at]:
                counts = goes_to.setdefault(one.event, {})
                counts[event_of[at]] = counts.get(event_of[at], 0) + 1
    _lead_on({event: counts for event, counts in goes_to.items() if event not in taken})
    return free | set(event_of.values())


def _come_back(group: Group, ghosts: list[Telling], taken: set[int]) -> int:
    """A withdrawn event whose reports, while they stood, told of the same: it comes back. 0 for none."""
    by_event: dict[int, Group] = {}
    for ghost in ghosts:
        if ghost.event not in taken:
            by_event.setdefault(ghost.event, []).append(ghost)
    gone = Event.objects.filter(pk__in=list(by_event), status=Status.WITHDRAWN).values_list("pk", flat=True)
    candidates = [by_event[pk] for pk in sorted(gone)]
    for one in group:
        # The story itself may tell it again, in its next version.
        same = next((each for each in candidates if any(ghost.article == one.article for ghost in each)), None)
        found = same or most_like(one, candidates)
        if found:
            return found[0].event
    return 0


def _move(moved: Iterable[tuple[int, int]]) -> None:
    to_event: dict[int, list[int]] = {}
    for report, event in moved:
        to_event.setdefault(event, []).append(report)
    for event, reports in sorted(to_event.items()):
        Report.objects.filter(pk__in=reports).update(event_id=event)


def _lead_on(goes_to: dict[int, dict[int, int]]) -> None:
    """Events whose reports all went to others lead to the one that most of them went to."""
    left = set(Report.objects.filter(event_id__in=list(goes_to), withdrawn="").values_list("event_id", flat=True))
    for event, counts in sorted(goes_to.items()):
        if event in left:
            continue
        into = min(counts, key=lambda other: (-counts[other], other))
        Report.objects.filter(event_id=event).update(event_id=into)
        Event.objects.filter(merged_into_id=event).update(merged_into_id=into)
        left_behind = Event.objects.filter(pk=event)
        PairDay.objects.mark_stale(left_behind.values_list("pair_id", "dataset", "occurred_on"))
        left_behind.become_part_of(into)


def derive_events(event_ids: Iterable[int]) -> int:
    """Let events say what their standing reports say, except where an editor has spoken; how many changed.

    Marks the days that changed stale.
    """
    events = (
        Event.objects.filter(pk__in=set(event_ids))
        .exclude(status=Status.MERGED)
        .select_related("pair")
        .select_for_update(of=("self",))
        .order_by("pk")
    )
    reports: dict[int, list[Report]] = {}
    for report in (
        Report.objects.standing()
        .filter(event_id__in=[event.pk for event in events])
        .select_related("article__feed", "source_actor", "target_actor")
    ):
        reports.setdefault(report.event_id or 0, []).append(report)
    stale: set[tuple[int, str, dt.date]] = set()
    changed = []
    for event in events:
        before = {field: getattr(event, field) for field in DERIVED}
        testimonies = [_testimony(report) for report in reports.get(event.pk, [])]
        is_new = bool(testimonies) and not event.coded_as
        if testimonies or event.coded_as:  # what was never read in a story doesn't stand or fall with one
            _derive(event, testimonies)
        if is_new or before != {field: getattr(event, field) for field in DERIVED}:
            changed.append(event)
            stale |= {(event.pair_id, event.dataset, day) for day in (before["occurred_on"], event.occurred_on)}
    # What is as it was keeps its updated_at: an editor who looks at it is not told that it changed.
    now = timezone.now()
    for event in changed:
        event.updated_at = now
    Event.objects.bulk_update(changed, [*DERIVED, "updated_at"], batch_size=500)
    write_texts([event.pk for event in events])
    ReviewItem.objects.renew(event.pk for event in events)
    Event.objects.filter(pk__in=set(event_ids), evidence_changed=True).update(evidence_changed=False)
    PairDay.objects.mark_stale(stale)
    return len(changed)


def _derive(event: Event, testimonies: list[Testimony]) -> None:
    event.report_count = len(testimonies)
    if not testimonies:
        event.set_unless_corrected(status=Status.WITHDRAWN)
        event.source_count, event.confidence = 0, 0.0
        return
    if event.status == Status.WITHDRAWN:
        event.status = Status.CODED
    found = weigh(testimonies)
    event.coded_as, event.confidence, event.source_count = found.type, found.confidence, found.source_count
    event.set_unless_corrected(**_columns(found))
    if "direction" not in event.corrected_fields:
        event.direction, event.source_id, event.target_id = found.direction, found.source, found.target
    for side in ("source", "target"):
        actor = most_specific_actor(testimonies, getattr(event, f"{side}_id"))
        event.set_unless_corrected(**{f"{side}_actor_id": actor})


def _columns(found: Evidence) -> dict[str, object]:
    plan = found.plan
    return {
        "type": found.type,
        "stage": found.stage,
        "occurred_on": found.occurred_on,
        "precision": found.precision,
        "place": found.place,
        "planned_on": list(plan.days),
        "planned_from": plan.first,
        "planned_until": plan.last,
        "planned_words": plan.words,
    }


def _testimony(report: Report) -> Testimony:
    article = report.article
    return Testimony(
        type=report.type,
        stage=report.stage,
        direction=report.direction,
        source=report.source_id,
        target=report.target_id,
        occurred_on=report.occurred_on,
        precision=report.precision,
        date_named=bool(report.date_words),
        place=report.place,
        plan=Plan(tuple(sorted(report.planned_on)), report.planned_from, report.planned_until, report.planned_words),
        story=article.story_id,
        feed=article.feed_id,
        reliability=article.feed.reliability,
        confidence=report.confidence,
        published_at=article.published_at,
        actors=tuple(
            (actor.country_id, actor.pk, actor.key, actor.kind == ActorKind.STATE)
            for actor in (report.source_actor, report.target_actor)
            if actor is not None
        ),
    )


def _rows(reports: object) -> list[dict]:
    return list(reports.values(*TELLING_COLUMNS))  # type: ignore[attr-defined]


def _telling(row: dict, names: frozenset[str]) -> Telling:
    def actor(side: str) -> str:
        key, kind = row[f"{side}_actor__key"], row[f"{side}_actor__kind"]
        return "" if kind in (None, ActorKind.STATE) or key.endswith(GOVERNMENT) else key

    return Telling(
        id=row["pk"],
        key=(
            *(row["article__published_at"], row["article__feed_id"], row["article__identity"], row["sentence_number"]),
            *(row["type"], row["source_id"], row["stage"], ""),
        ),
        article=row["article_id"],
        story=row["article__copy_of_id"] or row["article_id"],
        feed=row["article__feed_id"],
        type=row["type"],
        stage=row["stage"],
        direction=row["direction"],
        occurred_on=row["occurred_on"],
        precision=row["precision"],
        date_named=bool(row["date_words"]),
        source_actor=actor("source"),
        target_actor=actor("target"),
        planned=frozenset(row["planned_on"]),
        place=row["place"],
        sentence=row["sentence"],
        confidence=row["confidence"],
        event=row["event_id"] or 0,
        pinned=row["pinned"],
        names=names,
    )


def _names(pair_ids: Collection[int]) -> dict[int, frozenset[str]]:
    """By pair, words of both countries' names, which stand in every sentence about them and tell nothing apart."""
    pairs = CountryPair.objects.filter(pk__in=pair_ids).values_list("pk", "first_id", "second_id")
    return {pk: words_of(first) | words_of(second) for pk, first, second in pairs}
