"""Articles, to look at and to have read again."""

from __future__ import annotations

from typing import Any

from django.contrib import admin
from django.http import HttpRequest

from relations.admin.base import CHANGE_NAMES, ReadOnly, read_again
from relations.models import Article, ArticleVersion


@admin.register(Article)
class ArticleAdmin(ReadOnly):
    list_display = ("title", "feed", "published_at", "version", "tagged_at", "coder")
    list_select_related = ("feed",)
    search_fields = ("title",)
    actions = ("read_again_selected",)

    def has_read_again_permission(self, request: HttpRequest) -> bool:
        return request.user.has_perm(CHANGE_NAMES)

    @admin.action(description="Read the selected articles again", permissions=["read_again"])
    def read_again_selected(self, request: HttpRequest, queryset: Any) -> None:
        read_again(request, queryset)


@admin.register(ArticleVersion)
class ArticleVersionAdmin(ReadOnly):
    list_display = ("article", "number", "seen_at")
    list_select_related = ("article",)
