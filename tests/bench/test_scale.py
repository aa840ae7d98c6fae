"""The generators behind the benchmarks: they follow the tables as these are now, and pages show what they make."""

from __future__ import annotations

from typing import Any

import pytest

from bench import telling
from bench.pages import hottest
from bench.scale import fill_many
from relations.models import Event, EventText, PairStanding, Report
from relations.models.loading import load_codebook
from relations.scoring.run import score_stale_days

pytestmark = pytest.mark.django_db(transaction=True)


def test_events_of_many_pairs_are_made_told_scored_and_shown(signed_in: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(telling, "ARTICLES", 30)
    monkeypatch.setattr(telling, "SENTENCES", 30)
    load_codebook()
    fill_many(events=300, pairs=20)
    score_stale_days()
    telling.tell_all()
    assert Event.objects.count() == Report.objects.standing().count() == EventText.objects.count() == 300
    assert PairStanding.objects.filter(score__gt=0).exists()
    page = signed_in().get(hottest().get_absolute_url()).content.decode()
    assert "Story " in page or "Feed " in page
