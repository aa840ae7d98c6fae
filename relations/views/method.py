"""Can I trust it?"""

from __future__ import annotations

from django.core.cache import cache
from django.http import HttpRequest, HttpResponse
from django.views.decorators.http import require_GET

from relations.queries.method import method as method_page
from relations.views.access import for_readers
from relations.views.htmx import render_page

KEPT_FOR = 60  # seconds


@require_GET
@for_readers
def method(request: HttpRequest) -> HttpResponse:
    # It adds all pairs' months up, for figures that hardly move in a minute.
    page = cache.get_or_set("method", method_page, KEPT_FOR)
    return render_page(request, "relations/method.html", {}, {"page": page})
