"""One verdict on many events of the desk: first what it would do, then doing it, and taking it back."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.contrib import messages
from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_POST

from relations.models import Correction, CountryPair, Event
from relations.pipeline import CorrectionRefused, Judged, bring_up_to_date, judge_all, pass_on, rehearse, undo
from relations.queries import desk as queries
from relations.queries.display import LITTLE_CHANGE, count
from relations.views.access import for_editors, person
from relations.views.correction_forms import VerdictForm, seen_of
from relations.views.desk import VERDICTS, next_page
from relations.views.events import number, reason

MOST = 50
SAID = {"accept": "accepted", "reject": "rejected"}


@dataclass(frozen=True, slots=True)
class PairScore:
    """What a pair's score would be, in words."""

    names: str
    url: str
    words: str


@require_POST
@for_editors
def judge_chosen(request: HttpRequest) -> HttpResponse:
    """event=ID ..., verdict=accept or reject (leave passes them on): what it would do; confirmed=1 does it."""
    ids = list(dict.fromkeys(pk for text in request.POST.getlist("event") if (pk := number(text))))
    verdict = request.POST.get("verdict", "")
    if not ids:
        return _back(request, "Choose events first: tick them, or press x on each.")
    if len(ids) > MOST:
        return _back(request, f"{len(ids)} are too many at once. Choose {MOST} at the most.")
    if verdict == "leave":
        messages.success(request, f"{count(pass_on(person(request), ids), 'event')} left to others.")
        return redirect(next_page(request))
    if verdict not in VERDICTS:
        return _back(request, "Say what is to be done with them: accept, reject, or leave them to others.")
    return (_do if request.POST.get("confirmed") else _preview)(request, ids, verdict)


def _preview(request: HttpRequest, ids: list[int], verdict: str) -> HttpResponse:
    """Nothing is changed yet: the change is made, looked at, and taken back."""
    shown = {item.event.pk: item for item in queries.items(ids)}
    seen = {pk: item.event.as_edited() for pk, item in shown.items()}
    done: list[Judged] = []

    def change() -> None:
        done.append(judge_all(seen, editor=person(request), status=VERDICTS[verdict]))

    pairs = {item.event.pair_id: item.event.pair for item in shown.values()}
    scores = rehearse(list(pairs), list(shown), change).scores
    judged = done[0]
    context = {
        # What each was seen as goes along, so that what changes between the two steps is noticed.
        "rows": [(shown[pk], seen_of(seen[pk])) for pk in ids if pk in judged.events],
        "left_out": [(shown[pk], words) for pk, words in judged.refused.items() if pk in shown],
        "scores": [_score(pairs[pk], *scores[pk]) for pk in pairs],
        "verdict": verdict,
        "said": SAID[verdict],
        "do": verdict.capitalize(),
        "title": f"{count(len(judged.events), 'event')} would be {SAID[verdict]}",
        "here": next_page(request),
    }
    return render(request, "relations/desk_chosen.html", context)


def _do(request: HttpRequest, ids: list[int], verdict: str) -> HttpResponse:
    seen = {pk: _seen(request, pk) for pk in ids}
    editor = person(request)
    with transaction.atomic():
        judged = judge_all(seen, editor=editor, status=VERDICTS[verdict], reason=reason(request))
        _score_again(judged.events)
    context: dict[str, Any] = {
        "done": judged,
        "title": f"{count(len(judged.events), 'event')} {SAID[verdict]}",
        "left_out": list(judged.refused.items()),
        "events": queries.lines(judged.events),
        "here": next_page(request),
    }
    return render(request, "relations/desk_chosen_done.html", context)


@require_POST
@for_editors
def take_back_chosen(request: HttpRequest) -> HttpResponse:
    """Undo what one verdict on many did: correction=ID ..., those of the person."""
    ids = [pk for text in request.POST.getlist("correction")[:MOST] if (pk := number(text))]
    mine = Correction.objects.filter(pk__in=ids, editor=person(request)).order_by("event__pair", "pk")
    taken, refused = 0, 0
    with transaction.atomic():
        CountryPair.objects.hold_all(mine.order_by().values_list("event__pair", flat=True))
        events = []
        for correction in mine:
            try:
                with transaction.atomic():
                    undo(correction.pk, editor=person(request))
                events.append(correction.event_id)
                taken += 1
            except CorrectionRefused:
                refused += 1
        _score_again(events)
    words = f"{count(taken, 'change')} taken back."
    messages.success(request, words + (f" {refused} could not be; see their events." if refused else ""))
    return redirect(next_page(request))


def _score_again(event_ids: list[int]) -> None:
    bring_up_to_date(*Event.objects.filter(pk__in=event_ids).values_list("pair_id", flat=True))


def _seen(request: HttpRequest, event_id: int) -> dict[str, Any] | None:
    form = VerdictForm({"seen": request.POST.get(f"seen-{event_id}", "")})
    return form.cleaned_data["seen"] if form.is_valid() else None


def _score(pair: CountryPair, before: float | None, after: float | None) -> PairScore:
    if before is None or after is None:
        words = "no score" if after is None else f"score {after:.1f}"
    elif abs(after - before) < LITTLE_CHANGE:
        words = f"score stays at {after:.1f}"
    else:
        words = f"score {before:.1f} → {after:.1f}"
    return PairScore(f"{pair.first.name} – {pair.second.name}", pair.get_absolute_url(), words)


def _back(request: HttpRequest, words: str) -> HttpResponse:
    messages.warning(request, words)
    return redirect(next_page(request))
