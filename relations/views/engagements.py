"""Who meets whom, when, and what became of it? Board, calendar, one engagement's story, and files for calendars."""

from __future__ import annotations

from typing import Any

from django import forms
from django.http import Http404, HttpRequest, HttpResponse, QueryDict
from django.shortcuts import redirect
from django.urls import reverse
from django.utils import timezone
from django.utils.cache import patch_cache_control
from django.views.decorators.http import conditional_page, require_GET, require_safe

from relations.codebook.countries import countries
from relations.exports.as_ical import CONTENT_TYPE, as_ical
from relations.models import CountryPair, EngagementKind, Feed
from relations.queries import engagements as queries
from relations.queries.blind import blind_for
from relations.queries.engagement_files import for_file
from relations.queries.engagement_months import month, month_of
from relations.queries.engagements import EngagementFilters
from relations.queries.timelines import find_pair
from relations.views.access import for_readers
from relations.views.calendar_keys import for_subscribers, key_of
from relations.views.htmx import render_page
from relations.views.pairs import no_such_pair


class EngagementForm(forms.Form):
    """The filters of board and calendar, from the address."""

    country = forms.ChoiceField(
        label="Country",
        required=False,
        error_messages={"invalid_choice": "There is no country with the code “%(value)s”."},
    )
    pair = forms.CharField(
        label="Pair",
        required=False,
        max_length=20,
        widget=forms.TextInput(attrs={"placeholder": "pak-usa", "size": 9, "autocapitalize": "none"}),
    )
    kind = forms.ChoiceField(
        label="Kind",
        required=False,
        choices=[("", "any kind"), *EngagementKind.choices],
        error_messages={"invalid_choice": "There is no kind “%(value)s” of engagement."},
    )

    def __init__(self, data: Any, *, pair: CountryPair | None = None) -> None:
        """pair: whose board it is; it leaves only the kind to choose."""
        super().__init__(data, label_suffix="")
        self.of_pair = pair
        if pair:
            del self.fields["country"], self.fields["pair"]
            return
        country: Any = self.fields["country"]
        names = sorted((one.name, code.lower()) for code, one in countries().items())
        country.choices = [("", "any country"), *((code, name) for name, code in names)]

    def clean_pair(self) -> str:
        """The pair's slug, from both codes in either order and any case."""
        given: str = self.cleaned_data["pair"].strip()
        if not given:
            return ""
        codes = given.upper().replace("–", "-").replace(" ", "-").split("-")
        if len(codes) != 2 or codes[0] == codes[1] or not set(codes) <= set(countries()):
            raise forms.ValidationError(f"“{given}” is no pair. Write the codes of two countries, like pak-usa.")
        return CountryPair.slug_of(*CountryPair.in_order(*codes))

    def filters(self) -> EngagementFilters:
        """The filters that are right; a wrong one is told by the form's errors and left out."""
        self.is_valid()
        values = self.cleaned_data
        return EngagementFilters(
            pair=self.of_pair.slug if self.of_pair else values.get("pair", ""),
            country=values.get("country", ""),
            kind=values.get("kind", ""),
        )


@require_GET
@for_readers
def board(request: HttpRequest) -> HttpResponse:
    form = EngagementForm(request.GET)
    return show_board(request, "relations/engagements.html", form, reverse("engagements"), form.filters().query)


@require_GET
@for_readers
def pair_board(request: HttpRequest, slug: str) -> HttpResponse:
    pair = find_pair(slug)
    if pair is None:
        return no_such_pair(request, slug, "pair-engagements")
    form = EngagementForm(request.GET, pair=pair)
    kind = EngagementFilters(kind=form.filters().kind)
    return show_board(request, "relations/engagements.html", form, reverse("pair-engagements", args=[slug]), kind.query)


def show_board(request: HttpRequest, page: str, form: EngagementForm, here: str, query: str) -> HttpResponse:
    """All sections, or a page of one (section=held&after=...). here: address of the board; query: its filters."""
    filters, today = form.filters(), timezone.now().date()
    chosen = request.GET.get("section", "")
    if chosen in queries.SECTIONS:
        try:
            sections = [queries.section(chosen, filters, today, request.GET.get("after", ""))]
        except ValueError:
            sections = [queries.section(chosen, filters, today)]
    else:
        chosen = ""
        sections = queries.board(filters, today)
    is_empty = not any(section.rows for section in sections)
    context = {
        **shared(request, form, here, query),
        # What is to come stands beside what was.
        "columns": [sections] if chosen else [sections[:3], sections[3:]],
        "section": sections[0],
        "chosen": chosen,
        "is_empty": is_empty,
        "has_any": not is_empty or queries.any_engagement(),
        "has_feeds": not is_empty or Feed.objects.exists(),
    }
    fragments = {"engagements": "relations/_engagements.html"}
    fragments |= {f"more-{key}": "relations/_engagement_rows.html" for key in queries.SECTIONS if key == chosen}
    return render_page(request, page, fragments, context)


@require_GET
@for_readers
def calendar(request: HttpRequest, slug: str = "") -> HttpResponse:
    today = timezone.now().date()
    try:
        first = month_of(slug) if slug else today.replace(day=1)
    except ValueError as wrong:
        raise Http404(str(wrong)) from wrong
    form = EngagementForm(request.GET)
    filters = form.filters()
    here = reverse("engagement-month", args=[f"{first:%Y-%m}"])
    context = {**shared(request, form, here, filters.query), "month": month(first, filters, today)}
    fragments = {"engagements": "relations/_engagement_month.html"}
    return render_page(request, "relations/engagement_calendar.html", fragments, context)


@require_GET
@for_readers
def engagement(request: HttpRequest, engagement_id: int) -> HttpResponse:
    found = queries.find_engagement(engagement_id)
    if found is None:
        raise Http404("There is no such engagement.")
    if found.merged_into_id:
        return redirect("engagement", found.merged_into_id)
    context: dict[str, Any] = {"engagement": found, "pair": found.pair}
    if found.event_count:
        context["story"] = queries.story(found, timezone.now().date(), blind_for(request.user))
    return render_page(request, "relations/engagement.html", {}, context)


@require_safe
@for_subscribers
@conditional_page
def all_ics(request: HttpRequest) -> HttpResponse:
    form = EngagementForm(request.GET)
    if not form.is_valid():
        # A program would never show that a filter was left out.
        raise Http404(" ".join(str(error) for errors in form.errors.values() for error in errors))
    return ics(request, form.filters())


@require_safe
@for_subscribers
@conditional_page
def pair_ics(request: HttpRequest, slug: str) -> HttpResponse:
    """Also of a pair of which nothing is known yet: who subscribes to it hears of its first visit."""
    first, second = slug.split("-")
    for code in (first, second):
        known_country(code)
    if first == second:
        raise Http404("A pair needs two countries.")
    if first > second:
        query = request.GET.urlencode()
        address = reverse("pair-ics", args=[f"{second}-{first}"])
        return redirect(f"{address}?{query}" if query else address, permanent=True)
    return ics(request, with_kind(request, EngagementFilters(pair=slug)))


@require_safe
@for_subscribers
@conditional_page
def country_ics(request: HttpRequest, code: str) -> HttpResponse:
    known_country(code)
    return ics(request, with_kind(request, EngagementFilters(country=code)))


def known_country(code: str) -> None:
    if code.upper() not in countries() or not code.islower():
        raise Http404(f"There is no country with the code {code}.")


def with_kind(request: HttpRequest, filters: EngagementFilters) -> EngagementFilters:
    kind = request.GET.get("kind", "")
    if kind and kind not in EngagementKind.values:
        raise Http404(f"There is no kind “{kind}” of engagement.")
    return EngagementFilters(filters.pair, filters.country, kind)


def ics(request: HttpRequest, filters: EngagementFilters) -> HttpResponse:
    file = for_file(filters, timezone.now().date())
    of = " and ".join(countries()[code.upper()].in_prose for code in filters.pair.split("-") if code)
    if filters.country:
        of = " ".join(filter(None, [of, "with" if of else "", countries()[filters.country.upper()].in_prose]))
    content = as_ical(file, f"Dyad: engagements of {of}" if of else "Dyad: engagements", request.build_absolute_uri)
    name = filters.pair or filters.country or "engagements"
    response = HttpResponse(content, content_type=CONTENT_TYPE)
    response["Content-Disposition"] = f'inline; filename="dyad-{name}.ics"'
    patch_cache_control(response, private=True)
    return response


def ics_path(filters: EngagementFilters) -> str:
    """The file that holds what the filters choose."""
    if filters.pair and not filters.country:
        path, rest = reverse("pair-ics", args=[filters.pair]), EngagementFilters(kind=filters.kind)
    elif filters.country and not filters.pair:
        path, rest = reverse("country-ics", args=[filters.country]), EngagementFilters(kind=filters.kind)
    else:
        path, rest = reverse("engagements-ics"), filters
    return f"{path}?{rest.query}" if rest.query else path


def shared(request: HttpRequest, form: EngagementForm, here: str, query: str) -> dict[str, Any]:
    """What board and calendar have in common. subscribe: the file's address, with the key of who is signed in."""
    filters = form.filters()
    path, key = ics_path(filters), QueryDict(mutable=True)
    key["key"] = key_of(request.user)
    private = f"{path}{'&' if '?' in path else '?'}{key.urlencode()}" if key["key"] else path
    return {
        "form": form,
        "filters": filters,
        "here": here,
        "query": query,
        "pair": form.of_pair,
        "file": path,
        "subscribe": request.build_absolute_uri(private),
        "board_url": address("engagements", filters),
        "calendar_url": address("engagement-calendar", filters),
    }


def address(name: str, filters: EngagementFilters) -> str:
    """Of board or calendar with the same filters."""
    if name == "engagements" and filters.pair and not filters.country:
        path, query = reverse("pair-engagements", args=[filters.pair]), EngagementFilters(kind=filters.kind).query
    else:
        path, query = reverse(name), filters.query
    return f"{path}?{query}" if query else path
