"""Files as they arrive. What is too much is let go at once, so that a view can say so instead of a bare 400."""

from __future__ import annotations

from typing import Any

from django.core.files.uploadhandler import FileUploadHandler, SkipFile
from django.http import HttpRequest

from relations.pipeline import uploads

# Names and other fields that stand between the files of a form.
AROUND_FILES = 2_000_000  # bytes


class LimitedUpload(FileUploadHandler):
    """Counts files and bytes of a request. First of FILE_UPLOAD_HANDLERS; the next keeps the files in memory, since
    two thousand temporary files would be more than a process may have open."""

    def __init__(self, request: HttpRequest) -> None:
        super().__init__(request)
        self._files = self._size = 0
        self._words = ""

    def handle_raw_input(
        self,
        input_data: Any,
        META: dict[str, Any],  # noqa: N803  as Django names it
        content_length: int,
        boundary: str,
        encoding: str | None = None,
    ) -> None:
        if content_length > uploads.LARGEST_UPLOAD + AROUND_FILES:
            self._refuse(uploads.TOO_MUCH)

    def new_file(self, *args: Any, **kwargs: Any) -> None:
        super().new_file(*args, **kwargs)
        self._files += 1
        if self._files > uploads.MOST_FILES:
            self._refuse(uploads.TOO_MANY_FILES)
        if self._words:
            raise SkipFile

    def receive_data_chunk(self, raw_data: bytes, start: int) -> bytes:
        self._size += len(raw_data)
        if self._size > uploads.LARGEST_UPLOAD:
            self._refuse(uploads.TOO_MUCH)
            raise SkipFile
        return raw_data

    def file_complete(self, file_size: int) -> None:
        return None

    def _refuse(self, words: str) -> None:
        self._words = self._words or words
        self.request.upload_refused = self._words  # type: ignore[union-attr]


def refused_upload(request: HttpRequest) -> str:
    """Why the files of a request were let go, in words; empty where they were not. Read request.POST before."""
    return getattr(request, "upload_refused", "")
