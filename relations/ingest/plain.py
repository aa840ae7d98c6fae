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
# Browsers read what stands in these as one text with the tags in it. It is none of the story: what is meant for those
# without script repeats what stands beside it.
RAW_TAGS = ("noscript", "iframe", "noembed", "noframes", "textarea", "title", "template")
HIDDEN_TAGS = {"script", "style", *RAW_TAGS}
_TAG = re.compile(r"<[^>]*>")
_EMPTY_LINE = re.compile(r"\n[ \t\r]*\n")
# PostgreSQL stores no NUL, UTF-8 no surrogates and XML none of the rest, and articles are exported as XML.
_ILLEGAL = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


def without_illegal(text: str) -> str:
    return _ILLEGAL.sub("", text)


def one_line(text: str) -> str:
    """Text without line breaks, runs of spaces and illegal characters."""
    return " ".join(without_illegal(text).split())


def _cleaned(markup: str, tags: set[str]) -> str:
    """HTML with only these tags, without attributes."""
    small = markup.lower()
    for tag in RAW_TAGS:
        # Never closed, it would swallow the rest of the story.
        if f"<{tag}" in small and f"</{tag}" not in small:
            markup = re.sub(f"<{tag}\\b[^<>]*>", "", markup, flags=re.IGNORECASE)
    return nh3.clean(markup, tags=tags, attributes={}, clean_content_tags=HIDDEN_TAGS)


def line_of_html(markup: str) -> str:
    """All text of a piece of HTML on one line: for titles."""
    return one_line(html.unescape(_cleaned(markup, set())))


def paragraphs_of_html(markup: str) -> str:
    """Its paragraphs as plain text, with an empty line between two."""
    clean = _cleaned(markup, BLOCK_TAGS)
    # Only tags are written with < and > now: nh3 escapes both in text and wherever else they stand.
    pieces = _TAG.split(clean) if _TAG.search(clean) else _EMPTY_LINE.split(clean)
    return _joined(map(html.unescape, pieces))


def paragraphs_of_text(text: str) -> str:
    """The same for text that never was HTML."""
    return _joined(_EMPTY_LINE.split(text))


def _joined(pieces: Iterable[str]) -> str:
    return "\n\n".join(line for line in map(one_line, pieces) if line)
