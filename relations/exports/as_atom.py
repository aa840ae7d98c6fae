"""An Atom feed (RFC 4287) of anything, for feed readers that subscribe to it."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Iterable
from dataclasses import dataclass, replace
from html import escape
from typing import Any

from django.utils.feedgenerator import Atom1Feed

CONTENT_TYPE = "application/atom+xml; charset=utf-8"
# Characters that XML may not hold, even escaped.
_UNFIT = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x84\x86-\x9f\ud800-\udfff\ufffe\uffff]+")


@dataclass(frozen=True, slots=True)
class Entry:
    """One entry. id: an IRI that stays the same for ever. link: a whole address. summary: plain text, with its lines.

    updated, published: with a time zone.
    """

    id: str
    title: str
    link: str
    updated: dt.datetime
    published: dt.datetime
    summary: str = ""
    categories: tuple[str, ...] = ()


class _Feed(Atom1Feed):
    """Its time is the one it is given: Django would take now where there is no entry, and each reading would differ."""

    def latest_post_date(self) -> dt.datetime:
        updated: dt.datetime = self.feed["updated"]
        return updated


def atom(
    title: str, link: str, self_link: str, updated: dt.datetime, entries: Iterable[Entry], feed_id: str = ""
) -> bytes:
    """The feed's bytes. link: the page that it is of; self_link: the feed's own address, both whole.

    feed_id: the feed's IRI, where the page's address is not to be it.
    """
    feed = _Feed(
        title=_fit(title),
        link=link,
        description="",
        language="en",
        feed_url=self_link,
        feed_guid=feed_id or link,
        author_name="Dyad",
        updated=updated,
    )
    for entry in map(_fit_entry, entries):
        feed.add_item(
            title=entry.title,
            link=entry.link,
            description=_as_html(entry.summary),
            unique_id=entry.id,
            updateddate=entry.updated,
            pubdate=entry.published,
            categories=entry.categories,
        )
    content: Any = feed.writeString("utf-8")
    return content.encode() if isinstance(content, str) else content


def _fit_entry(entry: Entry) -> Entry:
    return replace(
        entry,
        title=_fit(entry.title),
        summary=_UNFIT.sub(" ", entry.summary),
        categories=tuple(map(_fit, entry.categories)),
    )


def _fit(text: str) -> str:
    """On one line, as XML may hold it."""
    return " ".join(_UNFIT.sub(" ", text).split())


def _as_html(text: str) -> str:
    """Django marks summaries as HTML, so what is plain must be written as such."""
    return "<br>".join(escape(line) for line in text.splitlines())
