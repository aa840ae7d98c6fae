"""Script in whatever strangers may write, in a real browser whose second line of defence is switched off: none runs."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.test import Client
from django.utils import timezone
from playwright.sync_api import Browser, Page

from relations.models import Article, Event, Feed
from tests.ingest import hostile
from tests.ingest.servers import FeedServer

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True), pytest.mark.xdist_group("browser")]

# Counts the calls of what the strangers want to call.
WATCH = "window.calls = 0; window.pwned = () => { window.top.calls += 1 }"


@pytest.fixture
def world(transactional_db: None, settings: Any) -> Iterator[None]:
    settings.FETCH_ALLOWED_HOSTS, settings.FETCH_SECONDS_APART, settings.FETCH_AT_ONCE = ["127.0.0.1"], 0, 16
    server = FeedServer()
    hostile.read_all(server, lambda url, **fields: Feed.objects.create(url=url, next_fetch_at=timezone.now(), **fields))
    yield
    server.close()


@pytest.fixture
def page(browser: Browser, live_server: Any, world: None) -> Iterator[Page]:
    client = Client()
    client.force_login(User.objects.create_superuser("root", password="-"))
    context = browser.new_context(base_url=live_server.url, bypass_csp=True)
    context.add_cookies(
        [{"name": name, "value": cookie.value, "url": live_server.url} for name, cookie in client.cookies.items()]
    )
    context.add_init_script(WATCH)
    opened = context.new_page()
    opened.on("dialog", lambda dialog: pytest.fail(f"a page asks: {dialog.message}"))
    yield opened
    context.close()


def test_45_no_script_of_strangers_runs(page: Page) -> None:
    urls = ["/", "/feeds/", "/pairs/hun-swe/", "/pairs/gha-ken/", "/engagements/"]
    urls += [f"/events/{pk}/" for pk in Event.objects.values_list("pk", flat=True)]
    urls += [f"/articles/{pk}/" for pk in Article.objects.values_list("pk", flat=True)]
    urls += [f"/feeds/{pk}/" for pk in Feed.objects.values_list("pk", flat=True)]
    shown = 0
    for url in urls:
        page.goto(url)
        shown += page.inner_text("body").count(hostile.CALL)
        # Whoever moves over it and clicks it finds nothing but text.
        page.evaluate("document.querySelectorAll('*').forEach(one => one.dispatchEvent(new Event('mouseover')))")
        assert page.evaluate("window.calls") == 0, url
        # Links within a picture have their address in a form of their own.
        addresses = "links => links.map(link => new URL(link.href.baseVal ?? link.href, location).protocol)"
        schemes = set(page.eval_on_selector_all("a[href]", addresses))
        assert schemes <= {"http:", "https:"}, url
        assert page.locator("iframe, object, embed, form[action^='javascript']").count() == 0, url
    assert shown > 50  # or it would be about nothing


def test_45_the_watch_sees_script_that_runs(page: Page) -> None:
    page.goto("/")
    page.set_content(hostile.MARKUP)
    page.wait_for_function("window.calls > 0")
