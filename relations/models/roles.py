"""The three kinds of people. Everyone who is signed in is an analyst; the other roles are groups."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.contrib.auth.models import User
from django.db.models import QuerySet

EDITORS = "editors"
ADMINS = "admins"
# Names of actors, and the articles that are to be read again with them.
NAMES = [
    *(f"relations.actor.{may}_actor" for may in ("view", "change")),
    *(f"relations.actorname.{may}_actorname" for may in ("view", "add", "change", "delete")),
    "relations.article.view_article",
]
# Texts that people bring themselves.
ARTICLES = ["relations.article.add_article"]
GROUPS = {
    EDITORS: ["relations.correction.correct_events", *NAMES, *ARTICLES],
    ADMINS: [
        "relations.correction.correct_events",
        "relations.correction.decide_verdicts",
        *NAMES,
        *ARTICLES,
        *(f"relations.feed.{may}_feed" for may in ("view", "add", "change", "delete")),
        *(f"relations.tenure.{may}_tenure" for may in ("view",)),
        *(f"auth.user.{may}_user" for may in ("view", "add", "change")),
        *(f"auth.group.{may}_group" for may in ("view",)),
    ],
}


def people_who_may(permission: str) -> QuerySet[User]:
    """Active people with a permission, "relations.correct_events". Asked of the first way to sign in, which knows all
    of them, whatever others there are."""
    return User.objects.with_perm(permission, backend=settings.AUTHENTICATION_BACKENDS[0])


def make_groups(apps: Any) -> None:
    """Make the groups and give them their permissions; safe to repeat. ``apps``: Django's registry or a migration's."""
    Group = apps.get_model("auth", "Group")
    Permission = apps.get_model("auth", "Permission")
    ContentType = apps.get_model("contenttypes", "ContentType")
    for name, codenames in GROUPS.items():
        group, _ = Group.objects.get_or_create(name=name)
        for dotted in codenames:
            app, model, codename = dotted.split(".")
            # Django makes permissions after the last migration; on a new database this one comes before that.
            content_type, _ = ContentType.objects.get_or_create(app_label=app, model=model)
            permission, _ = Permission.objects.get_or_create(
                codename=codename, content_type=content_type, defaults={"name": f"Can {codename.replace('_', ' ')}"}
            )
            group.permissions.add(permission)
