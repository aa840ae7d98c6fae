"""Items whose guids, links or texts are not what they should be: what is new, what is the same, what was edited."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.utils import timezone

from relations.models import Article, ArticleVersion, FeedGap
from tests.ingest.texts import BRIDGE, FERRY, TEASER, item, rss

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("loopback_allowed")]

DAY = timedelta(days=1)
STORIES = {
    "w": "Two islands settled a quarrel over the price of salt, and their envoys went home with a basket of figs each.",
    "x": "The river police of the northern province bought nine boats, of which three leak and one has no oars at all.",
    "y": "A delegation of beekeepers crossed the pass on foot to ask for a common rule on the labelling of honey.",
    "z": "Rain stopped the parade on the border bridge, and both bands played under one tent until the evening.",
}


def shared(names: str, *, long: bool) -> list[str]:
    """Items that all have the guid of their site."""
    texts = {name: f"{text} {text[::-1]}" if long else text for name, text in STORIES.items()}
    return [item("site", f"Story {name}", texts[name], link=f"https://c.example/{name}") for name in names]


@pytest.mark.parametrize("long", [True, False], ids=["long texts", "teasers"])
@pytest.mark.parametrize("shown", ["wx w", "wxyz y z w", "w x y w", "w wx x", "xw yx zy wz", "w x wx yz"])
def test_24_distinct_items_with_one_guid_are_each_stored_once(watched, server, shown, long):
    seen: set[str] = set()
    for names in shown.split():
        server.serve(rss(*shared(names, long=long)))
        visit = watched.visit()
        assert (visit.new_items, "edited" in visit.words) == (len(set(names) - seen), False), visit.words
        seen |= set(names)
        stored = Article.objects.filter(title__startswith="Story", version=1)
        assert sorted(stored.values_list("title", flat=True)) == sorted(f"Story {name}" for name in seen)


def test_24_one_item_that_a_feed_shows_twice_is_stored_once(watched, server):
    server.serve(rss(*[item("new")] * 2))
    watched.goes_well(new=1)


@pytest.mark.parametrize(
    "edited",
    [
        item("a", "Ferry stays", f"{FERRY} It stays in port."),
        item("a", "Ferry stays", BRIDGE),
        item("a", "Ferry sails again", BRIDGE, link="https://courier.example/moved"),
        item("a", "Ferry stays", f"{FERRY} It stays in port.", link="https://courier.example/ferry-stays"),
        item("a", "Ferry stays", BRIDGE, link="https://courier.example/a?from=feed"),
    ],
    ids=["title", "title and text", "link and text", "title and link", "title, text and the end of the link"],
)
def test_24_but_one_item_with_another_link_or_title_is_still_that_item(watched, server, edited):
    server.serve(rss(edited))
    assert watched.visit().words == "1 item, 1 edited"
    assert Article.objects.filter(feed=watched.feed).count() == 2


OTHER_GUIDS = [
    item("new-1", link="https://courier.example/a"),
    item("new-2", "Bridge closed", BRIDGE, link="https://courier.example/b"),
]


def test_25_new_guids_for_all_known_items_bring_nothing_new(watched, server):
    Article.objects.update(tagged_at=timezone.now())
    before = list(Article.objects.filter(feed=watched.feed).order_by("pk").values())
    versions = list(ArticleVersion.objects.filter(article__feed=watched.feed).order_by("pk").values())
    for round in range(3):
        guids = [f"{round}-a", f"{round}-b"]
        server.serve(
            rss(
                item(guids[0], link="https://courier.example/a"),
                item(guids[1], "Bridge closed", BRIDGE, link="https://courier.example/b"),
            )
        )
        visit = watched.visit()
        assert (visit.outcome, visit.words) == ("unchanged", "2 items, 2 with a new guid")
        # Neither the coder is asked again nor anything that follows it: the articles are as they were.
        after = list(Article.objects.filter(feed=watched.feed).order_by("pk").values())
        assert after == [row | {"identity": guid} for row, guid in zip(before, guids, strict=True)]
        assert list(ArticleVersion.objects.filter(article__feed=watched.feed).order_by("pk").values()) == versions
        assert not FeedGap.objects.filter(feed=watched.feed).exists()


def test_25_what_is_new_among_new_guids_is_found(watched, server):
    server.serve(rss(*OTHER_GUIDS, item("new-3", text="Something else.")))
    visit = watched.visit()
    assert visit.words == "3 items, 1 new, 2 with a new guid"
    assert Article.objects.filter(feed=watched.feed).count() == 3


@pytest.mark.parametrize(("title", "text"), [("Ferry stays", FERRY), ("Ferry sails again", BRIDGE)])
def test_26_an_edited_item_is_a_new_version_that_is_read_again(watched, server, title, text):
    Article.objects.update(tagged_at=timezone.now())
    server.serve(rss(item("a", title, text), item("b", "Bridge closed", BRIDGE)))
    visit = watched.visit()
    assert (visit.outcome, visit.words) == ("items", "2 items, 1 edited")
    article, other = Article.objects.filter(feed=watched.feed).order_by("pk")
    assert (article.version, article.title, article.tagged_at) == (2, title, None)
    assert (other.version, other.tagged_at is None) == (1, False)
    texts = article.versions.order_by("number").values_list("title", "text")
    assert list(texts) == [("Ferry sails again", FERRY), (title, text)]
    watched.goes_well()


def flipping(part: str, number: int) -> str:
    """The first item, of which a part is otherwise at each visit, or at every second one."""
    title, text = "Ferry sails again", FERRY
    if part == "title":
        title = f"{title}, read {number} times"
    elif part == "text":
        text = f"{text} Now {number} readers."
    else:
        text = (FERRY, BRIDGE)[number % 2]
    return item("a", title, text)


@pytest.mark.parametrize("part", ["title", "text", "to and fro"])
def test_27_a_text_that_changes_at_every_visit_is_capped_and_the_feed_flagged(watched, server, part):
    steady = item("b", "Bridge closed", BRIDGE)
    words = []
    for number in range(1, 13):
        # The server sends it whole each time, but claims that it is what it was.
        server.serve(rss(flipping(part, number), steady), ETag='"1"')
        words.append(watched.visit().words)
    article = Article.objects.get(feed=watched.feed, identity="a")
    assert article.versions.count() == article.version == 5
    assert words[:4] == ["2 items, 1 edited"] * 4
    assert words[4] == words[6] == "2 items, 1 left that change at every visit"
    assert "edited" not in "".join(words[4:])
    assert timezone.now() - watched.feed.noisy_at < timedelta(minutes=1)
    assert Article.objects.get(feed=watched.feed, identity="b").version == 1
    # The rest of the feed is read as ever, and the item itself again when a day is over.
    server.serve(rss(flipping(part, 13), steady, item("c", text=TEASER)), ETag='"1"')
    assert watched.visit().new_items == 1
    ArticleVersion.objects.filter(article=article).update(seen_at=timezone.now() - DAY)
    server.serve(rss(flipping(part, 15), steady), ETag='"1"')
    assert watched.visit().words == "2 items, 1 edited"
    article.refresh_from_db()
    assert article.version == 6


def test_27_a_feed_that_is_steady_again_keeps_its_newest_text(watched, server):
    for number in range(1, 8):
        server.serve(rss(flipping("text", number)))
        watched.visit()
    ArticleVersion.objects.update(seen_at=timezone.now() - DAY)
    # What was left for today comes in tomorrow, although the feed has not changed since.
    assert watched.visit().words == "1 item, 1 edited"
    watched.goes_well()
    article = Article.objects.get(feed=watched.feed, identity="a")
    assert article.versions.get(number=article.version).text.endswith("Now 7 readers.")
