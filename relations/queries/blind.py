"""What a person must not learn yet: what others made of the events of which they are asked for a second opinion."""

from __future__ import annotations

from django.contrib.auth.models import AnonymousUser, User

from relations.models import ReviewItem

MOST = 50  # as many as an editor can hold at once
NOBODYS: frozenset[int] = frozenset()


def blind_for(person: User | AnonymousUser) -> frozenset[int]:
    """Ids of the events, the newest of at most MOST; one query for who may correct events, none for others."""
    if not isinstance(person, User) or not person.has_perm("relations.correct_events"):
        return NOBODYS
    asked = ReviewItem.objects.asked_blind(person.pk).order_by("-event_id")
    return frozenset(asked.values_list("event_id", flat=True)[:MOST])
