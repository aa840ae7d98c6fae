"""The form of a watch: whom it is of, what it waits for, which events fit, how its owner is told."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django import forms

from relations.codebook.countries import countries
from relations.codebook.event_types import GROUPS, types_in_group
from relations.models import Country, CountryPair, Delivery, Direction, EventFilters, Feed, Watch
from relations.models.event_filters import direction_words
from relations.queries.timelines import find_pair
from relations.queries.watches import LONGEST_TITLE, Watched, proposed_title
from relations.views.filter_forms import EventFilterForm

# Of a timeline's filters these say nothing of what is to come.
OF_THE_PAST = ("since", "until", "statuses")


@dataclass(frozen=True, slots=True)
class KindChoice:
    """A group of event types, or a type, as the form shows it. open: a type of it is chosen."""

    value: str
    label: str
    is_chosen: bool
    types: tuple[KindChoice, ...] = ()
    is_open: bool = False


class WatchForm(EventFilterForm):
    """A new watch, or one that is changed."""

    title = forms.CharField(
        label="Name",
        required=False,
        max_length=LONGEST_TITLE,
        help_text="Left empty, it is called by what it watches.",
        error_messages={"max_length": f"Name: at most {LONGEST_TITLE} characters are kept."},
    )
    pair = forms.CharField(
        label="Pair",
        required=False,
        max_length=20,
        help_text="The codes of two countries.",
        widget=forms.TextInput(attrs={"placeholder": "pak-usa", "size": 12, "autocapitalize": "none"}),
    )
    country = forms.ChoiceField(
        label="or all pairs of",
        required=False,
        error_messages={"invalid_choice": "There is no country with the code “%(value)s”."},
    )
    rises = forms.BooleanField(label="The score rises above the line", required=False)
    falls = forms.BooleanField(label="The score falls below the line", required=False)
    line = forms.FloatField(
        label="Line",
        required=False,
        min_value=0,
        max_value=100,
        widget=forms.NumberInput(attrs={"min": 0, "max": 100, "step": "any"}),
        error_messages=dict.fromkeys(
            ("invalid", "min_value", "max_value"), "Line: a score is a number from 0 to 100, like 65."
        ),
    )
    jumps = forms.BooleanField(label="The score jumps out of its band", required=False)
    each_event = forms.BooleanField(label="An event is found that fits what is chosen below", required=False)
    delivery = forms.ChoiceField(
        label="Tell me", choices=Delivery.choices, widget=forms.RadioSelect, initial=Delivery.AT_ONCE
    )
    hour = forms.TypedChoiceField(
        label="Hour of the daily mail",
        choices=[(hour, f"{hour}:00 UTC") for hour in range(24)],
        coerce=int,
        required=False,
        empty_value=None,
        initial=6,
    )

    def __init__(self, data: Any = None, *, initial: Mapping[str, Any], pair: CountryPair | None = None) -> None:
        """pair: the one that it is of as far as is known, for words."""
        super().__init__(data)
        self.initial = dict(initial)
        for name in ("since", "until", "status"):
            del self.fields[name]
        fields: dict[str, Any] = self.fields
        fields["country"].choices = [
            ("", "no single country"),
            *sorted(((code.lower(), one.name) for code, one in countries().items()), key=lambda choice: choice[1]),
        ]
        names = (pair.first.name, pair.second.name) if pair else ("first", "second")
        fields["direction"].label = "Who towards whom"
        fields["direction"].choices = [
            ("", "either way"),
            *((str(way.value), direction_words(way, *names)) for way in (Direction(1), Direction(-1), Direction(0))),
        ]
        fields["stage"].label, fields["stage"].widget = (
            "Stage of plans",
            forms.CheckboxSelectMultiple(choices=fields["stage"].choices),
        )
        fields["q"].label = "Words in its reports"
        fields["q"].widget.attrs["type"] = "search"
        fields["confidence"].label = "Least probability, in percent"
        fields["confidence"].widget.attrs |= {"min": 1, "max": 100}
        fields["source"] = forms.TypedChoiceField(
            label="Reported by",
            required=False,
            coerce=int,
            empty_value=None,
            choices=[("", "any source"), *Feed.objects.order_by("title", "pk").values_list("pk", "title")],
            error_messages={"invalid_choice": "There is no source with the number %(value)s."},
        )
        self.watched = Watched()

    def kinds(self) -> list[KindChoice]:
        """The groups of event types with their types, for the page."""
        groups, types = set(self["group"].value() or ()), set(self["type"].value() or ())
        found = []
        for group, label in GROUPS.items():
            of_group = tuple(KindChoice(kind.slug, kind.name, kind.slug in types) for kind in types_in_group(group))
            is_open = any(kind.is_chosen for kind in of_group)
            found.append(KindChoice(group, label, group in groups, of_group, is_open))
        return found

    def clean_pair(self) -> str:
        """The pair's slug, from both codes in either order and any case."""
        given: str = self.cleaned_data["pair"].strip()
        if not given:
            return ""
        codes = given.upper().replace("–", "-").replace(" ", "-").split("-")
        if len(codes) != 2 or codes[0] == codes[1] or not set(codes) <= set(countries()):
            raise forms.ValidationError(f"“{given}” is no pair. Write the codes of two countries, like pak-usa.")
        return CountryPair.slug_of(*CountryPair.in_order(*codes))

    def clean(self) -> dict[str, Any]:
        values = super().clean()
        pair, country = values.get("pair"), values.get("country")
        of_score = [name for name in ("rises", "falls", "jumps") if values.get(name)]
        if pair and country:
            self.add_error("country", "Choose a pair or a country, not both. Leave one of them empty.")
        if not of_score and not values.get("each_event"):
            self.add_error(None, "Choose what the watch waits for: the score, events, or both.")
        if of_score and not pair and "pair" not in self.errors:
            self.add_error("pair", "A score is one pair's. Name the pair, or let the watch wait for events only.")
        if {"rises", "falls"} & set(of_score) and values.get("line") is None and "line" not in self.errors:
            self.add_error("line", "Say which line the score must cross: a number from 0 to 100.")
        if values.get("direction") is not None and not pair and "pair" not in self.errors:
            self.add_error("direction", "Who acts towards whom can be chosen for one pair only.")
        return values

    def chosen(self) -> EventFilters:
        return self.filters().without(*OF_THE_PAST)

    def values(self) -> dict[str, Any]:
        """Of a right form: the fields of the watch. A pair of which nothing is known yet is made."""
        given = self.cleaned_data
        pair = country = None
        if given["pair"]:
            CountryPair.objects.between(*given["pair"].upper().split("-"))
            pair = find_pair(given["pair"])
        elif given["country"]:
            country = Country.objects.get(pk=given["country"].upper())
        filters = self.chosen()
        title = " ".join(given["title"].split()) or proposed_title(Watched(pair, country), filters)
        return {
            "title": title,
            "pair_id": pair.pk if pair else None,
            "country_id": country.pk if country else None,
            "filters": filters.as_dict(),
            **{name: given[name] for name in ("rises", "falls", "jumps", "each_event", "line", "delivery")},
            "hour": 6 if given["hour"] is None else given["hour"],
        }


def initial_of(watch: Watch) -> dict[str, Any]:
    """What the form shows of a watch."""
    names = ("title", "rises", "falls", "line", "jumps", "each_event", "delivery", "hour")
    return {
        **{name: getattr(watch, name) for name in names},
        **watch.chosen.as_dict(),
        "pair": watch.pair.slug if watch.pair else "",
        "country": watch.country_id.lower() if watch.country_id else "",
    }


def initial_from(query: Any) -> tuple[dict[str, Any], CountryPair | None]:
    """What the form of a new watch shows, from an address: pair=pak-usa or country=pak, and the filters of a timeline;
    and the pair, where it is known."""
    filters = EventFilterForm(query).filters().without(*OF_THE_PAST)
    pair = find_pair(str(query.get("pair", ""))[:20].lower())
    code = str(query.get("country", ""))[:3].upper()
    country = Country.objects.filter(pk=code).first() if code in countries() else None
    watched = Watched(pair, country)
    if not pair:
        filters = filters.without("direction")
    return {
        "title": proposed_title(watched, filters) if pair or country or filters.any else "",
        "pair": query.get("pair", ""),
        "country": country.pk.lower() if country else "",
        # A filtered view is watched for what fits it, a pair for its score.
        "each_event": filters.any or not pair,
        "jumps": bool(pair) and not filters.any,
        **filters.as_dict(),
    }, pair
