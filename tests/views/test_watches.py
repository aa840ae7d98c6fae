"""The pages of watches and their private feeds: what they say, whose they are, and how many queries they ask."""

from __future__ import annotations

import datetime as dt
import html
import re
from typing import Any
from urllib.parse import quote

import feedparser
import pytest
from django.contrib.auth.models import User
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from relations.models import CountryPair, Delivery, EventFilters, Watch, WatchAlert
from relations.models.watches import MOST_OF_ONE_PERSON
from relations.queries import watches as queries
from relations.scoring.run import score_stale_days
from relations.views.calendar_keys import key_of
from tests import making
from tests.ingest.mailbox import person
from tests.watching.happening import happens, look, watch

pytestmark = pytest.mark.django_db
SENT = {"pair": "pak-usa", "each_event": "on", "delivery": "at_once", "hour": "6"}


@pytest.fixture
def reader(client: Client, ada: User) -> Client:
    """Ada's browser."""
    client.force_login(ada)
    return client


@pytest.fixture
def ada(db: None) -> User:
    return person("ada@dyad.example", "analyst")


def text(client: Client, url: str, **options: Any) -> str:
    response = client.get(url, **options)
    assert response.status_code == 200, response.content[:300]
    return html.unescape(response.content.decode())


def told(ada: User, number: int = 1, **values: Any) -> Watch:
    """A watch with so many alerts."""
    made = watch(ada, **values)
    for _ in range(number):
        happens("visit_made")
        look()
    return made


# -- the list -------------------------------------------------------------------------------------------------------


def test_an_empty_list_says_how_to_begin(reader: Client) -> None:
    page = text(reader, "/watches/")
    assert "You watch nothing yet" in page and 'href="/watches/new/"' in page


def test_the_list_tells_where_each_watch_stands(reader: Client, ada: User) -> None:
    told(ada, rises=True, jumps=True, each_event=True, line=65, filters={"group": ["diplomacy"]}, title="Border")
    watch(ada, title="All wars", pair_id=None, filters={"type": ["clash"]}, delivery=Delivery.DAILY, hour=18)
    page = text(reader, "/watches/")
    score = making.pair().standings.get().score
    assert f'<strong class="figure">{score:.0f}</strong>' in page
    for words in (
        "when the score rises above 65, or the score jumps out of its band, or an event is found (Diplomacy)",
        "Visit took place, Pakistan → United States",
        "by mail, at once",
        "All pairs: when an event is found (Armed clash); by mail, once a day at 18:00 UTC",
        "No alert yet.",
        "2 of 100 watches",
    ):
        assert words in page, words


def test_a_person_without_an_address_is_told_that_no_mail_comes(reader: Client, ada: User) -> None:
    made = watch(ada)
    assert "no e-mail address" not in text(reader, "/watches/")
    User.objects.filter(pk=ada.pk).update(email="")
    for url in ("/watches/", made.get_absolute_url(), "/watches/new/"):
        assert "Your account has no e-mail address" in text(reader, url)
    Watch.objects.update(delivery=Delivery.NONE)
    assert "no e-mail address" not in text(reader, "/watches/")


def test_the_navigation_has_watches_for_who_is_signed_in(client: Client, settings: Any, ada: User) -> None:
    settings.PUBLIC_READ = True
    assert 'href="/watches/"' not in text(client, "/")
    client.force_login(ada)
    assert 'href="/watches/"' in text(client, "/")


# -- making and changing --------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        (
            "?pair=pak-usa",
            {"title": "Pakistan and United States", "pair": "pak-usa", "jumps": True, "each_event": False},
        ),
        (
            "?pair=pak-usa&group=force&type=visit_made&direction=-1&q=border&since=2017-01-01&status=rejected",
            {
                "title": "Pakistan and United States: Force, Visit took place, United States → Pakistan, “border”",
                "group": ["force"],
                "type": ["visit_made"],
                "direction": "-1",
                "q": "border",
                "each_event": True,
                "jumps": False,
            },
        ),
        ("?country=pak", {"title": "Pakistan and others", "country": "pak", "each_event": True, "jumps": False}),
        ("?q=border&direction=1", {"title": "All pairs: “border”", "q": "border", "each_event": True}),
        ("", {"title": "", "each_event": True}),
        ("?pair=nonsense&group=x&confidence=1000&country=zzzz", {"pair": "nonsense", "each_event": True}),
    ],
)
def test_a_new_watch_is_prefilled_from_a_timelines_address(
    reader: Client, query: str, expected: dict[str, Any]
) -> None:
    making.pair()
    form = reader.get(f"/watches/new/{query}").context["form"]
    assert {name: form[name].value() for name in expected} == expected


@pytest.mark.parametrize("name", ["pair", "country", "q"])
def test_what_no_database_can_hold_is_no_pair_and_no_country(reader: Client, name: str) -> None:
    assert reader.get("/watches/new/", {name: "\0"}).status_code == 200
    sent = {name: "\0", "each_event": "on", "delivery": Delivery.NONE}
    assert reader.post("/watches/new/", sent).status_code == 422 and not Watch.objects.exists()


def test_the_prefilled_form_makes_what_it_shows(reader: Client, ada: User) -> None:
    making.pair()
    feed = making.feed(title="Courier")
    query = f"?pair=pak-usa&group=force&type=clash&direction=0&stage=held&source={feed.pk}&confidence=70&q=border"
    form = reader.get(f"/watches/new/{query}").context["form"]
    sent = {name: value for name in form.fields if (value := form[name].value()) not in (None, "", False)}
    response = reader.post("/watches/new/", {**sent, "delivery": "daily", "hour": "18"})
    made = Watch.objects.get(owner=ada)
    assert response.status_code == 302 and response["Location"] == made.get_absolute_url()
    assert made.chosen == EventFilters(
        groups=("force",),
        types=("clash",),
        direction=0,
        stages=("held",),
        source=feed.pk,
        confidence=70,
        words="border",
    )
    assert (made.each_event, made.jumps, made.delivery, made.hour) == (True, False, "daily", 18)
    assert "Reported by" in text(reader, f"{made.get_absolute_url()}edit/") and "Courier" in text(reader, "/watches/")


def test_a_pair_of_which_nothing_is_known_can_be_watched(reader: Client) -> None:
    making.country("FJI"), making.country("ISL")
    reader.post("/watches/new/", {**SENT, "pair": "Isl FJI", "rises": "on", "line": "60", "title": ""})
    made = Watch.objects.get()
    assert (
        made.pair == CountryPair.objects.get(slug="fji-isl") and made.title == "Fiji and Iceland" and made.score == 45
    )


@pytest.mark.parametrize(
    ("wrong", "words"),
    [
        ({"each_event": ""}, "Choose what the watch waits for"),
        ({"rises": "on"}, "Say which line the score must cross"),
        ({"rises": "on", "line": "101"}, "a score is a number from 0 to 100"),
        ({"rises": "on", "line": "high"}, "a score is a number from 0 to 100"),
        ({"rises": "on", "line": "nan"}, "a score is a number from 0 to 100"),
        ({"pair": "", "jumps": "on"}, "A score is one pair's"),
        ({"country": "ind"}, "Choose a pair or a country, not both"),
        ({"pair": "pak-qqq"}, "“pak-qqq” is no pair"),
        ({"pair": "pak-pak"}, "is no pair"),
        ({"pair": "", "country": "qqq"}, "There is no country with the code “qqq”"),
        ({"pair": "", "direction": "1"}, "can be chosen for one pair only"),
        ({"group": "nonsense"}, "There is no kind of events “nonsense”"),
        ({"title": "x" * 201}, "at most 200 characters"),
        ({"delivery": "pigeon"}, "pigeon"),
        ({"hour": "24"}, "24"),
        ({"source": "99999999"}, "There is no source with the number 99999999"),
    ],
)
def test_what_is_wrong_is_told_and_nothing_is_kept(reader: Client, wrong: dict[str, str], words: str) -> None:
    making.pair()
    response = reader.post("/watches/new/", {**SENT, **wrong})
    assert response.status_code == 422 and words in html.unescape(response.content.decode())
    assert not Watch.objects.exists()


def test_who_has_as_many_as_anyone_may_is_told_so(reader: Client, ada: User) -> None:
    for _ in range(MOST_OF_ONE_PERSON):
        watch(ada)
    response = reader.post("/watches/new/", SENT)
    assert response.status_code == 422 and "You have 100 watches" in response.content.decode()


def test_a_watch_is_changed_paused_resumed_and_deleted(reader: Client, ada: User) -> None:
    made = told(ada)
    url = made.get_absolute_url()
    form = reader.get(f"{url}edit/").context["form"]
    assert form["title"].value() == made.title and form["each_event"].value() is True
    reader.post(f"{url}edit/", {**SENT, "title": "Another", "group": ["force"], "delivery": "none"})
    made.refresh_from_db()
    assert (made.title, made.filters, made.delivery) == ("Another", {"group": ["force"]}, "none")
    assert reader.post(f"{url}edit/", {**SENT, "each_event": ""}).status_code == 422
    assert "is paused" in html.unescape(reader.post(f"{url}pause/", {"page": "watch"}, follow=True).content.decode())
    assert "Resume" in text(reader, "/watches/") and Watch.objects.get().paused
    assert reader.post(f"{url}resume/")["Location"] == "/watches/"
    assert not Watch.objects.get().paused
    assert "are deleted" in reader.post(f"{url}delete/", follow=True).content.decode()
    assert not Watch.objects.exists() and not WatchAlert.objects.exists()


def test_others_watches_are_not_found(reader: Client) -> None:
    url = told(making.user()).get_absolute_url()
    for path in (url, f"{url}edit/", f"{url[:-1]}.atom"):
        assert reader.get(path).status_code == 404, path
    for name in ("edit", "pause", "resume", "delete"):
        assert reader.post(f"{url}{name}/", SENT).status_code == 404
    assert "You watch nothing yet" in text(reader, "/watches/")
    assert not feedparser.parse(reader.get("/watches.atom").content).entries


# -- one watch ------------------------------------------------------------------------------------------------------


def test_a_watch_shows_its_alerts_with_the_events(reader: Client, ada: User) -> None:
    made = watch(ada, rises=True, each_event=True, line=60)
    event = happens("clash")
    look()
    page = text(reader, made.get_absolute_url())
    score = making.pair().standings.get().score
    assert f"Score rose above 60: from 45.0 to {score:.1f}" in page
    assert page.count(f'href="{event.get_absolute_url()}"') == 2 and f"+{score - 45:.1f} in the score" in page
    assert f'href="/pairs/pak-usa/score/{making.today()}/"' in page and "mailed " in page


def test_a_watch_without_alerts_says_when_it_looks(reader: Client, ada: User) -> None:
    assert "It has told of nothing yet" in text(reader, watch(ada).get_absolute_url())


def test_alerts_are_paged_by_keyset_without_loss(reader: Client, ada: User, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(queries, "PAGE", 2)
    url = told(ada, 5).get_absolute_url()
    seen: list[int] = []
    after = ""
    while True:
        page = reader.get(f"{url}?after={after}").context["page"]
        seen += [row.id for row in page.rows]
        if not (after := page.next):
            break
    assert seen == sorted(WatchAlert.objects.values_list("pk", flat=True), reverse=True)
    fragment = text(reader, f"{url}?after={seen[1]}", headers={"hx-request": "true", "hx-target": "more-alerts"})
    assert "<html" not in fragment and fragment.count('<li id="alert-') == 2
    assert "To the newest ones" in text(reader, f"{url}?after={seen[-1]}")
    for nonsense in ("x", "9" * 30, "-"):
        assert f"alert-{seen[0]}" in text(reader, f"{url}?after={nonsense}")


def test_an_alert_of_many_events_names_some_and_counts_the_rest(reader: Client, ada: User) -> None:
    made = watch(ada)
    for _ in range(queries.NAMED + 2):
        happens()
    look()
    page = text(reader, made.get_absolute_url())
    assert page.count('class="event-line"') == queries.NAMED and "and 2 more events" in page


# -- private feeds --------------------------------------------------------------------------------------------------


def subscribe_address(page: str) -> str:
    found = re.search(r'id="subscribe" readonly value="([^"]+)"', page)
    assert found
    return found[1].removeprefix("http://testserver")


def test_the_feeds_address_on_a_page_works_without_signing_in(reader: Client, ada: User) -> None:
    made, other = told(ada, 2), told(ada, title="Other <b>&</b>")
    parsed = feedparser.parse(Client().get(subscribe_address(text(reader, "/watches/"))).content)
    assert not parsed.bozo and parsed.version == "atom10" and len(parsed.entries) == WatchAlert.objects.count()
    assert parsed.feed.title == "Dyad: watches" and parsed.feed.id == "http://testserver/watches/"
    own = next(link.href for link in parsed.feed.links if link.rel == "self")
    assert own.startswith("http://testserver/watches.atom?key=")
    assert parsed.entries[0].title.startswith("Other <b>&</b>: ")
    one = feedparser.parse(Client().get(subscribe_address(text(reader, made.get_absolute_url()))).content)
    assert len(one.entries) == made.alerts.count() and other.title not in str(one.entries)
    entry, alert = one.entries[0], made.alerts.latest("pk")
    assert (
        entry.id == f"urn:uuid:{alert.key}"
        and entry.link == f"http://testserver{made.get_absolute_url()}#alert-{alert.pk}"
    )
    assert "Visit took place, Pakistan → United States" in entry.summary
    assert dt.datetime.fromisoformat(entry.updated) == alert.made_at


def test_entries_keep_their_ids_and_a_program_that_has_the_feed_is_told_so(reader: Client, ada: User) -> None:
    told(ada)
    first = reader.get("/watches.atom")
    again = reader.get("/watches.atom", headers={"if-none-match": first["ETag"]})
    assert again.status_code == 304 and "private" in first["Cache-Control"]
    ids = [entry.id for entry in feedparser.parse(first.content).entries]
    happens()
    look()
    assert [entry.id for entry in feedparser.parse(reader.get("/watches.atom").content).entries][1:] == ids


def test_a_feed_without_alerts_is_a_feed_that_does_not_change(reader: Client, ada: User) -> None:
    watch(ada)
    contents = {reader.get("/watches.atom").content for _ in range(2)}
    parsed = feedparser.parse(contents.pop())
    assert not contents and not parsed.bozo and not parsed.entries


def test_a_key_opens_its_owners_watches_and_nothing_else(client: Client, ada: User) -> None:
    made, others = told(ada), told(making.user())
    key = key_of(ada, "relations.watches-key")
    assert client.get(f"/watches/{made.pk}.atom", {"key": key}).status_code == 200
    assert client.get(f"/watches/{others.pk}.atom", {"key": key}).status_code == 404
    for wrong in (key_of(ada), key[:-1], "", "1.x"):
        response = client.get("/watches.atom", {"key": wrong})
        assert response.status_code == 403 and "no longer holds" in html.unescape(response.content.decode())
    assert client.get(f"/engagements.ics?key={quote(key)}").status_code == 403
    assert client.get("/watches/", {"key": key}).status_code == 302
    User.objects.filter(pk=ada.pk).update(is_active=False)
    assert client.get("/watches.atom", {"key": key}).status_code == 403


# -- queries --------------------------------------------------------------------------------------------------------


def test_pages_and_feeds_ask_the_same_number_of_queries_however_much_there_is(reader: Client, ada: User) -> None:
    source = making.feed()

    def queries_of(url: str) -> int:
        with CaptureQueriesContext(connection) as asked:
            assert reader.get(url).status_code == 200
        return len(asked)

    made = told(ada, filters={"type": ["visit_made"]})
    watch(ada, filters={"source": str(source.pk)})
    urls = ["/watches/", made.get_absolute_url(), "/watches/new/?pair=pak-usa", "/watches.atom"]
    for url in urls:
        queries_of(url)
    few = [queries_of(url) for url in urls]
    for number in range(6):
        told(ada, 2, filters={"source": str(making.feed().pk)} if number % 2 else {})
    watch(ada, country_id=making.country("IND").pk)
    assert [queries_of(url) for url in urls] == few
    assert max(few) <= 12


def test_a_watch_whose_source_is_gone_says_so(reader: Client, ada: User) -> None:
    watch(ada, filters={"source": "999999"})
    assert "a source that is gone" in text(reader, "/watches/")


def test_a_watch_whose_types_are_gone_finds_nothing_and_says_so(reader: Client, ada: User) -> None:
    watch(ada, filters={"group": ["gone"], "type": ["gone"]})
    left = watch(ada, filters={"type": ["gone", "clash"]})
    happens("clash")
    look()
    assert set(WatchAlert.objects.values_list("watch", flat=True)) == {left.pk}
    assert "no event, as the types that it waited for are no longer in the codebook" in text(reader, "/watches/")


def test_the_score_of_the_form_is_that_of_the_pair(reader: Client) -> None:
    happens()
    score_stale_days()
    standing = making.pair().standings.get()
    assert f"The score is {standing.score:.0f} now" in text(reader, "/watches/new/?pair=pak-usa")
    making.pair("FJI", "ISL")
    assert "stands at 45" in text(reader, "/watches/new/?pair=fji-isl")
    assert timezone.now().date() == standing.as_of
