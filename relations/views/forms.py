"""Forms: what a request says, checked, with words for what is wrong."""

from __future__ import annotations

import datetime as dt
from typing import Any

from django import forms
from django.utils import timezone

from relations.codebook.event_types import GROUPS, event_types, types_in_group
from relations.models import CountryPair, Direction, Event
from relations.queries.timelines import TimelineFilters


def direction_choices(pair: CountryPair) -> list[tuple[int, str]]:
    return [
        (Direction.FORWARD, f"{pair.first.name} → {pair.second.name}"),
        (Direction.BACKWARD, f"{pair.second.name} → {pair.first.name}"),
        (Direction.MUTUAL, "both at once"),
    ]


def date_field(label: str, **options: Any) -> forms.DateField:
    # The least keeps a half-typed year from being sent: htmx sends only what the browser holds for valid.
    widget = forms.DateInput(attrs={"type": "date", "min": "1900-01-01"}, format="%Y-%m-%d")
    wrong = f"{label}: write the date as 2017-09-01."
    return forms.DateField(label=label, widget=widget, error_messages={"invalid": wrong}, **options)


class TimelineForm(forms.Form):
    """The timeline's filters, from the address."""

    group = forms.MultipleChoiceField(
        label="Kind", choices=list(GROUPS.items()), required=False, widget=forms.CheckboxSelectMultiple
    )
    direction = forms.TypedChoiceField(label="Who towards whom", required=False, coerce=int, empty_value=None)
    since = date_field("From", required=False)
    until = date_field("Until", required=False)
    rejected = forms.BooleanField(label="with rejected and withdrawn", required=False)

    def __init__(self, data: Any, *, pair: CountryPair, counts: dict[str, int]) -> None:
        """counts: events of the pair in each group of types."""
        super().__init__(data, label_suffix="")
        group: Any = self.fields["group"]
        group.choices = [(slug, f"{label} ({counts.get(slug, 0)})") for slug, label in GROUPS.items()]
        direction: Any = self.fields["direction"]
        direction.choices = [("", "either way"), *direction_choices(pair)]

    def clean(self) -> dict[str, Any]:
        values: dict[str, Any] = super().clean() or {}
        since, until = values.get("since"), values.get("until")
        if since and until and since > until:
            raise forms.ValidationError(f"From ({since}) is after Until ({until}), so no day fits. Swap them.")
        return values

    def filters(self) -> TimelineFilters:
        """The filters that are right; a wrong one is told by the form's errors and left out."""
        self.is_valid()
        values = self.cleaned_data
        return TimelineFilters(
            groups=tuple(values.get("group", ())),
            direction=values.get("direction"),
            since=values.get("since"),
            until=values.get("until"),
            with_rejected=values.get("rejected", False),
        )


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
