"""Private keys for programs that can't sign in, calendars and feed readers: whoever has one reads as its owner may."""

from __future__ import annotations

import re
from functools import wraps
from typing import Any

from django.contrib.auth.models import AnonymousUser, User
from django.core.exceptions import PermissionDenied
from django.core.signing import BadSignature, Signer
from django.http import HttpRequest, HttpResponseBase

from relations.views.access import View, for_people, for_readers, may_read, person

# A key of one salt opens nothing of another: who is given a calendar sees no watches.
SALT = "relations.calendar-key"
WATCHES = "relations.watches-key"
_KEY = re.compile(r"([0-9]{1,9})\.[A-Za-z0-9_-]{1,100}")


def key_of(user: User | AnonymousUser, salt: str = SALT) -> str:
    """The person's key, the same every time until the password changes; empty for who isn't signed in."""
    return _signer(user, salt).sign(str(user.pk)) if isinstance(user, User) else ""


def owner_of(key: str, salt: str = SALT) -> User | None:
    """Whose key it is; None for one that nobody has, or has no longer."""
    match = _KEY.fullmatch(key)
    user = User.objects.filter(pk=int(match[1]), is_active=True).first() if match else None
    if user is None:
        return None
    try:
        _signer(user, salt).unsign(key)
    except BadSignature:
        return None
    return user


def _signer(user: User, salt: str) -> Signer:
    # The hash changes with the password, as it does to end the person's sessions.
    return Signer(salt=f"{salt}:{user.get_session_auth_hash()}", sep=".")


def for_subscribers(view: View) -> View:
    """Readers, and whoever brings a key of one."""
    for_reader = for_readers(view)

    @wraps(view)
    def guarded(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        key = request.GET.get("key")
        if key is None or may_read(AnonymousUser()):
            return for_reader(request, *args, **kwargs)
        owner = owner_of(key)
        if owner is None or not may_read(owner):
            raise PermissionDenied(
                "This address no longer holds: its key is wrong, or its owner has a new password. "
                "Sign in and take the address anew from the page that it is of."
            )
        return view(request, *args, **kwargs)

    return guarded


def for_watchers(view: View) -> View:
    """Who is signed in, and whoever brings a key of theirs. The view takes the owner before its other arguments."""

    @for_people
    def for_person(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        return view(request, person(request), *args, **kwargs)

    @wraps(view)
    def guarded(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        key = request.GET.get("key")
        if key is None:
            return for_person(request, *args, **kwargs)
        owner = owner_of(key, WATCHES)
        if owner is None:
            raise PermissionDenied(
                "This feed's address no longer holds: its key is wrong, or its owner has a new password. "
                "Sign in and take the address anew from the page of watches."
            )
        return view(request, owner, *args, **kwargs)

    return guarded
