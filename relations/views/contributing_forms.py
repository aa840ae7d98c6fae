"""Forms of those who bring articles: a text, an address, files; and the source that they belong to."""

from __future__ import annotations

import datetime as dt
from typing import Any

from django import forms
from django.utils import timezone

from relations.errors import RelationsError
from relations.pipeline import read_address
from relations.views.forms import date_field

LONGEST_TEXT = 200_000  # characters


def source_field() -> forms.CharField:
    """Choosing from what there is and naming a new one are one field, by the list that the page holds."""
    return forms.CharField(
        label="Source",
        required=False,
        max_length=200,
        widget=forms.TextInput(attrs={"list": "sources", "autocomplete": "off", "placeholder": "Added by hand"}),
        error_messages={"max_length": "A source's name has at most 200 characters."},
    )


def address_field(**options: Any) -> forms.CharField:
    return forms.CharField(
        label="Address",
        max_length=2000,
        widget=forms.TextInput(attrs={"inputmode": "url", "placeholder": "https://example.org/story"}),
        error_messages={"required": "Write the story's address.", "max_length": "An address is not that long."},
        **options,
    )


class TextForm(forms.Form):
    """A story that a person pastes."""

    title = forms.CharField(
        label="Title",
        max_length=1000,
        error_messages={
            "required": "Write the story's title.",
            "max_length": "A title has at most 1,000 characters.",
        },
    )
    text = forms.CharField(
        label="Text",
        widget=forms.Textarea(attrs={"rows": 12}),
        error_messages={"required": "Paste the story's text."},
    )
    date = date_field("Date of publication", required=False)
    time = forms.TimeField(
        label="Time, in UTC",
        required=False,
        widget=forms.TimeInput(attrs={"type": "time"}, format="%H:%M"),
        error_messages={"invalid": "Time: write it as 14:30."},
    )
    url = address_field(required=False)
    source = source_field()

    def __init__(self, data: Any = None) -> None:
        super().__init__(data, label_suffix="", auto_id="text-%s")
        self.fields["date"].widget.attrs["max"] = timezone.now().date().isoformat()

    def clean_text(self) -> str:
        text: str = self.cleaned_data["text"].replace("\r\n", "\n")
        if len(text) > LONGEST_TEXT:
            raise forms.ValidationError(
                f"The text has {len(text):,} characters; of a story at most {LONGEST_TEXT:,} are kept. Paste less."
            )
        return text

    def clean_date(self) -> dt.date | None:
        day: dt.date | None = self.cleaned_data["date"]
        # Where the person is, it may be tomorrow already.
        if day and day > timezone.now().date() + dt.timedelta(days=1):
            raise forms.ValidationError(f"{day} is still to come. Write the day on which the story was published.")
        return day

    def clean_url(self) -> str:
        return spelled(self.cleaned_data["url"])

    def clean(self) -> dict[str, Any]:
        values: dict[str, Any] = super().clean() or {}
        if values.get("time") and not values.get("date") and "date" not in self.errors:
            raise forms.ValidationError("There is a time but no date. Write both, or leave both empty.")
        return values

    def published_at(self) -> dt.datetime | None:
        day: dt.date | None = self.cleaned_data["date"]
        return dt.datetime.combine(day, self.cleaned_data["time"] or dt.time(), dt.UTC) if day else None


class AddressForm(forms.Form):
    """A story that is to be fetched."""

    url = address_field()
    source = source_field()

    def __init__(self, data: Any = None) -> None:
        super().__init__(data, label_suffix="", auto_id="page-%s")

    def clean_url(self) -> str:
        return spelled(self.cleaned_data["url"])


def spelled(address: str) -> str:
    """An address as articles have it; empty for none."""
    if not address:
        return ""
    try:
        return read_address(address).url
    except RelationsError as refusal:
        raise forms.ValidationError(str(refusal)) from None


class UploadForm(forms.Form):
    """Files or a folder. Which files these are is the view's; there may be thousands, and some are passed over."""

    source = source_field()

    def __init__(self, data: Any = None) -> None:
        super().__init__(data, label_suffix="", auto_id="upload-%s")
