"""The form of an actor's name, which knows what other names mean."""

from __future__ import annotations

from typing import Any

from django import forms

from relations.errors import RelationsError
from relations.models import ActorName
from relations.pipeline import tidy_name, weigh_name


class NameForm(forms.ModelForm):
    """A name, checked against all that the coder knows. doubts: what is allowed but may not be meant."""

    class Meta:
        model = ActorName
        fields = ("actor", "name", "language", "valid_from", "valid_until")
        widgets = {"language": forms.TextInput(attrs={"size": 6})}
        error_messages = {"name": {"required": "Write the name as texts do: Foreign Office, Élysée Palace."}}
        help_texts = {
            "name": "As texts write it, capitals included.",
            "valid_from": "The first day on which it means this actor; empty for always.",
            "valid_until": "The last day on which it does; empty for until today and on.",
        }

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.doubts: list[str] = []

    def clean_name(self) -> str:
        try:
            return tidy_name(self.cleaned_data["name"])
        except RelationsError as refusal:
            raise forms.ValidationError(str(refusal)) from None

    def clean(self) -> dict[str, Any]:
        values: dict[str, Any] = super().clean() or {}
        actor = values.get("actor") or (self.instance.actor if self.instance.actor_id else None)
        if actor is None or "name" not in values or "valid_from" not in values or "valid_until" not in values:
            return values
        opinion = weigh_name(
            actor,
            values["name"],
            language=values.get("language", ""),
            since=values["valid_from"],
            until=values["valid_until"],
            but=self.instance.pk,
        )
        for fault in opinion.faults:
            self.add_error("name", fault)
        self.doubts = opinion.doubts
        return values
