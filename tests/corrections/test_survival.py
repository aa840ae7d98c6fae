"""What an editor said of an event outlasts whatever the stages do with it afterwards."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass, field
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.db import transaction
from django.utils import timezone
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from relations.codebook.precision import period_start
from relations.corrections.refusals import CorrectionRefused
from relations.corrections.run import correct_event
from relations.corrections.run_missed import Mark
from relations.corrections.run_placing import merge_events, move_report, split_event
from relations.corrections.run_undo import undo
from relations.merging.run import merge_new_reports
from relations.models import Article, Correction, Event, Report, Status
from relations.pipeline import add_missed_event
from relations.scoring.run import learn_precision, score_pair
from relations.tagging.coded import ActorMention, CodedEvent, Span
from relations.tagging.store import write_reports
from tests import making
from tests.corrections.saying import FIRST_ACTORS, columns_of, make_actors, spoken, words

TRIALS: dict[str, Any] = {"deadline": None, "suppress_health_check": [HealthCheck.function_scoped_fixture]}
SENTENCE = "Islamabad put off the visit of the envoy to the mill by the river."
MARKED = "Shots were heard near the old fort"


class Undone(Exception):
    """Ends a trial; what it wrote is rolled back."""


@pytest.fixture
def editor(db: None) -> User:
    return making.user("editor")


@pytest.fixture
def actors(db: None) -> dict[str, int]:
    return make_actors()


def read() -> st.SearchStrategy[dict[str, Any]]:
    """What a reading of the story gives."""
    return st.fixed_dictionaries(
        {
            "type": st.sampled_from(["visit_postponed", "visit_postponed", "visit_cancelled"]),
            "stage": st.sampled_from(["postponed", "cancelled"]),
            "turned": st.booleans(),
            "days": st.integers(0, 3),
            "precision": st.sampled_from(["day", "day", "week", "month"]),
            "place": st.sampled_from(["", "Geneva", "Doha"]),
            "actor": st.sampled_from(FIRST_ACTORS),
            "confidence": st.sampled_from([0.5, 0.9]),
        }
    )


def coded(found: dict[str, Any], sentence: str = SENTENCE) -> CodedEvent:
    """As the coder would give it. days: before the tenth day before today."""
    first = ActorMention("PAK", found["actor"], Span(0, 9), "Islamabad")
    second = ActorMention("USA", "USA", None, "")
    day = period_start(making.today() - dt.timedelta(days=10 + found["days"]), found["precision"])
    return CodedEvent(
        source=second if found["turned"] else first,
        target=first if found["turned"] else second,
        type=found["type"],
        stage=found["stage"],
        occurred_on=day,
        precision=found["precision"],
        date_words="",
        planned_on=(),
        place=found["place"],
        confidence=found["confidence"],
        sentence_number=0,
        sentence=sentence,
        trigger=Span(10, 17),
        because="put off: a test said so",
        symmetric=False,
    )


def read_as(article: Article, *found: dict[str, Any]) -> None:
    """The coder reads the newest version of an article so."""
    write_reports([(article, article.version, [coded(each) for each in found])], "test/2", timezone.now())


def steps() -> st.SearchStrategy[list[tuple[str, Any]]]:
    step = st.one_of(
        st.tuples(st.just("say"), words()),
        st.tuples(st.just("say"), words()),
        st.tuples(st.just("read again"), st.lists(read(), max_size=2)),
        st.tuples(st.just("new version"), st.lists(read(), max_size=2)),
        st.tuples(st.just("copy"), read()),
        st.tuples(st.just("another story"), read()),
        st.tuples(st.sampled_from(["merge", "split", "move", "undo", "retract", "learn", "score"]), st.none()),
    )
    return st.lists(step, min_size=2, max_size=9)


@dataclass
class Trial:
    """One event, what editors said of it, and what happens to it and around it."""

    editor: User
    actors: dict[str, int]
    data: Any
    told: list[tuple[Correction, dict[str, Any]]] = field(default_factory=list)
    placed: list[Correction] = field(default_factory=list)

    def begin(self, first: dict[str, Any]) -> None:
        self.feeds = [making.feed() for _ in range(3)]
        for code in ("PAK", "USA"):
            making.country(code)
        self.articles = [making.article(f"{SENTENCE}\n\n{MARKED}. That was all.", feed=self.feeds[0])]
        read_as(self.articles[0], first)
        merge_new_reports()
        self.event = Report.objects.get().event_id or 0
        self.others = [making.event(occurred_on=making.today() - dt.timedelta(days=200)).pk]
        day = making.today() - dt.timedelta(days=90)
        mark = Mark("", 0, (0, 0), 1, "USA", "PAK", False, "clash", "held", day, "day")
        self.mark = add_missed_event(self.articles[0].pk, MARKED, mark, editor=self.editor)

    def do(self, what: str, given: Any) -> None:
        getattr(self, what.replace(" ", "_"))(*([] if given is None else [given]))
        merge_new_reports()
        self.survives()

    def say(self, new: dict[str, Any]) -> None:
        by_id: dict[str, Any] = {
            name: self.actors.get(value) if name.endswith("_actor") else value for name, value in new.items()
        }
        columns = spoken(self.event, by_id)
        correction = correct_event(self.event, editor=self.editor, **by_id)
        if correction:
            after = columns_of(self.event)
            self.told.append((correction, {column: after[column] for column in columns}))

    def read_again(self, found: list[dict[str, Any]]) -> None:
        read_as(self.any_article(), *found)

    def new_version(self, found: list[dict[str, Any]]) -> None:
        article = making.second_version(self.any_article(), f"{SENTENCE}\n\n{MARKED}. That was not all.")
        read_as(article, *found)

    def copy(self, found: dict[str, Any]) -> None:
        self.another_story(found, copy_of=self.articles[0])

    def another_story(self, found: dict[str, Any], **values: Any) -> None:
        feed = self.data.draw(st.sampled_from(self.feeds))
        self.articles.append(making.article(SENTENCE, feed=feed, **values))
        read_as(self.articles[-1], found)

    def retract(self) -> None:
        if len(self.articles) > 1:
            article = self.articles.pop()
            article.retracted_at = timezone.now()
            article.save(update_fields=["retracted_at"])
            read_as(article)

    def merge(self) -> None:
        """Another event turns out to be the same."""
        others = Event.objects.standing().exclude(pk__in=[self.event, self.mark.event_id])
        other = self.data.draw(st.sampled_from(sorted(others.values_list("pk", flat=True)) or [self.event]))
        self.place(lambda: merge_events(other, self.event, editor=self.editor))

    def split(self) -> None:
        reports = sorted(Report.objects.standing().filter(event=self.event).values_list("pk", flat=True)) or [0]
        chosen = self.data.draw(st.sampled_from(reports))
        self.place(lambda: split_event(self.event, [chosen], editor=self.editor))

    def move(self) -> None:
        reports = sorted(Report.objects.standing().exclude(pk=self.mark.placed[0][0]).values_list("pk", flat=True))
        chosen = self.data.draw(st.sampled_from(reports or [0]))
        if chosen:
            own = Report.objects.get(pk=chosen).event_id == self.event
            self.place(lambda: move_report(chosen, self.others[0] if own else self.event, editor=self.editor))

    def place(self, change: Any) -> None:
        try:
            with transaction.atomic():
                self.placed.append(change())
        except CorrectionRefused:
            pass

    def undo(self) -> None:
        """Anything but the mark is taken back; of the event's own words the others stand."""
        able = [correction for correction, _ in self.told] + self.placed
        if able:
            chosen = self.data.draw(st.sampled_from(able))
            undo(chosen.pk, editor=self.editor)
            self.told = [one for one in self.told if one[0] != chosen]
            self.placed = [one for one in self.placed if one != chosen]

    def learn(self) -> None:
        learn_precision()

    def score(self) -> None:
        score_pair(Event.objects.get(pk=self.event).pair_id)

    def any_article(self) -> Article:
        return self.data.draw(st.sampled_from(self.articles))

    def survives(self) -> None:
        said: dict[str, Any] = {}
        for _, columns in self.told:
            said |= columns
        if said.get("status") == Status.CODED:  # reopened: it stands and falls with its reports
            del said["status"]
        event, now = Event.objects.get(pk=self.event), columns_of(self.event)
        # An event that was not turned keeps its side by its direction, and may have its actors told more exactly.
        held = set(event.corrected_fields) | ({"source_id", "target_id"} if "direction" in said else set())
        assert set(said) - {"source_actor_id", "target_actor_id"} <= held <= set(said)
        assert {column: now[column] for column in held} == {column: said[column] for column in held}
        mark = Report.objects.get(pk=self.mark.placed[0][0])
        marked = Event.objects.get(pk=mark.event_id or 0)
        assert not mark.withdrawn and marked.status == Status.CONFIRMED and marked.type == "clash"


@pytest.mark.django_db
@settings(max_examples=8, **TRIALS)
@given(first=read(), then=steps(), data=st.data())
def test_what_an_editor_said_outlasts_every_stage(
    first: dict, then: list, data: Any, editor: User, actors: dict[str, int]
) -> None:
    try:
        with transaction.atomic():
            trial = Trial(editor, actors, data)
            trial.begin(first)
            trial.survives()
            for what, given_to_it in then:
                trial.do(what, given_to_it)
            raise Undone
    except Undone:
        pass


def arrivals() -> st.SearchStrategy[list[dict[str, Any]]]:
    """Stories that tell of one happening, word by word or nearly; date: the day, or the week, month or year of it."""
    story = st.fixed_dictionaries(
        {
            "feed": st.integers(0, 2),
            "is_copy": st.booleans(),
            "precision": st.sampled_from(["day", "week", "month", "year"]),
            "sentence": st.sampled_from([SENTENCE, SENTENCE.replace("the visit of the envoy", "the envoy's visit")]),
            "place": st.sampled_from(["", "Geneva"]),
        }
    )
    return st.lists(story, min_size=1, max_size=4)


@pytest.mark.django_db
@settings(max_examples=15, **TRIALS)
@given(
    before=arrivals(),
    after=arrivals(),
    said=st.sampled_from([{}, {}, {"place": "Doha"}, {"note": "x"}]),
    data=st.data(),
)
def test_what_an_editor_rejected_does_not_come_back_with_another_copy(
    before: list, after: list, said: dict, data: Any, editor: User
) -> None:
    try:
        with transaction.atomic():
            day = making.today().replace(day=1) - dt.timedelta(days=14)
            feeds = [making.feed() for _ in range(3)]
            first: list[Article] = []

            def arrive(story: dict[str, Any]) -> None:
                copied = {"copy_of": first[0]} if first and story["is_copy"] else {}
                article = making.article(story["sentence"], feed=feeds[story["feed"]], **copied)
                first.append(article)
                told = {name: story[name] for name in ("precision", "place", "sentence")}
                making.report(
                    type="visit_postponed",
                    stage="postponed",
                    article=article,
                    occurred_on=period_start(day, story["precision"]),
                    **told,
                )

            for story in before:
                arrive(story)
            merge_new_reports()
            for event in Event.objects.standing():
                correct_event(event.pk, editor=editor, status=Status.REJECTED, **said)
            for story in after:
                arrive(story)
                if data.draw(st.booleans()):
                    merge_new_reports()
            Report.objects.filter(article=first[0]).update(due=True)
            merge_new_reports()
            assert not Event.objects.standing().exists()
            raise Undone
    except Undone:
        pass
