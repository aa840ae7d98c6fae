"""What axe-core finds wrong with a page."""

from __future__ import annotations

from typing import Any

from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page

UNFIT = ("serious", "critical")


def unfit(page: Page) -> list[dict[str, Any]]:
    """What is serious. What is in order is only counted, which costs less."""
    violations = Axe().run(page, options={"resultTypes": ["violations"]}).response["violations"]
    return [one for one in violations if one["impact"] in UNFIT]
