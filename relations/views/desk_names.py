"""A name that the coder doesn't know, given to an actor by an editor in the middle of judging."""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.http import urlencode
from django.views.decorators.http import require_http_methods

from relations.errors import RelationsError
from relations.models import Actor, ActorName, Country
from relations.pipeline import tidy_name, weigh_name
from relations.views.access import for_namers
from relations.views.correction_forms import by_kind
from relations.views.forms import date_field
from relations.views.htmx import render_page, target_of

LONGEST = 120  # characters of a name


class WhoseForm(forms.Form):
    """Which name, and of which country."""

    name = forms.CharField(label="Name", required=False, max_length=LONGEST)
    country = forms.ModelChoiceField(
        Country.objects.order_by("name"),
        label="Country",
        required=False,
        empty_label="choose",
        error_messages={"invalid_choice": "There is no such country. Choose one of the list."},
    )

    def __init__(self, data: Any) -> None:
        given = {field: data.get(field, "").replace("\x00", "") for field in ("name", "country")}
        given["country"] = given["country"].upper()  # addresses write it small: pak
        super().__init__(given, label_suffix="", auto_id="whose-%s")


class AddNameForm(forms.ModelForm):
    """A name for an actor of one country. doubts: what is allowed but may not be meant. sure: the name that was sent
    once already, and is meant although it stands for many."""

    sure = forms.CharField(required=False, max_length=LONGEST, widget=forms.HiddenInput)
    valid_from = date_field("Valid from", required=False)
    valid_until = date_field("Valid until", required=False)

    class Meta:
        model = ActorName
        fields = ("name", "actor", "valid_from", "valid_until")
        labels = {"name": "Name", "actor": "Whose name it is"}
        error_messages = {
            "name": {"required": "Write the name as texts do: Foreign Office, Élysée Palace."},
            "actor": {
                "required": "Choose whose name it is.",
                "invalid_choice": "The chosen actor does not act for that country. Choose one of its own.",
            },
        }

    def __init__(self, country: Country, data: Any = None, name: str = "") -> None:
        super().__init__(data, initial={"name": name}, label_suffix="", auto_id="add-name-%s")
        self.doubts: list[str] = []
        actor: Any = self.fields["actor"]
        actor.queryset = Actor.objects.filter(country=country)
        _begin_at(self, "actor" if name else "name")
        actor.choices = [("", "choose"), *by_kind(list(actor.queryset.order_by("name")))]

    def clean_name(self) -> str:
        try:
            return tidy_name(self.cleaned_data["name"])
        except RelationsError as refusal:
            raise forms.ValidationError(str(refusal)) from None

    def clean(self) -> dict[str, Any]:
        values: dict[str, Any] = super().clean() or {}
        if {"name", "actor", "valid_from", "valid_until"} <= set(values):
            days = {"since": values["valid_from"], "until": values["valid_until"]}
            opinion = weigh_name(values["actor"], values["name"], language=self.instance.language, **days)
            for fault in opinion.faults:
                self.add_error("name", fault)
            self.doubts = opinion.doubts
            if opinion.to_confirm and not opinion.faults and values.get("sure") != values["name"]:
                self.data = {**{field: self.data.get(field, "") for field in self.fields}, "sure": values["name"]}
                words = " ".join(opinion.to_confirm)
                self.add_error("name", f"{words} Press “Add the name” again if that is meant.")
        return values

    def is_valid(self) -> bool:
        is_valid = super().is_valid()
        wrong = next((name for name in self.fields if name in self.errors), "")
        if wrong:
            _begin_at(self, wrong)
        return is_valid


def _begin_at(form: forms.BaseForm, wanted: str) -> None:
    """Where the focus goes when the form is shown, so that it isn't lost with what it replaces."""
    for name, field in form.fields.items():
        field.widget.attrs.pop("autofocus", None)
        if name == wanted:
            field.widget.attrs["autofocus"] = True


@require_http_methods(["GET", "POST"])
@for_namers
def add_name(request: HttpRequest) -> HttpResponse:
    """name=Freedonia and country=chl fill the form in; added=ID tells what was saved."""
    whose = WhoseForm(request.GET)
    whose.is_valid()
    country: Country | None = whose.cleaned_data.get("country")
    if request.method != "POST":
        name = whose.cleaned_data.get("name", "")
        form = AddNameForm(country, name=name) if country else None
        return _show(request, whose, country, form, added=_added(request))
    if country is None:
        return _show(request, whose, None, None, status=422)
    form = AddNameForm(country, request.POST)
    if not form.is_valid():
        return _show(request, whose, country, form, status=422)
    added = form.save()
    if target_of(request):
        return _show(request, whose, country, None, added=added, doubts=form.doubts)
    for doubt in form.doubts:
        messages.warning(request, doubt)
    query = urlencode({"country": country.pk.lower(), "added": added.pk})
    return redirect(f"{reverse('desk-add-name')}?{query}")


def _added(request: HttpRequest) -> ActorName | None:
    number = request.GET.get("added", "")
    if not (number.isascii() and number.isdigit() and len(number) <= 18):
        return None
    return ActorName.objects.added().select_related("actor__country").filter(pk=int(number)).first()


def _show(
    request: HttpRequest,
    whose: WhoseForm,
    country: Country | None,
    form: AddNameForm | None,
    *,
    added: ActorName | None = None,
    doubts: list[str] | None = None,
    status: int = 200,
) -> HttpResponse:
    if form is None and added is None:
        _begin_at(whose, "country" if whose.data["name"] else "name")
    context = {"whose": whose, "country": country, "form": form, "added": added, "doubts": doubts or []}
    return render_page(
        request, "relations/desk_add_name.html", {"add-name": "relations/_add_name.html"}, context, status=status
    )
