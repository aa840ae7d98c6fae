"""Do two editors judge the same reading alike? By type read, and in what they differ."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from django.conf import settings

from relations.codebook.event_types import event_types
from relations.models import Origin, Outcome, ReviewItem, ReviewState, Verdict
from relations.models.reviews import are_two_editors, opinions_of
from relations.queries.display import MINUS, count
from relations.tension.agreement import Agreement, agreement

# From which alpha on Krippendorff would rely on what was judged, and from which on draw conclusions with care.
RELIABLE, TENTATIVE = 0.8, 0.667
DETAILS = {"direction": "Direction", "stage": "Stage", "occurred_on": "Date"}


@dataclass(frozen=True, slots=True)
class Row:
    """judged, alike, alpha, interval and what it means, in words. Of fewer events than FEW no figure is given, as it
    would mean nothing: is_few, and alpha says so."""

    name: str
    judged: str
    alike: str
    alpha: str
    interval: str
    meaning: str
    is_few: bool


@dataclass(frozen=True, slots=True)
class AgreementPage:
    """overall: None where nothing was judged by two yet. types: by type read, the most judged first. details: of what
    both accepted. in_all: how often two said the same of all that they must agree on. waiting, split: how many wait
    for a second opinion, and for a decision. trouble: why no second opinion can come, in words, or empty."""

    overall: Row | None
    types: list[Row]
    details: list[Row]
    in_all: str
    waiting: str
    split: int
    share: str
    trouble: str


Opinions = tuple[Verdict, Verdict]


def agreement_page() -> AgreementPage:
    """Four queries."""
    both = judged_twice()
    by_type: dict[str, list[Opinions]] = {}
    for one, other in both:
        by_type.setdefault(one.reading["type"], []).append((one, other))
    accepted = [pair for pair in both if all(one.outcome != Outcome.REJECTED for one in pair)]
    items = ReviewItem.objects.filter(state__in=[ReviewState.SECOND, ReviewState.SPLIT]).order_by()
    states = list(items.values_list("state", flat=True))
    ordered = sorted(by_type.items(), key=lambda item: (-len(item[1]), item[0]))
    alike = sum(one.agrees_with(other) for one, other in both)
    return AgreementPage(
        overall=_row("All types", _made_of(both)) if both else None,
        types=[_row(_type_name(slug), _made_of(pairs)) for slug, pairs in ordered],
        details=[_row(name, _said(accepted, field)) for field, name in DETAILS.items()] if accepted else [],
        in_all=f"{alike} of {len(both)}",
        waiting=count(states.count(ReviewState.SECOND), "event"),
        split=states.count(ReviewState.SPLIT),
        share=f"{100 * settings.SECOND_OPINION_SHARE:.0f} %",
        trouble=_trouble(),
    )


def judged_twice() -> list[Opinions]:
    """The two opinions of each event that has a second, as they were given: what the first editor said before the
    second did, though they may have changed their mind since. One query."""
    with_second = Verdict.objects.standing().filter(origin=Origin.SECOND)
    told = (
        Verdict.objects.standing()
        .filter(event__in=with_second.values("event"))
        .order_by("event", "pk")
        .only("event_id", "editor_id", "outcome", "origin", "reading", "said")
    )
    by_event: dict[int, list[Verdict]] = {}
    for verdict in told:
        by_event.setdefault(verdict.event_id, []).append(verdict)
    found = (_as_given(verdicts) for verdicts in by_event.values())
    return [pair for pair in found if pair is not None]


def _as_given(verdicts: Sequence[Verdict]) -> Opinions | None:
    """verdicts: the standing ones of an event, oldest first."""
    _, second = opinions_of(verdicts)
    if second is None:
        return None
    first, _ = opinions_of([one for one in verdicts if one.pk <= second.pk])
    if first is None:  # what the second knew nothing of was taken back, and the event judged anew
        first = next((one for one in verdicts if one.origin == Origin.DESK and one.editor_id != second.editor_id), None)
    return (first, second) if first else None


def _made_of(both: Iterable[Opinions]) -> Agreement:
    """Of what each made of the reading: the type that they gave it, or that it is none."""
    return agreement([(_value(one), _value(other)) for one, other in both])


def _value(verdict: Verdict) -> str:
    return "rejected" if verdict.outcome == Outcome.REJECTED else str(verdict.said["type"])


def _said(both: Iterable[Opinions], field: str) -> Agreement:
    return agreement([(str(one.said[field]), str(other.said[field])) for one, other in both])


def _row(name: str, found: Agreement) -> Row:
    has_interval = found.low is not None and found.high is not None
    return Row(
        name=name,
        judged=f"{found.units:,}",
        alike=f"{found.same} ({100 * found.same / found.units:.0f} %)",
        alpha=_alpha(found),
        interval=f"{_figure(found.low or 0.0)} to {_figure(found.high or 0.0)}" if has_interval else "",
        meaning=_meaning(found),
        is_few=found.is_few,
    )


def _alpha(found: Agreement) -> str:
    if found.is_few:
        return f"too few yet ({found.units})"
    return "all agree" if found.alpha is None else _figure(found.alpha)


def _figure(value: float) -> str:
    return f"{value:.2f}".replace("-", MINUS)


def _meaning(found: Agreement) -> str:
    if found.is_few:
        return ""
    if found.alpha is None:
        return "no variety"
    if found.alpha >= RELIABLE:
        return "reliable"
    return "tentative" if found.alpha >= TENTATIVE else "not reliable"


def _type_name(slug: str) -> str:
    kind = event_types().get(slug)
    return kind.name if kind else slug


def _trouble() -> str:
    if not settings.SECOND_OPINION_SHARE:
        return "No second opinions are asked for: SECOND_OPINION_PERCENT is 0."
    if not are_two_editors():
        return "Only one person may correct events, so no second opinion can come. Give another one the right to."
    return ""
