"""Forms: what a request says, checked, with words for what is wrong."""

from __future__ import annotations

import datetime as dt
from typing import Any

from django import forms
from django.core.validators import MaxValueValidator, MinValueValidator
from django.utils import timezone

from relations.codebook.event_types import GROUPS, event_types, types_in_group
from relations.models import CountryPair, Direction, Event
from relations.models.event_filters import direction_words

# The days that may be asked for. Near the ends of what a date can hold the days before and after would be none.
FIRST_DAY, LAST_DAY = dt.date(1900, 1, 1), dt.date(2199, 12, 31)


def direction_choices(pair: CountryPair) -> list[tuple[int, str]]:
    ways = (Direction.FORWARD, Direction.BACKWARD, Direction.MUTUAL)
    return [(way, direction_words(way, pair.first.name, pair.second.name)) for way in ways]


def date_field(label: str, **options: Any) -> forms.DateField:
    # The least keeps a half-typed year from being sent: htmx sends only what the browser holds for valid.
    widget = forms.DateInput(attrs={"type": "date", "min": FIRST_DAY.isoformat()}, format="%Y-%m-%d")
    wrong = f"{label}: write the date as 2017-09-01."
    outside = f"{label}: choose a day from {FIRST_DAY.year} to {LAST_DAY.year}."
    bounds = [MinValueValidator(FIRST_DAY, outside), MaxValueValidator(LAST_DAY, outside)]
    return forms.DateField(label=label, widget=widget, error_messages={"invalid": wrong}, validators=bounds, **options)


class PeriodForm(forms.Form):
    """From a day until a day, either open. What is wrong is told by error_words."""

    since = date_field("From", required=False)
    until = date_field("Until", required=False)

    def clean(self) -> dict[str, Any]:
        values: dict[str, Any] = super().clean() or {}
        since, until = values.get("since"), values.get("until")
        if since and until and since > until:
            raise forms.ValidationError(f"From ({since}) is after Until ({until}), so no day fits. Swap them.")
        return values

    @property
    def error_words(self) -> list[str]:
        return [str(error) for errors in self.errors.values() for error in errors]


class CorrectionForm(forms.Form):
    """What an editor says an event was. seen: when the form was made, to notice that someone changed it meanwhile."""

    type = forms.ChoiceField(label="Type")
    direction = forms.TypedChoiceField(label="Who towards whom", coerce=int)
    occurred_on = date_field("Date")
    reason = forms.CharField(
        label="Reason", required=False, max_length=500, widget=forms.TextInput(attrs={"placeholder": "optional"})
    )
    seen = forms.DateTimeField(widget=forms.HiddenInput)

    def __init__(self, data: Any = None, *, event: Event) -> None:
        initial = {
            "type": event.type,
            "direction": event.direction,
            "occurred_on": event.occurred_on,
            "seen": event.updated_at.isoformat(),
        }
        super().__init__(data, initial=initial, label_suffix="")
        kind: Any = self.fields["type"]
        kind.choices = [
            (label, [(kind.slug, kind.name) for kind in types_in_group(group)]) for group, label in GROUPS.items()
        ]
        direction: Any = self.fields["direction"]
        direction.choices = direction_choices(event.pair)
        self.fields["occurred_on"].widget.attrs["max"] = timezone.now().date().isoformat()

    def clean_occurred_on(self) -> dt.date:
        day: dt.date = self.cleaned_data["occurred_on"]
        if day > timezone.now().date():
            raise forms.ValidationError("An event can't lie in the future; a plan is dated by its announcement.")
        return day

    def clean_type(self) -> str:
        slug: str = self.cleaned_data["type"]
        if slug not in event_types():
            raise forms.ValidationError("Choose a type of the codebook.")
        return slug
