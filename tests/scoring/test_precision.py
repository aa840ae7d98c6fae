"""What editors' verdicts teach of the coder, and what it does to the probability of events."""

from __future__ import annotations

import math

import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from scipy.stats import beta

from relations.models import Feed
from relations.tension.formula import event_probability
from relations.tension.precision import (
    IN_PASSING,
    PRIOR_VERDICTS,
    USUAL_RELIABILITY,
    Beta,
    Tally,
    Verdicts,
    reliability,
)

chances = st.floats(0.01, 0.99)


@st.composite
def verdicts(draw: st.DrawFn) -> Verdicts:
    judged = draw(st.integers(1, 500))
    return Verdicts(judged, draw(st.integers(0, judged)), judged * draw(chances))


@st.composite
def weighed(draw: st.DrawFn) -> Verdicts:
    """Verdicts of which some were given in passing."""
    tally = Tally()
    for _ in range(draw(st.integers(1, 40))):
        tally.add(draw(st.sampled_from([1.0, IN_PASSING])), draw(st.booleans()), draw(chances))
    return tally.verdicts


def moved(confidence: float, learnt: float) -> float:
    return event_probability(confirmed=False, confidence=confidence, learnt=learnt)


def test_the_prior_is_the_confidence_that_was_stated() -> None:
    assert Verdicts(4, 4, 3.2).stated == pytest.approx(0.8)
    # Beta(10 * .8 + 4, 10 * .2 + 0): mean 12 / 14
    assert Verdicts(4, 4, 3.2).learnt == pytest.approx(12 / 14)
    assert Verdicts(4, 0, 3.2).learnt == pytest.approx(8 / 14)


def test_no_verdict_changes_nothing() -> None:
    assert Verdicts(0, 0, 0.0).log_odds == 0
    assert moved(0.7, Verdicts(0, 0, 0.0).log_odds) == 0.7


@given(st.integers(1, 1000))
def test_a_coder_who_is_right_as_often_as_it_said_is_believed_as_before(times: int) -> None:
    assert Verdicts(4 * times, 3 * times, 3.0 * times).log_odds == pytest.approx(0, abs=1e-12)


@given(verdicts())
def test_what_is_learnt_lies_between_what_was_stated_and_what_was_found(found: Verdicts) -> None:
    least, most = sorted((found.stated, found.right / found.judged))
    assert least - 1e-12 <= found.learnt <= most + 1e-12
    assert (found.log_odds > 1e-9) <= (found.right > found.expected)
    assert (found.log_odds < -1e-9) <= (found.right < found.expected)


def test_the_more_verdicts_the_more_they_outweigh_the_prior() -> None:
    learnt = [Verdicts(n, n // 4, 0.8 * n).learnt for n in (4, 40, 400, 4000)]
    assert learnt == sorted(learnt, reverse=True)
    assert learnt[0] > 0.6 and learnt[-1] == pytest.approx(0.25, abs=0.01)
    # As many verdicts as the prior is worth meet it half way.
    n = int(PRIOR_VERDICTS)
    assert Verdicts(n, 0, 0.8 * n).learnt == pytest.approx(0.4)


@given(verdicts(), chances)
def test_a_probability_stays_one_and_events_of_the_type_move_alike(found: Verdicts, confidence: float) -> None:
    probability = moved(confidence, found.log_odds)
    assert 0 < probability < 1
    odds, before = probability / (1 - probability), confidence / (1 - confidence)
    assert math.log(odds / before) == pytest.approx(found.log_odds, abs=1e-6)


@given(verdicts())
def test_an_event_of_the_mean_confidence_gets_the_learnt_precision(found: Verdicts) -> None:
    assert moved(found.stated, found.log_odds) == pytest.approx(found.learnt, abs=1e-9)


@given(chances, chances, st.floats(-6, 6))
def test_a_surer_event_stays_the_surer(one: float, other: float, learnt: float) -> None:
    less, more = sorted((one, other))
    assert moved(less, learnt) <= moved(more, learnt)


@given(chances, st.floats(-6, 6), st.floats(-6, 6))
def test_better_verdicts_never_make_an_event_less_likely(confidence: float, one: float, other: float) -> None:
    less, more = sorted((one, other))
    assert moved(confidence, less) <= moved(confidence, more)


@given(st.integers(1, 60), chances, st.data())
def test_one_more_upheld_verdict_raises_what_is_learnt(judged: int, stated: float, data: st.DataObject) -> None:
    right = data.draw(st.integers(0, judged - 1))
    fewer, more = (Verdicts(judged, count, judged * stated) for count in (right, right + 1))
    assert fewer.learnt < more.learnt and fewer.log_odds < more.log_odds


@pytest.mark.parametrize("stated", [0.0, 1.0])
def test_of_events_that_were_held_certain_nothing_can_be_learnt(stated: float) -> None:
    assert Verdicts(10, 5, 10 * stated).log_odds == 0


@given(st.floats(-6, 6))
def test_what_an_editor_confirmed_stays_certain_whatever_was_learnt(learnt: float) -> None:
    assert event_probability(confirmed=True, confidence=0.2, learnt=learnt) == 1


@pytest.mark.parametrize(
    ("judged", "right", "expected"),
    [(3, 4, 2.0), (3, -1, 2.0), (3, 2, 3.5), (3, 2, -0.1), (-1, 0, 0.0), (0, 0, 0.5), (3, 2, math.nan)],
)
def test_counts_that_cannot_be_are_refused(judged: int, right: int, expected: float) -> None:
    with pytest.raises(ValueError, match="can't be"):
        Verdicts(judged, right, expected)


@given(weighed())
def test_weighed_verdicts_can_be_and_say_what_whole_ones_of_that_worth_would(found: Verdicts) -> None:
    assert found.right <= found.judged and 4 * found.judged == int(4 * found.judged)
    least, most = sorted((found.stated, found.right / found.judged))
    assert least - 1e-9 <= found.learnt <= most + 1e-9


# The interval


@given(verdicts())
@example(Verdicts(21, 21, 20.79))
def test_the_interval_holds_nine_tenths_of_what_is_believed_and_its_mean_lies_in_it(found: Verdicts) -> None:
    low, high = found.belief.interval()
    assert 0 <= low < found.learnt < high <= 1
    # Near 1 the chances under one float and under the next differ by some ten-thousandths; between these it must lie.
    for end, chance in ((low, 0.05), (high, 0.95)):
        under, over = (found.belief.chance_under(math.nextafter(end, towards)) for towards in (0.0, 1.0))
        assert under - 1e-9 <= chance <= over + 1e-9


@given(verdicts())
def test_it_is_the_interval_of_scipys_beta(found: Verdicts) -> None:
    belief = found.belief
    assert belief.interval() == pytest.approx(beta.interval(0.9, belief.for_it, belief.against_it), abs=1e-9)
    assert belief.chance_under(0.6) == pytest.approx(beta.cdf(0.6, belief.for_it, belief.against_it), abs=1e-9)


def test_more_verdicts_of_one_kind_narrow_it() -> None:
    wide = [high - low for low, high in (Verdicts(n, n / 2, n / 2).belief.interval() for n in (4, 40, 400))]
    assert wide == sorted(wide, reverse=True) and wide[-1] < 0.1


def test_alone_they_speak_without_the_coders_word() -> None:
    alone = Verdicts(8, 6, 7.9).belief_by_them_alone
    assert alone == Beta(6.5, 2.5) and alone.mean == pytest.approx(6.5 / 9)
    assert Verdicts(0, 0, 0).belief_by_them_alone.mean == 0.5


@pytest.mark.parametrize(("certain", "mean"), [(Beta(3, 0), 1.0), (Beta(0, 3), 0.0)])
def test_what_is_certain_has_no_width(certain: Beta, mean: float) -> None:
    assert certain.interval() == (mean, mean) and certain.chance_under(0.6) == (mean < 0.6)


@pytest.mark.parametrize("parts", [(0, 0), (-1, 2), (1, math.nan)])
def test_what_is_no_distribution_is_refused(parts: tuple[float, float]) -> None:
    with pytest.raises(ValueError, match="no distribution"):
        Beta(*parts)


def test_the_chance_to_lie_under_a_line_grows_with_the_line_and_beyond_the_ends_is_certain() -> None:
    belief = Verdicts(20, 10, 14).belief
    rising = [belief.chance_under(line) for line in (-1, 0, 0.3, 0.5, 0.7, 1, 2)]
    assert rising == sorted(rising) and rising[0] == rising[1] == 0 and rising[-2] == rising[-1] == 1


# A source's reliability


def test_a_source_that_tells_the_truth_as_often_as_usual_stays_as_it_begins() -> None:
    assert Feed._meta.get_field("reliability").default == USUAL_RELIABILITY
    # 100 readings, each right at .8 if all it tells happened; .8 x .9 of them were.
    found = reliability(Verdicts(100, 72, 80))
    assert found and found.mean == pytest.approx(0.9) and found.low < 0.9 < found.high


@given(st.integers(1, 400), st.floats(0.3, 0.95), st.data())
def test_its_reliability_is_a_chance_between_the_usual_one_and_what_was_found(
    judged: int, stated: float, data: st.DataObject
) -> None:
    right = data.draw(st.integers(0, judged))
    found = reliability(Verdicts(judged, right, judged * stated))
    assert found and 0 <= found.low <= found.mean <= found.high <= 1
    least, most = sorted((USUAL_RELIABILITY, min(1.0, right / (judged * stated))))
    assert least - 1e-9 <= found.mean <= most + 1e-9


def test_of_a_source_that_was_never_judged_alone_nothing_is_known() -> None:
    assert reliability(Verdicts(0, 0, 0)) is None
