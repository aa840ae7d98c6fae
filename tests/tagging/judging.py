"""Readings of the coder that an editor judged, as many as a line takes."""

from __future__ import annotations

from typing import Any

import numpy as np
from django.utils import timezone

from relations.models import Article, Event, Origin, Outcome, Report, Verdict
from relations.tagging.calibration import stated
from relations.tagging.confidence import calibrated
from relations.tagging.registry import coder
from relations.tension.lines import Line
from tests import making

READER = coder()
FIGURES = np.array([0.35, 0.41, 0.48, 0.54, 0.6, 0.66, 0.71, 0.77, 0.83, 0.87])
OFTEN_WRONG = Line(5.9, -4.0)


def readings(number: int, truth: Line) -> tuple[Any, Any]:
    """Figures as rules give them, and which of them were right: of each figure the share that the line says."""
    raw = np.resize(FIGURES, number)
    chances, turns = stated(truth.slope * raw + truth.offset), np.arange(number) // len(FIGURES)
    return raw, np.floor((turns + 1) * chances) - np.floor(turns * chances)


class Judging:
    """reliability: of the feed that all stories are from."""

    def __init__(self, reliability: float = 0.9) -> None:
        self.editor, self.feed, self.pair = making.user("editor"), making.feed(reliability=reliability), making.pair()

    def judge(
        self, number: int, truth: Line, origin: str = Origin.DESK, line: Line | None = None, **values: Any
    ) -> None:
        """line: by which the coder stated the figures; values: of the articles."""
        now = timezone.now()
        raw, right = readings(number, truth)
        defaults = {"tagged_at": now, "coder": READER.version, "first_seen_at": now, "published_at": now}
        start = Article.objects.count()
        articles = Article.objects.bulk_create(
            Article(identity=f"judged-{start + at}", title="A story", **({"feed": self.feed} | defaults | values))
            for at in range(number)
        )
        sides = {"pair": self.pair, "source_id": "PAK", "target_id": "USA", "direction": 1, "stage": "held"}
        common = {**sides, "type": "clash", "occurred_on": making.today(), "precision": "day"}
        said = [calibrated(figure, line) for figure in raw]
        chances = [one * self.feed.reliability for one in said]
        counts = {"coded_as": "clash", "report_count": 1, "source_count": 1}
        events = Event.objects.bulk_create(Event(**common, **counts, confidence=chance) for chance in chances)
        Report.objects.bulk_create(
            Report(
                article=article,
                event=event,
                version=1,
                sentence_number=0,
                sentence="A sentence.",
                because="clash: “fired”; by itself",
                confidence=confidence,
                coder=READER.version,
                due=False,
                **common,
            )
            for article, event, confidence in zip(articles, events, said, strict=True)
        )
        Verdict.objects.bulk_create(
            Verdict(
                event=event,
                editor=self.editor,
                outcome=Outcome.ACCEPTED if one else Outcome.REJECTED,
                origin=origin,
                reading={"type": "clash", "direction": 1, "confidence": event.confidence},
                said={"type": "clash", "direction": 1} if one else {},
                coder=READER.version,
                sources=[self.feed.pk],
                rules=["clash"],
            )
            for event, one in zip(events, right, strict=True)
        )
