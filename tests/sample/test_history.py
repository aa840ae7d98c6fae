"""Well-known episodes: the score agrees with what a historian would say, whatever the weights and half-lives."""

from __future__ import annotations

import datetime as dt
import re
from io import StringIO
from pathlib import Path

import pytest
from django.core.management import call_command

from relations.codebook.countries import countries
from relations.codebook.event_types import event_types
from relations.codebook.weights import default_weights, weight_sets
from relations.errors import RelationsError
from relations.sample import history
from relations.tension.formula import BASELINE
from relations.tension.terms import STAGES

STRETCHES = (0.5, 1.0, 2.0)


def score(pair: str, day: str) -> float:
    return history.on_day(pair, dt.date.fromisoformat(day), default_weights()).score


def held(weights: str, stretch: float) -> int:
    """How many claims hold."""
    scores = [
        [history.on_day(*place, weight_sets()[weights], stretch).score for place in (claim.higher, claim.lower)]
        for claim in history.claims()
    ]
    return sum(higher > lower for higher, lower in scores)


def test_at_least_thirty_episodes_of_1990_to_2025_are_told() -> None:
    assert len({event.episode for event in history.events()}) >= 30
    assert len({event.pair for event in history.events()}) >= 20
    years = {event.on.year for event in history.events()}
    assert (min(years), max(years)) == (1990, 2025)


def test_every_event_is_of_a_known_type_stage_and_pair() -> None:
    for event in history.events():
        assert event.type in event_types() and event.stage in STAGES, event
        assert event.pair == "-".join(sorted((event.who.lower(), event.whom.lower()))), event
        assert event.who != event.whom, event
        for code in (event.who, event.whom):
            assert countries()[code].existed_on(event.on), event


def test_every_event_is_told_in_a_sentence_with_a_source_and_once() -> None:
    events = history.events()
    assert all(event.what.endswith(".") and event.source for event in events)
    assert len({(event.pair, event.on, event.type, event.who) for event in events}) == len(events)


def test_what_both_do_is_what_the_codebook_calls_mutual() -> None:
    for event in history.events():
        assert event.both or not event_types()[event.type].symmetric or event.type in ("clash", "meeting"), event


def test_the_score_is_told_who_did_it_to_whom_or_that_both_did() -> None:
    sides = {one.type: one.direction for one in history.occurrences("gbr-rus")}
    assert (sides["visit_made"], sides["meeting"]) == (1, 0)
    expelled = [one.direction for one in history.occurrences("gbr-rus") if one.type == "diplomat_expelled"]
    assert expelled == [1, -1]


def test_every_claim_is_of_days_on_which_something_is_known_of_the_pair() -> None:
    first = {event.pair: event.on for event in reversed(history.events())}
    assert len(history.claims()) >= 50
    for claim in history.claims():
        for pair, day in (claim.higher, claim.lower):
            assert first[pair] <= day <= dt.date(2025, 12, 31), claim
        assert claim.higher != claim.lower and claim.why.endswith("."), claim


def test_no_claim_stands_twice_or_against_another() -> None:
    orders = [(claim.higher, claim.lower) for claim in history.claims()]
    assert len(set(orders)) == len(orders)
    assert not {(lower, higher) for higher, lower in orders} & set(orders)


@pytest.mark.parametrize("weights", sorted(weight_sets()))
@pytest.mark.parametrize("stretch", STRETCHES)
def test_the_score_agrees_with_nearly_all_claims_whatever_the_weights_and_half_lives(
    weights: str, stretch: float
) -> None:
    assert held(weights, stretch) >= 0.95 * len(history.claims())


@pytest.mark.parametrize(
    ("pair", "tenser", "calmer"),
    [
        pytest.param("ind-pak", "1999-06-20", "1999-02-25", id="Kargil above Lahore"),
        pytest.param("qat-sau", "2017-06-20", "2021-02-01", id="blockade of Qatar above Al-Ula"),
        pytest.param("gbr-rus", "2018-03-20", "2017-12-28", id="Salisbury above a minister's visit"),
        pytest.param("gbr-rus", "2018-03-20", "2017-12-01", id="Salisbury above what was before"),
        pytest.param("ind-pak", "2019-03-01", "2018-06-01", id="Balakot above the year before"),
        pytest.param("rus-ukr", "2022-03-10", "2021-06-01", id="invasion of Ukraine above the summer before"),
        pytest.param("irn-sau", "2016-01-20", "2023-04-15", id="break above the accord of Beijing"),
    ],
)
def test_crises_lie_above_calm(pair: str, tenser: str, calmer: str) -> None:
    assert score(pair, tenser) > score(pair, calmer)


@pytest.mark.parametrize(("pair", "day"), [("ind-pak", "1999-06-20"), ("rus-ukr", "2022-03-10")])
def test_of_a_war_it_is_beyond_doubt_that_it_is_no_calm(pair: str, day: str) -> None:
    found = history.on_day(pair, dt.date.fromisoformat(day), default_weights())
    assert found.high > found.score > 60 and found.low > BASELINE


@pytest.mark.parametrize("weights", sorted(weight_sets()))
def test_the_command_prints_each_claim_and_how_many_hold(weights: str) -> None:
    out = StringIO()
    call_command("check_history", weights=weights, stretch=2.0, stdout=out)
    *lines, last = out.getvalue().splitlines()
    told = re.fullmatch(rf"(\d+) of (\d+) claims hold with {weights}/\d+, half-lives x 2\.", last)
    assert told and (int(told[1]), int(told[2])) == (held(weights, 2.0), len(history.claims()))
    assert len(lines) == len(history.claims())
    assert sum(line.startswith("NO ") for line in lines) == len(lines) - int(told[1])
    assert all(claim.why in line for claim, line in zip(history.claims(), lines, strict=True))


def test_the_command_takes_the_default_set_and_half_lives_as_they_are() -> None:
    out = StringIO()
    call_command("check_history", stdout=out)
    assert f"{held('goldstein', 1.0)} of {len(history.claims())} claims hold with goldstein/" in out.getvalue()


def test_an_unknown_type_or_a_side_that_is_not_of_the_pair_is_refused_with_its_file(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    event = '{ on = 2001-01-01, who = "IND", whom = "PAK", type = "clash", what = "Shots." }'
    monkeypatch.setattr(history, "FOLDER", tmp_path)
    for old, new, says in (("clash", "klash", "no type 'klash'"), ("PAK", "CHN", "are not its pair")):
        text = f'[[episode]]\nid = "a"\npair = "ind-pak"\nsource = "a test"\nevent = [{event.replace(old, new)}]\n'
        (tmp_path / "mine.toml").write_text(text, "utf-8")
        with pytest.raises(RelationsError, match=rf"mine\.toml, a: .*{says}"):
            history.events.__wrapped__()
