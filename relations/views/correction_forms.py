"""What an editor says an event was, checked, with words for what is wrong."""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Callable, Container, Mapping
from typing import Any

from django import forms
from django.utils import timezone

from relations.codebook.event_types import GROUPS, event_types, types_in_group
from relations.models import Actor, ActorKind, Direction, Event, Precision, Stage, Status
from relations.queries.conflict import seen_of
from relations.views.forms import date_field, direction_choices

# The fields of an event that the form holds; the names are those of relations.corrections.run.FIELDS.
FIELDS = ("type", "direction", "first_actor", "second_actor", "occurred_on", "precision", "stage", "place", "note")
TYPE_CHOICES = [(label, [(kind.slug, kind.name) for kind in types_in_group(group)]) for group, label in GROUPS.items()]
NOBODY = ("", "the state; nobody is named")
KINDS = {ActorKind.INSTITUTION: "Institutions", ActorKind.PERSON: "Persons", ActorKind.STATE: "The state itself"}


class SeenField(forms.CharField):
    """The event as the form was made from it: hidden, as JSON, to notice what someone changed meanwhile."""

    widget = forms.HiddenInput

    def clean(self, value: Any) -> dict[str, Any] | None:
        """By the names of Event.as_edited, the date as a date; None where nothing was sent.

        Raises ValidationError for what was never sent so.
        """
        text = super().clean(value)
        if not text:
            return None
        try:
            sent = dict(json.loads(text).items())
            return {field: KINDS_SEEN[field](sent[field]) for field in KINDS_SEEN if field in sent}
        except (ValueError, TypeError, AttributeError, RecursionError):
            raise forms.ValidationError("The form came back incomplete. Open it anew.") from None


def _text(value: Any) -> str:
    if not isinstance(value, str):
        raise TypeError
    return value


def _actor(value: Any) -> int | None:
    if value is not None and type(value) is not int:
        raise TypeError
    return value


def _one_of(choices: Container[Any]) -> Callable[[Any], Any]:
    def known(value: Any) -> Any:
        if type(value) not in (str, int) or value not in choices:
            raise ValueError(value)
        return value

    return known


# How each field of an event comes back.
KINDS_SEEN: dict[str, Callable[[Any], Any]] = {
    "type": _one_of(event_types()),
    "direction": _one_of(Direction.values),
    "occurred_on": lambda value: dt.date.fromisoformat(_text(value)),
    "precision": _one_of(Precision.values),
    "stage": _one_of(Stage.values),
    "place": _text,
    "note": _text,
    "status": _one_of(Status.values),
    "first_actor": _actor,
    "second_actor": _actor,
}


class CorrectionForm(forms.Form):
    """All that an editor may set of an event. values: the event, or what was read of it, as Event.as_edited has
    it; the form shows them and remembers them as seen."""

    type = forms.ChoiceField(label="Type", choices=TYPE_CHOICES)
    direction = forms.TypedChoiceField(label="Who towards whom", coerce=int)
    first_actor = forms.TypedChoiceField(coerce=int, empty_value=None, required=False)
    second_actor = forms.TypedChoiceField(coerce=int, empty_value=None, required=False)
    occurred_on = date_field("Date")
    precision = forms.ChoiceField(label="Known to the", choices=Precision.choices)
    stage = forms.ChoiceField(label="Stage", choices=Stage.choices)
    place = forms.CharField(label="Place", required=False, max_length=120)
    note = forms.CharField(
        label="Note for readers",
        required=False,
        max_length=500,
        widget=forms.TextInput(attrs={"placeholder": "optional; shown on the event's page"}),
    )
    reason = forms.CharField(
        label="Reason", required=False, max_length=500, widget=forms.TextInput(attrs={"placeholder": "optional"})
    )
    seen = SeenField(required=False)

    def __init__(self, data: Any = None, *, event: Event, values: Mapping[str, Any], seen: str = "") -> None:
        initial = {**values, "seen": seen or seen_of(values)}
        # Several can be open on one page.
        super().__init__(data, initial=initial, label_suffix="", auto_id=f"event-{event.pk}-%s")
        pair = event.pair
        direction: Any = self.fields["direction"]
        direction.choices = direction_choices(pair)
        actors = list(Actor.objects.filter(country__in=[pair.first_id, pair.second_id]).order_by("name"))
        for field, country in (("first_actor", pair.first), ("second_actor", pair.second)):
            choice: Any = self.fields[field]
            choice.label = f"Who acts for {country.name}"
            choice.choices = [NOBODY, *by_kind([actor for actor in actors if actor.country_id == country.pk])]
        for every in self.fields.values():
            every.error_messages["required"] = f"{every.label} is missing."
        self.fields["occurred_on"].widget.attrs["max"] = timezone.now().date().isoformat()
        if data is not None:  # what is not sent stays as it is
            for name in set(self.fields) - set(data):
                self.fields[name].required = False

    def clean_occurred_on(self) -> dt.date | None:
        day: dt.date | None = self.cleaned_data["occurred_on"]
        if day and day > timezone.now().date():
            raise forms.ValidationError("An event can't lie in the future; a plan is dated by its announcement.")
        return day

    def clean_type(self) -> str:
        slug: str = self.cleaned_data["type"]
        if slug and slug not in event_types():
            raise forms.ValidationError("Choose a type of the codebook.")
        return slug

    @property
    def new(self) -> dict[str, Any]:
        """What the editor has in the fields that were sent."""
        return {field: self.cleaned_data[field] for field in FIELDS if field in self.data}

    @property
    def changed(self) -> dict[str, Any]:
        """What the editor has otherwise than it was shown; all that was sent, where that is not known."""
        seen = self.cleaned_data.get("seen") or {}
        changed = {field: value for field, value in self.new.items() if field not in seen or seen[field] != value}
        if "occurred_on" in changed:  # a month that is moved stays a month
            changed |= {field: self.new[field] for field in ("precision",) if field in self.new}
        return changed


def by_kind(actors: list[Actor]) -> list[tuple[str, list[tuple[int, str]]]]:
    """Actors as the grouped choices of a field, by what they are."""
    return [
        (label, of_kind)
        for kind, label in KINDS.items()
        if (of_kind := [(actor.pk, actor.name) for actor in actors if actor.kind == kind])
    ]


class VerdictForm(forms.Form):
    """A verdict alone, without a word on the fields."""

    reason = forms.CharField(required=False, max_length=500)
    seen = SeenField(required=False)
