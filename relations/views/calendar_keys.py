"""Private keys for calendar programs, which can't sign in: whoever has one reads the calendars as its owner may."""

from __future__ import annotations

import re
from functools import wraps
from typing import Any

from django.contrib.auth.models import AnonymousUser, User
from django.core.exceptions import PermissionDenied
from django.core.signing import BadSignature, Signer
from django.http import HttpRequest, HttpResponseBase

from relations.views.access import View, for_readers, may_read

SALT = "relations.calendar-key"
_KEY = re.compile(r"([0-9]{1,9})\.[A-Za-z0-9_-]{1,100}")


def key_of(user: User | AnonymousUser) -> str:
    """The person's key, the same every time until the password changes; empty for who isn't signed in."""
    return _signer(user).sign(str(user.pk)) if isinstance(user, User) else ""


def owner_of(key: str) -> User | None:
    """Whose key it is; None for one that nobody has, or has no longer."""
    match = _KEY.fullmatch(key)
    user = User.objects.filter(pk=int(match[1]), is_active=True).first() if match else None
    if user is None:
        return None
    try:
        _signer(user).unsign(key)
    except BadSignature:
        return None
    return user


def _signer(user: User) -> Signer:
    # The hash changes with the password, as it does to end the person's sessions.
    return Signer(salt=f"{SALT}:{user.get_session_auth_hash()}", sep=".")


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
                "This calendar address no longer holds: its key is wrong, or its owner has a new password. "
                "Sign in and take the address anew from the page of engagements."
            )
        return view(request, *args, **kwargs)

    return guarded
