"""Articles that people add, in a real browser with real workers; and a worker killed amid an import."""

from __future__ import annotations

import io
import json
import re
from pathlib import Path
from typing import Any

import pytest
from celery import current_app
from playwright.sync_api import Page, expect

from relations.ingest.run_imports import take_upload
from relations.models import Article, ArticleImport, ArticleVersion, ImportPiece
from relations.models.loading import load_codebook
from tests import making
from tests.ingest.servers import FeedServer
from tests.ingest.texts import BRIDGE, FERRY
from tests.running import processes, wait_until, work_through

pytestmark = [
    pytest.mark.browser,
    pytest.mark.processes,
    pytest.mark.django_db(transaction=True),
    pytest.mark.xdist_group("browser"),
]
BOTH = pytest.mark.parametrize("javascript", [True, False], ids=["with script", "without script"])
STORY = "Kenya's foreign ministry summoned the Somali ambassador on Monday over a customs dispute."


def stories(count: int) -> list[str]:
    return [
        json.dumps({"text": f"{FERRY} It was trip number {n}.", "id": n, "title": f"Trip {n}"}) for n in range(count)
    ]


@BOTH
def test_an_editor_uploads_lines_and_sees_the_bad_one_told(open_as: Any, tmp_path: Path, javascript: bool) -> None:
    file = tmp_path / "trips.jsonl"
    file.write_text("\n".join([*stories(120)[:60], '{"text": "broken', *stories(120)[60:]]))
    page: Page = open_as("editor", javascript=javascript)
    page.get_by_role("link", name="Add articles").click()
    page.get_by_role("link", name="Many at once").click()
    page.get_by_label("Files", exact=True).set_input_files(file)
    page.get_by_label("Source").fill("Clippings")
    page.get_by_role("button", name="Upload").click()
    page.wait_for_url(re.compile(r"/imports/\d+/$"))
    expect(page.get_by_role("heading", level=1)).to_have_text("trips.jsonl")
    expect(page.get_by_text("0 of 121 read")).to_be_visible()
    expect(page.get_by_role("progressbar")).to_be_visible()
    if javascript:
        with processes("worker", "beat"):
            # It renews itself.
            expect(page.get_by_text("121 read", exact=True)).to_be_visible(timeout=60_000)
    else:
        work_through()
        page.get_by_role("link", name="See how far it is now").click()
        expect(page.get_by_role("link", name="See how far it is now")).to_have_count(0)
    expect(page.get_by_role("progressbar")).to_have_count(0)
    expect(page.get_by_text("120 new")).to_be_visible()
    expect(page.locator(".pieces > li")).to_have_count(1)
    expect(page.locator(".pieces > li")).to_contain_text("trips.jsonl, line 61")
    expect(page.locator(".pieces > li")).to_contain_text("It is not JSON")
    if javascript:
        requests: list[str] = []
        page.on("request", lambda request: requests.append(request.url))
        page.wait_for_timeout(2_500)
        assert requests == [], "what is finished asks no more"
    page.get_by_role("link", name="All", exact=True).click()
    page.get_by_role("link", name="Trip 7", exact=True).click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Trip 7")
    expect(page.locator(".story .source")).to_contain_text("Clippings · added by hand")
    assert Article.objects.count() == 120


def test_a_folder_of_pages_and_texts_is_uploaded(open_as: Any, tmp_path: Path) -> None:
    (tmp_path / "deep").mkdir()
    (tmp_path / "2017-09-01 ferry.txt").write_text(FERRY)
    (tmp_path / "deep" / "bridge.html").write_text(f"<html><body><article><p>{BRIDGE}</p></article></body></html>")
    (tmp_path / "deep" / "style.css").write_text("p {}")
    page: Page = open_as("editor")
    page.goto("/imports/add/")
    page.get_by_label("or a whole folder").set_input_files(tmp_path)
    page.get_by_role("button", name="Upload").click()
    page.wait_for_url(re.compile(r"/imports/\d+/$"))
    expect(page.get_by_role("status")).to_contain_text("Passed over: 1 file .css.")
    with processes("worker", "beat"):
        expect(page.get_by_text("2 read", exact=True)).to_be_visible(timeout=60_000)
    assert set(ImportPiece.objects.values_list("name", "words")) == {
        ("2017-09-01 ferry.txt", "new"),
        ("bridge.html", "new"),
    }
    assert set(ArticleVersion.objects.values_list("text", flat=True)) == {FERRY, BRIDGE}


@BOTH
def test_an_editor_pastes_a_text_and_its_events_are_read(open_as: Any, javascript: bool) -> None:
    load_codebook()
    page: Page = open_as("editor", javascript=javascript)
    page.goto("/articles/add/")
    form = page.get_by_role("region", name="By its text")
    form.get_by_label("Title").fill("Ambassador summoned")
    form.get_by_label("Text", exact=True).fill("Short.")
    form.get_by_role("button", name="Add").click()
    expect(page.get_by_role("alert")).to_contain_text("too short: 6 characters")
    expect(form.get_by_label("Title")).to_have_value("Ambassador summoned")
    form.get_by_label("Text", exact=True).fill(f"{STORY}\n\nOfficials said trade across the border would go on.")
    form.get_by_label("Date of publication").fill("2026-03-11")
    form.get_by_role("button", name="Add").click()
    expect(page.get_by_role("status")).to_contain_text("Added.")
    expect(page.get_by_role("heading", level=1)).to_have_text("Ambassador summoned")
    work_through()
    page.reload()
    expect(page.locator("a.marked").first).to_be_visible()
    page.goto("/articles/add/")
    form.get_by_label("Title").fill("Once more")
    form.get_by_label("Text", exact=True).fill(f"{STORY}\n\nOfficials said trade across the border would go on.")
    form.get_by_role("button", name="Add").click()
    page.get_by_role("alert").get_by_role("link", name="Ambassador summoned").click()
    expect(page).to_have_url(re.compile(f"/articles/{Article.objects.get().pk}/$"))


@BOTH
def test_an_editor_adds_a_story_by_its_address(open_as: Any, settings: Any, javascript: bool) -> None:
    settings.FETCH_ALLOWED_HOSTS = ["127.0.0.1"]
    server = FeedServer()
    story = f"<html><head><title>Ferry sails</title></head><body><article><p>{FERRY}</p></article></body></html>"
    address = server.serve(story, "/story", Content_Type="text/html")
    empty = server.serve("<html><body></body></html>", "/empty", Content_Type="text/html")
    server.serve("User-agent: *\nDisallow: /private", "/robots.txt", Content_Type="text/plain")
    private = server.serve(story, "/private/story", Content_Type="text/html")
    try:
        page: Page = open_as("editor", javascript=javascript)
        page.goto("/articles/add/")
        form = page.get_by_role("region", name="By its address")
        for refused, words in ((empty, "No story could be made out"), (private, "The site's robots.txt asks")):
            form.get_by_label("Address").fill(refused)
            form.get_by_role("button", name="Fetch and add").click()
            expect(page.get_by_role("alert")).to_contain_text(words)
            expect(page.get_by_role("alert")).to_contain_text("Paste its text instead.")
            expect(form.get_by_label("Address")).to_have_value(refused)
        assert "/private/story" not in server.paths()
        form.get_by_label("Address").fill(address)
        form.get_by_label("Source").fill("Clippings")
        form.get_by_role("button", name="Fetch and add").click()
        expect(page.get_by_role("heading", level=1)).to_have_text("Ferry sails")
        expect(page.locator(".story .source")).to_contain_text("Clippings · text from its page, address added by hand")
        expect(page.locator(".story")).to_contain_text(FERRY)
    finally:
        server.close()


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [360, 1280])
def test_no_page_scrolls_sideways_and_the_browser_has_no_complaint(open_as: Any, width: int, scheme: str) -> None:
    upload = take_upload("long-name-" * 20, [("a.jsonl", io.BytesIO(b"{}\n" * 3))], "A source " * 20, None)
    ImportPiece.objects.filter(number=1).update(refused=True, words="x" * 300, name="file" * 70)
    page: Page = open_as("admin", width=width, scheme=scheme)
    complaints: list[str] = []
    page.on("console", lambda message: complaints.append(message.text) if message.type == "error" else None)
    article = making.article(kind="opinion", language="fr", shortened=True, page_words="word" * 70)
    for url in ("/articles/add/", "/imports/add/", "/imports/", f"/imports/{upload.pk}/", f"/articles/{article.pk}/"):
        page.goto(url)
        assert page.evaluate("document.documentElement.scrollWidth") <= width, url
        small = page.locator("button:visible, input:visible:not([type=checkbox]), textarea:visible, nav.views a")
        assert all(box.bounding_box()["height"] >= 24 for box in small.all()), url  # type: ignore[index]
    assert complaints == []


def test_a_worker_killed_amid_an_import_loses_and_doubles_nothing() -> None:
    count = 600
    # Every tenth is refused, and every article comes twice.
    records = [line for n, line in enumerate(stories(count)) for line in (["{,"] if n % 10 == 0 else [line, line])]
    upload = take_upload("trips.jsonl", [("trips.jsonl", io.BytesIO("\n".join(records).encode()))], "Clippings", None)
    good = count - count // 10
    with processes("worker") as running:
        current_app.send_task("relations.tasks.import_waiting")
        wait_until(lambda: upload.pieces.exclude(done_at=None).count() >= 100, what="some batches")
        running.kill("worker")
        done = upload.pieces.exclude(done_at=None).count()
        assert done < len(records), "the worker was too quick for this test to be about anything"
        # Every piece is either done with its article or waits untouched.
        assert not upload.pieces.filter(done_at=None).exclude(article=None).exists()
        assert not upload.pieces.filter(refused=False, article=None).exclude(done_at=None).exists()
        assert Article.objects.count() == upload.pieces.values("article").exclude(article=None).distinct().count()
        running.start("worker", "another worker", "beat")
        wait_until(lambda: ArticleImport.objects.get().finished_at, what="the rest")
    assert not upload.pieces.waiting().exists()
    assert Article.objects.count() == ArticleVersion.objects.count() == good
    told = {words: upload.pieces.filter(words=words).count() for words in ("new", "there already")}
    assert told == {"new": good, "there already": good}
    assert upload.pieces.filter(refused=True).count() == count // 10
