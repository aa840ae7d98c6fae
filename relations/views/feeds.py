"""Are my sources well? The list, and what is done to feeds of it."""

from __future__ import annotations

from collections.abc import Collection

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_GET, require_POST

from relations import pipeline
from relations.models import Feed, FeedKind
from relations.pipeline import Outcome
from relations.queries import feeds as queries
from relations.queries.display import count
from relations.queries.feeds_words import name_of
from relations.views.access import for_admins
from relations.views.feed_forms import FeedFilterForm
from relations.views.feeds_one import show_feed
from relations.views.htmx import render_page
from relations.views.workers import look_now

NAMED = 10  # of the feeds that are left as they are
UNTOLD = "the feeds are visited as soon as they are back"


@require_GET
@for_admins
def feeds(request: HttpRequest) -> HttpResponse:
    return show(request)


@require_POST
@for_admins
def change_chosen(request: HttpRequest) -> HttpResponse:
    """Do something with the feeds that were chosen: feed=ID ... or all=on with shown=ID ..., do=what, folder=NAME."""
    given = request.POST.getlist("feed") + (request.POST.getlist("shown") if request.POST.get("all") else [])
    chosen = {int(text) for text in given if text.isascii() and text.isdigit() and len(text) <= 18}
    what = request.POST.get("do", "")
    if not chosen:
        messages.warning(request, "Choose feeds first: tick the boxes before their names.")
    elif what not in ("pause", "resume", "visit", "move", "delete"):
        messages.warning(request, "Choose what to do with the chosen feeds.")
    else:
        change(request, chosen, what)
    return back(request)


@require_POST
@for_admins
def pause_feed(request: HttpRequest, feed_id: int) -> HttpResponse:
    get_object_or_404(Feed, pk=feed_id)
    change(request, [feed_id], "pause")
    return back(request, feed_id)


@require_POST
@for_admins
def resume_feed(request: HttpRequest, feed_id: int) -> HttpResponse:
    get_object_or_404(Feed, pk=feed_id)
    change(request, [feed_id], "resume")
    return back(request, feed_id)


@require_POST
@for_admins
def fetch_feed(request: HttpRequest, feed_id: int) -> HttpResponse:
    """Visit one feed now, also one that is paused."""
    feed = get_object_or_404(Feed, pk=feed_id)
    if feed.kind == FeedKind.MANUAL:
        messages.warning(request, f"{name_of(feed)} is not visited: its articles are added by hand.")
        return back(request, feed_id)
    # If the message is lost the feed is still due, so the next look finds it.
    pipeline.visit_feeds_soon([feed_id], timezone.now())
    look_now(request, "fetch_now", feed_id, untold=UNTOLD)
    messages.success(request, f"{name_of(feed)} is being fetched. Reload in a moment to see the outcome.")
    return back(request, feed_id)


def change(request: HttpRequest, ids: Collection[int], what: str) -> None:
    """Do it, and say of how many feeds it was done and of which not. what: pause, resume, visit, move, delete."""
    now = timezone.now()
    folder = pipeline.read_folder(request.POST.get("folder", "").replace("\x00", ""))
    if what == "pause":
        tell(request, pipeline.pause_feeds(ids), "paused")
    elif what == "resume":
        tell(request, pipeline.resume_feeds(ids, now), "resumed and visited within a minute")
    elif what == "visit":
        tell(request, pipeline.visit_feeds_soon(ids, now), "visited within a minute")
    elif what == "move":
        tell(request, pipeline.move_feeds(ids, folder), f"in the folder {folder} now" if folder else "in no folder now")
    else:
        tell(request, pipeline.delete_feeds(ids), "deleted")
    if what in ("resume", "visit"):
        look_now(request, "refresh_due_feeds", untold=UNTOLD)


def tell(request: HttpRequest, outcome: Outcome, done: str) -> None:
    if outcome.changed:
        be = "is" if outcome.changed == 1 else "are"
        messages.success(request, f"{count(outcome.changed, 'feed')} {be} {done}.")
    for why, titles in outcome.left.items():
        named = ", ".join(titles[:NAMED])
        more = f" and {len(titles) - NAMED:,} more" if len(titles) > NAMED else ""
        be = "was" if len(titles) == 1 else "were"
        messages.warning(request, f"{count(len(titles), 'feed')} {be} left ({why}): {named}{more}.")
    if not outcome.changed and not outcome.left:
        messages.warning(request, "The chosen feeds are no longer in the list.")


def back(request: HttpRequest, feed_id: int | None = None) -> HttpResponse:
    """To where the button was: the page of the feed (page=feed), or the list with its filters."""
    htmx = request.htmx  # type: ignore[attr-defined]
    if feed_id is not None and request.POST.get("page") == "feed":
        return show_feed(request, Feed.objects.get(pk=feed_id)) if htmx else redirect("feed", feed_id)
    if htmx:
        return show(request)
    query = request.GET.urlencode()
    return redirect(f"{reverse('feeds')}?{query}" if query else "feeds")


def show(request: HttpRequest) -> HttpResponse:
    folders = queries.folders()
    form = FeedFilterForm(request.GET, folders=folders)
    filters = form.filters()
    try:
        page = queries.feeds(filters, request.GET.get("after", ""))
    except ValueError:
        page = queries.feeds(filters)
    here = reverse("feeds")
    context = {
        "page": page,
        "form": form,
        "filters": filters,
        "folders": folders,
        "here": here,
        # What the forms of the list are sent with, so that the same is shown after.
        "place": request.GET.urlencode(),
    }
    return render_page(request, "relations/feeds.html", {"feeds": "relations/_feeds.html"}, context)
