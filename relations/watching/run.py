"""Watching: what was scored since the last look is compared with what watches wait for, then people are told by mail.

A look writes what it saw in the transaction of the alerts that follow from it, so that nothing is told twice or missed
wherever it is cut off. Watches that concern a score hold their pair, so that score and events belong together.
"""

from __future__ import annotations

import datetime as dt

from django.db import transaction
from django.db.models import QuerySet
from django.utils import timezone

from relations.models import CountryPair, Dataset, PairDay, Watch, WatchAlert, current_formula
from relations.models.watches import Watches
from relations.watching import store
from relations.watching.run_mail import send_due_mails

KEPT_FOR = dt.timedelta(days=365)
MOST_KEPT = 500  # of one watch
# For as long the newest are kept anyway: by them a watch knows what it has told, longer than anything is news.
KEPT_ANYWAY = dt.timedelta(days=60)


def watch_pairs(now: dt.datetime | None = None) -> int:
    """Look at all watches whose pairs were scored since they looked, and send the mails that are due; how many alerts
    were made. Safe to repeat and to run in parallel."""
    now = now or timezone.now()
    due = Watch.objects.due()
    made = sum(_look_at_pair(pair_id, now) for pair_id in _pairs(due))
    made += sum(_look_wide(pk, now) for pk in due.filter(pair=None).order_by("pk").values_list("pk", flat=True))
    send_due_mails(now)
    return made


def prune_alerts(now: dt.datetime | None = None) -> int:
    """Remove alerts that are kept no longer; how many."""
    now = now or timezone.now()
    removed = _remove_alerts(WatchAlert.objects.filter(made_at__lt=now - KEPT_FOR))
    for watch in Watch.objects.order_by("pk").values_list("pk", flat=True):
        alerts = WatchAlert.objects.filter(watch=watch).order_by("-pk")
        if last := alerts.values_list("pk", flat=True)[MOST_KEPT : MOST_KEPT + 1]:
            removed += _remove_alerts(alerts.filter(pk__lte=last[0], made_at__lt=now - KEPT_ANYWAY))
    return removed


def _pairs(due: Watches) -> list[int]:
    pairs = due.filter(pair__isnull=False).order_by("pair_id").values_list("pair_id", flat=True)
    return [pair for pair in pairs.distinct() if pair]


@transaction.atomic
def _look_at_pair(pair_id: int, now: dt.datetime) -> int:
    """All due watches of a pair; how many alerts. Where another holds the pair, or it is to be scored, the next look
    finds it."""
    if not CountryPair.objects.filter(pk=pair_id).claim():
        return 0
    if PairDay.objects.filter(pair=pair_id, dataset=Dataset.OWN, stale=True).exists():
        return 0
    seen, formula, made = store.seen_now(pair_id, now.date()), current_formula(), 0
    for watch in Watch.objects.due().filter(pair=pair_id).claim():
        made += store.look_at_score(watch, seen, formula, now) + store.look_at_events(watch, now)
        _looked(watch)
    return made


@transaction.atomic
def _look_wide(pk: int, now: dt.datetime) -> int:
    """A watch of a country or of all pairs. One that another worker has looked with meanwhile looks again, in vain."""
    made = 0
    for watch in Watch.objects.filter(pk=pk, pair=None, paused=False).claim():
        made += store.look_at_events(watch, now)
        _looked(watch)
    return made


def _looked(watch: Watch) -> None:
    watch.looked_at = timezone.now()
    watch.save(update_fields=["looked_at", "score", "low", "high", "band_on", "rise_armed", "fall_armed"])


@transaction.atomic
def _remove_alerts(alerts: QuerySet[WatchAlert]) -> int:
    held = alerts.order_by().select_for_update(skip_locked=True, of=("self",))
    removed: int = (
        WatchAlert.objects.filter(pk__in=list(held.values_list("pk", flat=True)))
        .delete()[1]
        .get("relations.WatchAlert", 0)
    )
    return removed
