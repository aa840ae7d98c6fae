"""What does the story say? And the stories that people add themselves, one at a time."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.views.decorators.http import require_GET, require_http_methods
from django_htmx.http import HttpResponseClientRedirect

from relations import pipeline
from relations.errors import RelationsError
from relations.models import Article
from relations.queries import articles as queries
from relations.queries.article_versions import comparison
from relations.queries.blind import blind_for
from relations.queries.imports import manual_sources
from relations.views.access import for_contributors, for_readers, person
from relations.views.contributing_forms import AddressForm, TextForm
from relations.views.htmx import render_page
from relations.views.workers import look_now

PASTE = "Paste its text instead."


@require_GET
@for_readers
def article(request: HttpRequest, article_id: int) -> HttpResponse:
    page = queries.article_page(article_id, blind_for(request.user))
    if page is None:
        raise Http404("There is no such article.")
    return render_page(request, "relations/article.html", {"article": "relations/_article.html"}, {"page": page})


@require_GET
@for_readers
def version(request: HttpRequest, article_id: int, number: int) -> HttpResponse:
    """What a version of the story changed against the one before."""
    page = comparison(article_id, number)
    if page is None:
        raise Http404("There is no such version of this story, or none before it.")
    return render_page(request, "relations/article_version.html", {}, {"page": page})


@require_http_methods(["GET", "POST"])
@for_contributors
def add_article(request: HttpRequest) -> HttpResponse:
    """A text that was pasted, or the address of one that is to be fetched (way=address)."""
    if request.method != "POST":
        return show(request)
    if request.POST.get("way") == "address":
        return add_by_address(request, AddressForm(request.POST))
    return add_text(request, TextForm(request.POST))


def add_text(request: HttpRequest, form: TextForm) -> HttpResponse:
    if not form.is_valid():
        return show(request, text_form=form, status=422)
    values = form.cleaned_data
    there = known_at(request, values["url"])
    if there is not None:
        return show(request, text_form=form, there=there, status=409)
    try:
        added = pipeline.add_text(
            values["text"],
            title=values["title"],
            url=values["url"],
            published_at=form.published_at(),
            source=values["source"],
            added_by=person(request),
        )
    except RelationsError as refusal:
        form.add_error("text", str(refusal))
        return show(request, text_form=form, status=422)
    if not added.is_new:
        return show(request, text_form=form, there=added.article, status=409)
    return done(request, added.article)


def add_by_address(request: HttpRequest, form: AddressForm) -> HttpResponse:
    if not form.is_valid():
        return show(request, address_form=form, status=422)
    url, source = form.cleaned_data["url"], form.cleaned_data["source"]
    there = known_at(request, url)
    if there is not None:
        return show(request, address_form=form, there=there, status=409)
    try:
        page = pipeline.read_page(url)
        added = pipeline.add_page(page, url=url, source=source, added_by=person(request))
    except RelationsError as refusal:
        form.add_error("url", f"{refusal} {PASTE}")
        return show(request, address_form=form, status=422)
    if not added.is_new:
        return show(request, address_form=form, there=added.article, status=409)
    return done(request, added.article)


def known_at(request: HttpRequest, url: str) -> Article | None:
    """The article at an address; also as it was written, since feeds spell addresses in their own way."""
    return pipeline.article_at([url, request.POST.get("url", "").strip()])


def done(request: HttpRequest, article: Article) -> HttpResponse:
    look_now(request, "tag_new_articles")
    unread = article.unread_because
    messages.success(request, "Added." if unread else "Added. The coder reads it within a minute.")
    if request.htmx:  # type: ignore[attr-defined]
        return HttpResponseClientRedirect(reverse("article", args=[article.pk]))
    return redirect("article", article_id=article.pk)


def show(
    request: HttpRequest,
    *,
    text_form: TextForm | None = None,
    address_form: AddressForm | None = None,
    there: Article | None = None,
    status: int = 200,
) -> HttpResponse:
    """there: the article that is there already, where nothing was added for that."""
    context: dict[str, Any] = {
        "text_form": text_form or TextForm(),
        "address_form": address_form or AddressForm(),
        "there": there,
        "sources": manual_sources(),
    }
    fragments = {"add-article": "relations/_add_article.html"}
    return render_page(request, "relations/add_article.html", fragments, context, status=status)
