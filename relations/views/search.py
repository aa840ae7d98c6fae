"""Where was that? The search page, and what the search box suggests while someone types."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from django import forms
from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import redirect
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_GET

from relations.queries import offers, search, suggestions
from relations.queries.blind import blind_for
from relations.queries.understanding import LONGEST, Understanding, tidy, understand
from relations.views.access import for_readers
from relations.views.forms import PeriodForm
from relations.views.htmx import render_page, target_of

# How it can be asked, with what comes of it.
EXAMPLES = (
    ("pak us", "the timeline of two countries, by names, codes, peoples or capitals"),
    ("Islamabad Washington 2017", "their timeline in a year, a month or since a day"),
    ("pak us visit postponed", "their events of one kind"),
    ("Tillerson 2017", "a person: what they were then, and the events that name them"),
    ("Pakistan foreign minister", "who holds an office"),
    ('"nuclear deal" -Iran', "words: a phrase in quotes, without the one after the minus"),
    ("earthquake or flood", "one word or the other"),
)


class SearchForm(PeriodForm):
    """What is searched for, from an address."""

    q = forms.CharField(
        label="Search for",
        max_length=LONGEST,
        required=False,
        error_messages={"max_length": f"Search for at most {LONGEST} characters; these are %(show_value)d."},
    )

    def __init__(self, data: QueryDict) -> None:
        self.asked = data.copy()
        self.asked["q"] = tidy(data.get("q", ""))
        super().__init__(self.asked, label_suffix="")

    def show_dates(self, understood: Understanding) -> None:
        """Let the fields say from when to when is looked: what they say themselves, else the line."""
        for name, day in (("since", understood.since), ("until", understood.until)):
            if day and not self.errors:
                self.asked[name] = day.isoformat()


@require_GET
@for_readers
def find(request: HttpRequest) -> HttpResponse:
    form = SearchForm(request.GET)
    form.is_valid()
    text = form.cleaned_data.get("q", "")
    order = request.GET.get("order", search.NEWEST)
    context: dict[str, Any] = {
        "form": form,
        "searched": text or form.asked["q"][:LONGEST],
        "examples": [(words, offers.search_url(words), what) for words, what in EXAMPLES],
    }
    if text:
        added = offers.added_names()
        understood = _with_dates(understand(text, added), form)
        stays = bool(request.GET.get("stay")) or any(request.GET.get(name) for name in ("since", "until"))
        if not stays and not form.errors and (url := offers.straight(understood)):
            return redirect(url)
        form.show_dates(understood)
        try:
            with search.bounded():
                context |= _found(request, understood, order if order in search.ORDERS else search.NEWEST)
        except search.SearchTooSlow as trouble:
            context["trouble"] = str(trouble)
        context |= {
            "offers": offers.offers(understood, timezone.now().date()),
            "perhaps": suggestions.perhaps_meant(understood, added),
        }
    fragments = {"more-events": "relations/_search_events.html", "more-articles": "relations/_search_articles.html"}
    return render_page(request, "relations/search.html", fragments, context)


@require_GET
@for_readers
def suggest(request: HttpRequest) -> HttpResponse:
    text = request.GET.get("q", "")[:LONGEST]
    if not request.htmx:  # type: ignore[attr-defined]
        return redirect(f"{reverse('search')}?{_query(q=text)}" if text else reverse("search"))
    groups = suggestions.suggest(text, offers.added_names(), timezone.now().date())
    return render_page(request, "relations/_suggestions.html", {}, {"groups": groups})


def _found(request: HttpRequest, understood: Understanding, order: str) -> dict[str, Any]:
    """What was found; a cursor that is none shows the first page. To "more" only what it asked for is looked up."""
    wanted = search.asked(understood, order)
    kept = {name: request.GET[name] for name in ("q", "since", "until", "stay", "order") if request.GET.get(name)}
    context: dict[str, Any] = {
        "wanted": wanted,
        "orders": [
            (slug, label, f"{reverse('search')}?{_query(**kept | {'order': slug})}", slug == order)
            for slug, label in search.ORDERS.items()
        ],
        "order": order,
        "here": f"{reverse('search')}?{_query(**kept)}",
        "stay": request.GET.get("stay"),
        "ranked": f"{search.RANKED:,}",
        "dates": offers.dates_words(wanted.since, wanted.until),
    }
    if wanted.nothing:
        return context
    more = target_of(request)
    if more != "more-articles":
        after, blind = request.GET.get("after", ""), blind_for(request.user)
        try:
            context["events"] = search.events(wanted, after, blind=blind)
        except ValueError:
            context["events"] = search.events(wanted, blind=blind)
        context["later"] = bool(after)
    if more != "more-events":
        after = request.GET.get("articles_after", "")
        try:
            context["articles"] = search.articles(wanted, after)
        except ValueError:
            context["articles"] = search.articles(wanted)
        context["later_articles"] = bool(after)
    if more not in ("more-events", "more-articles"):
        context["event_count"] = search.count_words(search.count_events(wanted), "event")
        context["article_count"] = search.count_words(search.count_articles(wanted), "article")
    return context


def _with_dates(understood: Understanding, form: SearchForm) -> Understanding:
    """Dates chosen in the form count before those in the line."""
    since, until = form.cleaned_data.get("since"), form.cleaned_data.get("until")
    return replace(understood, since=since, until=until) if since or until else understood


def _query(**values: str) -> str:
    query = QueryDict(mutable=True)
    query.update(values)
    return query.urlencode()
