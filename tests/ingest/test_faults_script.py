"""Script in whatever strangers may write, seen on every page that shows it: it is text there and nothing else."""

from __future__ import annotations

import re
from typing import Any
from urllib.parse import urlsplit

import pytest
from django.contrib.auth.models import User
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.utils import timezone
from icalendar import Calendar
from lxml import etree, html

from relations.models import Article, Engagement, Event, Feed, FeedAlert, FeedState, Report
from tests.ingest import hostile
from tests.ingest.hostile import CALL, MARKUP

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("loopback_allowed")]

ADDRESSES = {"href", "src", "action", "formaction", "data", "poster", "xlink:href", "hx-get", "hx-post"}
# Tags that no page of ours has.
FOREIGN = {"iframe", "object", "embed", "base", "frame", "applet", "noscript"}


def complaints(page: bytes) -> list[str]:
    """What on a page is more than text, apart from what is ours."""
    found = []
    for element in html.document_fromstring(page).iter(etree.Element):
        tag = str(element.tag)
        if tag in FOREIGN or (tag in ("script", "style") and CALL in (element.text or "")):
            found.append(f"<{tag}>")
        if tag == "script" and not re.match("/(?!/)", element.get("src") or ""):
            found.append("a script in the page")
        for name, value in element.items():
            if name.startswith(("on", "hx-on", "srcdoc", "style")):
                found.append(f"{name} of <{tag}>")
            if name in ADDRESSES and urlsplit(value.strip()).scheme.lower() not in ("", "http", "https"):
                found.append(f"{name}={value[:40]} of <{tag}>")
    return found


@pytest.fixture
def world(server, add_feed) -> Any:
    hostile.read_all(server, add_feed)
    return server


@pytest.fixture
def powerful(client: Client, db: None) -> Client:
    """Signed in as someone who sees every control of every page."""
    client.force_login(User.objects.create_superuser("root", password="-"))
    return client


def test_45_what_is_stored_is_text_and_links_lead_to_the_web(world):
    assert Feed.objects.filter(state=FeedState.OK).count() == 4
    assert Report.objects.filter(sentence__contains=MARKUP[:25]).count() >= 2
    assert Article.objects.filter(title__contains=MARKUP[:25]).count() == 4
    assert set(Article.objects.values_list("url", flat=True)) == {"", world.url("/story")}
    assert set(Feed.objects.values_list("site_url", flat=True)) == {""}


def test_45_every_page_shows_it_as_text(world, powerful):
    feeds, articles, events = (list(model.objects.values_list("pk", flat=True)) for model in (Feed, Article, Event))
    engagement = Engagement.objects.get().pk
    FeedAlert.objects.create(feed_id=feeds[1], state=FeedState.FAILING, words=MARKUP, began_at=timezone.now())
    with_text = [
        *(f"/events/{pk}/" for pk in events),
        *(f"/articles/{pk}/" for pk in articles),
        *("/feeds/", "/", *(f"/feeds/{pk}/" for pk in feeds), f"/feeds/{feeds[1]}/edit/"),
        *("/pairs/hun-swe/", "/pairs/gha-ken/", f"/engagements/{engagement}/"),
        f"/feeds/new/?address={world.url('/site')}",
        *("/admin/relations/feed/", "/admin/relations/article/", f"/admin/relations/article/{articles[0]}/change/"),
    ]
    others = ["/engagements/", "/engagements/calendar/", "/pairs/hun-swe/score/", "/pairs/gha-ken/engagements/"]
    for url in with_text + others:
        for headers in ({}, {"HX-Request": "true"}):
            response = powerful.get(url, headers=headers, follow=True)
            assert response.status_code == 200, url
            assert complaints(response.content) == [], url
            assert "script-src 'self'" in response["Content-Security-Policy"]
        # It is there, or the test would be about nothing.
        assert url in others or CALL in html.document_fromstring(response.content).text_content(), url


def test_45_a_list_of_feeds_brings_in_text_and_gives_out_text(world, powerful):
    file = SimpleUploadedFile(f"{MARKUP}.opml", hostile.opml(world), content_type="text/x-opml")
    response = powerful.post("/feeds/opml/", {"file": file})
    assert response.status_code == 200
    assert complaints(response.content) == []
    assert "Only http and https" in response.content.decode()
    added = Feed.objects.get(url=world.url("/listed"))
    assert added.site_url == "" and added.title.startswith("<script>") and added.folder.startswith("<script>")
    for url in ("/feeds/", "/feeds/new/", f"/feeds/{added.pk}/", f"/feeds/{added.pk}/edit/"):
        assert complaints(powerful.get(url).content) == [], url
    rows = etree.fromstring(powerful.get("/feeds.opml").content).findall(".//outline[@xmlUrl]")
    assert len(rows) == Feed.objects.count()
    for row in rows:
        assert len(row) == 0 and all(row.get(name, "http:").startswith("http") for name in ("xmlUrl", "htmlUrl"))


def test_45_calendars_and_data_carry_it_as_text(world, powerful):
    for url in ("/engagements.ics", "/pairs/gha-ken/engagements.ics", "/countries/gha/engagements.ics"):
        response = powerful.get(url)
        assert response["Content-Type"].startswith("text/calendar")
        parts = [part.name for part in Calendar.from_ical(response.content).walk()]
        assert parts == ["VCALENDAR", "VEVENT"], url
    day = Event.objects.get(pair__slug="hun-swe").occurred_on
    response = powerful.get(f"/pairs/hun-swe/score/{day}.json")
    assert response["Content-Type"] == "application/json" and response["X-Content-Type-Options"] == "nosniff"
