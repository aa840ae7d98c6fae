"""The line that makes the coder's figures probabilities, fitted on editors' verdicts."""

from __future__ import annotations

import datetime as dt
import math
from io import StringIO
from typing import Any

import numpy as np
import pytest
import scipy.optimize  # noqa: F401  it takes a while to import, which is no test's time
from django.core.management import CommandError, call_command
from django.utils import timezone
from hypothesis import given, settings
from hypothesis import strategies as st

from relations.merging.run import merge_new_reports
from relations.models import Article, Calibration, Origin, Report
from relations.tagging import run
from relations.tagging.calibration import by_tenths, expected_error, fit
from relations.tagging.coder import code_article
from relations.tagging.confidence import calibrated, shipped_line
from relations.tagging.registry import Coder
from relations.tension.lines import LEAST, MOST, Line
from tests import making
from tests.tagging.judging import FIGURES, OFTEN_WRONG, READER, Judging, readings
from tests.tagging.reading import PUBLISHED, lexicon

TEXT = "Peru closed its border with Chile on Monday."


# The line


@given(st.floats(0.3, 0.95), st.floats(1, 9), st.floats(-4, 1))
def test_a_figure_is_told_from_its_probability_up_to_rounding_and_the_ends(
    raw: float, slope: float, offset: float
) -> None:
    line = Line(slope, offset)
    said = calibrated(raw, line)
    assert LEAST <= said <= MOST
    if LEAST < said < MOST:
        # Half a hundredth of probability, as far as the line stretches it there.
        assert abs(line.raw(said) - raw) <= 0.0051 / (slope * said * (1 - said)) * 1.2


def test_without_another_line_the_shipped_one_speaks() -> None:
    assert calibrated(0.7) == calibrated(0.7, shipped_line()) != calibrated(0.7, Line(2.0, 0.0))


def test_the_coder_reads_by_the_line_that_it_is_given() -> None:
    (usual,) = code_article(TEXT, "", PUBLISHED, lexicon())
    (other,) = code_article(TEXT, "", PUBLISHED, lexicon(), line=Line(1.0, -2.0))
    assert other.confidence < usual.confidence and other.because == usual.because
    (bound,) = READER.along(Line(1.0, -2.0)).code([(TEXT, "", PUBLISHED)], lexicon())[0]
    assert bound == other and READER.code([(TEXT, "", PUBLISHED)], lexicon())[0] == [usual]


def test_a_coder_without_a_line_stays_as_it_is() -> None:
    plain = Coder("other/1", lambda articles, lexicon, trace=None: [])
    assert plain.along(Line(1.0, 0.0)) is plain and READER.along(None) is READER


# The fit


def test_what_states_itself_well_is_left_as_it_is() -> None:
    line = Line(5.9, -2.2)
    raw, right = readings(4000, line)
    found = fit(raw, right, np.ones(4000), line)
    assert found.line.slope == pytest.approx(line.slope, abs=0.6)
    assert found.line.offset == pytest.approx(line.offset, abs=0.4)
    assert found.error_before < 0.03 and found.error_after < 0.03


@pytest.mark.parametrize("truth", [Line(5.9, -4.0), Line(3.0, -1.0), Line(9.0, -4.5)])
def test_what_states_too_much_or_too_little_is_mended_to_the_true_line(truth: Line) -> None:
    raw, right = readings(5000, truth)
    found = fit(raw, right, np.ones(5000), Line(5.9, -2.2))
    assert found.error_after < found.error_before and found.error_after < 0.03
    for figure in (0.4, 0.6, 0.8):
        assert calibrated(figure, found.line) == pytest.approx(calibrated(figure, truth), abs=0.04)


def test_the_fewer_the_verdicts_the_closer_the_line_stays_to_the_one_in_force() -> None:
    line = Line(5.9, -2.2)
    wrong = {n: fit(np.full(n, 0.7), np.zeros(n), np.ones(n), line).line for n in (5, 50, 5000)}
    said = [calibrated(0.7, wrong[n]) for n in (5, 50, 5000)]
    assert calibrated(0.7) > said[0] > said[1] > said[2] and said[0] > 0.4
    assert all(math.isfinite(part) for one in wrong.values() for part in one)


def test_ten_verdicts_meet_the_prior_half_way() -> None:
    line = Line(5.9, -2.2)
    fitted = fit(np.full(10, 0.7), np.zeros(10), np.ones(10), line).line
    chance = 1 / (1 + math.exp(-line.log_odds(0.7)))
    assert 1 / (1 + math.exp(-fitted.log_odds(0.7))) == pytest.approx(chance / 2, abs=1e-3)


def test_a_verdict_in_passing_pulls_a_quarter_as_much() -> None:
    raw, right = np.full(40, 0.7), np.zeros(40)
    ten, quarters = (fit(raw[:n], right[:n], np.full(n, w), shipped_line()).line for n, w in ((10, 1.0), (40, 0.25)))
    assert quarters == pytest.approx(ten, abs=1e-3)


@settings(max_examples=40, deadline=None)
@given(st.lists(st.tuples(st.floats(0.3, 0.95), st.booleans(), st.sampled_from([1.0, 0.25])), min_size=5, max_size=80))
def test_errors_are_shares_and_tenths_hold_all_verdicts(judged: list[tuple[float, bool, float]]) -> None:
    raw, right, weights = (np.array(column, dtype=float) for column in zip(*judged, strict=True))
    found = fit(raw, right, weights, shipped_line())
    assert 0 <= found.error_before <= 1 and 0 <= found.error_after <= 1
    assert sum(one.judged for one in found.before) == pytest.approx(weights.sum())
    assert all(0 <= one.right <= 1 and one.low <= one.said <= one.low + 0.1 + 1e-9 for one in found.before)


def test_the_error_is_how_far_tenths_lie_from_what_was_right() -> None:
    said, right = np.array([0.62, 0.68, 0.9, 0.9]), np.array([1.0, 0.0, 1.0, 1.0])
    assert expected_error(said, right) == pytest.approx(0.5 * 0.15 + 0.5 * 0.1)
    assert [one.right for one in by_tenths(said, right, np.array([1.0, 0.25, 1.0, 1.0]))] == [0.8, 1.0]


# From verdicts to the line


@pytest.fixture
def judged(db: None) -> Any:
    """judged(number, truth) stores readings of the coder that an editor judged as if that line were true."""
    return Judging().judge


def recalibrate(*arguments: str) -> str:
    out = StringIO()
    call_command("recalibrate", *arguments, stdout=out)
    return out.getvalue()


def test_it_keeps_the_line_and_prints_before_and_after(judged: Any) -> None:
    judged(400, OFTEN_WRONG)
    said = recalibrate()
    kept = Calibration.objects.get()
    assert kept.coder == READER.version and kept.judged == 400
    assert kept.line_before == [*shipped_line()] and kept.error_after < kept.error_before
    assert calibrated(0.7, Line(kept.slope, kept.offset)) == pytest.approx(calibrated(0.7, OFTEN_WRONG), abs=0.09)
    assert "400 judged readings of grammar/" in said and "Before, by log odds = 5.900 x figure -2.200:" in said
    assert said.count("expected calibration error") == 2 and "400 stored figures are stated by it" in said


def test_a_dry_run_keeps_nothing(judged: Any) -> None:
    judged(400, OFTEN_WRONG)
    assert "Nothing is kept" in recalibrate("--dry-run") and not Calibration.objects.exists()


def test_too_few_verdicts_are_refused_with_how_many_there_are(judged: Any) -> None:
    judged(99, OFTEN_WRONG)
    with pytest.raises(CommandError, match="worth 99, and a line takes 100"):
        recalibrate()
    judged(3, OFTEN_WRONG, origin=Origin.PASSING)
    with pytest.raises(CommandError, match=r"worth 99.75"):
        recalibrate()
    judged(1, OFTEN_WRONG, origin=Origin.PASSING)
    assert "103 judged readings" in recalibrate()


def test_none_at_all_is_refused_too(db: None) -> None:
    with pytest.raises(CommandError, match="worth 0, and"):
        recalibrate()


def test_a_line_that_would_err_no_less_is_refused_and_the_reader_sees_why(judged: Any) -> None:
    judged(1000, shipped_line())
    out = StringIO()
    with pytest.raises(CommandError, match="err no less"):
        call_command("recalibrate", stdout=out)
    assert out.getvalue().count("expected calibration error") == 2 and not Calibration.objects.exists()


def test_figures_that_say_nothing_are_no_ground_for_a_line(judged: Any) -> None:
    judged(400, Line(-6.0, 4.0))
    with pytest.raises(CommandError, match="were not right more often"):
        recalibrate()
    assert not Calibration.objects.exists()


def test_the_next_stories_are_read_by_the_line_and_stored_ones_restated(judged: Any) -> None:
    for code in ("PER", "CHL"):
        making.country(code)
    old = making.article(TEXT, published_at=PUBLISHED)
    run.tag_new_articles()
    before = Report.objects.get(article=old).confidence
    judged(400, OFTEN_WRONG)
    recalibrate()
    new = making.article(TEXT, published_at=PUBLISHED)
    run.tag_new_articles()
    after = Report.objects.get(article=new).confidence
    kept = Calibration.objects.get()
    assert after == pytest.approx(calibrated(shipped_line().raw(before), Line(kept.slope, kept.offset)), abs=0.03)
    assert after < before
    assert Report.objects.get(article=old).confidence == pytest.approx(after, abs=0.03)
    [(preview,)] = run.read_texts([(TEXT, "", PUBLISHED)])
    assert preview.confidence == after
    Article.objects.filter(pk=old.pk).read_again()
    run.tag_new_articles()
    assert Report.objects.get(article=old).confidence == after
    merge_new_reports()


def test_each_figure_is_told_by_the_line_that_it_was_read_with(judged: Any) -> None:
    judged(300, OFTEN_WRONG)
    common = {"judged": 100, "error_before": 0.1, "error_after": 0.05, "line_before": [*shipped_line()]}
    other = Line(3.0, -2.5)
    Calibration.objects.create(coder=READER.version, slope=other.slope, offset=other.offset, **common)
    judged(300, OFTEN_WRONG, line=other)
    found = run_dry()
    assert found.readings == 600 and found.before == other
    for figure in FIGURES:
        assert calibrated(figure, found.fit.line) == pytest.approx(calibrated(figure, OFTEN_WRONG), abs=0.03)


def run_dry() -> Any:
    from relations.pipeline import recalibrate as fit_anew

    return fit_anew(save=False)


def test_what_waits_to_be_read_again_or_another_version_read_is_left_out_and_told(judged: Any) -> None:
    judged(200, OFTEN_WRONG)
    judged(20, OFTEN_WRONG, tagged_at=None)
    judged(10, OFTEN_WRONG, coder="grammar/1")
    judged(5, OFTEN_WRONG, coder=f"{READER.version} failed")
    found = run_dry()
    assert (found.readings, found.left) == (200, 35)
    assert "35 more are left out" in recalibrate("--dry-run")


def test_a_line_of_another_version_is_not_used(db: None) -> None:
    for code in ("PER", "CHL"):
        making.country(code)
    common = {"judged": 100, "error_before": 0.1, "error_after": 0.05, "line_before": [5.9, -2.2]}
    Calibration.objects.create(coder="grammar/1", slope=1.0, offset=-3.0, **common)
    making.article(TEXT, published_at=PUBLISHED)
    run.tag_new_articles()
    (usual,) = code_article(TEXT, "", PUBLISHED, lexicon())
    assert Report.objects.get().confidence == usual.confidence
    assert dt.timedelta(0) <= timezone.now() - Calibration.objects.get().made_at
