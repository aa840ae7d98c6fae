"""Working through the pairs that a stage finds due."""

from __future__ import annotations

import logging
from collections.abc import Callable, Sequence

from django.db import InterfaceError, OperationalError, transaction

from relations.models.countries import CountryPair, CountryPairs

log = logging.getLogger(__name__)

Due = Callable[[CountryPairs], CountryPairs]


def work_through_pairs(due: Due, work: Callable[[int], int], batch: int) -> int:
    """Claim pairs and work on each until none is due; the sum of what ``work`` returns.

    due: narrows a queryset to those that are. work: takes a pair's id. One transaction a batch. A fault in one pair is
    logged and does not keep the others waiting; that pair is tried again at the next look.
    """
    return work_through_batches(due, lambda ids: sum(work(pair_id) for pair_id in ids), batch, together=False)


def work_through_batches(due: Due, work: Callable[[Sequence[int]], int], batch: int, together: bool = True) -> int:
    """The same where pairs are worked on together, which asks fewer queries. work: takes the ids of a batch.

    A batch with a fault in it is done again pair by pair.
    """
    done, failed = 0, set[int]()
    while waiting := list(due(CountryPair.objects.exclude(pk__in=failed)).order_by("pk").values_list("pk", flat=True)):
        worked_on = 0
        for start in range(0, len(waiting), batch):
            with transaction.atomic():
                # Due still: another worker may have come first.
                pairs = list(due(CountryPair.objects.filter(pk__in=waiting[start : start + batch])).claim())
                worked_on += len(pairs)
                result = _try(work, pairs) if together and len(pairs) > 1 else None
                if result is not None:
                    done += result
                    continue
                for pair in pairs:
                    alone = _try(work, [pair])
                    if alone is None:
                        failed.add(pair.pk)
                    done += alone or 0
        if not worked_on:
            break  # others hold what is left, and will do it
    return done


def _try(work: Callable[[Sequence[int]], int], pairs: Sequence[CountryPair]) -> int | None:
    """What the work returns; None where it failed, with nothing of it done."""
    try:
        with transaction.atomic():
            return work([pair.pk for pair in pairs])
    except (OperationalError, InterfaceError):
        raise  # the database is away or wants the batch again
    except Exception:
        log.exception("%s failed for %s", getattr(work, "__module__", "work"), ", ".join(pair.slug for pair in pairs))
        return None
