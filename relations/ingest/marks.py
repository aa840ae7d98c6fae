"""What kind of text it is and what it says of itself: opinion, live blog, correction, retraction, dateline."""

from __future__ import annotations

import contextlib
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
    *("commentary", "columnist", "columnists", "column", "columns", "letters", "ideas", "blogs", "viewpoint"),
    *("viewpoints", "leaders", "perspectives", "contributors", "guest-essay"),
}
_LIVE_PARTS = {"live", "liveblog", "live-blog", "live-updates", "live-news", "liveticker", "live-coverage", "newsfeed"}
# Feeds put news into such sections too: a summit is about leaders, a note about letters, and some call all a blog.
_NO_SECTIONS = {"leaders", "letters", "blogs", "live", "newsfeed"}
_LIVE_SLUG = re.compile(r"(?:^|-)live-(?:updates?|blog|news|coverage)(?:-|$)|(?:^|-)liveblog(?:-|$)")
# What stands behind a label; a hyphen joins words (letter-bomb), unless there are spaces around it.
_BEHIND_LABEL = r"(?: ?[:|] ?| ?[–—] | - )"
_OPINION_TITLE = re.compile(
    rf"(?:opinion|editorial|op-?ed|commentary|column|viewpoint|letters?){_BEHIND_LABEL}\S|(?-i:COLUMN|COMMENTARY)-\S",
    re.IGNORECASE,
)
_LIVE_TITLE = re.compile(
    rf"(?:live|live ?blog|live updates?){_BEHIND_LABEL}\S|.*\b(?:live updates|live blog)\b|.*\bas it happened\W*$",
    re.IGNORECASE,
)

# In the style of agencies and newspapers. At the start of a line, since news also tells of statements being withdrawn.
_RETRACTION_TITLE = re.compile(
    r"\W*(?:(?:retracted|retraction|withdrawn|story (?:withdrawn|removed)|(?:mandatory|bulletin) kill|(?-i:KILL))"
    rf"(?:{_BEHIND_LABEL}|[\])])|(?-i:RETRACTED|WITHDRAWN)-\S)"
    r"|.*[\[(](?:retracted|withdrawn)[\])]\W*$",
    re.IGNORECASE,
)
_STORY = "(?:article|story|report|item|piece|dispatch|post)"
_THIS = rf"(?:this|the (?:above|earlier|previous)|an earlier version of this) {_STORY}"
# An item may be removed from an agenda, an earlier report withdrawn by a ministry; a story is taken from its readers.
_RETRACTION_TEXT = re.compile(
    r"(?:(?:editor['’]?s['’]? note|note to (?:readers|editors)|retraction|notice)\W{0,5})?"
    r"(?:(?:this|the (?:above|earlier|previous)|an earlier version of this) (?:article|story)(?: \([^)]{0,200}\))?"
    r" (?:has been|was|is)|this (?:report|item|piece|dispatch|post)(?: \([^)]{0,200}\))? has been)"
    r" (?:hereby )?(?:retracted|withdrawn|taken down|removed|killed|unpublished)\b"
    r"(?=\W*$|[.,;:!]| [–—-] | (?:because|as|due|since|and|pending|following|after|for|at|on)\b"
    r"| from (?:our|this|the) (?:\w+ ){0,2}(?:(?:web)?site|archives?|wire|service|publication|record)\b"
    r"| by (?:the|its|our) (?:authors?|editors?|publishers?|news(?:paper|room)|agency)\b)",
    re.IGNORECASE,
)
_CORRECTION_LABEL = r"(?:corrections?(?: and clarifications?)?|corrected|clarifications?|clarified)\b"
_CORRECTION_TITLE = re.compile(
    rf"\W*(?:{_CORRECTION_LABEL}(?:{_BEHIND_LABEL}|[\])]| ?\()|(?-i:CORRECTED|CORRECTION)-\S)", re.IGNORECASE
)
_CORRECTION_TEXT = re.compile(
    # Correction: ..., Corrections (4 March): ..., Correction, March 4: ...
    rf"\W*{_CORRECTION_LABEL}(?:{_BEHIND_LABEL}|[\])]| ?\(|\W*$|,? [^:]{{0,30}}\d[^:]{{0,12}}:)"
    r"|\W*(?:\(corrects|this version corrects)\b"
    r"|\W*editor['’]?s['’]? note\b.{0,200}\b(?:correct|incorrect|error|misstate|misidentif|misspel)"
    rf"|{_THIS} (?:has been|was) (?:corrected|amended|updated to correct|revised to correct)\b"
    rf"|an earlier version of this (?:{_STORY}|headline)\b",
    re.IGNORECASE,
)

_DAY = r"(?i:jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec)[A-Za-z]*\.? \d{1,2}"
_DAY_FIRST = r"\d{1,2} (?i:jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec)[A-Za-z]*\.?"
_WORDS = r"[A-ZÀ-Þ][\w.'’-]+(?:[ /](?:[A-ZÀ-Þ][\w.'’-]*|de|da|do|la|el|al|of)){0,3}(?:, [A-ZÀ-Þ][\w.'’ -]{1,30}){0,2}"
_CAPITALS = r"[A-ZÀ-Þ][A-ZÀ-Þ.'’-]{2,}(?:[ /][A-ZÀ-Þ.'’-]+){0,3}(?:, [A-ZÀ-Þ][\w.'’ -]{1,30}){0,2}"
# KABUL, Sept. 1 (Agency) - or Islamabad, 1 September 2017 (Agency) — at the very start. A place that is not in capitals
# is set off from the day, since a sentence may begin with "Leaders met on 4 March".
_DATELINE = re.compile(
    r"(?!(?:On|In|At|By|Since|From|Until|Till|After|Before|The|As|Last)\b)"
    rf"(?:{_CAPITALS} ?[,:(]? ?|{_WORDS} ?[,:(] ?)(?P<day>(?:{_DAY}|{_DAY_FIRST})(?:,? \d{{4}})?)\b[,.]?"
    r"(?: ?(?:\([^()]{2,40}\)|/[^/]{2,40}/)| [A-Z][\w.]* ?(?=[–—:]|--? )| ?(?:--?(?=\s)|[–—:](?!\d))|\)|(?<=\.) )"
)


def kind_of(link: str, title: str, sections: Iterable[str] = ()) -> str:
    """news, opinion or live, by the address, the title and the names of its sections."""
    parts = [part.lower() for part in urlsplit(link).path.split("/") if part] if link else []
    named = {section.strip().lower().replace(" ", "-") for section in sections} - _NO_SECTIONS
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
    words = found["day"].replace(".", "")
    has_year = re.search(r"\d{4}", words)
    days = []
    for year in (near.year - 1, near.year, near.year + 1):
        # A day that there is not, or not in that year.
        with contextlib.suppress(ValueError, OverflowError):
            days.append(parser.parse(words if has_year else f"{words} {year}").date())
    day = min(days, key=lambda one: abs(one - near.date()), default=None)
    # A story is printed when it is written; what is further away is the day of something else.
    return day if day and abs(day - near.date()) <= dt.timedelta(days=31) else None


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
