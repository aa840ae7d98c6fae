"""One feed: how it is, and the form by which it is changed."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_http_methods

from relations import pipeline
from relations.errors import RelationsError
from relations.models import Feed
from relations.queries import feeds as queries
from relations.queries.feeds_one import one_feed, secrets_of
from relations.queries.feeds_words import name_of
from relations.views.access import for_admins
from relations.views.feed_forms import FeedEditForm
from relations.views.htmx import render_page
from relations.views.workers import look_now


@require_GET
@for_admins
def feed(request: HttpRequest, feed_id: int) -> HttpResponse:
    return show_feed(request, get_object_or_404(Feed, pk=feed_id))


def show_feed(request: HttpRequest, found: Feed) -> HttpResponse:
    try:
        page = one_feed(found, request.GET.get("after", ""))
    except ValueError:
        page = one_feed(found)
    fragments = {"feed": "relations/_feed.html", "more-visits": "relations/_feed_visits.html"}
    return render_page(request, "relations/feed.html", fragments, {"feed": found, "page": page})


@never_cache  # a refused form shows the headers that were just written
@require_http_methods(["GET", "POST"])
@for_admins
def edit_feed(request: HttpRequest, feed_id: int) -> HttpResponse:
    found = get_object_or_404(Feed, pk=feed_id)
    form = FeedEditForm(found, request.POST if request.method == "POST" else None)
    if request.method != "POST":
        return show_form(request, found, form)
    if not form.is_valid():
        return show_form(request, found, form, status=422)
    changes = form.changes()
    try:
        words = pipeline.change_feed(feed_id, changes, timezone.now())
    except RelationsError as refusal:
        form.add_error("url", str(refusal))
        return show_form(request, found, form, status=422)
    messages.success(request, " ".join(["Saved.", *words]) if changes else "Nothing was different.")
    found.refresh_from_db()
    if is_sent_openly(found):
        messages.warning(request, "This feed's headers and password travel unencrypted: its address is no https one.")
    if "url" in changes:
        look_now(request, "refresh_due_feeds")
    return redirect("feed", feed_id)


def is_sent_openly(found: Feed) -> bool:
    """Whether whoever is between us and its server can read what is secret."""
    return bool(found.sealed) and found.url.startswith("http://")


def show_form(request: HttpRequest, found: Feed, form: FeedEditForm, **options: Any) -> HttpResponse:
    context = {
        "feed": found,
        "name": name_of(found),
        "form": form,
        "secrets": secrets_of(found),
        "sent_openly": is_sent_openly(found),
        "folders": queries.folders(),
    }
    return render_page(request, "relations/feed_edit.html", {}, context, **options)
