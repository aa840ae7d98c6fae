"""What is done to a feed's bytes before a parser sees them: no illegal characters, one encoding, not too many items."""

from __future__ import annotations

import codecs
import datetime as dt
import re
from collections.abc import Iterator
from email.utils import parsedate_to_datetime

from relations.ingest.items import MOST_ITEMS

# A parser of feeds takes a third of a millisecond for each item, and some feeds show all that they ever had.
TRIMMED_FROM = 2_000  # items

# How text in wide characters begins: with a mark of its own or with the first sign of XML or JSON; longer ones first.
_WIDE = {
    **dict.fromkeys((codecs.BOM_UTF32_BE, codecs.BOM_UTF32_LE), "utf-32"),
    **dict.fromkeys((codecs.BOM_UTF16_BE, codecs.BOM_UTF16_LE), "utf-16"),
    **{sign.encode(wide): wide for wide in ("utf-32-be", "utf-32-le", "utf-16-be", "utf-16-le") for sign in "<{"},
}
# Python's own, in which no feed is written; they fail on bytes that are none of theirs, or take for ever.
_NO_ENCODINGS = {"idna", "punycode", "unicode-escape", "raw-unicode-escape"}
_CONTROLS = bytes(code for code in range(32) if code not in b"\t\n\r")
_REFERENCE = re.compile(rb"&#(?:[xX]([0-9a-fA-F]{1,8})|([0-9]{1,10}));")
_ITEM_START = re.compile(rb"<(?:[\w.-]+:)?(?:item|entry)(?=[\s>])")
_ITEM_EDGE = re.compile(
    rb"<(?:(?P<start>(?:[\w.-]+:)?(?:item|entry))(?=[\s>])|/(?P<end>(?:[\w.-]+:)?(?:item|entry))\s*>)"
)
_DATE = re.compile(
    rb"<(?:[\w.-]+:)?(?:pubDate|published|updated|date)\b[^<>]*>\s*(?:<!\[CDATA\[)?\s*([^<\]]{4,60})", re.IGNORECASE
)
_XML_DECLARATION = re.compile(rb"\s*<\?xml[^>]*?encoding\s*=\s*[\"']([\w.:-]+)[\"']", re.IGNORECASE)


def readable(body: bytes, content_type: str) -> tuple[bytes, str]:
    """The body without what no XML may hold, and the encoding that it is in.

    Wide characters become UTF-8, as all that follows looks at bytes.
    """
    declared = _charset(content_type) or (found[1].decode() if (found := _XML_DECLARATION.match(body)) else "")
    wide = next((encoding for start, encoding in _WIDE.items() if body.startswith(start)), None)
    if wide is None and declared.lower().startswith("iso-2022-") and _is_encoding(declared):
        wide = declared  # not wide, but its escapes are control characters
    if wide is not None:
        body = body.decode(wide, errors="replace").encode()
    body = body.removeprefix(b"\xef\xbb\xbf").translate(None, _CONTROLS)
    body = _REFERENCE.sub(lambda found: found[0] if _is_legal(found) else b"", body)
    # Text that is valid UTF-8 is UTF-8, whatever the server and the feed itself say.
    try:
        body.decode()
        return body, "utf-8"
    except UnicodeDecodeError:
        pass
    if declared.lower() in ("utf-8", "utf8") or not _is_encoding(declared):
        mended = body.decode(errors="replace")
        damaged = mended.count("\ufffd")
        # Bad bytes amid good characters are damage: what is no UTF-8 seldom looks like it. Where most are bad it is
        # another encoding.
        if damaged <= sum(map(len, re.findall("[^\x00-\x7f]+", mended))) - damaged:
            return mended.encode(), "utf-8"
        return body, "windows-1252"
    return body, declared


def _charset(content_type: str) -> str:
    found = re.search(r"charset\s*=\s*[\"']?([\w.:-]+)", content_type, re.IGNORECASE)
    return found[1] if found else ""


def _is_encoding(name: str) -> bool:
    try:
        b" ".decode(name, "replace")
        return codecs.lookup(name).name not in _NO_ENCODINGS
    except (LookupError, ValueError):
        return False


def _is_legal(reference: re.Match[bytes]) -> bool:
    code = int(reference[1], 16) if reference[1] else int(reference[2])
    return code in (9, 10, 13) or 0x20 <= code < 0xD800 or 0xE000 <= code < 0xFFFE or 0x10000 <= code < 0x110000


def newest_only(body: bytes) -> tuple[bytes, int]:
    """The body without older items where there are very many, and how many were left out."""
    # Counted first: an entry may come again and again inside another, and then nothing is gained by looking for ends.
    if len(_ITEM_START.findall(body)) < TRIMMED_FROM:
        return body, 0
    spans = [(start, end, _moment(body[start:end])) for start, end in _items(body)]
    if len(spans) <= MOST_ITEMS:
        return body, 0
    # Items without a date may be new, so they come first; among equals the feed's own order stands.
    kept = {span[:2] for span in sorted(spans, key=lambda span: -span[2])[:MOST_ITEMS]}
    pieces, at = [], 0
    for start, end, _ in spans:
        pieces.append(body[at:end] if (start, end) in kept else body[at:start])
        at = end
    return b"".join([*pieces, body[at:]]), len(spans) - len(kept)


def _items(body: bytes) -> Iterator[tuple[int, int]]:
    """Where each item starts and ends. Edge by edge, as looking for the end of each would take for ever where there is
    none."""
    opened: re.Match[bytes] | None = None
    for edge in _ITEM_EDGE.finditer(body):
        if opened is None and edge["start"]:
            opened = edge
        elif opened is not None and edge["end"] == opened["start"]:
            yield opened.start(), edge.end()
            opened = None


def _moment(item: bytes) -> float:
    found = _DATE.search(item)
    return moment_of(found[1].decode("ascii", "replace").strip()) if found else float("inf")


def moment_of(words: str) -> float:
    """Seconds of a date in one of the two usual forms; infinite for any other and for none. Quick, to sort by."""
    try:
        moment = dt.datetime.fromisoformat(words) if words[:4].isdigit() else parsedate_to_datetime(words)
        return (moment if moment.tzinfo else moment.replace(tzinfo=dt.UTC)).timestamp()
    except (ValueError, OverflowError):
        return float("inf")
