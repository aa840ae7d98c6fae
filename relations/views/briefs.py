"""A pair on one page that prints well."""

from __future__ import annotations

from typing import Any

from django import forms
from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from django.views.decorators.http import require_GET

from relations.queries.brief import brief
from relations.queries.timelines import find_pair, standing_of
from relations.views.access import for_readers
from relations.views.forms import date_field
from relations.views.htmx import render_page
from relations.views.pairs import no_such_pair


class BriefForm(forms.Form):
    """From which day on the brief tells, from the address."""

    since = date_field("From", required=False)

    def __init__(self, data: Any) -> None:
        super().__init__(data, label_suffix="")

    def clean_since(self) -> Any:
        since, today = self.cleaned_data["since"], timezone.now().date()
        if since and since > today:
            raise forms.ValidationError(f"From ({since}) is still to come. Choose a day until {today}.")
        return since


@require_GET
@for_readers
def pair_brief(request: HttpRequest, slug: str) -> HttpResponse:
    pair = find_pair(slug)
    if pair is None:
        return no_such_pair(request, slug, "pair-brief")
    form = BriefForm(request.GET)
    since = form.cleaned_data["since"] if form.is_valid() else None
    page = brief(pair, standing_of(pair), timezone.now(), since)
    return render_page(request, "relations/brief.html", {}, {"pair": pair, "form": form, "since": since, "page": page})
