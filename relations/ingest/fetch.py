"""One page over HTTP, within limits: size, time, redirects, and public addresses only."""

from __future__ import annotations

import contextlib
import datetime as dt
import functools
import re
import ssl
import threading
import time
from collections.abc import Collection, Iterator
from dataclasses import dataclass
from email.utils import parsedate_to_datetime

import httpcore2
import httpx2

from relations.ingest.network import CheckedNetwork
from relations.ingest.trouble import (
    Blocked,
    ConnectionTrouble,
    FeedTrouble,
    Gone,
    HTTPTrouble,
    RateLimited,
    RedirectLoop,
    RefusedAddress,
    TLSTrouble,
    TooLarge,
    TooSlow,
    Unreadable,
)

LONGEST_RETRY_AFTER = 24 * 3600.0  # seconds; some servers ask for ten years
ACCEPT_FEED = (
    "application/atom+xml, application/rss+xml, application/feed+json, application/xml;q=0.9, text/xml;q=0.8, "
    "application/json;q=0.7, */*;q=0.5"
)
ACCEPT_PAGE = "text/html, application/xhtml+xml, */*;q=0.5"
ENCODINGS = {"", "identity", "gzip", "x-gzip", "deflate"}
PERMANENT = {301, 308}

# Of these the server means what it says; asking again soon would not change its mind.
REFUSALS = {401, 402, 403, 407, 451}
WORDS_OF_STATUS = {
    401: "The server asks for a password.",
    402: "The server asks for payment.",
    403: "The server refuses us.",
    404: "There is nothing at this address. Look on the site for the feed's new one.",
    451: "The server may not show this page for legal reasons.",
}


@dataclass(frozen=True, slots=True)
class Limits:
    """What a fetch may cost: seconds to connect and in all, bytes after decompression, redirects followed."""

    connect: float = 10
    total: float = 30
    body: int = 10 * 2**20
    redirects: int = 5


LIMITS = Limits()


@dataclass(frozen=True, slots=True)
class Asker:
    """Who asks: what is sent with a request. headers, user and password go to the origin of the first address only."""

    user_agent: str
    headers: tuple[tuple[str, str], ...] = ()
    user: str = ""
    password: str = ""


@dataclass(frozen=True, slots=True)
class Page:
    """What a server answered: 304 with no body, or a 2xx with one."""

    status: int
    url: str  # where it was found, after redirects
    body: bytes
    etag: str
    last_modified: str
    content_type: str
    permanent_url: str  # where permanent redirects from the start led; empty where there were none
    retry_after: float | None  # seconds
    max_age: float | None = None  # seconds for which the answer is good, as the server says


def fetch(
    url: str,
    *,
    asker: Asker,
    etag: str = "",
    last_modified: str = "",
    allowed_hosts: Collection[str] = (),
    limits: Limits = LIMITS,
    accept: str = ACCEPT_FEED,
) -> Page:
    """The page at an http or https URL. ``etag`` and ``last_modified`` go back as the server gave them.

    ``allowed_hosts``: ``host`` or ``host:port`` that may be inside a private network. Raises FeedTrouble.
    """
    client = _client_of_this_thread(frozenset(allowed_hosts))
    client.network.deadline = time.monotonic() + limits.total
    client.cookies.clear()  # a cookie set on the way is for this visit alone
    headers = {"User-Agent": asker.user_agent, "Accept": accept, "Accept-Encoding": "gzip, deflate"}
    conditions = {b"If-None-Match": etag, b"If-Modified-Since": last_modified}
    with _trouble_in_words(url):
        timeout = httpx2.Timeout(limits.total, connect=limits.connect)
        request = client.build_request("GET", url, headers=headers, timeout=timeout)
        request.headers.update({name: value.encode("latin-1") for name, value in conditions.items() if value})
    return _follow(client, request, asker, limits)


class _Client(httpx2.Client):
    """Connections are kept for the next visit to the same host. Only for the thread that made it."""

    def __init__(self, network: CheckedNetwork) -> None:
        super().__init__(transport=_CheckedTransport(network), trust_env=False)
        self.network = network


class _CheckedTransport(httpx2.HTTPTransport):
    """httpx2 offers no way to pass a network backend, so the connection pool is made here."""

    def __init__(self, network: CheckedNetwork) -> None:
        self._pool = httpcore2.ConnectionPool(
            ssl_context=_ssl_context(),
            network_backend=network,
            http2=True,
            max_keepalive_connections=4,
            keepalive_expiry=30,
        )


@functools.cache  # loading the certificates takes longer than most fetches
def _ssl_context() -> ssl.SSLContext:
    return httpx2.create_ssl_context(trust_env=False)


_clients = threading.local()


def _client_of_this_thread(allowed_hosts: frozenset[str]) -> _Client:
    """One for each thread, as the deadline of a visit holds for all of its client's connections."""
    made: dict[frozenset[str], _Client] = _clients.__dict__.setdefault("by_allowed_hosts", {})
    if allowed_hosts not in made:
        made[allowed_hosts] = _Client(CheckedNetwork(allowed_hosts))
    return made[allowed_hosts]


def _follow(client: _Client, request: httpx2.Request, asker: Asker, limits: Limits) -> Page:
    permanent, permanent_url = True, ""
    origin = _origin(request.url)
    for _ in range(limits.redirects + 1):
        if request.url.scheme not in ("http", "https") or not request.url.host:
            raise RefusedAddress("Only addresses that start with http:// or https:// are fetched.")
        with (
            _trouble_in_words(request.url.host),
            contextlib.closing(_send(client, request, asker, is_theirs=_origin(request.url) == origin)) as response,
        ):
            if response.next_request is None:
                return _page(response, permanent_url, limits)
            permanent = permanent and response.status_code in PERMANENT
            request = response.next_request
            if permanent:
                permanent_url = str(request.url)
    raise RedirectLoop(f"The address redirects more than {limits.redirects} times, perhaps in a circle.")


def _send(client: _Client, request: httpx2.Request, asker: Asker, *, is_theirs: bool) -> httpx2.Response:
    """is_theirs: whether the address is of the origin that the asker's headers and password are meant for."""
    for name, value in asker.headers:
        request.headers.pop(name, None)  # a redirect takes along what the request before it had
        if is_theirs:
            request.headers.update({name.encode(): value.encode()})
    auth = None
    if is_theirs and asker.user:
        auth = httpx2.BasicAuth(asker.user, asker.password)
    elif not is_theirs:
        request.headers.pop("Authorization", None)
    before = client.network.connections
    try:
        return client.send(request, stream=True, auth=auth)
    except (httpx2.RemoteProtocolError, httpx2.ReadError, httpx2.WriteError):
        if client.network.connections > before:
            raise
        # A connection that was kept was closed by the server just when we used it: no trouble of the feed.
        return client.send(request, stream=True, auth=auth)


def _origin(url: httpx2.URL) -> tuple[str, str, int | None]:
    return url.scheme, url.host, url.port


def _page(response: httpx2.Response, permanent_url: str, limits: Limits) -> Page:
    status = response.status_code
    if status != 304 and not 200 <= status < 300:
        raise _refusal(response)
    return Page(
        status=status,
        url=str(response.url),
        body=b"" if status == 304 else _body(response, limits.body),
        etag=_verbatim(response, b"etag"),
        last_modified=_verbatim(response, b"last-modified"),
        content_type=response.headers.get("content-type", ""),
        permanent_url=permanent_url,
        retry_after=_retry_after(response),
        max_age=_max_age(response),
    )


def _body(response: httpx2.Response, limit: int) -> bytes:
    encoding = response.headers.get("content-encoding", "").strip().lower()
    if encoding not in ENCODINGS:
        raise Unreadable(f"The server sent the feed packed as “{encoding[:40]}”, which we did not ask for.")
    body = bytearray()
    for piece in response.iter_bytes():  # unpacked in bounded pieces, so a small packed body can't fill the memory
        body += piece
        if len(body) > limit:
            raise TooLarge(f"The feed is larger than {limit / 2**20:.3g} MB.", status=response.status_code)
    return bytes(body)


def _refusal(response: httpx2.Response) -> FeedTrouble:
    status, retry_after = response.status_code, _retry_after(response)
    if response.headers.get("cf-mitigated") == "challenge":
        return Blocked("The server checks for robots and does not let us through.", status=status)
    if response.has_redirect_location:  # one that could be followed was
        location = response.headers["location"][:200]
        return RefusedAddress(f"The server sends us on to what is no web address: {location}", status=status)
    if status == 410:
        return Gone("The server says that this feed is gone for good (410).", status=status)
    if status == 429 or (status == 503 and retry_after is not None):
        return RateLimited(f"The server asks us to come back later ({status}).", status=status, retry_after=retry_after)
    if status in REFUSALS:
        return Blocked(f"{WORDS_OF_STATUS.get(status, WORDS_OF_STATUS[403])} (HTTP {status})", status=status)
    fallback = "The server has trouble of its own." if status >= 500 else "The server did not give us the feed."
    return HTTPTrouble(f"{WORDS_OF_STATUS.get(status, fallback)} (HTTP {status})", status=status)


def _retry_after(response: httpx2.Response) -> float | None:
    value = response.headers.get("retry-after", "").strip()
    try:
        if value.isdecimal():
            seconds = float(value[:20])
        else:
            # From the server's own clock, where it tells it: ours or its may be wrong.
            told = response.headers.get("date", "")
            seconds = (_moment(value) - (_moment(told) if told else dt.datetime.now(dt.UTC))).total_seconds()
    except (ValueError, OverflowError):
        return None
    return min(max(seconds, 0.0), LONGEST_RETRY_AFTER)


def _moment(words: str) -> dt.datetime:
    moment = parsedate_to_datetime(words)
    return moment if moment.tzinfo else moment.replace(tzinfo=dt.UTC)


def _max_age(response: httpx2.Response) -> float | None:
    found = re.search(r"(?:^|[\s,])max-age=\"?(\d{1,9})", response.headers.get("cache-control", "").lower())
    return float(found[1]) if found else None


def _verbatim(response: httpx2.Response, name: bytes) -> str:
    return next((value.decode("latin-1") for key, value in response.headers.raw if key.lower() == name), "")


@contextlib.contextmanager
def _trouble_in_words(where: str) -> Iterator[None]:
    try:
        yield
    except httpx2.TimeoutException as error:
        raise TooSlow(f"{where} took too long to answer.") from error
    except httpx2.DecodingError as error:
        raise Unreadable(f"What {where} sent could not be unpacked; it is damaged.") from error
    except (httpx2.InvalidURL, httpx2.UnsupportedProtocol) as error:
        raise RefusedAddress(f"This is not a web address: {where[:200]}") from error
    except httpx2.TransportError as error:
        if tls := _tls_error(error):
            because = getattr(tls, "verify_message", "") or tls.strerror or tls.reason or tls
            raise TLSTrouble(f"No secure connection to {where}: {because}") from error
        raise ConnectionTrouble(f"The connection to {where} failed: {error}") from error


def _tls_error(error: BaseException | None) -> ssl.SSLError | None:
    while error is not None and not isinstance(error, ssl.SSLError):
        error = error.__cause__ or error.__context__
    return error
