"""Lists of feeds taken in: all that are new are added at once, and every row is accounted for."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass

from django.contrib.auth.models import User
from django.db import IntegrityError, transaction
from tenacity import retry, retry_if_exception_type, stop_after_attempt

from relations.ingest.addresses import Address
from relations.ingest.opml import OpmlRow, read_opml
from relations.ingest.run_feed_changes import new_feed
from relations.models import Feed, registrable_domain

# Feeds that are added together are not all due together.
SPREAD_OVER = dt.timedelta(minutes=30)


@dataclass(frozen=True, slots=True)
class Imported:
    """What became of the rows of a list. known: also those that stand in it twice."""

    added: int
    known: int
    refused: tuple[OpmlRow, ...]  # each with its problem

    @property
    def rows(self) -> int:
        return self.added + self.known + len(self.refused)


def import_opml(body: bytes, added_by: User, now: dt.datetime) -> Imported:
    """Add the feeds of a list that are not known yet. Two queries, however many they are.

    Raises RelationsError for what is no list of feeds, or too large a one.
    """
    rows = read_opml(body)
    named = [row for row in rows if not row.problem]
    added = _add(named, added_by, now)
    return Imported(added, len(named) - added, tuple(row for row in rows if row.problem))


# Someone else may add one of them at the same moment; then it is looked again what is known.
@retry(retry=retry_if_exception_type(IntegrityError), stop=stop_after_attempt(3), reraise=True)
@transaction.atomic
def _add(rows: Sequence[OpmlRow], added_by: User, now: dt.datetime) -> int:
    by_address = {row.url: row for row in reversed(rows)}  # of two rows the first counts
    known = set(Feed.objects.filter(url__in=by_address).values_list("url", flat=True))
    new = [row for row in rows if row.url not in known and by_address[row.url] is row]
    feeds = []
    for place, row in enumerate(new):
        address = Address(row.url, row.user, row.password)
        due_at = now + SPREAD_OVER * (place / len(new))
        feed = new_feed(address, title=row.title, folder=row.folder, added_by=added_by, due_at=due_at)
        # What Feed.save would do.
        feed.domain = registrable_domain(feed.url)
        feed.site_url = row.site_url
        feeds.append(feed)
    return len(Feed.objects.bulk_create(feeds))
