"""What an editor says of an event that the coder missed, checked, with words for what is wrong."""

from __future__ import annotations

import datetime as dt
from typing import Any

from django import forms
from django.utils import timezone

from relations.errors import RelationsError
from relations.models import Precision, Stage
from relations.pipeline import Mark, passage_in
from relations.queries.marking import actors_of, country_choices
from relations.views.correction_forms import NOBODY, TYPE_CHOICES, by_kind
from relations.views.forms import date_field

MOST_WORDS = 2000  # characters
SIDES = ("source", "target")
ONE_WAY, BOTH = "towards", "with"
LONGEST_STORY = 10_000_000  # characters
NO_PLACE = "Where in the story the words stand was sent as no number. Mark them again."


def country_field(label: str, missing: str) -> forms.ChoiceField:
    return forms.ChoiceField(
        label=label, error_messages={"required": missing, "invalid_choice": f"{label}: choose a country of the list."}
    )


def actor_field(label: str) -> forms.TypedChoiceField:
    wrong = f"{label}: choose someone who acts for the country that is chosen now."
    return forms.TypedChoiceField(
        label=label, coerce=int, empty_value=None, required=False, error_messages={"invalid_choice": wrong}
    )


class MarkForm(forms.Form):
    """The words of a story and what they tell. text: the story's; the words must stand in it.

    near: the character of the text at which they were marked, where the same words stand at several places.
    """

    near = forms.IntegerField(
        required=False,
        min_value=0,
        max_value=LONGEST_STORY,
        widget=forms.HiddenInput,
        error_messages=dict.fromkeys(("invalid", "min_value", "max_value"), NO_PLACE),
    )
    words = forms.CharField(
        label="The words that tell of it, as they stand in the story",
        max_length=MOST_WORDS,
        widget=forms.Textarea(attrs={"rows": 3}),
        error_messages={
            "required": "Mark or copy the words that tell of it.",
            "max_length": "Mark at most 2,000 characters: the sentence that tells of it is enough.",
        },
    )
    source = country_field("Who acts", "Choose the country that acts.")
    source_actor = actor_field("Through whom it acts")
    way = forms.ChoiceField(
        label="Which way",
        choices=[(ONE_WAY, "one towards the other"), (BOTH, "both at once")],
        error_messages={"invalid_choice": "It is one towards the other, or both at once."},
    )
    target = country_field("Towards whom", "Choose the country towards which it acts.")
    target_actor = actor_field("Who is acted on there")
    type = forms.ChoiceField(
        label="Type",
        choices=[("", "Choose"), *TYPE_CHOICES],
        error_messages={
            "required": "Choose what was done: a type of the codebook.",
            "invalid_choice": "Choose a type of the codebook.",
        },
    )
    stage = forms.ChoiceField(
        label="Stage",
        choices=[("", "as the type says"), *Stage.choices],
        required=False,
        error_messages={"invalid_choice": "The stage is one of the list."},
    )
    occurred_on = date_field("Date")
    precision = forms.ChoiceField(
        label="Known to the",
        choices=Precision.choices,
        error_messages={"invalid_choice": "A date is known to the day, the week, the month or the year."},
    )
    place = forms.CharField(
        label="Place",
        required=False,
        max_length=120,
        widget=forms.TextInput(attrs={"placeholder": "optional"}),
        error_messages={"max_length": "The place can have 120 characters. Shorten it."},
    )
    reason = forms.CharField(
        label="Reason",
        required=False,
        max_length=500,
        widget=forms.TextInput(attrs={"placeholder": "optional"}),
        error_messages={"max_length": "The reason can have 500 characters. Shorten it."},
    )

    def __init__(self, data: Any = None, *, text: str, initial: dict[str, Any], url: str) -> None:
        super().__init__(data, initial=initial, label_suffix="")
        self.text = text
        countries = country_choices()
        codes = {side: str((data if data is not None else initial).get(side) or "") for side in SIDES}
        actors = actors_of({code for code in codes.values() if code.isalpha()})
        for side, code in codes.items():
            country: Any = self.fields[side]
            country.choices = [("", "Choose"), *countries]
            country.widget.attrs |= {"hx-get": url, "hx-target": f"#{side}-actor", "hx-swap": "outerHTML"}
            actor: Any = self.fields[f"{side}_actor"]
            actor.choices = [NOBODY, *by_kind([one for one in actors if one.country_id == code])]
        self.fields["occurred_on"].widget.attrs["max"] = timezone.now().date().isoformat()

    def focus_on_error(self) -> None:
        """Let the first field that is wrong get the focus, if any is."""
        for bound in self.visible_fields():
            if self.is_bound and bound.errors:
                bound.field.widget.attrs["autofocus"] = True
                return

    def clean_words(self) -> str:
        words: str = self.cleaned_data["words"]
        try:
            passage_in(self.text, words, self.cleaned_data.get("near") or 0)
        except RelationsError as refusal:
            raise forms.ValidationError(str(refusal)) from None
        return words

    def clean_occurred_on(self) -> dt.date:
        day: dt.date = self.cleaned_data["occurred_on"]
        if day > timezone.now().date():
            raise forms.ValidationError("An event can't lie in the future; a plan is dated by its announcement.")
        return day

    def clean(self) -> dict[str, Any]:
        values: dict[str, Any] = super().clean() or {}
        if values.get("source") and values.get("source") == values.get("target"):
            self.add_error("target", "An event is between two countries. Choose another one on one side.")
        return values

    @property
    def mark(self) -> Mark:
        """What was said, where the words stand left open. The form is valid."""
        values = self.cleaned_data
        return Mark(
            **{name: values[name] for name in ("source", "target", "type", "occurred_on", "precision", "place")},
            **{name: values[name] for name in ("source_actor", "target_actor")},
            mutual=values["way"] == BOTH,
            stage=values["stage"],
            sentence="",
            number=0,
            span=(0, 0),
            version=0,
        )
