"""Corrections in words: what each changed, and the values that editors give an event."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from relations.codebook.countries import countries
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
# What was done, as the head of a correction says it. Seen from the other of its two events some are called otherwise.
VERBS = {
    CorrectionKind.MERGE: "Merged",
    CorrectionKind.SPLIT: "Split",
    CorrectionKind.MOVE: "Report given away",
    CorrectionKind.ADD: "Added",
    CorrectionKind.UNDO: "Taken back",
}
FROM_THE_OTHER = {CorrectionKind.SPLIT: "Split off", CorrectionKind.MOVE: "Report taken over"}
ACCEPTED, REJECTED = "Accepted", "Rejected"
OF_STATUS = {Status.CONFIRMED: ACCEPTED, Status.REJECTED: REJECTED, Status.CODED: "Reopened"}
LONG = 120  # characters of a note or a reason that are shown at once
SAME = "No field changed, as other corrections say the same"
NOTHING = "none"
GONE = "an actor that is deleted by now"


@dataclass(frozen=True, slots=True)
class ActorName:
    name: str
    country: str  # code


Actors = Mapping[int, ActorName]


@dataclass(frozen=True, slots=True)
class Words:
    """Words as they are shown. whole: all of them, where they are cut."""

    shown: str
    whole: str = ""


@dataclass(frozen=True, slots=True)
class TakenBack:
    """Who took a correction back, when (UTC) and why. outcome: what came of it, where that is not plain."""

    by: str
    at: str
    reason: Words
    outcome: str


@dataclass(frozen=True, slots=True)
class CorrectionWords:
    """A correction in words: what was done, what it changed, by whom, when (UTC) and why.

    other_url: of the event that it was merged into, split off, or shares reports with. changes: empty where the verb
    says all. taken_back: None while it is in force.
    """

    correction: Correction
    verb: str
    other_url: str
    changes: list[Words]
    by: str
    at: str
    reason: Words
    taken_back: TakenBack | None
    can_be_undone: bool


# To be fetched with corrections that are put into words.
RELATED = ("editor", "event__pair", "other", "undoes__editor", "undoes__event__pair", "undoes__other")


def words_of_corrections(corrections: Sequence[Correction], here: int | None = None) -> list[CorrectionWords]:
    """Corrections in words, in the order given, with one query for all actors. One that was taken back and its undo are
    one entry, where the undo stands.

    Needs RELATED fetched with each. here: id of the event from which they are seen; each from its own where there is
    none.
    """
    undone = {item.undoes_id for item in corrections if item.undoes_id}
    entries = [(item.undoes, item) if item.undoes else (item, None) for item in corrections if item.pk not in undone]
    actors = actors_in(item for entry in entries for item in entry if item)
    return [_words(item, undo, actors, item.event_id if here is None else here) for item, undo in entries]


def _words(item: Correction, undo: Correction | None, actors: Actors, here: int) -> CorrectionWords:
    other = item.other if item.event_id == here else item.event
    verb = _verb(item, here)
    return CorrectionWords(
        correction=item,
        verb=verb,
        other_url=other.get_absolute_url() if other else "",
        changes=[] if _says_all(verb, item) else _changes(item, actors, here),
        by=item.editor.get_username(),
        at=_moment(item.made_at),
        reason=cut(item.reason),
        taken_back=_taken_back(undo, actors, here) if undo else None,
        can_be_undone=undo is None and item.kind != CorrectionKind.UNDO,
    )


def _taken_back(undo: Correction, actors: Actors, here: int) -> TakenBack:
    return TakenBack(
        by=undo.editor.get_username(),
        at=_moment(undo.made_at),
        reason=cut(undo.reason),
        outcome="no field changed, as other corrections say the same"
        if change_words(undo, actors, here=here) == [SAME]
        else "",
    )


def _changes(item: Correction, actors: Actors, here: int) -> list[Words]:
    if item.kind == CorrectionKind.EDIT and not item.changes:
        return [Words("It stays as it is")]
    shown = change_words(item, actors, here=here, most=LONG)
    whole = change_words(item, actors, here=here)
    return [Words(one, "" if one == full else full) for one, full in zip(shown, whole, strict=True)]


def _verb(correction: Correction, here: int) -> str:
    kind = CorrectionKind(correction.kind)
    if kind == CorrectionKind.EDIT:
        return _edit_verb(correction.changes)
    if kind == CorrectionKind.ADD and "status" not in correction.changes:
        return "Evidence added"
    if correction.event_id != here and kind in FROM_THE_OTHER:
        return FROM_THE_OTHER[kind]
    return VERBS[kind]


def _edit_verb(changes: Mapping[str, Any]) -> str:
    if not changes:
        return "Decided"
    status = changes["status"][1] if "status" in changes else ""
    is_corrected = bool(_told(changes) - {"status"})
    if status in OF_STATUS and not (is_corrected and status == Status.CONFIRMED):
        return OF_STATUS[Status(status)]
    return "Corrected" if is_corrected else "Kept"


def _says_all(verb: str, correction: Correction) -> bool:
    """Whether it is a verdict on what nobody had looked at, and changed nothing but the status."""
    changes = correction.changes
    return verb in (ACCEPTED, REJECTED) and _told(changes) == {"status"} and changes["status"][0] == Status.CODED


def _told(changes: Mapping[str, Any]) -> set[str]:
    """The fields of a correction that are told of."""
    return set(changes) & {*FIELD_NAMES, *SIDES_OF_ACTORS}


def cut(text: str, most: int = LONG) -> Words:
    return Words(text) if len(text) <= most else Words(_shortened(text, most), text)


def _shortened(text: str, most: int) -> str:
    return f"{text[: most - 1].rstrip()}…"


def _moment(at: dt.datetime) -> str:
    return f"{at:%-d %B %Y, %H:%M}"


def actors_in(corrections: Iterable[Correction]) -> Actors:
    """Names of all actors that corrections tell of; one query."""
    told = (item.changes.get(field, []) for item in corrections for field in SIDES_OF_ACTORS)
    return actor_names(actor for values in told for actor in values)


def actor_names(ids: Iterable[int | None]) -> Actors:
    """One query."""
    rows = Actor.objects.filter(pk__in={actor for actor in ids if actor})
    return {pk: ActorName(name, country) for pk, name, country in rows.values_list("pk", "name", "country")}


def change_words(correction: Correction, actors: Actors, *, here: int, most: int = 0) -> list[str]:
    """What a correction did, one entry a field. Needs event__pair and undoes fetched. here: id of the event on whose
    page it is told. most: as value_words has it."""
    if correction.kind == CorrectionKind.UNDO:
        return _undo_words(correction, actors, here)
    if correction.kind == CorrectionKind.ADD:
        if "status" in correction.changes:
            return ["Added, as the coder had missed it"]
        return ["Words marked in a story that tell of it too"]
    if correction.other_id:
        return [_placing_words(correction, correction.kind, here)]
    return field_changes(correction, actors, most)


def field_changes(correction: Correction, actors: Actors, most: int = 0) -> list[str]:
    """The fields that were set, from what to what; those that were set as they were, where there is no other."""
    pair, changes = correction.event.pair, correction.changes
    found = []
    for field, name in FIELD_NAMES.items():
        if field not in changes or (field == "precision" and "occurred_on" in changes):
            continue
        if field == "occurred_on":
            old, new = (_date(day, at, changes.get("precision")) for at, day in enumerate(changes[field]))
        else:
            old, new = (value_words(field, value, pair, actors, most) for value in changes[field])
        found.append(f"{name}: {old} → {new}")
    found += _actor_changes(correction, actors)
    if not found:
        before, after = changes.get("corrected_fields", [[], []])
        kept = [name for field, name in FIELD_NAMES.items() if field in set(after) - set(before)]
        found = [f"Set as it was: {', '.join(kept)}"] if kept else []
    if not found and not changes and correction.kind == CorrectionKind.EDIT:
        return ["Decided: stays as it is"]
    return found or ["No field changed"]


def value_words(field: str, value: Any, pair: CountryPair, actors: Actors, most: int = 0) -> str:
    """A value that an editor gave a field, as corrections and verdicts keep it. most: characters of a text that are
    shown, all of them where it is 0."""
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
    text = str(value)
    return f"“{_shortened(text, most) if most and len(text) > most else text}”"


def direction_words(direction: int, pair: CountryPair) -> str:
    first, second = countries()[pair.first_id], countries()[pair.second_id]
    return {
        Direction.FORWARD: f"{first.name} towards {second.in_prose}",
        Direction.BACKWARD: f"{second.name} towards {first.in_prose}",
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
    if not undone.changes and undone.kind == CorrectionKind.EDIT:
        return ["Taken back: decided to stay as it is"]
    changed = field_changes(correction, actors)
    return changed if changed != ["No field changed"] else [SAME]
