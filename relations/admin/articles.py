"""Articles, to look at and to have read again."""

from __future__ import annotations

from typing import Any

from django.contrib import admin
from django.http import HttpRequest
from django.utils import timezone

from relations.admin.base import CHANGE_NAMES, ReadOnly, read_again
from relations.models import Article, ArticleVersion


@admin.register(Article)
class ArticleAdmin(ReadOnly):
    list_display = ("title", "feed", "published_at", "version", "tagged_at", "retracted_at", "coder")
    list_filter = (("retracted_at", admin.EmptyFieldListFilter),)
    list_select_related = ("feed",)
    search_fields = ("title",)
    actions = ("read_again_selected", "retract_selected", "reinstate_selected")

    def has_read_again_permission(self, request: HttpRequest) -> bool:
        return request.user.has_perm(CHANGE_NAMES)

    @admin.action(description="Read the selected articles again", permissions=["read_again"])
    def read_again_selected(self, request: HttpRequest, queryset: Any) -> None:
        read_again(request, queryset)

    @admin.action(description="Their publishers took the selected articles back", permissions=["read_again"])
    def retract_selected(self, request: HttpRequest, queryset: Any) -> None:
        marked = queryset.retract(timezone.now())
        self.message_user(request, f"{marked} marked as retracted. Within a minute nothing they say counts any more.")

    @admin.action(description="The selected articles were not taken back after all", permissions=["read_again"])
    def reinstate_selected(self, request: HttpRequest, queryset: Any) -> None:
        marked = queryset.reinstate()
        self.message_user(request, f"{marked} no longer marked as retracted. They are read again within a minute.")


@admin.register(ArticleVersion)
class ArticleVersionAdmin(ReadOnly):
    list_display = ("article", "number", "seen_at")
    list_select_related = ("article",)
