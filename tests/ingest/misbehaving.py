"""Servers that misbehave, and what must hold of a feed whatever its server does."""

from __future__ import annotations

import contextlib
import datetime as dt
import itertools
import socket
import socketserver
import ssl
import threading
import time
from collections.abc import Callable, Iterable, Iterator
from typing import Any, BinaryIO, Self

import pytest
from django.db.models import F

from relations.ingest.run import refresh_due_feeds
from relations.ingest.schedule import LONGEST, SHORTEST
from relations.ingest.store import database_now
from relations.models import Article, ArticleVersion, Feed, FeedVisit, OpenRequest, VisitOutcome
from tests.ingest.servers import Answer, FeedServer, RawRoute
from tests.ingest.texts import BRIDGE, item, rss

OLD = (item("a"), item("b", "Bridge closed", BRIDGE))
NEWS = rss(*OLD)
PUBLIC = "93.184.215.14"  # never connected to: a server of the test takes its part
# What a visit that failed may not touch.
KEPT = ("url", "title", "etag", "last_modified", "body_hash", "unconditional_at", "last_item_at", "interval", "paused")


class WatchedFeed:
    """A feed that was read well once, and its neighbour on another server, which has something new at each visit.

    ``fails`` and ``goes_well`` let both be visited after the test told the feed's server how to misbehave. They hold
    the visit to what must never break: next_fetch_at moves forward, what was stored stays as it is, the lease and the
    place in the host's queue are given back, and the neighbour is read.
    """

    def __init__(self, url: str, neighbours: FeedServer, add_feed: Callable[..., Feed], **fields: Any) -> None:
        """url: where a server shows NEWS at the moment."""
        self._neighbours, self._neighbour_news = neighbours, 0
        # By another name, as what a server says of its host holds for all feeds there.
        self._neighbour = add_feed(f"http://localhost:{neighbours.port}/neighbour")
        self.feed = add_feed(url, **fields)
        visit = self.visit()
        assert (visit.outcome, visit.new_items) == (VisitOutcome.ITEMS, 2), visit.words

    def fails(self, kind: str, *, status: int | None = None, state: str = "failing") -> FeedVisit:
        """The visit, which must fail for this kind of trouble and leave everything as it was.

        status: of the HTTP answer that is recorded.
        """
        failures, before, rows = self.feed.failures, self._kept(), _rows(self.feed)
        visit = self.visit()
        assert (visit.outcome, visit.trouble, visit.http_status) == (VisitOutcome.FAILED, kind, status), visit.words
        assert (visit.new_items, self.feed.state, self.feed.failures) == (0, state, failures + 1)
        assert self._kept() == before
        assert _rows(self.feed) == rows
        return visit

    def goes_well(self, *, new: int = 0) -> FeedVisit:
        """The visit, which must bring so many new articles and leave the old ones as they were."""
        articles, versions = _rows(self.feed)
        visit = self.visit()
        assert (visit.trouble, visit.new_items, self.feed.failures) == ("", new, 0), visit.words
        assert visit.outcome == (VisitOutcome.ITEMS if new else VisitOutcome.UNCHANGED)
        articles_now, versions_now = _rows(self.feed)
        assert (articles_now[: len(articles)], versions_now[: len(versions)]) == (articles, versions)
        assert len(articles_now) == len(articles) + new
        return visit

    def now_at(self, url: str) -> None:
        """Visit it at another address from now on."""
        self.feed.url = url
        self.feed.save(update_fields=["url"])

    def shift(self, **ago: dt.timedelta) -> None:
        """Move times of the feed (name of the field: by how much) into the past."""
        for name, by in ago.items():
            setattr(self.feed, name, getattr(self.feed, name) - by)
        self.feed.save(update_fields=list(ago))

    def visited_earlier(self, by: dt.timedelta) -> None:
        """Move its visits so far into the past."""
        self.feed.visits.update(started_at=F("started_at") - by)

    @property
    def wait(self) -> dt.timedelta:
        """Until the next visit, by the database's clock."""
        return self.feed.next_fetch_at - database_now()

    def visit(self) -> FeedVisit:
        """The visit to both, whatever came of the feed's own."""
        self._neighbour_news += 1
        fresh = item(f"n{self._neighbour_news}", text=f"Neighbours' story number {self._neighbour_news}")
        self._neighbours.serve(rss(fresh, title="The Neighbour"), "/neighbour")
        now = database_now()
        Feed.objects.filter(pk__in=[self.feed.pk, self._neighbour.pk]).update(next_fetch_at=now)
        refresh_due_feeds()
        self.feed.refresh_from_db()
        visit = self.feed.visits.order_by("-pk")[0]
        assert visit.started_at >= now - dt.timedelta(seconds=1)
        assert self.feed.last_outcome == visit.words != ""
        assert now + SHORTEST <= self.feed.next_fetch_at <= database_now() + LONGEST
        assert self.feed.leased_until is None
        assert not OpenRequest.objects.exists()
        beside = self._neighbour.visits.order_by("-pk")[0]
        assert (beside.outcome, beside.new_items) == (VisitOutcome.ITEMS, 1), beside.words
        assert self._neighbour.visits.count() == self.feed.visits.count() == self._neighbour_news
        return visit

    def _kept(self) -> dict[str, Any]:
        return {name: getattr(self.feed, name) for name in KEPT}


def _rows(feed: Feed) -> tuple[list[Any], list[Any]]:
    """All that is stored of a feed's articles, and of their texts."""
    articles = Article.objects.filter(feed=feed).order_by("pk").values()
    versions = ArticleVersion.objects.filter(article__feed=feed).order_by("pk").values()
    return list(articles), list(versions)


def redirect(to: str, status: int = 302) -> Answer:
    return Answer(b"", status, {"Location": to})


def endlessly(piece: bytes, pause: float = 0) -> Iterator[bytes]:
    """A piece again and again, after a pause of so many seconds each; after ten seconds nobody should be waiting."""
    until = time.monotonic() + 10
    while time.monotonic() < until:
        time.sleep(pause)
        yield piece


def writes(start: bytes, more: Iterable[bytes] = ()) -> RawRoute:
    """A raw route that writes so much, and then closes the connection."""

    def write(out: BinaryIO) -> None:
        for piece in itertools.chain([start], more):
            out.write(piece)
            out.flush()

    return write


class RawServer:
    """Hands each connection to a function that may do what no web server does; over TLS where it is given a context."""

    def __init__(self, talk: Callable[[socket.socket], None], context: ssl.SSLContext | None = None) -> None:
        class Handler(socketserver.BaseRequestHandler):
            def handle(self) -> None:
                with contextlib.suppress(OSError):  # a client that has had enough hangs up
                    talk(context.wrap_socket(self.request, server_side=True) if context else self.request)

        self._server = socketserver.ThreadingTCPServer(("127.0.0.1", 0), Handler)
        self._server.daemon_threads = True
        threading.Thread(target=self._server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True).start()
        self.host = f"127.0.0.1:{self._server.server_address[1]}"

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *error: object) -> None:
        self._server.shutdown()
        self._server.server_close()


class SecureFeedServer(FeedServer):
    """A FeedServer over TLS. ``context`` may be exchanged for connections to come."""

    def __init__(self, context: ssl.SSLContext) -> None:
        super().__init__()
        self.context = context
        accept = self._server.get_request

        def accept_securely() -> tuple[socket.socket, Any]:
            connection, address = accept()
            # The handshake waits for the thread of this connection, so that it holds up no other.
            return self.context.wrap_socket(connection, server_side=True, do_handshake_on_connect=False), address

        self._server.get_request = accept_securely  # type: ignore[method-assign]
        self._server.handle_error = lambda *_: None  # type: ignore[method-assign]  # clients that don't trust it

    def url(self, path: str = "/feed", host: str = "127.0.0.1") -> str:
        return f"https://{host}:{self.port}{path}"


class Names:
    """What names resolve to and which addresses are connected to.

    ``answers``: name -> addresses, for the first question, the second and so on; the last ones stay. ``stands_for``:
    address of the public internet -> loopback address that takes its part. ``tried``: addresses and ports that a
    connection was tried to, as they were before another took their part.
    """

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.answers: dict[str, list[list[str]]] = {}
        self.stands_for: dict[str, str] = {}
        self.tried: list[tuple[str, int]] = []
        resolve, connect = socket.getaddrinfo, socket.socket.connect

        def getaddrinfo(host: str, port: Any, *arguments: Any, **options: Any) -> Any:
            if host not in self.answers:
                return resolve(host, port, *arguments, **options)
            left = self.answers[host]
            addresses = left.pop(0) if len(left) > 1 else left[0]
            if not addresses:
                raise socket.gaierror(socket.EAI_NONAME, "Name or service not known")
            return [found for address in addresses for found in resolve(address, port, *arguments, **options)]

        def connect_to(connection: socket.socket, address: Any) -> None:
            self.tried.append(address[:2])
            connect(connection, (self.stands_for.get(address[0], address[0]), *address[1:]))

        monkeypatch.setattr(socket, "getaddrinfo", getaddrinfo)
        monkeypatch.setattr(socket.socket, "connect", connect_to)
