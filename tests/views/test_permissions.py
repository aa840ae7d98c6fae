"""Every address, tried by every kind of person. A new route without a line here fails."""

from __future__ import annotations

from collections.abc import Collection
from typing import Any

import pytest
from django.test import Client
from django.urls import URLPattern, reverse
from django.utils import timezone

from relations.corrections.run import correct_event
from relations.models import ArticleImport, Watch
from relations.pipeline import add_watch
from relations.urls import urlpatterns
from tests import making
from tests.views.plans import planned

pytestmark = pytest.mark.django_db
ROLES = ("nobody", "analyst", "editor", "admin")

# name: (method, may read it, ...) as the set of roles that are let in.
EVERYONE = set(ROLES)
READERS = {"analyst", "editor", "admin"}
EDITORS = {"editor", "admin"}
ADMINS = {"admin"}
# What each person has for themselves: it stays closed where reading is open to all.
PEOPLE = [*READERS]
ROUTES: dict[str, tuple[str, Collection[str]]] = {
    "overview": ("get", READERS),
    "pair-timeline": ("get", READERS),
    "pair-chart": ("get", READERS),
    "event": ("get", READERS),
    "method": ("get", READERS),
    **dict.fromkeys(("pair-events", "event-reports", "article-version"), ("get", READERS)),
    "article": ("get", READERS),
    **dict.fromkeys(("add-article", "imports", "add-import", "import"), ("get", EDITORS)),
    **dict.fromkeys(("engagements", "engagement-calendar", "engagement-month", "engagement"), ("get", READERS)),
    **dict.fromkeys(("pair-engagements", "pair-ics", "country-ics", "engagements-ics"), ("get", READERS)),
    **dict.fromkeys(("pair-directions", "pair-sources", "pair-attention", "pair-brief"), ("get", READERS)),
    **dict.fromkeys(("country", "compare"), ("get", READERS)),
    "why-today": ("get", READERS),
    "why": ("get", READERS),
    "why-data": ("get", READERS),
    "correct-event": ("post", EDITORS),
    "merge-event": ("post", EDITORS),
    "split-event": ("post", EDITORS),
    **dict.fromkeys(("undo-correction", "mark-event", "move-report"), ("get", EDITORS)),
    **dict.fromkeys(("desk-precision", "desk-add-name"), ("get", EDITORS)),
    **dict.fromkeys(("desk-verdicts", "desk-verdicts-file"), ("get", EDITORS)),
    "take-reliability": ("post", ADMINS),
    **dict.fromkeys(("feeds", "feeds-opml", "new-feed", "feed", "edit-feed"), ("get", ADMINS)),
    **dict.fromkeys(("add-feed", "add-feeds", "change-feeds"), ("post", ADMINS)),
    **dict.fromkeys(("pause-feed", "resume-feed", "fetch-feed"), ("post", ADMINS)),
    **dict.fromkeys(("search", "search-suggestions"), ("get", READERS)),
    **dict.fromkeys(("watches", "new-watch", "watch", "edit-watch", "watches-atom", "watch-atom"), ("get", PEOPLE)),
    **dict.fromkeys(("pause-watch", "resume-watch", "delete-watch"), ("post", PEOPLE)),
    **dict.fromkeys(("desk", "desk-item", "desk-chosen"), ("get", EDITORS)),
    **dict.fromkeys(("desk-undo", "desk-leave", "desk-chosen-undo"), ("post", EDITORS)),
    **dict.fromkeys(("desk-agreement", "desk-disagreements", "desk-history"), ("get", EDITORS)),
    "decide-opinions": ("post", EDITORS),
    "sign-in": ("get", EVERYONE),
    "sign-out": ("post", EVERYONE),
}


def addresses() -> dict[str, list[Any]]:
    event = making.event()
    article = making.article()
    correction = correct_event(event.pk, editor=making.user("editor"), type="accusation")
    assert correction
    feed = making.feed().pk
    watch = add_watch(making.user(), {"title": "All pairs", "each_event": True}).pk
    return {
        "pair-timeline": [event.pair.slug],
        "pair-chart": [event.pair.slug],
        "event": [event.pk],
        "pair-events": [event.pair.slug, "csv"],
        "event-reports": [event.pk],
        "article-version": [making.second_version(article, "Another text.").pk, 2],
        "article": [article.pk],
        "import": [ArticleImport.objects.create(feed=article.feed, name="a.jsonl", started_at=timezone.now()).pk],
        **{name: [event.pk] for name in ("correct-event", "merge-event", "split-event")},
        **{name: [event.pk] for name in ("desk-item", "desk-undo")},
        "decide-opinions": [event.pk],
        "engagement": [planned()[0].pk],
        "engagement-month": ["2026-11"],
        "country-ics": ["pak"],
        "country": ["pak"],
        **{name: [event.pair.slug] for name in ("pair-directions", "pair-sources", "pair-attention", "pair-brief")},
        **{name: [event.pair.slug] for name in ("pair-engagements", "pair-ics", "why-today")},
        **{name: [event.pair.slug, making.today().isoformat()] for name in ("why", "why-data")},
        "undo-correction": [correction.pk],
        "desk-verdicts-file": ["gold.jsonl"],
        "mark-event": [article.pk],
        "move-report": [making.report(event=event).pk],
        **{
            name: [watch]
            for name in ("watch", "edit-watch", "watch-atom", "pause-watch", "resume-watch", "delete-watch")
        },
        "take-reliability": [feed],
        **{name: [feed] for name in ("feed", "edit-feed", "pause-feed", "resume-feed", "fetch-feed")},
    }


def test_every_route_is_listed() -> None:
    assert {pattern.name for pattern in urlpatterns if isinstance(pattern, URLPattern)} == set(ROUTES)


@pytest.mark.parametrize("role", ROLES)
@pytest.mark.parametrize("name", ROUTES)
def test_every_route_for_every_role(client: Client, name: str, role: str) -> None:
    method, allowed = ROUTES[name]
    url = reverse(name, args=addresses().get(name, []))
    if role != "nobody":
        user = making.user(role)
        Watch.objects.update(owner=user)  # another's is not found
        client.force_login(user)
    response = getattr(client, method)(url)
    if role in allowed:
        assert response.status_code in (200, 302, 422)
        assert "sign-in" not in response.get("Location", "") or name == "sign-out"
    elif role == "nobody":
        assert response.status_code == 302 and response["Location"].startswith(reverse("sign-in"))
    else:
        assert response.status_code == 403
        assert "does not have the right" in response.content.decode()


@pytest.mark.parametrize("name", [name for name, (_, allowed) in ROUTES.items() if allowed == READERS])
def test_public_read_opens_reading_to_all(client: Client, settings: Any, name: str) -> None:
    settings.PUBLIC_READ = True
    assert client.get(reverse(name, args=addresses().get(name, [])), follow=True).status_code == 200


def test_public_read_opens_nothing_else(client: Client, settings: Any) -> None:
    settings.PUBLIC_READ = True
    assert client.get(reverse("feeds")).status_code == 302
    assert client.get(reverse("watches")).status_code == 302


@pytest.mark.parametrize("name", [name for name, (method, _) in ROUTES.items() if method == "post"])
def test_what_changes_something_refuses_get_and_a_missing_token(name: str) -> None:
    client = Client(enforce_csrf_checks=True)
    client.force_login(making.user("admin"))
    url = reverse(name, args=addresses().get(name, []))
    assert client.get(url).status_code == 405
    assert client.post(url).status_code == 403


@pytest.mark.parametrize(("role", "sees_form", "sees_feeds"), [("analyst", 0, 0), ("editor", 1, 0), ("admin", 1, 1)])
def test_controls_are_hidden_from_those_who_may_not_use_them(
    client: Client, role: str, sees_form: int, sees_feeds: int
) -> None:
    event = making.event()
    client.force_login(making.user(role))
    page = client.get(event.get_absolute_url()).content.decode()
    assert page.count("Correct this event") == sees_form
    assert page.count(f'href="{reverse("feeds")}"') == sees_feeds
