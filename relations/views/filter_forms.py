"""The filters of events, from an address: checked, with words for what is wrong."""

from __future__ import annotations

from typing import Any

from django import forms

from relations.codebook.event_types import GROUPS, event_types
from relations.models import Direction, EventFilters, Stage
from relations.queries.filter_panel import STATUS_WORDS
from relations.views.forms import PeriodForm

LONGEST_WORDS = 200


class EventFilterForm(PeriodForm):
    """What is chosen of events. What is wrong is told by the form's errors and left out of its filters."""

    group = forms.MultipleChoiceField(
        choices=list(GROUPS.items()),
        required=False,
        error_messages={"invalid_choice": "There is no kind of events “%(value)s”."},
    )
    type = forms.MultipleChoiceField(
        required=False, error_messages={"invalid_choice": "There is no event type “%(value)s” in the codebook."}
    )
    direction = forms.TypedChoiceField(
        choices=[("", ""), *((str(way), way.label) for way in Direction)],
        required=False,
        coerce=int,
        empty_value=None,
        error_messages={"invalid_choice": "The direction is 1, -1 or 0."},
    )
    stage = forms.MultipleChoiceField(
        choices=Stage.choices,
        required=False,
        error_messages={"invalid_choice": "There is no stage “%(value)s”."},
    )
    status = forms.MultipleChoiceField(
        choices=list(STATUS_WORDS.items()),
        required=False,
        error_messages={"invalid_choice": "There is no status “%(value)s”."},
    )
    source = forms.IntegerField(
        min_value=1,
        max_value=2**31 - 1,
        required=False,
        error_messages={"invalid": "A source is chosen by its number; take it from the pair's sources."},
    )
    confidence = forms.IntegerField(
        min_value=1,
        max_value=100,
        required=False,
        error_messages={"invalid": "The least probability is a number from 1 to 100, in percent."},
    )
    q = forms.CharField(
        label="Words",
        max_length=LONGEST_WORDS,
        required=False,
        error_messages={"max_length": f"Search for at most {LONGEST_WORDS} characters."},
    )

    def __init__(self, data: Any) -> None:
        super().__init__(data, label_suffix="")
        kinds: Any = self.fields["type"]
        kinds.choices = [(slug, kind.name) for slug, kind in event_types().items()]

    def filters(self) -> EventFilters:
        """The filters that are right."""
        self.is_valid()
        values = self.cleaned_data
        return EventFilters(
            groups=tuple(values.get("group", ())),
            types=tuple(values.get("type", ())),
            direction=values.get("direction"),
            stages=tuple(values.get("stage", ())),
            statuses=tuple(values.get("status", ())),
            source=values.get("source"),
            confidence=values.get("confidence"),
            since=values.get("since"),
            until=values.get("until"),
            words=values.get("q", ""),
        )
