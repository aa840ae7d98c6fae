"""Why this number? One pair's score on one day, taken apart into its events."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

from relations.codebook.weights import DEFAULT, WeightSet, weight_sets
from relations.models import CountryPair, Dataset, Event, current_formula
from relations.models.events import NO_END
from relations.queries.display import EventWords, count, day_words, event_words, signed
from relations.queries.overview import SIDES
from relations.tension.formula import BASELINE, LITTLE_KNOWN, PRIOR_STRENGTH
from relations.tension.shares import Explanation, Part, explain
from relations.tension.terms import FADING, Occurrence, Term

# What half-lives are multiplied by, with its name in an address and in words.
STRETCHES = {"half": (0.5, "half as long"), "as-is": (1.0, "as they are"), "double": (2.0, "twice as long")}
SHOWN = 60
FELT = 0.005


@dataclass(frozen=True, slots=True)
class PartWords:
    """An event's part in the score, in words. share: adds up. effect: the score less the score without it."""

    event: EventWords
    weight: str
    severity: str
    probability: str
    age: str
    left: str
    lasting: str
    evidence: str
    share: str
    effect: str


@dataclass(frozen=True, slots=True)
class Alternative:
    """The score with other choices. query: for its address."""

    weights: str
    stretch: str
    score: str
    band: str
    is_chosen: bool
    query: str


@dataclass(frozen=True, slots=True)
class Why:
    """A day's score explained. rest: what the events that are not listed add, in words; empty where all are."""

    explanation: Explanation
    day: dt.date
    weights: WeightSet
    stretch: str
    score: str
    band: str
    known: str
    little_known: bool
    away: str
    sum: str
    parts: list[PartWords]
    rest: str
    alternatives: list[Alternative]
    before: dt.date | None
    after: dt.date | None


def why(
    pair: CountryPair, day: dt.date, weights_name: str = DEFAULT, stretch: str = "as-is", shown: int = SHOWN
) -> Why:
    """The score of a pair on a day, with the weight set and half-lives that are asked for, in four queries.

    As it is known now: events reported or corrected since are in it. Raises KeyError for an unknown set or stretch.
    """
    weights, factor = weight_sets()[weights_name], STRETCHES[stretch][0]
    occurrences, terms = _events_until(pair, day)
    found = explain(occurrences, terms, day.toordinal(), weights, factor)
    listed = _telling(found)[:shown]
    events = {
        event.pk: event
        for event in Event.objects.filter(pk__in=[part.occurrence.id for part in listed]).select_related(*SIDES)
    }
    before, after = _neighbours(pair, day)
    return Why(
        explanation=found,
        day=day,
        weights=weights,
        stretch=stretch,
        score=f"{found.score:.1f}",
        band=f"{found.low:.0f} to {found.high:.0f}",
        known=f"{found.known:.2f}",
        little_known=found.known < LITTLE_KNOWN,
        away=signed(found.score - BASELINE),
        sum=_in_figures(found),
        parts=[_part_words(part, events[part.occurrence.id]) for part in listed if part.occurrence.id in events],
        rest=_rest(found, listed),
        alternatives=_alternatives(occurrences, terms, day, weights_name, stretch),
        before=before,
        after=after,
    )


def _telling(found: Explanation) -> list[Part]:
    """The parts without those at the end that round to nothing."""
    return [part for part in found.parts if abs(part.share) >= FELT or abs(part.effect) >= FELT]


def _events_until(pair: CountryPair, day: dt.date) -> tuple[list[Occurrence], dict[int, Term]]:
    """All events that count, until a day, with the terms that scoring worked out."""
    learnt = current_formula().learnt
    fields = ("occurred_on", "type", "stage", "status", "direction", "confidence", "engagement_id")
    rows = Event.objects.standing().filter(pair=pair, dataset=Dataset.OWN, occurred_on__lte=day)
    occurrences: list[Occurrence] = []
    terms: dict[int, Term] = {}
    for event in rows.only(*fields, "in_force_until", "replaced_on").order_by("pk"):
        occurrences.append(event.occurrence(learnt.get(event.type, 0.0)))
        if (term := event.term) != FADING:
            terms[event.pk] = term
    return occurrences, terms


def _neighbours(pair: CountryPair, day: dt.date) -> tuple[dt.date | None, dt.date | None]:
    """The last day before, and the first after, on which something happened."""
    days = pair.days.filter(dataset=Dataset.OWN, event_count__gt=0)
    before = days.filter(day__lt=day).order_by("-day").values_list("day", flat=True).first()
    return before, days.filter(day__gt=day).order_by("day").values_list("day", flat=True).first()


def _in_figures(found: Explanation) -> str:
    """The formula with its figures: (6 × 45 + 812.3) / (6 + 11.2) = 63.0."""
    pull = found.score * (PRIOR_STRENGTH + found.known) - PRIOR_STRENGTH * BASELINE
    prior = f"{PRIOR_STRENGTH:g} × {BASELINE:g}"
    return f"({prior} + {pull:.2f}) / ({PRIOR_STRENGTH:g} + {found.known:.3f}) = {found.score:.2f}"


def _part_words(part: Part, event: Event) -> PartWords:
    return PartWords(
        event=event_words(event),
        weight=f"{part.figures.weight:+.1f}".replace("-", "\N{MINUS SIGN}"),
        severity=f"{part.figures.severity:.0f}",
        probability=f"{100 * part.occurrence.probability:.0f} %",
        age=count(_faded_for(part, event), "day"),
        left=f"{100 * part.left:.0f} %",
        lasting=_lasting(part, event),
        evidence=f"{part.evidence:.3f}",
        share=_signed_finely(part.share),
        effect=_signed_finely(part.effect),
    )


def _faded_for(part: Part, event: Event) -> int:
    """Days since it happened, or since its state ended, from when on it fades."""
    today = event.occurred_on.toordinal() + part.age
    ended = part.term.holds_until
    return today - ended if ended is not None and ended <= today else part.age


def _lasting(part: Part, event: Event) -> str:
    """Why it has not faded like others."""
    if part.term.holds_until is None:
        return ""
    if part.age + event.occurred_on.toordinal() < part.term.holds_until:
        return (
            "in force"
            if event.in_force_until == NO_END
            else f"in force, until {day_words(event.in_force_until or NO_END)}"
        )
    return f"over since {day_words(event.in_force_until or NO_END)}"


def _signed_finely(value: float) -> str:
    return f"{value:+.2f}".replace("-", "\N{MINUS SIGN}")


def _rest(found: Explanation, listed: list[Part]) -> str:
    shown = {part.occurrence.id for part in listed}
    others = [part for part in found.parts if part.occurrence.id not in shown]
    if not others:
        return ""
    return f"{count(len(others), 'more event')}, together {_signed_finely(sum(part.share for part in others))}"


def _alternatives(
    occurrences: list[Occurrence], terms: dict[int, Term], day: dt.date, weights_name: str, stretch: str
) -> list[Alternative]:
    found = []
    for weights in weight_sets().values():
        for name, (factor, words) in STRETCHES.items():
            other = explain(occurrences, terms, day.toordinal(), weights, factor)
            found.append(
                Alternative(
                    weights=weights.title,
                    stretch=words,
                    score=f"{other.score:.1f}",
                    band=f"{other.low:.0f} to {other.high:.0f}",
                    is_chosen=(weights.name, name) == (weights_name, stretch),
                    query=f"weights={weights.name}&half_lives={name}",
                )
            )
    return found


def as_data(pair: CountryPair, asked: Why, limit: int) -> dict[str, object]:
    """The same as plain values, for programs. limit: events listed, the greatest share first."""
    found = asked.explanation
    listed, others = found.parts[:limit], found.parts[limit:]
    return {
        "pair": pair.slug,
        "day": asked.day.isoformat(),
        "score": found.score,
        "band_90": [found.low, found.high],
        "evidence": found.known,
        "little_known": asked.little_known,
        "baseline": BASELINE,
        "prior_strength": PRIOR_STRENGTH,
        "weights": asked.weights.label,
        "weights_source": asked.weights.source,
        "half_lives_times": STRETCHES[asked.stretch][0],
        "shares_add_up_to": found.total_share,
        "events": [_part_data(part) for part in listed],
        "events_not_listed": {"count": len(others), "share": sum(part.share for part in others)},
        "what_if": [
            {"weights": other.weights, "half_lives": other.stretch, "score": float(other.score)}
            for other in asked.alternatives
        ],
    }


def _part_data(part: Part) -> dict[str, object]:
    one = part.occurrence
    ends, replaced = part.term.holds_until, part.term.replaced_on
    return {
        "id": one.id,
        "type": one.type,
        "stage": one.stage,
        "date": dt.date.fromordinal(one.day).isoformat(),
        "direction": one.direction,
        "weight": part.figures.weight,
        "severity": part.figures.severity,
        "half_life_days": part.figures.half_life,
        "probability": one.probability,
        "age_days": part.age,
        "left": part.left,
        "in_force_until": dt.date.fromordinal(ends).isoformat() if ends and ends != NO_END.toordinal() else None,
        "in_force": ends is not None and part.left == 1.0,
        "replaced_on": dt.date.fromordinal(replaced).isoformat() if replaced else None,
        "evidence": part.evidence,
        "share": part.share,
        "effect": part.effect,
    }
