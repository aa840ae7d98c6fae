"""Django's admin: for looking under the hood and for names of actors.

Events are corrected on their own pages, where every change is kept with who and why; here they can only be read.
"""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib import admin, messages
from django.contrib.auth.admin import UserAdmin
from django.contrib.auth.models import User
from django.db.models import URLField
from django.http import HttpRequest
from django.utils import timezone

from relations import models, pipeline
from relations.admin import articles, names
from relations.admin.base import ReadOnly
from relations.errors import RelationsError

__all__ = ["articles", "names"]  # each registers its pages


class People(UserAdmin):
    """Admins add people and give them roles; only a superuser makes superusers or touches one."""

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> Any:
        fixed = super().get_readonly_fields(request, obj)
        return fixed if request.user.is_superuser else (*fixed, "is_superuser", "user_permissions")

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        allowed = super().has_change_permission(request, obj)
        return allowed and (request.user.is_superuser or obj is None or not obj.is_superuser)


admin.site.unregister(User)
admin.site.register(User, People)


@admin.register(models.Country)
class CountryAdmin(ReadOnly):
    list_display = ("code", "name", "capital", "kind", "valid_from", "valid_until")
    list_filter = ("kind",)
    search_fields = ("code", "name", "capital")


@admin.register(models.CountryPair)
class CountryPairAdmin(ReadOnly):
    list_display = ("slug", "first", "second")
    list_select_related = ("first", "second")
    search_fields = ("slug",)


@admin.register(models.Tenure)
class TenureAdmin(ReadOnly):
    list_display = ("person", "title", "country", "began", "ended", "precision", "source")
    list_filter = ("office",)
    list_select_related = ("person", "country")
    search_fields = ("person__name", "country__name")


class FeedAdminForm(forms.ModelForm):
    def clean_url(self) -> str:
        written: str = self.cleaned_data["url"]
        try:
            address = pipeline.read_address(written) if written else None
        except RelationsError as refusal:
            raise forms.ValidationError(str(refusal)) from None
        if address and (address.user or address.password):
            raise forms.ValidationError("User name and password have fields of their own, on the feed's page.")
        return address.url if address else ""


@admin.register(models.Feed)
class FeedAdmin(admin.ModelAdmin):
    form = FeedAdminForm
    list_display = ("title", "shown_url", "state", "paused", "next_fetch_at", "last_outcome")
    list_filter = ("state", "paused")
    search_fields = ("title", "url")
    fields = ("title", "url", "paused", "interval", "reliability")
    formfield_overrides = {URLField: {"assume_scheme": "https"}}

    @admin.display(description="url")
    def shown_url(self, feed: models.Feed) -> str:
        return pipeline.without_secrets(feed.url)

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False  # on the feeds page, which also tells the workers

    def save_model(self, request: HttpRequest, obj: models.Feed, form: Any, change: bool) -> None:
        """Only what was changed, as a worker may be writing the rest; and what follows from it."""
        values = {name: form.cleaned_data[name] for name in form.changed_data}
        for words in pipeline.change_feed(obj.pk, values, timezone.now()):
            messages.info(request, words)


@admin.register(models.FeedVisit)
class FeedVisitAdmin(ReadOnly):
    list_display = ("feed", "started_at", "outcome", "words", "items", "new_items")
    list_filter = ("outcome",)
    list_select_related = ("feed",)


@admin.register(models.Report)
class ReportAdmin(ReadOnly):
    list_display = ("article", "type", "source", "target", "occurred_on", "confidence", "withdrawn", "because")
    list_select_related = ("article", "source", "target")


@admin.register(models.Event)
class EventAdmin(ReadOnly):
    list_display = ("occurred_on", "type", "source", "target", "stage", "status", "confidence", "report_count")
    list_filter = ("dataset", "status")
    list_select_related = ("source", "target")


@admin.register(models.Engagement)
class EngagementAdmin(ReadOnly):
    list_display = ("pair", "kind", "state", "last_heard_on", "planned_from", "planned_until")
    list_select_related = ("pair__first", "pair__second")


@admin.register(models.Correction)
class CorrectionAdmin(ReadOnly):
    list_display = ("event", "editor", "made_at", "changes", "reason")
    list_select_related = ("event__source", "event__target", "editor")


@admin.register(models.PairDay)
class PairDayAdmin(ReadOnly):
    list_display = ("pair", "dataset", "day", "event_count", "stale")
    list_select_related = ("pair__first", "pair__second")


@admin.register(models.PairMonth)
class PairMonthAdmin(ReadOnly):
    list_display = ("pair", "dataset", "month", "type", "status", "direction", "events")
    list_select_related = ("pair__first", "pair__second")


@admin.register(models.PairStanding)
class PairStandingAdmin(ReadOnly):
    list_display = ("pair", "dataset", "as_of", "score", "low", "high", "change_30")
    list_select_related = ("pair__first", "pair__second")


@admin.register(models.LearntPrecision)
class LearntPrecisionAdmin(ReadOnly):
    list_display = ("made_at", "verdicts")
