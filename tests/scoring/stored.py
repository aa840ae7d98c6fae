"""What the database says of scores, beside what follows from its events alone."""

from __future__ import annotations

import datetime as dt
from collections import Counter

import numpy as np

from relations.codebook.weights import default_weights
from relations.models import CountryPair, Event, PairDay, PairMonth, PairStanding, current_formula
from relations.queries.scores import score_series
from relations.scoring.run import score_stale_days
from relations.tension.shares import Explanation, explain
from relations.tension.terms import Occurrence, Term, terms
from tests import making

NAMES = ("score", "low", "high", "known", "forward", "backward", "conflict", "cooperation")
Place = tuple[int, str]


def ago(days: int) -> dt.date:
    return making.today() - dt.timedelta(days=days)


def reject(event: Event, status: str = "rejected") -> None:
    """As whoever changes events must, with its day marked stale."""
    Event.objects.filter(pk=event.pk).update(status=status)
    PairDay.objects.mark_stale([(event.pair_id, event.dataset, event.occurred_on)])


def places() -> list[Place]:
    datasets = ("own", "gdelt")
    return [(pk, dataset) for pk in CountryPair.objects.values_list("pk", flat=True) for dataset in datasets]


def series(pair_id: int, dataset: str = "own") -> dict[dt.date, tuple[float, ...]]:
    """All numbers of each day from the first event until today."""
    found = score_series(pair_id, making.today(), dataset)
    if found is None:
        return {}
    columns = [getattr(found.series, name).tolist() for name in NAMES]
    return {found.first + dt.timedelta(days=at): values for at, values in enumerate(zip(*columns, strict=True))}


def all_series() -> dict[Place, dict[dt.date, tuple[float, ...]]]:
    return {place: found for place in places() if (found := series(*place))}


def facts(pair_id: int, dataset: str = "own") -> tuple[list[Occurrence], dict[int, Term]]:
    """The standing events of a pair, with their terms worked out afresh."""
    learnt = current_formula().learnt
    events = Event.objects.standing().filter(pair_id=pair_id, dataset=dataset)
    occurrences = [event.occurrence(learnt.get(event.type, 0.0)) for event in events]
    return occurrences, terms(occurrences)


def from_scratch(pair_id: int, day: dt.date, dataset: str = "own") -> Explanation:
    return explain(*facts(pair_id, dataset), day.toordinal(), default_weights())


def days_from_scratch(pair_id: int, dataset: str = "own") -> dict[dt.date, Explanation]:
    """From the first event until today."""
    occurrences, found = facts(pair_id, dataset)
    first, last = min((one.day for one in occurrences), default=0), making.today().toordinal()
    days = range(first, last + 1) if occurrences else ()
    return {dt.date.fromordinal(day): explain(occurrences, found, day, default_weights()) for day in days}


def assert_same(one: dict[dt.date, tuple[float, ...]], other: dict[dt.date, tuple[float, ...]]) -> None:
    """Day for day to 1e-9; the band to 1e-6, as its squares lose digits."""
    assert list(one) == list(other)
    if not one:
        return
    values, others = np.array(list(one.values())), np.array(list(other.values()))
    band = [name in ("low", "high") for name in NAMES]
    np.testing.assert_allclose(values[:, band], others[:, band], atol=1e-6, rtol=0)
    rest = np.invert(band)
    np.testing.assert_allclose(values[:, rest], others[:, rest], atol=1e-9, rtol=0)


def assert_true_to_the_events() -> None:
    """What the database holds after scoring is what its events, taken alone, come to."""
    for place in places():
        stored, fresh = series(*place), days_from_scratch(*place)
        assert list(stored) == list(fresh), place
        scores = np.array([values[:4] for values in stored.values()]).reshape(-1, 4)
        expected = np.array([(day.score, day.low, day.high, day.known) for day in fresh.values()]).reshape(-1, 4)
        np.testing.assert_allclose(scores[:, [0, 3]], expected[:, [0, 3]], atol=1e-9, rtol=0, err_msg=str(place))
        np.testing.assert_allclose(scores[:, [1, 2]], expected[:, [1, 2]], atol=1e-6, rtol=0, err_msg=str(place))
        _, found = facts(*place)
        events = Event.objects.standing().filter(pair_id=place[0], dataset=place[1])
        assert {event.pk: event.term for event in events if event.term != Term()} == found
        per_day = Counter(events.values_list("occurred_on", flat=True))
        kept = PairDay.objects.filter(pair_id=place[0], dataset=place[1])
        assert dict(kept.values_list("day", "event_count")) == per_day and not kept.filter(stale=True).exists()
        standing = PairStanding.objects.filter(pair_id=place[0], dataset=place[1]).first()
        if fresh:
            assert standing is not None and standing.as_of == making.today()
            assert abs(standing.score - fresh[making.today()].score) < 1e-9
            assert standing.made_with == current_formula().label
        else:
            assert standing is None
    columns = ("pair", "dataset", "type", "status", "direction", "stage")
    told = Event.objects.exclude(status="merged").values_list("occurred_on", *columns)
    kept_months = PairMonth.objects.values_list("month", *columns, "events")
    assert {tuple(row[:-1]): row[-1] for row in kept_months} == Counter((d.replace(day=1), *row) for d, *row in told)


def score_afresh() -> None:
    """Forget all that scoring has written and score every event."""
    PairDay.objects.all().delete()
    PairStanding.objects.all().delete()
    Event.objects.update(in_force_until=None, replaced_on=None)
    PairDay.objects.mark_stale(Event.objects.values_list("pair_id", "dataset", "occurred_on"))
    score_stale_days()
