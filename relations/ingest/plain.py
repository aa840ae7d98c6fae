"""Plain text out of what feeds carry: HTML of every quality, entities escaped twice, characters no text may have."""

from __future__ import annotations

import html
import re
from collections.abc import Iterable

import nh3

# Tags that end a paragraph; every other tag goes, its text stays. <br> is one of them because feeds write paragraphs
# as <br><br>, and a sentence cut in two is less harm than two sentences run together.
BLOCK_TAGS = {
    *("address", "article", "aside", "blockquote", "br", "caption", "dd", "details", "div", "dl", "dt", "fieldset"),
    *("figcaption", "figure", "footer", "form", "h1", "h2", "h3", "h4", "h5", "h6", "header", "hr", "li", "main"),
    *("nav", "ol", "p", "pre", "section", "summary", "table", "tbody", "td", "tfoot", "th", "thead", "tr", "ul"),
}
# What stands in these is no text. nh3 knows the first two itself; browsers read the insides of the others as one text
# with the tags in it, and what is meant for those without script repeats what stands beside it.
HIDDEN_TAGS = {*("script", "style"), *("noscript", "iframe", "noembed", "noframes", "template", "textarea", "title")}
_TAG = re.compile(r"<[^>]*>")
_EMPTY_LINE = re.compile(r"\n[ \t\r]*\n")
# PostgreSQL stores no NUL, UTF-8 no surrogates and XML none of the rest, and articles are exported as XML.
_ILLEGAL = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


def without_illegal(text: str) -> str:
    return _ILLEGAL.sub("", text)


def one_line(text: str) -> str:
    """Text without line breaks, runs of spaces and illegal characters."""
    return " ".join(without_illegal(text).split())


def line_of_html(markup: str) -> str:
    """All text of a piece of HTML on one line: for titles."""
    return one_line(html.unescape(nh3.clean(markup, tags=set(), attributes={}, clean_content_tags=HIDDEN_TAGS)))


def paragraphs_of_html(markup: str) -> str:
    """Its paragraphs as plain text, with an empty line between two."""
    clean = nh3.clean(markup, tags=BLOCK_TAGS, attributes={}, clean_content_tags=HIDDEN_TAGS)
    # Only tags are written with < and > now: nh3 escapes both in text and wherever else they stand.
    pieces = _TAG.split(clean) if _TAG.search(clean) else _EMPTY_LINE.split(clean)
    return _joined(map(html.unescape, pieces))


def paragraphs_of_text(text: str) -> str:
    """The same for text that never was HTML."""
    return _joined(_EMPTY_LINE.split(text))


def _joined(pieces: Iterable[str]) -> str:
    return "\n\n".join(line for line in map(one_line, pieces) if line)
