"""What the method page says of itself."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from relations.codebook.event_types import event_types
from relations.codebook.measured import load_measured
from relations.codebook.tables import CodebookError
from relations.corrections.run import correct_event
from relations.models import Event, LearntPrecision
from relations.scoring.run import score_stale_days
from tests import making

pytestmark = pytest.mark.django_db


def test_it_says_what_the_database_rests_on_and_what_editors_judged(signed_in: Any) -> None:
    for status in ("coded", "coded", "coded", "rejected", "withdrawn"):
        event = making.event(type="clash", status=status)
        making.report(event=event)
    judged = Event.objects.filter(status="coded").first()
    assert judged
    correct_event(judged.pk, editor=making.user("editor"), status="confirmed")
    LearntPrecision.objects.create(verdicts={"clash": [2, 1, 1.8]})
    score_stale_days()
    page = signed_in().get("/method/").content.decode()
    assert "3 events read from 5 stories of 5 sources." in page
    assert "Editors judged 2 of 4 (50.0 %): 1 confirmed, 1 rejected. Their corrections stand in 1 event." in page
    assert "1 of 2 judged events were upheld" in page and "1 of 2 upheld; precision taken as" in page


def test_it_has_every_type_and_is_honest_when_nothing_was_read(signed_in: Any) -> None:
    client = signed_in()
    client.get("/feeds/")
    with CaptureQueriesContext(connection) as queries:
        page = client.get("/method/").content.decode()
    assert all(f'id="{slug}"' in page for slug in event_types())
    assert "No event has been read yet." in page and "No verdict of an editor" in page and "none judged yet" in page
    assert len(queries) == 9  # four of them are the session, its user and their rights


def test_measured_figures_are_checked_when_they_are_read(tmp_path: Path) -> None:
    wrong = tmp_path / "measured.csv"
    wrong.write_text("part,question,value,basis\nreading,How well,1.4,some texts\n")
    with pytest.raises(CodebookError, match=r"measured.csv, line 2: value is 1.4"):
        load_measured(wrong)
