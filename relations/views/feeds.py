"""Are my sources well?"""

from __future__ import annotations

from typing import Any

from celery import current_app
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.utils import timezone
from django.views.decorators.http import require_GET, require_POST
from kombu.exceptions import OperationalError

from relations.models import Feed
from relations.queries import feeds as queries
from relations.views.access import for_admins, person
from relations.views.forms import FeedForm
from relations.views.htmx import render_page


@require_GET
@for_admins
def feeds(request: HttpRequest) -> HttpResponse:
    return show(request)


@require_POST
@for_admins
def add_feed(request: HttpRequest) -> HttpResponse:
    form = FeedForm(request.POST)
    if not form.is_valid():
        return show(request, form, status=422)
    feed = form.save(commit=False)
    feed.title = feed.title or feed.url
    feed.next_fetch_at = timezone.now()
    feed.added_by = person(request)
    feed.save()
    look_now(request, "refresh_due_feeds")
    return done(request, f"{feed.title} is added and will be visited within a minute.")


@require_POST
@for_admins
def pause_feed(request: HttpRequest, feed_id: int) -> HttpResponse:
    return set_paused(request, feed_id, paused=True)


@require_POST
@for_admins
def resume_feed(request: HttpRequest, feed_id: int) -> HttpResponse:
    return set_paused(request, feed_id, paused=False)


@require_POST
@for_admins
def fetch_feed(request: HttpRequest, feed_id: int) -> HttpResponse:
    feed = get_object_or_404(Feed, pk=feed_id)
    # If the message is lost the feed is still due, so the next look finds it.
    Feed.objects.filter(pk=feed_id).update(next_fetch_at=timezone.now())
    look_now(request, "fetch_now", feed_id)
    return done(request, f"{feed.title} is being fetched. Reload in a moment to see the outcome.")


def set_paused(request: HttpRequest, feed_id: int, *, paused: bool) -> HttpResponse:
    feed = get_object_or_404(Feed, pk=feed_id)
    feed.paused = paused
    if not paused:
        feed.next_fetch_at = timezone.now()
    feed.save(update_fields=["paused", "next_fetch_at"])
    return done(request, f"{feed.title} is {'paused' if paused else 'resumed'}.")


def look_now(request: HttpRequest, task: str, *arguments: Any) -> None:
    """Send a worker the message of a task in relations.tasks.

    Without Redis, the beat finds the work by itself within a minute of Redis being back.
    """
    try:
        current_app.send_task(f"relations.tasks.{task}", arguments, retry=False)
    except OperationalError:
        messages.warning(request, "The workers can't be told right now; the feed is visited as soon as they are back.")


def show(request: HttpRequest, form: FeedForm | None = None, **options: Any) -> HttpResponse:
    try:
        page = queries.feeds(request.GET.get("after", ""))
    except ValueError:
        page = queries.feeds()
    context = {"page": page, "form": form or FeedForm()}
    return render_page(request, "relations/feeds.html", {"feeds": "relations/_feeds.html"}, context, **options)


def done(request: HttpRequest, words: str) -> HttpResponse:
    messages.success(request, words)
    return show(request) if request.htmx else redirect("feeds")  # type: ignore[attr-defined]
