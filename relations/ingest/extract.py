"""The story on a web page. To be called in the reading process (reader.py), which can be killed."""

from __future__ import annotations

import json
import logging
import re
from typing import Any

import htmldate
import trafilatura
from lxml import html
from trafilatura.utils import load_html

from relations.ingest.dates import LATEST, ReadDate, read_date
from relations.ingest.items import LONGEST_TEXT, LONGEST_TITLE, PageText
from relations.ingest.marks import marked
from relations.ingest.plain import line_of_html, one_line, paragraphs_of_text
from relations.ingest.walls import wall_in

# Both tell what they could not read as warnings and errors; the page's own words say it better.
for name in ("trafilatura", "htmldate", "courlan", "justext"):
    logging.getLogger(name).setLevel(logging.CRITICAL)

# What both raise for pages that are built strangely enough.
STUMBLES = (ArithmeticError, AssertionError, AttributeError, LookupError, RecursionError, TypeError, ValueError)

# Where pages name their moment of publication, most trustworthy first.
_MOMENTS = (
    "//meta[@property='article:published_time' or @name='article:published_time']/@content",
    "//meta[@itemprop='datePublished' or @property='og:article:published_time' or @name='parsely-pub-date']/@content",
    "//time[@itemprop='datePublished' or @pubdate]/@datetime",
)
_DATA = "//script[@type='application/ld+json']/text()"
_SITE_BEHIND = re.compile(r"\s+[|•»–—-]\s+[^|•»–—-]{2,40}$")


def extract(body: bytes, url: str, content_type: str = "") -> PageText:
    """What a page shows as a story. url: where it was found. Never raises for what a page may hold; see PageText."""
    page = _in_its_encoding(body, content_type)
    tree = load_html(page)
    if tree is None:
        return PageText(title="", text="", published_at=None, wall="The page is empty or no web page.")
    declared = next(iter(tree.xpath("/html/@lang")), "")
    title, date = _title(tree), _date(tree, url)
    # Given the text anew: trafilatura prunes the tree that it is given.
    # The headline is no part of the text, whose first words may be a dateline.
    text = _text(page, url).removeprefix(f"{title}\n\n")
    found = PageText(
        title=title[:LONGEST_TITLE],
        text=text[:LONGEST_TEXT],
        published_at=date.moment,
        date_words=date.words,
        zone_assumed=date.zone_assumed,
        shortened=len(text) > LONGEST_TEXT or len(title) > LONGEST_TITLE,
        wall=wall_in(url, body, title, text),
    )
    return marked(found, declared, _sections(tree), url)


def _in_its_encoding(body: bytes, content_type: str) -> bytes | str:
    """The header's word counts for more than a guess, but less than text that is valid UTF-8."""
    charset = re.search(r"charset\s*=\s*[\"']?([\w.:-]+)", content_type, re.IGNORECASE)
    try:
        return body.decode()
    except UnicodeDecodeError:
        pass
    try:
        return body.decode(charset[1]) if charset else body
    except (LookupError, UnicodeError):
        return body


def _title(tree: html.HtmlElement) -> str:
    for path in ("//meta[@property='og:title']/@content", "//meta[@name='twitter:title']/@content", "//h1", "//title"):
        for node in tree.xpath(path)[:1]:
            title = one_line(node if isinstance(node, str) else node.text_content())
            if path == "//title":
                title = _SITE_BEHIND.sub("", title)
            if title:
                return line_of_html(title)
    return ""


def _text(page: bytes | str, url: str) -> str:
    try:
        text = trafilatura.extract(page, url=url, include_comments=False, output_format="txt")
    except STUMBLES:
        text = None
    return paragraphs_of_text((text or "").replace("\n", "\n\n"))


def _date(tree: html.HtmlElement, url: str) -> ReadDate:
    """The moment that the page names for machines, else the day that it shows."""
    named = [words for path in _MOMENTS for words in tree.xpath(path)]
    for words in [*_published(tree), *named]:
        date = read_date(str(words), url)
        if date.moment is not None:
            return date
    try:
        # Not the extensive search, which takes any date that the story tells of, or the year of the copyright.
        day = htmldate.find_date(
            tree, original_date=True, extensive_search=False, url=url, max_date=LATEST.date().isoformat()
        )
    except STUMBLES:
        day = None
    return read_date(day or "", url)


def _published(tree: html.HtmlElement) -> list[str]:
    found: list[str] = []
    for script in tree.xpath(_DATA)[:10]:
        try:
            _look_for("datePublished", json.loads(script), found)
        except (ValueError, RecursionError):
            continue
    return found[:1]


def _look_for(name: str, data: Any, found: list[str]) -> None:
    if isinstance(data, dict):
        if isinstance(data.get(name), str):
            found.append(data[name])
        for value in data.values():
            _look_for(name, value, found)
    elif isinstance(data, list):
        for value in data:
            _look_for(name, value, found)


def _sections(tree: html.HtmlElement) -> list[str]:
    return [str(words) for words in tree.xpath("//meta[@property='article:section' or @name='section']/@content")][:5]
