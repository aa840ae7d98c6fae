"""Where a change leads: back to the page that it was made from, or to the event that it changed."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import Resolver404, resolve
from django.utils.http import url_has_allowed_host_and_scheme
from django_htmx.http import HttpResponseClientRedirect

from relations.views.events import done


def next_of(request: HttpRequest) -> str:
    """The page to go on to, a path within the site; empty where none was asked for."""
    asked = request.POST.get("next") or request.GET.get("next") or ""
    within = asked.startswith("/") and url_has_allowed_host_and_scheme(asked, allowed_hosts=None)
    return asked if within else ""


def go_on(request: HttpRequest, event_id: int, words: str, level: int = messages.SUCCESS) -> HttpResponse:
    """After a change that words tell of: the page that was asked for; an event's page, to htmx its fragment."""
    asked = next_of(request)
    try:
        match = resolve(asked.partition("?")[0].partition("#")[0]) if asked else None
    except Resolver404:
        match = None
    if match is None or match.url_name == "event":
        return done(request, match.kwargs["event_id"] if match else event_id, words, level)
    messages.add_message(request, level, words)
    if request.htmx:  # type: ignore[attr-defined]
        return HttpResponseClientRedirect(asked)
    return redirect(asked)
