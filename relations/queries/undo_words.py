"""What taking a correction back would do, in words. The change itself is tried elsewhere and given here."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from django.db.models import Q

from relations.models import Correction, CorrectionKind, Dataset, Event, Outcome, Report, Status
from relations.queries.correction_words import FIELD_NAMES, actor_names, actors_in, change_words, value_words
from relations.queries.display import count, country_name, event_words
from relations.queries.events import NEAR
from relations.queries.score_changes import score_would_go

# Events around whose reports may find others than before; reports and later corrections that are told of one by one.
AROUND, REPORTS_TOLD, LATER_TOLD, QUOTED = 200, 8, 10, 120

Changed = Mapping[int, tuple[Event | None, Event | None]]
Moved = Mapping[int, tuple[int | None, int | None]]


@dataclass(frozen=True, slots=True)
class Effect:
    """What would become of one event. title: what it is now, or would be where it is none yet."""

    id: int
    url: str
    title: str
    changes: list[str]


@dataclass(frozen=True, slots=True)
class UndoPage:
    """A correction and what comes of taking it back. words: what it did. refusal: why it can't be taken back, empty
    where it can. reports: those that would count for another event. verdict: what would no longer be learnt. stands:
    what was said since and stays. score: the pair's."""

    correction: Correction
    words: list[str]
    refusal: str = ""
    effects: list[Effect] = field(default_factory=list)
    reports: list[str] = field(default_factory=list)
    verdict: str = ""
    stands: list[str] = field(default_factory=list)
    score: str = ""


def find_correction(correction_id: int) -> Correction | None:
    related = ("event__pair__first", "event__pair__second", "other", "editor", "undoes", "verdict")
    return Correction.objects.select_related(*related).filter(pk=correction_id).first()


def touched_by(correction: Correction) -> list[int]:
    """Ids of the events that may be others without a correction: its own, those that they are part of, those that have
    its reports by now, and those told of around the same days."""
    own = [event for event in (correction.event, correction.other) if event]
    reports = Report.objects.filter(pk__in=[row[0] for row in correction.placed], event__isnull=False)
    ids = {*(event.pk for event in own), *reports.values_list("event", flat=True)}
    ids |= {Event.objects.goes_on_as(event.pk) for event in own}
    days = [event.occurred_on for event in own]
    around = Event.objects.filter(
        pair=correction.event.pair_id, dataset=Dataset.OWN, occurred_on__range=(min(days) - NEAR, max(days) + NEAR)
    )
    return sorted(ids | set(around.order_by("-pk").values_list("pk", flat=True)[:AROUND]))


def refused(correction: Correction, refusal: str) -> UndoPage:
    words = change_words(correction, actors_in([correction]), here=correction.event_id)
    return UndoPage(correction, words, refusal)


def undo_page(
    correction: Correction, events: Changed, reports: Moved, scores: tuple[float | None, float | None]
) -> UndoPage:
    """events, reports, scores: as pipeline.Rehearsal has them of taking the correction back; scores of its pair."""
    moved = {pk: places for pk, places in reports.items() if places[0] != places[1]}
    later = _later(correction)
    return UndoPage(
        correction=correction,
        words=change_words(correction, actors_in([correction]), here=correction.event_id),
        effects=_effects(events),
        reports=_report_words(moved),
        verdict=_verdict_words(correction),
        stands=_later_words(later),
        score=score_would_go(*scores),
    )


def _effects(events: Changed) -> list[Effect]:
    told = [event for pair in events.values() for event in pair if event]
    actors = actor_names(actor for event in told for actor in (event.source_actor_id, event.target_actor_id))
    found = []
    for pk, (before, after) in events.items():
        known = before or after
        if known is None or not (changes := _changes(before, after, actors)):
            continue
        words = event_words(known)
        title = f"{words.type}, {words.who} {words.link} {words.whom}, {words.date}"
        found.append(Effect(pk, words.url if before else "", title, changes))
    return found


def _changes(before: Event | None, after: Event | None, actors: Any) -> list[str]:
    if after is None:
        return []
    if before is None:
        return [f"It begins as an event of its own, with {count(after.report_count, 'report')}."]
    if after.status == Status.MERGED:
        if before.status != Status.MERGED or before.merged_into_id != after.merged_into_id:
            return [f"It becomes part of event {after.merged_into_id}; its address leads there."]
        return []
    found = []
    if before.status == Status.MERGED:
        found.append(f"It stands for itself again, and is no longer part of event {before.merged_into_id}.")
    then, now, pair = before.as_edited(), after.as_edited(), after.pair
    names = {
        **FIELD_NAMES,
        "first_actor": f"Actor for {country_name(pair.first_id)}",
        "second_actor": f"Actor for {country_name(pair.second_id)}",
    }
    for name, label in names.items():
        if then[name] != now[name]:
            old, new = (value_words(name, values[name], pair, actors) for values in (then, now))
            found.append(f"{label}: {old} → {new}")
    if before.report_count != after.report_count:
        found.append(f"Reports: {before.report_count} → {after.report_count}")
    if (old := event_words(before).confidence) != (new := event_words(after).confidence):
        found.append(f"Probability: {old} → {new}")
    return found


def _report_words(moved: Moved) -> list[str]:
    some = sorted(moved)[:REPORTS_TOLD]
    reports = Report.objects.filter(pk__in=some).select_related("article__feed").in_bulk()
    found = []
    for pk in some:
        if (report := reports.get(pk)) is None:
            continue
        before, after = moved[pk]
        quoted = report.sentence if len(report.sentence) <= QUOTED else f"{report.sentence[: QUOTED - 1]}…"
        goes = (
            f"counts for event {after} again"
            if before is None
            else f"no longer counts for event {before}"
            if after is None
            else f"goes from event {before} to event {after}"
        )
        found.append(f"“{quoted}” ({report.article.feed.title}) {goes}.")
    if len(moved) > len(some):
        found.append(f"So do {len(moved) - len(some):,} more reports.")
    return found


def _verdict_words(correction: Correction) -> str:
    verdict = getattr(correction, "verdict", None)
    if verdict is None or verdict.taken_back_at is not None:
        return ""
    return f"The verdict “{Outcome(verdict.outcome).label}” is no longer learnt from."


def _later(correction: Correction) -> list[Correction]:
    """Corrections in force that were made since, oldest first: of the same fields; where one report was moved, of which
    reports the two events have; else of the same events."""
    own = [pk for pk in (correction.event_id, correction.other_id) if pk]
    since = Correction.objects.filter(Q(event__in=own) | Q(other__in=own), pk__gt=correction.pk, undone_by=None)
    since = since.exclude(kind=CorrectionKind.UNDO).select_related("event__pair", "other", "undoes", "editor")
    if correction.kind == CorrectionKind.MOVE:
        since = since.filter(kind__in=[CorrectionKind.MERGE, CorrectionKind.SPLIT, CorrectionKind.MOVE])
    found = list(since.order_by("pk"))
    if correction.kind != CorrectionKind.EDIT:
        return found
    said = correction.said_fields
    return [one for one in found if one.event_id == correction.event_id and said & one.said_fields]


def _later_words(later: list[Correction]) -> list[str]:
    actors = actors_in(later)
    found = [
        f"{'; '.join(change_words(one, actors, here=one.event_id))} ({one.editor.get_username()})"
        for one in later[-LATER_TOLD:]
    ]
    if len(later) > LATER_TOLD:
        found.append(f"and {len(later) - LATER_TOLD:,} more before these")
    return found
