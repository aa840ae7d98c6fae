"""Tell me when: a person's watches, what each found, and private feeds of it. Each sees only their own."""

from __future__ import annotations

import datetime as dt
from typing import Any

from django.contrib import messages
from django.contrib.auth.models import User
from django.http import Http404, HttpRequest, HttpResponse, QueryDict
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.cache import patch_cache_control
from django.views.decorators.http import conditional_page, require_GET, require_http_methods, require_POST, require_safe

from relations import pipeline
from relations.errors import RelationsError
from relations.exports.as_atom import CONTENT_TYPE, Entry, atom
from relations.models import CountryPair, Delivery, Watch
from relations.models.watches import MOST_OF_ONE_PERSON
from relations.queries import watches as queries
from relations.queries.timelines import find_pair
from relations.views.access import for_people, person
from relations.views.calendar_keys import WATCHES, for_watchers, key_of
from relations.views.htmx import render_page
from relations.views.watch_forms import WatchForm, initial_from, initial_of

NOWHERE = (
    "Your account has no e-mail address that mails can be sent to, so alerts stand here and in the private feed only. "
    "An admin can enter your address."
)


@require_GET
@for_people
def watches(request: HttpRequest) -> HttpResponse:
    owner = person(request)
    rows = queries.watches_of(owner)
    context = {
        "rows": rows,
        "limit": MOST_OF_ONE_PERSON,
        "subscribe": subscribe_address(request, owner, reverse("watches-atom")),
        "nowhere": nowhere(owner, any(row.delivery != str(Delivery.NONE.label) for row in rows)),
    }
    return render_page(request, "relations/watches.html", {}, context)


@require_http_methods(["GET", "POST"])
@for_people
def new_watch(request: HttpRequest) -> HttpResponse:
    """The form; prefilled from pair=, country= and the filters of a timeline."""
    owner = person(request)
    if request.method != "POST":
        initial, pair = initial_from(request.GET)
        return show_form(request, WatchForm(initial=initial, pair=pair), pair)
    pair = given_pair(request)
    form = WatchForm(request.POST, initial={}, pair=pair)
    if not form.is_valid():
        return show_form(request, form, pair, status=422)
    try:
        watch = pipeline.add_watch(owner, form.values())
    except RelationsError as refusal:
        form.add_error(None, str(refusal))
        return show_form(request, form, pair, status=422)
    messages.success(request, "Saved. It tells of what happens from now on.")
    return redirect("watch", watch.pk)


@require_GET
@for_people
def watch(request: HttpRequest, watch_id: int) -> HttpResponse:
    owner = person(request)
    found = own(owner, watch_id)
    after = request.GET.get("after", "")
    try:
        page = queries.alerts_of(found, after)
    except ValueError:
        page, after = queries.alerts_of(found), ""
    context = {
        "watch": found,
        "row": queries.watch_row(found),
        "page": page,
        "later": bool(after),
        "subscribe": subscribe_address(request, owner, reverse("watch-atom", args=[found.pk])),
        "nowhere": nowhere(owner, found.delivery != Delivery.NONE),
    }
    return render_page(request, "relations/watch.html", {"more-alerts": "relations/_watch_alerts.html"}, context)


@require_http_methods(["GET", "POST"])
@for_people
def edit_watch(request: HttpRequest, watch_id: int) -> HttpResponse:
    found = own(person(request), watch_id)
    if request.method != "POST":
        return show_form(request, WatchForm(initial=initial_of(found), pair=found.pair), found.pair, found)
    pair = given_pair(request)
    form = WatchForm(request.POST, initial=initial_of(found), pair=pair)
    if not form.is_valid():
        return show_form(request, form, pair, found, status=422)
    pipeline.change_watch(found.pk, form.values())
    messages.success(request, "Saved.")
    return redirect("watch", found.pk)


@require_POST
@for_people
def pause_watch(request: HttpRequest, watch_id: int) -> HttpResponse:
    found = own(person(request), watch_id)
    pipeline.pause_watch(found.pk)
    messages.success(request, f"“{found.title}” is paused. It looks at nothing until you resume it.")
    return back(request, found)


@require_POST
@for_people
def resume_watch(request: HttpRequest, watch_id: int) -> HttpResponse:
    found = own(person(request), watch_id)
    pipeline.resume_watch(found.pk)
    messages.success(request, f"“{found.title}” tells of what happens from now on.")
    return back(request, found)


@require_POST
@for_people
def delete_watch(request: HttpRequest, watch_id: int) -> HttpResponse:
    found = own(person(request), watch_id)
    pipeline.delete_watch(found.pk)
    messages.success(request, f"“{found.title}” and its alerts are deleted.")
    return redirect("watches")


@require_safe
@for_watchers
@conditional_page
def watches_atom(request: HttpRequest, owner: User) -> HttpResponse:
    return feed(request, owner, "Dyad: watches", reverse("watches"), owner.date_joined)


@require_safe
@for_watchers
@conditional_page
def watch_atom(request: HttpRequest, owner: User, watch_id: int) -> HttpResponse:
    found = own(owner, watch_id)
    return feed(request, owner, f"Dyad: {found.title}", found.get_absolute_url(), found.created_at, found)


def feed(
    request: HttpRequest, owner: User, title: str, path: str, since: dt.datetime, of: Watch | None = None
) -> HttpResponse:
    """since: when the feed is said to have changed last where it has no entry yet."""
    found = queries.feed_entries(owner, of)
    entries = [
        Entry(
            id=one.id,
            title=one.title,
            link=request.build_absolute_uri(one.path),
            updated=one.at,
            published=one.at,
            summary="\n".join(one.lines),
            categories=(one.category,),
        )
        for one in found
    ]
    updated = max((one.updated for one in entries), default=since)
    content = atom(title, request.build_absolute_uri(path), request.build_absolute_uri(), updated, entries)
    response = HttpResponse(content, content_type=CONTENT_TYPE)
    patch_cache_control(response, private=True)
    return response


def own(owner: User, watch_id: int) -> Watch:
    """A watch of this person; another's is not found, as if there were none."""
    found = queries.find_watch(watch_id, owner)
    if found is None:
        raise Http404("You have no such watch.")
    return found


def given_pair(request: HttpRequest) -> CountryPair | None:
    """The pair that a sent form names, for the words of the form that is shown again."""
    return find_pair(request.POST.get("pair", "").strip().lower())


def back(request: HttpRequest, found: Watch) -> HttpResponse:
    """To the page from which it was asked."""
    return redirect("watch", found.pk) if request.POST.get("page") == "watch" else redirect("watches")


def nowhere(owner: User, has_mails: bool) -> str:
    """Why no mail reaches the person, where any should."""
    return NOWHERE if has_mails and not pipeline.address_of(owner) else ""


def subscribe_address(request: HttpRequest, owner: User, path: str) -> str:
    key = QueryDict(mutable=True)
    key["key"] = key_of(owner, WATCHES)
    return request.build_absolute_uri(f"{path}?{key.urlencode()}")


def show_form(
    request: HttpRequest, form: WatchForm, pair: CountryPair | None, found: Watch | None = None, **options: Any
) -> HttpResponse:
    context = {
        "form": form,
        "watch": found,
        "pair": pair,
        "standing": queries.standing_of(pair) if pair else None,
        "nowhere": nowhere(person(request), True),
    }
    return render_page(request, "relations/watch_edit.html", {}, context, **options)
