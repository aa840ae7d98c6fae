"""What is done to a feed's bytes before a parser sees them: no illegal characters, one encoding, not too many items."""

from __future__ import annotations

import datetime as dt
import re
from email.utils import parsedate_to_datetime

from relations.ingest.items import MOST_ITEMS

# A parser of feeds takes a third of a millisecond for each item, and some feeds show all that they ever had.
TRIMMED_FROM = 2_000  # items

_UTF16_OR_32 = (b"\xff\xfe", b"\xfe\xff", b"\x00\x00\xfe\xff", b"<\x00", b"\x00<", b"\x00\x00\x00<")
_CONTROLS = bytes(code for code in range(32) if code not in b"\t\n\r")
_REFERENCE = re.compile(rb"&#(?:[xX]([0-9a-fA-F]{1,8})|([0-9]{1,10}));")
_ITEM = re.compile(rb"<(item|entry)(?=[\s>]).*?</\1\s*>", re.DOTALL)
_DATE = re.compile(
    rb"<(?:pubDate|published|updated|dc:date)\b[^>]*>\s*(?:<!\[CDATA\[)?\s*([^<\]]{4,60})", re.IGNORECASE
)
_XML_DECLARATION = re.compile(rb"\s*<\?xml[^>]*?encoding\s*=\s*[\"']([\w.:-]+)[\"']", re.IGNORECASE)


def readable(body: bytes, content_type: str) -> tuple[bytes, str]:
    """The body without what no XML may hold, and the encoding that it is in; empty where the parser must find out."""
    if body.startswith(_UTF16_OR_32):
        return body, "utf-16" if body[:2] in (b"\xff\xfe", b"\xfe\xff") and body[2:4] != b"\x00\x00" else ""
    body = body.removeprefix(b"\xef\xbb\xbf").translate(None, _CONTROLS)
    body = _REFERENCE.sub(lambda found: found[0] if _is_legal(found) else b"", body)
    if body.isascii():
        return body, _charset(content_type)
    # Text that is valid UTF-8 is UTF-8, whatever the server and the feed itself say.
    try:
        body.decode()
        return body, "utf-8"
    except UnicodeDecodeError:
        pass
    declared = _charset(content_type) or (found[1].decode() if (found := _XML_DECLARATION.match(body)) else "")
    if declared.lower() in ("", "utf-8", "utf8"):
        mended = body.decode(errors="replace")
        damaged = mended.count("\ufffd")
        # A few bad bytes amid good ones are damage. Where most are bad it is another encoding.
        if damaged * 4 <= sum(map(len, re.findall("[^\x00-\x7f]+", mended))) - damaged:
            return mended.encode(), "utf-8"
        return body, "windows-1252"
    return body, declared


def _charset(content_type: str) -> str:
    found = re.search(r"charset\s*=\s*[\"']?([\w.:-]+)", content_type, re.IGNORECASE)
    return found[1] if found else ""


def _is_legal(reference: re.Match[bytes]) -> bool:
    code = int(reference[1], 16) if reference[1] else int(reference[2])
    return code in (9, 10, 13) or 0x20 <= code < 0xD800 or 0xE000 <= code < 0xFFFE or 0x10000 <= code < 0x110000


def newest_only(body: bytes) -> tuple[bytes, int]:
    """The body without older items where there are very many, and how many were left out."""
    # Counted first: an entry may come again and again inside another, and then nothing is gained by looking for ends.
    if body.count(b"<item") + body.count(b"<entry") < TRIMMED_FROM:
        return body, 0
    spans = [(found.start(), found.end(), _moment(found[0])) for found in _ITEM.finditer(body)]
    if len(spans) <= MOST_ITEMS:
        return body, 0
    # Items without a date may be new, so they come first; among equals the feed's own order stands.
    kept = {span[:2] for span in sorted(spans, key=lambda span: -span[2])[:MOST_ITEMS]}
    pieces, at = [], 0
    for start, end, _ in spans:
        pieces.append(body[at:end] if (start, end) in kept else body[at:start])
        at = end
    return b"".join([*pieces, body[at:]]), len(spans) - len(kept)


def _moment(item: bytes) -> float:
    """Seconds of the date that an item names; infinite where it names none that can be read."""
    found = _DATE.search(item)
    if found is None:
        return float("inf")
    words = found[1].decode("ascii", "replace").strip()
    try:
        moment = dt.datetime.fromisoformat(words) if words[:4].isdigit() else parsedate_to_datetime(words)
        return (moment if moment.tzinfo else moment.replace(tzinfo=dt.UTC)).timestamp()
    except (ValueError, OverflowError):
        return float("inf")
