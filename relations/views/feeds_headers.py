"""Extra request headers of a feed, as a person writes them: one "Name: value" a line."""

from __future__ import annotations

import re

from relations.errors import RelationsError

MOST = 20
MOST_BYTES = 8 * 1024
# What a visit sets itself, and what belongs to the connection.
OURS = {
    *("host", "connection", "keep-alive", "proxy-connection", "te", "trailer", "transfer-encoding", "upgrade"),
    *("content-length", "content-encoding", "content-type", "accept-encoding", "expect", "range", "via", "cookie2"),
    *("proxy-authenticate", "proxy-authorization"),
}
_NAME = re.compile(r"[!#$%&'*+.^_`|~0-9A-Za-z-]+")
_VALUE = re.compile(r"[\t\x20-\x7e]+")


def read_headers(text: str) -> dict[str, str]:
    """Values by name, in the order of the lines; empty lines are passed over. Raises RelationsError."""
    headers: dict[str, str] = {}
    lines = text.replace("\r\n", "\n").split("\n")
    for number, line in enumerate(lines, 1):
        if not line.strip():
            continue
        name, colon, value = line.strip(" \t").partition(":")
        value = value.strip(" \t")
        if not colon or not _NAME.fullmatch(name):
            raise RelationsError(f"Line {number}: write a header as “Name: value”.")
        if name.lower() == "user-agent":
            raise RelationsError(f"Line {number}: the user agent has a field of its own.")
        if name.lower() in OURS or name.lower().startswith("if-"):
            raise RelationsError(f"Line {number}: {name} is set by each visit itself; leave it out.")
        if not value:
            raise RelationsError(f"Line {number}: {name} has no value.")
        if not _VALUE.fullmatch(value):
            raise RelationsError(
                f"Line {number}: the value of {name} may have letters, digits and signs of ASCII only."
            )
        if name.lower() in (known.lower() for known in headers):
            raise RelationsError(f"Line {number}: {name} stands there twice.")
        headers[name] = value
    if len(headers) > MOST:
        raise RelationsError(f"These are {len(headers)} headers; at most {MOST} can be sent.")
    size = sum(len(name) + len(value) + 4 for name, value in headers.items())
    if size > MOST_BYTES:
        raise RelationsError(f"The headers have {size:,} bytes together; at most {MOST_BYTES:,} can be sent.")
    return headers
