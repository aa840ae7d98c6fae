"""Are my sources well? The list: order, filters, paging, and what is done to many at once."""

from __future__ import annotations

import datetime as dt
import re
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from relations.models import Article, Feed, FeedGap, FeedKind
from relations.queries import feeds as queries
from relations.queries.feeds import FeedFilters
from relations.queries.feeds_words import STATES
from tests import making

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("told")]
FEEDS, CHOSEN = "/feeds/", "/feeds/chosen/"
HTMX = {"hx-request": "true", "hx-target": "feeds"}
HOUR = dt.timedelta(hours=1)


@pytest.fixture
def admin(signed_in: Any) -> Client:
    client: Client = signed_in("admin")
    return client


def shown(client: Client, query: str = "") -> list[str]:
    """Titles of the feeds on a page of the list."""
    return [row.words.name for row in client.get(f"{FEEDS}?{query}").context["page"].rows]


def text(client: Client, url: str = FEEDS, **headers: str) -> str:
    """What a page says: without tags, spaces made one."""
    answer = client.get(url, headers=headers)
    assert answer.status_code == 200, answer.content[:300]
    return words_of(answer.content.decode())


def words_of(page: str) -> str:
    return " ".join(re.sub(r"<[^>]*>", " ", page).replace("&#x27;", "'").split())


def in_each_state() -> None:
    """A feed in each state, titled by it, made in an order that means nothing; one in trouble that is paused too."""
    for state in ("ok", "silent", "gone", "new", "failing", "blocked", "limited"):
        making.feed(title=state, state=state)
    making.feed(title="paused", state="gone", paused=True)
    making.feed(title="manual", kind=FeedKind.MANUAL, url="", state="new")


# -- the list -------------------------------------------------------------------------------------------------------


def test_the_list_begins_with_what_needs_someone(admin: Client) -> None:
    in_each_state()
    making.feed(title="a gone one", state="gone")
    order = ["a gone one", *STATES]
    assert shown(admin) == [{"limited": "limited"}.get(name, name) for name in order]


def test_states_are_told_in_words_with_outcome_and_times(admin: Client) -> None:
    now = timezone.now()
    making.feed(
        state="failing",
        failures=3,
        last_outcome="The server asks for a password. (HTTP 401)",
        last_visit_at=now - 3 * HOUR,
        next_fetch_at=now + 5 * HOUR + HOUR / 2,
    )
    page = text(admin)
    for words in ("failing The server asks for a password.", "Last visit 3 hours ago", "Next visit in 5 hours"):
        assert words in page


@pytest.mark.parametrize(
    ("values", "words"),
    [
        ({"next_fetch_at": -HOUR}, "within a minute"),
        ({"next_fetch_at": 2 * HOUR, "paused": True}, "when resumed"),
        ({"next_fetch_at": 2 * HOUR, "leased_until": HOUR}, "going on right now"),
        ({"next_fetch_at": 2 * HOUR + HOUR / 2, "leased_until": -HOUR}, "in 2 hours"),
    ],
)
def test_the_next_visit_in_words(admin: Client, values: dict[str, Any], words: str) -> None:
    now = timezone.now()
    making.feed(**{name: now + value if isinstance(value, dt.timedelta) else value for name, value in values.items()})
    assert f"Next visit {words}" in text(admin)


def test_a_source_by_hand_is_never_visited(admin: Client) -> None:
    making.feed(title="Clippings", kind=FeedKind.MANUAL, url="")
    page = text(admin)
    assert "Clippings" in page and "added by hand" in page
    assert "Next visit" not in page and "Fetch now" not in page


def test_flags_are_those_of_the_last_seven_days(admin: Client) -> None:
    now = timezone.now()
    for days, title in ((1, "Lately"), (8, "Long ago")):
        then = now - dt.timedelta(days=days)
        feed = making.feed(title=title, noisy_at=then)
        FeedGap.objects.create(feed=feed, noticed_at=then, until=then)
    making.feed(title="Moving", moved_to="https://new.example/rss")
    rows = {row.words.name: row.flags for row in admin.get(FEEDS).context["page"].rows}
    assert rows == {"Lately": ["items may have been lost", "noisy"], "Long ago": [], "Moving": ["moved"]}
    assert "items may have been lost" in text(admin)


def test_an_address_is_shown_without_its_secrets(admin: Client) -> None:
    feed = making.feed(url="https://me:hunter2@news.example/rss")
    for url in (FEEDS, f"/feeds/{feed.pk}/", f"/feeds/{feed.pk}/edit/", "/feeds.opml"):
        page = admin.get(url).content.decode()
        assert "hunter2" not in page and "https://news.example/rss" in page


def read(feed: Feed, days: int = 1, told: int = 0, **values: Any) -> Article:
    """An article that the coder read. told: reports that are part of an event."""
    seen = timezone.now() - dt.timedelta(days=days)
    article = making.article(feed=feed, **{"first_seen_at": seen, "published_at": seen, "tagged_at": seen, **values})
    for number in range(told):
        making.report(article=article, event=making.event(), sentence_number=number)
    return article


def test_items_of_a_week_and_the_share_that_became_events(admin: Client) -> None:
    feed = making.feed()
    read(feed, told=2)
    read(feed, days=20, told=1)
    read(feed, days=40, told=1)  # too long ago
    read(feed)
    read(feed)
    making.report(article=read(feed))  # a report that has no event yet
    making.report(article=read(feed), event=making.event(), withdrawn="edited")
    for unread in ({"tagged_at": None}, {"kind": "opinion"}, {"language": "fr"}, {"retracted_at": timezone.now()}):
        read(feed, told=1, **unread)
    (row,) = admin.get(FEEDS).context["page"].rows
    assert (row.figures.week, row.figures.read, row.figures.told) == (9, 6, 2)
    assert "Items this week 9" in text(admin) and "Became events 33 % 2 of 6 stories read" in text(admin)


def test_a_feed_of_which_nothing_was_read_has_no_share(admin: Client) -> None:
    making.feed()
    assert "Became events –" in text(admin)


# -- filters --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("state", STATES)
def test_each_state_is_a_link_with_its_number_that_chooses_its_feeds(admin: Client, state: str) -> None:
    in_each_state()
    page = admin.get(FEEDS)
    (one,) = [one for one in page.context["page"].counts if one.key == state]
    assert one.number == 1 and f'href="/feeds/?{one.query}"' in page.content.decode()
    assert shown(admin, one.query) == [state]


def test_trouble_is_all_that_needs_someone(admin: Client) -> None:
    in_each_state()
    assert shown(admin, "state=trouble") == ["gone", "blocked", "failing", "limited", "silent"]
    numbers = {one.key: one.number for one in admin.get(FEEDS).context["page"].counts}
    assert numbers[""] == 9 and numbers["trouble"] == 5


def test_words_are_looked_for_in_title_and_address(admin: Client) -> None:
    making.feed(title="Morning Post", url="https://post.example/asia")
    making.feed(title="Evening Post", url="https://post.example/europe")
    making.feed(title="100 % news", url="https://percent.example/")
    assert shown(admin, "q=post") == ["Evening Post", "Morning Post"]
    assert shown(admin, "q=POST+asia") == ["Morning Post"]
    assert shown(admin, "q=%25") == ["100 % news"]
    assert "No feed fits these filters" in text(admin, "/feeds/?q=nothing")


def test_a_folder_holds_what_is_in_its_folders(admin: Client) -> None:
    for folder in ("Asia", "Asia/South", "Asiatic", ""):
        making.feed(title=folder or "loose", folder=folder)
    assert shown(admin, "folder=Asia") == ["Asia", "Asia/South"]
    assert shown(admin, "folder=Asia%2FSouth") == ["Asia/South"]
    assert shown(admin, "folder=%2F") == ["loose"]
    assert admin.get(FEEDS).context["folders"] == ["Asia", "Asia/South", "Asiatic"]
    assert shown(admin, "folder=Left") == []


def test_filters_hold_together_and_in_every_link(admin: Client) -> None:
    for state in ("ok", "gone"):
        for folder in ("Asia", "Europe"):
            making.feed(title=f"{state} {folder}", state=state, folder=folder)
    query = "state=gone&q=gone&folder=Asia"
    assert shown(admin, query) == ["gone Asia"]
    page = admin.get(f"{FEEDS}?{query}").content.decode()
    assert 'href="/feeds.opml?state=gone&amp;q=gone&amp;folder=Asia"' in page
    assert 'action="/feeds/chosen/?state=gone&amp;q=gone&amp;folder=Asia"' in page
    numbers = {one.key: one.number for one in admin.get(f"{FEEDS}?q=Asia").context["page"].counts}
    assert numbers == {"": 2, "trouble": 1, "gone": 1, "ok": 1}


@pytest.mark.parametrize("query", ["state=nonsense", "q=%00", f"q={'x' * 201}"])
def test_a_wrong_filter_is_told_and_left_out(admin: Client, query: str) -> None:
    making.feed(title="Post")
    page = admin.get(f"{FEEDS}?{query}").content.decode()
    assert 'role="alert"' in page and "Post" in page


def test_an_empty_list_says_what_to_do(admin: Client) -> None:
    assert "There is no feed yet. Add one" in text(admin)


# -- paging ---------------------------------------------------------------------------------------------------------


def test_pages_follow_each_other_without_gap_or_overlap(admin: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(queries, "PAGE", 7)
    states = ["ok", "gone", "failing", "new"]
    for number in range(60):
        making.feed(title=f"Feed {number % 5}_x", state=states[number % 4], paused=number % 7 == 0)
    seen, after = [], ""
    while True:
        page = admin.get(FEEDS, {"after": after}).context["page"]
        seen += [(list(STATES).index(row.words.state), row.words.name, row.words.feed.pk) for row in page.rows]
        if not (after := page.next):
            break
    assert len(seen) == 60 and seen == sorted(seen)


@pytest.mark.parametrize("after", ["x", "1_2", "1_x_y", "_", "9" * 30 + "_1_x", "1_" + "9" * 30 + "_x", "1_1_%00"])
def test_cursors_that_nobody_gave_show_the_first_page(admin: Client, after: str) -> None:
    making.feed(title="Post")
    assert shown(admin, f"after={after}") == ["Post"]


def test_after_the_last_feed_there_is_a_way_back(admin: Client) -> None:
    making.feed(title="Post")
    assert "There is no feed after those" in text(admin, "/feeds/?after=8_1_zzz")


def test_the_number_of_queries_is_the_same_for_every_number_of_feeds(admin: Client) -> None:
    def count(url: str = FEEDS) -> int:
        admin.get(url)
        with CaptureQueriesContext(connection) as captured:
            assert admin.get(url).status_code == 200
        return len(captured)

    read(making.feed(folder="Asia"), told=1)
    few = count()
    for number in range(queries.PAGE + 10):
        read(making.feed(folder=f"Folder {number}"), told=1)
    # Session, user and two of rights; states counted, folders, feeds, and what these brought.
    assert count() == few == 8
    assert count(f"{FEEDS}?state=new&q=feed&folder=Asia") == 8


# -- many at once ---------------------------------------------------------------------------------------------------


def do(client: Client, what: str, *feeds: Feed, query: str = "", **values: Any) -> str:
    """Post the form of the chosen feeds, and what the page says then."""
    headers = values.pop("headers", {})
    data = {"do": what, "feed": [feed.pk for feed in feeds], **values}
    answer = client.post(f"{CHOSEN}?{query}", data, headers=headers, follow=True)
    assert answer.status_code == 200
    return words_of(answer.content.decode())


@pytest.mark.parametrize("headers", [{}, HTMX], ids=["plain", "htmx"])
def test_chosen_feeds_are_paused_and_resumed(admin: Client, headers: dict[str, str]) -> None:
    feeds = [making.feed() for _ in range(3)]
    page = do(admin, "pause", *feeds[:2], headers=headers)
    assert "2 feeds are paused." in page
    assert ("To the content" in page) is not bool(headers), "htmx gets the list alone"
    assert set(Feed.objects.filter(paused=True)) == set(feeds[:2])
    page = do(admin, "resume", *feeds, headers=headers)
    assert "2 feeds are resumed" in page and f"1 feed was left (not paused): {feeds[2].title}." in page
    assert not Feed.objects.filter(paused=True).exists()


def test_the_answer_shows_the_list_that_was_shown(admin: Client) -> None:
    failing, _ = making.feed(title="Failing", state="failing"), making.feed(title="Well", state="ok")
    answer = admin.post(f"{CHOSEN}?state=failing&q=Fail", {"do": "visit", "feed": failing.pk})
    assert answer["Location"] == "/feeds/?state=failing&q=Fail"
    page = do(admin, "visit", failing, query="state=failing", headers=HTMX)
    assert "Failing" in page and "Well" not in page


def test_all_of_the_page_is_chosen_by_one_box(admin: Client) -> None:
    feeds = [making.feed() for _ in range(4)]
    do(admin, "pause", all="on", shown=[feed.pk for feed in feeds[:3]])
    assert set(Feed.objects.filter(paused=True)) == set(feeds[:3])
    do(admin, "resume", shown=[feed.pk for feed in feeds])
    assert Feed.objects.filter(paused=True).count() == 3, "without the box, what is shown is not chosen"


def test_fetching_and_resuming_tell_the_workers_once(admin: Client, told: list[tuple[str, ...]]) -> None:
    feeds = [making.feed(next_fetch_at=timezone.now() + 5 * HOUR) for _ in range(3)]
    assert "3 feeds are visited within a minute." in do(admin, "visit", *feeds)
    assert told == [("refresh_due_feeds",)]
    assert Feed.objects.filter(next_fetch_at__lte=timezone.now()).count() == 3


def test_chosen_feeds_are_put_into_a_folder(admin: Client) -> None:
    feeds = [making.feed(), making.feed()]
    assert "2 feeds are in the folder Asia/South now." in do(admin, "move", *feeds, folder=" Asia /South/ ")
    assert set(Feed.objects.values_list("folder", flat=True)) == {"Asia/South"}
    assert "1 feed is in no folder now." in do(admin, "move", feeds[0])


def test_only_feeds_that_brought_nothing_are_deleted_and_the_others_named(admin: Client) -> None:
    empty = making.feed(title="Empty")
    used = [making.article(feed=making.feed(title=f"Used {number:02}")).feed for number in range(12)]
    page = do(admin, "delete", empty, *used)
    assert "1 feed is deleted." in page
    assert "12 feeds were left (they have articles; pause them instead): Used 00, Used 01" in page
    assert "Used 09 and 2 more." in page
    assert Feed.objects.count() == 12


@pytest.mark.parametrize(
    ("data", "words"),
    [
        ({"do": "pause"}, "Choose feeds first"),
        ({"do": "pause", "feed": "x"}, "Choose feeds first"),
        ({"do": "pause", "feed": "9" * 30}, "Choose feeds first"),
        ({"do": "explode", "feed": "1"}, "Choose what to do"),
        ({"feed": "1"}, "Choose what to do"),
        ({"do": "pause", "feed": "999999"}, "no longer in the list"),
        ({"do": "move", "feed": "999999", "folder": "a\x00b"}, "no longer in the list"),
    ],
)
def test_what_makes_no_sense_is_told_and_changes_nothing(admin: Client, data: dict[str, str], words: str) -> None:
    making.feed()
    assert words in words_of(admin.post(CHOSEN, data, follow=True).content.decode())
    assert not Feed.objects.filter(paused=True).exists()


def test_one_feed_is_fetched_even_if_it_is_paused(admin: Client, told: list[tuple[str, ...]]) -> None:
    feed = making.feed(title="Post", paused=True)
    page = admin.post(f"/feeds/{feed.pk}/fetch/", follow=True).content.decode()
    assert "Post is being fetched" in page and told == [("fetch_now", str(feed.pk))]


def test_a_source_by_hand_is_not_fetched(admin: Client, told: list[tuple[str, ...]]) -> None:
    feed = making.feed(title="Clippings", kind=FeedKind.MANUAL, url="")
    assert "is not visited" in admin.post(f"/feeds/{feed.pk}/fetch/", follow=True).content.decode()
    assert "left (their articles are added by hand" in words_of(
        admin.post(f"/feeds/{feed.pk}/pause/", follow=True).content.decode()
    )
    assert told == []


def test_feeds_that_do_not_exist_are_not_found(admin: Client) -> None:
    for what in ("pause", "resume", "fetch"):
        assert admin.post(f"/feeds/999999/{what}/").status_code == 404


def test_filters_make_an_address_that_means_them() -> None:
    assert FeedFilters("gone", "a b", "Asia/South").query == "state=gone&q=a+b&folder=Asia%2FSouth"
    assert FeedFilters().query == ""
