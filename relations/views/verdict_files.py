"""Verdicts as files: what editors said, for other programs, and stories on which a coder can be measured."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace

from django import forms
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase, StreamingHttpResponse
from django.urls import reverse
from django.utils.cache import patch_cache_control
from django.views.decorators.http import require_GET, require_safe

from relations.codebook.event_types import event_types
from relations.exports import as_gold, as_plover
from relations.queries.display import count
from relations.queries.gold_rows import gold_articles, gold_counts
from relations.queries.verdict_rows import VerdictFilters, choices, verdict_rows
from relations.views.access import for_editors
from relations.views.forms import PeriodForm
from relations.views.htmx import render_page
from relations.views.timeline_files import in_blocks


def _plover(filters: VerdictFilters) -> Iterator[str]:
    return as_plover.as_plover(verdict_rows(filters), readings=filters.readings)


def _gold(filters: VerdictFilters) -> Iterator[str]:
    return as_gold.as_gold(gold_articles(filters))


@dataclass(frozen=True, slots=True)
class Format:
    lines: Callable[[VerdictFilters], Iterator[str]]
    content_type: str


FORMATS = {
    "plover.jsonl": Format(_plover, as_plover.CONTENT_TYPE),
    "gold.jsonl": Format(_gold, as_gold.CONTENT_TYPE),
}


class VerdictFilterForm(PeriodForm):
    """since, until, pair, type, audit, readings, complete. What is wrong is left out of its filters, and told."""

    pair = forms.RegexField(
        r"^[a-z]{3}-[a-z]{3}\Z",
        required=False,
        error_messages={"invalid": "A pair is two codes of countries in the order of the alphabet, like pak-usa."},
    )
    type = forms.ChoiceField(
        required=False, error_messages={"invalid_choice": "There is no event type “%(value)s” in the codebook."}
    )
    audit = forms.BooleanField(required=False)
    readings = forms.BooleanField(required=False)
    complete = forms.ChoiceField(
        choices=[("", "all of whose events were judged"), ("0", "any of whose events was judged")],
        required=False,
        error_messages={"invalid_choice": "complete is 0 or left out."},
    )

    def __init__(self, data: object) -> None:
        super().__init__(data, label_suffix="")  # type: ignore[arg-type]
        kinds = self.fields["type"]
        assert isinstance(kinds, forms.ChoiceField)  # noqa: S101
        kinds.choices = [(slug, kind.name) for slug, kind in event_types().items()]

    def filters(self) -> VerdictFilters:
        """The filters that are right."""
        self.is_valid()
        values = self.cleaned_data
        return VerdictFilters(
            since=values.get("since"),
            until=values.get("until"),
            pair=values.get("pair", ""),
            type=values.get("type", ""),
            audit=values.get("audit", False),
            readings=values.get("readings", False),
            complete=values.get("complete") != "0",
        )


@require_GET
@for_editors
def verdicts(request: HttpRequest) -> HttpResponse:
    """What is in each file, and how much; the filters as a form."""
    form = VerdictFilterForm(request.GET)
    filters = form.filters()
    query = f"?{filters.query}" if filters.query else ""
    counts = gold_counts(filters)
    stories = counts.complete if filters.complete else counts.stories
    context = {
        "form": form,
        "filters": filters,
        "counts": counts,
        "stories": count(stories, "story", "stories"),
        "partly": _partly(counts.partly, filters),
        "verdicts": count(counts.verdicts, "verdict"),
        "choices": choices(),
        "is_filtered": replace(filters, readings=False, complete=True) != VerdictFilters(),
        "plover": reverse("desk-verdicts-file", args=["plover.jsonl"]) + query,
        "gold": reverse("desk-verdicts-file", args=["gold.jsonl"]) + query,
    }
    fragments = {"verdict-files": "relations/_verdict_files.html"}
    return render_page(request, "relations/desk_verdicts.html", fragments, context)


def _partly(number: int, filters: VerdictFilters) -> str:
    if filters.complete:
        words = count(number, "story has an event", "stories have events")
        return f"{words} that nobody judged yet, and {'is' if number == 1 else 'are'} left out"
    tell = "tells" if number == 1 else "tell"
    return f"{number:,} of them {tell} also of what nobody judged; the pairs of that count neither way"


@require_safe
@for_editors
def verdict_file(request: HttpRequest, suffix: str) -> HttpResponseBase:
    """All that fits the filters, oldest first."""
    about = FORMATS.get(suffix)
    if about is None:
        raise Http404(f"There is no file .{suffix}. There are {', '.join(f'.{each}' for each in FORMATS)}.")
    form = VerdictFilterForm(request.GET)
    filters = form.filters()
    if form.errors:
        # A program would never show that a filter was left out.
        raise Http404(" ".join(form.error_words))
    response = StreamingHttpResponse(in_blocks(about.lines(filters)), content_type=about.content_type)
    response["Content-Disposition"] = f'attachment; filename="dyad-verdicts.{suffix}"'
    patch_cache_control(response, private=True)
    return response
