"""Who changed what, and why? All corrections, newest first, filtered by editor and kind."""

from __future__ import annotations

from dataclasses import dataclass

from django.contrib.auth.models import User
from django.db.models import Exists, OuterRef

from relations.models import Correction, CorrectionKind, ReviewItem, ReviewState
from relations.models.scores import learnt_log_odds
from relations.queries.correction_words import CorrectionWords, words_of_corrections
from relations.queries.display import EventWords, facts_of, words_of
from relations.queries.overview import SIDES

PAGE = 50
EDITORS_SHOWN = 300
KINDS = {
    CorrectionKind.EDIT: "Verdicts and edits",
    CorrectionKind.MERGE: "Merges",
    CorrectionKind.SPLIT: "Splits",
    CorrectionKind.MOVE: "Reports moved",
    CorrectionKind.ADD: "Events added",
    CorrectionKind.UNDO: "Taken back",
}


@dataclass(frozen=True, slots=True)
class Choice:
    value: str
    label: str
    is_chosen: bool


@dataclass(frozen=True, slots=True)
class HistoryRow:
    """words: the correction; event: what it is of, as it is now; at: when it was made, UTC."""

    words: CorrectionWords
    event: EventWords
    at: str


@dataclass(frozen=True, slots=True)
class HistoryPage:
    rows: list[HistoryRow]
    editors: list[Choice]
    kinds: list[Choice]
    is_filtered: bool
    next: str  # cursor of the next page, empty at the end


def history(viewer: User, *, editor: str = "", kind: str = "", after: str = "") -> HistoryPage:
    """A page in a constant number of queries; an editor or a kind that is none is no filter.

    editor: name of an account; kind: of CorrectionKind; after: cursor of the page before, ValueError for one that is
    not. What the viewer is asked for a second opinion on is left out: it would tell the first.
    """
    asked = ReviewItem.objects.filter(holder=viewer, state=ReviewState.SECOND)
    found = Correction.objects.exclude(event__in=asked.values("event")).order_by("-pk")
    people = User.objects.filter(Exists(Correction.objects.filter(editor=OuterRef("pk")))).order_by("username")
    names = dict(people.values_list("username", "pk")[:EDITORS_SHOWN])
    if editor in names:
        found = found.filter(editor=names[editor])
    if kind in KINDS:
        found = found.filter(kind=kind)
    if after:
        found = found.filter(pk__lt=_cursor(after))
    related = ("editor", "other", "undoes", "event__pair", *(f"event__{side}" for side in SIDES))
    rows = list(found.select_related(*related)[: PAGE + 1])
    return HistoryPage(
        rows=_rows(rows[:PAGE]),
        editors=[Choice(name, name, name == editor) for name in names],
        kinds=[Choice(str(value), label, value == kind) for value, label in KINDS.items()],
        is_filtered=editor in names or kind in KINDS,
        next=str(rows[PAGE - 1].pk) if len(rows) > PAGE else "",
    )


def _cursor(text: str) -> int:
    if not (text.isascii() and text.isdigit() and len(text) <= 18):
        raise ValueError("not a correction")
    return int(text)


def _rows(corrections: list[Correction]) -> list[HistoryRow]:
    undone = Correction.objects.filter(undoes__in=[item.pk for item in corrections]).order_by()
    taken_back = {pk for pk in undone.values_list("undoes", flat=True) if pk}
    learnt = learnt_log_odds()
    return [
        HistoryRow(
            words=words,
            event=words_of(facts_of(words.correction.event), learnt),
            at=f"{words.correction.made_at:%-d %B %Y, %H:%M}",
        )
        for words in words_of_corrections(corrections, taken_back)
    ]
