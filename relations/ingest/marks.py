"""What kind of text it is and what it says of itself: opinion, live blog, correction, retraction, dateline."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Iterable
from dataclasses import replace
from typing import NamedTuple, TypeVar
from urllib.parse import urlsplit

from dateutil import parser

from relations.ingest.items import PageText, ParsedItem
from relations.ingest.language import language_of
from relations.ingest.similar import sketch

Text = TypeVar("Text", ParsedItem, PageText)

NEWS, OPINION, LIVE = "news", "opinion", "live"
LONGEST_NOTE = 300  # characters of what is quoted of a correction or retraction
LONGEST_DATELINE = 120  # characters from the start of the text

# Parts of an address or names of sections, whole ones only: /opinions/x, not /public-opinion-poll/.
_OPINION_PARTS = {
    *("opinion", "opinions", "editorial", "editorials", "op-ed", "op-eds", "oped", "comment", "commentisfree"),
    *("commentary", "columnist", "columnists", "column", "columns", "letters", "ideas", "blog", "blogs", "viewpoint"),
    *("viewpoints", "leaders", "perspectives", "contributors", "guest-essay"),
}
_LIVE_PARTS = {"live", "liveblog", "live-blog", "live-updates", "live-news", "liveticker", "live-coverage", "newsfeed"}
_LIVE_SLUG = re.compile(r"(?:^|-)live-(?:updates?|blog|news|coverage)(?:-|$)|(?:^|-)liveblog(?:-|$)")
_OPINION_TITLE = re.compile(
    r"(?:opinion|editorial|op-?ed|commentary|column|viewpoint|letters?) ?[:|–—-] ?\S", re.IGNORECASE
)
_LIVE_TITLE = re.compile(
    r"(?:live|live ?blog|live updates?)(?: ?[:|–—] ?| - )\S|.*\b(?:live updates|as it happened|live blog)\b",
    re.IGNORECASE,
)

# In the style of agencies and newspapers. At the start of a line, since news also tells of statements being withdrawn.
_RETRACTION_TITLE = re.compile(
    r"(?:\W*(?:retracted|retraction|withdrawn|story (?:withdrawn|removed)|(?:mandatory |bulletin )?kill)\b ?[:\]|–—-]"
    r"|.*[\[(](?:retracted|withdrawn)[\])]\W*$)",
    re.IGNORECASE,
)
_STORY = "(?:article|story|report|item|piece|dispatch|post)"
_THIS = rf"(?:this|the (?:above|earlier|previous)|an earlier version of this) {_STORY}"
_RETRACTION_TEXT = re.compile(
    rf"(?:(?:editor['’]?s['’]? note|note to (?:readers|editors)|retraction|notice)\W{{0,4}}\s*)?{_THIS}(?: \([^)]*\))?"
    r" (?:has been|was|is|have been) (?:hereby )?(?:retracted|withdrawn|taken down|removed|killed|unpublished)\b",
    re.IGNORECASE,
)
_CORRECTION_TITLE = re.compile(r"\W*(?:correction|corrected|clarification|clarified)\b ?[:\]|(–—-]", re.IGNORECASE)
_CORRECTION_TEXT = re.compile(
    r"\W*(?:correction|corrected|clarification|correction and clarification|\(corrects|this version corrects)\b"
    r"|\W*editor['’]?s['’]? note\b.{0,200}\b(?:correct|incorrect|error|misstate|misidentif|misspel)"
    rf"|{_THIS} (?:has been|was) (?:corrected|amended|updated to correct|revised to correct)\b"
    rf"|an earlier version of this (?:{_STORY}|headline)\b",
    re.IGNORECASE,
)

_MONTHS = "jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec"
# KABUL, Sept. 1 (Agency) - or ISLAMABAD, 1 September 2017 (Agency) — at the very start.
_DATELINE = re.compile(
    r"(?:[A-Z][\w.'’-]+(?:[ /][A-Z][\w.'’-]*){0,3}(?:, [A-Z][\w.'’ -]{1,30}){0,2})[,:(]? ?"
    rf"(?P<day>(?:(?:{_MONTHS})[a-z]*\.? \d{{1,2}}|\d{{1,2}} (?:{_MONTHS})[a-z]*\.?)(?:,? \d{{4}})?)"
    r"[,.]? ?(?:\([^)]{2,40}\)|/[^/]{2,40}/|[A-Z][\w.]*)? ?(?:[-–—:./]|\))",
    re.IGNORECASE,
)


def kind_of(link: str, title: str, sections: Iterable[str] = ()) -> str:
    """news, opinion or live, by the address, the title and the names of its sections."""
    parts = [part.lower() for part in urlsplit(link).path.split("/") if part] if link else []
    named = {section.strip().lower().replace(" ", "-") for section in sections}
    if not _LIVE_PARTS.isdisjoint({*parts[:-1], *named}) or any(map(_LIVE_SLUG.search, parts[-1:])):
        return LIVE
    if _LIVE_TITLE.match(title):
        return LIVE
    if not _OPINION_PARTS.isdisjoint({*parts[:-1], *named}) or _OPINION_TITLE.match(title):
        return OPINION
    return NEWS


class Notes(NamedTuple):
    """What a text says of itself, in its own words; empty where it says nothing."""

    correction: str
    retraction: str


def notes(title: str, text: str) -> Notes:
    """Whether the text says that it was corrected, or that it is taken back altogether."""
    lines = text.split("\n\n")
    # Such notes stand first or last; a sentence like it amid a story is what the story tells of.
    edges = lines if len(lines) <= 6 else [*lines[:3], *lines[-3:]]
    retraction = title if _RETRACTION_TITLE.match(title) else _first(_RETRACTION_TEXT, edges)
    correction = title if _CORRECTION_TITLE.match(title) else _first(_CORRECTION_TEXT, edges)
    return Notes(correction[:LONGEST_NOTE], retraction[:LONGEST_NOTE])


def _first(pattern: re.Pattern[str], lines: Iterable[str]) -> str:
    return next((line for line in lines if pattern.match(line)), "")


def dateline_of(text: str, near: dt.datetime | None) -> dt.date | None:
    """The day in the dateline at the start of the text: that the story says it was written. Without a year it is the
    one nearest to ``near``; None where there is no such day."""
    found = _DATELINE.match(text[:LONGEST_DATELINE])
    if found is None or near is None:
        return None
    try:
        day = parser.parse(found["day"].replace(".", ""), default=dt.datetime(near.year, 1, 1)).date()
        if not re.search(r"\d{4}", found["day"]):
            years = (day.replace(year=near.year + step) for step in (-1, 0, 1))
            day = min(years, key=lambda one: abs(one - near.date()))
    except (ValueError, OverflowError):
        return None
    # A story is printed when it is written; what is further away is the day of something else.
    return day if abs(day - near.date()) <= dt.timedelta(days=31) else None


def marked(text: Text, declared_language: str = "", sections: Iterable[str] = (), link: str = "") -> Text:
    """The same with all that its title and text say of it filled in.

    declared_language: as the feed or page names it. link: where it has none of its own, the page's address.
    """
    said = notes(text.title, text.text)
    return replace(
        text,
        kind=kind_of(link or getattr(text, "link", ""), text.title, sections),
        language=language_of(f"{text.title}\n{text.text}", declared_language),
        dateline_on=dateline_of(text.text, text.published_at),
        correction=said.correction,
        retraction=said.retraction,
        sketch=sketch(text.text),
    )
