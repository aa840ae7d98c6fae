"""Which of these? Several pairs' scores side by side; everything that is chosen stands in the address."""

from __future__ import annotations

from typing import Any

from django import forms
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_GET

from relations.models import Feed
from relations.queries import compare as queries
from relations.queries.compare import MOST, NoPair
from relations.views.access import for_readers
from relations.views.forms import date_field
from relations.views.htmx import render_page


class CompareForm(forms.Form):
    """The dates that are compared."""

    since = date_field("From", required=False)
    until = date_field("Until", required=False)

    def __init__(self, data: Any) -> None:
        super().__init__(data, label_suffix="")

    def clean(self) -> dict[str, Any]:
        values: dict[str, Any] = super().clean() or {}
        since, until = values.get("since"), values.get("until")
        today = timezone.now().date()
        if since and since >= (until or today):
            end = f"Until ({until})" if until else f"today ({today})"
            raise forms.ValidationError(f"From ({since}) must lie before {end}.")
        return values


@require_GET
@for_readers
def compare(request: HttpRequest) -> HttpResponse:
    """?pair=pak-usa&pair=..., MOST at the most. ?add= names one more in words and leads to the address with it."""
    slugs, errors = _pairs(request.GET.getlist("pair"))
    form = CompareForm(request.GET)
    dates = form.cleaned_data if form.is_valid() else {}
    errors += [str(error) for wrong in form.errors.values() for error in wrong]
    since, until = dates.get("since"), dates.get("until")
    added = request.GET.get("add", "").strip()
    if added:
        chosen, trouble = _pairs([*slugs, added])
        if not trouble:
            return redirect(f"{reverse('compare')}?{queries.query_of(chosen, since, until)}")
        errors += trouble
    page = queries.compare(slugs, since, until, timezone.now().date())
    context = {
        "page": page,
        "form": form,
        "errors": errors,
        "added": added[:100],
        "since": since,
        "until": until,
        "query": queries.query_of(slugs, since, until),
        "pairs_query": queries.query_of(slugs, None, None),
        "is_full": len(slugs) == MOST,
        "most": MOST,
        "has_feeds": bool(slugs or page.suggestions) or Feed.objects.exists(),
    }
    return render_page(request, "relations/compare.html", {"compare": "relations/_compare.html"}, context)


def _pairs(given: list[str]) -> tuple[list[str], list[str]]:
    """Slugs of the pairs that are right, in order and each once; and what is wrong with the others, in words."""
    slugs: list[str] = []
    errors: list[str] = []
    for words in given[: 2 * MOST]:
        try:
            slug = queries.read_pair(words)
        except NoPair as trouble:
            errors.append(str(trouble))
            continue
        if slug in slugs:
            errors.append(f"{queries.name_of(slug)} is among them already.")
        elif len(slugs) == MOST:
            errors.append(f"{queries.name_of(slug)} is left out: {MOST} pairs can be compared at the most.")
        else:
            slugs.append(slug)
    if len(given) > 2 * MOST:
        errors.append(f"Of {len(given)} pairs in the address only the first {2 * MOST} were looked at.")
    return slugs, errors
