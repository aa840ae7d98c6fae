"""How tests add articles, and what a refused form says."""

from __future__ import annotations

from typing import Any

from tests.ingest.texts import FERRY

ADD, UPLOAD, UPLOADS = "/articles/add/", "/imports/add/", "/imports/"
STORY = {"way": "text", "title": "Ferry sails again", "text": FERRY}


def refusal(answer: Any, status: int = 422) -> str:
    """The words of the alert, with the status that goes with them."""
    assert answer.status_code == status, answer.content[:500]
    page: str = answer.content.decode()
    return page[page.index('role="alert"') :].split("</div>" if status == 422 else "</p>")[0]
