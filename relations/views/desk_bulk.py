"""One verdict on many events of the desk: first what it would do, then doing it, and taking it back."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

from django.contrib import messages
from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_POST

from relations.models import Correction, CountryPair, Event, Verdict
from relations.pipeline import (
    CorrectionRefused,
    Judged,
    bring_up_to_date,
    judge_all,
    pass_on,
    rehearse,
    take_back_opinion,
    undo,
)
from relations.queries import desk as queries
from relations.queries.display import count
from relations.queries.score_changes import score_beside_name
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


@require_http_methods(["GET", "POST"])
@for_editors
def judge_chosen(request: HttpRequest) -> HttpResponse:
    """event=ID ..., verdict=accept or reject (leave passes them on): what it would do; confirmed=1 does it.

    To be looked at: what was done, to be taken back as a whole (correction=ID ..., opinion=ID ...).
    """
    if request.method != "POST":
        return _show_done(request)
    ids = _ids(request.POST.getlist("event"))
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


def _ids(texts: list[str]) -> list[int]:
    return list(dict.fromkeys(pk for text in texts if (pk := number(text))))


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
    """Done to those of which the form still says what was seen of them."""
    seen = {pk: values for pk in ids if (values := _seen(request, pk))}
    with transaction.atomic():
        judged = judge_all(seen, editor=person(request), status=VERDICTS[verdict], reason=reason(request))
        _score_again(judged.events)
    refused = judged.refused | {pk: "The form came back incomplete." for pk in ids if pk not in seen}
    for pk, words in sorted(refused.items()):
        messages.warning(request, f"Left out: event {pk}. {words}")
    done = [("correction", pk) for pk in judged.corrections] + [("opinion", pk) for pk in judged.opinions]
    # To a page of its own, which can be loaded again and still has the way back.
    return redirect(f"{reverse('desk-chosen')}?{urlencode([*done, ('next', next_page(request))])}")


def _show_done(request: HttpRequest) -> HttpResponse:
    editor = person(request)
    corrections = list(
        Correction.objects.filter(pk__in=_ids(request.GET.getlist("correction"))[:MOST], editor=editor, undone_by=None)
    )
    opinions = list(
        Verdict.objects.standing().filter(pk__in=_ids(request.GET.getlist("opinion"))[:MOST], editor=editor)
    )
    if not corrections and not opinions and not messages.get_messages(request):
        return redirect(next_page(request))
    context: dict[str, Any] = {
        "title": f"{count(len(corrections), 'event')} judged",
        "corrections": corrections,
        "events": queries.lines([correction.event_id for correction in corrections]),
        "opinions": opinions,
        "here": next_page(request),
    }
    return render(request, "relations/desk_chosen_done.html", context)


@require_POST
@for_editors
def take_back_chosen(request: HttpRequest) -> HttpResponse:
    """Undo what one verdict on many did: correction=ID ..., opinion=ID ..., those of the person."""
    ids = _ids(request.POST.getlist("correction"))[:MOST]
    mine = Correction.objects.filter(pk__in=ids, editor=person(request)).order_by("pk")
    opinions = _ids(request.POST.getlist("opinion"))[:MOST]
    taken, refused = 0, 0
    with transaction.atomic():
        said = Verdict.objects.filter(pk__in=opinions).order_by().values_list("event__pair", flat=True)
        CountryPair.objects.hold_all([*mine.order_by().values_list("event__pair", flat=True), *said])
        events = []
        for correction in mine:
            if _try(lambda pk=correction.pk: undo(pk, editor=person(request))):  # type: ignore[misc]
                events.append(correction.event_id)
            else:
                refused += 1
        taken = len(events)
        for opinion in opinions:
            done = _try(lambda pk=opinion: take_back_opinion(pk, editor=person(request)))  # type: ignore[misc]
            taken, refused = taken + done, refused + (not done)
        _score_again(events)
    words = f"{count(taken, 'change')} taken back."
    messages.success(request, words + (f" {refused} could not be; see their events." if refused else ""))
    return redirect(next_page(request))


def _try(change: Callable[[], object]) -> bool:
    try:
        with transaction.atomic():
            change()
    except CorrectionRefused:
        return False
    return True


def _score_again(event_ids: list[int]) -> None:
    bring_up_to_date(*Event.objects.filter(pk__in=event_ids).values_list("pair_id", flat=True))


def _seen(request: HttpRequest, event_id: int) -> dict[str, Any] | None:
    form = VerdictForm({"seen": request.POST.get(f"seen-{event_id}", "")})
    return form.cleaned_data["seen"] if form.is_valid() else None


def _score(pair: CountryPair, before: float | None, after: float | None) -> PairScore:
    names = f"{pair.first.name} – {pair.second.name}"
    return PairScore(names, pair.get_absolute_url(), score_beside_name(before, after))


def _back(request: HttpRequest, words: str) -> HttpResponse:
    messages.warning(request, words)
    return redirect(next_page(request))
