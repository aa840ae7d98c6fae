"""Forms: what a request says, checked, with words for what is wrong."""

from __future__ import annotations

import datetime as dt
from typing import Any

from django import forms
from django.core.validators import MaxValueValidator, MinValueValidator

from relations.models import CountryPair, Direction
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
