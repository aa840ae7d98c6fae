"""Addresses of feeds: one spelling, so that no feed is read twice, and apart from the secrets that some carry."""

from __future__ import annotations

import re
from dataclasses import dataclass
from urllib.parse import urlsplit

import httpx2

from relations.errors import RelationsError

LONGEST = 1000  # characters of an address
LONGEST_FOLDER = 200
EXAMPLE = "https://example.org/news.rss"
_DEFAULT_PORTS = {"http": 80, "https": 443}
_SCHEME = re.compile(r"[A-Za-z][A-Za-z0-9+.-]*:(?!\d+(?:[/?#]|$))")  # but a host with a port has no scheme
_LABEL = re.compile(r"(?!-)[a-z0-9_-]{1,63}(?<!-)")


@dataclass(frozen=True, slots=True)
class Address:
    """An http or https address, and the user name and password that were written in it."""

    url: str  # ASCII, at most 1,000 characters
    user: str = ""
    password: str = ""


def read_address(text: str) -> Address:
    """An address as a person or a file writes it: ``example.org/rss``, ``feed://...``, ``https://me:word@...``.

    Raises RelationsError.
    """
    written = text.strip().removeprefix("\ufeff")
    if not written:
        raise RelationsError(f"The address is missing. Write one like {EXAMPLE}.")
    try:
        url = httpx2.URL(_with_scheme(written))
    except httpx2.InvalidURL:
        raise RelationsError(_wrong(written)) from None
    if url.scheme not in _DEFAULT_PORTS:
        raise RelationsError("Only http and https addresses can be fetched.")
    host = url.raw_host.decode("ascii").rstrip(".")
    if not _is_host(host, alone=bool(_SCHEME.match(written))) or not 0 < (url.port or 1) < 65536:
        raise RelationsError(_wrong(written))
    port = None if url.port == _DEFAULT_PORTS[url.scheme] else url.port
    clean = str(url.copy_with(host=host, port=port, raw_path=url.raw_path or b"/", userinfo=b"", fragment=None))
    if len(clean) > LONGEST:
        raise RelationsError(f"The address has {len(clean):,} characters; at most {LONGEST:,} are kept.")
    return Address(clean, url.username, url.password)


def without_secrets(url: str) -> str:
    """The address without user name and password, fit to be shown; also of a text that is no address."""
    return re.sub(r"(?<=//)[^/?#]*@", "", url, count=1)


def same_server(url: str, other: str) -> bool:
    """Whether what is secret between us and the one may be told to the other: same scheme, host and port."""
    return urlsplit(without_secrets(url))[:2] == urlsplit(without_secrets(other))[:2]


def read_folder(text: str) -> str:
    """``Asia/South`` for `` Asia / South/``; what is longer than 200 characters is cut."""
    names = (" ".join(name.split()) for name in text.split("/"))
    return "/".join(name for name in names if name)[:LONGEST_FOLDER].rstrip("/ ")


def _with_scheme(written: str) -> str:
    if written[:5].lower() == "feed:":
        rest = written[5:]
        return f"http:{rest}" if rest.startswith("//") else _with_scheme(rest)
    if _SCHEME.match(written):
        return written
    return f"https:{written}" if written.startswith("//") else f"https://{written}"


def _is_host(name: str, *, alone: bool) -> bool:
    """alone: whether a name without a dot may be one; hosts inside a network have such."""
    if ":" in name:
        return True  # an IPv6 address, which was checked already
    labels = name.split(".")
    return len(name) <= 253 and (alone or len(labels) > 1) and all(_LABEL.fullmatch(label) for label in labels)


def _wrong(written: str) -> str:
    return f"“{without_secrets(written)[:100]}” is no address. Write a whole one, like {EXAMPLE}."
