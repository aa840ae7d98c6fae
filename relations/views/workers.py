"""Telling the workers that there is something to do."""

from __future__ import annotations

from typing import Any

from celery import current_app
from django.contrib import messages
from django.http import HttpRequest
from kombu.exceptions import OperationalError


def look_now(
    request: HttpRequest, task: str, *arguments: Any, untold: str = "it is done as soon as they are back"
) -> None:
    """Send a worker the message of a task in relations.tasks.

    Without Redis, the beat finds the work by itself within a minute of Redis being back; ``untold`` says so.
    """
    try:
        current_app.send_task(f"relations.tasks.{task}", arguments, retry=False)
    except OperationalError:
        messages.warning(request, f"The workers can't be told right now; {untold}.")
