"""What people do with their watches. A watch that is new, changed, or resumed tells nothing of what was before."""

from __future__ import annotations

from typing import Any

from django.contrib.auth.models import User
from django.db import transaction
from django.utils import timezone

from relations.errors import RelationsError
from relations.models import CountryPair, Watch, WatchAlert
from relations.models.watches import MOST_OF_ONE_PERSON
from relations.watching import store

# A change of these leaves what was seen as it is.
OF_DELIVERY = ("title", "delivery", "hour")


class WatchRefused(RelationsError):
    """The watch can't be made; the message says why."""


@transaction.atomic
def add_watch(owner: User, values: dict[str, Any]) -> Watch:
    """values: by the names of Watch's fields. Raises WatchRefused where the person has as many as anyone may have."""
    User.objects.select_for_update(no_key=True).get(pk=owner.pk)
    if Watch.objects.filter(owner=owner).count() >= MOST_OF_ONE_PERSON:
        raise WatchRefused(
            f"You have {MOST_OF_ONE_PERSON} watches, and more are not kept for one person. Delete one that you need "
            "no longer."
        )
    watch = Watch(owner=owner, **values)
    _begin(watch)
    watch.save()
    return watch


@transaction.atomic
def change_watch(pk: int, values: dict[str, Any]) -> Watch:
    """Raises Watch.DoesNotExist."""
    watch = _hold(pk)
    changed = {name for name, value in values.items() if getattr(watch, name) != value}
    for name in changed:
        setattr(watch, name, values[name])
    if changed - set(OF_DELIVERY):
        _begin(watch)
    watch.save()
    if changed & {"delivery", "hour"}:
        waiting = WatchAlert.objects.filter(watch=watch, mailed_at=None, due_at__isnull=False)
        waiting.update(due_at=watch.mail_due_at(timezone.now()))
    return watch


@transaction.atomic
def pause_watch(pk: int) -> None:
    """It looks at nothing, and what it found and was not mailed yet stands on its page only."""
    watch = _hold(pk)
    watch.paused = True
    watch.save(update_fields=["paused"])
    WatchAlert.objects.filter(watch=watch, mailed_at=None).update(due_at=None)


@transaction.atomic
def resume_watch(pk: int) -> None:
    watch = _hold(pk)
    if watch.paused:
        watch.paused = False
        _begin(watch)
        watch.save()


@transaction.atomic
def delete_watch(pk: int) -> None:
    """With its alerts."""
    _hold(pk).delete()


def _hold(pk: int) -> Watch:
    """The watch, locked; its pair first, as a look locks in that order."""
    if pair := Watch.objects.only("pair_id").get(pk=pk).pair_id:
        CountryPair.objects.hold(pair)
    return Watch.objects.select_for_update(no_key=True).get(pk=pk)


def _begin(watch: Watch) -> None:
    if watch.pair_id:
        CountryPair.objects.hold(watch.pair_id)  # so that score and events are of one moment
    store.begin(watch)
