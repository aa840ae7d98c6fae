"""Events as an Atom feed (RFC 4287), for feed readers that subscribe to a view."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterable

from relations.exports.as_atom import CONTENT_TYPE, Entry, atom
from relations.queries.event_rows import EventRow

__all__ = ["CONTENT_TYPE", "events_as_atom"]
# When a feed without entries was last changed: never.
BEFORE_ALL = dt.datetime(1970, 1, 1, tzinfo=dt.UTC)


def events_as_atom(
    rows: Iterable[EventRow], title: str, page: str, own_path: str, absolute: Callable[[str], str]
) -> bytes:
    """The feed. page: path of the view that it shows. own_path: its own, without what is private in it.

    An entry's id stays; whatever changes an event changes its time.
    """
    entries = [_entry(row, absolute(row.path)) for row in rows]
    updated = max((entry.updated for entry in entries), default=BEFORE_ALL)
    return atom(title, absolute(page), absolute(own_path), updated, entries)


def _entry(row: EventRow, url: str) -> Entry:
    words = row.words
    status = f" [{words.status_words}]" if words.status_words else ""
    told = [f"{row.sentence} ({row.feed})"] if row.sentence else []
    return Entry(
        id=url,
        title=f"{words.date}: {words.type}, {words.who} {words.link} {words.whom}{status}",
        link=url,
        updated=row.updated_at,
        published=row.created_at,
        summary="\n".join([*told, f"{words.sources}, probability {words.confidence}"]),
        categories=(words.type, words.group),
    )
