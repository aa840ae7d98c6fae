"""What several pages of the admin share."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any
from urllib.parse import urlencode

from celery import current_app
from django.contrib import admin, messages
from django.http import HttpRequest
from django.urls import reverse
from kombu.exceptions import OperationalError

from relations.models.articles import Articles

CHANGE_NAMES = "relations.change_actorname"


class ReadOnly(admin.ModelAdmin):
    """Rows that only the pipeline or the codebook writes."""

    show_full_result_count = False
    list_per_page = 50

    def has_add_permission(self, request: HttpRequest, *args: Any) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False


def read_again_url(names: Iterable[str]) -> str:
    """The page that shows which stored articles hold these names and has them read again."""
    query = urlencode({"names": "\n".join(names)})
    return f"{reverse('admin:relations_actorname_read_again')}?{query}"


def read_again(request: HttpRequest, articles: Articles) -> None:
    """Have the articles read again, tell the workers, and tell the person how many they are."""
    number = articles.read_again()
    if not number:
        messages.info(request, "These articles wait to be read already.")
        return
    try:
        current_app.send_task("relations.tasks.tag_new_articles", retry=False)
        when = "now, newest first; their events and scores follow"
    except OperationalError:
        when = "as soon as the workers can be told, newest first"
    messages.success(request, f"{number:,} {'article is' if number == 1 else 'articles are'} read again {when}.")
