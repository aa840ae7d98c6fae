"""The desk: which events wait for an editor's look, who looks at them, and what each editor said of what was read."""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Count, Exists, F, OuterRef, Q
from django.db.models.functions import Now
from django.utils import timezone
from django.utils.crypto import salted_hmac

from relations.models.corrections import Correction
from relations.models.countries import CountryPair
from relations.models.events import Event
from relations.models.reports import Report
from relations.models.roles import people_who_may
from relations.models.scores import learnt_log_odds
from relations.models.watches import Watch
from relations.models.words import STANDING, Dataset, Status, in_choices
from relations.tension.formula import event_probability, weighs_as
from relations.tension.looks import value_of_a_look

# How long an editor holds an item without doing anything at the desk.
LEASE = dt.timedelta(minutes=30)
# What two editors must agree on; the rest of what they set is detail.
AGREED_ON = ("type", "direction", "stage", "occurred_on")


class ReviewState(models.TextChoices):
    WAITING = "waiting", "waits for a look"
    SECOND = "second", "waits for a second opinion"
    SPLIT = "split", "two editors disagree"
    DONE = "done", "looked at"


class Outcome(models.TextChoices):
    """What an editor said of a reading."""

    ACCEPTED = "accepted", "right as read"
    CHANGED = "changed", "happened, but read wrongly in part"
    REJECTED = "rejected", "did not happen, or is no event"


class Origin(models.TextChoices):
    """How the editor came to judge it; see relations.scoring.store_precision for what each teaches."""

    DESK = "desk", "from the queue of the desk"
    PASSING = "passing", "in passing, on a page that the editor had opened"
    SECOND = "second", "as a second opinion, blind"
    DECISION = "decision", "between two opinions"


class Verdicts(models.QuerySet["Verdict"]):
    def standing(self) -> Verdicts:
        """Those that nobody took back."""
        return self.filter(taken_back_at=None)


class Verdict(models.Model):
    """One editor's judgement of what the coder read as an event.

    reading: what was judged, {"type", "direction", "occurred_on", "precision", "stage", "place", "first_actor",
    "second_actor", "confidence"}, actors by id and the pair's order, the date as text; said: the same but confidence,
    as the editor has it, with "note" where a second opinion has one for readers; empty where it was rejected. rules:
    names of the rules that read the event's reports; sources: ids of the feeds that they are from; coder: the version
    that read the surest of them. correction: the change of the event that it made; none for a second opinion, which
    changes nothing. is_audit: the event is of the random sample.
    """

    event = models.ForeignKey(Event, on_delete=models.PROTECT, related_name="verdicts")
    editor = models.ForeignKey("auth.User", on_delete=models.PROTECT, related_name="verdicts")
    given_at = models.DateTimeField(auto_now_add=True)
    outcome = models.CharField(max_length=8, choices=Outcome)
    origin = models.CharField(max_length=8, choices=Origin)
    is_audit = models.BooleanField(default=False)
    reading: models.JSONField[dict[str, Any]] = models.JSONField()
    said: models.JSONField[dict[str, Any]] = models.JSONField(default=dict)
    rules = ArrayField(models.CharField(max_length=300), default=list)
    sources = ArrayField(models.BigIntegerField(), default=list)
    coder = models.CharField(max_length=40, blank=True)
    reason = models.CharField(max_length=500, blank=True)
    correction = models.OneToOneField(
        Correction, on_delete=models.PROTECT, null=True, blank=True, related_name="verdict"
    )
    taken_back_at = models.DateTimeField(null=True, blank=True)

    objects = Verdicts.as_manager()

    class Meta:
        ordering = ["-pk"]
        constraints = [in_choices("outcome", Outcome), in_choices("origin", Origin)]
        indexes = [
            # What was said of an event? Asked by the queue and the event page. The foreign key's own index serves it.
            # What was judged of a type? Asked by scoring.store_precision and queries.precision, which read all.
            models.Index(fields=["given_at"], name="verdict_standing", condition=Q(taken_back_at=None)),
        ]

    def __str__(self) -> str:
        return f"{self.outcome} by {self.editor_id} of event {self.event_id}"

    @property
    def is_right(self) -> bool:
        """Whether the reading was: it happened, of that type and that way round. Dates and actors are details."""
        return self.outcome != Outcome.REJECTED and all(
            self.said.get(field, self.reading[field]) == self.reading[field] for field in ("type", "direction")
        )

    def agrees_with(self, other: Verdict) -> bool:
        """Whether two say the same of the same reading, as far as AGREED_ON goes."""
        rejected = Outcome.REJECTED
        if rejected in (self.outcome, other.outcome):
            return self.outcome == other.outcome
        return all(self.said.get(field) == other.said.get(field) for field in AGREED_ON)


class ReviewItems(models.QuerySet["ReviewItem"]):
    def free(self) -> ReviewItems:
        """Items that nobody holds now. The time is the database's, as with all leases."""
        return self.filter(Q(held_until=None) | Q(held_until__lt=Now()))

    def held_by(self, editor_id: int) -> ReviewItems:
        return self.filter(holder=editor_id, held_until__gte=Now())

    def asked_blind(self, editor_id: int) -> ReviewItems:
        """Items of which this editor is asked for a second opinion, and so must not see the first; also where the lease
        ran out, until somebody else has it."""
        spoke = Verdict.objects.standing().filter(event=OuterRef("event"), editor=editor_id)
        return self.filter(~Exists(spoke), holder=editor_id, state=ReviewState.SECOND)

    def renew(self, event_ids: Iterable[int]) -> None:
        """Let the queue know what these events are now; a constant number of queries.

        Events of the own coding that count, or that an editor rejected, have an item; others have none. Called by
        whoever changed them, in the same transaction.
        """
        ids = set(event_ids)
        if not ids:
            return
        events = list(
            Event.objects.filter(pk__in=ids, dataset=Dataset.OWN, status__in=[*STANDING, Status.REJECTED])
            .exclude(coded_as="", report_count=0)
            # All lock in one order, in which the items are written too.
            .order_by("pk")
        )
        self.filter(event__in=ids - {event.pk for event in events}).delete()
        if not events:
            return
        verdicts: dict[int, list[Verdict]] = {}
        for verdict in Verdict.objects.standing().filter(event__in=[event.pk for event in events]).order_by("pk"):
            verdicts.setdefault(verdict.event_id, []).append(verdict)
        watchers, learnt = _watchers({event.pair_id for event in events}), learnt_log_odds()
        known = {item.event_id: item for item in self.filter(event__in=[event.pk for event in events])}
        items = [known.get(event.pk) or _begun(event.pk) for event in events]
        # Where there is nobody to give a second opinion, none is waited for.
        has_second = any(item.is_double and item.pk in verdicts for item in items) and are_two_editors()
        moved = []
        for event, item in zip(events, items, strict=True):
            item.pair_id, item.type = event.pair_id, event.type
            item.value = _value(event, learnt.get(event.type, 0.0), watchers.get(event.pair_id, 0))
            state = state_of(event, item.is_double and has_second, verdicts.get(event.pk, []))
            if state != item.state:
                moved.append(event.pk)
            item.state = state
        ReviewItem.objects.bulk_create(
            items,
            update_conflicts=True,
            unique_fields=["event"],
            update_fields=["pair", "type", "value", "state"],
            batch_size=1000,
        )
        # Who holds an item is never written from what was read above: an editor may have taken it since. But whoever
        # held it for one purpose doesn't hold it for the next, as the first editor for the second opinion.
        if moved:
            self.filter(event__in=moved).update(holder=None, held_until=None)

    def due_for_renewal(self, batch: int) -> Iterator[list[int]]:
        """Events that wait for a look, or have no item yet and should, ids in batches: what a look is worth also
        changes with what verdicts taught and who watches, and no event is forgotten for long."""
        waiting = self.filter(state=ReviewState.WAITING).values_list("event_id", flat=True)
        missing = Event.objects.filter(dataset=Dataset.OWN, status=Status.CODED, review=None).values_list(
            "pk", flat=True
        )
        for ids in (waiting, missing.order_by()):
            last = 0
            while piece := list(ids.filter(pk__gt=last).order_by("pk")[:batch]):
                yield piece
                last = piece[-1]


class ReviewItem(models.Model):
    """An event's place in the queue of the desk. The queue is a column here, like that of every stage.

    is_audit: chosen at random, whatever a look at it is worth, so that what is learnt of the coder is not learnt of
    doubtful readings alone. is_double: chosen at random to be judged by two. Both by a hash of the event's id with the
    secret key: the same however often it is asked, and nobody can tell beforehand. holder, held_until: who looks at it,
    until when. passed_by: ids of editors who left it to others.
    """

    event = models.OneToOneField(Event, on_delete=models.CASCADE, primary_key=True, related_name="review")
    pair = models.ForeignKey(CountryPair, on_delete=models.CASCADE, related_name="+", db_index=False)
    type = models.CharField(max_length=40)
    state = models.CharField(max_length=7, choices=ReviewState, default=ReviewState.WAITING)
    value = models.FloatField()
    is_audit = models.BooleanField(default=False)
    is_double = models.BooleanField(default=False)
    since = models.DateTimeField()
    holder = models.ForeignKey(
        "auth.User", on_delete=models.SET_NULL, null=True, blank=True, related_name="+", db_index=False
    )
    held_until = models.DateTimeField(null=True, blank=True)
    passed_by = ArrayField(models.IntegerField(), default=list, blank=True)

    objects = ReviewItems.as_manager()

    class Meta:
        ordering = ["-value", "event_id"]
        constraints = [in_choices("state", ReviewState)]
        indexes = [
            # What is a look worth most? Asked by corrections.run_desk, of all and of one pair.
            models.Index(
                F("value").desc(),
                F("event"),
                name="review_by_value",
                condition=Q(state=ReviewState.WAITING, is_audit=False),
            ),
            models.Index(*("pair", F("value").desc()), name="review_of_pair", condition=Q(state=ReviewState.WAITING)),
            # The random sample in its order, second opinions and disagreements. Asked by the same.
            models.Index(fields=["event"], name="review_audit", condition=Q(state=ReviewState.WAITING, is_audit=True)),
            models.Index(
                fields=["state", "event"],
                name="review_of_two",
                condition=Q(state__in=[ReviewState.SECOND, ReviewState.SPLIT]),
            ),
            # What does this editor hold? Asked at every look at the desk.
            models.Index(fields=["holder", "-value"], name="review_held", condition=Q(holder__isnull=False)),
        ]

    def __str__(self) -> str:
        return f"{self.event_id}: {self.get_state_display()}"


@dataclass(frozen=True, slots=True)
class DeskFilters:
    """What an editor wants to look at. pair: id; type: slug; source: id of a feed; days: age of the event at most."""

    pair: int | None = None
    type: str = ""
    source: int | None = None
    days: int | None = None

    @property
    def any(self) -> bool:
        return self != DeskFilters()

    def of(self, items: ReviewItems) -> ReviewItems:
        """The items that fit."""
        if self.pair is not None:
            items = items.filter(pair=self.pair)
        if self.type:
            items = items.filter(type=self.type)
        if self.days is not None:
            items = items.filter(event__occurred_on__gte=timezone.now().date() - dt.timedelta(days=self.days))
        if self.source is not None:
            told = Report.objects.standing().filter(event=OuterRef("event"), article__feed=self.source)
            items = items.filter(Exists(told))
        return items


def _begun(event_id: int) -> ReviewItem:
    return ReviewItem(
        event_id=event_id,
        is_audit=is_chosen("audit", event_id, settings.AUDIT_SHARE),
        is_double=is_chosen("double", event_id, settings.SECOND_OPINION_SHARE),
        since=timezone.now(),
    )


def is_chosen(sample: str, event_id: int, share: float) -> bool:
    """Whether an event belongs to a random sample that holds this share of all."""
    digest = salted_hmac(f"dyad.review.{sample}", str(event_id), algorithm="sha256").digest()
    return int.from_bytes(digest[:8], "big") < share * 2**64


def state_of(event: Event, is_double: bool, verdicts: Sequence[Verdict]) -> ReviewState:
    """Where an event stands at the desk by what is said of it. verdicts: the standing ones, oldest first."""
    origins = {one.origin for one in verdicts}
    if Origin.DECISION in origins:
        return ReviewState.DONE
    first, second = opinions_of(verdicts)
    if first and second:
        return ReviewState.DONE if first.agrees_with(second) else ReviewState.SPLIT
    if origins - {Origin.SECOND}:
        return ReviewState.SECOND if is_double and Origin.DESK in origins and not second else ReviewState.DONE
    return ReviewState.WAITING if event.status == Status.CODED else ReviewState.DONE


def opinions_of(verdicts: Sequence[Verdict]) -> tuple[Verdict | None, Verdict | None]:
    """The first opinion and the second, blind one of an event, always of two people. verdicts: oldest first.

    The first is the newest word at the desk or in passing. Once there is a second, only who gave the first can have
    another one; what others say on the event's page is neither, and who gave the second can't agree with themselves.
    """
    second = next((one for one in reversed(verdicts) if one.origin == Origin.SECOND), None)
    told = [one for one in verdicts if one.origin in (Origin.DESK, Origin.PASSING)]
    if second is None:
        return (told[-1] if told else None), None
    others = [one for one in told if one.editor_id != second.editor_id]
    if not others:
        return None, second
    # Where what the second answered was taken back, whoever judged the event anew gave the first.
    giver = next((one for one in reversed(others) if one.pk < second.pk), others[0]).editor_id
    return next(one for one in reversed(others) if one.editor_id == giver), second


def are_two_editors() -> bool:
    """Whether two people at least may correct events, so that a second opinion can come at all."""
    return len(people_who_may("relations.correct_events")[:2]) == 2


def _value(event: Event, learnt: float, watchers: int) -> float:
    probability = event_probability(confirmed=False, confidence=event.confidence, learnt=learnt)
    return value_of_a_look(
        probability=probability,
        weight=weighs_as(event.type, event.stage).goldstein,
        stories=event.report_count,
        watchers=watchers,
    )


def _watchers(pair_ids: Collection[int]) -> dict[int, int]:
    """How many people watch each of these pairs, by a watch of the pair alone."""
    of_pairs = Watch.objects.filter(pair__in=pair_ids, paused=False).order_by()
    counts = dict(of_pairs.values_list("pair").annotate(people=Count("owner", distinct=True)))
    return {pair: counts.get(pair, 0) for pair in pair_ids}


def rules_of(reports: Iterable[Report]) -> list[str]:
    """Names of the rules that read these reports: what stands before the colon of ``because``."""
    return sorted({report.because.partition(":")[0] for report in reports})
