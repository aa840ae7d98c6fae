"""How often is the coder right? What verdicts teach, and what an admin takes over from it."""

from __future__ import annotations

from django import forms
from django.contrib import messages
from django.core.cache import cache
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.utils import timezone
from django.views.decorators.http import require_GET, require_POST

from relations import pipeline
from relations.models import Feed
from relations.queries.feeds_words import name_of
from relations.queries.precision import precision as precision_page
from relations.views.access import for_admins, for_editors
from relations.views.htmx import render_page

KEPT_FOR = 60  # seconds
KEPT_AS = "desk-precision"


class ReliabilityForm(forms.Form):
    reliability = forms.FloatField(min_value=0, max_value=1)


@require_GET
@for_editors
def precision(request: HttpRequest) -> HttpResponse:
    # It goes through all verdicts, for figures that one more hardly moves.
    page = cache.get_or_set(KEPT_AS, precision_page, KEPT_FOR)
    return render_page(request, "relations/desk_precision.html", {}, {"page": page})


@require_POST
@for_admins
def take_reliability(request: HttpRequest, feed_id: int) -> HttpResponse:
    """Set a feed's reliability to what verdicts have it: reliability=0.71. The events that it told of follow."""
    feed = get_object_or_404(Feed, pk=feed_id)
    form = ReliabilityForm(request.POST)
    if not form.is_valid():
        messages.warning(request, "A reliability is a number from 0 to 1. Nothing was changed.")
        return redirect("desk-precision")
    reliability = form.cleaned_data["reliability"]
    words = pipeline.change_feed(feed_id, {"reliability": reliability}, timezone.now())
    cache.delete(KEPT_AS)
    messages.success(request, " ".join([f"{name_of(feed)} has a reliability of {reliability:.2f} now.", *words]))
    return redirect("desk-precision")
