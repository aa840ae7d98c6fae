"""Names of actors: added, changed and removed here, known to every worker from its next batch on."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django import forms
from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.db import OperationalError, connection, transaction
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.urls import URLPattern, path
from django.utils.html import format_html
from django.utils.safestring import SafeString

from relations.admin.base import read_again, read_again_url
from relations.admin.name_form import NameForm
from relations.errors import RelationsError
from relations.models import Actor, ActorName, Article, NameOrigin

# A search through all texts that takes longer belongs on the command line, not in a web request.
SEARCH_WITHIN = 20  # seconds
SHOWN = 5


def tell(request: HttpRequest, names: Iterable[str], doubts: Iterable[str] = ()) -> None:
    """Say that these names were added, changed or removed, and how stored articles come to know."""
    for doubt in doubts:
        messages.warning(request, doubt)
    changed = list(dict.fromkeys(names))
    if changed:
        words = "From now on new articles are read with this. Stored articles stay as they were read: {}."
        messages.info(request, format_html(words, _link_to_read_again(changed, "have those read again that hold it")))


def _link_to_read_again(names: Iterable[str], words: str) -> SafeString:
    return format_html('<a href="{}">{}</a>', read_again_url(names), words)


def _before_and_after(form: forms.BaseForm) -> list[str]:
    """The name that a form held and the one that it holds now."""
    names = (form.initial.get("name"), form.cleaned_data.get("name"))
    return [name for name in names if name]


class NamesOfActor(admin.TabularInline):
    model = ActorName
    form = NameForm
    extra = 1
    fields = ("name", "language", "valid_from", "valid_until", "stored_articles")
    readonly_fields = ("stored_articles",)
    verbose_name = "name added here"
    verbose_name_plural = "names added here (the coder knows them within a minute)"

    def get_queryset(self, request: HttpRequest) -> Any:
        return super().get_queryset(request).filter(origin=NameOrigin.ADDED)

    def stored_articles(self, name: ActorName) -> str | SafeString:
        return _link_to_read_again([name.name], "read again") if name.pk else ""


@admin.register(Actor)
class ActorAdmin(admin.ModelAdmin):
    list_display = ("key", "name", "country", "kind", "sector")
    list_filter = ("kind", "sector")
    list_select_related = ("country",)
    search_fields = ("key", "name", "names__name")
    readonly_fields = ("key", "country", "kind", "name", "sector")
    inlines = (NamesOfActor,)

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def save_formset(self, request: HttpRequest, form: Any, formset: Any, change: bool) -> None:
        super().save_formset(request, form, formset, change)
        touched = [part for part in formset.forms if part.has_changed() and (part.instance.pk or part.initial)]
        doubts = [doubt for part in touched if part not in formset.deleted_forms for doubt in part.doubts]
        tell(request, (name for part in touched for name in _before_and_after(part)), doubts)


@admin.register(ActorName)
class ActorNameAdmin(admin.ModelAdmin):
    """The names that people added, newest first; those of the codebook stand in its files."""

    form = NameForm
    fields = ("actor", "name", "language", "valid_from", "valid_until")
    autocomplete_fields = ("actor",)
    list_display = (
        "name",
        "actor",
        "country",
        "language",
        "valid_from",
        "valid_until",
        "updated_at",
        "stored_articles",
    )
    list_select_related = ("actor__country",)
    list_per_page = 50
    ordering = ("-updated_at", "-pk")
    search_fields = ("name", "actor__name", "actor__key", "actor__country__name")
    search_help_text = "A name, an actor or a country"
    actions = ("read_again_selected",)

    def get_queryset(self, request: HttpRequest) -> Any:
        return super().get_queryset(request).filter(origin=NameOrigin.ADDED)

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> Any:
        return ("actor", "updated_at") if obj else ()

    def get_fields(self, request: HttpRequest, obj: Any = None) -> Any:
        return (*self.fields, "updated_at") if obj else self.fields

    @admin.display(ordering="actor__country__name")
    def country(self, name: ActorName) -> str:
        return name.actor.country.name

    def stored_articles(self, name: ActorName) -> SafeString:
        return _link_to_read_again([name.name], "read again")

    def save_model(self, request: HttpRequest, obj: ActorName, form: Any, change: bool) -> None:
        super().save_model(request, obj, form, change)
        tell(request, _before_and_after(form) if form.has_changed() else (), form.doubts)

    def delete_model(self, request: HttpRequest, obj: ActorName) -> None:
        super().delete_model(request, obj)
        tell(request, [obj.name])

    def delete_queryset(self, request: HttpRequest, queryset: Any) -> None:
        names = list(queryset.values_list("name", flat=True))
        super().delete_queryset(request, queryset)
        tell(request, names)

    @admin.action(description="Read again the stored articles that hold these names", permissions=["change"])
    def read_again_selected(self, request: HttpRequest, queryset: Any) -> HttpResponse:
        return redirect(read_again_url(queryset.values_list("name", flat=True)))

    def get_urls(self) -> list[URLPattern]:
        view = self.admin_site.admin_view(self.read_again_view)
        return [path("read-again/", view, name="relations_actorname_read_again"), *super().get_urls()]

    def read_again_view(self, request: HttpRequest) -> HttpResponse:
        """Which stored articles hold some names (asked), and to have these read again (posted)."""
        if not self.has_change_permission(request):
            raise PermissionDenied
        asked = (request.POST if request.method == "POST" else request.GET).get("names", "")
        names = list(dict.fromkeys(line.strip() for line in asked.splitlines() if line.strip()))
        context = {
            **self.admin_site.each_context(request),
            **{"title": "Read stored articles again", "opts": self.opts, "names": names, "asked": "\n".join(names)},
        }
        try:
            found = _search(names)
        except RelationsError as trouble:
            context["trouble"] = str(trouble)
            return TemplateResponse(request, "admin/relations/actorname/read_again.html", context, status=422)
        if request.method == "POST" and found:
            read_again(request, Article.objects.filter(pk__in=found))
            return redirect("admin:relations_actorname_changelist")
        context |= {"number": len(found), "newest": Article.objects.filter(pk__in=found[:SHOWN])}
        return TemplateResponse(request, "admin/relations/actorname/read_again.html", context)


def _search(names: list[str]) -> list[int]:
    """Ids of the articles that hold one of the names, newest first.

    Raises RelationsError for a name that can't be looked for, and where looking takes too long.
    """
    try:
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute("SELECT set_config('statement_timeout', %s, true)", [f"{SEARCH_WITHIN}s"])
            return list(Article.objects.holding(names).values_list("pk", flat=True))
    except OperationalError as problem:
        if "statement timeout" not in str(problem):
            raise
        options = " ".join(f'--name "{name}"' for name in names)
        raise RelationsError(
            f"There are too many articles to look through while you wait. On the server: manage.py tag_again {options}"
        ) from None
