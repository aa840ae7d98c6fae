"""What holds for every page: no serious finding of axe-core, nothing from outside the site, no sideways scroll."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.urls import reverse
from playwright.sync_api import Error, Page, expect

from relations.merging.run import merge_new_reports
from relations.models import ReviewItem, Watch, WatchAlert
from relations.models.loading import load_codebook
from tests import making
from tests.e2e.axe import unfit
from tests.views.plans import of_each_state
from tests.views.test_permissions import ROUTES, addresses
from tests.watching.happening import look

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True), pytest.mark.xdist_group("browser")]
# Beside the routes as they are: pages with something chosen, found or wrong.
MORE = (
    "/?order=tense&days=90",
    "/pairs/pak-usa/?group=force&status=rejected&q=sentence&since=2020-01-01&confidence=50",
    "/pairs/pak-usa/?since=yesterday&group=nonsense",
    "/pairs/fji-isl/",
    "/search/?q=sentence",
    "/search/?q=nothing+has+these+words",
    "/compare/?pair=pak-usa&pair=ind-chn",
    "/no/such/page",
)
SHOWN = {"light": 1280, "dark": 360}


@pytest.fixture
def every_address(transactional_db: None) -> list[str]:
    """Addresses of all routes that people get, with things of each kind behind them."""
    load_codebook()
    of_each_state()
    args = addresses()
    for number in range(60):
        type = ("clash", "accusation", "visit_made", "agreement_signed")[number % 4]
        event = making.event(
            *(("PAK", "USA") if number % 2 else ("USA", "PAK")),
            type,
            occurred_on=making.today() - dt.timedelta(days=9 * number),
            status="rejected" if number % 10 == 9 else "coded",
        )
        making.report(event.source_id, event.target_id, type, event=event, spans={"trigger": [0, 8]})
    merge_new_reports()
    look()  # the watch of the pair tells of it
    waiting = ReviewItem.objects.latest("value").event_id
    forms = [reverse("desk-item", args=[waiting]) + f"?part={part}" for part in ("", "edit", "reject", "merge")]
    routes = [name for name, (method, _) in ROUTES.items() if method == "get" and name != "sign-in"]
    return [reverse(name, args=args.get(name, [])) for name in routes] + [*MORE, *forms]


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_every_page_can_be_read_by_everyone_and_loads_nothing_from_elsewhere(
    open_as: Any, every_address: list[str], live_server: Any, scheme: str
) -> None:
    page: Page = open_as("admin", width=SHOWN[scheme], scheme=scheme)
    Watch.objects.update(owner=User.objects.latest("pk"))  # whoever is signed in: others' watches are not shown
    outside: list[str] = []
    forbidden: list[str] = []
    page.on(
        "request",
        lambda asked: None if asked.url.startswith((live_server.url, "data:", "blob:")) else outside.append(asked.url),
    )
    page.on("console", lambda said: forbidden.append(said.text) if "Content Security Policy" in said.text else None)
    found: list[str] = []
    seen = 0
    for address in every_address:
        if not is_page(page, address):
            continue
        seen += 1
        # What is folded up is part of the page.
        page.evaluate("document.querySelectorAll('details').forEach((one) => { one.open = true })")
        expect(page.locator(".htmx-request")).to_have_count(0)
        for violation in unfit(page):
            nodes = "; ".join(node["html"][:160] for node in violation["nodes"][:3])
            found.append(f"{address}: {violation['id']} ({violation['help']}): {nodes}")
        wider = page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
        if wider > 0:
            found.append(f"{address}: {wider} px wider than the screen")
    assert seen > 30 and WatchAlert.objects.exists()
    assert not found, "\n".join(found)
    assert not outside and not forbidden


def test_the_check_finds_what_is_wrong(open_as: Any) -> None:
    """Or it could pass because it sees nothing."""
    page: Page = open_as("analyst")
    page.evaluate("""() => {
        const image = document.createElement("img");
        image.src = "/static/icon.svg";
        document.getElementById("content").append(image);
    }""")
    assert "image-alt" in [one["id"] for one in unfit(page)]


def is_page(page: Page, address: str) -> bool:
    """Whether it is a page, which the browser shows then, or a file."""
    try:
        answer = page.goto(address)
    except Error as trouble:
        assert "Download is starting" in str(trouble) or "ERR_ABORTED" in str(trouble), f"{address}: {trouble}"
        return False
    return answer is not None and answer.headers["content-type"].startswith("text/html")
