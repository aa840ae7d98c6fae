"""Feeds added: by the address of a site, by their own, and as lists."""

from __future__ import annotations

from contextlib import suppress
from dataclasses import dataclass
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils import timezone
from django.views.decorators.http import require_GET, require_POST

from relations import pipeline
from relations.errors import RelationsError
from relations.models import Feed
from relations.pipeline import FeedOffer, OpmlRow, SitePreview
from relations.queries import feeds as queries
from relations.queries.display import count
from relations.queries.feeds_words import name_of
from relations.views.access import for_admins, person
from relations.views.feed_forms import FeedFilterForm, FeedForm, OpmlForm, SiteForm
from relations.views.htmx import render_page
from relations.views.uploads import refused_upload
from relations.views.workers import look_now

REFUSED_SHOWN = 200


@require_GET
@for_admins
def new_feed(request: HttpRequest) -> HttpResponse:
    """The ways to add feeds; with address=..., what was found there."""
    if "address" not in request.GET:
        return show(request)
    form = SiteForm(request.GET)
    if not form.is_valid():
        return show(request, site_form=form)
    try:
        preview = pipeline.preview_site(form.cleaned_data["address"])
    except RelationsError as trouble:
        form.add_error("address", str(trouble))
        return show(request, site_form=form)
    return show(request, site_form=form, preview=preview, offers=offered(preview))


@require_POST
@for_admins
def add_feed(request: HttpRequest) -> HttpResponse:
    form = FeedForm(request.POST)
    if form.is_valid():
        values = form.cleaned_data
        try:
            feed = pipeline.add_feed(
                values["url"],
                title=values["title"],
                folder=values["folder"],
                added_by=person(request),
                now=timezone.now(),
            )
        except RelationsError as refusal:
            form.add_error("url", str(refusal))
    target = request.htmx.target or ""  # type: ignore[attr-defined]
    if not form.is_valid():
        return show(request, feed_form=form, target=target, status=422)
    look_now(request, "refresh_due_feeds", untold="the feed is visited as soon as they are back")
    if target.startswith("offer-"):
        context = {"feed": feed, "target": target}
        return render_page(request, "relations/_feed_added.html", {}, context)
    messages.success(request, f"{name_of(feed)} is added and will be visited within a minute.")
    return redirect("feed", feed.pk)


@require_POST
@for_admins
def add_opml(request: HttpRequest) -> HttpResponse:
    form = OpmlForm(request.POST, request.FILES)
    too_much = refused_upload(request)
    if too_much:
        form.errors.clear()
        form.add_error("file", too_much)
    if not form.is_valid():
        return show(request, opml_form=form, status=422)
    file = form.cleaned_data["file"]
    try:
        outcome = pipeline.import_opml(file.read(), person(request), timezone.now())
    except RelationsError as refusal:
        form.add_error("file", str(refusal))
        return show(request, opml_form=form, status=422)
    if outcome.added:
        look_now(request, "refresh_due_feeds", untold="the feeds are visited as soon as they are back")
    context = {
        "outcome": outcome,
        "name": file.name,
        "refused": outcome.refused[:REFUSED_SHOWN],
        "more": max(len(outcome.refused) - REFUSED_SHOWN, 0),
    }
    return render_page(request, "relations/feeds_added.html", {}, context)


@require_GET
@for_admins
def feeds_opml(request: HttpRequest) -> HttpResponse:
    """The feeds that the filters choose, as a list for other programs."""
    form = FeedFilterForm(request.GET, folders=queries.folders())
    if not form.is_valid():
        # A program would never show that a filter was left out.
        raise Http404(" ".join(str(error) for errors in form.errors.values() for error in errors))
    rows = (
        OpmlRow(name_of(feed), feed.url, feed.site_url, feed.folder)
        for feed in queries.chosen(form.filters()).iterator()
    )
    response = HttpResponse(pipeline.write_opml(rows, "Feeds of Dyad"), content_type="text/x-opml; charset=utf-8")
    response["Content-Disposition"] = 'attachment; filename="dyad-feeds.opml"'
    return response


@dataclass(frozen=True, slots=True)
class Offered:
    """An offer as the page shows it. known: the feed of the list that has its address."""

    offer: FeedOffer
    known: Feed | None
    how_often: str


def offered(preview: SitePreview) -> list[Offered]:
    known = queries.known_at({spelled(offer.url) for offer in preview.offers})
    return [Offered(offer, known.get(spelled(offer.url)), how_often(offer.items_a_week)) for offer in preview.offers]


def how_often(items_a_week: float | None) -> str:
    if items_a_week is None:
        return "How often it brings something can't be told yet."
    if items_a_week < 1:
        return "Less than one item a week."
    return f"About {count(round(items_a_week), 'item')} a week."


def spelled(url: str) -> str:
    """An address as the list has it."""
    with suppress(RelationsError):
        return pipeline.read_address(url).url
    return url


def show(
    request: HttpRequest,
    *,
    site_form: SiteForm | None = None,
    feed_form: FeedForm | None = None,
    opml_form: OpmlForm | None = None,
    target: str = "",
    status: int = 200,
    **found: Any,
) -> HttpResponse:
    context = {
        "site_form": site_form or SiteForm(),
        "feed_form": feed_form or FeedForm(),
        "opml_form": opml_form or OpmlForm(),
        "folders": queries.folders(),
        "target": target,
        **found,
    }
    fragments = {"found": "relations/_feed_found.html"}
    if target.startswith("offer-"):
        fragments[target] = "relations/_feed_added.html"
    return render_page(request, "relations/feed_new.html", fragments, context, status=status)
