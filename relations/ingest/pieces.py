"""What people bring, as articles: a JSON record, a web page, a text. Each becomes an item or is refused in words."""

from __future__ import annotations

import codecs
import json
import re
import textwrap
from collections.abc import Callable
from dataclasses import replace
from pathlib import PurePath
from typing import Any

from relations.errors import RelationsError
from relations.ingest.addresses import read_address
from relations.ingest.dates import ReadDate, read_date
from relations.ingest.items import LONGEST_TEXT, LONGEST_TITLE, PageText, ParsedItem
from relations.ingest.marks import NEWS, marked
from relations.ingest.plain import one_line, paragraphs_of_text, without_illegal
from relations.ingest.raw import identity as known_by
from relations.ingest.reader import read_page_bytes

SHORTEST_TEXT = 20  # characters; what is shorter tells of nothing
LONGEST_HEADLINE = 300  # characters; a longer first line is a paragraph
# A text with a longer line was not wrapped by hand.
LONGEST_WRAPPED = 120
RECORD, HTML, TEXT = "record", "html", "text"

_UTF16 = (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)
_PAGE = re.compile(rb"<(?:!doctype html|html|head|body)\b", re.IGNORECASE)
_DAY = re.compile(r"(?<!\d)(?:19|20)\d\d-\d\d-\d\d(?!\d)")
NO_DATE = ReadDate("", None, False)


class Refused(RelationsError):
    """What was brought is no article, and why."""


def read_piece(kind: str, name: str, body: bytes) -> ParsedItem:
    """The article in a piece. kind: record, html or text. name: of its file. Raises RelationsError."""
    return _READERS[kind](name, body)


# -- JSON records ---------------------------------------------------------------------------------------------------


def _of_record(name: str, body: bytes) -> ParsedItem:
    values = _values(body)
    written_text, markup = _string(values, "text"), _string(values, "html")
    title, language = one_line(_string(values, "title")), _string(values, "language")
    given = _identity_given(values)
    address = _string(values, "url").strip()
    link = read_address(address).url if address else ""
    date = _date_given(values)
    if written_text.strip():
        return item_of_text(written_text, title=title, link=link, identity=given, date=date, language=language)
    if markup.strip():
        page = read_page_bytes(_whole(markup.encode(errors="replace")), link, "text/html; charset=utf-8")
        return item_of_page(page, title=title, link=link, identity=given, date=date, language=language)
    raise Refused("It has no text: put the story into “text”, or its web page into “html”.")


def _values(body: bytes) -> dict[str, Any]:
    try:
        values = json.loads(body.decode())
    except UnicodeDecodeError:
        raise Refused("It is not written in UTF-8.") from None
    except json.JSONDecodeError as error:
        raise Refused(f"It is not JSON: {error.msg} at character {error.pos + 1:,}.") from None
    except (ValueError, RecursionError):
        raise Refused("It is not JSON that can be read: a number is too long or it is nested too deeply.") from None
    if not isinstance(values, dict):
        raise Refused('It is JSON but no record, which has named values: {"text": "...", "title": "..."}.')
    return values


def _string(values: dict[str, Any], name: str) -> str:
    """The value of that name; empty where there is none."""
    value = values.get(name)
    if value is None:
        return ""
    if not isinstance(value, str):
        raise Refused(f"Its “{name}” is not a text in quotation marks but {_shown(value)}.")
    return value


def _identity_given(values: dict[str, Any]) -> str:
    value = values.get("id")
    if isinstance(value, int) and not isinstance(value, bool):
        return str(value)
    return without_illegal(_string(values, "id")).strip()


def _date_given(values: dict[str, Any]) -> ReadDate:
    words = _string(values, "published_at") or _string(values, "date")
    if not words.strip():
        return NO_DATE
    read = read_date(one_line(words))
    if read.moment is None:
        raise Refused(
            f"Its date, “{_shown(words)}”, can't be read. Write it as 2017-09-01, or with the time as "
            "2017-09-01T14:30:00Z."
        )
    return read


def _shown(value: object) -> str:
    return textwrap.shorten(one_line(value if isinstance(value, str) else json.dumps(value)), 60, placeholder="…")


# -- files ----------------------------------------------------------------------------------------------------------


def _of_page(name: str, body: bytes) -> ParsedItem:
    return item_of_page(read_page_bytes(_whole(body), "", "text/html"), name=name)


def _whole(markup: bytes) -> bytes:
    """A page; where it is only the story's part of one, that part alone on a page."""
    if not markup.strip() or markup.startswith(_UTF16) or _PAGE.search(markup[:4096]):
        return markup
    return b"<!doctype html><html><body><article>" + markup + b"</article></body></html>"


def _of_text(name: str, body: bytes) -> ParsedItem:
    title, text = headed(_decoded(body))
    return item_of_text(text, title=title or PurePath(name).stem, date=_day_of_name(name))


def _decoded(body: bytes) -> str:
    try:
        return body.decode("utf-16" if body.startswith(_UTF16) else "utf-8-sig")
    except UnicodeDecodeError:
        raise Refused("It is not written in UTF-8. Save it again as UTF-8.") from None


def headed(text: str) -> tuple[str, str]:
    """Title and text: the first line is a title where an empty line follows it; otherwise the title is empty."""
    lines = text.strip().splitlines()
    if len(lines) > 2 and not lines[1].strip() and len(lines[0]) <= LONGEST_HEADLINE:
        return one_line(lines[0]), "\n".join(lines[2:])
    return "", text


def _day_of_name(name: str) -> ReadDate:
    found = _DAY.search(PurePath(name).name)
    return read_date(found[0]) if found else NO_DATE


# -- items ----------------------------------------------------------------------------------------------------------


def item_of_text(
    text: str,
    *,
    title: str = "",
    link: str = "",
    identity: str = "",
    date: ReadDate = NO_DATE,
    language: str = "",
) -> ParsedItem:
    """An item of a plain text. identity: empty for its address or else its words. language: as it is said to be.

    Raises Refused for a text that is too short.
    """
    text = paragraphs(text)
    if len(text) < SHORTEST_TEXT:
        raise Refused(f"Its text is too short: {len(text)} characters; an article has at least {SHORTEST_TEXT}.")
    title = title or textwrap.shorten(text[:1000], 100, placeholder=" …")
    item = ParsedItem(
        identity=known_by(identity, link or f"{title}\n{text}"),
        link=link,
        title=title[:LONGEST_TITLE],
        text=text[:LONGEST_TEXT],
        published_at=date.moment,
        date_words=date.words,
        zone_assumed=date.zone_assumed,
        shortened=len(title) > LONGEST_TITLE or len(text) > LONGEST_TEXT,
    )
    return marked(item, language)


def item_of_page(
    page: PageText,
    *,
    name: str = "",
    title: str = "",
    link: str = "",
    identity: str = "",
    date: ReadDate = NO_DATE,
    language: str = "",
) -> ParsedItem:
    """An item of what was read on a web page; what is given beside the page goes before what the page says of itself.

    name: of its file, for a page that names neither title nor date. Raises Refused for a page without a story.
    """
    if page.wall or len(page.text) < SHORTEST_TEXT:
        raise Refused(page.wall or "No story could be made out on this page.")
    if date.moment is None:
        date = ReadDate(page.date_words, page.published_at, page.zone_assumed)
    if date.moment is None:
        date = _day_of_name(name)
    title = title or page.title or PurePath(name).stem or textwrap.shorten(page.text[:1000], 100, placeholder=" …")
    item = ParsedItem(
        identity=known_by(identity, link or f"{title}\n{page.text}"),
        link=link,
        title=title[:LONGEST_TITLE],
        text=page.text,
        published_at=date.moment,
        date_words=date.words,
        zone_assumed=date.zone_assumed,
        shortened=page.shortened or len(title) > LONGEST_TITLE,
    )
    item = marked(item, language or page.language)
    # The page may also have named its section.
    return item if page.kind == NEWS else replace(item, kind=page.kind)


def paragraphs(text: str) -> str:
    """Its paragraphs, with an empty line between two, whether the text has such lines itself or long ones only."""
    lines = text.splitlines()
    if any(len(line) > LONGEST_WRAPPED for line in lines):
        return paragraphs_of_text("\n\n".join(lines))
    return paragraphs_of_text("\n".join(lines))


_READERS: dict[str, Callable[[str, bytes], ParsedItem]] = {RECORD: _of_record, HTML: _of_page, TEXT: _of_text}
