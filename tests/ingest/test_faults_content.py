"""What stands in a feed may be broken, hostile or absurd. Each fault by its number, all the way from a server's socket
to the database."""

from __future__ import annotations

import json
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime

import psutil
import pytest

from relations.ingest import reader
from relations.ingest.items import LONGEST_IDENTITY, LONGEST_TEXT, LONGEST_TITLE
from relations.models import Article, ArticleVersion
from tests.ingest.misbehaving import OLD, Names
from tests.ingest.texts import FERRY, item, rss

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("loopback_allowed")]

SECOND, MINUTE, HOUR, DAY = timedelta(seconds=1), timedelta(minutes=1), timedelta(hours=1), timedelta(days=1)


def text_of(article: Article) -> str:
    return ArticleVersion.objects.get(article=article, number=article.version).text


@pytest.fixture
def reading_processes_run() -> None:
    """All that may run at once, so that the time to start one is not part of what is measured."""
    slow = rss(*(item(str(n), text="t") for n in range(1900))).encode()
    with ThreadPoolExecutor(reader.PROCESSES) as pool:
        list(pool.map(lambda _: reader.read_feed_bytes(slow, "", "https://courier.example/"), range(reader.PROCESSES)))


# -- what makes a parser stumble --------------------------------------------------------------------------------------

LAUGHS = '<!ENTITY l0 "ha">' + "".join(f'<!ENTITY l{n} "{f"&l{n - 1};" * 10}">' for n in range(1, 10))
LONG = f'<!ENTITY l9 "{"ha" * 50_000}">'
NESTED = f'<!ENTITY % more "{LAUGHS.replace(chr(34), "&#34;").replace("%", "&#37;")}"> %more;'


@pytest.mark.parametrize("entities", [LAUGHS, LONG, NESTED], ids=["laughs", "one long", "in a parameter"])
@pytest.mark.parametrize("encoding", ["utf-8", "utf-16"])
@pytest.mark.usefixtures("reading_processes_run")
def test_06_an_entity_bomb_does_not_go_off(watched, server, entities, encoding):
    bomb = item("bomb", "Before BOMB after", FERRY + "BOMB").replace("BOMB", "&l9;" * 1000)
    text = rss(*OLD, bomb).replace("?><rss", f"?><!DOCTYPE rss [{entities}]><rss").replace("utf-8", encoding)
    server.serve(text.encode(encoding))
    visit = watched.goes_well(new=1)
    assert visit.took < 5 * SECOND
    article = Article.objects.get(identity="bomb")
    assert article.title.startswith("Before") and text_of(article).startswith(FERRY)
    assert len(text_of(article)) <= LONGEST_TEXT


@pytest.mark.parametrize("scheme", ["file", "http"])
@pytest.mark.parametrize(
    ("head", "inside"),
    [
        ('<!DOCTYPE rss [<!ENTITY secret SYSTEM "{secret}">]>', "&secret;"),
        ('<!DOCTYPE rss [<!ENTITY % dtd SYSTEM "{secret}"> %dtd;]>', "&secret;"),
        ('<!DOCTYPE rss SYSTEM "{secret}">', "&secret;"),
        ('<?xml-stylesheet href="{secret}"?>', ""),
        ("", '<x:include xmlns:x="http://www.w3.org/2001/XInclude" href="{secret}" parse="text"/>'),
    ],
    ids=["entity", "parameter entity", "document type", "style sheet", "inclusion"],
)
def test_07_nothing_outside_of_the_feed_is_read(watched, server, tmp_path, scheme, head, inside):
    words = "Kept in the harbour safe"
    secret = f'<!ENTITY secret "{words}">' if "%" in head or "rss SYSTEM" in head else words
    (tmp_path / "secret").write_text(secret)
    url = server.serve(secret, "/secret") if scheme == "http" else f"file://{tmp_path}/secret"
    spy = item("spy", "Spy TITLE", f"{FERRY} INSIDE").replace("TITLE", inside).replace("INSIDE", inside)
    server.serve(rss(*OLD, spy).replace("?><rss", f"?>{head}<rss").replace("{secret}", url))
    watched.goes_well(new=1)
    article = Article.objects.get(identity="spy")
    assert words not in article.title + text_of(article)
    assert server.paths() == ["/feed", "/feed"]


ATTRIBUTES = " ".join(f'a{n}="{n}"' for n in range(50_000))


def reading_processes() -> set[int]:
    started = psutil.Process().children()
    return {child.pid for child in started if child.is_running() and child.status() != psutil.STATUS_ZOMBIE}


@pytest.mark.usefixtures("reading_processes_run")
def test_08_a_parser_that_50_000_attributes_hold_up_is_killed_and_the_feed_marked(watched, server, monkeypatch):
    before = reading_processes()
    monkeypatch.setattr(reader, "SECONDS", 1.5)
    server.serve(rss(*OLD, item("new")).replace("<rss ", f"<rss {ATTRIBUTES} "))
    visit = watched.fails("too_hard", status=200)
    assert visit.took < 5 * SECOND
    assert "more than 1.5 seconds" in visit.words
    assert len(before - reading_processes()) == 1
    monkeypatch.undo()
    server.serve(rss(*OLD, item("new")))
    watched.goes_well(new=1)


DEEP = "<div>" * 20_000 + f"<p>{FERRY}</p>" + "</div>" * 20_000


@pytest.mark.parametrize(
    "content",
    [
        f"<description><![CDATA[{DEEP}]]></description>",
        f'<content type="xhtml" xmlns="http://www.w3.org/2005/Atom">{DEEP}</content>',
    ],
    ids=["as text", "as markup"],
)
def test_09_20_000_nested_tags_are_read(watched, server, content):
    server.serve(rss(*OLD, f"<item><guid>deep</guid><title>Deep</title>{content}</item>"))
    visit = watched.goes_well(new=1)
    assert visit.took < 10 * SECOND
    assert text_of(Article.objects.get(identity="deep")) == FERRY


def test_09_a_page_of_20_000_nested_tags_in_place_of_the_feed_is_told(watched, server):
    server.serve(f'<html><body><a href="/rss.xml">Feed</a>{DEEP}</body></html>')
    visit = watched.fails("not_a_feed", status=200)
    assert visit.took < 10 * SECOND
    assert server.url("/rss.xml") in visit.words


def test_10_a_title_of_10_megabytes_is_shortened_and_flagged(watched, server):
    server.serve(rss(*OLD, item("long", "Ferry " * 1_600_000), item("short", text="Another story.")))
    visit = watched.goes_well(new=2)
    assert visit.took < 10 * SECOND
    long, short = Article.objects.get(identity="long"), Article.objects.get(identity="short")
    assert (len(long.title), long.shortened, text_of(long)) == (LONGEST_TITLE, True, FERRY)
    assert not short.shortened


def test_10_nothing_else_of_an_item_is_stored_at_such_a_length_either(watched, server):
    much = "x" * 1_200_000
    server.serve(
        rss(
            *OLD,
            f"<item><guid>{much}</guid><link>https://courier.example/{much}</link><title>Much</title><pubDate>{much}"
            f"</pubDate><category>{much}</category><description>{much}</description></item>",
            title=much,
            extra=f"<language>{much}</language>",
        )
    )
    watched.goes_well(new=1)
    article = Article.objects.get(title="Much")
    assert len(article.identity) <= LONGEST_IDENTITY and article.url == "" and len(article.date_words) <= 100
    assert (len(text_of(article)), article.shortened) == (LONGEST_TEXT, True)


COUNT = 100_000
START = datetime(2020, 1, 1, tzinfo=UTC)


def many_as_rss(dates: list[datetime]) -> str:
    parts = (
        f"<item><guid>{n}</guid><pubDate>{format_datetime(date)}</pubDate><title>T{n}</title></item>"
        for n, date in enumerate(dates)
    )
    return rss(*parts)


def many_as_atom(dates: list[datetime]) -> str:
    parts = (
        f"<a:entry><a:id>{n}</a:id><a:updated>{date:%Y-%m-%dT%H:%MZ}</a:updated><a:title>T{n}</a:title></a:entry>"
        for n, date in enumerate(dates)
    )
    return f'<a:feed xmlns:a="http://www.w3.org/2005/Atom">{"".join(parts)}</a:feed>'


def many_as_json(dates: list[datetime]) -> str:
    items = [
        {"id": str(n), "title": f"T{n}", "date_published": f"{date:%Y-%m-%dT%H:%MZ}"} for n, date in enumerate(dates)
    ]
    return json.dumps({"version": "https://jsonfeed.org/version/1.1", "items": items}, separators=(",", ":"))


@pytest.mark.parametrize("written", [many_as_rss, many_as_atom, many_as_json])
def test_11_of_100_000_items_the_newest_are_kept_and_the_others_counted(watched, server, written):
    server.serve(written([START + n * MINUTE for n in range(COUNT)]))
    visit = watched.goes_well(new=500)
    assert visit.took < 10 * SECOND
    assert "500 items and 99500 older ones that are not looked at" in visit.words
    kept = set(Article.objects.filter(feed=watched.feed).values_list("identity", flat=True))
    assert kept == {"a", "b", *(str(n) for n in range(COUNT - 500, COUNT))}


# -- encodings --------------------------------------------------------------------------------------------------------

POLISH = "Żółw mówi: café"


@pytest.mark.parametrize("content_type", ["application/xml", "application/xml; charset=utf-8", "text/xml"])
def test_17_an_item_with_bytes_that_are_no_text_is_kept(watched, server, content_type):
    bad = item("bad", POLISH, f"{FERRY} na_ve").encode().replace(b"na_ve", b"na\xefve \xff\xc3")
    server.serve(rss(*OLD, "ITEM").encode().replace(b"ITEM", bad), Content_Type=content_type)
    watched.goes_well(new=1)
    article = Article.objects.get(identity="bad")
    assert article.title == POLISH
    assert text_of(article).startswith(f"{FERRY} na") and text_of(article) != FERRY


@pytest.mark.parametrize("header", ["", "; charset=iso-8859-1", "; charset=utf-16"])
@pytest.mark.parametrize("declared", ["utf-8", "utf-16"])
@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-be", "utf-16-le", "utf-32"])
def test_18_the_bytes_count_for_more_than_what_is_said_of_them(watched, server, encoding, declared, header):
    text = rss(*OLD, item("new", POLISH)).replace('"utf-8"', f'"{declared}"')
    server.serve(text.encode(encoding), Content_Type=f"application/xml{header}")
    watched.goes_well(new=1)
    assert Article.objects.get(identity="new").title == POLISH


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16"])
def test_18_the_same_for_json(watched, server, encoding):
    feed = {"version": "https://jsonfeed.org/version/1.1", "items": [{"id": "new", "title": POLISH}]}
    server.serve(
        json.dumps(feed, ensure_ascii=False).encode(encoding), Content_Type="application/json; charset=iso-8859-1"
    )
    watched.goes_well(new=1)
    assert Article.objects.get(identity="new").title == POLISH


ILLEGAL = "\x00 &#0; &#xD800; &#55357; &#x1F; &#xFFFF; \x08\ufffe"


@pytest.mark.parametrize("encoding", ["utf-8", "utf-16"])
def test_19_characters_that_can_not_be_stored_cost_no_item(watched, server, encoding):
    parts = ("guid", "link", "title", "description", "pubDate", "category")
    bad = "".join(f"<{part}>https://courier.example/bad{ILLEGAL}end</{part}>" for part in parts)
    text = rss(*OLD, f"<item>{bad}</item>", item("fine"), title="TITLE").replace("TITLE", ILLEGAL)
    server.serve(text.replace('"utf-8"', f'"{encoding}"').encode(encoding))
    watched.goes_well(new=2)
    article = Article.objects.get(identity__startswith="https://courier.example/bad")
    assert article.identity.endswith("end")
    assert text_of(article).endswith("end")
    for stored in (article.identity, article.url, article.title, article.date_words, text_of(article)):
        assert not set(stored) & {"\x00", "\x08", "\x1f", "\ufffe", "\uffff"}


def test_19_the_same_for_json(watched, server):
    illegal = "\x00\ud800\x1f\ufffe"
    new = dict.fromkeys(
        ("id", "url", "title", "content_text", "language", "date_published"), f"https://b.example/{illegal}"
    )
    feed = {"title": illegal, "language": illegal, "home_page_url": f"https://courier.example/{illegal}"}
    items = [new | {"tags": [illegal]}, {"id": "fine", "title": "Fine"}]
    server.serve(json.dumps(feed | {"version": "https://jsonfeed.org/version/1.1", "items": items}))
    watched.goes_well(new=2)
    article = Article.objects.get(identity="https://b.example/")
    assert (article.url, article.title, article.date_words) == (article.identity,) * 3


# -- dates ------------------------------------------------------------------------------------------------------------


def test_20_an_item_without_a_date_has_the_one_of_its_first_sight_and_is_flagged(watched, server):
    server.serve(rss(*OLD, item("none"), item("dated", text="Another.", date="Tue, 04 Mar 2025 10:00:00 +0200")))
    watched.goes_well(new=2)
    none, dated = Article.objects.get(identity="none"), Article.objects.get(identity="dated")
    assert (none.published_at, none.date_was_given, none.dated_at, none.date_words) == (
        *(none.first_seen_at, False),
        *(None, ""),
    )
    assert (dated.published_at, dated.date_was_given) == (datetime(2025, 3, 4, 8, tzinfo=UTC), True)
    seen = none.first_seen_at
    watched.goes_well()
    none.refresh_from_db()
    assert none.published_at == seen


@pytest.mark.parametrize(
    "words",
    [
        *(
            "Fri, 31 Dec 9999 23:59:59 GMT",
            "9999-12-31T23:59:59Z",
            "Sat, 01 Jan 0000 00:00:00 GMT",
            "0000-00-00 00:00:00",
        ),
        *("0001-01-01T00:00:00Z", "Thu, 01 Jan 1970 00:00:00 GMT", "1970-01-01", "1969-12-31T19:00:00-05:00", "0"),
    ],
)
def test_21_a_date_that_can_not_be_is_none_but_its_words_are_kept(watched, server, words):
    server.serve(rss(*OLD, item("absurd", date=words)))
    watched.goes_well(new=1)
    article = Article.objects.get(identity="absurd")
    assert (article.dated_at, article.date_was_given, article.date_words) == (None, False, words)
    assert article.published_at == article.first_seen_at


def test_22_an_item_from_the_day_after_tomorrow_is_kept_but_not_pinned_on_top(watched, server):
    to_come = (datetime.now(UTC) + 2 * DAY).replace(microsecond=0)
    server.serve(rss(*OLD, item("early", date=format_datetime(to_come))))
    watched.goes_well(new=1)
    article = Article.objects.get(identity="early")
    assert (article.dated_at, article.date_was_given) == (to_come, True)
    assert article.published_at == article.first_seen_at
    # What comes later stands above it, such as what the neighbour brings at the next visit.
    watched.goes_well()
    assert Article.objects.all()[0].feed != watched.feed


@pytest.mark.parametrize(
    ("words", "site", "hour"),
    [
        ("Tue, 04 Mar 2025 12:00:00 CEST", "courier.example", 10),
        ("Tue, 04 Mar 2025 12:00:00 CET", "courier.example", 11),
        ("Tue, 04 Mar 2025 12:00:00 JST", "courier.example", 3),
        ("Tue, 04 Mar 2025 12:30:00 IST", "courier.example", 7),
        ("Tue, 04 Mar 2025 12:00:00 IST", "news.co.il", 10),
        ("Tue, 04 Mar 2025 12:00:00 IST", "news.ie", 11),
        ("Tue, 04 Mar 2025 12:00:00 EST", "courier.example", 17),
        ("2025-03-04 12:00 PKT", "courier.example", 7),
        ("Tue, 04 Mar 2025 12:00:00 +0200 CEST", "courier.example", 10),
    ],
)
def test_23_names_of_zones_mean_the_right_hour(watched, server, settings, monkeypatch, words, site, hour):
    names = Names(monkeypatch)
    names.answers[site] = [["127.0.0.1"]]
    settings.FETCH_ALLOWED_HOSTS = [*settings.FETCH_ALLOWED_HOSTS, site]
    watched.feed.url = f"http://{site}:{server.port}/feed"
    watched.feed.save()
    server.serve(rss(*OLD, item("zoned", date=words)))
    watched.goes_well(new=1)
    article = Article.objects.get(identity="zoned")
    assert article.dated_at == article.published_at == datetime(2025, 3, 4, hour, tzinfo=UTC)
    assert (article.date_words, article.zone_assumed) == (words, False)
