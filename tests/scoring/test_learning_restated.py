"""Recalibration and learning mend one error once: what verdicts teach is reckoned by the line in force."""

from __future__ import annotations

from io import StringIO
from typing import Any

import numpy as np
import pytest
import scipy.optimize  # noqa: F401  it takes a while to import, which is no test's time
from django.core.management import call_command
from hypothesis import given
from hypothesis import strategies as st

from relations.merging.run import merge_new_reports
from relations.models import Article, Calibration, Event, LearntPrecision, Report, Verdict, current_formula
from relations.models.judged import judged_alike, judged_alone
from relations.queries.precision import precision
from relations.scoring.run import learn_precision
from relations.tagging.confidence import calibrated, shipped_line
from relations.tagging.run_calibration import restate_figures
from relations.tension.formula import event_probability, independent_confidence
from relations.tension.lines import LEAST, MOST, Line, restated, restated_event
from tests.tagging.judging import FIGURES, OFTEN_WRONG, READER, Judging, readings

NUMBER = 600
chances = st.floats(LEAST, MOST)
lines = st.builds(Line, st.floats(2, 9), st.floats(-6, 1))


# Figures


@given(st.sampled_from([*FIGURES]), lines, lines)
def test_a_figure_restated_is_what_the_other_line_states_of_it(figure: float, then: Line, now: Line) -> None:
    stated = then.stated(figure)
    if LEAST < stated < MOST:
        # Half a hundredth, as far as the two lines stretch it.
        reach = 0.0051 * now.slope / (then.slope * stated * (1 - stated)) * 0.25 * 1.2
        assert restated(stated, then, now) == pytest.approx(now.stated(figure), abs=reach + 0.011)


@given(chances, lines)
def test_by_its_own_line_a_figure_stays(confidence: float, line: Line) -> None:
    assert restated(confidence, line, line) == confidence
    assert restated_event(confidence, line, line, sources=2, reliability=0.9) == confidence


@given(st.integers(5, 95), lines, lines, st.sampled_from([0.5, 0.9, 1.0]), st.integers(1, 4))
def test_an_event_is_restated_by_its_readings(
    hundredths: int, then: Line, now: Line, reliability: float, sources: int
) -> None:
    confidence = hundredths / 100
    event = independent_confidence([confidence * reliability] * sources)
    expected = independent_confidence([restated(confidence, then, now) * reliability] * sources)
    found = restated_event(event, then, now, sources=sources, reliability=reliability)
    assert found == pytest.approx(expected, abs=0.011 * sources)


def test_of_a_source_that_is_never_believed_nothing_is_restated() -> None:
    assert restated_event(0.5, shipped_line(), OFTEN_WRONG, sources=1, reliability=0.0) == 0.5
    assert restated_event(0.5, shipped_line(), OFTEN_WRONG, sources=0, reliability=0.9) == 0.5


# Verdicts and events


def odds() -> float:
    """By how much the odds of a clash move."""
    return current_formula().learnt.get("clash", 0.0)


def mean_probability() -> float:
    figures = Event.objects.values_list("confidence", flat=True)
    return float(np.mean([event_probability(confirmed=False, confidence=one, learnt=odds()) for one in figures]))


def recalibrate() -> str:
    out = StringIO()
    call_command("recalibrate", stdout=out)
    return out.getvalue()


@pytest.mark.django_db
def test_what_a_line_explains_is_not_learnt_once_more() -> None:
    Judging(reliability=1.0).judge(NUMBER, OFTEN_WRONG)
    learn_precision()
    truth = float(np.mean(readings(NUMBER, OFTEN_WRONG)[1]))
    assert odds() < -1
    assert f"{NUMBER} stored figures are stated by it" in recalibrate()
    assert abs(odds()) < 0.1  # at once, not only in the night
    merge_new_reports()
    assert mean_probability() == pytest.approx(truth, abs=0.02)
    assert learn_precision() is None


@pytest.mark.django_db
@pytest.mark.parametrize("reliability", [0.6, 0.9])
def test_what_a_source_takes_off_is_learnt_as_before(reliability: float) -> None:
    Judging(reliability).judge(NUMBER, OFTEN_WRONG)
    recalibrate()
    merge_new_reports()
    truth = float(np.mean(readings(NUMBER, OFTEN_WRONG)[1]))
    # Learning moves the event of the mean figure to what was found; the mean of all lies near it.
    assert odds() > 0 and mean_probability() == pytest.approx(truth, abs=0.03)


@pytest.mark.django_db
def test_without_a_line_the_figures_that_were_stated_count() -> None:
    Judging().judge(50, OFTEN_WRONG)
    stated = sum(Verdict.objects.values_list("reading__confidence", flat=True))
    learn_precision()
    ((judged, _, expected),) = LearntPrecision.objects.get().verdicts.values()
    assert judged == 50 and expected == pytest.approx(stated)
    ours = judged_alike()
    Calibration.objects.create(
        coder="other/1", slope=1.0, offset=0.0, judged=9, error_before=0.2, error_after=0.1, line_before=[2.0, 0.0]
    )
    assert judged_alike() == ours  # of another version


@pytest.mark.django_db
def test_the_page_and_the_source_are_reckoned_by_the_line_in_force_too() -> None:
    judging = Judging(reliability=1.0)
    judging.judge(NUMBER, OFTEN_WRONG)
    truth = float(np.mean(readings(NUMBER, OFTEN_WRONG)[1]))
    learn_precision()
    recalibrate()
    page = precision()
    (row,) = [row for table in page.tables if table.key == "types" for row in table.rows]
    assert float(row.stated.removesuffix(" %")) == pytest.approx(100 * truth, abs=2)
    alone = judged_alone()
    stated = sum(one.number * one.confidence for one in alone) / NUMBER
    assert stated == pytest.approx(truth, abs=0.02)
    (source,) = [row for table in page.tables if table.key == "sources" for row in table.rows]
    assert source.trust and source.trust.value == ""  # all that it told happened as far as the coder read it


@pytest.mark.django_db
def test_a_later_verdict_that_repeats_a_figure_is_restated_like_the_first() -> None:
    judging = Judging(reliability=1.0)
    judging.judge(100, OFTEN_WRONG)
    recalibrate()
    before = sum(one.stated for one in judged_alike())
    for verdict in Verdict.objects.all():
        verdict.pk = None
        verdict.save()
    assert sum(one.number for one in judged_alike()) == 100
    assert sum(one.stated for one in judged_alike()) == pytest.approx(before)


@pytest.mark.django_db
def test_verdicts_given_after_a_line_count_as_stated_and_those_before_two_lines_by_the_newest() -> None:
    judging = Judging(reliability=1.0)
    judging.judge(200, OFTEN_WRONG)
    recalibrate()
    first = Calibration.objects.get().line
    judging.judge(200, OFTEN_WRONG, line=first)
    sums = sum(one.stated for one in judged_alike())
    raw, _ = readings(200, OFTEN_WRONG)
    assert sums == pytest.approx(2 * sum(first.stated(one) for one in raw), rel=0.01)
    other = Line(3.0, -2.0)
    common = {"judged": 9, "error_before": 0.2, "error_after": 0.1}
    Calibration.objects.create(
        coder=READER.version, slope=other.slope, offset=other.offset, line_before=[*first], **common
    )
    assert sum(one.stated for one in judged_alike()) == pytest.approx(2 * sum(map(other.stated, raw)), rel=0.01)


# What is stored


def keep(line: Line) -> None:
    common = {"judged": 100, "error_before": 0.1, "error_after": 0.05, "line_before": [*shipped_line()]}
    Calibration.objects.create(coder=READER.version, slope=line.slope, offset=line.offset, **common)


@pytest.mark.django_db
def test_stored_figures_are_restated_once_and_their_events_looked_at_again() -> None:
    Judging().judge(25, OFTEN_WRONG)
    assert restate_figures() == 0  # no line was fitted
    keep(OFTEN_WRONG)
    assert restate_figures(batch=10) == 25
    raw, _ = readings(25, OFTEN_WRONG)
    kept = Report.objects.order_by("pk").values_list("confidence", flat=True)
    assert list(kept) == pytest.approx([calibrated(one, OFTEN_WRONG) for one in raw], abs=0.011)
    assert Event.objects.filter(evidence_changed=True).count() == 25
    assert restate_figures() == 0
    merge_new_reports()
    event = Event.objects.order_by("pk")[0]
    assert event.confidence == pytest.approx(0.9 * kept[0])


@pytest.mark.django_db
def test_what_another_version_read_or_an_editor_marked_or_waits_stays() -> None:
    judging = Judging()
    judging.judge(3, OFTEN_WRONG)
    judging.judge(2, OFTEN_WRONG, coder="grammar/1")
    judging.judge(2, OFTEN_WRONG, coder=f"{READER.version} failed")
    judging.judge(2, OFTEN_WRONG, tagged_at=None)
    mark = Report.objects.order_by("pk")[0]
    Report.objects.filter(pk=mark.pk).update(marked_by=judging.editor)
    before = dict(Report.objects.values_list("pk", "confidence"))
    keep(OFTEN_WRONG)
    assert restate_figures() == 2
    after = dict(Report.objects.values_list("pk", "confidence"))
    assert [pk for pk in sorted(after) if after[pk] != before[pk]] == sorted(after)[1:3]
    assert Article.objects.filter(tagged_at=None).count() == 2


@pytest.mark.django_db
def test_it_goes_on_where_it_was_cut_off(monkeypatch: Any) -> None:
    from relations.tagging import run_calibration

    Judging().judge(20, OFTEN_WRONG)
    keep(OFTEN_WRONG)
    restate, calls = run_calibration._restate, []

    def cut_off(*given: Any) -> int:
        calls.append(given)
        if len(calls) == 2:
            raise KeyboardInterrupt
        return restate(*given)

    monkeypatch.setattr(run_calibration, "_restate", cut_off)
    with pytest.raises(KeyboardInterrupt):
        restate_figures(batch=5)
    assert restate_figures(batch=5) == 15
    raw, _ = readings(20, OFTEN_WRONG)
    kept = Report.objects.order_by("pk").values_list("confidence", flat=True)
    assert list(kept) == pytest.approx([calibrated(one, OFTEN_WRONG) for one in raw], abs=0.011)
