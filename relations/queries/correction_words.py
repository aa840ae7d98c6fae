"""Corrections in words: what each changed, and the values that editors give an event."""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from relations.codebook.event_types import event_types
from relations.models import Actor, Correction, CorrectionKind, CountryPair, Direction, Precision, Stage, Status
from relations.queries.display import country_name, date_words, day_words

# Fields of a correction or a verdict as people call them, in the order in which they are told.
FIELD_NAMES = {
    "type": "Type",
    "direction": "Direction",
    "occurred_on": "Date",
    "precision": "Date known to the",
    "stage": "Stage",
    "place": "Place",
    "note": "Note",
    "status": "Status",
}
SIDES_OF_ACTORS = ("source_actor_id", "target_actor_id")
NOTHING = "none"
GONE = "an actor that is deleted by now"


@dataclass(frozen=True, slots=True)
class ActorName:
    name: str
    country: str  # code


Actors = Mapping[int, ActorName]


@dataclass(frozen=True, slots=True)
class CorrectionWords:
    """A correction in words. other_url: of the event that it was merged into, split off, or shares reports with."""

    correction: Correction
    other_url: str
    changes: list[str]
    can_be_undone: bool
    is_undone: bool


def words_of_corrections(
    corrections: Collection[Correction], taken_back: Collection[int], here: int | None = None
) -> list[CorrectionWords]:
    """Corrections in words, with one query for all actors.

    Needs event__pair, other and undoes fetched with each. taken_back: ids of those that another one undid. here: id of
    the event from which they are seen; each from its own where there is none.
    """
    actors = actors_in(corrections)
    found = []
    for item in corrections:
        seen_from = item.event_id if here is None else here
        other = item.other if item.event_id == seen_from else item.event
        found.append(
            CorrectionWords(
                correction=item,
                other_url=other.get_absolute_url() if other else "",
                changes=change_words(item, actors, here=seen_from),
                can_be_undone=item.kind != CorrectionKind.UNDO and item.pk not in taken_back,
                is_undone=item.pk in taken_back,
            )
        )
    return found


def actors_in(corrections: Iterable[Correction]) -> Actors:
    """Names of all actors that corrections tell of; one query."""
    told = (item.changes.get(field, []) for item in corrections for field in SIDES_OF_ACTORS)
    return actor_names(actor for values in told for actor in values)


def actor_names(ids: Iterable[int | None]) -> Actors:
    """One query."""
    rows = Actor.objects.filter(pk__in={actor for actor in ids if actor})
    return {pk: ActorName(name, country) for pk, name, country in rows.values_list("pk", "name", "country")}


def change_words(correction: Correction, actors: Actors, *, here: int) -> list[str]:
    """What a correction did, one entry a field. Needs event__pair and undoes fetched. here: id of the event on whose
    page it is told."""
    if correction.kind == CorrectionKind.UNDO:
        return _undo_words(correction, actors, here)
    if correction.kind == CorrectionKind.ADD:
        if "status" in correction.changes:
            return ["Added, as the coder had missed it"]
        return ["Words marked in a story that tell of it too"]
    if correction.other_id:
        return [_placing_words(correction, correction.kind, here)]
    return field_changes(correction, actors)


def field_changes(correction: Correction, actors: Actors) -> list[str]:
    """The fields that were set, from what to what; those that were set as they were, where there is no other."""
    pair, changes = correction.event.pair, correction.changes
    found = []
    for field, name in FIELD_NAMES.items():
        if field not in changes or (field == "precision" and "occurred_on" in changes):
            continue
        if field == "occurred_on":
            old, new = (_date(day, at, changes.get("precision")) for at, day in enumerate(changes[field]))
        else:
            old, new = (value_words(field, value, pair, actors) for value in changes[field])
        found.append(f"{name}: {old} → {new}")
    found += _actor_changes(correction, actors)
    if not found:
        before, after = changes.get("corrected_fields", [[], []])
        kept = [name for field, name in FIELD_NAMES.items() if field in set(after) - set(before)]
        found = [f"Set as it was: {', '.join(kept)}"] if kept else []
    return found or ["No field changed"]


def value_words(field: str, value: Any, pair: CountryPair, actors: Actors) -> str:
    """A value that an editor gave a field, as corrections and verdicts keep it."""
    if field == "direction":
        return direction_words(int(value), pair)
    if field in ("first_actor", "second_actor"):
        return _actor(value, actors)
    if value in (None, ""):
        return NOTHING
    if field == "type":
        kind = event_types().get(str(value))
        return kind.name if kind else str(value)
    if field == "status":
        return str(Status(str(value)).label)
    if field == "stage":
        return str(Stage(str(value)).label)
    if field == "precision":
        return str(Precision(str(value)).label)
    if field == "occurred_on":
        return day_words(dt.date.fromisoformat(str(value)))
    return f"“{value}”"


def direction_words(direction: int, pair: CountryPair) -> str:
    first, second = country_name(pair.first_id), country_name(pair.second_id)
    return {
        Direction.FORWARD: f"{first} towards {second}",
        Direction.BACKWARD: f"{second} towards {first}",
        Direction.MUTUAL: "both at once",
    }[Direction(direction)]


def _date(day: str, at: int, precisions: list[str] | None) -> str:
    """A day as it stands, or as exactly as it was known where the correction says how exactly that was."""
    return date_words(dt.date.fromisoformat(day), precisions[at] if precisions else Precision.DAY)


def _actor_changes(correction: Correction, actors: Actors) -> list[str]:
    """By the country for which they act: turning the direction moves both to the other side and changes neither."""
    told = [correction.changes[field] for field in SIDES_OF_ACTORS if field in correction.changes]
    pair = correction.event.pair
    found = []
    for country in (pair.first_id, pair.second_id):
        old, new = (
            next((values[at] for values in told if _country(values[at], actors) == country), None) for at in (0, 1)
        )
        if old != new:
            found.append(f"Actor for {country_name(country)}: {_actor(old, actors)} → {_actor(new, actors)}")
    before, after = ({values[at] for values in told if values[at] not in actors} - {None} for at in (0, 1))
    if not found and before != after:
        found.append(f"Actor: {GONE}")
    return found


def _country(actor: int | None, actors: Actors) -> str:
    known = actors.get(actor or 0)
    return known.country if known else ""


def _actor(actor: int | None, actors: Actors) -> str:
    if not actor:
        return NOTHING
    known = actors.get(actor)
    return known.name if known else GONE


def _placing_words(correction: Correction, kind: str, here: int) -> str:
    """What a merge, a split or a move did, as seen from one of its two events."""
    event, other = correction.event_id, correction.other_id
    is_own = event == here
    if kind == CorrectionKind.MERGE:
        return f"Merged into event {other}" if is_own else f"Event {event} merged into this one"
    if kind == CorrectionKind.MOVE:
        return f"A report given to event {other}" if is_own else f"A report taken over from event {event}"
    return f"Event {other} split off" if is_own else f"Split off from event {event}"


def _undo_words(correction: Correction, actors: Actors, here: int) -> list[str]:
    undone = correction.undoes
    if undone is None:
        return field_changes(correction, actors)
    if undone.kind == CorrectionKind.ADD:
        return ["Taken back: " + change_words(undone, actors, here=here)[0].lower()]
    if correction.other_id:
        told = _placing_words(correction, undone.kind, here)
        return [f"Taken back: {told[0].lower()}{told[1:]}"]
    changed = field_changes(correction, actors)
    return changed if changed != ["No field changed"] else ["No field changed, as other corrections say the same"]
