"""What an editor chooses at the desk."""

from __future__ import annotations

from urllib.parse import urlencode

from django import forms

from relations.codebook.event_types import event_types
from relations.models import CountryPair, DeskFilters, Feed
from relations.queries.desk import AGES


class DeskFilterForm(forms.Form):
    """pair, type, source, days. What is none of them is left out, in words."""

    pair = forms.ModelChoiceField(CountryPair.objects.all(), required=False, to_field_name="slug")
    type = forms.ChoiceField(required=False, choices=[(slug, kind.name) for slug, kind in event_types().items()])
    source = forms.ModelChoiceField(Feed.objects.all(), required=False)
    days = forms.TypedChoiceField(required=False, coerce=int, empty_value=None, choices=list(AGES.items()))

    @property
    def filters(self) -> DeskFilters:
        self.is_valid()
        chosen = self.cleaned_data
        pair, source = chosen.get("pair"), chosen.get("source")
        return DeskFilters(
            pair=pair.pk if pair else None,
            type=chosen.get("type") or "",
            source=source.pk if source else None,
            days=chosen.get("days"),
        )

    @property
    def query(self) -> str:
        """As the query of an address; empty where nothing is chosen."""
        filters = self.filters
        pair = self.cleaned_data.get("pair")
        chosen = {
            "pair": pair.slug if pair else "",
            "type": filters.type,
            "source": filters.source,
            "days": filters.days,
        }
        return urlencode({name: value for name, value in chosen.items() if value})

    @property
    def error_words(self) -> list[str]:
        names = {"pair": "pair", "type": "event type", "source": "source", "days": "age"}
        return [f"There is no such {names[field]}; all are shown." for field in self.errors]
