"""What editors do, on the sample as it is read: each action through the whole stack against 200 ms."""

from __future__ import annotations

import itertools
import re
import statistics
import time
from collections.abc import Callable, Iterator

from django.contrib.auth.models import User
from django.test import Client
from django.urls import reverse

from bench.measure import Result
from relations.merging.run import merge_new_reports
from relations.models import Correction, Event, Report, ReviewItem
from relations.models.roles import GROUPS
from relations.pipeline import add_text, learn_precision
from relations.sample.stories import stories
from relations.scoring.run import score_stale_days, today
from relations.tagging.run import tag_new_articles
from relations.views.correction_forms import seen_of

GOAL = 0.2  # seconds
TIMES = 9
MANY = 10
# What it does is what "undo" takes back.
BEFORE_UNDO = "reject, once more"


def fill() -> None:
    """The sample's stories, read, merged and scored."""
    editor = User.objects.get_or_create(username="bench-desk")[0]
    for story in stories(today()):
        add_text(
            story.text, title=story.title, url="", published_at=story.published_at, source=story.feed, added_by=editor
        )
    tag_new_articles()
    merge_new_reports()
    score_stale_days()
    learn_precision()


def editor() -> Client:
    from django.contrib.auth.models import Group

    browser = Client(SERVER_NAME="127.0.0.1")
    user, _ = User.objects.get_or_create(username="bench-desk")
    assert "editors" in GROUPS
    user.groups.add(Group.objects.get(name="editors"))
    browser.force_login(user)
    return browser


def actions() -> list[Result]:
    """Medians of TIMES each, on other events each time; what was done is taken back before the next."""
    if not ReviewItem.objects.exists():
        fill()
    browser = editor()
    waiting = itertools.cycle(list(ReviewItem.objects.order_by("-value").values_list("event", flat=True)))
    found = [Result("desk: page / 200 ms", _median(lambda: browser.get(reverse("desk"))), GOAL, 1.0)]
    for name, action in _actions(browser, waiting).items():
        found.append(Result(f"desk: {name} / 200 ms", _median(action), GOAL, 1.0))
        if name != BEFORE_UNDO:
            _take_back()
    return found


def _actions(browser: Client, waiting: Iterator[int]) -> dict[str, Callable[[], object]]:
    def judge(verdict: str, **values: str) -> None:
        event = Event.objects.select_related("pair").get(pk=next(waiting))
        now = {field: "" if value is None else value for field, value in event.as_edited().items()}
        sent = {**now, "verdict": verdict, "seen": seen_of(event.as_edited()), **values}
        _done(browser.post(reverse("desk-item", args=[event.pk]), sent, HTTP_HX_REQUEST="true"))

    def merge() -> None:
        event = Event.objects.get(pk=next(waiting))
        into = Event.objects.filter(pair=event.pair_id).exclude(pk=event.pk).exclude(status="merged").first()
        if into:
            sent = {"verdict": "merge", "into": into.pk}
            _done(browser.post(reverse("desk-item", args=[event.pk]), sent, HTTP_HX_REQUEST="true"))

    told_twice = itertools.cycle(list(Event.objects.filter(report_count__gt=1).values_list("pk", flat=True)))

    def split() -> None:
        event = next(told_twice)
        report = Report.objects.standing().filter(event=event).latest("pk")
        _done(browser.post(reverse("split-event", args=[event]), {"report": report.pk}))

    def move() -> None:
        report = Report.objects.standing().filter(event=next(told_twice)).latest("pk")
        into = (
            Event.objects.filter(pair=report.pair_id).exclude(pk=report.event_id or 0).exclude(status="merged").first()
        )
        if into:
            _done(browser.post(reverse("move-report", args=[report.pk]), {"into": into.pk}))

    def preview() -> None:
        chosen = [next(waiting) for _ in range(MANY)]
        _done(browser.post(reverse("desk-chosen"), {"event": chosen, "verdict": "reject"}))

    def consequences() -> None:
        if not Correction.objects.filter(undoes=None, undone_by=None).exists():
            judge("reject")
        _done(browser.get(reverse("undo-correction", args=[_newest()])))

    def undo() -> None:
        _done(browser.post(reverse("undo-correction", args=[_newest()])))

    return {
        "accept": lambda: judge("accept"),
        "reject": lambda: judge("reject", reason="an opinion"),
        "edit": lambda: judge("save", type="apology", place="Geneva", note="a note"),
        "merge": merge,
        "split": split,
        "give a report away": move,
        "what an undo would do": consequences,
        BEFORE_UNDO: lambda: judge("reject"),
        "undo": undo,
        f"preview of a verdict on {MANY}": preview,
    }


def _newest() -> int:
    return Correction.objects.filter(undoes=None, undone_by=None).latest("pk").pk


def _done(response: object) -> None:
    status = response.status_code  # type: ignore[attr-defined]
    if status >= 400:
        words = re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", response.content.decode()))  # type: ignore[attr-defined]
        raise RuntimeError(f"{status}: {words[:400]}")


def _median(action: Callable[[], object]) -> float:
    action()
    taken = []
    for _ in range(TIMES):
        began = time.perf_counter()
        action()
        taken.append(time.perf_counter() - began)
    return statistics.median(taken)


def _take_back() -> None:
    from relations.pipeline import bring_up_to_date, undo

    user = User.objects.get(username="bench-desk")
    for correction in Correction.objects.filter(undoes=None, undone_by=None).order_by("-pk"):
        undo(correction.pk, editor=user)
        bring_up_to_date(correction.event.pair_id)


BENCHMARKS: dict[str, Callable[[], list[Result]]] = {"desk": actions}
