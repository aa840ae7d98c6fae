"""An event that the coder missed, added by the words that tell of it: it stands as long as they stand in the story."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.utils import timezone

from relations.corrections.refusals import CorrectionRefused
from relations.corrections.run import correct_event
from relations.corrections.run_missed import Mark
from relations.corrections.run_undo import undo
from relations.merging.run import merge_new_reports
from relations.models import Article, Correction, CorrectionKind, Event, PairStanding, Report, Status, Withdrawal
from relations.pipeline import add_missed_event, bring_up_to_date
from relations.tagging import store as tagging_store
from relations.tagging.coded import ActorMention, CodedEvent, Span
from tests import making

pytestmark = pytest.mark.django_db
LEAD = "The harbour was quiet on Monday."
TOLD = "Peru recalled its envoy from Chile over the fishing grounds."
AFTER = "Boats stayed in port."
STORY = f"{LEAD} {TOLD}\n\n{AFTER}"
TYPE = "ambassador_recalled"


@pytest.fixture
def editor() -> User:
    return making.user("editor")


@pytest.fixture
def story() -> Article:
    for code in ("PER", "CHL", "BOL"):
        making.country(code)
    return making.article(STORY, tagged_at=timezone.now())


def mark(**values: Any) -> Mark:
    said: dict[str, Any] = {
        **{"sentence": "", "number": 0, "span": (0, 0), "version": 1, "source": "PER", "target": "CHL"},
        **{"mutual": False, "type": TYPE, "stage": "held", "occurred_on": making.today(), "precision": "day"},
    }
    return Mark(**(said | values))


def add(story: Article, editor: User, words: str = "recalled its envoy", **values: Any) -> Correction:
    near = values.pop("near", 0)
    return add_missed_event(story.pk, words, mark(**values), editor=editor, near=near)


def coded(sentence: str = TOLD, number: int = 1, **values: Any) -> CodedEvent:
    """What the coder might read."""
    span = Span(0, 4)
    said: dict[str, Any] = {
        "source": ActorMention("PER", "PER", span, "Peru"),
        "target": ActorMention("CHL", "CHL", None, "Chile"),
        **{"type": TYPE, "stage": "held", "occurred_on": making.today(), "precision": "day", "date_words": ""},
        **{"planned_on": (), "place": "", "confidence": 0.6, "sentence_number": number, "sentence": sentence},
        **{"trigger": Span(5, 13), "because": "a rule: one and other", "symmetric": False},
    }
    return CodedEvent(**(said | values))


def read_again(story: Article, *events: CodedEvent) -> None:
    """Another reading of the story's newest version finds these; what follows is merged."""
    story.refresh_from_db()
    tagging_store.write_reports([(story, story.version, list(events))], "another/1", timezone.now())
    merge_new_reports()


def the_event() -> Event:
    return Event.objects.get()


def test_words_become_an_event_that_is_confirmed_with_its_sentence_as_evidence(editor: User, story: Article) -> None:
    correction = add(story, editor, place="Lima")
    event = the_event()
    assert correction.event_id == event.pk and correction.kind == CorrectionKind.ADD
    assert (event.status, event.type, event.source_id, event.target_id) == (Status.CONFIRMED, TYPE, "PER", "CHL")
    assert (event.place, event.occurred_on, event.report_count) == ("Lima", making.today(), 1)
    report = event.reports.get()
    start, end = report.spans["trigger"]
    assert report.sentence == TOLD and report.sentence[start:end] == "recalled its envoy"
    assert report.sentence_number == 1 and report.marked_by == editor
    assert PairStanding.objects.get().score > 45


@pytest.mark.parametrize(
    ("words", "sentence", "number"),
    [
        ("was quiet on Monday. Peru recalled", f"{LEAD} {TOLD}", 0),
        ("recalled\n its   envoy", TOLD, 1),
        (TOLD, TOLD, 1),
        (" Boats stayed ", AFTER, 2),
    ],
)
def test_words_are_found_whatever_the_space_between_them(
    editor: User, story: Article, words: str, sentence: str, number: int
) -> None:
    add(story, editor, words)
    report = Report.objects.get()
    assert (report.sentence, report.sentence_number) == (sentence, number)


def test_of_the_same_words_at_two_places_those_are_meant_that_were_marked(editor: User) -> None:
    for code in ("PER", "CHL"):
        making.country(code)
    story = making.article("Envoys were recalled. Then it rained. Envoys were recalled in autumn.")
    add(story, editor, "Envoys were recalled", near=40)
    assert Report.objects.get().sentence_number == 2


@pytest.mark.parametrize(
    ("words", "values", "refusal"),
    [
        ("withdrew its envoy", {}, "do not stand in the story"),
        ("", {}, "do not stand in the story"),
        ("  \n ", {}, "do not stand in the story"),
        ("fishing grounds. Boats", {}, "words of one paragraph"),
        ("envoy", {"target": "PER"}, "between two countries"),
        ("envoy", {"occurred_on": dt.date.max}, "between 1900-01-01 and today"),
        ("envoy", {"type": "a_quarrel"}, "no event type"),
        ("envoy", {"stage": "soon"}, "stage must be"),
        ("envoy", {"place": "x" * 121}, "120 characters"),
    ],
)
def test_what_cannot_be_is_refused_and_nothing_is_kept(
    editor: User, story: Article, words: str, values: dict[str, Any], refusal: str
) -> None:
    with pytest.raises(CorrectionRefused, match=refusal):
        add(story, editor, words, **values)
    assert not Report.objects.exists() and not Event.objects.exists()


def test_a_story_that_was_taken_back_tells_of_nothing(editor: User, story: Article) -> None:
    Article.objects.retract(timezone.now())
    with pytest.raises(CorrectionRefused, match="took this story back"):
        add(story, editor)


def test_an_actor_of_another_country_is_refused(editor: User, story: Article) -> None:
    from relations.models import Actor

    envoy = Actor.objects.create(key="BOL:x", country_id="BOL", kind="person", name="An envoy", sector="GOV")
    with pytest.raises(CorrectionRefused, match="does not act for that country"):
        add(story, editor, source_actor=envoy.pk)
    Actor.objects.filter(pk=envoy.pk).update(country="PER")
    add(story, editor, source_actor=envoy.pk)
    assert the_event().source_actor_id == envoy.pk


def test_what_was_read_in_the_sentence_already_is_no_second_event(editor: User, story: Article) -> None:
    read_again(story, coded())
    with pytest.raises(CorrectionRefused, match=rf"already: event {the_event().pk}\."):
        add(story, editor)
    with pytest.raises(CorrectionRefused, match="already"):
        add(story, editor, f"{LEAD} {TOLD}")
    add(story, editor, "Boats stayed")  # of other words it can be another one
    assert Report.objects.count() == 2


def test_the_same_mark_is_refused_also_in_a_later_version(editor: User, story: Article) -> None:
    add(story, editor)
    making.second_version(story, f"{STORY}\n\nMore.")
    read_again(story)
    with pytest.raises(CorrectionRefused, match="already"):
        add(story, editor)


def test_of_what_both_did_it_is_no_matter_who_is_named_first(editor: User, story: Article) -> None:
    add(story, editor, type="meeting", mutual=True)
    with pytest.raises(CorrectionRefused, match="already"):
        add(story, editor, type="meeting", mutual=True, source="CHL", target="PER")


def test_an_event_that_we_had_has_the_sentence_as_evidence(editor: User, story: Article) -> None:
    making.report("PER", "CHL", TYPE, sentence="Lima called its ambassador in Santiago home.", confidence=0.5)
    merge_new_reports()
    event = the_event()
    correction = add(story, editor)
    event.refresh_from_db()
    assert correction.event_id == event.pk and "status" not in correction.changes
    assert (event.status, event.report_count) == (Status.CODED, 2) and not event.corrected_fields
    undo(correction.pk, editor=editor)
    bring_up_to_date(event.pair_id)
    event.refresh_from_db()
    assert (event.status, event.report_count) == (Status.CODED, 1)


def test_an_event_that_an_editor_rejected_is_not_brought_back_in_passing(editor: User, story: Article) -> None:
    making.report("PER", "CHL", TYPE, sentence=TOLD)
    merge_new_reports()
    correct_event(the_event().pk, editor=editor, status=Status.REJECTED)
    with pytest.raises(CorrectionRefused, match=r"an editor rejected it\. Reopen"):
        add(story, editor)
    assert Report.objects.count() == 1 and the_event().status == Status.REJECTED


def test_no_reading_takes_a_mark_away(editor: User, story: Article) -> None:
    add(story, editor)
    before = Report.objects.values().get()
    read_again(story)
    assert Report.objects.values().get() == before
    assert the_event().status == Status.CONFIRMED


def test_a_new_version_that_has_the_sentence_keeps_the_event(editor: User, story: Article) -> None:
    add(story, editor)
    making.second_version(story, f"Updated. {STORY}")
    read_again(story)
    assert the_event().status == Status.CONFIRMED and not Report.objects.get().withdrawn


def test_a_new_version_without_the_sentence_withdraws_it_until_it_is_there_again(editor: User, story: Article) -> None:
    add(story, editor)
    making.second_version(story, f"{LEAD}\n\n{AFTER}")
    read_again(story)
    assert Report.objects.get().withdrawn == Withdrawal.EDITED
    assert the_event().status == Status.WITHDRAWN and the_event().report_count == 0
    making.second_version(story, STORY)
    read_again(story)
    assert not Report.objects.get().withdrawn and the_event().counts


def test_a_story_that_is_taken_back_takes_the_event_along(editor: User, story: Article) -> None:
    add(story, editor)
    Article.objects.retract(timezone.now())
    read_again(story)
    assert Report.objects.get().withdrawn == Withdrawal.RETRACTED and not the_event().counts
    Article.objects.reinstate()
    read_again(story)
    assert not Report.objects.get().withdrawn and the_event().counts


def test_what_the_coder_does_not_read_can_be_marked_and_stays(editor: User, story: Article) -> None:
    Article.objects.update(language="es")
    add(story, editor)
    read_again(story)
    assert the_event().status == Status.CONFIRMED


@pytest.mark.parametrize("marked", [TOLD, f"{LEAD} {TOLD}"])
def test_the_coder_that_finds_the_same_later_adds_nothing(editor: User, story: Article, marked: str) -> None:
    add(story, editor, marked)
    read_again(story, coded())
    assert Report.objects.get().marked_by == editor and the_event().report_count == 1


def test_what_the_coder_reads_in_another_sentence_leaves_the_mark_alone(editor: User, story: Article) -> None:
    read_again(story, coded(LEAD, 0))
    add(story, editor)
    for _ in range(2):
        read_again(story, coded(LEAD, 0))
    assert [one.withdrawn for one in Report.objects.order_by("pk")] == ["", ""]
    read_again(story)
    assert [one.withdrawn for one in Report.objects.order_by("pk")] == [Withdrawal.READ_AGAIN, ""]


def test_undoing_it_leaves_nothing_that_counts(editor: User, story: Article) -> None:
    correction = add(story, editor)
    undo(correction.pk, editor=editor)
    bring_up_to_date(correction.event.pair_id)
    event = the_event()
    assert (event.status, event.report_count, event.corrected_fields) == (Status.WITHDRAWN, 0, [])
    assert Report.objects.get().withdrawn == Withdrawal.TAKEN_BACK
    read_again(story)
    assert Report.objects.get().withdrawn == Withdrawal.TAKEN_BACK


def test_what_was_taken_back_can_be_marked_again(editor: User, story: Article) -> None:
    first = add(story, editor)
    undo(first.pk, editor=editor)
    bring_up_to_date(first.event.pair_id)
    second = add(story, editor)
    assert second.event_id == first.event_id
    assert (the_event().status, the_event().report_count) == (Status.CONFIRMED, 1)
    undo(second.pk, editor=editor)
    merge_new_reports()
    assert the_event().status == Status.WITHDRAWN


def test_a_mark_has_nothing_of_what_was_read_in_its_place_before(editor: User, story: Article) -> None:
    plan: dict[str, Any] = {
        "planned_on": [making.today()],
        "planned_from": making.today(),
        "planned_until": making.today(),
    }
    said: dict[str, Any] = {
        "sentence": TOLD,
        "sentence_number": 1,
        "planned_words": "on Monday",
        "pinned": True,
        **plan,
    }
    made = making.report("PER", "CHL", TYPE, article=story, withdrawn=Withdrawal.READ_AGAIN, due=False, **said)
    add(story, editor)
    report = Report.objects.get()
    assert report.pk == made.pk and report.marked_by == editor and not report.withdrawn
    assert (report.planned_on, report.planned_from, report.planned_until, report.planned_words) == ([], None, None, "")
    undo(Correction.objects.get().pk, editor=editor)
    assert not Report.objects.get().pinned


def test_what_was_taken_back_is_the_coders_where_the_coder_finds_it(editor: User, story: Article) -> None:
    correction = add(story, editor)
    undo(correction.pk, editor=editor)
    merge_new_reports()
    read_again(story, coded())
    report = Report.objects.get()
    assert not report.withdrawn and report.marked_by is None
    assert (the_event().status, the_event().report_count) == (Status.CODED, 1)


def test_the_coder_may_read_where_a_mark_was_taken_back_what_it_read_elsewhere(editor: User, story: Article) -> None:
    read_again(story, coded(LEAD, 0))
    correction = add(story, editor)
    undo(correction.pk, editor=editor)
    merge_new_reports()
    read_again(story, coded())
    assert [one.sentence for one in Report.objects.standing()] == [TOLD]


def test_undoing_it_leaves_the_event_to_other_stories_as_they_tell_it(editor: User, story: Article) -> None:
    correction = add(story, editor, place="Lima")
    making.report("PER", "CHL", TYPE, sentence="Lima called its ambassador in Santiago home.", place="Callao")
    merge_new_reports()
    assert (the_event().report_count, the_event().place) == (2, "Lima")
    undo(correction.pk, editor=editor)
    merge_new_reports()
    event = the_event()
    assert (event.status, event.report_count, event.place) == (Status.CODED, 1, "Callao")


def test_what_an_editor_marked_is_not_changed_by_later_reports(editor: User, story: Article) -> None:
    add(story, editor, place="Lima")
    for _ in range(3):
        making.report("PER", "CHL", TYPE, place="Arica")
    merge_new_reports()
    assert (the_event().report_count, the_event().place) == (4, "Lima")
