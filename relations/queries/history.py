"""Who changed what, and why? All corrections, newest first, filtered by editor and kind."""

from __future__ import annotations

from dataclasses import dataclass

from django.contrib.auth.models import User
from django.db.models import Exists, OuterRef, Q, QuerySet

from relations.models import Correction, CorrectionKind, ReviewItem
from relations.models.scores import learnt_log_odds
from relations.queries.correction_words import RELATED, CorrectionWords, words_of_corrections
from relations.queries.cursors import id_of
from relations.queries.display import Choice, EventWords, count, facts_of, words_of
from relations.queries.overview import SIDES

PAGE = 50
EDITORS_SHOWN = 300
KINDS = {
    CorrectionKind.EDIT: "Verdicts and edits",
    CorrectionKind.MERGE: "Merges",
    CorrectionKind.SPLIT: "Splits",
    CorrectionKind.MOVE: "Reports given away",
    CorrectionKind.ADD: "Events added",
    CorrectionKind.UNDO: "Taken back",
}
# Of the event of each correction, and of what it took back.
EVENTS = tuple(f"{path}event__{side}" for path in ("", "undoes__") for side in SIDES)


@dataclass(frozen=True, slots=True)
class HistoryRow:
    """A correction, with what took it back where something did. event: what it is of, as it is now."""

    words: CorrectionWords
    event: EventWords


@dataclass(frozen=True, slots=True)
class HistoryPage:
    """next: cursor of the next page, empty at the end. wrong: what was asked for and is none, in sentences. total: how
    many fit, in words; empty on later pages."""

    rows: list[HistoryRow]
    editors: list[Choice]
    kinds: list[Choice]
    is_filtered: bool
    next: str
    wrong: list[str]
    total: str


def history(viewer: User, *, editor: str = "", kind: str = "", after: str = "") -> HistoryPage:
    """A page in a constant number of queries; an editor or a kind that is none is told and no filter.

    editor: name of an account; kind: of CorrectionKind; after: cursor of the page before, ValueError for one that is
    not. What was taken back stands where its undo stands, and is found by either's editor and kind. What the viewer is
    asked for a second opinion on is left out: it would tell the first.
    """
    asked = ReviewItem.objects.asked_blind(viewer.pk)
    found = Correction.objects.exclude(event__in=asked.values("event")).filter(undone_by=None).order_by("-pk")
    people = User.objects.filter(Exists(Correction.objects.filter(editor=OuterRef("pk")))).order_by("username")
    names = _ids(people[:EDITORS_SHOWN])
    if editor and editor not in names:
        names |= _ids(people.filter(username=editor))
    wrong = []
    if editor in names:
        found = found.filter(Q(editor=names[editor]) | Q(undoes__editor=names[editor]))
    elif editor:
        wrong.append(f"Nobody called “{editor[:150]}” has corrected an event, so those of all editors are shown.")
    if kind in KINDS:
        found = found.filter(Q(kind=kind) | Q(undoes__kind=kind))
    elif kind:
        wrong.append(f"“{kind[:30]}” is no kind of correction ({', '.join(KINDS)}), so all kinds are shown.")
    total = "" if after else count(found.count(), "correction")
    if after:
        found = found.filter(pk__lt=id_of(after))
    rows = list(found.select_related(*RELATED, *EVENTS)[: PAGE + 1])
    return HistoryPage(
        rows=_rows(rows[:PAGE]),
        editors=[Choice(name, name, name == editor) for name in names],
        kinds=[Choice(str(value), label, value == kind) for value, label in KINDS.items()],
        is_filtered=editor in names or kind in KINDS,
        next=str(rows[PAGE - 1].pk) if len(rows) > PAGE else "",
        wrong=wrong,
        total=total,
    )


def _ids(people: QuerySet[User]) -> dict[str, int]:
    return dict(people.values_list("username", "pk"))


def _rows(corrections: list[Correction]) -> list[HistoryRow]:
    learnt = learnt_log_odds()
    return [
        HistoryRow(words=words, event=words_of(facts_of(words.correction.event), learnt))
        for words in words_of_corrections(corrections)
    ]
