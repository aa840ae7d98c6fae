"""Being gentle with hosts: few requests at once and not one after the other, however many feeds and pages they have and
however many workers we are."""

from __future__ import annotations

import datetime as dt
from collections import Counter
from collections.abc import Iterable, Sequence
from typing import TypeVar

from django.conf import settings
from django.db.models import Count

from relations.models import Host, OpenRequest

Asked = TypeVar("Asked")

LEAST_WAIT = dt.timedelta(milliseconds=200)
LONGEST_REQUEST = dt.timedelta(minutes=10)  # after which whoever made it is dead


def take_turns(
    wanted: Sequence[tuple[Asked, str]], now: dt.datetime
) -> tuple[list[tuple[Asked, int]], list[tuple[Asked, dt.datetime]]]:
    """Of what is wanted from hosts (with its domain), what may be asked now, with the number of its request, and what
    must wait, with the time at which it may be tried again.

    Call it in a transaction, which holds the hosts until it ends; give the numbers back by ``give_back``.
    """
    hosts = Host.objects.hold(domain for _, domain in wanted)
    OpenRequest.objects.filter(host__in=hosts, until__lte=now).delete()
    under_way = Counter(
        dict(OpenRequest.objects.filter(host__in=hosts).values_list("host").annotate(n=Count("pk")).order_by())
    )
    apart = dt.timedelta(seconds=settings.FETCH_SECONDS_APART)
    begun: list[tuple[Asked, str]] = []
    waiting: list[tuple[Asked, dt.datetime]] = []
    put_off: Counter[str] = Counter()
    for asked, domain in wanted:
        host = hosts[domain]
        free_at = max(filter(None, (host.paused_until, host.next_start_at, now)))
        if free_at <= now and under_way[domain] < settings.FETCH_AT_ONCE:
            under_way[domain] += 1
            host.next_start_at = now + apart
            begun.append((asked, domain))
        else:
            # One after the other, so that they don't all come up again for the one place that is free then.
            put_off[domain] += 1
            waiting.append((asked, max(free_at, now) + put_off[domain] * max(apart, LEAST_WAIT)))
    Host.objects.filter(domain__in={domain for _, domain in begun}).update(next_start_at=now + apart)
    requests = OpenRequest.objects.bulk_create(
        OpenRequest(host_id=domain, until=now + LONGEST_REQUEST) for _, domain in begun
    )
    return [(asked, request.pk) for (asked, _), request in zip(begun, requests, strict=True)], waiting


def give_back(requests: Iterable[int | None]) -> None:
    """The requests are over."""
    done = [request for request in requests if request is not None]
    if done:
        OpenRequest.objects.filter(pk__in=done).delete()
