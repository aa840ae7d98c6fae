"""The form of an actor's name, which knows what other names mean."""

from __future__ import annotations

import datetime as dt
from typing import Any

from django import forms

from relations.models import Actor, ActorName, NameOrigin
from relations.tagging.lexicon import LOCAL, OTHER, PLACE, SURNAME, Meaning
from relations.tagging.run import meanings_of

# One name may mean these of several countries; the text decides which.
SHARED = {LOCAL, PLACE, SURNAME}


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
        name = " ".join(self.cleaned_data["name"].split())
        if sum(map(str.isalpha, name)) < 2:
            raise forms.ValidationError(f"“{name}” has fewer than two letters and would be found in every text.")
        if name.islower():
            raise forms.ValidationError(
                f"“{name}” has no capital letter, so it would be found in ordinary words. Write it as texts do."
            )
        return name

    def clean(self) -> dict[str, Any]:
        values: dict[str, Any] = super().clean() or {}
        actor = values.get("actor") or (self.instance.actor if self.instance.actor_id else None)
        if actor is None or "name" not in values or "valid_from" not in values or "valid_until" not in values:
            return values
        name, since, until = values["name"], values["valid_from"], values["valid_until"]
        self.refuse_a_twin(actor, name, values.get("language", ""))
        for meaning in meanings_of(name):
            if meaning.country != actor.country_id and _overlap(meaning, since, until):
                self.weigh(meaning, name)
        return values

    def refuse_a_twin(self, actor: Actor, name: str, language: str) -> None:
        twins = ActorName.objects.filter(actor=actor, name=name, language=language)
        twin = twins.exclude(pk=self.instance.pk).first()
        if twin is not None:
            where = "in the codebook" if twin.origin == NameOrigin.CODEBOOK else "among the names added here"
            self.add_error("name", f"“{twin}” stands {where} as a name of this actor already.")

    def weigh(self, meaning: Meaning, name: str) -> None:
        """Refuse a name that another country has, or doubt it where the coder can tell the two apart."""
        if meaning.kind == OTHER:
            self.add_error("name", f"“{name}” is listed as a name of no country, so the coder would never read it.")
            return
        holder = Actor.objects.filter(key=meaning.actor).select_related("country").first()
        whose = meaning.country
        if holder:
            whose = holder.name if holder.name == holder.country.name else f"{holder} ({holder.country})"
        if meaning.kind in SHARED:
            self.doubts.append(f"“{name}” also means {whose}{_years(meaning)}; this name now goes before that.")
            return
        if _years(meaning):
            way_out = "Set “valid from” and “valid until” to days on which it does not."
        else:
            way_out = "Take another name; if the other was added here, remove it there or give it its days."
        self.add_error(
            "name",
            f"“{name}” already stands for {whose}{_years(meaning)}, and a name can't stand for two countries at one "
            f"time. {way_out}",
        )


def _overlap(meaning: Meaning, since: dt.date | None, until: dt.date | None) -> bool:
    return (meaning.since or dt.date.min) <= (until or dt.date.max) and (since or dt.date.min) <= (
        meaning.until or dt.date.max
    )


def _years(meaning: Meaning) -> str:
    """In words, when the name means it: " from 2013-05-11 until 2017-07-28"."""
    since = f" from {meaning.since}" if meaning.since else ""
    return since + (f" until {meaning.until}" if meaning.until else "")
