"""One URL serves the whole page and its fragments; decided here once."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.cache import patch_vary_headers


def render_page(
    request: HttpRequest, page: str, fragments: dict[str, str], context: dict[str, Any], status: int = 200
) -> HttpResponse:
    """The whole page to browsers, boosted links and history restores; to htmx the fragment of the element it targets.

    fragments: template by the id of the element that it replaces.
    """
    response = render(request, fragments.get(target_of(request), page), context, status=status)
    patch_vary_headers(response, ("HX-Request", "HX-Target", "HX-Boosted", "HX-History-Restore-Request"))
    return response


def target_of(request: HttpRequest) -> str:
    """The id of the element that htmx replaces; empty where the whole page is asked for."""
    htmx = request.htmx  # type: ignore[attr-defined]
    if not htmx or htmx.boosted or htmx.history_restore_request:
        return ""
    target: str = htmx.target or ""
    return target
