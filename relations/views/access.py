"""Who may do what. Everyone signed in reads; editors correct and add articles; admins manage feeds."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Any

from django.conf import settings
from django.contrib.auth.models import AnonymousUser, User
from django.contrib.auth.views import redirect_to_login
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django_htmx.http import HttpResponseClientRedirect

View = Callable[..., HttpResponseBase]
MANAGE_FEEDS = "relations.change_feed"
CORRECT_EVENTS = "relations.correct_events"
ADD_ARTICLES = "relations.add_article"
ADD_NAMES = "relations.add_actorname"


def may_read(user: User | AnonymousUser) -> bool:
    return user.is_authenticated or settings.PUBLIC_READ


def for_readers(view: View) -> View:
    """Signed-in people, and everyone where PUBLIC_READ is set."""
    return _guard(view, may_read)


def for_people(view: View) -> View:
    """Everyone signed in: for what a person keeps for themselves."""
    return _guard(view, lambda user: user.is_authenticated)


def for_editors(view: View) -> View:
    return _guard(view, lambda user: user.has_perm(CORRECT_EVENTS))


def for_contributors(view: View) -> View:
    """People who bring articles themselves."""
    return _guard(view, lambda user: user.has_perm(ADD_ARTICLES))


def for_namers(view: View) -> View:
    """People who may give names to actors."""
    return _guard(view, lambda user: user.has_perm(ADD_NAMES))


def for_admins(view: View) -> View:
    return _guard(view, lambda user: user.has_perm(MANAGE_FEEDS))


def _guard(view: View, allowed: Callable[[Any], bool]) -> View:
    @wraps(view)
    def guarded(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        if allowed(request.user):
            return view(request, *args, **kwargs)
        if not request.user.is_authenticated:
            return _to_sign_in(request)
        raise PermissionDenied("Your account does not have the right to do this. Ask an admin for it.")

    return guarded


def _to_sign_in(request: HttpRequest) -> HttpResponse:
    """To the sign-in page, and from there back to the page (never to an address that only takes forms)."""
    htmx = request.htmx  # type: ignore[attr-defined]
    if htmx:
        # A redirect that the browser follows itself; htmx would put the sign-in page into the fragment's place.
        return HttpResponseClientRedirect(redirect_to_login(htmx.current_url_abs_path or "/").url)
    return redirect_to_login(request.get_full_path() if request.method in ("GET", "HEAD") else "/")


def person(request: HttpRequest) -> User:
    """Who is signed in, behind a guard that let only signed-in people through."""
    if not isinstance(request.user, User):
        raise PermissionDenied("Sign in first.")
    return request.user


class Roles:
    """What the person may do, worked out when a template asks."""

    def __init__(self, request: HttpRequest) -> None:
        self._user = request.user

    @property
    def can_read(self) -> bool:
        return may_read(self._user)

    @property
    def can_correct(self) -> bool:
        return self._user.has_perm(CORRECT_EVENTS)

    @property
    def can_add_articles(self) -> bool:
        return self._user.has_perm(ADD_ARTICLES)

    @property
    def can_manage_feeds(self) -> bool:
        return self._user.has_perm(MANAGE_FEEDS)


def roles(request: HttpRequest) -> dict[str, Any]:
    """Context processor: templates hide the controls that a person may not use."""
    return {"roles": Roles(request)} if hasattr(request, "user") else {}
