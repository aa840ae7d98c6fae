"""Scoring at scale: one pair with 45 years of daily events, and all pairs of a database of a million events."""

from __future__ import annotations

import random
import time
from collections.abc import Callable

from django.db import connection, transaction

from bench.measure import Result, timed
from relations.codebook.countries import countries
from relations.codebook.event_types import event_types
from relations.codebook.weights import default_weights
from relations.models import CountryPair, PairDay, PairStanding
from relations.scoring.run import score_stale_days, today
from relations.tension import sums
from relations.tension.terms import Occurrence, terms

DAYS = 45 * 365
EVENTS, PAIRS = 1_000_000, 20_000
HOTTEST = 0.03  # of all events
STAGES = ("held", "held", "held", "held", "announced", "postponed")


def rescore_one_pair() -> Result:
    """From a pair's events as rows to its daily series, against 50 ms: terms, sums and series from scratch."""
    chance = random.Random(11)
    slugs = list(event_types())
    events = [
        Occurrence(
            id=day,
            day=730_000 + day,
            type=chance.choice(slugs),
            stage=chance.choice(STAGES),
            direction=chance.choice((1, -1, 0)),
            probability=chance.uniform(0.3, 1.0),
            engagement=chance.randrange(DAYS // 10) if chance.random() < 0.15 else None,
        )
        for day in range(DAYS)
    ]
    weights = default_weights()

    def rescore() -> sums.Series:
        found = terms(events)
        rows = []
        for one in events:
            term = found.get(one.id)
            ends = (term.holds_until, term.replaced_on) if term else (None, None)
            rows.append((one.day, one.type, one.stage, one.direction, one.probability, *ends))
        _, days, values = sums.day_sums(sums.columns(rows), weights)
        within = days < 730_000 + DAYS
        return sums.series(days[within] - 730_000, values[within], DAYS)

    return Result("45 years of daily events rescored / 50 ms", timed(rescore, repeats=9), 0.050, 1.0)


def score_all_pairs_first() -> Result:
    """All pairs of a million events right after an import, with the counts of each month, against three minutes."""
    fill_many()
    began = time.perf_counter()
    score_stale_days()
    return Result(f"{EVENTS:,} events scored after an import / 180 s", time.perf_counter() - began, 180.0, 1.0)


def rescore_all_pairs() -> Result:
    """All pairs of a million events from scratch, as when weights or precision change, by one process, / a minute."""
    if not PairStanding.objects.exists():
        fill_many()
        score_stale_days()
    PairStanding.objects.update(made_with="another formula")
    began = time.perf_counter()
    score_stale_days()
    return Result(f"all pairs of {EVENTS:,} events rescored / 60 s", time.perf_counter() - began, 60.0, 1.0)


def late_event_against_the_pair() -> Result:
    """One event changed in the hottest pair, scored in the request that changed it, against reading the pair's days."""
    from relations.scoring.run import score_pair

    if not PairStanding.objects.exists():
        fill_many()
        score_stale_days()
    pair = CountryPair.objects.raw(
        "SELECT p.* FROM relations_countrypair p JOIN relations_pairstanding s ON s.pair_id = p.id "
        "ORDER BY (SELECT count(*) FROM relations_event e WHERE e.pair_id = p.id) DESC LIMIT 1"
    )[0]
    day = PairDay.objects.filter(pair=pair).order_by("day")[100].day

    def change() -> None:
        with transaction.atomic():
            PairDay.objects.mark_stale([(pair.pk, "own", day)])
            score_pair(pair.pk)

    read = timed(lambda: list(PairDay.objects.filter(pair=pair).values_list("day", "event_count", "sums")))
    return Result("a late event in the hottest pair / reading its days", timed(change), read, 15)


def fill_many(events: int = EVENTS, pairs: int = PAIRS) -> None:
    """Events of many pairs over 45 years, and nothing else: the hottest holds 3 %, the others share the rest by a power
    law, and so do the types."""
    with connection.cursor() as cursor:
        cursor.execute(
            "TRUNCATE relations_event, relations_report, relations_article, relations_feed, relations_pairday, "
            "relations_pairmonth, relations_pairstanding, relations_eventtext CASCADE"
        )
    chance = random.Random(5)
    codes = sorted(code for code, country in countries().items() if country.kind != "past")
    every = [(one, other) for at, one in enumerate(codes) for other in codes[at + 1 :]]
    ids = list(CountryPair.objects.ensure(set(chance.sample(every, pairs))).items())
    chance.shuffle(ids)
    weights = [(rank + 2) ** -0.9 for rank in range(len(ids))]
    rest = sum(weights[1:])
    weights = [HOTTEST, *((1 - HOTTEST) * weight / rest for weight in weights[1:])]
    # In the codebook's order, from words to force: as in news, there are more of the first than of the last.
    slugs = list(event_types())
    shares = [1 / (rank + 2) for rank in range(len(slugs))]
    types = iter(chance.choices(slugs, shares, k=events))
    last = today().toordinal()
    chosen = chance.choices(range(len(ids)), weights, k=events)
    now = "2026-01-01 00:00:00+00"
    columns = (
        "pair_id, dataset, occurred_on, precision, type, direction, stage, status, source_id, target_id, place, "
        "confidence, report_count, source_count, evidence_changed, corrected_fields, created_at, updated_at, "
        "planned_on, planned_words, coded_as, note"
    )
    from datetime import date

    with connection.cursor() as cursor:
        with cursor.copy(f"COPY relations_event ({columns}) FROM STDIN") as copy:
            for at in chosen:
                (first, second), pair = ids[at]
                direction = chance.choice((1, -1, 0))
                sides = (second, first) if direction == -1 else (first, second)
                day = date.fromordinal(last - int(DAYS * chance.random() ** 1.5))
                slug = next(types)
                copy.write_row(
                    (
                        *(pair, "own", day, "day", slug, direction, chance.choice(STAGES), "coded", *sides, ""),
                        *(chance.uniform(0.3, 1.0), 1, 1, False, "{}", now, now, "{}", "", slug, ""),
                    )
                )
        cursor.execute(
            "INSERT INTO relations_pairday (pair_id, dataset, day, stale, event_count, sums) "
            "SELECT DISTINCT pair_id, dataset, occurred_on, true, 0, ''::bytea FROM relations_event "
            "ON CONFLICT (pair_id, dataset, day) DO UPDATE SET stale = true"
        )
        cursor.execute("ANALYZE")


BENCHMARKS: dict[str, Callable[[], Result]] = {
    "rescore": rescore_one_pair,
    "import": score_all_pairs_first,
    "all-pairs": rescore_all_pairs,
    "late-event": late_event_against_the_pair,
}
