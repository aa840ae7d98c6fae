"""Whom does this country get on with?"""

from __future__ import annotations

import datetime as dt
from typing import Any

from django import forms
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_GET

from relations.codebook.countries import countries
from relations.models import Feed
from relations.queries import country as queries
from relations.queries.compare import query_of
from relations.queries.offices import actors
from relations.views.access import for_readers
from relations.views.forms import date_field
from relations.views.htmx import render_page, target_of


class OfficesForm(forms.Form):
    """The day whose office-holders are asked for, from the address."""

    on = date_field("On", required=False)

    def __init__(self, data: Any) -> None:
        super().__init__(data, label_suffix="")

    def clean_on(self) -> dt.date | None:
        day: dt.date | None = self.cleaned_data["on"]
        if day and day > timezone.now().date():
            raise forms.ValidationError(f"Who will hold an office on {day} is not known. Choose a day until today.")
        return day


@require_GET
@for_readers
def country(request: HttpRequest, code: str) -> HttpResponse:
    """Its page, also of a country of which nothing is known yet."""
    found = countries().get(code.upper())
    if found is None:
        raise Http404(f"There is no country with the code {code}.")
    if code != code.lower():
        to = redirect("country", code.lower(), permanent=True)
        to["Location"] += f"?{request.GET.urlencode()}" if request.GET else ""
        return to
    order = request.GET.get("order", "")
    order = order if order in queries.ORDERS else "tense"
    after = request.GET.get("after", "")
    try:
        page = queries.ranked(found.code, order, after)
    except ValueError:
        page, after = queries.ranked(found.code, order), ""
    context: dict[str, Any] = {
        "country": found,
        "code": code,
        "page": page,
        "order": order,
        "orders": [(key, label) for key, (label, *_) in queries.ORDERS.items()],
        "later": bool(after),
        "days": 30,
        "here": reverse("country", args=[code]),
        "rest": f"order={order}",
    }
    if target_of(request) != "more-pairs":
        today = timezone.now().date()
        form = OfficesForm(request.GET)
        on = form.cleaned_data["on"] if form.is_valid() else None
        summary = queries.summary(found.code)
        context |= {
            "existed": queries.existed(found),
            "summary": summary,
            "charts": [] if after else queries.small_charts(page.rows, today),
            "first": today - queries.DRAWN_DAYS,
            "today": today,
            "compare": query_of([row.slug for row in page.rows[: queries.DRAWN]], None, None),
            "plans": queries.plans(found.code, today),
            "form": form,
            "on": on,
            "actors": actors(found.code, on or found.valid_until or today),
            "has_feeds": bool(summary.number) or Feed.objects.exists(),
        }
    fragments = {
        "country-pairs": "relations/_country_pairs.html",
        "more-pairs": "relations/_pair_rows.html",
        "offices": "relations/_country_offices.html",
    }
    return render_page(request, "relations/country.html", fragments, context)
