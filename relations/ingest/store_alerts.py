"""Writes of alerts: which feeds fell silent, and which need an admin from when to when.

Each of these is a fixed number of queries, however many feeds there are. Call them in a transaction, one at a time.
"""

from __future__ import annotations

import datetime as dt

from django.db.models import (
    Count,
    DurationField,
    Exists,
    ExpressionWrapper,
    F,
    Max,
    Min,
    OuterRef,
    Q,
    QuerySet,
    Subquery,
    Value,
)
from django.db.models.functions import Coalesce, Greatest

from relations.models import Article, Feed, FeedAlert, FeedKind, FeedState

FAILURES_TO_TELL = 3  # fewer in a row pass by themselves
# A feed is silent after ten times its usual distance between items, but no sooner than a week.
SILENT_AFTER = dt.timedelta(days=7)
SILENT_AFTER_DISTANCES = 10
# The usual distance is that of the last 90 days in which it brought something; fewer items than 5 don't show it.
LOOKED_BACK = dt.timedelta(days=90)
FEWEST_ITEMS = 5
UNKNOWN_DISTANCE = dt.timedelta(days=3)  # so that a feed that never brought much is silent after a month

NEEDS_SOMEONE = Q(state__in=[FeedState.GONE, FeedState.BLOCKED, FeedState.SILENT]) | Q(
    state=FeedState.FAILING, failures__gte=FAILURES_TO_TELL
)
NEEDS_NOBODY = Q(feed__paused=True) | ~Q(feed__kind=FeedKind.POLLED) | Q(feed__state__in=[FeedState.NEW, FeedState.OK])


def notice_silence() -> None:
    """Feeds that answer well but brought nothing for long become silent.

    It is counted until the last visit, not until now: a feed that nobody visited was not silent.
    """
    lately = Article.objects.filter(
        feed=OuterRef("pk"),
        first_seen_at__gt=OuterRef("quiet_since") - LOOKED_BACK,
        published_at__gt=OuterRef("quiet_since") - LOOKED_BACK,
    )
    distance = (
        lately.order_by()
        .values("feed")
        # Moments, not items: what came undated in one visit came at one time.
        .annotate(moments=Count("published_at", distinct=True))
        .filter(moments__gte=FEWEST_ITEMS)
        .values(distance=_duration((Max("published_at") - Min("published_at")) / (F("moments") - 1)))
    )
    usual = _duration(Coalesce(Subquery(distance), Value(UNKNOWN_DISTANCE)))
    silent = (
        _watched()
        .filter(state=FeedState.OK)
        .annotate(quiet_since=Coalesce("last_item_at", "created_at"))
        .filter(last_visit_at__gt=F("quiet_since") + SILENT_AFTER)
        .filter(last_visit_at__gt=F("quiet_since") + _duration(usual * SILENT_AFTER_DISTANCES))
    )
    ids = list(_free(silent).values_list("pk", flat=True))
    Feed.objects.filter(pk__in=ids).update(state=FeedState.SILENT)


def end_alerts(now: dt.datetime) -> int:
    """Close the alerts of feeds that are well again, or that nobody waits for; how many."""
    return (
        FeedAlert.objects.filter(NEEDS_NOBODY, ended_at=None)
        # After the mail that told of it, even where two machines' clocks differ, or none would tell of its end.
        .update(ended_at=Greatest(Value(now), F("mailed_at") + dt.timedelta(microseconds=1)))
    )


def follow_alerts() -> int:
    """Bring the open alerts whose trouble became another one up to date; how many."""
    of_feed = Feed.objects.filter(pk=OuterRef("feed"))
    return (
        FeedAlert.objects.filter(ended_at=None)
        .exclude(state=F("feed__state"), words=F("feed__last_outcome"))
        .update(state=Subquery(of_feed.values("state")), words=Subquery(of_feed.values("last_outcome")))
    )


def begin_alerts(now: dt.datetime) -> int:
    """Open an alert for each feed that needs an admin and has none; how many."""
    open_alert = FeedAlert.objects.filter(feed=OuterRef("pk"), ended_at=None)
    troubled = _free(_watched().filter(NEEDS_SOMEONE).exclude(Exists(open_alert)))
    alerts = [
        FeedAlert(feed=feed, state=feed.state, words=feed.last_outcome, began_at=now)
        for feed in troubled.only("state", "last_outcome")
    ]
    return len(FeedAlert.objects.bulk_create(alerts))


def _watched() -> QuerySet[Feed]:
    return Feed.objects.polled().filter(paused=False).order_by()


def _free(feeds: QuerySet[Feed]) -> QuerySet[Feed]:
    """Without those that a visit is being recorded of, which the next look finds; held for this transaction."""
    return feeds.select_for_update(skip_locked=True, no_key=True)


def _duration(expression: object) -> ExpressionWrapper:
    return ExpressionWrapper(expression, output_field=DurationField())
