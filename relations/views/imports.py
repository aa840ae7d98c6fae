"""Many articles at once: uploads, how far they are and what came of them."""

from __future__ import annotations

from collections import Counter
from pathlib import PurePath
from typing import BinaryIO, cast

from django.contrib import messages
from django.core.files.uploadedfile import UploadedFile
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.views.decorators.http import require_GET, require_http_methods

from relations.errors import RelationsError
from relations.pipeline import take_upload, uploads
from relations.queries import imports as queries
from relations.queries.display import count
from relations.views.access import for_contributors, person
from relations.views.contributing_forms import UploadForm
from relations.views.htmx import render_page
from relations.views.uploads import refused_upload
from relations.views.workers import look_now


@require_GET
@for_contributors
def imports(request: HttpRequest) -> HttpResponse:
    try:
        page = queries.uploads(request.GET.get("after", ""))
    except ValueError:
        page = queries.uploads()
    return render_page(request, "relations/imports.html", {}, {"page": page})


@require_GET
@for_contributors
def upload(request: HttpRequest, upload_id: int) -> HttpResponse:
    """Asked every two seconds by htmx while pieces wait."""
    show, after = request.GET.get("show", ""), request.GET.get("after", "")
    try:
        page = queries.upload_page(upload_id, show, after)
    except ValueError:
        page = queries.upload_page(upload_id, show)
    if page is None:
        raise Http404("There is no such upload.")
    return render_page(request, "relations/import.html", {"import": "relations/_import.html"}, {"page": page})


@require_http_methods(["GET", "POST"])
@for_contributors
def add_import(request: HttpRequest) -> HttpResponse:
    if request.method != "POST":
        return show(request, UploadForm())
    form = UploadForm(request.POST)
    files = request.FILES.getlist("files") + request.FILES.getlist("folder")
    known = [file for file in files if uploads.kind_of(file.name or "")]
    if words := refused_upload(request) or _no_file(files, known):
        form.add_error(None, words)
    if not form.is_valid():
        return show(request, form, status=422)
    contents = [(file.name or "", cast(BinaryIO, file.file)) for file in known]
    try:
        made = take_upload(_name(known), contents, form.cleaned_data["source"], person(request))
    except RelationsError as refusal:
        form.add_error(None, str(refusal))
        return show(request, form, status=422)
    if len(known) < len(files):
        messages.info(request, f"Passed over: {_kinds([file for file in files if file not in known])}.")
    look_now(request, "import_waiting")
    return redirect("import", upload_id=made.pk)


def _no_file(files: list[UploadedFile], known: list[UploadedFile]) -> str:
    if known:
        return ""
    if not files:
        return "Choose files or a folder."
    wanted = ", ".join(uploads.KINDS)
    return f"None of what you chose can be read: it is {_kinds(files)}. Files are told by their endings: {wanted}."


def _kinds(files: list[UploadedFile]) -> str:
    """As "3 files .png and 1 file .css"."""
    endings = Counter(PurePath(file.name or "").suffix.lower()[:20] or "without an ending" for file in files)
    told = [f"{count(number, 'file')} {ending}" for ending, number in endings.most_common(5)]
    return " and ".join(told) + (" and others" if len(endings) > 5 else "")


def _name(files: list[UploadedFile]) -> str:
    """Of the upload, as people know it again; the browser tells no name of a folder."""
    first = files[0].name or ""
    return first if len(files) == 1 else f"{first} and {count(len(files) - 1, 'other file')}"


def show(request: HttpRequest, form: UploadForm, **options: int) -> HttpResponse:
    context = {"form": form, "limits": uploads.LIMITS, "sources": queries.manual_sources()}
    return render_page(request, "relations/add_import.html", {}, context, **options)
